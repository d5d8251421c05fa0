"""What exists of custom connectors becomes manifests with the files of paconn beside them, and nothing is planned afterwards."""

import base64
import json
import pathlib
import re
import tempfile

from bench import TENANT_ID, bench, case, check, plan_of, says

SALES, PROD = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e", "5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d"
SECRET = "a-secret-that-nobody-may-see"
PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
SCRIPT = b"public class Script : ScriptBase { /* \xc3\xa9 */ }\n"
GROUP = "22222222-3333-4444-5555-666666666666"

ENVIRONMENT = f"""apiVersion: regent/v1
kind: Environment
metadata: {{name: dev}}
spec:
  tenantId: {TENANT_ID}
  endpoints:
    login: http://127.0.0.1:8801
    graph: http://127.0.0.1:8801
    powerApps: http://127.0.0.1:8801
  powerPlatformEnvironments:
    sales: {SALES}
    sales-prod: {PROD}
  sources: [../base]
"""


def definition(title, **info):
    return {"swagger": "2.0", "info": {"title": title, "version": "1.0", **info}, "host": "api.contoso.example", "basePath": "/v1",
            "schemes": ["https"], "paths": {"/orders/{id}": {"get": {
                "operationId": "GetOrder", "summary": "Reads an order", "parameters": [
                    {"name": "id", "in": "path", "required": True, "type": "string", "x-ms-summary": "Nummer – é"}],
                "responses": {"200": {"description": "OK", "schema": {"type": "object", "properties": {
                    "title": {"type": "string"}, "a": {"type": "string"}}}}}}}}}


def oauth(**more):
    return {"token": {"type": "oauthSetting", "oAuthSettings": {
        "identityProvider": "oauth2", "clientId": "contoso", "clientSecret": SECRET, "scopes": ["orders.read"], **more,
        "customParameters": {"authorizationUrl": {"value": "https://login.contoso.example/a"}, "tokenUrl": {"value": "https://login.contoso.example/t"}}}}}


def connector(title, environment=SALES, **more):
    info = more.pop("info", {})
    extra = {k: more.pop(k) for k in list(more) if k.startswith("_") or k in ("permissions", "openApiDefinition", "name")}
    return {"environment": environment, "openApiDefinition": definition(title, **info), **extra, "properties": {
        "displayName": title, "backendService": {"serviceUrl": "https://api.contoso.example/v1"}, "connectionParameters": {}, **more}}


def row(number, title, solutions, **more):
    """A connector of a solution: a row of Dataverse, which Power Apps shows by itself."""
    return {"connectorid": f"7b0e0000-0000-4000-8000-00000000000{number}", "_environment": SALES, "_solutions": solutions,
            "name": f"contoso_{title.replace(' ', '-20')}", "displayname": title, "connectortype": 1,
            "openapidefinition": json.dumps(definition(title)), **more}


def content(data, kind):
    return {"contentType": kind, "base64": base64.b64encode(data).decode()}


EVERYTHING = connector(
    "Contoso Orders", info={"description": "Orders of ours"}, description="Orders of ours", iconBrandColor="#DA3B01", capabilities=["actions"],
    connectionParameters=oauth(), policyTemplateInstances=[{"templateId": "setheader", "title": "Who", "parameters": {
        "x-ms-apimTemplateParameter.name": "X-Who", "x-ms-apimTemplateParameter.value": "${env}"}}],
    scriptOperations=["GetOrder"], _icon=content(PNG, "image/png"), _script=content(SCRIPT, "text/plain"),
    permissions=[{"roleName": "Owner", "principal": {"id": "99999999-9999-9999-9999-999999999999", "type": "User"}},
                 {"roleName": "CanEdit", "principal": {"id": GROUP, "type": "Group"}}])


def with_connectors(binaries, *connectors, rows=(), solutions=(), variables=(), environment=ENVIRONMENT):
    folder = tempfile.TemporaryDirectory()
    root = pathlib.Path(folder.name)
    (root / "repository/environments").mkdir(parents=True)
    (root / "repository/base").mkdir()
    (root / "repository/environments/dev.regent.yaml").write_text(environment)
    (root / "tenant.json").write_text(json.dumps({"powerApps": {
        "connectors": list(connectors), "rows": list(rows), "solutions": list(solutions),
        "environmentVariables": list(variables)}}))
    it = bench(binaries, root / "repository", seed=root / "tenant.json")
    it.kept = folder
    return it


