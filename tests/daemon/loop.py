"""What the loop does with a tenant and a repository that change."""

import fcntl
import json
import os
import signal
import subprocess
import time

from daemon_bench import ONE_APPLICATION, Failure, asks, case, check, daemon_bench

APPLICATION = "/v1.0/applications(uniqueName='regent.demo.arm-connector')"
ATTACKER = {"web": {"redirectUris": ["https://attacker.example/signin"]}}


@case
def a_commit_reaches_the_tenant_and_its_author_is_named(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: ARM connector, renamed")
        commit = it.commit("rename it")
        it.eventually(lambda: it.application("regent.demo.arm-connector")["displayName"] == "ARM connector, renamed", "the new name is there")
        it.wait_in_sync()
        environment = it.environment_status("demo")
        check(environment["inForce"]["commit"] == commit, environment["inForce"])
        check("Bob" in environment["inForce"]["author"] and environment["inForce"]["subject"] == "rename it", environment["inForce"])
        it.quiet_for(3)


@case
def an_application_that_somebody_deletes_is_restored_and_told_as_deleted(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.change(APPLICATION, delete=True)
        told = it.eventually(lambda: it.events("drift"), "it is told")
        check(len(told) == 1 and "Application/arm-connector was deleted outside; it lies in the recycle bin; it was restored" in told[0]["message"], told)
        it.wait_in_sync()
        check(any("Application/arm-connector restored" in e["message"] for e in it.events("applied")), it.events("applied"))


@case
def what_lies_in_the_work_tree_and_is_not_committed_does_not_count(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: never committed")
        it.quiet_for(4)


@case
def a_change_in_the_portal_is_put_back_and_told_once(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it was put back")
        drifts = it.eventually(lambda: it.events("drift"), "it is told")  # when the run is over
        it.wait_in_sync()
        check(len(drifts) == 1 and "attacker.example" in drifts[0]["message"] and "put back" in drifts[0]["message"], drifts)
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "DriftCorrected", "the object says so")
        it.quiet_for(3)
        check(len(it.events("drift")) == 1, it.events("drift"))


@case
def a_permission_that_its_api_published_under_another_id_is_asked_for_by_that(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        mine = it.application("regent.demo.arm-connector")["requiredResourceAccess"][0]
        was, now = mine["resourceAccess"][0]["id"], "bbbbbbbb-2222-4222-8222-222222222222"
        api = next(one for one in it.simulator.state()["graph"]["servicePrincipals"] if one["appId"] == mine["resourceAppId"])
        scopes = json.loads(json.dumps(api["oauth2PermissionScopes"]).replace(was, now))
        it.change(f"/v1.0/servicePrincipals/{api['id']}", patch={"oauth2PermissionScopes": scopes})
        it.eventually(lambda: now in str(it.application("regent.demo.arm-connector")["requiredResourceAccess"]), "the new id is asked for")
        it.wait_in_sync()
        it.quiet_for(3)


@case
def in_plan_mode_drift_is_told_once_and_nothing_is_ever_written(binaries):
    with daemon_bench(binaries) as it:
        it.regent("apply", "-e", "demo", "--yes", expect=0)
        mark = it.mark()
        it.start(mode="plan")
        it.wait_in_sync()
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "Drifted", "the drift shows")
        time.sleep(3)
        check(len(it.events("drift")) == 1, it.events("drift"))
        pending = it.environment_status("demo")["pending"]
        check(pending["actions"] == {"update": 1}, pending)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))


@case
def a_commit_with_errors_changes_nothing_and_the_last_valid_one_is_kept_up(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        good = it.environment_status("demo")["inForce"]["commit"]
        it.edit("base/arm-connector.regent.yaml", "redirectUris:", "redirectUrl:")
        it.commit("a typo")
        it.eventually(lambda: it.environment_status("demo")["manifestErrors"] > 0, "the errors are counted")
        environment = it.environment_status("demo")
        check(environment["inForce"]["commit"] == good, environment["inForce"])
        check("RG0204" in str(environment), environment)
        check(it.ready("demo", "Application/arm-connector")["reason"] == "InvalidManifest", it.objects("demo"))
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "drift is put back all the same")
        check(len(it.events("source_invalid")) == 1, it.events("source_invalid"))
        it.git("revert", "--no-edit", "HEAD")
        it.eventually(lambda: it.environment_status("demo")["manifestErrors"] == 0, "the revert mends it")
        it.wait_in_sync()
        check(it.events("source_valid"), "nobody was told that it is valid again")


@case
def after_a_restart_the_last_valid_commit_is_in_force_while_the_newest_has_errors(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        good = it.environment_status("demo")["inForce"]["commit"]
        it.edit("base/arm-connector.regent.yaml", "redirectUris:", "redirectUrl:")
        it.commit("a typo")
        it.eventually(lambda: it.environment_status("demo")["manifestErrors"] > 0, "the errors are counted")
        check(it.stop() == 0, it.said())
        it.start()
        it.eventually(lambda: it.environment_status("demo")["inForce"]["commit"] == good, "the last valid commit is in force")
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "drift is put back")


@case
def a_deleted_folder_is_an_error_and_deletes_nothing(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        mark = it.mark()
        it.git("rm", "-rq", "base")
        it.commit("the folder is gone")
        it.eventually(lambda: it.events("source_invalid"), "it is told")
        time.sleep(2)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))
        check(it.application("regent.demo.arm-connector"), "the application is gone")


