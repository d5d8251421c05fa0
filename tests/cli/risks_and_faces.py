"""Risks stop who asked to be stopped; faces for other programs are well-formed."""

import html.parser
import json
import xml.etree.ElementTree

from bench import DEMO, ONE_APPLICATION, bench, case, check, says

PULL_REQUESTS = """  federatedCredentials:
    - name: pull-requests
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/orders:pull_request
"""


def risky(it, text=PULL_REQUESTS):
    path = next(p for p in (it.repository / "base").rglob("*.regent.yaml") if "name: a\n" in p.read_text())
    path.write_text(path.read_text().rstrip("\n") + "\n" + text)


def policy(it, line):
    path = it.repository / "environments" / "dev.regent.yaml"
    path.write_text(path.read_text().replace("  policy:\n", f"  policy:\n    {line}\n"))


@case
def a_plan_with_a_high_risk_exits_with_6_when_that_is_asked(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("plan", "--fail-on-risk", "high", expect=0)
        risky(it)
        run = it.regent("plan", "--fail-on-risk", "high", "--detailed-exitcode", expect=6)
        says(run, "Risks   1 high", "refused[RG0807]: 1 change is of high risk", 'federatedCredentials "pull-requests"',
             "signs in as it, unreviewed")
        it.regent("plan", expect=0, environment={"REGENT_FAIL_ON_RISK": ""})
        it.regent("plan", expect=6, environment={"REGENT_FAIL_ON_RISK": "medium"})
        says(it.regent("plan", "--fail-on-risk", "huge", expect=64), "--fail-on-risk")


@case
def an_apply_with_a_high_risk_writes_nothing_when_that_is_asked(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        risky(it)
        before = len(it.simulator.requests())
        it.regent("apply", "--yes", "--fail-on-risk", "high", expect=6)
        check(not it.simulator.writes(before), "it wrote")
        it.regent("apply", "--yes", expect=0)


@case
def a_riskier_plan_than_the_environment_allows_waits_for_approval(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        policy(it, "maxRisk: medium")
        risky(it)
        run = it.regent("apply", "--yes", expect=6)
        says(run, "refused[RG0805]", "of more than medium risk only when approved", "--expect-plan")
        plan = json.loads(it.regent("plan", "-o", "json", expect=0).out)["plan_id"].removeprefix("sha256:")
        it.regent("apply", "--expect-plan", plan[:8], expect=0)
        it.check_settled()


@case
def a_plan_file_of_the_format_before_is_still_applied(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        risky(it)
        path = it.folder / "plan.json"
        it.regent("plan", "--out", str(path), expect=0)
        plan = json.loads(path.read_text())
        check(plan["format_version"] == "1.1" and plan["risks"][0]["risk"] == "high", plan)

        def forget(part):
            if isinstance(part, dict):
                return {key: forget(value) for key, value in part.items() if key not in ("risk", "risk_reason", "risks")}
            return [forget(value) for value in part] if isinstance(part, list) else part

        path.write_text(json.dumps({**forget(plan), "format_version": "1.0"}))
        it.regent("apply", str(path), expect=0)


@case
def a_plan_file_whose_risk_was_edited_is_refused(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        risky(it)
        path = it.folder / "plan.json"
        it.regent("plan", "--out", str(path), expect=0)
        path.write_text(path.read_text().replace('"risk": "high"', '"risk": "low"'))
        says(it.regent("apply", str(path), expect=6), "refused[RG0804]", "was edited")


@case
def every_face_of_a_plan_is_well_formed(binaries):
    with bench(binaries, DEMO) as it:
        sarif = json.loads(it.regent("plan", "-o", "sarif", expect=0).out)
        check(sarif["version"] == "2.1.0" and sarif["runs"][0]["results"], sarif)
        root = xml.etree.ElementTree.fromstring(it.regent("plan", "-o", "junit", expect=0).out)
        # Three that are to be created, and the document whose warning fails nothing.
        check(root.tag == "testsuites" and root.get("failures") == "3" and len(root.findall("./testsuite/testcase")) == 4, root.attrib)
        page = it.regent("plan", "-o", "html", expect=0).out
        html.parser.HTMLParser().feed(page)
        check("<script" not in page and "http-equiv" in page, "the page")
        commands = it.regent("plan", "-o", "github", expect=0).out.splitlines()
        check(all(line.startswith("::") for line in commands) and "Plan: 3 to create" in commands[-1], commands)


@case
def validate_tells_other_programs(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        good = xml.etree.ElementTree.fromstring(it.regent("validate", "-o", "junit", expect=0).out)
        check(good.get("tests") == "3" and good.get("failures") == "0", good.attrib)  # two applications and the environment
        check(json.loads(it.regent("validate", "-o", "sarif", expect=0).out)["runs"][0]["results"] == [], "results")
        risky(it, "  redirectUrl: x\n")
        bad = xml.etree.ElementTree.fromstring(it.regent("validate", "-o", "junit", expect=3).out)
        failed = [case.get("name") for case in bad.iter("testcase") if case.find("failure") is not None]
        check(failed == ["Application/a"], failed)
        result = json.loads(it.regent("validate", "-o", "sarif", expect=3).out)["runs"][0]["results"][0]
        check(result["ruleId"] == "RG0204" and result["level"] == "error", result)


@case
def a_warning_fails_a_test_case_only_when_warnings_count(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        risky(it, PULL_REQUESTS.replace("pull_request\n", "pull-request\n"))
        says(it.regent("validate", expect=0), "warning[RG0521]", "did you mean `repo:contoso/orders:pull_request`?")
        relaxed = xml.etree.ElementTree.fromstring(it.regent("validate", "-o", "junit", expect=0).out)
        check(relaxed.get("failures") == "0" and "RG0521" in "".join(relaxed.itertext()), relaxed.attrib)
        strict = xml.etree.ElementTree.fromstring(it.regent("validate", "--strict", "-o", "junit", expect=3).out)
        check(strict.get("failures") == "1", strict.attrib)


@case
def paths_begin_at_the_root_of_git(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        risky(it, "  redirectUrl: x\n")
        path = "base/" + next(p for p in (it.repository / "base").rglob("*.regent.yaml") if "redirectUrl" in p.read_text()).name
        says(it.regent("validate", "-o", "github", expect=3), f"::error file={path},")
        (it.folder / ".git").mkdir()  # the repository of regent is now a folder of one of git
        says(it.regent("validate", "-o", "github", expect=3), f"::error file=repository/{path},")
        log = json.loads(it.regent("validate", "-o", "sarif", expect=3).out)
        where = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
        check(where == {"uri": f"repository/{path}", "uriBaseId": "%SRCROOT%"}, where)
