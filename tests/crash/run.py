#!/usr/bin/env python3
"""Kills an apply at every point of it and requires that the next run puts everything right.

The points are counted by regent itself (REGENT_CRASH_AT=N kills it with SIGKILL at the Nth), so there is no list to keep: N goes up
until a run survives. After each crash: one more apply, then the invariants, then a run that must not write.

Usage: run.py BINARIES [with-database|without-database|deliveries|solution|replacement]

`solution`: an application and its connector in a solution, without a database.
`replacement`: two connectors that are deleted and made anew, one with shares and settings that no manifest declares.
`deliveries`: a rotation of a secret that a file, a vault and a command have, with an overlap; the database is deleted.
"""

import concurrent.futures
import hashlib
import os
import pathlib
import re
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
from tenant_under_test import Bench, Failure  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
SIGKILL = -9
ISSUED = re.compile(r"^arm \(regent [0-9a-f]{8}\)$")


def check(condition, what):
    if not condition:
        raise Failure(what)


def check_invariants(bench):
    state = bench.simulator.state()
    apps = [a for a in state["graph"]["applications"] if a.get("uniqueName") == "regent.demo.arm-connector"]
    check(len(apps) == 1, f"{len(apps)} applications carry the key")
    check(len([a for a in state["graph"]["applications"] if a["displayName"] == "ARM connector (demo)"]) == 1, "a duplicate application")
    check(not state["graph"].get("deletedItems"), "something was thrown away")
    app = apps[0]
    secrets = [s for s in app["passwordCredentials"] if ISSUED.match(s.get("displayName") or "")]
    check(len(secrets) == len(app["passwordCredentials"]) == 1, f"{len(app['passwordCredentials'])} secrets on the application")
    connectors = {c["properties"]["displayName"]: c for c in state["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)}
    count = len([c for c in state["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)])
    check(count == len(connectors) == 2, f"{count} connectors")
    mark = connectors["Azure Resource Manager"]["openApiDefinition"]["x-regent"]
    check(mark.get("secretKeyId") == secrets[0]["keyId"], "the connector's mark names another secret than the application holds")
    check(connectors["Azure Resource Manager"].get("_clientSecretSha256"), "the connector was given no secret")
    redirects = {c["properties"]["connectionParameters"]["token"]["oAuthSettings"]["redirectUrl"] for c in connectors.values()}
    check(set(app["web"]["redirectUris"]) == redirects, "the application's redirect URIs are not its connectors'")
    credentials = app["federatedIdentityCredentials"]
    check([c["name"] for c in credentials] == ["arm-mi"], f"credentials: {[c['name'] for c in credentials]}")
    principals = [p for p in state["graph"]["servicePrincipals"] if p["appId"] == app["appId"]]
    check(len(principals) == 1, f"{len(principals)} service principals")


def check_solution_invariants(bench):
    state = bench.simulator.state()
    (app,) = [a for a in state["graph"]["applications"] if a.get("uniqueName") == "regent.dev.arm"]
    rows = state["powerApps"]["rows"]
    check([(r["name"], r["_solutions"]) for r in rows] == [("contoso_Azure-20Resource-20Manager", ["ContosoConnectors"])], f"rows: {rows}")
    (connector,) = [c for c in state["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)]
    settings = connector["properties"]["connectionParameters"]["token"]["oAuthSettings"]
    check(app["web"]["redirectUris"] == [settings["redirectUrl"]], "the application's redirect URI is not its connector's")
    subject = settings["properties"]["FederatedIdentityCredentials"]["Subject"]
    check([c["subject"] for c in app["federatedIdentityCredentials"]] == [subject], "the application does not trust its connector")


def crash_with_solution(binaries, number, keep_database):
    return crash_at(binaries, number, False, REPOSITORY / "tests" / "crash" / "solution_repository", check_solution_invariants)


def crash_at(binaries, number, keep_database, repository=REPOSITORY / "manifests" / "demo", check_invariants=check_invariants):
    """True when the run was killed at point `number`, False when it ended before."""
    bench = Bench(binaries, repository, switches={"powerApps": {"subjectDelaySeconds": 0}})
    failed = True
    try:
        log = bench.folder / "points"
        # One step at a time: otherwise the number of a point would depend on which thread came first.
        run = bench.regent("apply", "--yes", "--parallel", "1",
                           environment={"REGENT_CRASH_AT": str(number), "REGENT_CRASH_LOG": str(log), "REGENT_REPLICATION_GRACE": "2"})
        if run.code == 0:
            failed = False
            return False
        check(run.code == SIGKILL, f"point {number}: the run neither survived nor was killed\n{run}")
        if not keep_database:
            for path in bench.state_dir.glob("*"):
                path.unlink()
        where = log.read_text().splitlines()[-1]
        try:
            bench.regent("apply", "--yes", expect=0, environment={"REGENT_REPLICATION_GRACE": "2"})
            check_invariants(bench)
            bench.check_settled()
            bench.check_no_secret_leaked()
        except Failure as failure:
            raise Failure(f"killed at point {where}: {failure}") from None
        failed = False
        return True
    finally:
        bench.close(failed)


class Deliveries:
    """A tenant and a machine with a secret in three places, about to be rotated."""

    def __init__(self, binaries):
        self.bench = Bench(binaries, REPOSITORY / "tests" / "cli" / "deliveries_repository")
        self.folder = pathlib.Path(str(self.bench.folder) + "-machine")
        (self.folder / "delivered").mkdir(parents=True)
        self.taken, self.file = self.folder / "taken", self.folder / "delivered" / "portal"
        program = self.folder / "take"
        program.write_text(f"#!/bin/sh\nexec cat > '{self.taken}'\n")
        program.chmod(0o755)
        self.configuration = self.bench.folder / "machine.yaml"
        self.configuration.write_text(
            "apiVersion: regent/v1\nkind: Daemon\nmetadata: {name: here}\nspec:\n  source: {directory: /nowhere}\n  delivery:\n"
            f"    folders: [{self.folder}/delivered]\n    records: {self.folder}/records\n"
            f"    commands: [{{name: take, run: [{program}]}}]\n")
        manifest = self.bench.repository / "base" / "portal.regent.yaml"
        manifest.write_text(manifest.read_text().replace("/srv/delivered", f"{self.folder}/delivered").replace(
            "rotateBefore: 30d", "rotateBefore: 30d\n      keepOld: 3s"))

    def regent(self, *arguments, **options):
        return self.bench.regent(*arguments, "--config", str(self.configuration), **options)

    def check_invariants(self):
        state = self.bench.simulator.state()
        (app,) = [a for a in state["graph"]["applications"] if a.get("uniqueName") == "regent.demo.portal"]
        check(len(app["passwordCredentials"]) == 1, f"{len(app['passwordCredentials'])} secrets on the application")
        digest = app["_secrets"][app["passwordCredentials"][0]["keyId"]]
        held = {"file": hashlib.sha256(self.file.read_bytes()).hexdigest(), "command": hashlib.sha256(self.taken.read_bytes()).hexdigest(),
                "vault": state["keyVault"]["contoso/portal-secret"]["versions"][-1]["valueSha256"]}
        for who, what in held.items():
            check(what == digest, f"the {who} holds another secret than the application")

    def close(self, failed):
        self.bench.close(failed)
        if not failed:
            shutil.rmtree(self.folder)


def crash_in_rotation(binaries, number, _):
    it = Deliveries(binaries)
    failed = True
    try:
        it.regent("apply", "--yes", expect=0)
        run = it.regent("rotate", "portal", "portal", "--direct", "--yes", "--parallel", "1",
                        environment={"REGENT_CRASH_AT": str(number), "REGENT_REPLICATION_GRACE": "2"})
        check(run.code in (0, SIGKILL), f"point {number}: the run neither survived nor was killed\n{run}")
        for path in it.bench.state_dir.glob("*"):
            path.unlink()
        it.regent("apply", "--yes", expect=0)
        time.sleep(4)  # the overlap
        it.regent("apply", "--yes", expect=0)
        try:
            it.check_invariants()
            it.bench.check_settled("--config", str(it.configuration))
            it.bench.check_no_secret_leaked()
        except Failure as failure:
            raise Failure(f"killed at point {number} of a rotation: {failure}") from None
        failed = False
        return run.code == SIGKILL
    finally:
        it.close(failed)


MARY = {"roleName": "CanEdit", "principal": {"id": "88888888-8888-8888-8888-888888888888", "type": "User"}}


BY_A_PERSON = {"iconBrandColor": "#999999", "capabilities": ["actions"], "policyTemplateInstances": [
    {"templateId": "setheader", "title": "by a person", "parameters": {
        "x-ms-apimTemplateParameter.name": "k", "x-ms-apimTemplateParameter.value": "v",
        "x-ms-apimTemplateParameter.existsAction": "override", "x-ms-apimTemplate-policySection": "Request"}}]}


def settings_of(bench, title):
    connector = next(c for c in bench.simulator.state()["powerApps"]["connectors"] if c["properties"]["displayName"] == title)
    return {name: connector["properties"].get(name) for name in BY_A_PERSON}


def shares_of(bench):
    connectors = [c for c in bench.simulator.state()["powerApps"]["connectors"] if c["properties"].get("isCustomApi", True)]
    return {c["properties"]["displayName"]: sorted(p["principal"]["id"] for p in c.get("permissions", []) if p["roleName"] != "Owner")
            for c in connectors}


def crash_in_replacement(binaries, number, _):
    """What people gave to the old connector is nowhere but in the database from its deletion until the new one is shared."""
    folder = REPOSITORY / "tests" / "scenarios" / "connector-replaced-with-its-shares"
    bench = Bench(binaries, folder / "manifests", switches={"powerApps": {"subjectDelaySeconds": 0}})
    failed = True
    try:
        bench.regent("apply", "--yes", expect=0)
        name = next(c["name"] for c in bench.simulator.state()["powerApps"]["connectors"] if c["properties"]["displayName"] == "Undeclared")
        bench.simulator.control("change", {"path": f"/providers/Microsoft.PowerApps/apis/{name}", "patch": {"properties": BY_A_PERSON, "permissions": [
            {"roleName": "Owner", "principal": {"id": "77777777-7777-7777-7777-777777777777", "type": "User"}}, MARY]}})
        bench.copy(folder / "renamed")
        run = bench.regent("apply", "--yes", "--parallel", "1",
                           environment={"REGENT_CRASH_AT": str(number), "REGENT_REPLICATION_GRACE": "2"})
        check(run.code in (0, SIGKILL), f"point {number}: the run neither survived nor was killed\n{run}")
        bench.regent("apply", "--yes", expect=0, environment={"REGENT_REPLICATION_GRACE": "2"})
        wanted = {"Declared anew": ["11111111-1111-1111-1111-111111111111", "99999999-8888-7777-6666-555555555555"],
                  "Undeclared anew": [MARY["principal"]["id"]]}
        try:
            check(shares_of(bench) == wanted, f"shared otherwise: {shares_of(bench)}")
            there = settings_of(bench, "Undeclared anew")
            check(there == BY_A_PERSON, f"set otherwise: {there}")
            bench.check_settled()
        except Failure as failure:
            raise Failure(f"killed at point {number} of a replacement: {failure}") from None
        failed = False
        return run.code == SIGKILL
    finally:
        bench.close(failed)


def main():
    binaries = sys.argv[1]
    mode = (sys.argv[2:] or ["with-database"])[0]
    keep_database = mode == "with-database"
    crash = {"deliveries": crash_in_rotation, "solution": crash_with_solution, "replacement": crash_in_replacement}.get(mode, crash_at)
    first, crashed, failures = 1, 0, 0
    width = int(os.environ.get("REGENT_CRASH_JOBS", "2"))
    survived = False
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        while not survived and first < 1000:
            numbers = range(first, first + width)
            first += width
            for number, future in [(n, pool.submit(crash, binaries, n, keep_database)) for n in numbers]:
                try:
                    if future.result():
                        crashed += 1
                    else:
                        survived = True
                except Failure as failure:
                    failures += 1
                    print(f"FAIL  {failure}")
                    if failures > 5:
                        survived = True
    print(f"killed at {crashed + failures} points")
    print(f"{crashed} passed, {failures} failed")
    return 1 if failures or crashed < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
