"""Connectors of Logic Apps become manifests: what exists in a resource group, as `regent import` writes it."""

import json
import pathlib
import tempfile

from bench import TENANT_ID, bench, case, check, plan_of, says
from import_connectors import SECRET, connector, definition, oauth

SUBSCRIPTION, OTHER = "5ab5c4e1-0000-4444-8888-0123456789ab", "6bc6d5f2-1111-4444-8888-0123456789ab"
SALES = "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"


def group(name, subscription=SUBSCRIPTION):
    return f"/subscriptions/{subscription}/resourceGroups/{name}"


ENVIRONMENT = f"""apiVersion: regent/v1
kind: Environment
metadata: {{name: dev}}
spec:
  tenantId: {TENANT_ID}
  endpoints:
    login: http://127.0.0.1:8801
    graph: http://127.0.0.1:8801
    powerApps: http://127.0.0.1:8801
    resourceManager: http://127.0.0.1:8801
  powerPlatformEnvironments:
    sales: {SALES}
  resourceGroups:
    integration: {group("rg-integration")}
    billing: {group("rg-billing")}
  sources: [../base]
"""


def api(name, title, resource_group="rg-integration", tags=None, **properties):
    return {"subscription": SUBSCRIPTION, "resourceGroup": resource_group, "name": name, "location": "westeurope", "tags": tags or {},
            "openApiDefinition": definition(title), "properties": {
                "displayName": title, "description": "", "backendService": {"serviceUrl": "https://api.contoso.example/v1"},
                "connectionParameters": {}, "apiType": "Rest", **properties}}


def with_apis(binaries, *apis, connectors=(), switches=None):
    folder = tempfile.TemporaryDirectory()
    root = pathlib.Path(folder.name)
    (root / "repository/environments").mkdir(parents=True)
    (root / "repository/base").mkdir()
    (root / "repository/environments/dev.regent.yaml").write_text(ENVIRONMENT)
    (root / "tenant.json").write_text(json.dumps({"powerApps": {"connectors": list(connectors)}, "arm": {
        "resourceGroups": {SUBSCRIPTION: {"rg-integration": {"location": "westeurope"}, "rg-billing": {"location": "westeurope"}},
                           OTHER: {"rg-integration": {"location": "westeurope"}}},
        "customApis": list(apis)}}))
    it = bench(binaries, root / "repository", seed=root / "tenant.json", switches=switches)
    it.kept = folder
    return it


def apis_of(it):
    return {a["name"]: a for a in it.simulator.state()["arm"]["customApis"]}


@case
def all_connectors_of_a_resource_group_become_manifests_whose_plan_is_empty(binaries):
    key = {"key": {"type": "securestring", "uiDefinition": {"displayName": "Key", "constraints": {"required": "true"}}}}
    tags = {"team": "platform", "cost:center": "0815", "empty": "", "version": "1.0"}
    with with_apis(binaries, api("Orders-API", "Orders", tags=tags, description="Orders of ours", brandColor="#da3b01", capabilities=["actions"],
                                 connectionParameters=key, iconUri="https://contoso.example/icon.png"),
                   api("plain", "Plain"), api("plain", "Plain too", "rg-billing"),
                   connectors=[connector("Somebody's")]) as it:
        mark = it.mark()
        run = it.regent("import", "--resource-group", "integration", "--policy", "full", expect=0)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))
        base = it.repository / "base"
        check(sorted(p.relative_to(base).as_posix() for p in base.rglob("*") if p.is_file()) ==
              [f"{n}{f}" for n in ("orders-api", "plain") for f in (".regent.yaml", "/apiDefinition.swagger.json", "/apiProperties.json")], list(base.rglob("*")))
        text = (base / "orders-api.regent.yaml").read_text()
        for line in ("backend: logicapps", "resourceGroup: integration", "location: westeurope", "displayName: Orders", "connector: Orders-API",
                     "description: Orders of ours", "files: orders-api", "team: platform", "0815", "version: \"1.0\""):
            check(line in text, f"{line} in\n{text}")
        check("powerPlatformEnvironment" not in text and "tags" not in (base / "plain.regent.yaml").read_text(), text)
        check([(c["actions"], c["fields"]) for c in plan_of(it)["changes"]] == [(["adopt"], [])] * 2, plan_of(it)["changes"])
        it.regent("validate", "--strict", expect=0)
        before = apis_of(it)["Orders-API"]
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        after = apis_of(it)["Orders-API"]
        check(after["properties"] == before["properties"] and {k: v for k, v in after["tags"].items() if not k.startswith("regent-")} == tags, after)
        run = it.regent("import", "--resource-group", group("rg-integration").upper(), expect=0)
        says(run, "managed already: Connector/orders-api", "Nothing is left to write")
        # One change in the portal is one line, and is put back.
        it.change(f"{group('rg-integration')}/providers/Microsoft.Web/customApis/Orders-API", patch={"properties": {"description": "theirs"}})
        check([[f["path"] for f in c["fields"]] for c in plan_of(it)["changes"]] == [["/description"]], plan_of(it)["changes"])
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        check(apis_of(it)["Orders-API"]["properties"]["iconUri"] == "https://contoso.example/icon.png", apis_of(it))


