"""A tenant that is pretended, and a repository of many manifests about it: what the benchmarks of the whole program work with."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request

CLIENT = {"AZURE_CLIENT_ID": "22222222-2222-2222-2222-222222222222", "AZURE_CLIENT_SECRET": "simulator"}
TENANT = "11111111-1111-1111-1111-111111111111"
APPLICATION = """\
apiVersion: regent/v1
kind: Application
metadata:
  name: {name}
  labels: {{team: benchmarks}}
spec:
  displayName: {name}
  signInAudience: single-tenant
  redirectUris:
    web:
      - https://{name}.contoso.example/signin-oidc
  permissions:
    - api: microsoft-graph
      delegated: [openid, profile, User.Read]
  federatedCredentials:
    - name: deploy
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/{name}:environment:${{env}}
"""
# A user of the tenant. regent's own service principal is the other owner.
USER = {"id": "2f1b7c3e-0000-4444-8888-0123456789ab", "displayName": "Anna"}
OWNERS = f"  owners: [{USER['id']}]\n"
ENVIRONMENT = """\
apiVersion: regent/v1
kind: Environment
metadata:
  name: bench
spec:
  tenantId: {tenant}
  endpoints:
    login: {url}
    graph: {url}
    powerApps: {url}
  sources: [../base]
  vars:
    env: bench
"""


class Process:
    """A child that listens on a port; its processor time and memory can be asked for."""

    def __init__(self, arguments, **more):
        self.child = subprocess.Popen([str(word) for word in arguments], stderr=subprocess.DEVNULL, **more)

    def cpu(self):
        """Seconds of processor time so far, of all threads."""
        nanoseconds = 0
        for task in pathlib.Path(f"/proc/{self.child.pid}/task").iterdir():
            nanoseconds += int((task / "schedstat").read_text().split()[0])
        return nanoseconds / 1e9

    def memory(self):
        """Bytes in memory."""
        return int(pathlib.Path(f"/proc/{self.child.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(30)


class Simulator(Process):
    def __init__(self, binaries, folder, *options):
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        super().__init__([binaries / "regent-simulator", "--listen", "127.0.0.1:0", "--port-file", port_file, *options])
        while not port_file.exists():
            if self.child.poll() is not None:
                sys.exit("bench: the simulator did not start")
            time.sleep(0.01)
        self.port = int(port_file.read_text())
        self.url = f"http://127.0.0.1:{self.port}"

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data=data), timeout=60) as answer:
            return json.loads(answer.read())

    def change(self, name, patch):
        """Somebody changes an application in the portal."""
        self.ask("/_simulator/change", {"path": f"/v1.0/applications(uniqueName='regent.bench.{name}')", "patch": patch})

    def token(self):
        form = {"grant_type": "client_credentials", "client_id": CLIENT["AZURE_CLIENT_ID"],
                "client_secret": CLIENT["AZURE_CLIENT_SECRET"], "scope": "https://graph.microsoft.com/.default"}
        with urllib.request.urlopen(f"{self.url}/{TENANT}/oauth2/v2.0/token", urllib.parse.urlencode(form).encode(), timeout=60) as answer:
            return json.loads(answer.read())["access_token"]


@contextlib.contextmanager
def running(process):
    try:
        yield process
    finally:
        process.stop()


def regent(binaries, folder, *arguments):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "REGENT_STATE_DIR": str(folder / "state"), **CLIENT}
    begin = time.perf_counter()
    done = subprocess.run([str(binaries / "regent"), *arguments], cwd=folder / "repository", env=env, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"bench: regent {' '.join(arguments)} ended with exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return seconds


def name_of(number):
    return f"app-{number:05}"


def write_repository(folder, count, url, owners=False):
    repository = folder / "repository"
    shutil.rmtree(repository, ignore_errors=True)
    (repository / "environments").mkdir(parents=True)
    (repository / "base").mkdir()
    (repository / "environments" / "bench.regent.yaml").write_text(ENVIRONMENT.format(tenant=TENANT, url=url))
    for number in range(count):
        (repository / "base" / f"{name_of(number)}.regent.yaml").write_text(APPLICATION.format(name=name_of(number)) + (OWNERS if owners else ""))


def without_nulls(thing):
    """A seed is merged into the defaults, where a null would take a member away."""
    if isinstance(thing, dict):
        return {name: without_nulls(value) for name, value in thing.items() if value is not None}
    return [without_nulls(entry) for entry in thing] if isinstance(thing, list) else thing


def tenant_of(binaries, folder, count, owners=False):
    """A tenant in which everything already is as `count` manifests say: regent makes one application, the rest are copies of it."""
    with running(Simulator(binaries, folder)) as simulator:
        write_repository(folder, 1, simulator.url, owners)
        simulator.ask("/_simulator/state", {"graph": {"users": [USER]}})
        regent(binaries, folder, "apply", "--yes")
        graph = simulator.ask("/_simulator/state")["graph"]
    model = next(a for a in graph["applications"] if (a.get("uniqueName") or "").endswith(name_of(0)))
    principal = next(p for p in graph["servicePrincipals"] if p["appId"] == model["appId"])
    seed = {"applications": [], "servicePrincipals": [], "users": [USER]}
    for number in range(count):
        def copy(thing):
            text = json.dumps(thing).replace(name_of(0), name_of(number))
            for i, known in enumerate((model["id"], model["appId"], principal["id"])):
                text = text.replace(known, f"{number:08}-0000-4000-8000-{i:012}")
            return without_nulls(json.loads(text))
        seed["applications"].append(copy(model))
        seed["servicePrincipals"].append(copy(principal))
    file = folder / f"tenant-{count}.json"
    file.write_text(json.dumps({"graph": seed}))
    return file