@case
def a_connector_with_everything_becomes_a_manifest_and_files_whose_plan_is_empty(binaries):
    with with_connectors(binaries, EVERYTHING, connector("Somebody's")) as it:
        mark = it.mark()
        run = it.regent("import", "--connector", "contoso orders", expect=0)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))
        says(run, "contoso-orders.regent.yaml", "client secret: that of the OAuth client contoso", "clientSecretFrom")
        base = it.repository / "base"
        check(sorted(p.relative_to(base).as_posix() for p in base.rglob("*") if p.is_file()) ==
              ["contoso-orders.regent.yaml"] + [f"contoso-orders/{n}" for n in (
                  "apiDefinition.swagger.json", "apiProperties.json", "icon.png", "script.csx")], list(base.rglob("*")))
        text = (base / "contoso-orders.regent.yaml").read_text()
        for line in ("policy: observe", "displayName: Contoso Orders", "powerPlatformEnvironment: sales", "files: contoso-orders",
                     f"id: {GROUP}", "role: edit"):
            check(line in text, f"{line} in\n{text}")
        for line in ("description:", "publisher", "clientSecretFrom:"):
            check(line not in text, f"{line} in\n{text}")
        check((base / "contoso-orders/icon.png").read_bytes() == PNG, "the icon")
        check((base / "contoso-orders/script.csx").read_bytes() == SCRIPT, "the script")
        written = (base / "contoso-orders/apiDefinition.swagger.json").read_text()
        check(json.loads(written) == EVERYTHING["openApiDefinition"], written)
        check(list(json.loads(written))[:3] == ["swagger", "info", "host"] and "Nummer – é" in written, written)
        properties = json.loads((base / "contoso-orders/apiProperties.json").read_text())["properties"]
        settings = properties["connectionParameters"]["token"]["oAuthSettings"]
        check("redirectUrl" not in settings and "clientSecret" not in settings, settings)
        check(properties["policyTemplateInstances"] == EVERYTHING["properties"]["policyTemplateInstances"], properties)
        it.check_settled()
        says(it.regent("validate", "--strict", expect=0), "2 files valid")
        it.check_no_known_secret_leaked(SECRET)


@case
def a_key_in_a_policy_is_written_as_its_name_and_the_plan_is_empty_with_the_key_in_its_place(binaries):
    def header(name, value):
        return {"templateId": "setheader", "title": name, "parameters": {
            "x-ms-apimTemplateParameter.name": name, "x-ms-apimTemplateParameter.value": value}}
    other = SECRET[::-1]
    policies = [header("Accept", "text/plain"), header("Ocp-Apim-Subscription-Key", SECRET), header("X-Api-Key", other),
                header("ocp-apim-subscription-key", SECRET), header("x-api-key", SECRET + "-3")]
    names = ["keyed-ocp-apim-subscription-key", "keyed-x-api-key", "keyed-ocp-apim-subscription-key", "keyed-x-api-key-2"]
    kept_in = ({"connectors": [connector("Keyed", policyTemplateInstances=policies)], "environment": ENVIRONMENT},
               {"connectors": [], "rows": [row(7, "Keyed", ["ContosoConnectors"], policytemplateinstances=json.dumps(policies))],
                "environment": IN_SOLUTION})
    for options in kept_in:
        with with_connectors(binaries, *options.pop("connectors"), **options) as it, tempfile.TemporaryDirectory() as folder:
            def there():
                state = it.simulator.state()["powerApps"]
                return (json.loads(state["rows"][0]["policytemplateinstances"]) if state["rows"] else
                        it.connectors()[0]["properties"]["policyTemplateInstances"])
            run = it.regent("import", "--connector", "Keyed", "--policy", "full", expect=0)
            says(run, "`Ocp-Apim-Subscription-Key`", "LoadCredential=connector.keyed-x-api-key-2:/path")
            path = it.repository / "base/keyed.regent.yaml"
            check("ignore" not in path.read_text() and "connector.keyed-x-api-key" in path.read_text(), path.read_text())
            written = json.loads((it.repository / "base/keyed/apiProperties.json").read_text())["properties"]["policyTemplateInstances"]
            check([p["parameters"].get("x-ms-apimTemplateParameter.value") for p in written] ==
                  ["text/plain", *({"credential": name} for name in names)], written)
            check("RG0633" not in it.regent("validate", "--strict", expect=0).err, "a key in a file")
            # Until the keys are in their places they are not compared, and nothing is taken away.
            check([(c["actions"], c["fields"]) for c in plan_of(it)["changes"]] == [(["adopt"], [])], plan_of(it)["changes"])
            says(it.regent("plan", expect=0), "\"keyed-x-api-key-2\"", "was not compared")
            it.regent("apply", "--yes", expect=0)
            check(there() == policies, there())
            for name, text in (("client-id", it.environment()["AZURE_CLIENT_ID"]), ("client-secret", "simulator"), ("connector." + names[0], SECRET),
                               ("connector." + names[1], other), ("connector." + names[3], SECRET + "-3")):
                (pathlib.Path(folder) / name).write_text(text)
                (pathlib.Path(folder) / name).chmod(0o600)
            machine = {"CREDENTIALS_DIRECTORY": folder}
            check("not compared" not in it.regent("plan", "--detailed-exitcode", environment=machine, expect=0).out, "it can be compared")
            (pathlib.Path(folder) / ("connector." + names[1])).write_text("another-key-of-the-api")
            it.regent("plan", "--detailed-exitcode", environment=machine, expect=2)
            it.regent("apply", "--yes", environment=machine, expect=0)
            check(there()[2]["parameters"]["x-ms-apimTemplateParameter.value"] == "another-key-of-the-api", there())
            it.check_no_known_secret_leaked(SECRET, other, "another-key-of-the-api")


