"""Every exit code of the reference, each from a cause that a user meets."""

import json
import signal
import subprocess
import time

from bench import ONE_APPLICATION, TENANT_ID, bench, case, check, password, plan_of, says

UNKNOWN_CLIENT = "77777777-7777-7777-7777-777777777777"
POWERLESS = "88888888-0000-4000-8000-000000000001"


def small(binaries, **options):
    return bench(binaries, ONE_APPLICATION, **options)


# --- 0, 1, 2, 3

@case
def a_plan_with_changes_is_0_and_2_only_on_request(binaries):
    with small(binaries) as it:
        it.regent("plan", expect=0)
        it.regent("plan", "--detailed-exitcode", expect=2)
        it.regent("apply", "--yes", expect=0)
        it.regent("plan", "--detailed-exitcode", expect=0)


@case
def a_write_that_the_service_refuses_for_good_is_1_when_nothing_else_was_done(binaries):
    with small(binaries) as it:
        it.fault("status", status=400, count=-1, match={"method": "PATCH", "path": "/applications"})
        it.fault("status", status=400, count=-1, match={"method": "POST", "path": "/applications"})
        run = it.regent("apply", "--yes", expect=1)
        says(run, "Application/a", "Application/b", "error[RG")


@case
def a_hard_limit_is_told_at_once_and_is_1(binaries):
    with small(binaries) as it:
        it.fault("status", status=429, code="Request_ThrottledPermanently", count=-1, match={"method": "GET", "path": "/applications?"})
        mark = it.mark()
        run = it.regent("plan", expect=1)
        says(run, "Request_ThrottledPermanently", "a limit that waiting does not lift")
        paths = [r["path"] for r in it.requests_since(mark) if "/applications?" in r["path"]]
        check(len(paths) == len(set(paths)), paths)


@case
def a_read_that_meets_a_write_is_asked_again(binaries):
    with small(binaries) as it:
        for status, code in ((409, "Directory_ConcurrencyViolation"), (424, "")):
            it.fault("status", status=status, code=code, count=2, match={"method": "GET", "path": "/applications?"})
            it.regent("plan", expect=0)


@case
def an_answer_that_is_not_of_graph_is_told_as_a_proxys(binaries):
    with small(binaries) as it:
        it.fault("status", status=403, body="html", count=-1, match={"method": "GET", "path": "/applications?"})
        says(it.regent("plan", expect=4), "403, without Graph's JSON", "proxy or firewall")


@case
def a_role_that_is_refused_is_asked_for_once(binaries):
    with small(binaries) as it:
        user = "6b2d4a1e-0000-4444-8888-000000000001"
        it.simulator.control("state", {"graph": {"users": [{"id": user, "displayName": "U"}]}})
        it.edit("base/a.regent.yaml", "signInAudience: single-tenant", f"""signInAudience: single-tenant
  exposes: {{roles: [{{name: Reader, allowed: [user]}}]}}
  servicePrincipal: {{assignments: {{usersAndGroups: [{{user: {user}, role: Reader}}]}}}}""")
        it.fault("status", status=400, count=-1, match={"method": "POST", "path": "/appRoleAssign"})
        mark = it.mark()
        it.regent("apply", "--yes", expect=5)
        sent = [r for r in it.requests_since(mark) if r["method"] == "POST" and "/appRoleAssign" in r["path"]]
        check(len(sent) == 1, sent)


@case
def a_state_folder_that_cannot_be_made_is_1(binaries):
    with small(binaries) as it:
        (it.folder / "a-file").write_text("")
        it.regent("apply", "--yes", "--state-dir", str(it.folder / "a-file" / "state"), expect=1)
        check(not it.simulator.writes(), "it wrote without a journal")


