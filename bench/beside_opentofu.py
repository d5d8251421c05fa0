#!/usr/bin/env python3
"""regent beside OpenTofu with HashiCorp's azuread provider: the same applications, the same simulator, which answers 50 ms late.

Both programs are unmodified and talk TLS to the services' own names, so this runs on the stage of tests/interop/clients: a network namespace
of its own, which needs root or a kernel that gives users namespaces.
"""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "interop" / "clients"))

from estate import APPLICATION, name_of, without_nulls  # noqa: E402
from tenant import LATENCY_MS, asked, show_run  # noqa: E402

COUNT = 200
CHANGED_NUMBER = COUNT // 2
SWITCHES = {"graph": {"listsKeepTheirOrder": True, "groupsMerge": False}}  # what the provider counts on
HEAD = """\
terraform {
  required_providers {
    azuread = { source = "hashicorp/azuread" }
  }
}
provider "azuread" {}
data "azuread_client_config" "current" {}
"""
# What estate.APPLICATION says, in OpenTofu's words.
RESOURCES = """
resource "azuread_application" "{name}" {{
  display_name = "{name}"
  owners       = [data.azuread_client_config.current.object_id]
  required_resource_access {{
    resource_app_id = "00000003-0000-0000-c000-000000000000"
{accesses}
  }}
  web {{
    redirect_uris = ["https://{host}/signin-oidc"]
  }}
}}
resource "azuread_service_principal" "{name}" {{
  client_id = azuread_application.{name}.client_id
  owners    = [data.azuread_client_config.current.object_id]
}}
resource "azuread_application_federated_identity_credential" "{name}" {{
  application_id = azuread_application.{name}.id
  display_name   = "deploy"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:contoso/{name}:environment:bench"
}}
"""
IMPORT = """
import {{
  to = {type}.{name}
  id = "{id}"
}}
"""


def opentofu(binaries, folder):
    """Called by bench/run: the benchmark itself is a program of its own, inside the namespace."""
    clients = pathlib.Path(os.environ.get("REGENT_CLIENTS", ROOT / "build" / "interop"))
    for name in ("tofu", "terraform-provider-azuread"):
        if not (clients / name).exists():
            print(f"  skipped: there is no {clients / name}; `tools/interop-clients {clients}` builds it, REGENT_CLIENTS names another folder")
            return
    done = subprocess.run([sys.executable, __file__, str(binaries), str(clients)])
    if done.returncode != 0:
        sys.exit("bench: opentofu ended with exit code %d" % done.returncode)


class Family:
    """Peak memory of a program and all that it starts: OpenTofu's provider is a process of its own."""

    def __init__(self, root):
        self.root, self.peaks, self.over = root, {}, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while not self.over.wait(0.05):
            for pid in self._members():
                try:
                    fields = pathlib.Path(f"/proc/{pid}/status").read_text()
                    peak = int(fields.split("VmHWM:")[1].split()[0]) * 1024
                    self.peaks[pid] = max(peak, self.peaks.get(pid, 0))
                except (OSError, IndexError):
                    pass  # it has just ended

    def _members(self):
        members, found = [], [self.root]
        while found:
            pid = found.pop()
            members.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                try:
                    found += [int(child) for child in task.read_text().split()]
                except OSError:
                    pass
        return members

    def stop(self):
        self.over.set()
        self.thread.join()
        return sum(self.peaks.values())


class Run:
    """What one run cost this machine, and what it asked of the service."""

    def __init__(self, arguments, cwd, environment, log, expected):
        begun = os.path.getsize(log) if log.exists() else 0
        output = cwd / "output.txt"
        with open(output, "wb") as out:
            start = time.perf_counter()
            child = subprocess.Popen([str(a) for a in arguments], cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=subprocess.STDOUT)
            family = Family(child.pid)
            _, status, usage = os.wait4(child.pid, 0)
            self.wall = time.perf_counter() - start
        self.memory = family.stop()
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != expected:
            sys.exit(f"bench: {arguments[0]} ended with exit code {child.returncode}\n{output.read_text()[-3000:]}")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.requests, self.units, self.connections = asked(log, begun)


