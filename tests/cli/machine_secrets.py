"""Secrets that belong to no Application here and come from the machine that runs regent: `clientSecretFrom`."""

import json
import os

from bench import case, check, says
from import_connectors import definition, with_connectors

SECRET = "what-nobody-but-the-connector-may-see"
CONNECTOR = """apiVersion: regent/v1
kind: Connector
metadata: {name: orders}
spec:
  displayName: Orders
  powerPlatformEnvironment: sales
  openapi: orders.json
  auth:
    oauth2: {clientId: orders, authorizationUrl: https://login.contoso.example/a, tokenUrl: https://login.contoso.example/t}
  clientSecretFrom: {credential: orders, version: "1"}
"""
MISSING = "base/orders.regent.yaml:10:3: the secret \"orders\" that Connector/orders is to have is not on this machine: "


def declare_orders(it):
    (it.repository / "base/orders.json").write_text(json.dumps(definition("Orders")))
    (it.repository / "base/orders.regent.yaml").write_text(CONNECTOR)


def credentials(it):
    folder = it.folder / "credentials"
    folder.mkdir(exist_ok=True)
    for name, text in (("client-id", it.environment()["AZURE_CLIENT_ID"]), ("client-secret", "simulator")):
        (folder / name).write_text(text)
        os.chmod(folder / name, 0o600)
    return folder, {"CREDENTIALS_DIRECTORY": str(folder)}


@case
def a_plan_says_which_secret_of_the_machine_a_step_will_miss_and_apply_fails_for_no_other_reason(binaries):
    with with_connectors(binaries) as it:
        declare_orders(it)
        folder, environment = credentials(it)
        file = folder / "connector.orders"
        says(it.regent("plan", expect=0), MISSING + "$CREDENTIALS_DIRECTORY is not set", "LoadCredential=connector.orders:/path", "RG0720")
        for why, text, mode in (("there is no file", None, None), ("is empty", "\n", 0o600), ("everybody on this machine can read", SECRET, 0o644)):
            if text is not None:
                file.write_text(text)
                os.chmod(file, mode)
            plan = it.regent("plan", environment=environment, expect=0)
            says(plan, MISSING, why, "(RG0720, this step would fail)")
            says(it.regent("doctor", environment=environment, expect=1), "FAIL  " + MISSING, why)
            failed = it.regent("apply", "--yes", environment=environment, expect=1)
            says(failed, "RG0720", why)
            check(not it.connectors(), it.connectors())
        plan = json.loads(it.regent("plan", "-o", "json", environment=environment, expect=0).out)
        check(any("RG0720" in w for c in plan["changes"] for w in c.get("warnings", [])), plan)

        os.chmod(file, 0o600)
        ready = json.loads(it.regent("plan", "-o", "json", environment=environment, expect=0).out)
        check("RG0720" not in json.dumps(ready), ready)
        check(ready["plan_id"] == plan["plan_id"], "which machine plans changes the plan's id")
        it.regent("doctor", environment=environment, expect=0)
        it.regent("apply", "--yes", environment=environment, expect=0)
        # What needs no secret misses none.
        file.unlink()
        path = it.repository / "base/orders.regent.yaml"
        path.write_text(path.read_text().replace("displayName: Orders", "displayName: Orders\n  iconBrandColor: \"#112233\""))
        plan = it.regent("plan", "--detailed-exitcode", environment=environment, expect=2)
        check("RG0720" not in plan.out, plan)
        it.check_no_known_secret_leaked(SECRET)
