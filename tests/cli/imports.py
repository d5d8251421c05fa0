"""What exists becomes manifests: of a thousand applications of every sort, nothing is lost, and nothing is planned afterwards."""

import base64
import hashlib
import json
import pathlib
import random
import re
import subprocess
import tempfile

from bench import ONE_APPLICATION, bench, case, check, plan_of, says

GRAPH = "00000003-0000-0000-c000-000000000000"
KNOWN_SCOPES = ["e1fe6dd8-ba31-4d61-89e7-88639da4683d", "37f7f235-527c-4136-accd-4a02d197296e"]
OTHER_API, CLIENT_OF_IT = "a9a9a9a9-0000-4000-8000-000000000001", "a9a9a9a9-0000-4000-8000-000000000002"
SWITCHED_OFF, SWITCHED_ON = "a9a9a9a9-0000-4000-8000-00000000000a", "a9a9a9a9-0000-4000-8000-00000000000b"
KNOWN_ROLES = ["df021288-bdef-4463-88db-98f22de89214"]

NAMES = ["yes", "no", "null", "~", "0123", "1e3", "0x1F", "*star", "&anchor", "- dash", "? question", "# hash", "%percent", "@at", "`tick`",
         "key: value", "a # b", "{braces}", "[brackets]", "\"quoted\"", "it's", "trailing:", "Müller & Söhne GmbH", "日本語アプリ", "Ελληνικά",
         "crème brûlée", "CRM", "crm", "Crm ", "C.R.M.", "${env}", "$${env}", "${", "con", "aux", "COM1", "🚀 launch", "a\u00a0b", "2nd portal",
         "Łódź", "—", "!bang", "|", ">", "true", "12:30:45", "2026-01-01", "=", "<<", "portal", "Portal", "PORTAL", "a\\b", "tab\there"]
TEXTS = ["", "yes", "0123", "*ref", "line one\nline two", "  indented\nthen not", "ends with a line feed\n", "\ttab", "# no comment", "a: b", "---",
         "...", "${not_a_variable}", "ends in blanks  ", "'", "\"", "é日本🚀", "%TAG", "null", "\n\nblank lines first", "x" * 1000, "trailing\n\n\n"]


def guid(dice):
    text = f"{dice.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def some(dice, values, most):
    return dice.sample(values, dice.randint(0, min(most, len(values))))


def permissions(dice, others):
    apis = {}
    for _ in range(dice.randint(0, 4)):
        api = dice.choice([GRAPH, GRAPH, "797f4846-ba00-4fd7-ba43-dac1f8f63013", "0f0f0f0f-0000-4000-8000-000000000000", *others])
        access = apis.setdefault(api, [])
        for identity in some(dice, KNOWN_SCOPES, 2) if api == GRAPH else []:
            access.append({"id": identity, "type": "Scope"})
        for identity in some(dice, KNOWN_ROLES, 1) if api == GRAPH else []:
            access.append({"id": identity, "type": "Role"})
        if dice.random() < 0.3 or not access:
            access.append({"id": guid(dice), "type": dice.choice(["Scope", "Role"])})
    return [{"resourceAppId": api, "resourceAccess": access} for api, access in apis.items()]


def lawful(it):
    """The same without what was allowed once: an application that breaks a rule of today takes no update at all from the simulator."""
    personal = "Personal" in it["signInAudience"]
    for platform in ("web", "spa", "publicClient"):
        uris = it.get(platform, {}).get("redirectUris", [])
        it.get(platform, {})["redirectUris"] = [u for u in uris if "not-https" not in u and not (personal and ("*" in u or "?" in u or "urn:" in u))]
    for credential in it.get("federatedIdentityCredentials", []):
        credential.update(name="deploy", subject="repo:contoso/x:ref:refs/heads/main")
    if personal:
        it.setdefault("api", {})["requestedAccessTokenVersion"] = 2
        it["identifierUris"] = []
    return it


