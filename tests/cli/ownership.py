"""Whose an application is: with the least right that does, and with the words that help where it does not."""

import json
import urllib.parse
import urllib.request

from bench import CLIENT_ID, GUID_OF_A_KEY, ONE_APPLICATION, TENANT_ID, bench, case, check, password, says

GRAPH = "00000003-0000-0000-c000-000000000000"
OWNED_BY = "18a4783c-866b-4cc7-a460-3d5e5662c884"
WORKER = "33333333-0000-4444-8888-000000000001"
OTHERS = "77777777-0000-4444-8888-000000000001"
SECRET = "wrk8Q~" + "o" * 34

ADOPTING = """apiVersion: regent/v1
kind: Application
metadata:
  name: theirs
management:
  adopt: {{appId: {app_id}}}
spec:
  displayName: Ours now
  federatedCredentials:
    - name: deploy
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/theirs:ref:refs/heads/main
"""


class Administrator:
    """The simulator's all-powerful client."""

    def __init__(self, url):
        self.url = url
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": "simulator",
                                       "scope": "https://graph.microsoft.com/.default"}).encode()
        with urllib.request.urlopen(f"{url}/{TENANT_ID}/oauth2/v2.0/token", form) as answer:
            self.token = json.load(answer)["access_token"]

    def send(self, method, path, body=None):
        request = urllib.request.Request(self.url + "/v1.0" + path, None if body is None else json.dumps(body).encode(), method=method,
                                         headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def with_a_worker(it):
    """A client that holds Application.ReadWrite.OwnedBy and nothing else."""
    administrator = Administrator(it.simulator.url)
    it.change("/v1.0/applications", put={"displayName": "regent's own", "appId": WORKER, **password(SECRET, GUID_OF_A_KEY)})
    principal = administrator.send("POST", "/servicePrincipals", {"appId": WORKER})["id"]
    api = administrator.send("GET", f"/servicePrincipals(appId='{GRAPH}')?$select=id")["id"]
    administrator.send("POST", f"/servicePrincipals/{principal}/appRoleAssignments",
                       {"principalId": principal, "resourceId": api, "appRoleId": OWNED_BY})
    return administrator, principal, {"AZURE_CLIENT_ID": WORKER, "AZURE_CLIENT_SECRET": SECRET}


@case
def with_owned_by_alone_everything_of_ours_works_and_adoption_says_who_must_do_what(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        administrator, principal, worker = with_a_worker(it)
        it.regent("apply", "--yes", expect=0, environment=worker)
        it.change("/v1.0/applications", put={"displayName": "Theirs", "appId": OTHERS})
        (it.repository / "base" / "theirs.regent.yaml").write_text(ADOPTING.format(app_id=OTHERS))
        refused = it.regent("apply", "--yes", environment=worker)
        check(refused.code == 4, f"exit code 4 was expected\n{refused}")
        says(refused, "Insufficient privileges", "RG0704", f"az ad app owner add --id {OTHERS} --owner-object-id {principal}")
        theirs = administrator.send("GET", f"/applications(appId='{OTHERS}')")
        check(theirs["displayName"] == "Theirs" and theirs["uniqueName"] is None, f"half of it was taken: {theirs}")

        administrator.send("POST", f"/applications/{theirs['id']}/owners/$ref",
                           {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{principal}"})
        says(it.regent("apply", "--yes", expect=0, environment=worker), "1 adopted")
        mark = it.mark()
        it.regent("apply", "--yes", expect=0, environment=worker)
        check(not it.simulator.writes(mark), "the second apply wrote")
        # Deleted and restored, where it may look into the recycle bin: the owner stays one.
        it.simulator.control("switches", {"graph": {"ownedByListsDeletedItems": True}})
        it.change(f"/v1.0/applications(appId='{OTHERS}')", delete=True)
        it.regent("apply", "--yes", expect=0, environment=worker)
        check(administrator.send("GET", f"/applications(appId='{OTHERS}')")["id"] == theirs["id"], "it was made anew")


@case
def with_owned_by_alone_what_lies_in_the_recycle_bin_comes_back_by_what_is_remembered_or_by_a_person(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        administrator, _, worker = with_a_worker(it)
        it.regent("apply", "--yes", expect=0, environment=worker)
        state = it.simulator.state()["graph"]
        ours = next(app for app in state["applications"] if (app.get("uniqueName") or "").startswith("regent."))
        principal = next(one for one in state["servicePrincipals"] if one["appId"] == ours["appId"])
        # What it made itself is remembered, and comes back by its id, as does its service principal.
        it.change(f"/v1.0/applications(appId='{ours['appId']}')", delete=True)
        says(it.regent("apply", "--yes", expect=0, environment=worker), "it is restored by its id", ours["id"])
        there = it.simulator.state()["graph"]
        check(ours["id"] in [app["id"] for app in there["applications"]], "the application was made anew")
        check(principal["id"] in [one["id"] for one in there["servicePrincipals"]], "the service principal was made anew")
        mark = it.mark()
        it.regent("apply", "--yes", expect=0, environment=worker)
        check(not it.simulator.writes(mark), "the second apply wrote")

        for path in it.state_dir.glob("*"):
            path.unlink()
        it.change(f"/v1.0/applications(appId='{ours['appId']}')", delete=True)
        says(it.regent("plan", environment=worker), "whether a deleted application with its key lies in the recycle bin cannot be looked at")
        refused = it.regent("apply", "--yes", environment=worker)
        check(refused.code == 1, f"exit code 1 was expected\n{refused}")
        says(refused, "another application holds this key, perhaps in the recycle bin: restore it there")
        administrator.send("POST", f"/directory/deletedItems/{ours['id']}/restore")
        administrator.send("POST", f"/directory/deletedItems/{principal['id']}/restore")
        it.regent("apply", "--yes", expect=0, environment=worker)
        mark = it.mark()
        it.regent("apply", "--yes", expect=0, environment=worker)
        check(not it.simulator.writes(mark), "the second apply wrote")


@case
def two_manifests_that_adopt_one_application_are_refused_before_any_request(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for name in ("first", "second"):
            (it.repository / "base" / f"{name}.regent.yaml").write_text(ADOPTING.format(app_id=OTHERS).replace("theirs", name))
        mark = it.mark()
        run = it.regent("plan", expect=3)
        says(run, "RG0322", "Application/first and Application/second adopt the same object", "base/first.regent.yaml:6",
             "base/second.regent.yaml:6")
        check(not it.requests_since(mark), "requests were sent")