@case
def a_connector_that_is_taken_over_keeps_its_secret_and_gets_nothing_but_a_mark(binaries):
    with with_connectors(binaries, EVERYTHING) as it:
        before = it.connectors()[0]
        it.regent("import", "--environment-name", "sales", "--policy", "full", expect=0)
        plan = plan_of(it)
        check([(c["actions"], c["fields"]) for c in plan["changes"]] == [(["adopt"], [])], plan["changes"])
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        after = it.connectors()[0]
        check(after["_clientSecretSha256"] == before["_clientSecretSha256"], "another secret")
        mark = after["openApiDefinition"].pop("x-regent")
        check(mark["name"] == "contoso-orders", mark)
        for part in ("openApiDefinition", "permissions", "_icon", "_script"):
            check(after[part] == before[part], f"{part}: {after[part]}")
        # The database is no part of it.
        for path in it.state_dir.glob("*"):
            path.unlink()
        it.check_settled()
        says(it.regent("import", "--environment-name", "sales", expect=0), "managed already: Connector/contoso-orders", "Nothing is left to write")


@case
def all_connectors_of_an_environment_and_namesakes_in_two_are_told_apart(binaries):
    twins = [connector("Orders"), connector("Orders", PROD), connector("Billing", PROD), connector("3E Events", PROD, description="said elsewhere")]
    with with_connectors(binaries, *twins) as it:
        run = it.regent("import", "--connector", "Orders", expect=1)
        says(run, "2 connectors are called `Orders`", "--environment-name", f"in `sales` ({SALES})", f"in `sales-prod` ({PROD})", "Nothing was written")
        it.regent("import", "--environment-name", "sales-prod", expect=0)
        names = sorted(p.name for p in (it.repository / "base").glob("*.yaml"))
        check(names == ["billing.regent.yaml", "connector-3e-events.regent.yaml", "orders.regent.yaml"], names)
        check("description: said elsewhere" in (it.repository / "base/connector-3e-events.regent.yaml").read_text(), "its description")
        it.regent("import", "--environment-name", SALES, expect=0)
        check((it.repository / "base/orders-sales.regent.yaml").is_file(), list((it.repository / "base").iterdir()))
        it.check_settled()


@case
def what_cannot_be_imported_is_said_and_nothing_is_overwritten(binaries):
    broken = connector("Broken", openApiDefinition={**definition("Broken"), "paths": {"/a": {"get": {"responses": {}}}}})
    foreign = connector("Theirs", openApiDefinition={**definition("Theirs"), "x-regent": {"owner": "other.prod", "name": "theirs"}})
    odd_icon = connector("Odd icon", _icon=content(b"GIF89a", "image/gif"))
    with with_connectors(binaries, broken, foreign, odd_icon) as it:
        run = it.regent("import", "--environment-name", "sales", expect=5)
        says(run, "not importable: \"Broken\"", "operationId", "left out: \"Theirs\"", "belongs to other.prod")
        text = (it.repository / "base/odd-icon.regent.yaml").read_text()
        check("# - icon (" in text and not (it.repository / "base/odd-icon/icon.png").exists(), text)
        it.check_settled()
        for arguments, said in ((["--connector", "Nobody's"], "no custom connector is called `Nobody's`"),
                                (["--environment-name", "sale"], "no Power Platform environment is known as `sale`"),
                                (["--connector", "Broken", "--out", "-"], "a connector is several files")):
            run = it.regent("import", *arguments)
            check(run.code != 0, run)
            says(run, said)
        (it.repository / "base/odd-icon.regent.yaml").unlink()
        run = it.regent("import", "--connector", "Odd icon", expect=1)
        says(run, "odd-icon/apiDefinition.swagger.json exists", "Nothing was written")


