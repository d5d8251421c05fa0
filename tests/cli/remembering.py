"""What a machine remembers: who changed something, and what an object was called before."""

import sqlite3

from bench import HERE, ONE_APPLICATION, bench, case, check, plan_of, says

A = "/v1.0/applications(uniqueName='regent.dev.a')"


def forget(it):
    for path in it.state_dir.glob("regent.db*"):
        path.unlink()


def rows(it):
    with sqlite3.connect(it.state_dir / "regent.db") as database:
        return database.execute("SELECT name, attributes, applied_at FROM applied ORDER BY name").fetchall()


@case
def an_apply_with_nothing_to_do_learns_what_a_later_change_is_a_change_of(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.edit_environment("    maxDeletes: 5", "    maxDeletes: 5\n    requireApprovedPlan: true")
        it.regent("apply", "--expect-plan", plan_of(it)["plan_id"], expect=0)
        forget(it)
        mark = it.mark()
        it.regent("apply", "--yes", expect=0)
        check(not it.simulator.writes(mark), "it wrote")
        learned = rows(it)
        check([row[0] for row in learned] == ["a", "b"], learned)
        it.regent("apply", "--yes", expect=0)
        check(rows(it) == learned, "what was known was written again")
        it.change(A, patch={"displayName": "of the portal"})
        says(it.regent("plan", expect=0), "Changed outside since the last run")
        # And so it is put back without an approval.
        it.regent("apply", "--yes", expect=0)
        check(it.application("regent.dev.a")["displayName"] == "A", it.application("regent.dev.a"))


@case
def an_application_that_somebody_deleted_is_told_as_deleted_in_every_face(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        it.change(A, delete=True)
        told = "was deleted outside; it lies in the recycle bin"
        for form in ("text", "jsonl", "markdown", "junit", "sarif", "html"):
            out = it.regent("plan", "-o", form, expect=0).out
            check(told in out and "true → false" not in out and "puts back" not in out, out)
        check("Drift: 1 change made outside, on 1 object" in it.regent("plan", "--drift-only", expect=0).out, "drift only")
        drift = plan_of(it)["drift"]
        check([(d["address"], d["path"], d["op"], d["note"]) for d in drift] == [("Application/a", "", "remove", told)], drift)
        it.change(A.replace("dev.a", "dev.b"), delete=True, purge=True)
        says(it.regent("plan", "--replication-grace", "600", expect=0), "Application/b", "was made or restored at", "Entra does not show it")
        it.let_time_pass()
        says(it.regent("plan", expect=0), "Application/b", "was deleted outside, also from the recycle bin")
        # Who remembers nothing cannot know that it was ever there.
        forget(it)
        check(not plan_of(it)["drift"], plan_of(it))


@case
def an_application_that_is_gone_is_remembered_by_its_id_while_its_return_waits_for_approval(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.edit_environment("    maxDeletes: 5", "    maxDeletes: 5\n    requireApprovedPlan: true")
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: A\n  notes: soon gone")
        it.regent("apply", "--expect-plan", plan_of(it)["plan_id"], expect=0)
        before = it.application("regent.dev.a")["id"]
        it.change(A, delete=True, purge=True)
        it.let_time_pass()
        it.edit("base/a.regent.yaml", "\n  notes: soon gone", "")
        it.regent("apply", "--yes", expect=6)
        with sqlite3.connect(it.state_dir / "regent.db") as database:
            kept = database.execute("SELECT remote_id, attributes FROM applied WHERE name = 'a'").fetchall()
        check(len(kept) == 1 and kept[0][0] == before and "soon gone" not in kept[0][1], kept)


@case
def a_secret_that_was_issued_a_moment_ago_and_is_not_shown_is_not_issued_again(binaries):
    with bench(binaries, HERE.parent / "scenarios" / "connector-not-seen-yet" / "manifests") as it:
        def secrets():
            return [secret["keyId"] for secret in it.application("regent.dev.arm")["passwordCredentials"]]

        it.regent("apply", "--yes", expect=0)
        it.simulator.control("clock", {"advanceSeconds": 120})
        it.regent("rotate", "arm", "connector", "--direct", "--yes", expect=0)
        issued = secrets()
        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 100}})
        patience = ("--replication-grace", "600")
        for command in (["plan", *patience], ["apply", "--yes", *patience]):
            run = it.regent(*command, expect=75 if command[0] == "apply" else 0)
            says(run, f'the secret "connector" ({issued[0]}) was issued at', "Entra does not show it", "another one is issued from")
        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 0}})
        check(secrets() == issued and len(issued) == 1, secrets())
        it.check_settled()


@case
def a_plan_learns_nothing(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        forget(it)
        it.regent("plan", expect=0)
        check(not list(it.state_dir.glob("regent.db*")), "a plan wrote a database")


@case
def a_renamed_environment_is_told_before_everything_is_made_a_second_time(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        check("was made as an object of" not in it.regent("plan", expect=0).out, "a warning about nothing")
        for old, new in (("  name: dev", "  name: development"), ("  tenantId:", "  owner: other\n  tenantId:")):
            path = it.repository / "environments" / "dev.regent.yaml"
            before = path.read_text()
            it.edit_environment(old, new)
            for form in ("text", "markdown", "json"):
                says(it.regent("plan", "-o", form, expect=0), "`regent.dev` before", it.application("regent.dev.a")["id"])
            path.write_text(before)
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: Another")
        (it.repository / "environments" / "test.regent.yaml").write_text(before.replace("  name: dev", "  name: test"))
        run = it.regent("plan", "-e", "test", expect=0)
        check("before" not in run.out, f"another environment of the repository is none that is gone\n{run}")
