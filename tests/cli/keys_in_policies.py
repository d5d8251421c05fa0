"""Keys that policies name and this machine has: sent, compared, and seen by nobody else."""

import contextlib
import json
import os
import pathlib
import tempfile

from bench import case, check, plan_of, says
from import_connectors import IN_SOLUTION, SALES, definition, with_connectors

FIRST, SECOND, OUTSIDE = "0123-first-key-of-an-api", "4567-second-key-of-an-api", "89ab-key-of-somebody-else"
HEADER = "x-ms-apimTemplateParameter"
MANIFEST = """apiVersion: regent/v1
kind: Connector
metadata: {name: orders}
spec:
  displayName: Orders
  powerPlatformEnvironment: sales
  openapi: orders.json
  policies:
    - templateId: setheader
      title: Who calls
      parameters:
        x-ms-apimTemplateParameter.name: X-Contoso-Caller
        x-ms-apimTemplateParameter.value: {credential: orders}
        x-ms-apimTemplateParameter.existsAction: override
    - templateId: setheader
      title: Form
      parameters: {x-ms-apimTemplateParameter.name: Accept, x-ms-apimTemplateParameter.value: text/plain}
"""
SOLUTION = MANIFEST.replace("spec:\n", "spec:\n  backend: solution\n  solution: ContosoConnectors\n")
PLACES = (("environment", {}, MANIFEST),
          ("solution", {"environment": IN_SOLUTION, "solutions": [{"environment": SALES, "uniqueName": "ContosoConnectors", "prefix": "contoso"}]}, SOLUTION))


class Machine:
    """The credentials directory of the machine that regent runs on; out of reach of what greps for the keys."""

    def __init__(self, it, folder):
        self.it, self.folder = it, pathlib.Path(folder)
        for name, text in (("client-id", it.environment()["AZURE_CLIENT_ID"]), ("client-secret", "simulator")):
            self.put(text, name)

    def put(self, text, name="connector.orders"):
        path = self.folder / name
        path.write_text(text)
        os.chmod(path, 0o600)

    def take_away(self, name="connector.orders"):
        (self.folder / name).unlink()

    def regent(self, *arguments, expect=None):
        return self.it.regent(*arguments, expect=expect, environment={"CREDENTIALS_DIRECTORY": str(self.folder)})

    def every_form(self):
        for form in ("json", "jsonl", "diff", "markdown", "html", "sarif", "junit", "github", "text"):
            self.regent("plan", "-o", form, "-v", "-v", expect=0)

    def plan(self):
        return json.loads(self.regent("plan", "-o", "json", expect=0).out)

    def field(self):
        (field,) = [f for c in self.plan()["changes"] for f in c["fields"] if f["path"] == "/policies"]
        return field

    def check_settled(self):
        before = self.it.mark()
        self.regent("plan", "--detailed-exitcode", expect=0)
        self.regent("apply", "--yes", expect=0)
        check(not self.it.simulator.writes(before), self.it.simulator.writes(before))


@contextlib.contextmanager
def orders(binaries, manifest, options):
    with with_connectors(binaries, **options) as it, tempfile.TemporaryDirectory() as folder:
        (it.repository / "base/orders.json").write_text(json.dumps(definition("Orders")))
        (it.repository / "base/orders.regent.yaml").write_text(manifest)
        yield it, Machine(it, folder)
        it.check_no_known_secret_leaked(FIRST, SECOND, OUTSIDE)


def policies_of(it, place):
    state = it.simulator.state()["powerApps"]
    if place == "solution":
        return json.loads(state["rows"][0]["policytemplateinstances"])
    return it.connectors()[0]["properties"]["policyTemplateInstances"]


def key_in(it, place):
    return policies_of(it, place)[0]["parameters"][f"{HEADER}.value"]


def change_outside(it, place, policies):
    if place == "solution":
        row = it.simulator.state()["powerApps"]["rows"][0]["connectorid"]
        it.change(f"/dataverse/sales/api/data/v9.2/connectors({row})", patch={"policytemplateinstances": json.dumps(policies)})
    else:
        it.change(f"/providers/Microsoft.PowerApps/apis/{it.connectors()[0]['name']}", patch={"policyTemplateInstances": policies})


@case
def a_key_that_a_policy_names_is_sent_compared_and_seen_nowhere(binaries):
    for place, options, manifest in PLACES:
        with orders(binaries, manifest, options) as (it, machine):
            says(machine.regent("validate", "--strict", expect=0), "valid")
            machine.put(FIRST + "\n")
            machine.every_form()
            machine.regent("apply", "--yes", "-v", "-v", expect=0)
            check(key_in(it, place) == FIRST, f"{place}: {policies_of(it, place)}")
            machine.check_settled()

            # Another key in the file is a change, and so is one that somebody else put there.
            machine.put(SECOND)
            machine.every_form()
            field = machine.field()
            check("***" in field["before"] and '{"credential":"orders"}' in field["after"] and not field["drift"], field)
            says(machine.regent("plan", expect=0), "whether the key was changed here or outside is not remembered")
            machine.regent("apply", "--yes", expect=0)
            check(key_in(it, place) == SECOND, f"{place}: {policies_of(it, place)}")
            machine.check_settled()
            for outside in (OUTSIDE, FIRST):
                changed = json.loads(json.dumps(policies_of(it, place)).replace(SECOND, outside))
                change_outside(it, place, changed)
                machine.every_form()
                check("***" in machine.field()["before"], machine.field())
                machine.regent("apply", "--yes", expect=0)
                check(key_in(it, place) == SECOND, f"{place}: {policies_of(it, place)}")
                machine.check_settled()

            # What else changes in them is told as ever, with the key's name where it is.
            changed = json.loads(json.dumps(policies_of(it, place)).replace("text/plain", "text/html"))
            change_outside(it, place, changed)
            field = machine.field()
            check(field["drift"] and "***" not in field["before"] and "text/html" in field["before"], field)
            machine.regent("apply", "--yes", expect=0)
            machine.check_settled()
            # Without memory as with it.
            for path in it.state_dir.glob("*"):
                path.unlink()
            machine.check_settled()

            # No policy any more: what the header is set to is hidden, though nothing names it now.
            path = it.repository / "base/orders.regent.yaml"
            path.write_text(path.read_text().partition("  policies:")[0] + "  policies: []\n")
            machine.put(FIRST)
            machine.every_form()
            machine.regent("apply", "--yes", expect=0)
            check(policies_of(it, place) == [], policies_of(it, place))
            machine.check_settled()