def application(dice, number, others):
    """Anything that a tenant may hold, also what its own rules of today would refuse."""
    app_id = f"cccccccc-0000-4444-8888-{number:012}" if dice.random() < 0.5 else guid(dice)
    host = f"app-{number:04}.contoso.com"
    audience = dice.choice(["AzureADMyOrg"] * 4 + ["AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount"])
    it = {"appId": app_id, "displayName": dice.choice(NAMES) if dice.random() < 0.7 else f"App {number}", "signInAudience": audience}
    if dice.random() < 0.15:
        return it  # everything null
    it["description"] = dice.choice(TEXTS)
    it["notes"] = dice.choice(TEXTS)
    it["tags"] = some(dice, ["HideApp", "yes", "0123", "WindowsAzureActiveDirectoryIntegratedApp", "a:b", "*"], 3)
    it["identifierUris"] = some(dice, [f"api://{app_id}", f"https://{host}/api", f"api://{app_id}/sub", f"api://{host}"], 2)
    it["web"] = {"redirectUris": some(dice, [f"https://{host}/", f"https://{host}/signin?x=1", "http://localhost:3000/", f"https://*.{host}/x",
                                             "http://not-https.contoso.com/x"], 3),
                 "homePageUrl": dice.choice([None, f"https://{host}/", f"https://{host}/a b"]),
                 "logoutUrl": dice.choice([None, f"https://{host}/out"]),
                 "implicitGrantSettings": {"enableIdTokenIssuance": dice.random() < 0.3, "enableAccessTokenIssuance": dice.random() < 0.2}}
    it["spa"] = {"redirectUris": some(dice, [f"https://spa.{host}/", "http://localhost:5173"], 2)}
    it["publicClient"] = {"redirectUris": some(dice, ["http://localhost", f"msal{app_id}://auth", "urn:ietf:wg:oauth:2.0:oob"], 3)}
    it["api"] = {"requestedAccessTokenVersion": 2 if "Personal" in audience else dice.choice([None, 1, 2])}
    it["requiredResourceAccess"] = permissions(dice, others)
    if dice.random() < 0.3:
        it["passwordCredentials"] = [{"keyId": guid(dice), "displayName": dice.choice(["ci", None, "yes", "x (regent someday)"]), "hint": "abc",
                                      "customKeyIdentifier": None, "startDateTime": "2026-01-01T00:00:00Z",
                                      "endDateTime": "2099-01-01T00:00:00Z"}]
    if dice.random() < 0.4:
        it["federatedIdentityCredentials"] = [
            {"name": dice.choice(["deploy", "yes-1", "0123", "x.y z"]), "issuer": "https://token.actions.githubusercontent.com",
             "subject": dice.choice([f"repo:contoso/{number}:ref:refs/heads/main", "*", "0123", None]),
             "audiences": [dice.choice(["api://AzureADTokenExchange", "something-else"])], "description": dice.choice(TEXTS[:6])}]
    for member, value in (("optionalClaims", {"idToken": [{"name": "email", "essential": False}], "accessToken": [], "saml2Token": []}),
                          ("groupMembershipClaims", "SecurityGroup"), ("isFallbackPublicClient", True),
                          ("serviceManagementReference", "TICKET-1"), ("samlMetadataUrl", "https://contoso.com/saml"),
                          ("isDeviceOnlyAuthSupported", False), ("isDisabled", True), ("oauth2RequirePostResponse", True),
                          ("authenticationBehaviors", {"blockAzureADGraphAccess": True, "removeUnverifiedEmailClaim": None,
                                                       "requireClientServicePrincipal": False})):
        if dice.random() < 0.15:
            it[member] = value
    if dice.random() < 0.1:
        it["info"] = {"marketingUrl": "https://contoso.com/", "logoUrl": "https://cdn.contoso.com/logo"}
    return it


def tenant(count, seed, only_lawful):
    dice = random.Random(seed)
    others = [guid(dice) for _ in range(10)]
    applications = [application(dice, n, others) for n in range(count)]
    if only_lawful:
        applications = [lawful(it) for it in applications]
    # Another tool's marks, another owner's, ours without a manifest.
    applications[0].update(uniqueName="bicep-app")
    applications[1].update(uniqueName="other.prod.theirs", tags=["regent:owner:other.prod"])
    applications[2].update(uniqueName="regent.dev.orphan", tags=["regent:owner:regent.dev"])
    principals = [{"appId": a["appId"], "displayName": a["displayName"], "tags": some(dice, ["HideApp", "own", "yes"], 3),
                   "homepage": dice.choice([None, "https://only.example/", a.get("web", {}).get("homePageUrl")])}
                  for a in applications if dice.random() < 0.6]
    principals += [{"appId": o, "displayName": f"Other API {i}", "appRoles": [], "oauth2PermissionScopes": []} for i, o in enumerate(others[:5])]
    return {"graph": {"applications": applications, "servicePrincipals": principals}}


def seeded(binaries, count, seed, only_lawful=False):
    file = tempfile.NamedTemporaryFile("w", suffix=".json")
    json.dump(tenant(count, seed, only_lawful), file)
    file.flush()
    it = bench(binaries, ONE_APPLICATION, seed=pathlib.Path(file.name))
    it.file = file
    return it


def seeded_bench(binaries, tenant, file):
    json.dump(tenant, file)
    file.flush()
    return bench(binaries, ONE_APPLICATION, seed=pathlib.Path(file.name))


def only_imports(it):
    for path in (it.repository / "base").iterdir():
        path.unlink()


def seen(it):
    """Every application, but for regent's marks."""
    apps = {}
    for app in it.simulator.state()["graph"]["applications"]:
        app = {k: v for k, v in app.items() if not k.startswith("_") and k not in ("uniqueName", "createdDateTime")}
        app["tags"] = sorted(t for t in app.get("tags", []) if not t.startswith("regent:"))
        apps[app["appId"]] = app
    return apps


UNSAYABLE = ["optionalClaims", "groupMembershipClaims", "isFallbackPublicClient", "serviceManagementReference", "samlMetadataUrl"]


