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
WRITES = 3_000  # in 150 s, of one application in one tenant


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
    seed, log = tenant_of(binaries, folder, count, owners=True), folder / "requests"
    log.unlink(missing_ok=True)
    with running(Simulator(binaries, folder, "--seed", seed, "--latency", LATENCY_MS, "--request-log", log)) as simulator:
        write_repository(folder, count, simulator.url, owners=True)
        run = Measured([binaries / "regent", "plan", "--detailed-exitcode", "--transport", transport], folder, log)
        show_run(f"check of {count:,} ({transport})", run)
        busy = simulator.cpu()
        simulator.change(name_of(count // 2), {"web": {"redirectUris": ["https://attacker.example/signin"]}})
        again = Measured([binaries / "regent", "plan", "--detailed-exitcode", "--transport", transport], folder, log)
        named = "attacker.example" in again.output.read_text()
        print(f"  {'one redirect URI changed':34} {'named' if named else 'NOT NAMED'}; the simulator was busy for {simulator.cpu() - busy:.1f} s of {again.wall:.1f} s",
              flush=True)


class Service:
    """The service over one repository, looked at through its own commands."""

    CONFIGURATION = """\
apiVersion: regent/v1
kind: Daemon
metadata: {{name: bench}}
spec:
  source:
    directory: {repository}
  mode: {mode}
  interval: 3s
  fullReadInterval: 1h
  http: {{listen: none}}
  socket: {{path: {socket}}}
  connection: {{transport: {transport}}}
"""

    def __init__(self, binaries, folder, transport, mode="plan"):
        self.binaries, self.folder = binaries, folder
        configuration = folder / "regent.yaml"
        configuration.write_text(self.CONFIGURATION.format(repository=folder / "repository", socket=folder / "socket", transport=transport, mode=mode))
        self.child = subprocess.Popen([str(binaries / "regent"), "daemon", "--config", str(configuration)], env=environment_of(folder),
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def status(self):
        done = subprocess.run([str(self.binaries / "regent"), "status", "-o", "json", "--socket", str(self.folder / "socket")],
                              env=environment_of(self.folder), capture_output=True, text=True)
        try:
            return json.loads(done.stdout)["environments"][0]
        except (ValueError, KeyError, IndexError):
            return {}

    def wait_for_a_run(self, after=None):
        """The end of the first run that ends after `after`."""
        for _ in range(1200):
            if self.child.poll() is not None:
                sys.exit("bench: the service ended")
            finished = (self.status().get("lastRun") or {}).get("finishedAt")
            if finished and finished != after:
                return finished
            time.sleep(0.1)
        sys.exit("bench: the service does not finish a run")

    def cpu(self):
        fields = open(f"/proc/{self.child.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        for line in open(f"/proc/{self.child.pid}/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        self.child.terminate()
        self.child.wait(60)


def quiet_cycles(binaries, folder, count, transport):
    seed, log = folder / f"tenant-{count}.json", folder / "requests"
    log.unlink(missing_ok=True)
    shutil.rmtree(folder / "state", ignore_errors=True)
    with running(Simulator(binaries, folder, "--seed", seed, "--latency", LATENCY_MS, "--request-log", log)) as simulator:
        write_repository(folder, count, simulator.url, owners=True)
        with running(Service(binaries, folder, transport)) as service:
            first = service.wait_for_a_run()
            begun, cpu = os.path.getsize(log), service.cpu()
            second = service.wait_for_a_run(first)
            requests, units, _ = asked(log, begun)
            print(f"  {f'quiet cycle of {count:,} ({transport})':34} {requests:6,} requests {units:7,.0f} RU {'':16} {service.cpu() - cpu:6.1f} s of CPU "
                  f"{service.memory() / 1e6:6.0f} MB", flush=True)
            simulator.change(name_of(count // 2), {"web": {"redirectUris": ["https://attacker.example/signin"]}})
            begun = os.path.getsize(log)
            service.wait_for_a_run(service.wait_for_a_run(second))
            requests, _, _ = asked(log, begun)
            # Nothing was left to do before: a plan that waits is about this.
            seen = "noticed" if service.status().get("pending") else "NOT NOTICED"
            print(f"  {'one redirect URI changed':34} {requests:6,} requests in two looks, {seen}", flush=True)


def creation(binaries, folder, count, transport):
    """Applications with a service principal and a federated credential each, under the service's own limit of writes."""
    log = folder / "requests"
    log.unlink(missing_ok=True)
    shutil.rmtree(folder / "state", ignore_errors=True)
    with running(Simulator(binaries, folder, "--latency", LATENCY_MS, "--request-log", log)) as simulator:
        simulator.ask("/_simulator/switches", {"graph": {"writesPer150Seconds": WRITES, "resourceUnitsPer10Seconds": 3500}})
        write_repository(folder, count, simulator.url)
        run = Measured([binaries / "regent", "apply", "--yes", "--parallel", "16", "--transport", transport], folder, log)
        show_run(f"creation of {count:,} ({transport})", run)
        with open(log, "rb") as file:
            lines = [json.loads(line) for line in file]
        writes = sum(1 for line in lines if line["method"] != "GET" and not line["path"].endswith("/$batch") and "/oauth2/" not in line["path"])
        refused = sum(1 for line in lines if line["status"] == 429)
        # The simulator counts in whole periods, from the first write on.
        floor = (writes - 1) // WRITES * 150
        latency = writes * LATENCY_MS / 1000 / 16
        print(f"  {'':34} {writes:6,} writes, {refused} refused; the quota alone would take {floor} s, the latency of one at a time over 16 "
              f"{latency:.0f} s: {run.wall / max(floor, latency):.2f} times of the longer", flush=True)


def tenant(binaries, folder):
    for count in SIZES:
        for transport in ("cpprest", "curl"):
            shutil.rmtree(folder / "state", ignore_errors=True)
            full_check(binaries, folder, count, transport)
            quiet_cycles(binaries, folder, count, transport)
    for transport in ("cpprest", "curl"):
        creation(binaries, folder, 1_000, transport)
    creation(binaries, folder, 1_500, "curl")  # more writes than a period allows