@case
def one_of_ours_without_a_manifest_gets_its_name_and_its_secrets_source_back(binaries):
    ours = connector("Renamed since", openApiDefinition={**definition("Renamed since"), "x-regent": {
        "owner": "regent.dev", "name": "orders", "secretFrom": "contoso/2"}}, connectionParameters=oauth())
    with with_connectors(binaries, ours) as it:
        run = it.regent("import", "--connector", "Renamed since", "--policy", "full", expect=0)
        says(run, "orders.regent.yaml", "ours, and no manifest declared it")
        text = (it.repository / "base/orders.regent.yaml").read_text()
        check("credential: contoso" in text and "version: \"2\"" in text, text)
        it.check_settled()


IN_SOLUTION = ENVIRONMENT.replace("  powerPlatformEnvironments:", "    powerPlatform: http://127.0.0.1:8801\n  powerPlatformEnvironments:").replace(
    "  sources:", "  dataverse:\n    - environment: sales\n  sources:")
ROWS = [row(7, "Contoso Billing", ["ContosoConnectors"], description="Bills", iconbrandcolor="#DA3B01",
            connectionparameters=json.dumps(oauth()), customcodeblobcontent=SCRIPT.decode(), scriptoperations='["GetOrder"]'),
        row(8, "Contoso Stock", ["Default"]),
        row(9, "Fabrikam", ["FabrikamApps"], ismanaged=True)]


@case
def a_connector_of_a_solution_becomes_one_of_a_solution_whose_plan_is_empty(binaries):
    with with_connectors(binaries, connector("Contoso Orders"), rows=ROWS, environment=IN_SOLUTION) as it:
        mark = it.mark()
        run = it.regent("import", "--environment-name", "sales", expect=5)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))
        says(run, "not importable: \"Fabrikam\"", "managed solution")
        base = it.repository / "base"
        names = sorted(p.name for p in base.glob("*.yaml"))
        check(names == ["contoso-billing.regent.yaml", "contoso-orders.regent.yaml", "contoso-stock.regent.yaml"], names)
        text = (base / "contoso-billing.regent.yaml").read_text()
        for line in ("backend: solution", "solution: ContosoConnectors", f"connector: {ROWS[0]['connectorid']}", "policy: observe", "files: contoso-billing"):
            check(line in text, f"{line} in\n{text}")
        check("clientSecretFrom" not in text, f"Dataverse takes no secret:\n{text}")
        check("solution: Default" in (base / "contoso-stock.regent.yaml").read_text(), "the solution of everything, where it is in no other")
        text = (base / "contoso-orders.regent.yaml").read_text()
        check("backend" not in text and "solution" not in text, text)
        check((base / "contoso-billing/script.csx").read_bytes() == SCRIPT, "the script")
        it.check_settled()
        says(it.regent("import", "--connector", "Contoso Billing", expect=0), "managed already: Connector/contoso-billing", "Nothing is left to write")


@case
def many_manifests_are_told_by_field_and_not_by_client(binaries):
    many = [connector(f"Contoso {n}", connectionParameters=oauth(clientId=f"client-{n}")) for n in range(22)]
    many[0]["properties"]["policyTemplateInstances"] = [{"templateId": "setheader", "title": "Key", "parameters": {
        "x-ms-apimTemplateParameter.name": "x-api-key", "x-ms-apimTemplateParameter.value": SECRET}}]
    with with_connectors(binaries, *many) as it:
        run = it.regent("import", "--environment-name", "sales", expect=0)
        told = [line.split(None, 1) for line in run.err.partition("By field:\n")[2].splitlines() if line.startswith("  ")]
        check(told == [["22", "client secret"], ["1", "policies"]], run.err)


