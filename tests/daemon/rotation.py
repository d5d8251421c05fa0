"""Secrets that rotate while somebody signs in with them all the time."""

import pathlib
import time
import urllib.error
import urllib.parse
import urllib.request

from daemon_bench import TENANT_ID, asks, case, check, daemon_bench

KEY = "regent.demo.arm-connector"
LIFE = ["validFor: 180d", "rotateBefore: 30d"]
SHORT = ["validFor: 60s", "rotateBefore: 48s"]  # a new one every twelve seconds
NO_EVENT_BUT_TIME = {"interval": "30m"}
CERTIFICATES = pathlib.Path(__file__).resolve().parent.parent / "scenarios" / "certificate-not-yet-valid"


def secrets_of(it):
    return it.application(KEY)["passwordCredentials"]


def shorten(it, *more):
    it.edit("base/arm-connector.regent.yaml", LIFE[0], SHORT[0])
    it.edit("base/arm-connector.regent.yaml", LIFE[1], "\n      ".join([SHORT[1], *more]))
    it.commit("a short life")


def connector_can_sign_in(it):
    """What the connector was given last is a secret of the application, at one moment."""
    state = it.simulator.state()
    app = next(a for a in state["graph"]["applications"] if a.get("uniqueName") == KEY)
    arm = next(c for c in state["powerApps"]["connectors"] if c["properties"]["displayName"] == "Azure Resource Manager")
    return arm["_clientSecretSha256"] in app["_secrets"].values()


def signs_in(it, secret):
    app_id = it.application(KEY)["appId"]
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": app_id, "client_secret": secret,
                                   "scope": "https://graph.microsoft.com/.default"}).encode()
    try:
        with urllib.request.urlopen(f"{it.simulator.url}/{TENANT_ID}/oauth2/v2.0/token", form, timeout=30) as answer:
            return answer.status == 200
    except urllib.error.HTTPError as error:
        return error.read().decode()


def first_run(it):
    """It wrote, and the next one may be far away."""
    it.eventually(lambda: it.environment_status("demo").get("lastRun", {}).get("result") in ("ok", "noop"), "the first run is over")


def delivers_to_a_vault(it):
    it.edit_environment("    login:", f"    keyVault: {it.simulator.url}/keyvault/{{vault}}\n    login:")
    it.edit("base/arm-connector.regent.yaml", LIFE[1], "\n      ".join([LIFE[1], "deliverTo: [{keyVault: {vault: contoso, secret: arm}}]"]))
    it.commit("to a vault")
    it.start()
    first_run(it)


def makes_the_secret_due(it):
    it.edit("base/arm-connector.regent.yaml", LIFE[0], "validFor: 365d")
    it.edit("base/arm-connector.regent.yaml", LIFE[1], "rotateBefore: 200d")
    it.commit("time for a new one")


def triggers(it):
    status, body = it.ask("/api/v1/history?limit=200")
    check(status == 200, body)
    return [entry["run"]["trigger"] if "run" in entry else entry["trigger"] for entry in body["items"]]


@case
def a_secret_with_a_short_life_is_renewed_in_time_and_its_connector_signs_in_throughout(binaries):
    with daemon_bench(binaries) as it:
        shorten(it)
        it.start(**NO_EVENT_BUT_TIME)
        first_run(it)
        seen, most, until = {secrets_of(it)[0]["keyId"]}, 1, time.monotonic() + 90
        while len(seen) < 4 and time.monotonic() < until:
            check(connector_can_sign_in(it), "the connector holds a secret that the application does not know")
            secrets = secrets_of(it)
            seen |= {s["keyId"] for s in secrets}
            most = max(most, len(secrets))
            time.sleep(0.2)
        check(len(seen) >= 4, f"only {len(seen)} secrets in 90 s: {triggers(it)}")
        check(most <= 2, f"{most} secrets at once")
        told = triggers(it)
        check("expiry" in told and "retry" not in told, told)
        it.eventually(lambda: len(secrets_of(it)) == 1, "the old one is gone")
        it.check_no_secret_leaked()


