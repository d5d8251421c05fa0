"""paconn, Microsoft's own command line for custom connectors (PyPI)."""

import filecmp
import json
import re
import subprocess

from stage import Failure

SALES = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"
SECRET = "a-secret-for-paconn"
MAKER = "maker@contoso.example"

DEFINITION = {
    "swagger": "2.0", "info": {"title": "Made by paconn", "description": "Orders of Contoso", "version": "1.0"},
    "host": "api.contoso.example", "basePath": "/v1", "schemes": ["https"], "consumes": [], "produces": ["application/json"],
    "paths": {"/orders": {"get": {"operationId": "ListOrders", "summary": "Lists orders", "parameters": [],
                                  "responses": {"200": {"description": "OK", "schema": {"type": "object"}}}}}},
    "securityDefinitions": {"oauth2": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "https://login.contoso.example/authorize",
                                       "tokenUrl": "https://login.contoso.example/token", "scopes": {"orders.read": "reads"}}},
    "security": [{"oauth2": ["orders.read"]}]}
PROPERTIES = {"properties": {
    "connectionParameters": {"token": {"type": "oauthSetting", "oAuthSettings": {
        "identityProvider": "oauth2", "clientId": "contoso", "scopes": ["orders.read"], "redirectMode": "GlobalPerConnector", "properties": {},
        "customParameters": {"authorizationUrl": {"value": "https://login.contoso.example/authorize"},
                             "tokenUrl": {"value": "https://login.contoso.example/token"},
                             "refreshUrl": {"value": "https://login.contoso.example/token"}}}}},
    "iconBrandColor": "#da3b01", "capabilities": ["actions"], "policyTemplateInstances": [], "scriptOperations": ["ListOrders"]}}
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SCRIPT = "public class Script : ScriptBase { }\n"

MANIFEST = """\
apiVersion: regent/v1
kind: Connector
metadata: {name: orders}
spec:
  displayName: Made by regent
  powerPlatformEnvironment: sales
  files: orders
"""


def program(stage):
    return stage.clients / "paconn/bin/paconn"


def missing(stage):
    return None if program(stage).exists() else "paconn is not installed"


def paconn(stage, *arguments, cwd=None):
    """What it says, which goes to standard error."""
    return stage.run([program(stage), *arguments], cwd=cwd, with_messages=True)


