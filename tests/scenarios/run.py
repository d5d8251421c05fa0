#!/usr/bin/env python3
"""Runs scenario folders against a real regent-simulator. See README.md beside this file.

Usage: run.py BINARIES [SCENARIO…]     REGENT_UPDATE_GOLDEN=1 rewrites the golden files and reports itself as failed.
"""

import concurrent.futures
import difflib
import json
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from tenant_under_test import Bench, Failure, normalised  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
UPDATE = bool(os.environ.get("REGENT_UPDATE_GOLDEN"))


def without_ids(text):
    """What to sort by: objects that are made side by side get their ids in any order."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", text), text


def compare(folder, name, text):
    path = folder / name
    if UPDATE:
        path.write_text(text)
        return
    wanted = path.read_text() if path.exists() else ""
    if wanted != text:
        lines = difflib.unified_diff(wanted.splitlines(), text.splitlines(), f"{folder.name}/{name}", "this run", lineterm="")
        raise Failure("the golden file differs (REGENT_UPDATE_GOLDEN=1 rewrites it; then read it):\n" + "\n".join(lines))


def subject_text(credential, connectors):
    """Identities are random, so a golden file names whose it is: a credential on a stranger's identity shows."""
    for connector in connectors:
        if json.dumps(credential["subject"]) in json.dumps(connector):
            return f"<the identity of {connector['properties']['displayName']!r} in {connector.get('environment')}>"
    return credential["subject"]


def principal_lines(graph, app):
    """The service principal's own properties that are not as a new one's, what it was granted, and who holds its roles."""
    principal = next((p for p in graph["servicePrincipals"] if p["appId"] == app["appId"]), None)
    if principal is None:
        return []
    names = {p["id"]: p.get("displayName") for p in graph["servicePrincipals"] + graph.get("users", []) + graph.get("groups", [])}
    names.update({p["id"]: a["displayName"] for a in graph["applications"] for p in graph["servicePrincipals"] if p["appId"] == a["appId"]})
    lines = []
    for name, usual in (("accountEnabled", True), ("appRoleAssignmentRequired", False), ("notes", None), ("tags", []), ("homepage", None)):
        if principal.get(name, usual) != usual:
            lines.append(f"  service principal {name} {principal[name]}")
    for grant in sorted(graph["oauth2PermissionGrants"], key=lambda g: g["resourceId"]):
        if grant["clientId"] == principal["id"]:
            lines.append(f"  consented to {names.get(grant['resourceId'])}: {' '.join(sorted(grant['scope'].split()))} ({grant['consentType']})")
    roles = {r["id"]: r["value"] for a in graph["applications"] + graph["servicePrincipals"] for r in a.get("appRoles", [])}
    for given in sorted(graph["appRoleAssignments"], key=lambda a: (a["resourceId"], a["principalId"], a["appRoleId"])):
        if given["principalId"] == principal["id"]:
            lines.append(f"  holds {roles.get(given['appRoleId'], 'default access')} of {names.get(given['resourceId'])}")
        if given["resourceId"] == principal["id"]:
            lines.append(f"  gave {roles.get(given['appRoleId'], 'default access')} to {names.get(given['principalId'])}")
    return sorted(lines)


def custom_api_lines(state):
    """Connectors of Logic Apps."""
    lines = []
    for api in sorted(state.get("customApis", []), key=lambda a: a["name"]):
        lines.append(f"Custom API {api['name']} ({api['properties']['displayName']!r}) in {api['resourceGroup']}, {api['location']}")
        token = api["properties"].get("connectionParameters", {}).get("token", {}).get("oAuthSettings", {})
        if token:
            given = " (given)" if api.get("_clientSecrets", {}).get("token") else ""
            lines.append(f"  signs in as {token.get('clientId')} by client secret{given}")
            lines.append(f"  redirect {token.get('redirectUrl')}")
        for name, value in sorted(api.get("tags", {}).items()):
            lines.append(f"  tag {name}={value}")
    return lines


