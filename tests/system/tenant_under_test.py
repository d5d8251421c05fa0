"""Real binaries for system tests: a regent-simulator on a free port, a repository with its address, and regent itself.

Only Python's standard library. Everything lives in one temporary folder that goes away with the test.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import ssl
import subprocess
import tempfile
import time
import urllib.request

CLIENT_ID = "22222222-2222-2222-2222-222222222222"
TENANT_ID = "11111111-1111-1111-1111-111111111111"

# What a secret or a token looks like: Entra's secret texts (three characters, a digit, "Q~"), JSON web tokens, signed blob addresses.
SECRET_SHAPES = [
    re.compile(rb"[A-Za-z0-9_.~-]{3}\dQ~[A-Za-z0-9_.~-]{16,}"),
    re.compile(rb"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    re.compile(rb"[?&]sig=[A-Za-z0-9%/+=_-]{10,}"),
]


class Failure(AssertionError):
    pass


class Simulator:
    def __init__(self, binary, folder, *options):
        self.folder = pathlib.Path(folder)
        self.log = self.folder / "requests.jsonl"
        port_file = self.folder / "port"
        self.process = subprocess.Popen(
            [str(binary), "--listen", "127.0.0.1:0", "--port-file", str(port_file), "--request-log", str(self.log), *options],
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "simulator.err", "wb"))
        deadline = time.monotonic() + 180  # a machine may be busy with other things
        while not port_file.exists() or not port_file.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure("the simulator did not start: " + (self.folder / "simulator.err").read_text())
            time.sleep(0.02)
        self.port = int(port_file.read_text())
        certificate = options[options.index("--tls-cert") + 1] if "--tls-cert" in options else None
        self.context = ssl.create_default_context(cafile=certificate) if certificate else None
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def control(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/_simulator/" + path, data=data, headers={"Content-Type": "application/json"},
                                         method=method or ("GET" if body is None else "POST"))
        with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
            text = answer.read()
        return json.loads(text) if text.strip() else None

    def state(self):
        return self.control("state")

    def requests(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.strip()]

    def writes(self, since=0):
        """Requests that change something; tokens, validation and batches of reads do not."""
        found = []
        for entry in self.requests()[since:]:
            path = entry["path"]
            if entry["method"] == "GET" or "/oauth2/" in path or "$batch" in path or "%24batch" in path or path.startswith("/_simulator"):
                continue
            found.append(f"{entry['method']} {path} {entry['status']}")
        return found

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure("the simulator did not stop on SIGTERM within a minute") from None


class Run:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __str__(self):
        return f"$ regent {' '.join(self.arguments)}\n{self.out}{self.err}(exit code {self.code})"


class Bench:
    """A simulator, a copy of a repository and a state folder, in one temporary folder."""

    def __init__(self, binaries, repository, seed=None, switches=None, options=()):
        self.binaries = pathlib.Path(binaries).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regent-test-"))
        self.repository = self.folder / "repository"
        self.state_dir = self.folder / "state"
        self.outputs = []
        options = [*(["--seed", str(seed)] if seed else []), *map(str, options)]
        try:
            self.simulator = Simulator(self.binaries / "regent-simulator", self.folder, *options)
            if switches:
                self.simulator.control("switches", switches)
            self.copy(repository)
        except BaseException:
            self.close(failed=True)
            raise

    def copy(self, source):
        """Copies files into the repository; a file `name.removed` takes `name` away."""
        shutil.copytree(source, self.repository, dirs_exist_ok=True)
        for removed in list(self.repository.rglob("*.removed")):
            removed.with_suffix("").unlink()
            removed.unlink()
        for path in self.repository.rglob("*.regent.yaml"):
            text = path.read_text()
            path.write_text(text.replace("http://127.0.0.1:8801", self.address()))

    def address(self):
        """Where manifests find the services."""
        return self.simulator.url

    def environment(self, changes=None):
        """The variables regent runs with; a change to None takes one away."""
        env = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "LANG": "C.UTF-8",
               "AZURE_CLIENT_ID": CLIENT_ID, "AZURE_CLIENT_SECRET": "simulator", "REGENT_STATE_DIR": str(self.state_dir),
               "REGENT_REPLICATION_GRACE": "20"}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update(changes or {})
        return {name: value for name, value in env.items() if value is not None}

    def regent(self, *arguments, expect=None, environment=None):
        env = self.environment(environment)
        done = subprocess.run([str(self.binaries / "regent"), *arguments], cwd=self.repository, env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        self.outputs += [done.stdout, done.stderr]
        run = Run(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())
        if expect is not None and run.code != expect:
            raise Failure(f"exit code {expect} was expected\n{run}")
        return run

    def check_settled(self, *arguments):
        """A run with nothing to do: exit code 0 and not one write in the log."""
        before = len(self.simulator.requests())
        self.regent("plan", "--detailed-exitcode", *arguments, expect=0)
        self.regent("apply", "--yes", *arguments, expect=0)
        writes = self.simulator.writes(before)
        if writes:
            raise Failure("a run with nothing to do wrote:\n" + "\n".join(writes))

    def let_time_pass(self, seconds=3600):
        """What regent remembers to have made and issued, it did so much earlier: no answer is too old to show it."""
        database = sqlite3.connect(self.state_dir / "regent.db")
        with database:
            database.execute("UPDATE applied SET attributes = json_set(attributes, '$.madeAt', json_extract(attributes, '$.madeAt') - ?) "
                             "WHERE json_extract(attributes, '$.madeAt') IS NOT NULL", (seconds,))
            database.execute("UPDATE intents SET finished_at = strftime('%Y-%m-%dT%H:%M:%SZ', finished_at, ?)", (f"-{seconds} seconds",))
        database.close()

    def check_no_secret_leaked(self):
        """Greps every output, the database, the plans and the request log for anything shaped like a secret or a token."""
        places = [(f"output {i}", data) for i, data in enumerate(self.outputs)]
        for path in self.folder.rglob("*"):
            if path.is_file():
                places.append((str(path.relative_to(self.folder)), path.read_bytes()))
        for name, data in places:
            for shape in SECRET_SHAPES:
                match = shape.search(data)
                if match:
                    raise Failure(f"{name} holds something shaped like a secret: {match.group(0)[:6]!r}…")

    def close(self, failed=False):
        if hasattr(self, "simulator"):
            self.simulator.stop()
        if not failed:
            shutil.rmtree(self.folder, ignore_errors=True)


GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def normalised(text, url=""):
    """Replaces what differs from run to run: ids in order of appearance, times, durations, plan ids, addresses."""
    if url:
        text = text.replace(url, "http://simulator")
    seen = {}

    def name(match):
        guid = match.group(0)
        if guid in (CLIENT_ID, TENANT_ID) or guid.startswith("00000003-0000-0000"):
            return guid
        return seen.setdefault(guid, f"<guid {len(seen) + 1}>")

    text = GUID.sub(name, text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>", text)
    text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "<date>", text)
    text = re.sub(r"\bin \d+(\.\d+)?m?s\b|\bin \d+m\d\ds\b", "in <duration>", text)
    text = re.sub(r'"seconds": \d+(\.\d+)?', '"seconds": <duration>', text)
    text = re.sub(r"<date> \d\d:\d\d UTC", "<date> <time of day> UTC", text)
    text = re.sub(r"Plan `[0-9a-f]{8}`", "Plan `<plan>`", text)
    text = re.sub(r"Plan id [0-9a-f]{8}", "Plan id <plan>", text)
    text = re.sub(r"--expect-plan [0-9a-f]{8}", "--expect-plan <plan>", text)
    text = re.sub(r"sha256:[0-9a-f]{64}", "sha256:<digest>", text)
    text = re.sub(r"\(regent [0-9a-f]{8}\)", "(regent <operation>)", text)
    return text