@case
def a_thousand_applications_of_every_sort_are_imported_and_nothing_is_planned(binaries):
    with seeded(binaries, 1000, 1) as it:
        only_imports(it)
        mark = it.mark()
        run = it.regent("import", "--all", expect=0)
        sent = len(it.requests_since(mark))
        # 45 for the applications; owners, extension properties, consent, role holders and what only its own request shows of each are
        # asked twenty to a request.
        check(sent <= 350, f"{sent} requests for one import")
        check(not it.simulator.writes(mark), f"an import wrote {it.simulator.writes(mark)[:3]}")
        files = sorted((it.repository / "base").glob("*.regent.yaml"))
        managed = len(re.findall("^left out: ", run.err, re.M))
        apps = {a["appId"]: a for a in it.simulator.state()["graph"]["applications"]}
        principals = {p["appId"]: p for p in it.simulator.state()["graph"]["servicePrincipals"]}
        check(len(files) + managed == len(apps), f"{len(files)} files, {managed} left out, {len(apps)} applications")
        says(run, "belongs to other.prod", "orphan.regent.yaml", f"{len(files)} manifests written")

        it.regent("validate", expect=0)
        plan = plan_of(it)
        check(plan["summary"]["withheld"] == 0 and not plan["steps"], f"the first plan says {json.dumps(plan)[:2000]}")

        # Nothing is lost: what is in no field stands in a comment.
        for path in files:
            text = path.read_text()
            app = apps[re.search(r"appId: ([0-9a-f-]{36})", text)[1]]
            comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
            for member in UNSAYABLE:
                check(not app.get(member) or f"{member}" in text, f"{path.name} is silent about {member}")
            for member, words in (("isDisabled", "isDisabled: true"), ("oauth2RequirePostResponse", "oauth2RequirePostResponse: true")):
                check(not app.get(member) or words in text, f"{path.name} is silent about {member}")
            principal = principals.get(app["appId"], {})
            for tag in principal.get("tags") or []:
                check(tag in text, f"{path.name} is silent about the tag {tag} of its service principal")
            check(not principal.get("homepage") or principal["homepage"] in text, f"{path.name} is silent about {principal.get('homepage')}")
            for secret in app["passwordCredentials"]:
                check(secret["keyId"] in comments, f"{path.name} is silent about a secret")
            for entry in app["requiredResourceAccess"]:
                for access in entry["resourceAccess"]:
                    known = access["id"] in KNOWN_SCOPES + KNOWN_ROLES
                    check(known or access["id"] in text, f"{path.name} is silent about the permission {access['id']}")
            for platform in ("web", "spa", "publicClient"):
                for uri in app[platform]["redirectUris"]:
                    check(uri in text, f"{path.name} is silent about {uri}")
            for uri in app["identifierUris"]:
                check(uri in text or uri.replace(app["appId"], "{appId}") in text, f"{path.name} is silent about {uri}")

        # Meant as it is written: taking them over changes nothing but the marks.
        for path in files:
            path.write_text(path.read_text().replace("\n  policy: observe", ""))
        plan = plan_of(it)
        wrong = [r for r in plan["changes"] if r["fields"] or r["reason"] not in ("adoption", "in_sync", "manifest_changed")]
        check(not wrong, f"more than adoptions: {json.dumps(wrong[:3])}")


@case
def what_was_imported_is_taken_over_without_any_change_but_marks(binaries):
    with seeded(binaries, 60, 7, only_lawful=True) as it:
        only_imports(it)
        it.regent("import", "--all", "--policy", "full", expect=0)
        before = seen(it)
        it.regent("apply", "--yes", expect=0)
        after = seen(it)
        for app_id, app in before.items():
            check(app == after[app_id], f"adoption changed {json.dumps(app)[:600]}\ninto {json.dumps(after[app_id])[:600]}")
        mark = it.mark()
        it.regent("apply", "--yes", expect=0)
        check(not it.simulator.writes(mark), "the second apply wrote")


@case
def the_same_tenant_gives_the_same_files_whatever_is_chosen(binaries):
    with seeded(binaries, 120, 3) as it:
        only_imports(it)
        it.regent("import", "--all", "--out", str(it.folder / "one"), expect=0)
        it.regent("import", "--all", "--out", str(it.folder / "two"), expect=0)
        one, two = ({p.name: p.read_text() for p in (it.folder / f).iterdir()} for f in ("one", "two"))
        check(one == two, "two imports of one tenant differ")
        check(len({name.lower() for name in one}) == len(one), "two names differ in nothing but case")