def accesses(stage, name):
    """In the order in which the tenant lists them, on which the provider counts."""
    entry = stage.applications()[name]["requiredResourceAccess"][0]["resourceAccess"]
    return "\n".join('    resource_access {\n      id   = "%s"\n      type = "%s"\n    }' % (a["id"], a["type"]) for a in entry)


def configuration(listed, changed=None):
    hosts = {name_of(n): f"{name_of(n)}.contoso.example" for n in range(COUNT)} | ({name_of(changed): "elsewhere.contoso.example"} if changed else {})
    return HEAD + "".join(RESOURCES.format(name=name, host=host, accesses=listed) for name, host in hosts.items())


def imports(graph):
    principals = {p["appId"]: p["id"] for p in graph["servicePrincipals"]}
    blocks = []
    for app in graph["applications"]:
        if not (app.get("uniqueName") or "").startswith("regent.dev."):
            continue
        credential = app["federatedIdentityCredentials"][0]["id"]
        for kind, identity in (("azuread_application", f"/applications/{app['id']}"),
                               ("azuread_service_principal", f"/servicePrincipals/{principals[app['appId']]}"),
                               ("azuread_application_federated_identity_credential", f"{app['id']}/federatedIdentityCredential/{credential}")):
            blocks.append(IMPORT.format(type=kind, name=app["displayName"], id=identity))
    return "".join(blocks)


def repository_of(stage):
    return stage.repository("bench", {f"{name_of(n)}.regent.yaml": APPLICATION.format(name=name_of(n)).replace("${env}", "bench")
                                      for n in range(COUNT)})


def measure(stage, what, repository, tofu, expected):
    regent = [stage.binaries / "regent", "-C", repository, "--no-input", "--ca-file", stage.folder / "ca.pem", "--state-dir", stage.folder / "state",
              "plan", "-e", "dev", "--detailed-exitcode"]
    show_run(f"{what}: regent", Run(regent, repository, stage.regent_environment(), stage.log, expected))
    plan = [stage.clients / "tofu", "plan", "-detailed-exitcode", "-no-color", "-input=false"]
    show_run(f"{what}: OpenTofu", Run(plan, tofu.folder, tofu.environment(), stage.log, expected))


def restart_late(stage):
    """The same tenant again, in a simulator that answers late; nobody's state or cache is touched."""
    seed = stage.folder / "seed.json"
    seed.write_text(json.dumps({"graph": without_nulls(stage.state()["graph"])}))
    stage.start_simulator("--seed", seed, "--latency", str(LATENCY_MS))
    stage.control("switches", SWITCHES)


def main():
    from opentofu import Tofu
    from stage import Stage, enter_namespace
    enter_namespace()
    stage = Stage(sys.argv[1], sys.argv[2])
    try:
        stage.start_simulator()
        repository = repository_of(stage)
        stage.regent("apply", "-e", "dev", "--yes", repository=repository)
        stage.control("switches", SWITCHES)
        graph, listed = stage.state()["graph"], accesses(stage, name_of(0))
        tofu = Tofu(stage, configuration(listed) + imports(graph))
        tofu.run("apply", "-auto-approve", "-no-color", "-input=false")
        (tofu.folder / "main.tf").write_text(configuration(listed))
        restart_late(stage)
        print(f"  {COUNT:,} applications with service principal and federated credential, each answer {LATENCY_MS} ms late, over TLS", flush=True)
        measure(stage, "nothing to do", repository, tofu, 0)
        manifest = repository / "base" / f"{name_of(CHANGED_NUMBER)}.regent.yaml"
        manifest.write_text(manifest.read_text().replace(f"https://{name_of(CHANGED_NUMBER)}.contoso.example", "https://elsewhere.contoso.example"))
        (tofu.folder / "main.tf").write_text(configuration(listed, CHANGED_NUMBER))
        measure(stage, "one change", repository, tofu, 2)
    finally:
        stage.close()


if __name__ == "__main__":
    main()
