"""A regent daemon that is really running, against a simulator of its own and a repository that people commit to."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "cli"))
sys.path.insert(0, str(HERE.parent / "system"))
import bench as command_line  # noqa: E402
from bench import CommandLineBench, Failure, case, cases, check  # noqa: E402,F401
from tenant_under_test import CLIENT_ID, TENANT_ID  # noqa: E402,F401

DEMO = command_line.DEMO
ONE_APPLICATION = command_line.ONE_APPLICATION
# The sanitizers and a loaded machine make everything slower; nothing here is a measurement.
PATIENCE = 90


class OverUnix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=70)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class DaemonBench(CommandLineBench):
    def __init__(self, binaries, repository=DEMO, source="git", **options):
        super().__init__(binaries, repository, **options)
        self.source = source
        self.process, self.told, self.log = None, [], []
        self.settings = {"mode": "apply", "interval": "1s", "fetchInterval": "1s"}
        self.notify_path = self.folder / "notify"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.notify_path))
        threading.Thread(target=self.listen, daemon=True).start()
        if source == "git":
            self.git("init", "-q", "-b", "main")
            self.commit("first")

    def listen(self):
        with contextlib.suppress(OSError):
            while True:
                self.told.append((time.monotonic(), self.notify.recv(65536).decode()))

    # The repository

    def git(self, *arguments, folder=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Bob",
               "GIT_AUTHOR_EMAIL": "bob@contoso.example", "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@contoso.example"}
        done = subprocess.run(["git", *arguments], cwd=folder or self.repository, env=env, capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise Failure(f"git {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    def commit(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    # The service

    def write_configuration(self, **settings):
        self.settings.update(settings)
        s = self.settings
        lines = ["apiVersion: regent/v1", "kind: Daemon", "metadata: {name: under-test}", "spec:", "  source:"]
        if self.source == "git":
            lines += ["    git:", f"      url: {self.repository}", "      branch: main", f"      fetchInterval: {s['fetchInterval']}"]
            lines += s.get("git", [])
        else:
            lines += [f"    directory: {self.repository}"]
        lines += [f"  mode: {s['mode']}", f"  interval: {s['interval']}", "  http: {listen: none}", f"  connection: {{replicationGrace: {s.get('grace', '20s')}}}"]
        lines += s.get("more", [])
        (self.folder / "regent.yaml").write_text("\n".join(lines) + "\n")

    def start(self, wait=True, environment=None, configuration=None, **settings):
        self.write_configuration(**settings)
        env = self.environment({"NOTIFY_SOCKET": str(self.notify_path), **(environment or {})})
        self.told.clear()
        self.process = subprocess.Popen([str(self.binaries / "regent"), "daemon", "--config", str(configuration or self.folder / "regent.yaml")],
                                        cwd="/", env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        threading.Thread(target=self.read, args=(self.process,), daemon=True).start()
        if wait:
            self.eventually(lambda: any("READY=1" in text for _, text in list(self.told)), "READY=1 was told")
        return self.process

    def read(self, process):
        for line in process.stdout:
            self.log.append(line.decode())
            self.outputs.append(line)

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"the service did not stop\n{self.said()}") from None
        self.process = None
        return code

    def said(self):
        return "".join(self.log)

    def ask(self, path, body=None):
        connection = OverUnix(self.state_dir / "regent.sock")
        connection.request("POST" if body is not None else "GET", path, body=json.dumps(body) if body is not None else None,
                           headers={"Content-Type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        data = answer.read()
        self.outputs.append(data)
        return answer.status, json.loads(data) if "json" in (answer.getheader("Content-Type") or "") else data.decode()

    def environment_status(self, name=None):
        status, body = self.ask("/api/v1/status")
        check(status == 200, body)
        for environment in body["environments"]:
            if name is None or environment["name"] == name:
                return environment
        return None

    def objects(self, name):
        status, body = self.ask(f"/api/v1/environments/{name}/objects")
        check(status == 200, body)
        return {f"{o['kind']}/{o['name']}": o for o in body["items"]}

    def ready(self, name, address):
        conditions = {c["type"]: c for c in self.objects(name)[address]["conditions"]}
        return conditions["Ready"]

    def events(self, kind=None):
        status, body = self.ask("/api/v1/events?limit=500")
        check(status == 200, body)
        return [e for e in body["items"] if kind is None or e["type"] == kind]

    def eventually(self, holds, what, patience=PATIENCE):
        deadline = time.monotonic() + patience
        last = None
        while time.monotonic() < deadline:
            try:
                last = holds()
                if last:
                    return last
            except (OSError, AttributeError, KeyError, TypeError, http.client.HTTPException) as error:
                last = error
            if self.process is not None and self.process.poll() is not None:
                raise Failure(f"the service ended with {self.process.poll()} while waiting until {what}\n{self.said()}")
            time.sleep(0.1)
        raise Failure(f"never came true: {what} (last: {last!r})\n{self.said()}")

    def in_sync(self, name, since):
        environment = self.environment_status(name)
        run = environment and environment.get("lastRun")
        if not run or run["result"] != "noop" or environment["counts"]["ready"] != environment["counts"]["total"]:
            return False
        return datetime.datetime.fromisoformat(run["startedAt"].replace("Z", "+00:00")).timestamp() > since

    def wait_in_sync(self, name="demo"):
        """A run that began after this call found nothing to do: what came before is over, and told to whoever listens."""
        since = time.time()
        self.eventually(lambda: self.in_sync(name, since), f"{name} is in sync")

    def quiet_for(self, seconds):
        """No write reaches the tenant for a while, with runs going on."""
        mark = self.mark()
        # After a restart the first run is still to come.
        before = self.eventually(lambda: self.environment_status()["lastRun"]["finishedAt"], "a run is over")
        time.sleep(seconds)
        self.eventually(lambda: self.environment_status()["lastRun"]["finishedAt"] != before, "runs go on")
        writes = self.simulator.writes(mark)
        check(not writes, f"writes in a quiet time: {writes}")

    def close(self, failed=False):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()
        super().close(failed)


def asks(it, *arguments, expect=0):
    return it.regent(*arguments, "--socket", str(it.state_dir / "regent.sock"), expect=expect)


@contextlib.contextmanager
def daemon_bench(binaries, repository=DEMO, source="git", switches=None, **options):
    it = DaemonBench(binaries, repository, source, switches={**command_line.AT_ONCE, **(switches or {})}, **options)
    failed = True
    try:
        yield it
        it.check_no_secret_leaked()
        failed = False
    finally:
        it.close(failed)
        if failed:
            print(f"left for looking: {it.folder}")