@case
def environment_variables_of_a_solution_come_back_as_their_names(binaries):
    named = {n: f'@environmentVariables("contoso_{n}")' for n in ("Host", "Client", "Secret")}
    variables = [{"environment": SALES, "schemaName": "contoso_Host", "value": "api.contoso.example"},
                 {"environment": SALES, "schemaName": "contoso_Client", "value": "contoso"},
                 {"environment": SALES, "schemaName": "contoso_Secret", "secret": True}]
    parameters = oauth(clientId=named["Client"], clientSecret=named["Secret"])
    one = row(5, "Contoso Rates", ["ContosoConnectors"], openapidefinition=json.dumps({**definition("Rates"), "host": named["Host"]}),
              connectionparameters=json.dumps(parameters))
    with with_connectors(binaries, rows=[one], variables=variables, environment=IN_SOLUTION) as it:
        says(it.regent("import", "--connector", "Contoso Rates", "--policy", "full", expect=0), "1 manifest")
        written = "".join(p.read_text() for p in (it.repository / "base").rglob("*") if p.is_file())
        for text in named.values():
            check(json.dumps(text) in written, f"{text} in\n{written}")
        check("client secret" not in written, f"nobody has to bring one:\n{written}")
        check("RG06" not in it.regent("validate", expect=0).err, "no warning of a secret")
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        it.change(f"/dataverse/sales/api/data/v9.2/connectors({one['connectorid']})", patch={
            "connectionparameters": json.dumps(oauth(clientId=named["Client"], clientSecret=named["Host"]))})
        check([c["fields"] for c in plan_of(it)["changes"]] != [], "another variable is another secret")


@case
def a_connector_of_a_solution_is_taken_over_by_any_of_its_names(binaries):
    for name in ("contoso billing", ROWS[0]["connectorid"], None):
        with with_connectors(binaries, rows=ROWS[:1], environment=IN_SOLUTION) as it:
            shown = name or it.connectors()[0]["name"]
            it.regent("import", "--connector", shown, "--policy", "full", expect=0)
            plan = plan_of(it)
            check([(c["actions"], c["fields"]) for c in plan["changes"]] == [(["adopt"], [])], plan["changes"])
            it.regent("apply", "--yes", expect=0)
            it.check_settled()
            for path in it.state_dir.glob("*"):
                path.unlink()
            it.check_settled()


@case
def a_connector_of_a_solution_without_a_known_dataverse_is_told_and_not_written_as_another_one(binaries):
    with with_connectors(binaries, connector("Contoso Orders"), rows=ROWS[:1]) as it:
        run = it.regent("import", "--environment-name", "sales", expect=5)
        says(run, "not importable: \"Contoso Billing\"", ROWS[0]["connectorid"], "dataverse: [{environment: sales, solution: NAME}]")
        check([p.name for p in (it.repository / "base").glob("*.yaml")] == ["contoso-orders.regent.yaml"], "only the other one")
        run = it.regent("import", "--connector", "Contoso Billing", expect=1)
        says(run, "is in a solution")
        it.check_settled()


@case
def a_folder_that_no_plan_reads_is_told(binaries):
    with with_connectors(binaries, connector("Contoso Orders")) as it:
        run = it.regent("import", "--environment-name", "sales", "--out", str(it.repository / "imported"), expect=0)
        says(run, "is not among the `sources` of dev", "`../imported`")
        run = it.regent("import", "--environment-name", "sales", "--out", str(it.repository / "base/below"), expect=0)
        check("sources" not in run.err, run.err)
        says(it.regent("validate", expect=0), "2 files valid")


SETS = {"uiDefinition": {"displayName": "Sign in by", "description": "Choose one"}, "values": [
    {"name": "key", "uiDefinition": {"displayName": "API key", "description": "A key"}, "parameters": {"api_key": {"type": "securestring"}}},
    {"name": "password", "uiDefinition": {"displayName": "Password", "description": "Name and password"},
     "parameters": {"username": {"type": "string"}, "password": {"type": "securestring"}}}]}


@case
def several_ways_to_sign_in_and_a_gateway_come_back_as_they_are(binaries):
    ways, gate = connector("Ways", connectionParameterSets=SETS), connector("Gate", capabilities=["actions", "gateway"])
    with with_connectors(binaries, ways, gate) as it:
        it.regent("import", "--environment-name", "sales", "--policy", "full", expect=0)
        plan = plan_of(it)
        check([(c["actions"], c["fields"]) for c in plan["changes"]] == [(["adopt"], [])] * 2, plan["changes"])
        it.regent("apply", "--yes", expect=0)
        it.check_settled()


@case
def where_requests_go_is_in_the_file_and_what_the_definition_says_instead_in_a_comment(binaries):
    moved = connector("Moved", backendService={"serviceUrl": "https://elsewhere.example/v1"})
    with with_connectors(binaries, moved) as it:
        says(it.regent("import", "--environment-name", "sales", expect=0), "the one in the service says https://api.contoso.example/v1",
             "requests go elsewhere")
        base = it.repository / "base"
        written = json.loads((base / "moved/apiDefinition.swagger.json").read_text())
        check(written["host"] == "elsewhere.example", written)
        check(not any("x-place" in p.read_text() for p in base.rglob("*") if p.is_file()), "a member of ours is in a file")
