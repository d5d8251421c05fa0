"""A tenant of a thousand applications, of which forty are ours."""

import json
import tempfile
import pathlib

from bench import ONE_APPLICATION, bench, case, check

OURS, OTHERS = 40, 960

MANIFEST = """apiVersion: regent/v1
kind: Application
metadata:
  name: {name}
spec:
  displayName: {name}
  signInAudience: single-tenant
  redirectUris:
    web: ["https://{name}.contoso.com/signin"]
  federatedCredentials:
    - name: deploy
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/{name}:environment:prod
    - name: nightly
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/{name}:environment:nightly
"""


def id_of(number):
    return f"bbbbbbbb-0000-4444-8888-{number:012}"


def application(name, number, **more):
    return {"displayName": name, "appId": id_of(number), "signInAudience": "AzureADMyOrg",
            "web": {"redirectUris": [f"https://{name}.contoso.com/signin"]},
            "passwordCredentials": [{"keyId": id_of(number + 10000), "displayName": "ci", "hint": "abc", "customKeyIdentifier": None,
                                     "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z"}],
            "federatedIdentityCredentials": [
                {"name": each, "issuer": "https://token.actions.githubusercontent.com", "subject": f"repo:contoso/{name}:environment:{where}",
                 "audiences": ["api://AzureADTokenExchange"]} for each, where in (("deploy", "prod"), ("nightly", "nightly"))], **more}


def tenant():
    applications = [application(f"other-{n:04}", n) for n in range(OTHERS)]
    applications += [application(f"ours-{n:04}", OTHERS + n, uniqueName=f"regent.dev.ours-{n:04}", tags=["regent:owner:regent.dev"])
                     for n in range(OURS)]
    return {"graph": {"applications": applications,
                      "servicePrincipals": [{"appId": a["appId"], "displayName": a["displayName"]} for a in applications]}}


def strangers(state):
    """All of Graph that belongs to others."""
    names = {a["appId"] for a in state["graph"]["applications"] if not (a.get("uniqueName") or "").startswith("regent.")}
    return {"applications": sorted((a for a in state["graph"]["applications"] if a["appId"] in names), key=lambda a: a["appId"]),
            "servicePrincipals": sorted((p for p in state["graph"]["servicePrincipals"] if p["appId"] in names), key=lambda p: p["appId"])}


@case
def a_thousand_applications_cost_pages_and_only_ours_are_touched(binaries):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as seed:
        json.dump(tenant(), seed)
        seed.flush()
        with bench(binaries, ONE_APPLICATION, seed=pathlib.Path(seed.name)) as it:
            for path in (it.repository / "base").iterdir():
                path.unlink()
            for n in range(OURS):
                (it.repository / "base" / f"ours-{n:04}.regent.yaml").write_text(MANIFEST.format(name=f"ours-{n:04}"))
            before = strangers(it.simulator.state())
            check(len(before["applications"]) == OTHERS + 1, f"{len(before['applications'])} strangers")

            def cheap_plan(code):
                mark = it.mark()
                run = it.regent("plan", "-o", "json", "--detailed-exitcode", expect=code)
                sent = len(it.requests_since(mark))
                plan = json.loads(run.out)
                check(sent <= 30, f"{sent} requests for one plan")
                check(plan["read"]["requests"] <= sent, f"the plan says {plan['read']['requests']} requests, {sent} were sent")
                return plan

            cheap_plan(0)
            # Half of them are to change, one is new.
            for n in range(0, OURS, 2):
                it.edit(f"base/ours-{n:04}.regent.yaml", "/signin", "/signed-in")
            (it.repository / "base" / "new.regent.yaml").write_text(MANIFEST.format(name="new"))
            plan = cheap_plan(2)
            check((plan["summary"]["update"], plan["summary"]["create"]) == (OURS // 2, 1), plan["summary"])
            it.regent("apply", "--yes", expect=0)
            it.check_settled()
            cheap_plan(0)

            mended = {a["uniqueName"]: a for a in it.simulator.state()["graph"]["applications"] if a.get("uniqueName")}

            def damage(number, patch=None, **what):
                app = mended[f"regent.dev.ours-{number:04}"]
                it.change(f"/v1.0/applications/{app['id']}", **({"patch": patch} if patch else what))

            damage(1, {"displayName": "Somebody's"})
            damage(2, {"web": {"redirectUris": ["https://attacker.example/signin"]}})
            damage(3, {"federatedIdentityCredentials": mended["regent.dev.ours-0003"]["federatedIdentityCredentials"][:1]})
            damage(4, {"signInAudience": "AzureADMultipleOrgs"})
            damage(5, delete=True)
            plan = cheap_plan(2)
            touched = {c["address"] for c in plan["changes"]}
            check(touched == {f"Application/ours-{n:04}" for n in range(1, 6)}, touched)
            mark = it.mark()
            it.regent("apply", "--yes", expect=0)
            it.check_settled()
            check(len(it.simulator.writes(mark)) <= 20, "\n".join(it.simulator.writes(mark)))

            after = it.simulator.state()
            now = {a["uniqueName"]: a for a in after["graph"]["applications"] if a.get("uniqueName")}
            check(set(now) == set(mended), set(now) ^ set(mended))
            for name, app in mended.items():
                if name != "regent.dev.ours-0005":
                    same = ("displayName", "web", "signInAudience", "tags", "passwordCredentials", "appId")
                    check(all(app[m] == now[name][m] for m in same), f"{name} is not as it was")
                subjects = lambda a: sorted(c["subject"] for c in a["federatedIdentityCredentials"])  # noqa: E731
                check(subjects(app) == subjects(now[name]), f"{name} has other credentials")
            check(strangers(after) == before, "an application that is not ours was touched")