@case
def a_paused_object_is_left_alone_across_a_restart_until_it_is_resumed(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        status, body = it.ask("/api/v1/pause", {"environment": "demo", "object": "Application/arm-connector", "reason": "vendor maintenance"})
        check(status in (200, 202), body)
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "Paused", "it is paused")
        check(it.stop() == 0, it.said())
        it.start()
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "Paused", "it still is")
        it.quiet_for(3)
        check("attacker" in str(it.application("regent.demo.arm-connector")["web"]), "a paused object was written")
        status, body = it.ask("/api/v1/resume", {"environment": "demo", "object": "Application/arm-connector"})
        check(status in (200, 202), body)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it was put back")


@case
def a_plan_that_needs_approval_waits_for_it_and_drift_does_not(binaries):
    with daemon_bench(binaries) as it:
        it.edit_environment("    maxDeletes: 2", "    maxDeletes: 2\n    requireApprovedPlan: true")
        it.commit("only approved plans")
        it.start()
        pending = it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        check(not it.application("regent.demo.arm-connector"), "it did not wait")
        check(len(it.events("approval_needed")) == 1, it.events("approval_needed"))
        status, body = it.ask("/api/v1/approve", {"environment": "demo", "plan": "00000000"})
        check(status == 404, body)
        status, body = it.ask("/api/v1/pause", {"environment": "demo", "reason": "vendor maintenance"})
        check(status in (200, 202), body)
        approval = {"environment": "demo", "plan": pending["planId"][:8]}
        status, body = it.ask("/api/v1/approve", approval)
        check(status == 200 and "vendor maintenance" in body["paused"] and "alreadyApprovedBy" not in body, body)
        status, body = it.ask("/api/v1/approve", approval)
        check(status == 200 and body["alreadyApprovedBy"], body)
        told = it.events("approved")
        check(len(told) == 1 and "is paused by" in told[0]["message"] and not it.events("resumed"), told)
        status, body = it.ask("/api/v1/resume", {"environment": "demo"})
        check(status in (200, 202), body)
        it.wait_in_sync()
        refusals = [line for line in it.ask("/metrics")[1].splitlines() if line.startswith("regent_guard_refusals_total")]
        check(refusals and all(line.endswith(" 0") for line in refusals), refusals)
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "drift needs no approval")
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: new intent")
        it.commit("something new")
        it.eventually(lambda: it.environment_status("demo").get("pending"), "new intent waits")
        check(it.application("regent.demo.arm-connector")["displayName"] != "new intent", "new intent was applied")


