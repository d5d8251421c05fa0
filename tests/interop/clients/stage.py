"""A stage where unmodified clients meet the simulator under the services' own names.

The clients believe that they talk to graph.microsoft.com: a network namespace of its own, in which only the loopback interface exists,
holds a simulator on port 443; /etc/hosts of the namespace names it, and a certificate authority made for the occasion vouches for it.
Nothing can leave the machine, and no client needs a setting that its users do not have.
"""

import fcntl
import json
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT_ID = "22222222-2222-2222-2222-222222222222"
SECRET = "simulator"
NAMES = ["login.microsoftonline.com", "login.windows.net", "graph.microsoft.com", "management.azure.com", "api.powerapps.com",
         "api.bap.microsoft.com", "api.flow.microsoft.com", "paeu2weu8.blob.core.windows.net", "simulator.test"]


class Failure(AssertionError):
    pass


def enter_namespace():
    """Runs this program again inside the namespace, unless it is there already."""
    if os.environ.get("REGENT_INTEROP_STAGE") == "1":
        return
    unshare = ["unshare", "--net", "--mount", "--fork"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    os.execvpe(unshare[0], unshare + [sys.executable] + sys.argv, os.environ | {"REGENT_INTEROP_STAGE": "1"})


def bring_loopback_up():
    up, get_flags, set_flags = 0x1, 0x8913, 0x8914  # IFF_UP, SIOCGIFFLAGS, SIOCSIFFLAGS: netdevice(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(control, get_flags, request))[1]
        fcntl.ioctl(control, set_flags, struct.pack("16sH14s", b"lo", flags | up, b""))


class Stage:
    STORAGE = "https://paeu2weu8.blob.core.windows.net"  # where the service keeps files, for clients that take the address apart

    def __init__(self, binaries, clients):
        self.binaries, self.clients = pathlib.Path(binaries).resolve(), pathlib.Path(clients).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regent-interop-"))
        bring_loopback_up()
        self._name_the_services()
        self._make_certificates()
        self.process = None

    def close(self):
        self.stop_simulator()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- the tenant

    def start_simulator(self, *options):
        """A fresh tenant, and nobody remembers the last one: its tokens are worth nothing here."""
        self.stop_simulator()
        shutil.rmtree(self.folder / "home", ignore_errors=True)
        port_file, self.log = self.folder / "port", self.folder / "requests.jsonl"
        for path in (port_file, self.log):
            path.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [self.binaries / "regent-simulator", "--listen", "127.0.0.1:443", "--port-file", port_file, "--request-log", self.log,
             "--tls-cert", self.folder / "server.pem", "--tls-key", self.folder / "server.key", *options],
            stdout=subprocess.DEVNULL, stderr=open(self.folder / "simulator.err", "wb"))
        deadline = time.monotonic() + 180  # a machine may be busy with other things
        while not port_file.exists() or not port_file.read_text().strip():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Failure("the simulator did not start: " + (self.folder / "simulator.err").read_text())
            time.sleep(0.02)

    def stop_simulator(self):
        if self.process is not None:
            process, self.process = self.process, None
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise Failure("the simulator did not stop on SIGTERM within a minute") from None

    def control(self, what, body=None):
        context = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request("https://simulator.test/_simulator/" + what, data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return json.load(answer)

    def state(self):
        return self.control("state")

    def applications(self):
        return {app["displayName"]: app for app in self.state()["graph"]["applications"]}

    def refusals(self):
        """What the simulator refused, by request: the first thing to read when a client fails."""
        if not self.log.exists():
            return []
        entries = [json.loads(line) for line in self.log.read_text().splitlines() if line.strip()]
        return [f"{e['method']} {e['path']} {e['status']}" for e in entries if e["status"] >= 400]

    # ---- programs

    def environment(self, **more):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TERM") if name in os.environ}
        authority = str(self.folder / "ca.pem")
        return kept | {"HOME": str(self.folder / "home"), "TMPDIR": str(self.folder), "REQUESTS_CA_BUNDLE": authority,
                       "SSL_CERT_FILE": authority, "NODE_EXTRA_CA_CERTS": authority} | more

    def run(self, arguments, accept=(0,), cwd=None, timeout=300, environment=None, stdin=None, with_messages=False):
        (self.folder / "home").mkdir(exist_ok=True)
        done = subprocess.run([str(a) for a in arguments], env=environment or self.environment(), cwd=cwd or self.folder, timeout=timeout,
                              input=stdin, text=True, capture_output=True)
        if done.returncode not in accept:
            command = " ".join(str(a) for a in arguments).replace(SECRET, "…")
            raise Failure(f"$ {command}\n{done.stdout[-3000:]}{done.stderr[-5000:]}(exit code {done.returncode})\n"
                          + "refused: " + "\n         ".join(self.refusals()[-8:]))
        return done.stdout + (done.stderr if with_messages else "")

    def regent(self, *arguments, repository, accept=(0,)):
        return self.run([self.binaries / "regent", "-C", repository, "--no-input", "--color", "never", "--ca-file", self.folder / "ca.pem",
                         "--state-dir", self.folder / "state", *arguments], accept,
                        environment=self.regent_environment())

    def regent_environment(self):
        return self.environment(AZURE_CLIENT_ID=CLIENT_ID, AZURE_CLIENT_SECRET=SECRET)

    def repository(self, name, manifests=None):
        """A repository whose Environment names no endpoint at all: the worldwide cloud."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        (folder / "environments").mkdir(parents=True)
        (folder / "base").mkdir()
        (folder / "environments" / "dev.regent.yaml").write_text(
            "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n"
            f"  tenantId: {TENANT}\n  sources: [../base]\n  powerPlatformEnvironments:\n    sales: 0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e\n")
        for file_name, text in (manifests or {}).items():
            (folder / "base" / file_name).write_text(text)
        return folder

    # ---- making the stage

    def _name_the_services(self):
        hosts = self.folder / "hosts"
        hosts.write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in NAMES))
        subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)

    def _make_certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
                "/CN=a certificate authority for one test", "-addext", "basicConstraints=critical,CA:TRUE", "-addext",
                "keyUsage=critical,keyCertSign")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=simulator.test")
        (self.folder / "extensions").write_text("subjectAltName=" + ",".join("DNS:" + name for name in NAMES) + "\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile",
                "extensions", "-out", "server.pem")
