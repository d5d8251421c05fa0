"""What the modules beside this one are made with: a bench with processes that can be watched, a registry of cases, small checks."""

import base64
import contextlib
import hashlib
import json
import pathlib
import subprocess
import sys
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "system"))
from tenant_under_test import CLIENT_ID, TENANT_ID, Bench, Failure, Run  # noqa: E402,F401
from recording_proxy import RecordingProxy  # noqa: E402

DEMO = REPOSITORY / "manifests" / "demo"
ONE_APPLICATION = HERE / "manifests"  # environment `dev` with Application/a and Application/b
BUILT_IN_CLIENT = "/v1.0/applications/44444444-4444-4444-4444-444444444444"
GUID_OF_A_KEY = "66666666-0000-4000-8000-000000000001"
AT_ONCE = {"powerApps": {"subjectDelaySeconds": 0}}

cases = []


def case(function):
    """Marks a test: a function of the folder with the binaries, whose name is the sentence it proves."""
    cases.append(function)
    return function


def check(condition, what):
    if not condition:
        raise Failure(str(what))


def says(run, *texts):
    for text in texts:
        check(text in run.out + run.err, f"{text!r} was expected in\n{run}")


class Watched:
    """A regent that is still running; its standard error is read along."""

    def __init__(self, bench, arguments, environment=None):
        self.bench, self.arguments, self.lines, self.out_lines = bench, arguments, [], []
        self.process = subprocess.Popen([str(bench.binaries / "regent"), *arguments], cwd=bench.repository,
                                        env=bench.environment(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, start_new_session=True)
        self.readers = [threading.Thread(target=self.read, args=(stream, into), daemon=True)
                        for stream, into in ((self.process.stderr, self.lines), (self.process.stdout, self.out_lines))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, into):
        for line in stream:
            into.append(line)

    def wait_for(self, text):
        deadline = time.monotonic() + 120
        while not any(text.encode() in line for line in list(self.lines)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.end()
                raise Failure(f"{text!r} never came: {b''.join(self.lines).decode()}")
            time.sleep(0.02)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        """Waits for the process and returns what it said."""
        try:
            code = self.process.wait(300)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"regent {' '.join(self.arguments)} did not end: {b''.join(self.lines).decode()}") from None
        for reader in self.readers:
            reader.join()
        out, err = b"".join(self.out_lines), b"".join(self.lines)
        self.bench.outputs += [out, err]
        return Run(self.arguments, code, out.decode(), err.decode())


class CommandLineBench(Bench):
    """A bench whose manifests lead through a recording proxy when one is asked for."""

    def __init__(self, binaries, repository, recorded=False, **options):
        self.proxy = None
        self.recorded = recorded
        super().__init__(binaries, repository, **options)

    def address(self):
        if self.recorded and not self.proxy:
            self.proxy = RecordingProxy(self.simulator.port)
        return self.proxy.url if self.proxy else self.simulator.url

    def start(self, *arguments, environment=None):
        return Watched(self, list(arguments), environment)

    def change(self, path, **what):
        self.simulator.control("change", {"path": path, **what})

    def fault(self, kind, **what):
        self.simulator.control("faults", {"kind": kind, **what})

    def heal(self):
        self.simulator.control("faults", method="DELETE")

    def edit(self, file, old, new):
        path = self.repository / file
        text = path.read_text()
        check(old in text, f"{file} has no {old!r}")
        path.write_text(text.replace(old, new))

    def edit_environment(self, old, new):
        (path,) = (self.repository / "environments").glob("*.regent.yaml")
        self.edit(path.relative_to(self.repository), old, new)

    def application(self, unique_name):
        return next((a for a in self.simulator.state()["graph"]["applications"] if a.get("uniqueName") == unique_name), None)

    def connectors(self):
        return [c for c in self.simulator.state()["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)]

    def give_client_secret(self, secret):
        """The built-in client gets one more secret, of our choosing."""
        self.change(BUILT_IN_CLIENT, patch=password(secret))

    def requests_since(self, mark):
        return [r for r in self.simulator.requests()[mark:] if not r["path"].startswith("/_simulator")]

    def mark(self):
        return len(self.simulator.requests())

    def check_no_known_secret_leaked(self, *more):
        """Greps every output and file for the secrets that passed the proxy, as they are and as they are encoded."""
        places = [(f"output {i}", data) for i, data in enumerate(self.outputs)]
        places += [(str(p.relative_to(self.folder)), p.read_bytes()) for p in self.folder.rglob("*") if p.is_file()]
        known = {**(self.proxy.secrets if self.proxy else {}), **{text: "the test" for text in more}}
        for secret, where in known.items():
            forms = {secret, urllib.parse.quote(secret, safe=""), base64.b64encode(secret.encode()).decode(), secret[:-2]}
            for name, data in places:
                for form in forms:
                    if form.encode() in data:
                        at = data.index(form.encode())
                        raise Failure(f"{name} holds the secret seen as {where}: …{data[max(0, at - 200):at].decode(errors='replace')}[here]")

    def close(self, failed=False):
        if self.proxy:
            self.proxy.stop()
        super().close(failed)


def password(secret, key_id=GUID_OF_A_KEY, name="for this test"):
    return {"passwordCredentials": [{"keyId": key_id, "displayName": name, "hint": secret[:3], "customKeyIdentifier": None,
                                     "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}],
            "_secrets": {key_id: hashlib.sha256(secret.encode()).hexdigest()}}


@contextlib.contextmanager
def bench(binaries, repository=DEMO, switches=None, **options):
    """A bench that goes away when the test passes, and stays for looking when it fails."""
    it = CommandLineBench(binaries, repository, switches={**AT_ONCE, **(switches or {})}, **options)
    failed = True
    try:
        yield it
        it.check_no_secret_leaked()
        failed = False
    finally:
        it.close(failed)
        if failed:
            print(f"left for looking: {it.folder}")


def plan_of(bench_, *arguments):
    """The plan as JSON, whatever it says."""
    return json.loads(bench_.regent("plan", "-o", "json", *arguments, expect=0).out)
