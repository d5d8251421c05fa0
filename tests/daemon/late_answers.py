"""What was made a moment ago and no answer shows holds up nobody, and is not made a second time."""

from daemon_bench import HERE, asks, case, check, daemon_bench

IN_POWER_APPS = HERE.parent / "scenarios" / "connector-not-listed" / "manifests"
CONNECTOR = "Connector/arm"


@case
def what_is_not_shown_is_waited_for_and_not_made_again(binaries):
    with daemon_bench(binaries, repository=IN_POWER_APPS, switches={"powerApps": {"duplicateTitle": "vary"}}) as it:
        it.start(interval="1h")
        it.eventually(lambda: it.ready("dev", CONNECTOR)["status"] == "True", "it was made")
        accepted = it.application("regent.dev.arm")["web"]["redirectUris"]

        it.simulator.control("switches", {"powerApps": {"replicaLagSeconds": 86000}})
        it.edit("base/arm.application.regent.yaml", "displayName: ARM\n", "displayName: ARM, renamed\n")
        it.commit("rename the application")
        it.eventually(lambda: it.application("regent.dev.arm")["displayName"] == "ARM, renamed", "the new name is there")
        it.eventually(lambda: it.environment_status("dev")["lastRun"]["result"] == "waiting", "the run waits")
        ready = it.ready("dev", CONNECTOR)
        check((ready["status"], ready["reason"]) == ("False", "WaitingForReference") and "Power Apps does not show it" in ready["message"], ready)
        it.eventually(lambda: it.environment_status("dev")["lastRun"]["trigger"] == "retry", "it looks again by itself, an hour before its time")

        it.simulator.control("switches", {"powerApps": {"replicaLagSeconds": 0}})
        it.eventually(lambda: it.ready("dev", CONNECTOR)["status"] == "True", "it is seen")
        check(len(it.connectors()) == 1, it.connectors())
        check(it.application("regent.dev.arm")["web"]["redirectUris"] == accepted, it.application("regent.dev.arm"))


@case
def an_application_that_is_not_shown_is_not_called_deleted_and_keeps_its_one_secret(binaries):
    with daemon_bench(binaries, repository=IN_POWER_APPS) as it:
        it.start(interval="1h", grace="5m")
        it.eventually(lambda: it.ready("dev", CONNECTOR)["status"] == "True" and it.ready("dev", "Application/arm")["status"] == "True", "it was made")
        issued = it.application("regent.dev.arm")["passwordCredentials"]

        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 86000}})
        asks(it, "reconcile", "-e", "dev")
        it.eventually(lambda: it.environment_status("dev")["lastRun"]["result"] == "waiting", "the run waits")
        for address, message in (("Application/arm", "Entra does not show it"), (CONNECTOR, "waits for Application/arm")):
            ready = it.ready("dev", address)
            check((ready["status"], ready["reason"]) == ("False", "WaitingForReference") and message in ready["message"], ready)
        it.eventually(lambda: it.environment_status("dev")["lastRun"]["trigger"] == "retry", "it looks again by itself, an hour before its time")

        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 0}})
        it.eventually(lambda: it.ready("dev", "Application/arm")["status"] == "True" and it.ready("dev", CONNECTOR)["status"] == "True", "it is seen")
        check(len(issued) == 1 and it.application("regent.dev.arm")["passwordCredentials"] == issued, it.application("regent.dev.arm"))
        check("deleted outside" not in it.said() and not any("deleted outside" in e["message"] for e in it.events()), it.events())