def sign_in(stage):
    """By device code, the only way paconn has: somebody reads the code from the screen and enters it elsewhere."""
    stage.control("switches", {"login": {"deviceCodeIntervalSeconds": 1}, "powerApps": {"storageOrigin": stage.STORAGE}})
    (stage.folder / "home").mkdir(exist_ok=True)
    waiting = subprocess.Popen([str(program(stage)), "login"], env=stage.environment(PYTHONUNBUFFERED="1"), cwd=stage.folder, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = waiting.stdout.readline()
    code = re.search(r"enter the code (\w+) ", said)
    if code:
        stage.control("change", {"path": f"/devicelogin/{code.group(1)}", "patch": {"user": MAKER}})
    rest, _ = waiting.communicate(timeout=60)
    if waiting.returncode or "Login successful." not in rest:
        raise Failure(f"paconn login: {said}{rest[-3000:]}")


def files(folder, title="Made by paconn", secret_free=False):
    folder.mkdir(parents=True)
    definition = {**DEFINITION, "info": {**DEFINITION["info"], "title": title}}
    properties = json.loads(json.dumps(PROPERTIES))
    if secret_free:
        properties["properties"]["connectionParameters"] = {}
        definition = {k: v for k, v in definition.items() if k not in ("security", "securityDefinitions")}
    (folder / "apiDefinition.swagger.json").write_text(json.dumps(definition, indent=2))
    (folder / "apiProperties.json").write_text(json.dumps(properties, indent=2))
    (folder / "icon.png").write_bytes(PNG)
    (folder / "script.csx").write_text(SCRIPT)


def arguments_of(folder):
    return ["--env", SALES, "--api-def", folder / "apiDefinition.swagger.json", "--api-prop", folder / "apiProperties.json",
            "--icon", folder / "icon.png", "--script", folder / "script.csx"]


def create(stage, folder):
    said = paconn(stage, "create", *arguments_of(folder), "--secret", SECRET, "--overwrite-settings", cwd=folder)
    name = re.search(r"(shared_\S+) created successfully", said)
    if not name:
        raise Failure(f"paconn create said {said}")
    return name.group(1)


def custom_connectors(stage):
    return [c for c in stage.state()["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)]


def download(stage, name, into):
    paconn(stage, "download", "--env", SALES, "--cid", name, "--dest", into, "--overwrite")


def check_same_files(made, downloaded):
    for name in ("icon.png", "script.csx"):
        if not filecmp.cmp(made / name, downloaded / name, shallow=False):
            raise Failure(f"{name} is another one after its way through the service")
    there = json.loads((downloaded / "apiDefinition.swagger.json").read_text())
    there.pop("x-regent", None)
    if there != json.loads((made / "apiDefinition.swagger.json").read_text()):
        raise Failure(f"paconn downloads another definition: {there}")


def what_paconn_makes_regent_imports_with_an_empty_plan(stage):
    sign_in(stage)
    folder = stage.folder / "made-by-paconn"
    files(folder)
    said = paconn(stage, "validate", "--api-def", folder / "apiDefinition.swagger.json")
    if "Error" in said:
        raise Failure(f"paconn validate said {said}")
    broken = stage.folder / "broken.swagger.json"
    broken.write_text(json.dumps({**DEFINITION, "paths": {"/orders": {"get": {"responses": {}}}}}))
    said = paconn(stage, "validate", "--api-def", broken)
    if "operationId" not in said:
        raise Failure(f"paconn validate said {said}")
    name = create(stage, folder)
    (made,) = custom_connectors(stage)
    if made["properties"]["createdBy"]["userPrincipalName"] != MAKER or not made.get("_clientSecretSha256"):
        raise Failure(f"the simulator holds {made['properties']['createdBy']}")
    repository = stage.repository("from-paconn")
    stage.regent("import", "-e", "dev", "--environment-name", "sales", "--policy", "full", repository=repository)
    if name not in (repository / "base/made-by-paconn.regent.yaml").read_text():
        raise Failure("the manifest adopts another connector")
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    downloaded = stage.folder / "downloaded-after-taking-over"
    download(stage, name, downloaded)
    check_same_files(repository / "base/made-by-paconn", downloaded)
    (kept,) = custom_connectors(stage)
    if kept["_clientSecretSha256"] != made["_clientSecretSha256"]:
        raise Failure("taking it over changed its secret")


def what_regent_makes_paconn_downloads_and_its_update_is_drift(stage):
    repository = stage.repository("for-paconn", {"orders.regent.yaml": MANIFEST})
    files(repository / "base/orders", "Made by regent", secret_free=True)
    sign_in(stage)
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    (made,) = custom_connectors(stage)
    downloaded = stage.folder / "downloaded-from-regent"
    download(stage, made["name"], downloaded)
    check_same_files(repository / "base/orders", downloaded)

    (downloaded / "script.csx").write_text(SCRIPT.replace("{ }", "{ /* by paconn */ }"))
    paconn(stage, "update", *arguments_of(downloaded), "--cid", made["name"], cwd=downloaded)
    changed = stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository, accept=(2,))
    if "script" not in changed:
        raise Failure(f"the plan does not name the script:\n{changed}")
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    again = stage.folder / "downloaded-after-repair"
    download(stage, made["name"], again)
    check_same_files(repository / "base/orders", again)


CASES = [what_paconn_makes_regent_imports_with_an_empty_plan, what_regent_makes_paconn_downloads_and_its_update_is_drift]