def tenant_text(bench):
    """What the tenant holds of ours, in words that stay the same from run to run."""
    state = bench.simulator.state()
    connectors = [c for c in state.get("powerApps", {}).get("connectors", []) if c["properties"].get("isCustomApi", True)]
    connectors.sort(key=lambda c: (c["properties"]["displayName"], c.get("environment")))
    lines = []
    for app in sorted(state["graph"]["applications"], key=lambda a: a["displayName"]):
        if not any(tag.startswith("regent:") for tag in app.get("tags", [])) and not app.get("uniqueName"):
            lines.append(f"Application {app['displayName']!r}: nobody's")
        else:
            lines.append(f"Application {app['displayName']!r}: {app.get('uniqueName')}")
        for platform in ("web", "spa", "publicClient"):
            for uri in sorted(app.get(platform, {}).get("redirectUris", []), key=without_ids):
                lines.append(f"  {platform} {uri}")
        for uri in sorted(app.get("identifierUris", []), key=without_ids):
            lines.append(f"  identifier {uri}")
        for secret in sorted(app.get("passwordCredentials", []), key=lambda s: s.get("displayName") or ""):
            lines.append(f"  secret {secret.get('displayName')}")
        for credential in sorted(app.get("federatedIdentityCredentials", []), key=lambda c: c["name"]):
            lines.append(f"  credential {credential['name']} {credential['issuer']} {subject_text(credential, connectors)}")
        for api in sorted(app.get("requiredResourceAccess", []), key=lambda r: r["resourceAppId"]):
            lines.append(f"  permissions on {api['resourceAppId']}: {len(api['resourceAccess'])}")
        for scope in sorted(app.get("api", {}).get("oauth2PermissionScopes", []), key=lambda s: s["value"]):
            lines.append(f"  scope {scope['value']}{'' if scope['isEnabled'] else ' (disabled)'}: {scope['adminConsentDisplayName']} [{scope['id']}]")
        for role in sorted(app.get("appRoles", []), key=lambda r: (r["value"] or "", r["id"])):
            allowed = ", ".join(sorted(role["allowedMemberTypes"]))
            lines.append(f"  role {role['value']}{'' if role['isEnabled'] else ' (disabled)'} for {allowed}: {role['displayName']} [{role['id']}]")
        for client in sorted(app.get("api", {}).get("preAuthorizedApplications", []), key=lambda c: (len(c["delegatedPermissionIds"]), c["appId"])):
            lines.append(f"  pre-authorized {client['appId']}: {', '.join(sorted(client['delegatedPermissionIds']))}")
        for client in sorted(app.get("api", {}).get("knownClientApplications", [])):
            lines.append(f"  knows {client}")
        for tag in sorted(app.get("tags", [])):
            lines.append("  tag " + re.sub(r"^(regent:(?:assigned|granted:scope|granted:role):)[0-9a-f]{16}$", r"\1<digest of an id>", tag))
        lines += principal_lines(state["graph"], app)
    for connector in connectors:
        properties = connector["properties"]
        lines.append(f"Connector {properties['displayName']!r} in {connector.get('environment')}")
        token = properties.get("connectionParameters", {}).get("token", {}).get("oAuthSettings", {})
        if token:
            kind = "managed identity" if "clientAssertionType" in token else "client secret"
            given = " (given)" if connector.get("_clientSecretSha256") else ""
            lines.append(f"  signs in as {token.get('clientId')} by {kind}{given}")
            lines.append(f"  redirect {token.get('redirectUrl')}")
        for way in (properties.get("connectionParameterSets") or {}).get("values", []):
            lines.append(f"  way to sign in {way['name']}")
        for capability in sorted(properties.get("capabilities", [])):
            lines.append(f"  capability {capability}")
        for policy in properties.get("policyTemplateInstances") or []:
            lines.append(f"  policy {policy.get('title')!r}")
        for share in sorted(connector.get("permissions", []), key=lambda p: p["principal"]["id"]):
            if share["roleName"] != "Owner":
                lines.append(f"  shared with {share['principal']['type']} {share['principal']['id']} ({share['roleName']})")
    for row in sorted(state.get("powerApps", {}).get("rows", []), key=lambda r: r["name"]):
        lines.append(f"Row {row['name']!r} in {', '.join(row.get('_solutions') or ['no solution'])}: {row['displayname']!r}, {row['description']!r}")
    lines += custom_api_lines(state.get("arm", {}))
    return normalised("\n".join(lines) + "\n", bench.simulator.url)


