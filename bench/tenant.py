"""What a tenant of many applications costs, against a simulator that answers everything 50 ms late."""

import json
import os
import shutil
import subprocess
import sys
import time

from estate import CLIENT, Simulator, name_of, running, tenant_of, write_repository

LATENCY_MS = 50
SIZES = (1_000, 10_000)


class Measured:
    """One run of a program: what it cost this machine, and what it asked of the service."""

    def __init__(self, arguments, folder, log):
        begun = os.path.getsize(log) if log.exists() else 0
        self.output = folder / "output"
        with open(self.output, "wb") as output:
            start = time.perf_counter()
            child = subprocess.Popen([str(a) for a in arguments], cwd=folder / "repository", env=environment_of(folder), stdin=subprocess.DEVNULL,
                                     stdout=output, stderr=subprocess.STDOUT)
            _, status, usage = os.wait4(child.pid, 0)
            self.wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in (0, 2):
            sys.exit(f"bench: {' '.join(map(str, arguments))} ended with exit code {child.returncode}\n{self.output.read_text()[-2000:]}")
        self.cpu, self.memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
        self.requests, self.units, self.connections = asked(log, begun)


def environment_of(folder):
    return {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "REGENT_STATE_DIR": str(folder / "state"), **CLIENT}


def asked(log, begun=0):
    """Requests, resource units and connections in the part of a request log behind `begun`."""
    with open(log, "rb") as file:
        file.seek(begun)
        lines = [json.loads(line) for line in file]
    return len(lines), sum(line["resourceUnits"] for line in lines), len({line["connection"] for line in lines})


def show_run(what, run):
    print(f"  {what:34} {run.requests:6,} requests {run.units:7,.0f} RU {run.connections:4} connections "
          f"{run.cpu:6.1f} s of CPU {run.memory / 1e6:6.0f} MB {run.wall:6.1f} s", flush=True)


def full_check(binaries, folder, count, transport):
    seed, log = tenant_of(binaries, folder, count), folder / "requests"
    log.unlink(missing_ok=True)
    with running(Simulator(binaries, folder, "--seed", seed, "--latency", LATENCY_MS, "--request-log", log)) as simulator:
        write_repository(folder, count, simulator.url)
        run = Measured([binaries / "regent", "plan", "--detailed-exitcode", "--transport", transport], folder, log)
        show_run(f"check of {count:,} ({transport})", run)
        busy = simulator.cpu()
        simulator.change(name_of(count // 2), {"web": {"redirectUris": ["https://attacker.example/signin"]}})
        again = Measured([binaries / "regent", "plan", "--detailed-exitcode", "--transport", transport], folder, log)
        named = "attacker.example" in again.output.read_text()
        print(f"  {'one redirect URI changed':34} {'named' if named else 'NOT NAMED'}; the simulator was busy for {simulator.cpu() - busy:.1f} s of {again.wall:.1f} s",
              flush=True)


def tenant(binaries, folder):
    for count in SIZES:
        for transport in ("cpprest", "curl"):
            shutil.rmtree(folder / "state", ignore_errors=True)
            full_check(binaries, folder, count, transport)
