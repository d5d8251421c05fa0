"""`regent doctor`: everything that planning and applying need, before anything is written."""

import json

from bench import ONE_APPLICATION, bench, case, check, says
from ownership import ADOPTING, OTHERS, SECRET, with_a_worker


def examined(it, expect, *arguments, environment=None):
    """Runs it, and makes sure that it wrote nothing."""
    mark = len(it.simulator.requests())
    run = it.regent("doctor", *arguments, expect=expect, environment=environment)
    written = [r for r in it.simulator.writes(mark)]
    check(not written, f"doctor wrote: {written}")
    return run


@case
def all_is_well_where_all_is_well(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        run = examined(it, 0)
        says(run, "ok    clock within 1s of Graph", "signed in to tenant", "by a client secret", "No problems. Nothing was changed.")
        it.regent("apply", "--yes", expect=0)
        examined(it, 0)


@case
def owned_by_does_for_ones_own_and_an_application_of_others_is_named(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        _, _, worker = with_a_worker(it)
        says(examined(it, 0, environment=worker), "granted: Application.ReadWrite.OwnedBy")
        it.change("/v1.0/applications", put={"displayName": "Theirs", "appId": OTHERS})
        (it.repository / "base" / "theirs.regent.yaml").write_text(ADOPTING.format(app_id=OTHERS))
        run = examined(it, 4, environment=worker)
        says(run, "FAIL", "of Application/theirs: regent's service principal is not an owner", "az ad app owner add", "1 problem. Nothing was changed.")
        check(SECRET not in run.out + run.err, "the secret is in the output")


@case
def json_says_which_permission_each_step_needs(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        told = json.loads(examined(it, 0, "-o", "json").out)
        check(told["problems"] == 0, told)
        writing = next(need for need in told["permissions"] if need["purpose"].startswith("write applications"))
        check(writing["held"] and writing["steps"] and not writing["refused"], writing)
        check("Application.ReadWrite.OwnedBy" == writing["anyOf"][0], writing)
        check({"reach", "clock", "sign-in", "roles", "read", "permission"} <= {finding["check"] for finding in told["findings"]}, told)


@case
def what_a_vault_needs_is_told_and_handing_over_is_none_of_graphs(binaries):
    vaulted = """
  clientSecrets:
    - name: deploy
      validFor: 180d
      deliverTo:
        - keyVault: {vault: contoso, secret: a-deploy}
"""
    with bench(binaries, ONE_APPLICATION) as it:
        path = next(p for p in (it.repository / "base").rglob("*.regent.yaml") if "name: a\n" in p.read_text())
        path.write_text(path.read_text().rstrip("\n") + vaulted)
        (environment,) = (it.repository / "environments").glob("*.regent.yaml")
        login = next(line.split(": ")[1] for line in environment.read_text().splitlines() if line.strip().startswith("graph:"))
        it.edit_environment("  endpoints:\n", f"  endpoints:\n    keyVault: {login}/keyvault/{{vault}}\n")
        told = json.loads(examined(it, 0, "-o", "json").out)
        vault = next(one for one in told["findings"] if one["check"] == "vault")
        check(vault["verdict"] == "warning" and "Application/a: Key Vault contoso/a-deploy" in vault["message"], vault)
        check("Key Vault Secrets Officer" in vault["help"], vault)
        check(not any("Key Vault" in step for need in told["permissions"] for step in need["steps"]), told["permissions"])
        it.simulator.control("switches", {"keyVault": {"denied": ["list"]}})
        says(examined(it, 4), "FAIL  Key Vault contoso/a-deploy", "ForbiddenByRbac", "Key Vault Secrets Officer")
        it.simulator.control("switches", {"keyVault": {"denied": [], "vaults": []}})
        says(examined(it, 1), "FAIL  Key Vault contoso/a-deploy", "There is no such vault")


@case
def a_sign_in_that_fails_is_4_and_shows_no_secret(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        wrong = "wrg8Q~" + "w" * 34
        run = examined(it, 4, environment={"AZURE_CLIENT_SECRET": wrong})
        says(run, "FAIL  cannot sign in to tenant", "AADSTS7000215")
        check(wrong not in run.out + run.err, "the secret is in the output")


@case
def a_clock_that_is_minutes_off_is_told(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.simulator.control("clock", {"advanceSeconds": 900})
        says(examined(it, 1), "FAIL  clock", "behind the service's", "NTP")


@case
def manifests_with_errors_are_3_and_the_rest_is_looked_at_all_the_same(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        (it.repository / "base" / "broken.regent.yaml").write_text("apiVersion: regent/v1\nkind: Application\nmetadata: {name: x}\nspec: {}\n")
        says(examined(it, 3), "the manifests have errors", "signed in to tenant")
