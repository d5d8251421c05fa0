"""A person signs in where a service takes nothing from an application; from then on nobody is asked."""

import json
import os
import queue
import re
import shutil
import signal
import stat

from bench import DEMO, TENANT_ID, bench, case, check, plan_of, says
from secrecy import CLIENT_SECRET, OURS

MAKER = "maker@contoso.example"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
PEOPLE_ONLY = {"powerApps": {"servicePrincipalWrites": False}, "login": {"deviceCodeIntervalSeconds": 1}}


def with_person(it, more=""):
    it.edit_environment("spec:\n", "spec:\n  signIn: {delegated: [powerApps]%s}\n" % more)


def login(it, user=MAKER, *arguments, expect=0):
    """Somebody reads the code from the screen and enters it elsewhere; no user declines."""
    waiting = it.start("login", *arguments)
    waiting.wait_for("the code ends in")
    shown = b"".join(waiting.lines).decode()
    code = re.search(r"enter the code\n\s+(\w+)\n", shown)
    check(code and "https://microsoft.com/devicelogin" in shown, shown)
    it.change(f"/devicelogin/{code.group(1)}", **({"patch": {"user": user}} if user else {"delete": True}))
    run = waiting.end()
    check(run.code == expect, f"{expect} was expected: {run}")
    return run


def sign_ins(it):
    return list(it.folder.rglob("*.sealed"))


@case
def a_service_that_takes_writes_from_people_only_gets_them_from_a_person(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY, recorded=True) as it:
        it.give_client_secret(CLIENT_SECRET)
        plain = it.environment
        it.environment = lambda changes=None: plain({**OURS, **(changes or {})})
        says(it.regent("doctor", expect=4), "FAIL  Power Apps, environment", "may not save connectors as the application", "refused would be:",
             "signIn: {delegated: [powerApps]}", "Power Apps, environment", "connectors can be read as the application")
        refused = it.regent("apply", "--yes")
        check(refused.code != 0, refused)
        says(refused, "signIn: {delegated: [powerApps]}")
        with_person(it, ", account: Maker@Contoso.example")
        nobody = it.regent("plan", expect=4)
        says(nobody, "nobody has signed in for this environment", "run `regent login -e")
        says(it.regent("doctor", expect=4), "FAIL  no person is signed in", "regent login -e", "signed in to tenant")

        says(login(it), f"Signed in as {MAKER}", "encrypted with the key in")
        says(it.regent("doctor", expect=0), f"{MAKER} is signed in, since ", "connectors can be read as the person who signed in")
        it.regent("apply", "--yes", expect=0)
        makers = [c["properties"]["createdBy"] for c in it.connectors()]
        check(makers and all(maker["userPrincipalName"] == MAKER for maker in makers), makers)
        it.regent("plan", "--detailed-exitcode", expect=0)
        seen = {where.split(" ")[0] for where in it.proxy.sightings}
        check({"refresh_token", "device_code"} <= seen, seen)
        it.check_no_known_secret_leaked(CLIENT_SECRET)
        (file,) = sign_ins(it)
        check(stat.S_IMODE(os.stat(file).st_mode) == 0o600, "others can read the sign-in")
        kinds = {r["path"].split("/")[1] for r in it.simulator.requests() if r["path"].endswith("/oauth2/v2.0/devicecode")}
        check(kinds == {TENANT_ID}, kinds)


@case
def each_run_goes_on_with_the_refresh_token_of_the_one_before(binaries):
    with bench(binaries, DEMO, switches={**PEOPLE_ONLY, "login": {"deviceCodeIntervalSeconds": 1, "oldRefreshTokensServe": False}}) as it:
        with_person(it)
        login(it)
        it.regent("apply", "--yes", expect=0)
        for _ in range(3):
            it.regent("plan", "--detailed-exitcode", expect=0)


@case
def a_run_killed_before_it_could_keep_the_new_refresh_token_costs_nobody_a_sign_in(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY, recorded=True) as it:
        with_person(it)
        login(it)
        it.regent("apply", "--yes", expect=0)
        (file,) = sign_ins(it)
        before, running = file.read_bytes(), queue.Queue()

        def kill_at_the_exchange(method, target, status, body):
            """The service has given the next refresh token, and regent has not seen it."""
            if target.endswith("/token") and b'"refresh_token"' in body:
                running.get(timeout=60).signal(signal.SIGKILL)

        it.proxy.edits.append(kill_at_the_exchange)
        killed = it.start("plan")
        running.put(killed)
        check(killed.end().code == -signal.SIGKILL, "the run was not killed")
        check(file.read_bytes() == before, "the killed run kept something")
        it.proxy.edits.clear()
        it.regent("plan", "--detailed-exitcode", expect=0)
        check(file.read_bytes() != before, "the next run did not renew the sign-in")


@case
def a_session_that_was_ended_is_said_with_why_and_what_to_do(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY) as it:
        with_person(it)
        login(it)
        it.regent("apply", "--yes", expect=0)
        it.change("/refreshTokens", delete=True)
        says(it.regent("plan", expect=4), "AADSTS50173", "an administrator ended all sessions", "run `regent login -e")
        login(it)
        it.regent("plan", "--detailed-exitcode", expect=0)
        it.simulator.control("switches", {"login": {"refuseRefresh": 70043}})
        says(it.regent("plan", expect=4), "AADSTS70043", "sign-in frequency")


