"""The commands that ask a running service, as a person types them."""

import json

from daemon_bench import CommandLineBench, asks, case, check, daemon_bench
from loop import APPLICATION, ATTACKER


@case
def a_day_of_questions_is_answered(binaries):
    with daemon_bench(binaries) as it:
        it.start(more=["  socket: {group: nogroup}"])
        it.wait_in_sync()
        status = asks(it, "status").out
        check("3 ready" in status and "main@" in status, status)
        rows = asks(it, "get").out.splitlines()
        check(len(rows) == 4 and rows[0].startswith("KIND"), rows)
        check(asks(it, "get", "-o", "name").out.split() == ["Application/arm-connector", "Connector/arm", "Connector/arm-mi"], "names")
        one = json.loads(asks(it, "get", "Application/arm-connector", "-o", "json").out)
        check("arm-connector" in str(one), one)
        yaml = asks(it, "get", "Application/arm-connector", "-o", "yaml").out
        check("kind: " in yaml and "arm-connector" in yaml, yaml)
        described = asks(it, "describe", "Application/arm-connector").out
        check("Credentials" in described and "base/arm-connector.regent.yaml" in described, described)
        check("created" in asks(it, "events", "--for", "Application/arm-connector").out, "events")
        history = asks(it, "history").out
        check("start" in history, history)
        shown = asks(it, "history", "show", "1").out
        check("Application/arm-connector" in shown, shown)
        asks(it, "wait", "Application/arm-connector", "--for", "Ready", "--timeout", "10s")
        asks(it, "reconcile", "--wait")


@case
def before_the_first_run_is_over_nothing_is_said_to_be_missing(binaries):
    with daemon_bench(binaries) as it:
        it.fault("status", status=429, retryAfter="5", count=-1, match={"path": "/applications"})
        it.start(wait=False)
        it.eventually(lambda: (it.environment_status("demo") or {}).get("running"), "the first run is under way")
        it.eventually(lambda: any(s["throttled"] for s in it.environment_status("demo").get("services", [])), "how often it was refused is counted meanwhile")
        listed = asks(it, "get")
        check("since the service started" in listed.err and "No objects" not in listed.err and not listed.out, listed)
        check("regent status -e demo" in listed.err, listed)
        document = json.loads(asks(it, "get", "-o", "json").out)
        check(document["items"] == [] and [e["environment"] for e in document["notLookedAt"]] == ["demo"], document)
        described = asks(it, "describe", "Application/arm-connector", expect=75)
        check("since the service started" in described.err and "has no Application" not in described.err, described)
        check("Nothing looked at yet" in asks(it, "status", "--exit-code", expect=2).out, "the status says so")
        asks(it, "reconcile", "Application/arm-connector")  # its manifest is known
        asks(it, "reconcile", "Application/nobody", expect=1)
        asks(it, "wait", "Application/arm-connector", "--timeout", "1s", expect=75)
        waiting = CommandLineBench.start(it, "wait", "Application/arm-connector", "--timeout", "90s", "--socket", str(it.state_dir / "regent.sock"))
        it.heal()
        run = waiting.end()
        check(run.code == 0 and "Ready=True" in run.out, run)
        it.wait_in_sync()
        check("notLookedAt" not in json.loads(asks(it, "get", "-o", "json").out), "it has been looked at")
        check("has no Application" in asks(it, "describe", "Application/nobody", expect=1).err, "now it is known to be missing")