@case
def an_old_secret_stays_for_its_overlap_and_the_service_wakes_up_to_remove_it(binaries):
    with daemon_bench(binaries) as it:
        it.edit("base/arm-connector.regent.yaml", LIFE[1], "\n      ".join(
            [LIFE[1], "keepOld: 15s", f"deliverTo: [{{file: {{path: {it.state_dir}/delivered/arm}}}}]"]))
        it.commit("to a file too")
        it.start(**NO_EVENT_BUT_TIME)
        first_run(it)
        file = it.state_dir / "delivered" / "arm"
        first = file.read_text()
        check(signs_in(it, first) is True, "the file's secret is good")
        done = asks(it, "rotate", "arm-connector", "arm")
        check("was rotated" in done.out and "stays beside the new one until" in done.out, done)
        second = file.read_text()
        check(second != first and signs_in(it, second) is True and signs_in(it, first) is True, "both are good for a while")
        check(connector_can_sign_in(it), "the connector was given it too")
        it.eventually(lambda: len(secrets_of(it)) == 1, "the old one went when its time was over")
        check(signs_in(it, second) is True and signs_in(it, first) is not True, "the new one is good, the old one is not")
        it.eventually(lambda: "expiry" in triggers(it), "the run that removed it is recorded, with its trigger")
        told = asks(it, "rotate", "arm-connector", "nothing", expect=1)
        check("has no client secret `nothing`" in told.err and "it has: arm" in told.err, told)
        file.unlink()
        (it.state_dir / "delivered" / "arm.keyid").unlink()
        it.check_no_secret_leaked()
        it.check_no_known_secret_leaked(first, second)


@case
def what_this_machine_does_not_allow_is_not_ready_and_says_why(binaries):
    with daemon_bench(binaries) as it:
        it.edit("base/arm-connector.regent.yaml", LIFE[1], "\n      ".join([LIFE[1], "deliverTo: [{file: {path: /etc/regent-secret}}, {command: sh}]"]))
        it.commit("more than is allowed")
        it.start()
        reason = it.eventually(lambda: next((c for c in [it.ready("demo", "Application/arm-connector")] if c and c["status"] == "False"), None),
                               "the application is not ready")
        check("/etc/regent-secret" in reason["message"] or "command sh" in reason["message"], reason)
        check(connector_can_sign_in(it), "its connector got its secret all the same")


@case
def a_vault_that_refuses_is_a_missing_permission_and_the_secret_that_is_due_is_told_of(binaries):
    with daemon_bench(binaries) as it:
        delivers_to_a_vault(it)
        it.simulator.control("switches", {"keyVault": {"denied": ["list", "get", "set"]}})
        makes_the_secret_due(it)
        # A look between the two, when nothing is due yet, is told of as well: in other words, and for another reason.
        reason = it.eventually(lambda: next((c for c in [it.ready("demo", "Application/arm-connector")] if c and "is to be renewed" in c["message"]), None),
                               "the application is not ready, as its secret is due")
        check(reason["status"] == "False", reason)
        check(reason["reason"] == "PermissionDenied" and "ForbiddenByRbac" in reason["message"], reason)
        told = asks(it, "describe", "Application/arm-connector")
        line = next(text for text in told.out.splitlines() if "CredentialsValid" in text)
        check("True" in line and "CredentialExpiring" in line and "is to be renewed, and is not issued" in told.out, told)
        it.simulator.control("switches", {"keyVault": {"denied": []}})
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["status"] == "True", "the next run issues it", 60)
        it.check_no_secret_leaked()


@case
def a_vault_that_does_not_answer_is_nobodys_business_until_a_secret_is_due(binaries):
    with daemon_bench(binaries) as it:
        delivers_to_a_vault(it)
        it.simulator.control("faults", {"kind": "status", "count": -1, "status": 503, "match": {"path": "/keyvault/"}})
        with_a_message = lambda: next((c for c in [it.ready("demo", "Application/arm-connector")] if "503" in c["message"]), None)
        told = it.eventually(with_a_message, "it is said that the vault does not answer")
        check(told["status"] == "True" and "is left alone here" in told["message"], told)
        status = asks(it, "status", "-e", "demo").out
        check(f"Key Vault  {it.simulator.url} answered 503" in status and "Graph  ok" in status, status)
        check("Stalled" not in [c["type"] for c in it.objects("demo")["Application/arm-connector"]["conditions"]], it.objects("demo"))
        asks(it, "reconcile", "--wait", "-e", "demo", "--timeout", "60s")
        check(not it.events("not_ready"), it.events("not_ready"))

        makes_the_secret_due(it)
        due = it.eventually(lambda: next((c for c in [it.ready("demo", "Application/arm-connector")] if c["status"] == "False"), None),
                            "the application is not ready, as its secret is due")
        check(due["reason"] == "ServiceError" and "is to be renewed, and is not issued" in due["message"], due)
        check("Stalled" not in [c["type"] for c in it.objects("demo")["Application/arm-connector"]["conditions"]], it.objects("demo"))
        it.simulator.control("faults", method="DELETE")
        it.eventually(lambda: it.ready("demo", "Application/arm-connector")["status"] == "True", "the next run issues it", 60)
        check("Key Vault  ok" in asks(it, "status", "-e", "demo").out, asks(it, "status", "-e", "demo"))


