"""A secret is seen once, by the one who needs it: real secrets are recorded on their way and then looked for everywhere else."""

import json
import os
import pathlib

from bench import DEMO, bench, case, check

CLIENT_SECRET = "distinctive-client-secret-4711/+&%"
OURS = {"AZURE_CLIENT_SECRET": CLIENT_SECRET}


def recorded(binaries):
    return bench(binaries, DEMO, recorded=True)


def check_all(it, kinds=("secretText", "access_token", "signature", "Authorization", "client_secret")):
    it.check_no_known_secret_leaked(CLIENT_SECRET)
    for kind in kinds:
        check(any(kind in where for where in it.proxy.sightings), f"the test saw no {kind} pass: {sorted(it.proxy.sightings)}")


def json_error(status, message, code="BadRequest"):
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    return status, [("Content-Type", "application/json")], body


def echo(match):
    """Answers what `match` agrees to with an error that quotes the whole request, as a service's debug page would."""
    def answer(method, target, headers, body):
        if not match(method, target):
            return None
        text = f"{method} {target} Authorization: {headers.get('Authorization')} body: {body.decode(errors='replace')}"
        if "/oauth2/" in target:
            told = json.dumps({"error": "invalid_client", "error_codes": [7000215], "error_description": "AADSTS7000215: " + text})
            return 401, [("Content-Type", "application/json")], told.encode()
        return json_error(400, text)
    return answer


@case
def no_output_format_shows_a_secret(binaries):
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)
        for form in ("text", "json", "jsonl", "markdown", "diff"):
            it.regent("plan", "-o", form, "-v", "-v", "--show-unchanged", environment=OURS, expect=0)
        it.regent("plan", "--out", str(it.folder / "plan.json"), environment=OURS, expect=0)
        it.regent("apply", str(it.folder / "plan.json"), "-v", "-v", environment=OURS, expect=0)
        for form in ("text", "json", "jsonl", "markdown", "diff"):
            it.regent("plan", "-o", form, "-v", "-v", "--show-unchanged", environment=OURS, expect=0)
        it.regent("apply", "--yes", "-o", "jsonl", "-v", "-v", environment=OURS, expect=0)
        check(list(it.state_dir.glob("regent.db*")), "there is no database to look into")
        check_all(it)


@case
def apply_in_jsonl_and_a_rotation_show_no_secret(binaries):
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)
        it.regent("apply", "--yes", "-o", "jsonl", "-v", "-v", environment=OURS, expect=0)
        first = {s for s, where in it.proxy.secrets.items() if "secretText" in where}
        it.edit("base/arm-connector.regent.yaml", "validFor: 180d", "validFor: 90d")
        app = it.application("regent.demo.arm-connector")
        it.change(f"/v1.0/applications/{app['id']}", patch={"passwordCredentials": [], "_secrets": {}})
        it.let_time_pass()
        it.regent("apply", "--yes", "-v", environment=OURS, expect=0)
        check({s for s, where in it.proxy.secrets.items() if "secretText" in where} - first, "no second secret was issued")
        check_all(it)


@case
def a_refused_sign_in_that_quotes_the_request_shows_no_secret(binaries):
    with recorded(binaries) as it:
        it.proxy.answers.append(echo(lambda method, target: "/oauth2/" in target))
        for arguments in (["plan"], ["plan", "-o", "json", "-v"], ["apply", "--yes"], ["apply", "--yes", "-o", "jsonl", "-v", "-v"]):
            it.regent(*arguments, environment=OURS, expect=4)
        check_all(it, ["client_secret"])


@case
def a_wrong_client_secret_is_not_shown(binaries):
    with recorded(binaries) as it:
        for arguments in (["plan"], ["plan", "-v", "-v", "-o", "jsonl"], ["apply", "--yes", "-v"]):
            it.regent(*arguments, environment=OURS, expect=4)
        check_all(it, ["client_secret"])


@case
def a_read_that_is_refused_with_the_request_quoted_shows_no_secret(binaries):
    for part in ("/applications", "/PowerApps/", "$batch"):
        with recorded(binaries) as it:
            it.give_client_secret(CLIENT_SECRET)
            it.regent("apply", "--yes", environment=OURS, expect=0)
            it.proxy.answers.append(echo(lambda method, target: part in target))
            for form in ("text", "json"):
                it.regent("plan", "-v", "-v", "-o", form, environment=OURS)
            it.regent("apply", "--yes", "-v", environment=OURS)
            check_all(it, ["Authorization"])


