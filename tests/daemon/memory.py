"""What happens to the service's memory, and what the tenant must not feel of it."""

import os
import pathlib
import signal
import sqlite3
import subprocess
import time

from daemon_bench import asks, case, check, daemon_bench
from loop import APPLICATION, ATTACKER

OF_THE_SERVICE = "zq7-Not~A~Real.Secret_of.the-service"


@case
def killed_at_any_time_it_converges_without_a_second_object(binaries):
    with daemon_bench(binaries) as it:
        for number in range(8):
            it.start(wait=False)
            time.sleep(0.15 + 0.25 * number)
            it.process.kill()
            it.process.wait()
            it.process = None
        it.start()
        it.wait_in_sync()
        check(len(it.connectors()) == 2, [c["properties"]["displayName"] for c in it.connectors()])
        applications = [a for a in it.simulator.state()["graph"]["applications"] if a.get("uniqueName") == "regent.demo.arm-connector"]
        check(len(applications) == 1, applications)
        check(len(applications[0]["passwordCredentials"]) == 1, applications[0]["passwordCredentials"])
        it.quiet_for(3)


def rename_all(it, said=True):
    """The application and a connector of the demo get other names."""
    path = it.repository / "base/arm-connector.regent.yaml"
    text = path.read_text()
    for old, new in (("arm-connector", "arm-client"), ("arm", "arm-secret")):
        before = f"\n  previousNames: [{old}]" if said else ""
        text = text.replace(f"  name: {old}\n  labels", f"  name: {new}{before}\n  labels")
        text = text.replace("applicationRef: {name: %s}" % old, "applicationRef: {name: %s}" % new)
        text = text.replace("connectorRef: {name: %s}" % old, "connectorRef: {name: %s}" % new)
    path.write_text(text)
    it.commit("other names")


def keys_of(application):
    return sorted(key["keyId"] for key in application["passwordCredentials"])