@case
def a_machine_without_the_key_plans_the_same_and_says_what_it_did_not_compare(binaries):
    for place, options, manifest in PLACES:
        with orders(binaries, manifest, options) as (it, machine):
            line = manifest.splitlines().index("  policies:") + 1
            says(machine.regent("plan", expect=0), f"base/orders.regent.yaml:{line}:3: the secret \"orders\" that Connector/orders is to have is not on this machine",
                 "there is no file", "(RG0720, this step would fail)")
            says(machine.regent("apply", "--yes", expect=1), "RG0720")
            machine.put(FIRST)
            machine.regent("apply", "--yes", expect=0)
            ready = machine.plan()
            machine.take_away()
            run = machine.regent("plan", "--detailed-exitcode", expect=0)
            says(run, f"base/orders.regent.yaml:{line}:3", "whether a policy still sends it was not compared", "LoadCredential=connector.orders:/path")
            check(machine.plan()["plan_id"] == ready["plan_id"], "which machine plans changes the plan's id")
            says(machine.regent("doctor"), "whether a policy still sends it was not compared")
            machine.check_settled()

            # Another field does not need it; a policy does, and so does a connector that takes this one's place.
            path = it.repository / "base/orders.regent.yaml"
            path.write_text(manifest.replace("displayName: Orders", "displayName: Orders\n  description: All of them"))
            machine.regent("apply", "--yes", expect=0)
            check(key_in(it, place) == FIRST, policies_of(it, place))
            path.write_text(path.read_text().replace("text/plain", "text/html"))
            says(machine.regent("plan", expect=0), "RG0720, this step would fail")
            says(machine.regent("apply", "--yes", expect=1), "RG0720")
            check(key_in(it, place) == FIRST, policies_of(it, place))
            machine.put(FIRST)
            (machine.folder / "connector.orders").write_bytes(b"\xff\xfe")
            says(machine.regent("plan", expect=0), "is no text (UTF-8)")
            machine.put(FIRST)
            machine.regent("apply", "--yes", expect=0)
            machine.check_settled()
            if place == "solution":
                continue
            path.write_text(path.read_text().replace("displayName: Orders", "displayName: Orders two") + "management: {allowReplacement: true}\n")
            machine.take_away()
            says(machine.regent("plan", expect=0), "a key of its policies, which the new one has to be given, cannot be seen at the moment")
            machine.regent("apply", "--yes", expect=5)
            check([c["properties"]["displayName"] for c in it.connectors()] == ["Orders"], it.connectors())
            machine.put(FIRST)
            machine.regent("apply", "--yes", expect=0)
            check([c["properties"]["displayName"] for c in it.connectors()] == ["Orders two"], it.connectors())
            check(key_in(it, place) == FIRST, policies_of(it, place))
            machine.check_settled()


@case
def a_service_that_quotes_the_key_in_its_refusal_is_not_repeated(binaries):
    for place, options, manifest in PLACES:
        with orders(binaries, manifest, options) as (it, machine):
            machine.put(FIRST)
            machine.regent("apply", "--yes", expect=0)
            machine.put(SECOND)
            path = "/connectors(" if place == "solution" else "/apis/"
            it.fault("status", match={"path": path, "method": "PATCH"}, status=400, message=f"the policy text {SECOND} is refused")
            run = machine.regent("apply", "--yes", expect=1)
            says(run, "the policy text *** is refused")
            it.heal()


@case
def what_people_manage_goes_to_a_connector_that_takes_the_place_of_another_as_it_is(binaries):
    # Of a header with this name it is known that people put keys there.
    manifest = MANIFEST.replace("X-Contoso-Caller", "x-api-key")
    with orders(binaries, manifest, {}) as (it, machine):
        machine.put(FIRST)
        machine.regent("apply", "--yes", expect=0)
        for text in (OUTSIDE, FIRST):
            policies = json.loads(json.dumps(policies_of(it, "environment")).replace(key_in(it, "environment"), text))
            change_outside(it, "environment", policies)
            path = it.repository / "base/orders.regent.yaml"
            path.write_text(manifest.replace("displayName: Orders", f"displayName: Orders {len(text)}") +
                            "management: {allowReplacement: true, ignore: [spec.policies]}\n")
            machine.regent("apply", "--yes", expect=0)
            check([c["properties"]["displayName"] for c in it.connectors()] == [f"Orders {len(text)}"], it.connectors())
            check(policies_of(it, "environment") == policies, policies_of(it, "environment"))
            machine.check_settled()