@case
def a_client_secret_in_azure_stays_while_it_is_watched_and_a_save_needs_the_next_one(binaries):
    with with_apis(binaries, api("orders", "Orders", connectionParameters=oauth())) as it:
        run = it.regent("import", "--resource-group", "integration", expect=0)
        says(run, "client secret: that of the OAuth client contoso", "while it is only watched", "clientSecretFrom")
        it.check_settled()
        path = it.repository / "base/orders.regent.yaml"
        text = path.read_text()
        check("policy: observe" in text, text)
        path.write_text(text.replace("  policy: observe\n", ""))
        says(it.regent("validate", expect=3), "RG0656", "clientSecretFrom")
        for file in sorted((it.repository / "base").rglob("*"), reverse=True):
            file.unlink() if file.is_file() else file.rmdir()
        run = it.regent("import", "--connector", "orders", "--policy", "full", expect=1)
        says(run, "not importable", "RG0656")
        it.check_no_known_secret_leaked(SECRET)


@case
def connectors_of_all_places_are_looked_for_by_name_and_told_apart(binaries):
    with with_apis(binaries, api("orders", "Orders"), api("orders", "Orders", "rg-billing"), api("soap", "Old", apiType="Soap"),
                   connectors=[connector("Orders", SALES), connector("Only here", SALES)]) as it:
        run = it.regent("import", "--connector", "Orders", expect=1)
        says(run, "3 connectors are called `Orders`", "in `sales`", "in `integration`", "in `billing`", "--resource-group", "Nothing was written")
        it.regent("import", "--connector", "Orders", "--resource-group", "billing", expect=0)
        it.regent("import", "--connector", "Orders", "--resource-group", "integration", expect=0)
        it.regent("import", "--connector", "Orders", "--environment-name", "sales", expect=0)
        it.regent("import", "--connector", "Only here", expect=0)
        names = sorted(p.name for p in (it.repository / "base").glob("*.regent.yaml"))
        check(names == ["only-here.regent.yaml", "orders-integration.regent.yaml", "orders-sales.regent.yaml", "orders.regent.yaml"], names)
        it.check_settled()
        run = it.regent("import", "--resource-group", "integration", expect=5)
        says(run, "not importable: \"Old\" (soap): it speaks SOAP")
        for arguments, words in ((["--resource-group", "integratoin"], "no resource group is known as `integratoin`"),
                                 (["--connector", "nobody"], "no custom connector is called `nobody`")):
            run = it.regent("import", *arguments, expect=None)
            check(run.code in (1, 64) and words in run.err, run)
        says(it.regent("import", "--resource-group", group("rg-nowhere"), expect=None), "rg-nowhere", "Nothing was written")


@case
def tags_of_ours_that_somebody_else_put_there_make_nothing_ours(binaries):
    planted = api("planted", "Planted", tags={"regent-owner": "regent.dev", "regent-name": "planted"})
    with with_apis(binaries, planted, switches={"arm": {"systemData": "objectId"}}) as it:
        run = it.regent("import", "--resource-group", "integration", expect=0)
        check("ours" not in run.out, run.out)