@case
def a_place_that_somebody_else_fills_each_time_is_left_alone_after_five_times(binaries):
    with daemon_bench(binaries) as it:
        delivers_to_a_vault(it)
        until = time.monotonic() + 90
        while time.monotonic() < until and not it.events("settle_failed"):
            versions = it.simulator.state()["keyVault"]["contoso/arm"]["versions"]
            if "regent-key-id" in versions[-1]["tags"]:
                it.simulator.control("change", {"path": "/keyvault/contoso/secrets/arm", "put": {"value": "theirs"}})
            time.sleep(0.2)
        told = it.events("settle_failed")
        check(len(told) == 1 and "Application/arm-connector was written 5 times" in told[0]["message"], it.said())
        issued = len([r for r in it.simulator.requests() if "addPassword" in r["path"]])
        it.quiet_for(4)
        check(issued == len([r for r in it.simulator.requests() if "addPassword" in r["path"]]), "it goes on issuing secrets")
        check(connector_can_sign_in(it), "the connector suffers")


@case
def a_rotation_that_one_of_them_refuses_counts_as_failed_and_is_told_each_time(binaries):
    with daemon_bench(binaries) as it:
        refuses, store = it.folder / "refuses", it.folder / "store"
        store.write_text(f"#!/bin/sh\ncat > /dev/null\n[ ! -e {refuses} ]\n")
        store.chmod(0o755)
        it.edit("base/arm-connector.regent.yaml", LIFE[1], "\n      ".join([LIFE[1], "deliverTo: [{command: store}]"]))
        it.commit("to a command too")
        more = ["  delivery:", "    commands:", f"      - {{name: store, run: [{store}], timeout: 20s}}"]
        it.start(more=more, **NO_EVENT_BUT_TIME)
        first_run(it)
        refuses.touch()
        for times in (1, 2):
            done = asks(it, "rotate", "arm-connector", "arm", expect=5)
            check("was issued anew" in done.out and "  handed to Connector/arm\n" in done.out, done.out)
            check("  not handed to command store: " in done.out and "it ended with 1" in done.out, done.out)
            check("handed to command store," not in done.out, done.out)
            counted = f'regent_rotations_total{{result="failed"}} {times}'
            it.eventually(lambda counted=counted: counted in it.ask("/metrics")[1], "it counts")
        told = [e["message"] for e in it.events("not_ready") if "command store" in e["message"]]
        check(len(told) >= 2 and any("is still not ready" in text for text in told), told)
        refuses.unlink()
        done = asks(it, "rotate", "arm-connector", "arm")
        check("was rotated" in done.out and "handed to command store" in done.out, done.out)
        it.eventually(lambda: 'regent_rotations_total{result="ok"} 1' in it.ask("/metrics")[1], "it counts")


@case
def an_old_secret_that_could_not_be_taken_away_is_told_as_one_that_nobody_has(binaries):
    with daemon_bench(binaries) as it:
        it.start(**NO_EVENT_BUT_TIME)
        first_run(it)
        old = secrets_of(it)[0]["keyId"]
        it.simulator.control("faults", {"kind": "status", "count": -1, "status": 403, "match": {"method": "POST", "path": "removePassword"}})
        done = asks(it, "rotate", "arm-connector", "arm", expect=5)
        new = next(s["keyId"] for s in secrets_of(it) if s["keyId"] != old)
        keys = {line.split()[1].rstrip(","): line for line in done.out.splitlines() if line.startswith("  key ")}
        check("still to be taken away" in keys[old] and "still to be" not in keys[new], done.out)
        status, environment = it.ask("/api/v1/environments/demo")
        who = {c["keyId"]: c["consumers"] for c in environment["credentials"]}
        check(status == 200 and who[new] == ["Connector/arm"] and who[old] == [], who)
        it.simulator.control("faults", method="DELETE")
        done = asks(it, "rotate", "arm-connector", "arm")
        check("still to be" not in done.out and "handed to Connector/arm" in done.out, done.out)


@case
def a_certificate_that_is_not_valid_yet_or_has_ended_is_no_valid_credential(binaries):
    with daemon_bench(binaries) as it:
        for name in ("later", "ended"):
            base = it.repository / "base"
            (base / f"{name}.pem").write_bytes((CERTIFICATES / name / "base" / "files" / "portal.pem").read_bytes())
            (base / f"{name}.regent.yaml").write_text(
                f"apiVersion: regent/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  displayName: {name}\n"
                f"  certificates: [{{name: sign, path: {name}.pem}}]\n")
        it.commit("two certificates")
        it.start(**NO_EVENT_BUT_TIME)
        first_run(it)
        for name, reason, words in (("later", "CredentialNotBegun", "is not valid before 2100-01-01"), ("ended", "CredentialEnded", "ended 2021-01-01")):
            told = asks(it, "describe", f"Application/{name}").out
            line = next(text for text in told.splitlines() if "CredentialsValid" in text)
            check("False" in line and reason in line and words in told, told)