@case
def after_a_restart_what_was_remembered_counts_for_nothing(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        asks(it, "wait", "Application/arm-connector", "--timeout", "10s")
        asks(it, "status", "--exit-code")
        it.stop()
        it.change(APPLICATION, patch=ATTACKER)
        it.fault("status", status=429, retryAfter="5", count=-1, match={"path": "/applications"})
        it.start(wait=False)
        it.eventually(lambda: (it.environment_status("demo") or {}).get("running"), "the first run is under way")
        remembered = json.loads(asks(it, "get", "Application/arm-connector", "-o", "json").out)
        check("Ready" in str(remembered), remembered)
        waited = asks(it, "wait", "Application/arm-connector", "--timeout", "1s", expect=75)
        check("since the service started" in waited.err and not waited.out, waited)
        status = asks(it, "status", "--exit-code", expect=2).out
        check("Not looked at since the service was started" in status, status)
        check("may be old" in asks(it, "describe", "Application/arm-connector").err, "describe says it as well")
        waiting = CommandLineBench.start(it, "wait", "Application/arm-connector", "--timeout", "90s", "--socket", str(it.state_dir / "regent.sock"))
        it.heal()
        run = waiting.end()
        check(run.code == 0 and "Ready=True" in run.out, run)
        check("attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it said so after it had looked")
        it.wait_in_sync()
        asks(it, "status", "--exit-code")


@case
def nobody_takes_for_now_what_a_run_found_before_one_that_could_not_read_the_tenant(binaries):
    with daemon_bench(binaries) as it:
        it.start(interval="1h")
        asks(it, "reconcile", "--wait")
        asks(it, "status", "--exit-code")
        it.fault("status", status=403, count=-1, match={"path": "/applications"})
        asks(it, "reconcile", "--wait", expect=4)
        status = asks(it, "status", "--exit-code", expect=2).out
        check("Could not be looked at since" in status and "at that time:" in status, status)
        waited = asks(it, "wait", "Application/arm-connector", "--for", "Ready", "--timeout", "1s", expect=75)
        check("is not known after 1s" in waited.err and "what is known is older" in waited.err and not waited.out, waited)
        for command in (("get",), ("describe", "Application/arm-connector")):
            check("may be old" in asks(it, *command).err, f"{command} does not say it")
        check(it.ready("demo", "Application/arm-connector")["status"] == "True", "what could not be read was called not ready")
        waiting = CommandLineBench.start(it, "wait", "Application/arm-connector", "--timeout", "90s", "--socket", str(it.state_dir / "regent.sock"))
        it.heal()
        asks(it, "reconcile", "--wait")
        run = waiting.end()
        check(run.code == 0 and "Ready=True" in run.out, run)
        asks(it, "status", "--exit-code")
        check("may be old" not in asks(it, "get").err, "it has been looked at")


@case
def a_pause_holds_for_the_run_under_way(binaries):
    with daemon_bench(binaries) as it:
        it.fault("status", status=429, retryAfter="5", count=-1, match={"path": "/applications"})
        it.start(wait=False)
        it.eventually(lambda: (it.environment_status("demo") or {}).get("running"), "the first run is under way")
        asks(it, "pause", "Application/arm-connector", "--reason", "vendor maintenance")
        it.heal()
        it.eventually(lambda: (it.environment_status("demo") or {}).get("lookedAt"), "the first run is over")
        check(it.application("regent.demo.arm-connector") is None, "it was made while it was paused")
        check(it.ready("demo", "Application/arm-connector")["reason"] == "Paused", "and is called paused")
        asks(it, "resume", "Application/arm-connector")
        it.wait_in_sync()


@case
def hands_off_and_on_again(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        asks(it, "pause", "Application/arm-connector", expect=64)  # a pause has a reason
        asks(it, "pause", "Application/arm-connector", "--reason", "vendor maintenance", "--for", "2h")
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "Paused", "it is paused")
        paused = asks(it, "status").out
        check("1 paused" in paused and "vendor maintenance" in paused, paused)
        asks(it, "resume", "Application/arm-connector")
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it is put back")


@case
def a_plan_is_read_and_approved(binaries):
    with daemon_bench(binaries) as it:
        it.edit_environment("    maxDeletes: 2", "    maxDeletes: 2\n    requireApprovedPlan: true")
        it.commit("only approved plans")
        it.start()
        pending = it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        check(asks(it, "status", "--exit-code", expect=2).out.count(pending["planId"][:8]) >= 1, "the status names the plan")
        asks(it, "approve", "deadbeef", expect=1)
        asks(it, "approve", pending["planId"][:8])
        it.wait_in_sync()
        asks(it, "status", "--exit-code", expect=0)


@case
def a_service_that_is_not_there_is_said_with_what_to_do(binaries):
    with daemon_bench(binaries) as it:
        run = asks(it, "status", expect=7)
        check("systemctl status" in run.err, run)


@case
def after_an_outage_the_status_says_ok_and_who_waited_is_told_to_try_again(binaries):
    with daemon_bench(binaries) as it:
        it.start(interval="1h")
        asks(it, "reconcile", "--wait")
        it.fault("status", status=503, count=-1, match={"path": "/v1.0/"})
        run = asks(it, "reconcile", "--wait", expect=75)
        check("RG0703" in run.out + run.err or "503" in run.out + run.err, run)
        status = asks(it, "status").out
        check("answered 503" in status and "$select" not in status and "GET " not in status, status)
        it.heal()
        asks(it, "reconcile", "--wait", expect=0)
        status = asks(it, "status").out
        check("Graph  ok" in status and "503" not in status, status)
        rows = json.loads(asks(it, "history", "-o", "json").out)["items"]
        check(any(0 < row["tookSeconds"] != int(row["tookSeconds"]) for row in rows), rows)


@case
def a_plan_is_offered_for_approval_only_where_it_would_be_carried_out(binaries):
    with daemon_bench(binaries) as it:
        it.start(mode="plan")
        pending = it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        check("regent approve" not in asks(it, "status").out, "an approval is offered that changes nothing")
        approved = asks(it, "approve", pending["planId"][:12]).out
        check("Nothing is carried out before the service runs in `mode: apply`" in approved, approved)
    with daemon_bench(binaries) as it:
        it.edit_environment("    maxDeletes: 2", "    maxDeletes: 2\n    requireApprovedPlan: true")
        it.commit("only approved plans")
        it.start(more=["  freeze: [{name: always, start: \"00:00\", end: \"00:00\"}]"])
        it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        status = asks(it, "status").out
        check("Frozen    freeze window `always` until" in status and "regent approve" not in status, status)
