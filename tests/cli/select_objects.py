"""--select: some objects with what they need, and nothing else."""

import json

from bench import DEMO, ONE_APPLICATION, bench, case, check, says


@case
def a_selected_object_is_applied_and_the_rest_stays(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        run = it.regent("plan", "--select", "Application/a", expect=0)
        says(run, "note: not selected, left as they are: Application/b", "Plan: 1 to create", "--select Application/a --expect-plan")
        run = it.regent("apply", "--yes", "--select", "Application/a", expect=0)
        says(run, "Read back: nothing left to do.")
        check(it.application("regent.dev.a") and not it.application("regent.dev.b"), "b was touched")
        says(it.regent("plan", "--detailed-exitcode", "--select", "Application/a", expect=0), "No changes to what was selected in dev")
        it.regent("plan", "--detailed-exitcode", expect=2)


@case
def a_selection_has_an_id_of_its_own(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        def plan_id(*arguments):
            return json.loads(it.regent("plan", "-o", "json", *arguments, expect=0).out)["plan_id"].removeprefix("sha256:")
        some = plan_id("--select", "Application/a")
        check(some != plan_id(), "one id for two plans")
        it.regent("apply", "--expect-plan", some[:8], expect=6)
        it.regent("apply", "--expect-plan", some[:8], "--select", "Application/a", expect=0)


@case
def what_a_connector_needs_comes_along(binaries):
    with bench(binaries, DEMO) as it:
        says(it.regent("plan", "--select", "Connector/arm", expect=0), "note: needed as well: Application/arm-connector", "to create")


@case
def a_name_that_is_none_is_told_with_the_near_one(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        says(it.regent("plan", "--select", "Aplication/a", expect=64), "did you mean `Application/a`?")
        says(it.regent("apply", "--yes", "--select", "Application/z", expect=64), "no document of environment `dev`")
        it.regent("plan", "--select", "", expect=64)
