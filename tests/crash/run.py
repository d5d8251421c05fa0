#!/usr/bin/env python3
"""Kills an apply at every point of it and requires that the next run puts everything right.

The points are counted by regent itself (REGENT_CRASH_AT=N kills it with SIGKILL at the Nth), so there is no list to keep: N goes up
until a run survives. After each crash: one more apply, then the invariants, then a run that must not write.

Usage: run.py BINARIES [with-database|without-database]
"""

import concurrent.futures
import os
import pathlib
import re
import sys

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


def crash_at(binaries, number, keep_database):
    """True when the run was killed at point `number`, False when it ended before."""
    bench = Bench(binaries, REPOSITORY / "manifests" / "demo", switches={"powerApps": {"subjectDelaySeconds": 0}})
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


def main():
    binaries = sys.argv[1]
    keep_database = (sys.argv[2:] or ["with-database"])[0] == "with-database"
    first, crashed, failures = 1, 0, 0
    width = int(os.environ.get("REGENT_CRASH_JOBS", "2"))
    survived = False
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        while not survived and first < 1000:
            numbers = range(first, first + width)
            first += width
            for number, future in [(n, pool.submit(crash_at, binaries, n, keep_database)) for n in numbers]:
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
