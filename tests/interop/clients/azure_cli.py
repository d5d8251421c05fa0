"""The Azure CLI (PyPI: azure-cli): what it makes regent imports and finds in sync, what regent makes it reads as it is."""

import json

from stage import CLIENT_ID, SECRET, TENANT, Failure
from worldwide_cloud import PORTAL

GRAPH = "00000003-0000-0000-c000-000000000000"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"


def missing(stage):
    return None if (stage.clients / "az/bin/az").exists() else "the Azure CLI is not installed"


def az(stage, *arguments, accept=(0,)):
    environment = stage.environment(AZURE_CONFIG_DIR=str(stage.folder / "home/azure"), AZURE_CORE_COLLECT_TELEMETRY="no",
                                    AZURE_CORE_NO_COLOR="yes")
    out = stage.run([stage.clients / "az/bin/az", *arguments, "--only-show-errors"], accept, environment=environment)
    return json.loads(out) if out.strip() else None


def sign_in(stage):
    az(stage, "login", "--service-principal", "-u", CLIENT_ID, "-p", SECRET, "--tenant", TENANT, "--allow-no-subscriptions")


def make_an_application(stage):
    app = az(stage, "ad", "app", "create", "--display-name", "Made by az", "--sign-in-audience", "AzureADMyOrg", "--web-redirect-uris",
             "https://az.contoso.example/callback", "--enable-id-token-issuance", "true", "--is-fallback-public-client", "false")
    parameters = {"name": "deploy-pipeline", "issuer": "https://token.actions.githubusercontent.com",
                  "subject": "repo:contoso/az:ref:refs/heads/main", "audiences": ["api://AzureADTokenExchange"], "description": "from az"}
    az(stage, "ad", "app", "federated-credential", "create", "--id", app["appId"], "--parameters", json.dumps(parameters))
    az(stage, "ad", "app", "permission", "add", "--id", app["appId"], "--api", GRAPH, "--api-permissions", f"{USER_READ}=Scope")
    az(stage, "ad", "app", "update", "--id", app["appId"], "--identifier-uris", f"api://{app['appId']}")
    az(stage, "ad", "sp", "create", "--id", app["appId"])
    # Not shown, not kept: only that it is there counts.
    az(stage, "ad", "app", "credential", "reset", "--id", app["appId"], "--append", "--display-name", "by hand", "--query", "appId")
    return app["appId"]


def what_az_makes_regent_imports_with_an_empty_plan(stage):
    sign_in(stage)
    app_id = make_an_application(stage)
    repository = stage.repository("from-az")
    stage.regent("import", "-e", "dev", "--app", app_id, "--out", repository / "base", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    text = "".join(path.read_text() for path in (repository / "base").rglob("*.regent.yaml"))
    for wanted in ("Made by az", "https://az.contoso.example/callback", "repo:contoso/az:ref:refs/heads/main", "User.Read", "api://{appId}"):
        if wanted not in text:
            raise Failure(f"the manifest does not say {wanted!r}:\n{text}")


def what_regent_makes_az_reads(stage):
    repository = stage.repository("for-az", {"portal.regent.yaml": PORTAL})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    sign_in(stage)
    found = az(stage, "ad", "app", "list", "--display-name", "Portal")
    if len(found) != 1:
        raise Failure(f"az finds {len(found)} applications")
    app = found[0]
    if app["web"]["redirectUris"] != ["https://portal.contoso.example/signin-oidc"]:
        raise Failure(f"az reads the redirect URIs {app['web']['redirectUris']}")
    credentials = az(stage, "ad", "app", "federated-credential", "list", "--id", app["appId"])
    if [(c["name"], c["subject"]) for c in credentials] != [("deploy-pipeline", "repo:contoso/portal:environment:prod")]:
        raise Failure(f"az reads the credentials {credentials}")
    if az(stage, "ad", "sp", "show", "--id", app["appId"])["appDisplayName"] != "Portal":
        raise Failure("az reads another service principal")


def what_az_changes_regent_sees_as_drift_and_puts_back(stage):
    repository = stage.repository("drift-by-az", {"portal.regent.yaml": PORTAL})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    sign_in(stage)
    app_id = stage.applications()["Portal"]["appId"]
    az(stage, "ad", "app", "update", "--id", app_id, "--web-redirect-uris", "https://attacker.example/callback")
    plan = stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository, accept=(2,))
    if "https://attacker.example/callback" not in plan:
        raise Failure(f"the plan does not name what az changed:\n{plan}")
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    if az(stage, "ad", "app", "show", "--id", app_id)["web"]["redirectUris"] != ["https://portal.contoso.example/signin-oidc"]:
        raise Failure("az does not read what was put back")


CASES = [what_regent_makes_az_reads, what_az_changes_regent_sees_as_drift_and_puts_back, what_az_makes_regent_imports_with_an_empty_plan]