@case
def manifests_with_a_mistake_are_3_and_send_nothing(binaries):
    with small(binaries) as it:
        it.edit("base/a.regent.yaml", "signInAudience: single-tenant", "signInAudience: single-tenant\n  redirectUrl: {}")
        for command in (["validate"], ["plan"], ["apply", "--yes"], ["render"]):
            run = it.regent(*command, expect=3)
            says(run, "redirectUrl", "base/a.regent.yaml:8", "redirectUris")
        # Who reads a plan finds them in it.
        plan = json.loads(it.regent("plan", "-o", "json", expect=3).out)
        check(plan["errored"] and not plan["changes"] and plan["environment"] == "dev", plan)
        check([d["source"] for d in plan["diagnostics"]] == [{"file": "base/a.regent.yaml", "line": 8}], plan["diagnostics"])
        check('"diagnostic"' in it.regent("plan", "-o", "jsonl", expect=3).out, "jsonl")
        check("base/a.regent.yaml" in it.regent("plan", "-o", "sarif", expect=3).out, "sarif")
        # People have them on standard error. Every form says that there is no plan.
        check(it.regent("plan", expect=3).out == "No plan: 1 mistake to mend first; nothing was read of the tenant.\n", "text")
        check(plan["plan_id"] is None and plan["timestamp"].endswith("Z"), plan)
        for form in ("text", "jsonl", "markdown", "diff", "html", "sarif", "junit", "github"):
            out = it.regent("plan", "-o", form, expect=3).out
            check("No plan: 1 mistake to mend first; nothing was read of the tenant." in out, (form, out))
            check("tenant revealed" not in out and "nothing to do" not in out and '"@timestamp":""' not in out, (form, out))
        it.edit_environment("tenantId:", "tenantIt:")
        plan = json.loads(it.regent("plan", "-o", "json", expect=3).out)
        check(plan["errored"] and plan["diagnostics"][0]["source"]["file"].startswith("environments/"), plan)
        says(it.regent("plan", "-o", "markdown", expect=3), "### :warning: No plan: 1 mistake to mend first")
        check(not it.simulator.requests(), "requests were sent")


@case
def warnings_are_3_only_with_strict(binaries):
    with bench(binaries) as it:
        says(it.regent("validate", expect=0), "warning[RG")
        it.regent("validate", "--strict", expect=3)


# --- 4

@case
def a_wrong_client_secret_is_4(binaries):
    with small(binaries) as it:
        for command in (["plan"], ["apply", "--yes"]):
            run = it.regent(*command, environment={"AZURE_CLIENT_SECRET": "not-the-secret"}, expect=4)
            says(run, "AADSTS7000215", "error[RG0701]")


@case
def an_unknown_client_is_4(binaries):
    with small(binaries) as it:
        says(it.regent("plan", environment={"AZURE_CLIENT_ID": UNKNOWN_CLIENT}, expect=4), "AADSTS700016", UNKNOWN_CLIENT)