def run_step(bench, folder, step):
    kind = step["do"]
    if kind in ("validate", "plan", "apply", "render", "doctor"):
        arguments = [kind, *step.get("arguments", [])]
        if kind == "apply" and "--yes" not in arguments and not step.get("unasked"):
            arguments.append("--yes")
        run = bench.regent(*arguments, environment=step.get("environment"))
        wanted = step.get("exit", 0)
        if run.code != wanted:
            raise Failure(f"exit code {wanted} was expected\n{run}")
        if "golden" in step:
            compare(folder, step["golden"], normalised(run.out + (run.err if step.get("with_messages") else ""), bench.simulator.url))
        for text in step.get("says", []):
            if text not in run.out + run.err:
                raise Failure(f"{text!r} was expected in\n{run}")
        for text in step.get("never_says", []):
            if text in run.out + run.err:
                raise Failure(f"{text!r} was not expected in\n{run}")
    elif kind == "settled":
        bench.check_settled(*step.get("arguments", []))
    elif kind == "files":
        bench.copy(folder / step["from"])
    elif kind == "forget":
        for path in bench.state_dir.glob("*"):
            path.unlink()
    elif kind == "wait":
        bench.let_time_pass(step["seconds"])
    elif kind in ("change", "faults", "replicas", "switches", "clock", "state"):
        bench.simulator.control(kind, json.loads(json.dumps(step["body"]).replace("http://simulator", bench.simulator.url)))
    elif kind == "tenant":
        compare(folder, step["golden"], tenant_text(bench))
    elif kind == "requests":
        count = len([r for r in bench.simulator.requests()[bench.mark:] if not r["path"].startswith("/_simulator")])
        if count > step["at_most"]:
            raise Failure(f"{count} requests, at most {step['at_most']} were expected")
    elif kind == "mark":
        bench.mark = len(bench.simulator.requests())
    else:
        raise Failure(f"a scenario has no step {kind!r}")


def run_scenario(binaries, folder):
    scenario = json.loads((folder / "scenario.json").read_text())
    seed = folder / "tenant.json"
    bench = Bench(binaries, folder / "manifests", seed if seed.exists() else None, scenario.get("switches", {"powerApps": {"subjectDelaySeconds": 0}}))
    bench.mark = 0
    failed = True
    try:
        for number, step in enumerate(scenario["steps"], 1):
            try:
                run_step(bench, folder, step)
            except Failure as failure:
                raise Failure(f"step {number} ({step['do']}): {failure}") from None
        bench.check_no_secret_leaked()
        failed = False
    finally:
        bench.close(failed)
        if failed:
            print(f"left for looking: {bench.folder}")
    return scenario["title"]


def main():
    binaries = sys.argv[1]
    folders = [HERE / name for name in sys.argv[2:]] or sorted(p.parent for p in HERE.glob("*/scenario.json"))
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        futures = {pool.submit(run_scenario, binaries, folder): folder for folder in folders}
        for future in concurrent.futures.as_completed(futures):
            folder = futures[future]
            try:
                print(f"ok    {folder.name}: {future.result()}")
            except Exception as failure:  # every scenario is told, whatever became of the others
                failures += 1
                print(f"FAIL  {folder.name}: {failure}")
    print(f"{len(folders) - failures} passed, {failures} failed")
    if UPDATE:
        print("golden files were rewritten: read them, then run again without REGENT_UPDATE_GOLDEN")
        return 1
    return 1 if failures or not folders else 0


if __name__ == "__main__":
    sys.exit(main())
