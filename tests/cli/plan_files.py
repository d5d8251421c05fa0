"""A plan kept in a file is a consent: to exactly that plan, in exactly that tenant."""

import json
import re
import stat

from bench import ONE_APPLICATION, bench, case, check, says


def written(it, *arguments):
    path = it.folder / "plan.json"
    it.regent("plan", "--out", str(path), *arguments, expect=0)
    return path


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@case
def a_plan_file_is_carried_out(binaries):
    with bench(binaries) as it:
        path = written(it)
        run = it.regent("apply", str(path), "--no-input", expect=0)
        says(run, "still holds", "Read back: nothing left to do.")
        it.check_settled()


@case
def a_plan_file_names_its_environment(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        other = (it.repository / "environments" / "dev.regent.yaml").read_text().replace("name: dev", "name: test").replace("env: dev", "env: test")
        (it.repository / "environments" / "test.regent.yaml").write_text(other)
        path = written(it, "-e", "dev")
        says(it.regent("apply", str(path), "-e", "test", expect=64), "environment `dev`, not `test`")
        it.regent("apply", str(path), expect=0)
        check(it.application("regent.dev.a") and not it.application("regent.test.a"), "the wrong environment")


@case
def a_plan_file_is_for_its_owner_only(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        path = it.folder / "plan.json"
        written(it)
        check(mode_of(path) == 0o600, f"mode {mode_of(path):o}")
        path.chmod(0o644)
        written(it)
        check(mode_of(path) == 0o600, f"mode {mode_of(path):o} of a file that was there before")


@case
def a_plan_file_may_be_a_pipe(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        run = it.regent("plan", "-q", "--out", "/dev/stdout", expect=0)
        check('"plan_id"' in run.out, run)


@case
def a_plan_that_cannot_be_written_is_told(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        says(it.regent("plan", "--out", str(it.folder / "nowhere" / "plan.json"), expect=1), "could not be written")


@case
def a_plan_file_that_was_tampered_with_is_refused(binaries):
    with bench(binaries) as it:
        path = written(it)
        whole = json.loads(path.read_text())

        def refused(change, *codes):
            plan = json.loads(json.dumps(whole))
            change(plan)
            path.write_text(json.dumps(plan, indent=2))
            run = it.regent("apply", str(path), "--no-input")
            check(run.code in codes, f"{codes} were expected\n{run}")
            return run

        digit = "0" if whole["plan_id"][-1] != "0" else "1"
        refused(lambda p: p.update(plan_id=p["plan_id"][:-1] + digit), 6)
        refused(lambda p: p.update(plan_id=p["plan_id"][:20]), 64)
        refused(lambda p: p.pop("plan_id"), 64)
        refused(lambda p: p.update(format_version="2.0"), 64)
        refused(lambda p: p.update(environment="prod"), 64)
        # What a reviewer read is what is done: its changes and steps are the plan's.
        says(refused(lambda p: p["changes"].pop(), 6), "refused")
        refused(lambda p: p["changes"][0]["after"].update(displayName="Harmless"), 6)
        refused(lambda p: p["steps"].pop(), 6)
        refused(lambda p: p["summary"].update(create=1), 6)
        refused(lambda p: p.update(tenant_id="99999999-9999-9999-9999-999999999999"), 6)
        for text in ("", "{", "[]", "null", '{"plan_id": 1}'):
            path.write_text(text)
            it.regent("apply", str(path), expect=64)
        it.regent("apply", str(it.folder / "missing.json"), expect=64)
        it.regent("apply", str(it.folder), expect=64)
        check(not it.simulator.writes(), f"it wrote: {it.simulator.writes()}")
        path.write_text(json.dumps(whole))
        it.regent("apply", str(path), expect=0)


@case
def a_plan_file_still_holds_when_only_lines_moved(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        path = written(it)
        manifest = it.repository / "base" / "a.regent.yaml"
        manifest.write_text("# a remark\n\n" + manifest.read_text())
        it.regent("apply", str(path), expect=0)


@case
def a_tenant_that_changed_since_is_refused_after_the_report(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: Another name")
        path = written(it)
        app = it.application("regent.dev.b")
        it.change(f"/v1.0/applications/{app['id']}", patch={"displayName": "Edited by hand"})
        mark = it.mark()
        run = it.regent("apply", str(path), expect=6)
        says(run, "refused[RG0804]: the plan is", "manifests or tenant changed since it was reviewed")
        check("Edited by hand" in run.out and "Another name" in run.out, f"the report is missing\n{run}")
        check(not it.simulator.writes(mark), "it wrote")
        it.change(f"/v1.0/applications/{app['id']}", patch={"displayName": "B"})
        it.regent("apply", str(path), expect=0)
        it.check_settled()


@case
def manifests_that_changed_since_are_refused(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        path = written(it)
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: Another name")
        it.regent("apply", str(path), expect=6)
        check(not it.simulator.writes(), "it wrote")


@case
def the_id_somebody_reviewed_must_be_that_of_the_file(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        path = written(it)
        run = it.regent("apply", str(path), "--expect-plan", "deadbeef", expect=6)
        says(run, "refused[RG0804]: the plan is", "not deadbeef: the file holds another one")
        says(it.regent("apply", str(path), "--expect-plan", "dead", expect=64), "`dead` is too short to mean one plan")
        says(it.regent("apply", "--expect-plan", "1234", expect=64), "`1234` is too short to mean one plan")
        check(not it.simulator.writes(), "it wrote")
        reviewed = json.loads(path.read_text())["plan_id"]
        it.regent("apply", str(path), "--expect-plan", reviewed, expect=0)
        it.check_settled()


@case
def a_plan_has_one_id_in_all_formats(binaries):
    with bench(binaries) as it:
        for moment in ("new", "settled", "drifted"):
            if moment == "settled":
                it.regent("apply", "--yes", expect=0)
            if moment == "drifted":
                it.change(f"/v1.0/applications/{it.application('regent.demo.arm-connector')['id']}", patch={"displayName": "Edited"})
            ids = {"file": json.loads(written(it).read_text())["plan_id"].removeprefix("sha256:")[:8],
                   "json": json.loads(it.regent("plan", "-o", "json").out)["plan_id"].removeprefix("sha256:")[:8]}
            first = json.loads(it.regent("plan", "-o", "jsonl").out.splitlines()[0])
            ids["jsonl"] = first["version"]["plan_id"].removeprefix("sha256:")[:8]
            if moment != "settled":
                ids["text"] = re.search(r"--expect-plan ([0-9a-f]{8})", it.regent("plan").out)[1]
            ids["markdown"] = re.search(r"Plan `([0-9a-f]{8})`", it.regent("plan", "-o", "markdown").out)[1]
            check(len(set(ids.values())) == 1, f"{moment}: {ids}")


@case
def an_approved_id_is_accepted_from_every_format(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        full = json.loads(it.regent("plan", "-o", "json").out)["plan_id"]
        check(full.startswith("sha256:"), full)
        it.regent("apply", "--expect-plan", full, expect=0)
