"""A person signs in for the running service, and from then on it works by itself."""

import re

from bench import Watched
from daemon_bench import case, check, daemon_bench

MAKER = "maker@contoso.example"
PEOPLE_ONLY = {"powerApps": {"subjectDelaySeconds": 0, "servicePrincipalWrites": False}, "login": {"deviceCodeIntervalSeconds": 1}}


def sign_in(it, user=MAKER):
    waiting = Watched(it, ["login", "--service", "-e", "demo", "--socket", str(it.state_dir / "regent.sock")])
    waiting.wait_for("The code ends at")
    code = re.search(r"enter the code\n\s+(\w+)\n", b"".join(waiting.lines).decode()).group(1)
    it.change(f"/devicelogin/{code}", patch={"user": user})
    run = waiting.end()
    check(run.code == 0 and f"Signed in as {user}. The service keeps it" in run.out, run)


def last_result(it):
    return (it.environment_status("demo").get("lastRun") or {}).get("result")


@case
def a_service_waits_for_a_person_and_goes_on_when_one_has_signed_in(binaries):
    with daemon_bench(binaries, switches=PEOPLE_ONLY) as it:
        it.edit_environment("spec:\n", "spec:\n  signIn: {delegated: [powerApps], account: %s}\n" % MAKER)
        it.commit("a person for Power Apps")
        it.start(interval="1h")
        error = it.eventually(lambda: (it.environment_status("demo").get("lastRun") or {}).get("error"), "the run failed")
        check("nobody has signed in" in error, error)
        status = it.regent("status", "--socket", str(it.state_dir / "regent.sock"), expect=0).out
        check("help: run `regent login --service -e demo`" in status, status)
        sign_in(it)
        it.eventually(lambda: last_result(it) in ("ok", "noop"), "a run succeeds, an hour before it would be time for one")
        makers = {c["properties"]["createdBy"]["userPrincipalName"] for c in it.simulator.state()["powerApps"]["connectors"]
                  if c["properties"].get("isCustomApi", True)}
        check(makers == {MAKER}, makers)
        (file,) = it.state_dir.rglob("*.sealed")
        check(b"refresh" not in file.read_bytes(), "the token is in the open")
        check(f"{MAKER} signed in for `demo`, asked for by " in it.said(), it.said())

        it.change("/refreshTokens", delete=True)
        it.stop()
        it.start(interval="1h")
        error = it.eventually(lambda: (it.environment_status("demo").get("lastRun") or {}).get("error"), "the run failed")
        check("AADSTS50173" in error, error)
        sign_in(it)
        it.eventually(lambda: last_result(it) in ("ok", "noop"), "a run succeeds, an hour before it would be time for one")


@case
def a_service_that_is_asked_to_stop_waits_for_no_person(binaries):
    with daemon_bench(binaries, switches=PEOPLE_ONLY) as it:
        it.edit_environment("spec:\n", "spec:\n  signIn: {delegated: [powerApps]}\n")
        it.commit("a person for Power Apps")
        it.start()
        waiting = Watched(it, ["login", "--service", "--socket", str(it.state_dir / "regent.sock")])
        waiting.wait_for("The code ends at")
        it.stop()
        run = waiting.end()
        check(run.code != 0, run)