@case
def an_import_never_overwrites_and_leaves_out_what_is_managed(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        app_id = "dddddddd-0000-4444-8888-000000000001"
        it.change("/v1.0/applications", put={"displayName": "Customer portal", "appId": app_id})
        it.regent("import", "--app", app_id, expect=0)
        file = it.repository / "base" / "customer-portal.regent.yaml"
        text = file.read_text()
        check("policy: observe" in text and app_id in text, text)
        again = it.regent("import", "--app", app_id, expect=0)
        says(again, "left out", "managed already: Application/customer-portal (base/customer-portal.regent.yaml:1", "Nothing is left to write")
        file.rename(it.folder / "aside")
        other = it.repository / "base" / "customer-portal.regent.yaml"
        other.write_text("# somebody's notes\n")
        refused = it.regent("import", "--app", app_id, expect=1)
        says(refused, "customer-portal.regent.yaml exists, and no file is overwritten", "Nothing was written")
        check(other.read_text() == "# somebody's notes\n", "the file was overwritten")
        printed = it.regent("import", "--app", app_id, "--out", "-", expect=0)
        check(printed.out == text, f"{printed.out!r} is not {text!r}")


@case
def a_display_name_that_several_have_is_no_choice(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        ids = [f"dddddddd-0000-4444-8888-00000000000{n}" for n in (1, 2)]
        for app_id in ids:
            it.change("/v1.0/applications", put={"displayName": "Portal", "appId": app_id})
        it.change("/v1.0/applications", put={"displayName": "O'Brien's", "appId": "dddddddd-0000-4444-8888-000000000009"})
        run = it.regent("import", "--name", "Portal", expect=1)
        says(run, "2 applications are called `Portal`", *ids, "choose with --app ID", "Nothing was written")
        says(it.regent("import", "--name", "O'Brien's", "--out", "-", expect=0), "displayName: O'Brien's")
        says(it.regent("import", "--name", "Nobody", expect=1), "the tenant has no application `Nobody`")
        says(it.regent("import", "--app", "Portal", expect=64), "is no application id")
        says(it.regent("import", expect=64), "which objects?")
        found = it.regent("import", "--filter", "startswith(displayName,'Port')", "--out", "-", expect=0)
        check(found.out.count("kind: Application") == 2, found.out)
        says(it.regent("import", "--filter", "nonsense(", expect=1), "Invalid filter clause")
        for advanced in ("displayName ne 'x'", "not startswith(displayName,'x')", "endswith(displayName,'x')", "owners/$count eq 0"):
            refused = it.regent("import", "--filter", advanced, expect=1)
            says(refused, f"does not take the filter `{advanced}`", "queries that regent does not send", "`--name`")
            check("mistake of regent" not in refused.out + refused.err, refused)


@case
def what_no_manifest_can_be_is_said_and_the_rest_is_written(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        it.change("/v1.0/applications", put={"displayName": "L" * 130, "appId": "dddddddd-0000-4444-8888-000000000001"})
        it.change("/v1.0/applications", put={"displayName": "Short", "appId": "dddddddd-0000-4444-8888-000000000002"})
        it.change("/v1.0/applications", put={"displayName": "Half ours", "appId": "dddddddd-0000-4444-8888-000000000003", "passwordCredentials": [
            {"keyId": "dddddddd-0000-4444-8888-00000000000a", "displayName": "arm (regent 0123abcd)", "hint": "abc", "customKeyIdentifier": None,
             "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}]})
        ids = [f"dddddddd-0000-4444-8888-00000000000{n}" for n in (1, 2, 3)]
        run = it.regent("import", *(word for app_id in ids for word in ("--app", app_id)), expect=5)
        says(run, "not importable", "at most 120 characters", "short.regent.yaml", "half-ours.regent.yaml", "2 manifests written",
             'clientSecrets: "arm (regent 0123abcd)"')
        again = it.regent("import", *(word for app_id in ids for word in ("--app", app_id)), expect=5)
        says(again, "not importable", "left out", "Nothing is left to write")


@case
def a_folder_of_two_environments_is_not_written_to_unasked(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        (path,) = (it.repository / "environments").glob("*.regent.yaml")
        name = re.search(r"name: (\S+)", path.read_text())[1]
        path.with_name("second.regent.yaml").write_text(path.read_text().replace(f"name: {name}", "name: second", 1))
        it.change("/v1.0/applications", put={"displayName": "Portal", "appId": "dddddddd-0000-4444-8888-000000000001"})
        run = it.regent("import", "-e", name, "--name", "Portal", expect=64)
        says(run, "is read by another environment, too", "--out")


ALICE, APPROVERS = "aaaaaaaa-0000-4444-8888-00000000000a", "aaaaaaaa-0000-4444-8888-00000000000b"
PEOPLE = {"users": [{"id": ALICE, "displayName": "Alice Adams"}], "groups": [{"id": APPROVERS, "displayName": "Approvers"}]}
WITH_RELATIONS = f"""apiVersion: regent/v1
kind: Application
metadata: {{name: orders}}
spec:
  displayName: Orders
  signInAudience: single-tenant
  owners: [{ALICE}]
  exposes:
    roles:
      - {{name: Approver, description: Approves orders, allowed: [user]}}
  extensionProperties:
    - {{name: costCenter, dataType: String, targetObjects: [User]}}
  permissions:
    - {{api: microsoft-graph, delegated: [User.Read], application: [Group.Read.All], adminConsent: true}}
    - {{api: microsoft-graph, delegated: [Mail.Read]}}
  servicePrincipal:
    owners: [{ALICE}]
    assignments:
      usersAndGroups:
        - {{user: {ALICE}, role: Approver}}
        - {{group: {APPROVERS}, role: Approver}}
"""


def made_by_others(it):
    """One application with everything around it, without any mark of regent."""
    (it.repository / "base" / "orders.regent.yaml").write_text(WITH_RELATIONS)
    it.regent("apply", "--yes", expect=0)
    app = it.application("regent.dev.orders")
    it.change(f"/v1.0/applications/{app['id']}", patch={"tags": [], "uniqueName": None})
    only_imports(it)
    return app


@case
def owners_consent_and_extension_properties_are_imported_and_who_was_assigned_is_said(binaries):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, seeded_bench(binaries, {"graph": PEOPLE}, file) as it:
        only_imports(it)
        app = made_by_others(it)
        grants = it.simulator.state()["graph"]["oauth2PermissionGrants"]
        check(len(grants) == 1, grants)
        it.change(f"/v1.0/oauth2PermissionGrants/{grants[0]['id']}", patch={"scope": "User.Read Files.Read"})
        it.regent("import", "--app", app["appId"], "--policy", "full", expect=0)
        text = (it.repository / "base" / "orders.regent.yaml").read_text()
        check(text.count(f"- {ALICE}  # Alice Adams") == 2, text)
        check("- name: costCenter" in text and "isMultiValued" not in text, text)
        check("adminConsent: true" in text and text.index("User.Read") < text.rindex("adminConsent"), text)
        check("# - servicePrincipal.assignments.usersAndGroups: 1 group, 1 user (" in text, text)
        check("# - adminConsent: delegated Files.Read of Microsoft Graph (granted, and the application does not ask for it)" in text, text)
        it.regent("apply", "--yes", expect=0)
        says(it.regent("plan", "--detailed-exitcode", expect=0), "No changes")
        it.change(f"/v1.0/applications/{app['id']}", patch={"owners": []})
        says(it.regent("plan", "--detailed-exitcode", expect=2), "owners")


@case
def what_an_api_has_switched_off_since_is_imported_by_its_id(binaries):
    seed = {"graph": {"applications": [
        {"displayName": "Api", "appId": OTHER_API, "api": {"oauth2PermissionScopes": [
            {"id": SWITCHED_OFF, "value": "Orders.Read", "isEnabled": False, "type": "Admin", "adminConsentDisplayName": "a", "adminConsentDescription": "a"},
            {"id": SWITCHED_ON, "value": "Orders.Write", "isEnabled": True, "type": "Admin", "adminConsentDisplayName": "b", "adminConsentDescription": "b"}]}},
        {"displayName": "Client", "appId": CLIENT_OF_IT, "requiredResourceAccess": [
            {"resourceAppId": OTHER_API, "resourceAccess": [{"id": SWITCHED_OFF, "type": "Scope"}, {"id": SWITCHED_ON, "type": "Scope"}]}]}],
        "servicePrincipals": [{"appId": OTHER_API, "displayName": "Api"}]}}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, seeded_bench(binaries, seed, file) as it:
        only_imports(it)
        before = seen(it)
        it.regent("import", "--app", CLIENT_OF_IT, "--policy", "full", expect=0)
        text = (it.repository / "base" / "client.regent.yaml").read_text()
        check(f"delegatedIds: [{SWITCHED_OFF}]" in text or f"- {SWITCHED_OFF}" in text, text)
        check("- Orders.Write" in text or "[Orders.Write]" in text, text)
        it.regent("apply", "--yes", expect=0)
        says(it.regent("plan", "--detailed-exitcode", expect=0), "No changes")
        check(seen(it)[CLIENT_OF_IT] == before[CLIENT_OF_IT], "something was changed")


@case
def what_may_not_be_read_is_said_and_the_rest_is_imported(binaries):
    # Its client may read applications, and no consent.
    story = json.loads((pathlib.Path(__file__).parents[1] / "scenarios" / "consent-refused" / "tenant.json").read_text())
    story["graph"].update(PEOPLE)
    small = {"AZURE_CLIENT_ID": "66666666-0000-4000-8000-000000000002", "AZURE_CLIENT_SECRET": "small"}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file, seeded_bench(binaries, story, file) as it:
        only_imports(it)
        app = made_by_others(it)
        it.regent("import", "--app", app["appId"], environment=small, expect=0)
        text = (it.repository / "base" / "orders.regent.yaml").read_text()
        check("# - permissions.adminConsent: not known (whoever imports may not read it)" in text, text)
        check("# Alice Adams" in text and "User.Read" in text, text)


@case
def what_only_its_own_request_shows_of_an_application_is_imported(binaries):
    app_id = "dddddddd-0000-4444-8888-000000000001"
    behaviors = {"blockAzureADGraphAccess": True, "removeUnverifiedEmailClaim": True, "requireClientServicePrincipal": False}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"graph": {"applications": [{"appId": app_id, "displayName": "Travel", "signInAudience": "AzureADMyOrg", "tags": ["HideApp"],
                                               "isDisabled": True, "oauth2RequirePostResponse": True, "authenticationBehaviors": behaviors}],
                             "servicePrincipals": [{"appId": app_id, "displayName": "Travel", "tags": ["HideApp", "travel-desk"],
                                                    "homepage": "https://only.example/"}]}}, file)
        file.flush()
        with bench(binaries, ONE_APPLICATION, seed=pathlib.Path(file.name)) as it:
            only_imports(it)
            it.regent("import", "--app", app_id, "--policy", "full", expect=0)
            file_written = it.repository / "base" / "travel.regent.yaml"
            text = file_written.read_text()
            for line in ("isDisabled: true", "oauth2RequirePostResponse: true", "blockAzureADGraphAccess: true", "removeUnverifiedEmailClaim: true",
                         "homePageUrl: https://only.example/", "travel-desk"):
                check(line in text, f"{line} is not in\n{text}")
            check(text.count("HideApp") == 1 and "no field" not in text, text)
            it.regent("apply", "--yes", expect=0)
            says(it.regent("plan", "--detailed-exitcode", expect=0), "No changes")
            # A tenant that does not know these members.
            file_written.unlink()
            it.change(f"/v1.0/applications(appId='{app_id}')", patch={"tags": [], "uniqueName": None})
            it.fault("status", status=400, count=-1, match={"method": "GET", "path": "isDisabled"})
            it.regent("import", "--app", app_id, expect=0)
            text = file_written.read_text()
            check("# - isDisabled: not known (" in text, text)


@case
def the_keys_of_a_service_principal_are_told_and_which_one_signs_is_written(binaries):
    app_id, thumbprint = "dddddddd-0000-4444-8888-000000000001", "71D1315EBC2877D800CE24C2460C2B6774B0315C"
    span = {"startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2126-01-01T00:00:00Z"}
    signs = {"displayName": "CN=Federated", "customKeyIdentifier": thumbprint, **span}
    keys = [{"keyId": "dddddddd-0000-4444-8888-00000000000a", "type": "X509CertAndPassword", "usage": "Sign", **signs},
            {"keyId": "dddddddd-0000-4444-8888-00000000000b", "type": "AsymmetricX509Cert", "usage": "Verify", **signs},
            {"keyId": "dddddddd-0000-4444-8888-00000000000c", "type": "AsymmetricX509Cert", "usage": "Encrypt", "displayName": "tokens",
             "customKeyIdentifier": "0123456789ABCDEF0123456789ABCDEF01234567", **span}]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"graph": {"applications": [{"appId": app_id, "displayName": "Travel", "signInAudience": "AzureADMyOrg"}],
                             "servicePrincipals": [{"appId": app_id, "displayName": "Travel", "keyCredentials": keys,
                                                    "tokenEncryptionKeyId": keys[2]["keyId"],
                                                    "preferredTokenSigningKeyThumbprint": thumbprint}]}}, file)
        file.flush()
        with bench(binaries, ONE_APPLICATION, seed=pathlib.Path(file.name)) as it:
            only_imports(it)
            principal = lambda: next(p for p in it.simulator.state()["graph"]["servicePrincipals"] if p["appId"] == app_id)  # noqa: E731
            before = principal()
            it.regent("import", "--app", app_id, "--policy", "full", expect=0)
            text = (it.repository / "base" / "travel.regent.yaml").read_text()
            check(f"preferredTokenSigningKeyThumbprint: {thumbprint}" in text, text)
            check(text.count("servicePrincipal.certificates: ") == 2, text)
            check('"CN=Federated"' in text and "it signs SAML tokens" in text, text)
            check('servicePrincipal.tokenEncryptionKey: "tokens"' in text, text)
            it.regent("apply", "--yes", expect=0)
            check({**principal(), "tags": []} == {**before, "tags": []}, "taking it over changed the service principal")
            it.regent("plan", "--detailed-exitcode", expect=0)


@case
def a_flexible_credential_is_in_no_manifest_and_stays_beside_the_declared_ones(binaries):
    app_id = "dddddddd-0000-4444-8888-000000000001"
    credentials = [{"name": "flex", "issuer": "https://token.actions.githubusercontent.com", "subject": None, "audiences": ["api://AzureADTokenExchange"]},
                   {"name": "plain", "issuer": "https://issuer.example", "subject": "one", "audiences": ["api://AzureADTokenExchange"]}]
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        it.change("/v1.0/applications", put={"displayName": "Deploys", "appId": app_id, "federatedIdentityCredentials": credentials})
        there = lambda: [c["name"] for a in it.simulator.state()["graph"]["applications"] if a["appId"] == app_id  # noqa: E731
                         for c in a["federatedIdentityCredentials"]]
        it.regent("import", "--app", app_id, "--policy", "full", expect=0)
        path = it.repository / "base" / "deploys.regent.yaml"
        text = path.read_text()
        check('# - federatedCredentials: "flex" (it matches by an expression' in text and "name: plain" in text, text)
        it.regent("apply", "--yes", expect=0)
        check(there() == ["flex", "plain"], f"left: {there()}")
        path.write_text(text.replace("subject: one", "subject: two").replace('subject: "one"', "subject: two"))
        says(it.regent("plan", expect=0), '"flex" (no manifest can declare it; it is kept)', "two")
        it.regent("apply", "--yes", expect=0)
        check(there() == ["flex", "plain"], f"left: {there()}")
        it.regent("plan", "--detailed-exitcode", expect=0)


ODD_LISTS = {
    "federatedIdentityCredentials": [
        {"name": name, "issuer": "https://token.actions.githubusercontent.com", "subject": f"repo:contoso/{name}:ref:refs/heads/main",
         "audiences": ["api://AzureADTokenExchange"]} for name in ("plain", "made.by.hand", "extra")],
    "api": {"oauth2PermissionScopes": [
        {"id": "dddddddd-0000-4444-8888-0000000000a1", "value": "Read", "isEnabled": True, "type": "User", "adminConsentDisplayName": "Read",
         "adminConsentDescription": "Reads"},
        {"id": "dddddddd-0000-4444-8888-0000000000a2", "value": None, "isEnabled": False, "type": "User", "adminConsentDisplayName": "None",
         "adminConsentDescription": "Nameless"},
        {"id": "dddddddd-0000-4444-8888-0000000000a3", "value": "Bare", "isEnabled": False, "type": "User"}]},
    "optionalClaims": {"idToken": [{"name": "email", "source": "user"}, {"name": "email"}, {"name": "upn"}], "accessToken": [], "saml2Token": []},
    "parentalControlSettings": {"countriesBlockedForMinors": ["FR", "de"], "legalAgeGroupRule": "Allow"},
    "web": {"redirectUris": ["https://good.example/", "https://good.example/(x)"]},
}


@case
def what_no_manifest_can_say_of_a_list_stays_beside_what_it_can(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        it.simulator.control("switches", {"graph": {"oldValuesAreJudged": False}})
        app_id = "dddddddd-0000-4444-8888-000000000001"
        it.change("/v1.0/applications", put={"displayName": "Odd", "appId": app_id, **ODD_LISTS})
        run = it.regent("import", "--app", app_id, expect=0)
        text = (it.repository / "base/odd.regent.yaml").read_text()
        for line in ("- name: plain", "- name: extra", "- name: Read", "- name: upn", "- FR", "- https://good.example/"):
            check(f"{line}\n" in text, f"{line} in\n{text}")
        for line in ("spec.federatedCredentials[made.by.hand]", "spec.exposes.scopes[dddddddd-0000-4444-8888-0000000000a2]",
                     "spec.parentalControlSettings.countriesBlockedForMinors[de]", "spec.redirectUris.web[https://good.example/(x)]",
                     "spec.optionalClaims.idToken["):
            check(line in text, f"{line} in\n{text}")
        says(run, 'federatedCredentials: "made.by.hand"', "it stays, see `ignore`", "a second claim `email`, and a manifest names a claim once",
             'its title would read "Bare", not ""')
        plan = plan_of(it)
        check(not plan["steps"], json.dumps(plan)[:2000])
        before = seen(it)[app_id]
        path = it.repository / "base/odd.regent.yaml"
        path.write_text(path.read_text().replace("  policy: observe\n", ""))
        it.regent("apply", "--yes", expect=0)
        check(seen(it)[app_id] == before, f"taking over changed {before}\ninto {seen(it)[app_id]}")
        # The rest is exact: what is added goes, what a manifest adds comes, and what stays stays.
        identity = before["id"]
        it.change(f"/v1.0/applications/{identity}", patch={"web": {"redirectUris": before["web"]["redirectUris"] + ["https://attacker.example/"]}})
        path.write_text(path.read_text().replace("    - name: extra\n", "    - name: other\n").replace("repo:contoso/extra:", "repo:contoso/other:")
                        .replace("      - FR\n", "      - US\n").replace(
                            "description: Reads", "description: Reads it"))
        it.regent("apply", "--yes", expect=0)
        after = seen(it)[app_id]
        check({c["name"] for c in after["federatedIdentityCredentials"]} == {"plain", "made.by.hand", "other"}, after["federatedIdentityCredentials"])
        check(sorted(after["web"]["redirectUris"]) == sorted(before["web"]["redirectUris"]), after["web"])
        check(sorted(after["parentalControlSettings"]["countriesBlockedForMinors"]) == ["US", "de"], after["parentalControlSettings"])
        scopes = {s["id"]: s for s in after["api"]["oauth2PermissionScopes"]}
        for scope in before["api"]["oauth2PermissionScopes"][1:]:
            check(scopes[scope["id"]] == scope, f"{scope} became {scopes[scope['id']]}")
        check(len(after["optionalClaims"]["idToken"]) == 3, after["optionalClaims"])
        it.check_settled()


@case
def a_character_that_nobody_sees_costs_its_own_field_and_not_the_application(binaries):
    hidden = {"202A": "\u202a", "0085": "\u0085", "007F": "\x7f", "FFFE": "\ufffe"}
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        for number, (name, character) in enumerate(hidden.items()):
            credentials = [{"name": n, "issuer": "https://x.example", "subject": n + c, "audiences": ["api://AzureADTokenExchange"]}
                           for n, c in (("good", ""), ("odd-one", character))]
            it.change("/v1.0/applications", put={"displayName": f"Hidden {name}", "appId": f"dddddddd-0000-4444-8888-00000000000{number}",
                                                 "notes": f"a{character}b", "description": "plain", "federatedIdentityCredentials": credentials})
        it.change("/v1.0/applications", put={"displayName": "Shown \u202e", "appId": "dddddddd-0000-4444-8888-00000000000a"})
        run = it.regent("import", "--filter", "startswith(displayName,'Hidden') or startswith(displayName,'Shown')", expect=5)
        says(run, "its display name holds U+202E, which nobody sees and no manifest may hold")
        for name in hidden:
            text = (it.repository / f"base/hidden-{name.lower()}.regent.yaml").read_text()
            check("description: plain" in text and "- name: good\n" in text and "- name: odd-one\n" not in text, text)
            check(f"notes: set (it holds U+{name}, which nobody sees" in text, text)
            check("spec.federatedCredentials[odd-one]" in text, text)
        check(not plan_of(it)["steps"], "a plan after an import")


@case
def an_agents_blueprint_is_told_and_no_application(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        agent, app_id = "dddddddd-0000-4444-8888-000000000001", "dddddddd-0000-4444-8888-000000000002"
        it.change("/v1.0/applications", put={"displayName": "Agent", "appId": agent, "@odata.type": "#microsoft.graph.agentIdentityBlueprint"})
        it.change("/v1.0/applications", put={"displayName": "Portal", "appId": app_id})
        for way in (("--app", agent), ("--name", "Agent"), ("--app", agent, "--app", app_id)):
            says(it.regent("import", *way, expect=1), f'"Agent" ({agent}) is an agentIdentityBlueprint', "Nothing was written")
        says(it.regent("import", "--all", expect=0), "left out: 1 object of type agentIdentityBlueprint", "portal.regent.yaml")
        check(not (it.repository / "base/agent.regent.yaml").exists(), "a manifest of an agent's blueprint")


def certificate_of(folder):
    """A certificate, base64 of its DER."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "800", "-subj", "/CN=imported", "-keyout",
                    str(folder / "key.pem"), "-out", str(folder / "certificate.pem")], check=True, capture_output=True)
    return "".join((folder / "certificate.pem").read_text().splitlines()[1:-1])


@case
def certificates_are_written_beside_the_manifest_when_each_of_them_is_shown(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        der = certificate_of(it.folder)
        thumbprint = hashlib.sha1(base64.b64decode(der)).hexdigest().upper()
        key = {"type": "AsymmetricX509Cert", "usage": "Verify", "key": der, "customKeyIdentifier": thumbprint, "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}
        whole, partly = "dddddddd-0000-4444-8888-000000000001", "dddddddd-0000-4444-8888-000000000002"
        it.change("/v1.0/applications", put={"displayName": "Whole", "appId": whole, "tokenEncryptionKeyId": "dddddddd-0000-4444-8888-0000000000b2",
                                             "keyCredentials": [
            {**key, "keyId": "dddddddd-0000-4444-8888-0000000000b1", "displayName": "sign in"},
            {**key, "keyId": "dddddddd-0000-4444-8888-0000000000b2", "displayName": "tokens", "usage": "Encrypt"}]})
        it.change("/v1.0/applications", put={"displayName": "Partly", "appId": partly, "keyCredentials": [
            {**key, "keyId": "dddddddd-0000-4444-8888-0000000000b3", "displayName": "known"},
            {**key, "keyId": "dddddddd-0000-4444-8888-0000000000b4", "displayName": "hidden", "key": None, "customKeyIdentifier": "AB" * 20}]})
        it.regent("import", "--all", "--policy", "full", expect=0)
        base = it.repository / "base"
        (pem,) = (base / "certificates").iterdir()
        check(pem.name.startswith("whole-") and pem.read_text().startswith("-----BEGIN CERTIFICATE-----\n"), pem.read_text())
        check("".join(pem.read_text().splitlines()[1:-1]) == der, "other bytes")
        text = (base / "whole.regent.yaml").read_text()
        for line in ("name: sign in", f"path: certificates/{pem.name}", "usage: Encrypt", "tokenEncryptionKey: tokens"):
            check(line in text, f"{line} in\n{text}")
        check("usage: Verify" not in text and "Set on the application" not in text, text)
        text = (base / "partly.regent.yaml").read_text()
        check('# - certificates: "hidden"' in text and "path:" not in text, text)
        it.regent("validate", expect=0)
        plan = plan_of(it)
        check(all(not c["fields"] for c in plan["changes"]), plan["changes"])
        before = seen(it)
        it.regent("apply", "--yes", expect=0)
        check(seen(it) == before, "taking over changed something")
        it.check_settled()
        # One stream is one file.
        for path in base.rglob("*.yaml"):
            path.unlink()
        printed = it.regent("import", "--app", whole, "--out", "-", expect=0)
        check("certificates/" not in printed.out and '# - certificates: "tokens"' in printed.out, printed.out)


@case
def what_an_application_has_from_before_a_rule_is_named_where_a_change_of_something_else_is_refused(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        only_imports(it)
        app_id = "dddddddd-0000-4444-8888-000000000001"
        it.change("/v1.0/applications", put={"displayName": "Old", "appId": app_id, "web": {"redirectUris": ["https://good.example/(x)"]}})
        it.regent("import", "--app", app_id, "--policy", "full", expect=0)
        says(it.regent("apply", "--yes", expect=1), "this change does not touch `web`: what the application has there already is refused today")
        it.simulator.control("switches", {"graph": {"oldValuesAreJudged": False}})
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
