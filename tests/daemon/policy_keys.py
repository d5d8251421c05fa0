"""Keys that policies of connectors name: the service keeps them as the machine has them, and shows them nowhere."""

import json
import pathlib
import tempfile

from daemon_bench import CLIENT_ID, asks, case, check, daemon_bench

FIRST, SECOND, OUTSIDE = "0123-first-key-of-an-api", "4567-second-key-of-an-api", "89ab-key-of-somebody-else"
MANIFEST = """apiVersion: regent/v1
kind: Connector
metadata: {name: keyed}
spec:
  displayName: Keyed
  powerPlatformEnvironment: sales
  openapi: openapi/arm-list-subscriptions.swagger.json
  policies:
    - templateId: setheader
      title: Who calls
      parameters:
        x-ms-apimTemplateParameter.name: X-Contoso-Caller
        x-ms-apimTemplateParameter.value: {credential: keyed}
"""


@case
def a_key_that_changes_on_the_machine_or_in_the_portal_is_put_right_and_shown_nowhere(binaries):
    with daemon_bench(binaries) as it, tempfile.TemporaryDirectory() as folder:
        def put(name, text):
            path = pathlib.Path(folder) / name
            path.touch(0o600)
            path.write_text(text)

        def keyed():
            return next(c for c in it.connectors() if c["properties"]["displayName"] == "Keyed")

        def key():
            return keyed()["properties"]["policyTemplateInstances"][0]["parameters"]["x-ms-apimTemplateParameter.value"]

        put("client-id", CLIENT_ID)
        put("client-secret", "simulator")
        put("connector.keyed", FIRST)
        (it.repository / "base/keyed.regent.yaml").write_text(MANIFEST)
        it.commit("a connector whose policy names its key")
        it.start(environment={"CREDENTIALS_DIRECTORY": folder, "AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None})
        it.wait_in_sync()
        check(key() == FIRST, keyed())
        it.quiet_for(3)
        put("connector.keyed", SECOND)
        it.eventually(lambda: key() == SECOND, "the new key is sent")
        it.wait_in_sync()
        policies = json.loads(json.dumps(keyed()["properties"]["policyTemplateInstances"]).replace(SECOND, OUTSIDE))
        it.change(f"/providers/Microsoft.PowerApps/apis/{keyed()['name']}", patch={"policyTemplateInstances": policies})
        it.eventually(lambda: key() == SECOND, "the key is put back")
        it.wait_in_sync()
        it.quiet_for(3)
        # Taken away, it is missed by nothing that is there.
        (pathlib.Path(folder) / "connector.keyed").unlink()
        it.quiet_for(3)
        check(it.ready("demo", "Connector/keyed")["status"] == "True", it.ready("demo", "Connector/keyed"))
        for command in (("describe", "Connector/keyed"), ("history", "Connector/keyed"), ("events",), ("status",)):
            asks(it, *command)
        for page in ("/", "/e/demo/Connector/keyed", "/metrics", "/api/v1/events?limit=500", "/api/v1/environments/demo/objects"):
            check(it.ask(page)[0] == 200, page)
        check(it.stop() == 0, it.said())
        it.check_no_known_secret_leaked(FIRST, SECOND, OUTSIDE)