@case
def killed_at_any_time_a_rename_makes_and_deletes_nothing(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        check(it.stop() == 0, it.said())
        before, connectors = it.application("regent.demo.arm-connector"), it.connectors()
        rename_all(it)
        for number in range(6):
            it.start(wait=False)
            time.sleep(0.2 + 0.2 * number)
            it.process.kill()
            it.process.wait()
            it.process = None
        it.start()
        it.wait_in_sync()
        after = it.application("regent.demo.arm-connector")
        check(after["appId"] == before["appId"] and keys_of(after) == keys_of(before), after)
        check("regent:name:arm-client" in after["tags"], after["tags"])
        names = sorted(c["name"] for c in it.connectors())
        check(names == sorted(c["name"] for c in connectors), names)
        with sqlite3.connect(it.state_dir / "regent.db") as database:
            kept = {row[0] for row in database.execute("SELECT name FROM applied")}
        check("arm-client" in kept and "arm-connector" not in kept, kept)
        it.quiet_for(3)


@case
def a_pause_outlives_the_name_of_what_is_paused(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        asks(it, "pause", "Application/arm-connector", "--reason", "vendor maintenance")
        rename_all(it)
        it.eventually(lambda: it.ready("demo", "Application/arm-client")["reason"] == "Paused", "it is paused under its new name")
        it.quiet_for(3)
        check("regent:name:arm-client" not in it.application("regent.demo.arm-connector")["tags"], "a paused object was written")
        asks(it, "resume", "Application/arm-client")
        it.wait_in_sync()
        check("regent:name:arm-client" in it.application("regent.demo.arm-connector")["tags"], "it was not renamed")


@case
def a_deleted_database_costs_the_history_and_nothing_else(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        for path in it.state_dir.glob("regent.db*"):
            path.unlink()
        code = it.process.wait(60)
        check(code == 1, it.said())
        check("was deleted" in it.said(), it.said())
        it.process = None
        mark = it.mark()
        it.start()
        it.wait_in_sync()
        check(not it.simulator.writes(mark), it.simulator.writes(mark))


@case
def a_damaged_database_is_moved_aside_and_said(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        check(it.stop() == 0, it.said())
        for path in it.state_dir.glob("regent.db-*"):
            path.unlink()
        (it.state_dir / "regent.db").write_bytes(b"not a database at all" * 1000)
        mark = it.mark()
        it.start()
        it.wait_in_sync()
        check("damaged" in it.said(), it.said())
        check(list(it.state_dir.glob("regent.db.damaged-*")), list(it.state_dir.iterdir()))
        check(not it.simulator.writes(mark), it.simulator.writes(mark))


@case
def on_a_full_disk_nothing_is_written_to_the_tenant_and_it_goes_on_when_there_is_room(binaries):
    if os.geteuid() != 0:
        return print("skipped: a full disk needs root (a small tmpfs)")
    with daemon_bench(binaries) as it:
        it.state_dir.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(it.state_dir)])
        if mounted.returncode:
            return print("skipped: no tmpfs can be mounted here")
        try:
            it.start()
            it.wait_in_sync()
            ballast = it.state_dir / "ballast"
            with open(ballast, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(b"x" * 4096)
                except OSError:
                    pass
            it.eventually(lambda: "is full" in it.said(), "it is said")
            mark = it.mark()
            it.change(APPLICATION, patch=ATTACKER)
            time.sleep(4)
            check(not it.simulator.writes(mark), it.simulator.writes(mark))
            check(it.ask("/api/v1/status")[0] == 200, "the status cannot be asked")
            ballast.unlink()
            it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it goes on")
            it.wait_in_sync()
            check(it.stop() == 0, it.said())
        finally:
            if it.process is not None:
                it.process.kill()
                it.process.wait()
                it.process = None
            subprocess.run(["umount", "-l", str(it.state_dir)], check=True)


@case
def where_nothing_can_be_kept_the_service_looks_and_changes_nothing(binaries):
    with daemon_bench(binaries) as it:
        it.state_dir.mkdir()
        (it.state_dir / "regent.db").mkdir()  # no file can be made of that name
        mark = it.mark()
        it.start()
        it.eventually(lambda: it.environment_status("demo").get("pending"), "a plan waits")
        time.sleep(1)
        check(not it.simulator.writes(mark), it.simulator.writes(mark))
        check("nothing is changed until that is mended" in it.said(), it.said())


@case
def no_secret_reaches_the_database(binaries):
    with daemon_bench(binaries, recorded=True) as it:
        it.give_client_secret(OF_THE_SERVICE)
        it.start(environment={"AZURE_CLIENT_SECRET": OF_THE_SERVICE})
        it.wait_in_sync()
        it.ask("/api/v1/events?limit=500")
        it.ask("/api/v1/history")
        it.objects("demo")
        check(it.stop() == 0, it.said())
        tables = sqlite3.connect(it.state_dir / "regent.db").execute("select count(*) from sqlite_master").fetchone()
        check(tables[0] > 5, tables)
        it.check_no_known_secret_leaked()


@case
def a_change_in_the_portal_is_drift_after_one_quiet_run_of_a_service_that_remembers_nothing(binaries):
    with daemon_bench(binaries) as it:
        it.regent("apply", "-e", "demo", "--yes", expect=0)
        for path in it.state_dir.glob("regent.db*"):
            path.unlink()
        it.edit_environment("    maxDeletes: 2", "    maxDeletes: 2\n    requireApprovedPlan: true")
        it.commit("only approved plans")
        it.start()
        it.wait_in_sync()
        learned = remembered(it)
        check(learned, "nothing was learned")
        it.quiet_for(3)
        check(remembered(it) == learned, "quiet runs write what is known already")
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: "attacker" not in str(it.application("regent.demo.arm-connector")["web"]), "it was put back without an approval")
        drifts = it.eventually(lambda: it.events("drift"), "it is told as drift")
        check(len(drifts) == 1 and "attacker.example" in drifts[0]["message"], drifts)
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["reason"] == "DriftCorrected", "the object says so")


def remembered(it):
    with sqlite3.connect(f"file:{it.state_dir / 'regent.db'}?mode=ro", uri=True) as database:
        return database.execute("SELECT kind, name, attributes, applied_at FROM applied ORDER BY kind, name").fetchall()
