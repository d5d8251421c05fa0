"""`--batch-writes`: writes on different applications in one request of Graph's. Nothing else may be different."""

from bench import ONE_APPLICATION, bench, case, check, says

COUNT = 24
TOGETHER = ["--batch-writes", "--parallel", "12"]
APPLICATION = """\
apiVersion: regent/v1
kind: Application
metadata: {{name: many-{0:02}}}
spec:
  displayName: Many {0}
  servicePrincipal: {{create: true}}
  federatedCredentials:
    - name: main
      issuer: https://token.actions.githubusercontent.com
      subject: "repo:contoso/many-{0}:ref:refs/heads/main"
"""


def many(it):
    for number in range(COUNT):
        (it.repository / "base" / f"many-{number:02}.regent.yaml").write_text(APPLICATION.format(number))


def check_whole(it):
    """One of each, whatever happened on the way; and nothing is left to do."""
    graph = it.simulator.state()["graph"]
    for number in range(COUNT):
        apps = [a for a in graph["applications"] if a["displayName"] == f"Many {number}"]
        check(len(apps) == 1, f"{len(apps)} applications Many {number}")
        check([c["subject"] for c in apps[0]["federatedIdentityCredentials"]] == [f"repo:contoso/many-{number}:ref:refs/heads/main"], apps[0])
        principals = [p for p in graph["servicePrincipals"] if p["appId"] == apps[0]["appId"]]
        check(len(principals) == 1, f"{len(principals)} service principals of Many {number}")
    it.regent("plan", "--detailed-exitcode", expect=0)


def by_path(requests):
    writes = [r for r in requests if r["method"] != "GET" and "/oauth2/" not in r["path"]]
    batches = [r for r in writes if r["path"].endswith("/$batch")]
    return len(writes) - len(batches), len(batches)


@case
def many_applications_are_created_in_few_requests_with_both_transports(binaries):
    for transport in ("cpprest", "curl"):
        with bench(binaries, ONE_APPLICATION) as it:
            many(it)
            mark = it.mark()
            it.regent("apply", "--yes", *TOGETHER, "--transport", transport, expect=0)
            single, batches = by_path(it.requests_since(mark))
            # Three writes each; how many come together is up to the machine.
            check(batches > 0 and single + batches < 3 * COUNT, f"{single} single writes, {batches} batches")
            check_whole(it)


@case
def without_the_flag_no_write_is_in_a_batch(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        many(it)
        mark = it.mark()
        it.regent("apply", "--yes", "--parallel", "12", expect=0)
        single, _ = by_path(it.requests_since(mark))
        check(single >= 3 * COUNT, f"{single} single writes")


@case
def lost_answers_refusals_and_a_throttled_write_in_a_batch_end_well(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        many(it)
        it.fault("drop_after", match={"method": "POST", "path": "/$batch"}, count=3)
        it.fault("drop_before", match={"method": "POST", "path": "/$batch"}, count=2)
        it.fault("error_after", match={"method": "POST", "path": "/$batch"}, count=1, status=500)
        it.fault("status", match={"method": "POST", "path": "/$batch"}, count=1, status=429, retryAfter=1)
        it.fault("status", match={"method": "PATCH", "path": "/applications"}, count=4, status=429, retryAfter=1)
        it.fault("status", match={"method": "POST", "path": "/servicePrincipals"}, count=2, status=503)
        it.regent("apply", "--yes", *TOGETHER, expect=0)
        check_whole(it)


@case
def a_write_that_is_refused_is_told_as_its_own_and_its_neighbours_are_done(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        many(it)
        it.fault("status", match={"method": "PATCH", "path": "regent.dev.many-07"}, count=1, status=400, code="Request_BadRequest",
                 message="Not this one.")
        run = it.regent("apply", "--yes", *TOGETHER, expect=5)
        says(run, "Not this one.", "Application/many-07")
        created = [a for a in it.simulator.state()["graph"]["applications"] if a["displayName"].startswith("Many ")]
        check(len(created) == COUNT - 1, f"{len(created)} applications")
        it.regent("apply", "--yes", *TOGETHER, expect=0)
        check_whole(it)


@case
def killed_anywhere_in_the_middle_of_batches_the_next_run_makes_it_whole(binaries):
    # With several threads a point is not the same in each run; the promise is the same at all of them.
    for point in (7, 40, 90, 150, 210, 300):
        with bench(binaries, ONE_APPLICATION) as it:
            many(it)
            run = it.regent("apply", "--yes", *TOGETHER, environment={"REGENT_CRASH_AT": str(point), "REGENT_REPLICATION_GRACE": "2"})
            check(run.code == -9, f"point {point}: the run was not killed\n{run}")
            if point % 20 == 10:
                for path in it.state_dir.glob("*"):
                    path.unlink()
            it.regent("apply", "--yes", *TOGETHER, environment={"REGENT_REPLICATION_GRACE": "2"}, expect=0)
            check_whole(it)


@case
def the_service_does_so_by_its_configuration(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        many(it)
        path = it.folder / "daemon.yaml"
        path.write_text(f"apiVersion: regent/v1\nkind: Daemon\nmetadata: {{name: here}}\nspec:\n  source: {{directory: {it.repository}}}\n"
                        f"  mode: apply\n  http: {{listen: none}}\n  socket: {{path: {it.folder}/socket}}\n"
                        "  connection: {batchWrites: perhaps}\n")
        says(it.regent("daemon", "--once", "--config", str(path), expect=78), "batchWrites")
        path.write_text(path.read_text().replace("perhaps", "true"))
        mark = it.mark()
        it.regent("daemon", "--once", "--config", str(path), expect=0)
        single, batches = by_path(it.requests_since(mark))
        check(batches > 0 and single + batches < 3 * COUNT, f"{single} single writes, {batches} batches")
        check_whole(it)
