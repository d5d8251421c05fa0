"""CLI for Microsoft 365 (npm: @pnp/cli-microsoft365)."""

import json
import re
import subprocess

from stage import CLIENT_ID, SECRET, TENANT, Failure
from worldwide_cloud import PORTAL


def missing(stage):
    return None if program(stage).exists() else "CLI for Microsoft 365 is not installed"


def program(stage):
    return stage.clients / "m365/node_modules/.bin/m365"


def m365(stage, *arguments):
    out = stage.run([program(stage), *arguments, "--output", "json"], environment=stage.environment(CLIMICROSOFT365_NOUPDATE="1"))
    return json.loads(out) if out.strip() else None


def sign_in(stage):
    m365(stage, "cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    m365(stage, "login", "--authType", "secret", "--appId", CLIENT_ID, "--tenant", TENANT, "--secret", SECRET)


MAKER = "maker@contoso.example"
SALES = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"
PUBLIC_CLIENT = """\
apiVersion: regent/v1
kind: Application
metadata: {name: m365}
spec:
  displayName: CLI for Microsoft 365
  signInAudience: single-tenant
  isFallbackPublicClient: true
  redirectUris:
    native: ["https://login.microsoftonline.com/common/oauth2/nativeclient"]
"""
CONNECTOR = """\
apiVersion: regent/v1
kind: Connector
metadata: {name: orders}
spec:
  displayName: Orders for m365
  powerPlatformEnvironment: sales
  openapi: orders.json
  icon: orders.png
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
DEFINITION = {"swagger": "2.0", "info": {"title": "Orders", "version": "1.0"}, "host": "api.contoso.example", "basePath": "/", "schemes": ["https"],
              "paths": {"/orders": {"get": {"operationId": "ListOrders", "responses": {"200": {"description": "OK"}}}}}}


def sign_in_as_a_person(stage, app_id):
    """By device code of version 2, as everything on MSAL does it; the code is on the screen and entered elsewhere."""
    stage.control("switches", {"login": {"deviceCodeIntervalSeconds": 1}})
    m365(stage, "cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    waiting = subprocess.Popen([str(program(stage)), "login", "--authType", "deviceCode", "--appId", app_id, "--tenant", TENANT],
                               env=stage.environment(CLIMICROSOFT365_NOUPDATE="1"), cwd=stage.folder, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = ""
    while not (code := re.search(r"enter the code (\w+) ", said)):
        line = waiting.stdout.readline()
        if not line:
            raise Failure(f"m365 login said {said}")
        said += line
    stage.control("change", {"path": f"/devicelogin/{code.group(1)}", "patch": {"user": MAKER}})
    rest, _ = waiting.communicate(timeout=120)
    if waiting.returncode:
        raise Failure(f"m365 login said {said}{rest[-3000:]}")


def a_person_of_m365_lists_and_exports_what_regent_made(stage):
    repository = stage.repository("connectors-for-m365", {"m365.regent.yaml": PUBLIC_CLIENT, "orders.regent.yaml": CONNECTOR,
                                                          "orders.json": json.dumps(DEFINITION)})
    (repository / "base/orders.png").write_bytes(PNG)
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    sign_in_as_a_person(stage, stage.applications()["CLI for Microsoft 365"]["appId"])
    listed = m365(stage, "pa", "connector", "list", "--environmentName", SALES)
    (made,) = [c for c in listed if c["displayName"] == "Orders for m365"]
    exported = stage.folder / "exported"
    exported.mkdir()
    m365(stage, "pa", "connector", "export", "--environmentName", SALES, "--name", made["name"], "--outputFolder", exported)
    there = json.loads((exported / made["name"] / "apiDefinition.swagger.json").read_text())
    there.pop("x-regent", None)
    if there["paths"] != DEFINITION["paths"] or there["host"] != DEFINITION["host"]:
        raise Failure(f"m365 exports another definition: {there}")
    if PNG not in [path.read_bytes() for path in (exported / made["name"]).iterdir()]:
        raise Failure(f"m365 exports another icon: {sorted((exported / made['name']).iterdir())}")


def what_m365_makes_regent_imports_with_an_empty_plan(stage):
    sign_in(stage)
    made = m365(stage, "entra", "app", "add", "--name", "Made by m365", "--redirectUris", "https://m365.contoso.example/", "--platform", "spa",
                "--apisDelegated", "https://graph.microsoft.com/User.Read")
    repository = stage.repository("from-m365")
    stage.regent("import", "-e", "dev", "--app", made["appId"], "--out", repository / "base", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)


def what_regent_makes_m365_reads(stage):
    repository = stage.repository("for-m365", {"portal.regent.yaml": PORTAL})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    sign_in(stage)
    app = m365(stage, "entra", "app", "get", "--name", "Portal")
    if app["uniqueName"] != "regent.dev.portal":
        raise Failure(f"m365 reads {app}")


CASES = [a_person_of_m365_lists_and_exports_what_regent_made, what_regent_makes_m365_reads, what_m365_makes_regent_imports_with_an_empty_plan]