@case
def in_a_freeze_window_nothing_is_written(binaries):
    with daemon_bench(binaries) as it:
        mark = it.mark()
        it.start(more=["  freeze: [{name: always, start: \"00:00\", end: \"00:00\"}]"])
        pending = it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        check("always" in pending["why"], pending)
        time.sleep(2)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))


@case
def an_object_that_somebody_changes_back_each_time_is_left_alone_after_five_times(binaries):
    with daemon_bench(binaries, ONE_APPLICATION) as it:
        it.start()
        it.wait_in_sync("dev")
        path = "/v1.0/applications(uniqueName='regent.dev.a')"
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and not it.events("settle_failed"):
            if it.application("regent.dev.a")["displayName"] != "theirs":
                it.change(path, patch={"displayName": "theirs"})
            time.sleep(0.1)
        check(len(it.events("settle_failed")) == 1, it.said())
        it.change(path, patch={"displayName": "theirs"})
        it.eventually(lambda: it.ready("dev", "Application/a")["reason"] == "Conflict", "the object says so")
        it.quiet_for(4)
        check(it.ready("dev", "Application/b")["status"] == "True", "its neighbour suffers")
        status, body = it.ask("/api/v1/reconcile", {"environment": "dev", "object": "Application/a"})
        check(status in (200, 202), body)
        it.eventually(lambda: it.application("regent.dev.a")["displayName"] != "theirs", "a person can ask for one more try")


