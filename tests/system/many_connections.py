#!/usr/bin/env python3
"""The simulator holds many connections open at once, answers on each, and keeps nothing of an answer that it has sent.

Usage: many_connections.py BINARIES [COUNT] [--sanitized]

COUNT is 15,000, or as many as the hard limit of open files allows. The simulator is started with a soft limit of 256, which it has to
raise by itself. --sanitized leaves out what is asked about memory: sanitizers keep what was freed for a while.
"""

import json
import pathlib
import resource
import shutil
import socket
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from tenant_under_test import Failure, Simulator  # noqa: E402

PER_ADDRESS = 5_000           # source ports of one address; there are 28,000
OWN_FILES = 200               # what a process has open besides
IP_BIND_ADDRESS_NO_PORT = 24  # <linux/in.h>: the port is chosen when it is known where to


def connect(port, number):
    connection = socket.socket()
    connection.settimeout(120)
    connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    # Closed without lingering: 15,000 ports in TIME_WAIT would slow down whatever runs next.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.bind((f"127.0.0.{2 + number // PER_ADDRESS}", 0))
    connection.connect(("127.0.0.1", port))
    return connection


def ask(connection, target):
    """The answer's body; the connection stays open."""
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            raise Failure("the simulator closed a connection instead of answering")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.split(b"\r\n")
    if b" 200 " not in lines[0]:
        raise Failure(f"the answer was {lines[0].decode()}")
    length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:"))
    parts = [body]
    missing = length - len(body)
    while missing > 0:
        parts.append(connection.recv(min(missing, 1 << 20)))
        if not parts[-1]:
            raise Failure("the simulator closed a connection in the middle of an answer")
        missing -= len(parts[-1])
    return b"".join(parts)


def memory(process):
    return int(pathlib.Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * resource.getpagesize()


def check_many(simulator, count):
    held = []
    for number in range(count):
        held.append(connect(simulator.port, number))
        # An answer on the newest says that those before it were accepted: the queue of the waiting never gets long.
        if number % 1000 == 999:
            ask(held[-1], "/_simulator/faults")
    sample = sorted({*range(0, count, max(1, count // 500)), count - 1})
    for round_number in (1, 2):
        for number in sample:
            if json.loads(ask(held[number], "/_simulator/faults")) != []:
                raise Failure(f"round {round_number}: connection {number} was given somebody else's answer")
    print(f"{count:,} connections open; {len(sample)} of them asked, twice")
    # They go, and there is room for others.
    for connection in held:
        connection.close()
    for number in range(100):
        with connect(simulator.port, number) as connection:
            ask(connection, "/_simulator/faults")


def check_nothing_kept(simulator):
    held = [connect(simulator.port, number) for number in range(200)]
    ask(held[0], "/_simulator/state")
    before = memory(simulator.process)
    sent = sum(len(ask(connection, "/_simulator/state")) for connection in held)
    kept = memory(simulator.process) - before
    for connection in held:
        connection.close()
    print(f"{sent >> 20} MB sent, {kept >> 20} MB kept")
    if kept > sent / 4:
        raise Failure(f"of {sent:,} bytes sent to connections that are idle now, {kept:,} are still in memory")


def main():
    arguments = [word for word in sys.argv[1:] if word != "--sanitized"]
    binaries = pathlib.Path(arguments[0])
    wanted = int(arguments[1]) if len(arguments) > 1 else 15_000
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard - OWN_FILES)
    if count < wanted:
        print(f"the hard limit of open files is {hard}: {count:,} connections instead of {wanted:,}")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="regent-test-"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    simulator = Simulator(binaries / "regent-simulator", folder, "--seed-apps", "100")
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        check_many(simulator, count)
        if "--sanitized" not in sys.argv:
            check_nothing_kept(simulator)
    except Failure as failure:
        print(f"FAILED: {failure}\n{(folder / 'simulator.err').read_text()}(kept: {folder})")
        return 1
    finally:
        simulator.stop()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
