"""What Power Apps is late to take over from Dataverse holds up nobody, is told as waiting, and is gone on with by itself."""

from daemon_bench import HERE, case, check, daemon_bench

IN_A_SOLUTION = HERE.parent / "scenarios" / "connector-in-a-solution" / "manifests"
LATE = {"powerApps": {"subjectDelaySeconds": 0, "syncDelaySeconds": 3600}}
CONNECTOR = "Connector/arm"


@case
def other_commits_are_carried_out_while_power_apps_takes_nothing_over(binaries):
    with daemon_bench(binaries, repository=IN_A_SOLUTION, switches=LATE) as it:
        def waits(message):
            it.eventually(lambda: it.environment_status("dev")["lastRun"]["result"] == "waiting", f"a run waits ({message})")
            ready = it.eventually(lambda: message in it.ready("dev", CONNECTOR)["message"] and it.ready("dev", CONNECTOR), message)
            check((ready["status"], ready["reason"]) == ("False", "WaitingForReference"), ready)

        it.start(interval="1h")
        waits("Power Apps has not taken it over")
        run = it.environment_status("dev")["lastRun"]
        check(run["tookSeconds"] < 60, f"it held up the others: {run}")
        it.edit("base/arm.regent.yaml", "displayName: ARM\n", "displayName: ARM, renamed\n")
        it.commit("rename the application")
        it.eventually(lambda: it.application("regent.dev.arm")["displayName"] == "ARM, renamed", "the new name is there")
        waits("Power Apps")

        it.edit("base/arm.regent.yaml", "description: Lists subscriptions", "description: Lists all subscriptions")
        it.commit("another description")
        it.eventually(lambda: "Lists all subscriptions" in str(it.simulator.state()["powerApps"]["rows"]), "it is in the row")
        waits("Power Apps")
        it.eventually(lambda: it.environment_status("dev")["lastRun"]["trigger"] == "retry", "it looks again by itself, an hour before its time")

        it.simulator.control("clock", {"advanceSeconds": 3600})
        it.eventually(lambda: it.ready("dev", CONNECTOR)["status"] == "True" and it.ready("dev", "Application/arm")["status"] == "True", "all is there")
        check(len(it.application("regent.dev.arm")["federatedIdentityCredentials"]) == 1, it.application("regent.dev.arm"))