@case
def another_account_than_the_environment_s_is_not_kept(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY) as it:
        with_person(it, ", account: connectors@contoso.example")
        says(login(it, MAKER, expect=4), f"{MAKER} signed in, and the Environment wants connectors@contoso.example", "nothing was kept")
        check(not sign_ins(it), "a sign-in was kept")
        says(login(it, None, expect=4), "AADSTS70018", "the person declined")
        run = login(it, "connectors@contoso.example", "-o", "json")
        check(json.loads(run.out)["user"] == "connectors@contoso.example", run)
        says(it.regent("logout", expect=0), "Signed out of")
        check(not sign_ins(it), "the sign-in is still there")
        says(it.regent("logout", expect=0), "Nobody was signed in")


@case
def a_sign_in_of_another_tenant_client_or_key_does_not_open(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY) as it:
        with_person(it)
        login(it)
        (file,) = sign_ins(it)
        it.edit_environment("delegated: [powerApps]", "delegated: [powerApps], clientId: 1950a258-227b-4e31-a9cf-717495945fc2")
        says(it.regent("plan", expect=4), "does not open", "regent login")
        it.edit_environment(", clientId: 1950a258-227b-4e31-a9cf-717495945fc2", "")
        plan_of(it)
        (key,) = it.folder.rglob("token-cache-key")
        key.chmod(0o644)
        says(it.regent("plan", expect=4), "can be read or changed by others", "chmod 600")
        key.unlink()
        says(it.regent("plan", expect=4), "nobody has signed in", "regent login")
        login(it)  # makes another key
        plan_of(it)
        check(len(sign_ins(it)) == 1 and sign_ins(it) == [file], sign_ins(it))


@case
def the_key_may_be_a_credential_of_systemd_or_a_named_file(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY) as it:
        with_person(it)
        credentials = it.folder / "credentials"
        credentials.mkdir()
        key = credentials / "token-cache-key"
        key.write_text("0123456789abcdef" * 4 + "\n")
        key.chmod(0o600)
        named = {"REGENT_TOKEN_CACHE_KEY_FILE": str(it.folder / "none")}
        says(it.regent("login", environment=named, expect=4), "there is no key for the token cache", "openssl rand -hex 32")
        by_file = {"REGENT_TOKEN_CACHE_KEY_FILE": str(key)}
        waiting = it.start("login", environment=by_file)
        waiting.wait_for("the code ends in")
        code = re.search(r"enter the code\n\s+(\w+)\n", b"".join(waiting.lines).decode()).group(1)
        it.change(f"/devicelogin/{code}", patch={"user": MAKER})
        check(waiting.end().code == 0, "the login failed")
        it.regent("plan", environment={"CREDENTIALS_DIRECTORY": str(credentials)}, expect=0)
        shutil.rmtree(credentials)
        says(it.regent("plan", expect=4), "nobody has signed in")


@case
def there_must_be_somebody_to_ask_and_something_to_sign_in_for(binaries):
    with bench(binaries, DEMO, switches=PEOPLE_ONLY) as it:
        says(it.regent("login", expect=4), "signs in to every service as the application", "signIn: {delegated: [powerApps]}")
        with_person(it)
        says(it.regent("--no-input", "login", expect=64), "--no-input")
        says(it.regent("login", "-o", "yaml", expect=64), "text or json")
        it.edit_environment("delegated: [powerApps]", "delegated: [powerapps], account: nobody")
        says(it.regent("validate", expect=3), "powerApps", "RG0467")


SCENARIOS = DEMO.parent.parent / "tests" / "scenarios"


@case
def a_dataverse_and_azure_take_a_person_as_well_and_everything_else_stays_the_application_s(binaries):
    for scenario, service, scope in (("connector-in-a-solution", "dataverse", "%2Fdataverse%2F"), ("logic-apps", "resourceManager", "management")):
        seed = SCENARIOS / scenario / "tenant.json"
        with bench(binaries, SCENARIOS / scenario / "manifests", recorded=True, seed=seed if seed.exists() else None, switches={"login": {"deviceCodeIntervalSeconds": 1}}) as it:
            asked = []
            it.proxy.answers.append(lambda method, target, headers, body: asked.append(body.decode()) if "/oauth2/" in target else None)
            it.edit_environment("spec:\n", "spec:\n  signIn: {delegated: [%s]}\n" % service)
            it.regent("plan", "-e", "dev", expect=4)
            login(it, MAKER, "-e", "dev")
            del asked[:]
            it.regent("plan", "-e", "dev", expect=0)
            grants = {(re.search(r"grant_type=(\w+)", body).group(1), re.search(r"scope=([^&]+)", body).group(1)) for body in asked}
            person = [s for g, s in grants if g == "refresh_token"]
            check(person and all(scope in s for s in person), grants)
            check(any("graph" in s for g, s in grants if g == "client_credentials"), grants)
            check(not any(scope in s for g, s in grants if g == "client_credentials"), grants)
