"""`regent reconcile --fetch --wait`: what a pipeline asks after a push, and believes."""

import json

from daemon_bench import asks, case, check, daemon_bench

KEY = "regent.demo.arm-connector"
FILE = "base/arm-connector.regent.yaml"
FIRST_NAME = "displayName: ARM connector (${env})"


def newest(it, *more, expect=0):
    return asks(it, "reconcile", *more, "--fetch", "--wait", expect=expect)


@case
def what_was_committed_before_is_in_the_tenant_when_it_returns(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        name = FIRST_NAME
        for number in range(10):
            it.edit(FILE, name, f"displayName: Name {number}")
            name = f"displayName: Name {number}"
            commit = it.commit(name)
            told = newest(it, "-e", "demo") if number % 2 else newest(it)
            check(it.application(KEY)["displayName"] == f"Name {number}", f"{number}: the tenant has {it.application(KEY)['displayName']}")
            # The service looks each second by itself: what it applied a moment before it was asked needs nothing more.
            done = " ok: " in told.out and "1 changed" in told.out
            check(commit[:7] in told.out and (done or " noop: " in told.out), f"{number}: {told.out}")
        told = newest(it)  # nothing new
        check(commit[:7] in told.out and " noop: " in told.out, told.out)
        document = json.loads(newest(it, "-o", "json").out)
        check(document["items"][0]["run"]["revision"] == commit and document["source"]["newest"]["commit"] == commit, document)


@case
def errors_in_the_newest_commit_are_its_result(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        good = it.git("rev-parse", "HEAD")
        it.edit(FILE, "redirectUris:", "redirectUrl:")
        bad = it.commit("a typo")
        for _ in range(2):  # it has errors the second time, too, when nothing new comes
            told = newest(it, expect=3)
            check("RG0204" in told.err and f"main@{bad[:7]} has errors" in told.err and f"main@{good[:7]} stays in force" in told.err, told.err)
            check(f"of {good[:7]} noop" in told.out, told.out)
        it.git("revert", "--no-edit", "HEAD")
        check(it.git("rev-parse", "HEAD")[:7] in newest(it).out, "the revert is in force")


@case
def a_force_push_that_is_refused_is_its_result(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.edit(FILE, FIRST_NAME, "displayName: Rewritten")
        it.git("add", "-A")
        it.git("commit", "-q", "--amend", "-m", "another first")
        told = newest(it, expect=1)
        check("does not descend" in told.err and "stays in force" in told.err, told.err)
        check(it.application(KEY)["displayName"] != "Rewritten", "it was not taken")


@case
def a_plan_that_waits_or_is_left_alone_is_its_result(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        it.edit_environment("    maxDeletes: 2", "    maxDeletes: 2\n    requireApprovedPlan: true")
        it.edit(FILE, FIRST_NAME, "displayName: To be approved")
        it.commit("only approved plans")
        told = newest(it, expect=6)
        check("regent approve" in told.out, told.out)
        asks(it, "pause", "--all", "--reason", "incident 4711")
        told = newest(it, expect=6)
        check("incident 4711" in told.out, told.out)
        check(it.application(KEY)["displayName"] != "To be approved", "nobody approved it")


@case
def what_only_the_newest_commit_has_may_be_named(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        (it.repository / "base/new.regent.yaml").write_text(
            "apiVersion: regent/v1\nkind: Application\nmetadata: {name: newcomer}\nspec: {displayName: Newcomer}\n")
        asks(it, "reconcile", "Application/newcomer", "-e", "demo", "--wait", expect=1)
        it.commit("a newcomer")
        told = newest(it, "Application/newcomer", "-e", "demo")
        check("Application/newcomer: Ready=True" in told.out, told.out)
        told = newest(it, "Application/nobody", expect=1)
        check("has no Application" in told.err, told.err)
        check("no environment `staging`" in newest(it, "-e", "staging", expect=64).err, "an environment that nobody has")