@case
def no_credentials_are_4_and_say_which_variables(binaries):
    with small(binaries) as it:
        for missing in ({"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}, {"AZURE_CLIENT_SECRET": None}, {"AZURE_CLIENT_ID": None}):
            run = it.regent("plan", environment=missing, expect=4)
            says(run, next(iter(missing)))
        check(not it.simulator.requests(), "requests were sent")


@case
def a_client_without_permissions_on_graph_is_4_and_names_the_permission(binaries):
    with small(binaries) as it:
        it.simulator.control("state", {"graph": {
            "applications": [{"appId": POWERLESS, "displayName": "Powerless", **password("its-own-secret")}],
            "servicePrincipals": [{"appId": POWERLESS, "displayName": "Powerless"}]}})
        for command in (["plan"], ["apply", "--yes"]):
            run = it.regent(*command, environment={"AZURE_CLIENT_ID": POWERLESS, "AZURE_CLIENT_SECRET": "its-own-secret"}, expect=4)
            says(run, "Authorization_RequestDenied", "Application.Read")


@case
def a_power_platform_environment_that_denies_us_is_4(binaries):
    with bench(binaries) as it:
        it.edit_environment(f"sales: Default-{TENANT_ID}", "sales: 99999999-9999-9999-9999-999999999999")
        for command in (["plan"], ["apply", "--yes"]):
            says(it.regent(*command, expect=4), "EnvironmentAccessDenied")
        check(not it.simulator.writes(), "it wrote on half a view")


@case
def a_connector_that_we_may_not_change_is_4_when_it_is_all_there_was_to_do(binaries):
    with bench(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        it.simulator.control("switches", {"powerApps": {"servicePrincipalWrites": False}})
        # One without a secret: another is issued before the connector is refused, which is something done.
        connector = next(c for c in it.connectors() if c["properties"]["displayName"].endswith("(managed identity)"))
        name = f"/providers/Microsoft.PowerApps/apis/{connector['name']}"
        it.change(name, patch={"openApiDefinition": {"host": "elsewhere.example"}})
        says(it.regent("apply", "--yes", expect=4), "Connector/arm-mi", "403")


@case
def a_missing_permission_tells_more_than_a_refused_value(binaries):
    with small(binaries) as it:
        it.fault("status", status=400, count=-1, match={"method": "PATCH", "path": "regent.dev.a"})
        it.fault("status", status=403, count=-1, match={"method": "PATCH", "path": "regent.dev.b"})
        says(it.regent("apply", "--yes", "--parallel", "1", expect=4), "400", "403", "2 failed")


# --- 5

@case
def one_failed_step_among_others_is_5_and_the_next_run_mends_it(binaries):
    with small(binaries) as it:
        it.fault("status", status=400, count=-1, match={"method": "PATCH", "path": "regent.dev.b"})
        run = it.regent("apply", "--yes", expect=5)
        says(run, "1 failed (Application/b)", "regent plan -e dev")
        it.heal()
        it.regent("apply", "--yes", expect=0)
        it.check_settled()


@case
def what_was_written_and_cannot_be_seen_is_5(binaries):
    with small(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: Another name")
        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 1500}})
        it.simulator.control("clock", {"advanceSeconds": 3000})
        it.simulator.control("switches", {"graph": {"replicaLagSeconds": 1500}})
        run = it.regent("apply", "--yes", environment={"REGENT_REPLICATION_GRACE": "2"}, expect=5)
        says(run, "not settled", "displayName")


# --- 6

@case
def more_deletes_than_allowed_are_6_after_the_report(binaries):
    with small(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        it.edit_environment("maxDeletes: 5", "maxDeletes: 0")
        (it.repository / "base" / "b.regent.yaml").unlink()
        run = it.regent("apply", "--yes", expect=6)
        says(run, "refused[RG0801]: the plan deletes 1 object", "--max-deletes 1")
        check("Application/b" in run.out, f"the report is missing\n{run}")
        check(it.application("regent.dev.b"), "it was deleted")
        it.regent("apply", "--yes", environment={"REGENT_MAX_DELETES": "1"}, expect=0)
        check(not it.application("regent.dev.b"), "it is still there")


@case
def an_empty_source_is_6(binaries):
    with small(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        for name in ("a", "b"):
            (it.repository / "base" / f"{name}.regent.yaml").unlink()
        says(it.regent("apply", "--yes", "--max-deletes", "10", expect=6), "the manifests are empty")
        check(it.application("regent.dev.a") and it.application("regent.dev.b"), "something was deleted")


@case
def another_plan_than_the_expected_one_is_6_and_the_expected_one_is_carried_out(binaries):
    with small(binaries) as it:
        run = it.regent("apply", "--expect-plan", "00000000", expect=6)
        says(run, "refused[RG0804]: the plan is", "Application/a")
        digits = plan_of(it)["plan_id"].removeprefix("sha256:")
        for other in (digits[:7], "sha256:" + digits[:7], digits[:8] + "x", "sha256:", "A" + digits[1:].upper()):
            it.regent("apply", "--yes", "--expect-plan", other, expect=64)
        check(not it.simulator.writes(), "it wrote")
        says(it.regent("apply", "--expect-plan", digits[:8], expect=0), f"Plan {digits[:8]} still holds.")


@case
def an_environment_that_wants_approval_is_6_without_and_0_with_it(binaries):
    with small(binaries) as it:
        it.edit_environment("maxDeletes: 5", "requireApprovedPlan: true")
        says(it.regent("apply", "--yes", expect=6), "applies approved plans only", "--expect-plan")
        plan = it.folder / "plan.json"
        it.regent("plan", "--out", str(plan), expect=0)
        it.regent("apply", str(plan), expect=0)
        it.regent("apply", "--no-input", expect=0)


@case
def an_environment_in_mode_plan_is_6_unless_there_is_nothing_to_do(binaries):
    with small(binaries) as it:
        it.edit_environment("maxDeletes: 5", "mode: plan")
        it.regent("plan", expect=0)
        says(it.regent("apply", "--yes", expect=6), "mode: plan")
        it.edit_environment("mode: plan", "mode: apply")
        it.regent("apply", "--yes", expect=0)
        it.edit_environment("mode: apply", "mode: plan")
        it.regent("apply", "--yes", expect=0)


@case
def nobody_who_agrees_is_6(binaries):
    with small(binaries) as it:
        says(it.regent("apply", "--no-input", expect=6), "nobody has agreed", "--yes")
        says(it.regent("apply", expect=6), "nobody has agreed")
        check(not it.simulator.writes(), "it wrote")


@case
def a_plan_that_deletes_wants_the_environments_name(binaries):
    with small(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        (it.repository / "base" / "b.regent.yaml").unlink()
        it.regent("apply", "--no-input", "--confirm-delete", "prod", expect=6)
        it.regent("apply", "--no-input", "--confirm-delete", "dev", expect=0)
        check(not it.application("regent.dev.b"), "it is still there")


# --- 75

@case
def a_second_apply_to_the_same_environment_is_75(binaries):
    with small(binaries) as it:
        it.fault("delay", delayMs=3000, count=-1, match={"method": "PATCH", "path": "/applications"})
        first = it.start("apply", "--yes")
        first.wait_for("Application/a: creating")
        says(it.regent("apply", "--yes", expect=75), "another apply")
        it.regent("plan", expect=0)
        it.heal()
        run = first.end()
        check(run.code == 0, run)
        it.check_settled()


@case
def a_service_that_throttles_without_end_is_75(binaries):
    with small(binaries) as it:
        for status in (429, 503):
            it.fault("status", status=status, retryAfter=1, count=-1, match={"path": "/applications"})
            it.fault("status", status=status, retryAfter=1, count=-1, match={"path": "batch"})
            for command in (["plan"], ["apply", "--yes"]):
                says(it.regent(*command, expect=75), "error[RG", str(status))
            it.heal()
        check(not it.simulator.writes(), "it wrote on half a view")


@case
def a_clock_that_is_days_off_is_75_and_nothing_is_planned_by_it(binaries):
    with small(binaries) as it:
        it.regent("apply", "--yes", expect=0)
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: Another name")
        it.simulator.control("clock", {"advanceSeconds": 100 * 86400})
        for command in (("plan",), ("apply", "--yes")):
            run = it.regent(*command, expect=75)
            says(run, "RG0713", "this machine's clock is 100 days behind Graph's", "nothing is planned", "timedatectl set-ntp true")
        check(it.application("regent.dev.a")["displayName"] == "A", "something was planned and written by a wrong clock")


@case
def a_sign_in_service_that_is_ill_is_75(binaries):
    with small(binaries) as it:
        it.fault("status", status=503, retryAfter=1, count=-1, match={"path": "/oauth2/"})
        it.regent("plan", expect=75)


@case
def writes_that_are_throttled_without_end_are_75_when_nothing_was_done(binaries):
    with small(binaries) as it:
        for method in ("POST", "PATCH", "PUT"):
            it.fault("status", status=429, retryAfter=1, count=-1, match={"method": method, "path": "regent.dev."})
        run = it.regent("apply", "--yes", expect=75)
        says(run, "2 failed")
        it.heal()
        it.regent("apply", "--yes", expect=0)
        it.check_settled()


@case
def no_service_at_the_address_is_75(binaries):
    with small(binaries) as it:
        for path in it.repository.rglob("*.regent.yaml"):
            path.write_text(path.read_text().replace(it.simulator.url, "http://127.0.0.1:9"))
        it.regent("plan", expect=75)


# --- 130, 143

@case
def one_interrupt_finishes_the_running_steps_and_the_next_run_goes_on(binaries):
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        with bench(binaries) as it:
            it.fault("delay", delayMs=1500, count=-1, match={"path": "/apis"})
            watched = it.start("apply", "--yes")
            watched.wait_for("Connector/arm-mi: creating")
            watched.signal(number)
            run = watched.end()
            check(run.code == code, f"exit code {code} was expected\n{run}")
            says(run, "Stopping: the running steps are finished first", "Connector/arm-mi: created", "Apply stopped short", "regent plan -e demo")
            it.heal()
            it.regent("apply", "--yes", expect=0)
            app = it.application("regent.demo.arm-connector")
            check(len(app["passwordCredentials"]) == 1, f"secrets: {app['passwordCredentials']}")
            check(len(it.connectors()) == 2, f"{len(it.connectors())} connectors")
            it.check_settled()


@case
def a_hangup_ends_a_command_whenever_it_comes(binaries):
    with bench(binaries) as it:
        it.fault("delay", delayMs=20000, count=-1, match={"path": "/apis"})
        for waits in (False, True):
            watched = it.start("apply", "--yes")
            if waits:
                watched.wait_for("Connector/arm-mi: creating")
            watched.signal(signal.SIGHUP)
            check(watched.end().code == -signal.SIGHUP, "it went on")


@case
def a_second_interrupt_ends_at_once(binaries):
    with bench(binaries) as it:
        it.fault("delay", delayMs=20000, count=-1, match={"path": "/apis"})
        watched = it.start("apply", "--yes")
        watched.wait_for("Connector/arm-mi: creating")
        watched.signal(signal.SIGINT)
        watched.wait_for("Stopping")
        watched.signal(signal.SIGINT)
        run = watched.end()
        check(run.code == 130, run)
        check("Apply stopped short" not in run.out, f"it finished its steps\n{run}")
        it.heal()


@case
def an_interrupt_while_it_only_waits_ends_the_wait(binaries):
    with small(binaries) as it:
        it.fault("status", status=429, retryAfter=250, count=-1, match={"method": "PATCH", "path": "regent.dev."})
        watched = it.start("apply", "--yes", "--parallel", "1")
        watched.wait_for("Application/a: creating")
        watched.wait_for("goes on in")
        watched.signal(signal.SIGINT)
        run = watched.end()
        check(run.code == 130, run)
        it.heal()
        it.regent("apply", "--yes", expect=0)
        it.check_settled()


@case
def an_interrupt_while_reading_is_130_and_writes_nothing(binaries):
    with small(binaries) as it:
        it.fault("delay", delayMs=4000, count=-1, match={"path": "/applications"})
        for command in (["plan"], ["apply", "--yes"]):
            mark = it.mark()
            watched = it.start(*command)
            while watched.process.poll() is None and not any("/oauth2/" in r["path"] for r in it.requests_since(mark)):
                time.sleep(0.02)
            watched.signal(signal.SIGINT)
            # A shell shows 130 for both: ended by the signal, or by exit code.
            check(watched.end().code in (130, -signal.SIGINT), "it went on")
        check(not it.simulator.writes(), "it wrote")


@case
def output_that_does_not_arrive_is_a_failure_unless_its_reader_went(binaries):
    with small(binaries) as it:
        def run(*command, shell):
            return subprocess.run(["bash", "-c", "set -o pipefail; " + shell, "bash", str(it.binaries / "regent"), *command], cwd=it.repository,
                                  env=it.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
        for command in (["plan", "-e", "dev", "-o", "json"], ["render", "-e", "dev"], ["schema"], ["completion", "bash"]):
            full = run(*command, shell='"$@" > /dev/full')
            check(full.returncode == 1 and "standard output did not arrive there: No space left on device" in full.stderr, (command, full))
        gone = run("plan", "-e", "dev", "-o", "json", shell='"$@" | true')
        check(gone.returncode == 0 and "did not arrive" not in gone.stderr, gone)
