"""A managed identity that is late holds up nobody, and is gone on with by itself."""

import subprocess

from daemon_bench import asks, case, check, daemon_bench

LATE = {"powerApps": {"subjectDelaySeconds": 3600}}
CONNECTOR = "Connector/arm-mi"


@case
def other_commits_are_carried_out_while_an_identity_is_awaited(binaries):
    with daemon_bench(binaries, switches=LATE) as it:
        it.start(interval="1h")
        waiting = it.eventually(lambda: CONNECTOR in it.objects("demo") and it.ready("demo", CONNECTOR)["reason"] == "WaitingForReference"
                                and it.environment_status("demo"), "it is told as waiting")
        check("running" in waiting and waiting["counts"]["total"] > 1, f"told only after its run: {waiting}")
        it.eventually(lambda: (it.environment_status("demo").get("lastRun") or {}).get("result") == "waiting", "the run ended")
        ready = it.ready("demo", CONNECTOR)
        check(ready["status"] == "False" and "has no managed identity yet" in ready["message"], ready)
        status = asks(it, "status", expect=0).out
        check("2 waiting:" in status and "need" not in status, status)
        run = asks(it, "reconcile", CONNECTOR, "--wait", expect=75)
        check(f"{CONNECTOR}: Ready=False (WaitingForReference)" in run.out, run)

        it.edit("base/arm-connector.regent.yaml", "displayName: ARM connector (${env})", "displayName: ARM connector, renamed")
        it.commit("rename it")
        it.eventually(lambda: it.application("regent.demo.arm-connector")["displayName"] == "ARM connector, renamed", "the new name is there")

        it.eventually(lambda: it.environment_status("demo")["lastRun"]["trigger"] == "retry", "it looks again by itself, an hour before its time")
        writes = it.simulator.writes(it.mark())
        it.simulator.control("clock", {"advanceSeconds": 3600})
        it.eventually(lambda: it.ready("demo", CONNECTOR)["status"] == "True", "the identity is there")
        check(len(it.application("regent.demo.arm-connector")["federatedIdentityCredentials"]) == 1, it.application("regent.demo.arm-connector"))
        told = [e["message"] for e in it.events() if e.get("name") == "arm-mi" and e["type"] in ("not_ready", "ready")]
        check(len([t for t in told if "is not ready: WaitingForReference" in t]) == 1, told)


@case
def who_looks_only_once_waits_for_the_identity(binaries):
    with daemon_bench(binaries, switches={"powerApps": {"subjectDelaySeconds": 30}}) as it:
        it.write_configuration(interval="1h")
        command = [str(it.binaries / "regent"), "daemon", "--once", "--config", str(it.folder / "regent.yaml")]
        run = subprocess.run(command, env=it.environment({}), capture_output=True, timeout=120)
        it.outputs += [run.stdout, run.stderr]
        check(run.returncode == 0, run.stdout + run.stderr)
        check(len(it.application("regent.demo.arm-connector")["federatedIdentityCredentials"]) == 1, "the application trusts no identity")