@case
def an_outage_is_told_once_and_ends_by_itself(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.fault("status", status=403, count=-1, match={"path": "/applications"})
        it.eventually(lambda: it.events("run_failed"), "it is told")
        mark = it.mark()
        time.sleep(4)
        check(len(it.events("run_failed")) == 1, it.events("run_failed"))
        check(len(it.requests_since(mark)) < 10, "a service that is down is not asked all the time")
        check(it.ready("demo", "Application/arm-connector")["status"] == "True", "what could not be read was called not ready")
        it.heal()
        it.ask("/api/v1/reconcile", {"environment": "demo"})
        it.eventually(lambda: it.events("run_recovered"), "the end is told")
        it.wait_in_sync()


@case
def stopping_finishes_the_step_under_way_and_the_next_start_goes_on(binaries):
    with daemon_bench(binaries) as it:
        it.fault("delay", delayMs=3000, count=1, match={"method": "POST", "path": "/apis"})
        it.start()
        it.eventually(lambda: any("/apis" in r["path"] and r["method"] in ("PUT", "POST") for r in it.simulator.requests())
                      or it.environment_status("demo").get("waitingFor"), "the apply is under way")
        check(it.stop() == 0, it.said())
        check(any("STOPPING=1" in text for _, text in it.told), it.told)
        it.start()
        it.wait_in_sync()
        check(len(it.connectors()) == 2, it.connectors())
        names = [c["properties"]["displayName"] for c in it.connectors()]
        check(len(set(names)) == 2, names)


@case
def a_reload_takes_a_changed_configuration_and_keeps_the_old_one_when_the_new_has_errors(binaries):
    with daemon_bench(binaries) as it:
        it.start(mode="plan")
        it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        (it.folder / "regent.yaml").write_text("apiVersion: regent/v1\nkind: Daemon\nmetadata: {name: x}\nspec: {mood: apply}\n")
        it.process.send_signal(signal.SIGHUP)
        it.eventually(lambda: any("RELOADING=1" in t and "MONOTONIC_USEC=" in t for _, t in it.told), "RELOADING=1 was told")
        it.eventually(lambda: sum("READY=1" in t for _, t in it.told) == 2, "READY=1 was told again")
        it.eventually(lambda: it.environment_status("demo")["mode"] == "plan", "the old configuration is in force")
        check(not it.application("regent.demo.arm-connector"), "it applied")
        it.write_configuration(mode="apply")
        it.process.send_signal(signal.SIGHUP)
        it.wait_in_sync()


@case
def a_reload_asked_for_while_the_service_starts_is_one_once_it_runs(binaries):
    with daemon_bench(binaries) as it:
        slow = it.folder / "slow.yaml"  # the service waits for what it says, as long as the test wants
        os.mkfifo(slow)
        it.start(wait=False, configuration=slow)
        opened = lambda: os.open(slow, os.O_WRONLY | os.O_NONBLOCK)  # refused while nobody reads it
        first = it.eventually(opened, "the service reads its configuration")
        it.process.send_signal(signal.SIGHUP)
        os.write(first, (it.folder / "regent.yaml").read_bytes())
        os.close(first)
        it.eventually(lambda: (it.state_dir / "regent.sock").exists(), "the service has read it")
        second = it.eventually(opened, "the service reads it again")
        os.write(second, (it.folder / "regent.yaml").read_bytes())
        os.close(second)
        it.eventually(lambda: any("RELOADING=1" in t for _, t in it.told), "RELOADING=1 was told")
        it.wait_in_sync()


@case
def a_configuration_with_errors_does_not_start_and_says_where(binaries):
    with daemon_bench(binaries) as it:
        it.write_configuration(mode="aply")
        run = it.regent("daemon", "--config", str(it.folder / "regent.yaml"), expect=78)
        check("regent.yaml:" in run.err and "apply" in run.err, run)


@case
def the_watchdog_hears_of_a_slow_service_and_not_of_a_stopped_process(binaries):
    with daemon_bench(binaries) as it:
        it.fault("delay", delayMs=4000, count=2, match={"path": "/applications"})
        it.start(environment={"WATCHDOG_USEC": "3000000"})
        it.wait_in_sync()
        times = [when for when, text in it.told if "WATCHDOG=1" in text]
        check(len(times) > 3 and max(b - a for a, b in zip(times, times[1:])) < 3.0, "a slow service starved the watchdog")


@case
def a_second_instance_on_the_same_state_does_not_start(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        run = it.regent("daemon", "--config", str(it.folder / "regent.yaml"), expect=75)
        check("another" in run.err, run)


@case
def only_a_commit_signed_by_an_allowed_key_comes_into_force(binaries):
    with daemon_bench(binaries) as it:
        key = it.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bob", "-f", str(key)], check=True)
        signers = it.folder / "allowed_signers"
        signers.write_text(f"bob@contoso.example {key.with_suffix('.pub').read_text()}")
        signers.chmod(0o644)
        for name, value in (("gpg.format", "ssh"), ("user.signingkey", str(key))):
            it.git("config", name, value)
        it.git("commit", "-q", "-S", "--amend", "-m", "first, signed")
        it.start(git=["      verify:", "        mode: head", f"        sshAllowedSigners: {signers}"])
        it.wait_in_sync()
        signed = it.environment_status("demo")["inForce"]["commit"]
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: nobody signed this")
        unsigned = it.commit("unsigned")
        it.eventually(lambda: it.events("source_invalid"), "the unsigned commit is refused")
        told = it.events("source_invalid")
        check(len(told) == 1 and unsigned[:7] in told[0]["message"] and "sign" in told[0]["message"], told)
        check(it.environment_status("demo")["inForce"]["commit"] == signed, "it came into force")
        it.git("commit", "-q", "-S", "--amend", "-m", "signed now")
        it.eventually(lambda: it.application("regent.demo.arm-connector")["displayName"] == "nobody signed this", "signed, it is applied")


@case
def a_force_push_is_refused_until_somebody_allows_it(binaries):
    with daemon_bench(binaries) as it:
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: second")
        it.commit("second")
        it.start()
        it.wait_in_sync()
        # Amended, so that the branch moves once: the service looks at any moment, also between a reset and a commit.
        it.edit("base/arm-connector.regent.yaml", "displayName: second", "displayName: rewritten")
        it.git("commit", "-q", "-a", "--amend", "-m", "history is rewritten")
        rewritten = it.git("rev-parse", "HEAD")
        it.eventually(lambda: it.events("source_invalid"), "the force-push is refused")
        message = it.events("source_invalid")[0]["message"]
        check("allowRewind" in message and rewritten[:7] in message, message)
        time.sleep(2)
        check(it.application("regent.demo.arm-connector")["displayName"] == "second", "it was applied")
        it.write_configuration(git=[f"      allowRewind: {rewritten}"])
        it.process.send_signal(signal.SIGHUP)
        it.eventually(lambda: it.application("regent.demo.arm-connector")["displayName"] == "rewritten", "it is allowed")


@case
def a_branch_that_vanishes_leaves_everything_as_it_was(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        mark = it.mark()
        it.git("checkout", "-q", "-b", "other")
        it.git("branch", "-q", "-D", "main")
        it.eventually(lambda: it.events("source_invalid"), "it is told")
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "drift is put back")
        it.git("checkout", "-q", "-b", "main")
        it.eventually(lambda: it.events("source_valid"), "its return is told")
        writes = it.simulator.writes(mark)
        check(len(writes) <= 2, writes)


@case
def two_environments_of_one_repository_are_always_at_one_commit(binaries):
    with daemon_bench(binaries) as it:
        text = (it.repository / "environments/demo.regent.yaml").read_text()
        (it.repository / "environments/second.regent.yaml").write_text(text.replace("name: demo", "name: second").replace("env: demo", "env: second"))
        it.commit("two environments")
        it.start()
        # Both want connectors of one title in one Power Platform environment, so one of them is never in sync.
        for name in ("demo", "second"):
            it.eventually(lambda name=name: it.environment_status(name).get("lastRun"), f"{name} has run")
        good = it.environment_status("demo")["inForce"]["commit"]
        (it.repository / "environments/second.regent.yaml").write_text("apiVersion: regent/v1\nkind: Environment\nmetadata: {name: second}\nspec: {tenantid: x}\n")
        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: half of a commit")
        it.commit("one of them is broken")
        it.eventually(lambda: it.environment_status("second")["manifestErrors"] > 0, "the error is counted")
        time.sleep(2)
        for name in ("demo", "second"):
            check(it.environment_status(name)["inForce"]["commit"] == good, it.environment_status(name)["inForce"])
        application = it.application("regent.demo.arm-connector") or {"displayName": "not made yet"}
        check("half" not in application["displayName"], "half of a commit was applied")


@case
def while_a_person_applies_the_service_waits_its_turn(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        (lock,) = [p for p in it.state_dir.glob("apply-*.lock") if "service" not in p.name and fcntl_free(p)][:1]
        with open(lock, "rb+") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            it.change(APPLICATION, patch=ATTACKER)
            mark = it.mark()
            time.sleep(3)
            check(not it.simulator.writes(mark), "it wrote beside somebody else")
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "then it goes on")


@case
def a_pause_that_is_over_is_told(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        status, body = it.ask("/api/v1/pause", {"environment": "demo", "reason": "for a moment", "seconds": 2})
        check(status in (200, 202), body)
        it.eventually(lambda: any("is over" in e["message"] for e in it.events("resumed")), "the end is told")
        it.wait_in_sync()


def fcntl_free(path):
    """The lock of the environment, not the service's own, which it holds all the time."""
    with open(path, "rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


@case
def a_file_that_looks_like_a_manifest_and_is_not_read_is_said_once(binaries):
    with daemon_bench(binaries) as it:
        text = (it.repository / "base/arm-connector.regent.yaml").read_text()
        (it.repository / "base/forgotten.yaml").write_text(text)
        it.commit("the wrong suffix")
        it.start()
        it.wait_in_sync()
        it.eventually(lambda: "base/forgotten.yaml looks like a manifest" in it.said(), "it is said")
        it.quiet_for(3)
        check(it.said().count("base/forgotten.yaml looks like a manifest") == 1, it.said())


@case
def a_quiet_look_asks_only_what_has_changed_and_a_change_is_seen_all_the_same(binaries):
    with daemon_bench(binaries, ONE_APPLICATION) as it:
        it.start(more=["  fullReadInterval: 1h"])
        it.wait_in_sync("dev")

        def last_requests():
            return [request["path"] for request in it.simulator.requests() if request["path"].startswith("/v1.0/")][-8:]

        # What was just written is read at every look until the replication grace is over.
        it.eventually(lambda: len(last_requests()) == 8 and all("/delta" in path for path in last_requests()), "only changes are asked for")
        it.change("/v1.0/applications(uniqueName='regent.dev.a')", patch={"displayName": "theirs"})
        it.eventually(lambda: it.events("drift"), "the change is told")
        it.eventually(lambda: it.application("regent.dev.a")["displayName"] == "A", "it was put back")
        it.wait_in_sync("dev")
        # A person who asks has the tenant read whole.
        it.eventually(lambda: all("/delta" in path for path in last_requests()), "only changes are asked for again")
        mark = it.mark()
        status, body = it.ask("/api/v1/reconcile", {"environment": "dev"})
        check(status in (200, 202), body)
        it.eventually(lambda: any("/v1.0/applications?" in request["path"] for request in it.requests_since(mark)), "applications are listed")


@case
def in_plan_mode_what_waits_is_not_read_at_each_look_and_a_change_of_it_is_seen_all_the_same(binaries):
    with daemon_bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "-e", "dev", "--yes", expect=0)
        application = "/v1.0/applications(uniqueName='regent.dev.a')"
        it.change(application, patch={"displayName": "theirs"})
        mark = it.mark()
        it.start(mode="plan", more=["  fullReadInterval: 1h"])
        it.eventually(lambda: it.environment_status("dev").get("pending"), "the plan waits")
        waits = it.environment_status("dev")["pending"]["planId"]

        def asks_only_for_changes():
            paths = [request["path"] for request in it.simulator.requests() if request["path"].startswith("/v1.0/")][-8:]
            return len(paths) == 8 and all("/delta" in path for path in paths)

        it.eventually(asks_only_for_changes, "only changes are asked for")
        check(it.environment_status("dev")["pending"]["planId"] == waits, it.environment_status("dev"))
        it.change(application, patch={"displayName": "theirs again"})
        it.eventually(lambda: it.environment_status("dev")["pending"]["planId"] != waits, "the change is seen")
        it.eventually(asks_only_for_changes, "only changes are asked for again")
        check(not it.simulator.writes(mark), it.simulator.writes(mark))


@case
def a_connector_that_nobody_saves_is_not_read_at_each_look_and_one_that_somebody_saves_is(binaries):
    with daemon_bench(binaries, ONE_APPLICATION) as it:
        sales = "Default-11111111-1111-1111-1111-111111111111"
        for title in ("One", "Two", "Three"):
            it.simulator.control("state", {"powerApps": {"connectors": [{
                "environment": sales, "properties": {"displayName": title, "changedTime": "2026-01-01T00:00:00.0000000Z"},
                "openApiDefinition": {"swagger": "2.0", "info": {"title": title, "version": "1.0"}, "host": "api.contoso.example",
                                      "paths": {"/x": {"get": {"operationId": "X", "responses": {"200": {"description": "OK"}}}}}}}]}})
        it.start(more=["  fullReadInterval: 1h"])
        it.wait_in_sync("dev")

        def looks(count):
            """What that many looks at the list asked for since now."""
            mark = it.mark()
            lists = lambda: [r for r in it.requests_since(mark) if r["path"].split("?")[0].endswith("/apis")]
            it.eventually(lambda: len(lists()) >= count, "the list is read again and again")
            return [r["path"] for r in it.requests_since(mark) if r["path"].startswith("/blob/")]

        looks(2)
        check(len({r["path"].split("?")[0] for r in it.simulator.requests() if r["path"].startswith("/blob/")}) == 3, "three definitions were read")
        check(not looks(3), "definitions are read again")
        name = next(c["name"] for c in it.simulator.state()["powerApps"]["connectors"] if c["properties"]["displayName"] == "Two")
        it.change(f"/providers/Microsoft.PowerApps/apis/{name}", patch={"properties": {"description": "by somebody else"}})
        looks(2)
        read = looks(3)
        check(read and all(name.removeprefix("shared_") in path for path in read), read)


OTHER = """apiVersion: regent/v1
kind: Application
metadata: {name: other}
spec: {displayName: Other, signInAudience: single-tenant}
"""


@case
def what_one_object_asks_in_vain_does_not_stop_the_repair_of_others(binaries):
    with daemon_bench(binaries) as it:
        (it.repository / "base" / "other.regent.yaml").write_text(OTHER)
        it.commit("another application")
        it.start()
        it.wait_in_sync()
        # Those who run the API take away what an application of ours asks for.
        it.change("/v1.0/servicePrincipals(appId='797f4846-ba00-4fd7-ba43-dac1f8f63013')", patch={"oauth2PermissionScopes": []})
        refused = it.eventually(lambda: [c for c in [it.ready("demo", "Application/arm-connector")] if c["status"] == "False"], "it is told")[0]
        check("publishes no delegated permission" in refused["message"] and refused["reason"] == "WaitingForReference", refused)
        it.change("/v1.0/applications(uniqueName='regent.demo.other')", patch={"displayName": "changed by hand"})
        it.eventually(lambda: it.application("regent.demo.other")["displayName"] == "Other", "the other one is repaired")


@case
def what_differs_on_an_object_that_is_only_watched_is_told(binaries):
    with daemon_bench(binaries) as it:
        (it.repository / "base" / "other.regent.yaml").write_text(OTHER)
        it.commit("another application")
        it.start()
        it.wait_in_sync()
        (it.repository / "base" / "other.regent.yaml").write_text(OTHER + "management: {policy: observe}\n")
        it.commit("which is watched")
        # A run under way is of the commit before, and would put the change back.
        asks(it, "reconcile", "--wait")
        it.change("/v1.0/applications(uniqueName='regent.demo.other')", patch={"displayName": "changed by hand"})
        watched = lambda: it.ask("/api/v1/environments/demo/objects/Application/other")[1]["object"]
        object = it.eventually(lambda: [o for o in [watched()] if o.get("differences")], "it is told")[0]
        difference = object["differences"][0]
        check(difference["path"] == "displayName" and "changed by hand" in difference["live"] and "Other" in difference["wanted"], difference)
        check(it.application("regent.demo.other")["displayName"] == "changed by hand", "it was written")


@case
def people_are_told_of_the_connections_that_they_have_to_make(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        made = [e for e in it.events("applied") if "Connector/arm " in e["message"]]
        check(len(made) == 1 and "people make their own" in made[0]["message"] and made[0]["severity"] == "info", made)
        it.edit("base/arm-connector.regent.yaml", "resource: https://management.core.windows.net/\n    credential:\n      clientSecretRef",
                "resource: https://management.azure.com/\n    credential:\n      clientSecretRef")
        it.commit("the other name of the API")
        told = it.eventually(lambda: [e for e in it.events("applied") if "theirs anew" in e["message"]], "it is told")
        check(len(told) == 1 and told[0]["severity"] == "warning", told)
        it.wait_in_sync()
        arm = it.objects("demo")["Connector/arm"]
        check("theirs anew" in arm["lastChange"], arm)