@case
def a_write_that_is_refused_with_the_request_quoted_shows_no_secret(binaries):
    for kind in ("POST", "PUT", "PATCH"):
        for part in ("/applications", "/apis", "addPassword", "/servicePrincipals", "/objectIds/"):
            with recorded(binaries) as it:
                it.give_client_secret(CLIENT_SECRET)
                it.proxy.answers.append(echo(lambda method, target: method == kind and part in target and "/oauth2/" not in target))
                it.regent("apply", "--yes", "-v", "-v", environment=OURS)
                check_all(it, ["Authorization"])


@case
def an_error_that_quotes_a_connectors_secret_bare_shows_no_secret(binaries):
    """The secret without the name of its member: "value 'abc' is not allowed"."""
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)

        def refuse(method, target, headers, body):
            text = body.decode(errors="replace")
            secret = next((s for s, where in list(it.proxy.secrets.items()) if "secretText" in where), None)
            if method == "GET" or "/oauth2/" in target or not secret or secret not in text:
                return None
            return json_error(400, f"The value '{secret}' is not allowed here.", "InvalidConnectionParameters")

        it.proxy.answers.append(refuse)
        run = it.regent("apply", "--yes", "-v", "-v", environment=OURS)
        check("is not allowed here" in run.err, f"the service's words are missing\n{run}")
        check_all(it, ["secretText"])


@case
def an_answer_with_a_secret_and_an_error_shows_no_secret(binaries):
    """addPassword succeeds but its answer comes as an error that quotes it, or is cut short."""
    for damage in (lambda body: (500, json_error(500, body.decode())[2]), lambda body: (200, body[:-3]), lambda body: (200, body + b"}")):
        with recorded(binaries) as it:
            it.give_client_secret(CLIENT_SECRET)
            it.proxy.edits.append(lambda method, target, status, body: damage(body) if "addPassword" in target else None)
            it.regent("apply", "--yes", "-v", "-v", environment={**OURS, "REGENT_REPLICATION_GRACE": "1"})
            check_all(it, ["secretText"])


@case
def a_definition_that_cannot_be_read_shows_no_signature(binaries):
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)
        it.regent("apply", "--yes", environment=OURS, expect=0)
        it.proxy.answers.append(lambda method, target, headers, body:
                                json_error(403, f"Signature of {target} did not match.") if "sig=" in target else None)
        it.regent("plan", "-v", "-v", environment=OURS)
        it.regent("apply", "--yes", "-v", environment=OURS)
        check_all(it, ["signature"])


@case
def faults_of_the_services_show_no_secret(binaries):
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)
        for fault in ({"kind": "truncate", "match": {"path": "addPassword"}}, {"kind": "drop_after", "match": {"path": "addPassword"}},
                      {"kind": "error_after", "match": {"path": "/apis", "method": "PUT"}},
                      {"kind": "status", "status": 403, "match": {"path": "/apis", "method": "PATCH"}},
                      {"kind": "truncate", "match": {"path": "/oauth2/"}},
                      {"kind": "status", "status": 500, "body": "html", "match": {"path": "/apis"}}):
            it.simulator.control("faults", {**fault, "count": 2})
        it.regent("apply", "--yes", "-v", "-v", environment=OURS)
        it.heal()
        it.regent("apply", "--yes", "-v", "-v", environment=OURS, expect=0)
        check_all(it)


@case
def no_process_has_a_secret_in_its_arguments(binaries):
    with recorded(binaries) as it:
        it.give_client_secret(CLIENT_SECRET)
        it.simulator.control("faults", {"kind": "delay", "delayMs": 100, "count": -1})
        watched = it.start("apply", "--yes", environment=OURS)
        seen, arguments = 0, b""
        while watched.process.poll() is None:
            for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    if os.getsid(int(path.parent.name)) == watched.process.pid:
                        arguments += path.read_bytes() + b"\n"
                        seen += 1
                except (OSError, ProcessLookupError):
                    pass
        check(watched.end().code == 0, "the apply failed")
        check(seen > 3 and b"apply" in arguments, "the arguments were never seen")
        it.outputs.append(b"\n".join(set(arguments.splitlines())))
        check_all(it)
