"""Which federated credential takes a token; and that a token stays a secret."""

import base64
import json
import subprocess

from bench import ONE_APPLICATION, Run, bench, case, check, says

GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "api://AzureADTokenExchange"
CREDENTIAL = f"""  federatedCredentials:
    - name: deploy
      issuer: {GITHUB}
      subject: repo:contoso/orders:environment:prod
"""


def encoded(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def token(subject, **claims):
    payload = {"iss": GITHUB, "sub": subject, "aud": AUDIENCE, "actor": "somebody-private", **claims}
    return f"{encoded({'alg': 'RS256', 'typ': 'JWT'})}.{encoded(payload)}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


def trusting(binaries):
    it = bench(binaries, ONE_APPLICATION)
    return it


def asked(it, text, *arguments, expect=None):
    """Gives `text` on standard input and looks that nothing of it but three claims comes back."""
    command = ["explain-token", *arguments]
    done = subprocess.run([str(it.binaries / "regent"), *command], cwd=it.repository, env=it.environment(), input=text.encode(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
    it.outputs += [done.stdout, done.stderr]
    run = Run(command, done.returncode, done.stdout.decode(), done.stderr.decode())
    for hidden in (*text.strip().split("."), "somebody-private", "c2lnbmF0dXJl"):
        if len(hidden) > 10 and hidden.startswith(("eyJ", "c2ln", "somebody")):
            check(hidden not in run.out + run.err, f"{hidden[:6]}… was shown")
    check(expect is None or run.code == expect, f"exit code {expect} was expected\n{run}")
    return run


def with_credential(it):
    path = it.repository / "base" / "a.regent.yaml"
    files = [p for p in (it.repository / "base").rglob("*.regent.yaml") if "name: a\n" in p.read_text()]
    path = files[0]
    path.write_text(path.read_text().rstrip("\n") + "\n" + CREDENTIAL)
    return path


@case
def a_token_that_fits_is_said_to_fit(binaries):
    with trusting(binaries) as it:
        with_credential(it)
        run = asked(it, token("repo:contoso/orders:environment:prod"), expect=0)
        says(run, 'matches  Application/a, credential "deploy"', "signature was not verified", "1 credential in the manifests")


@case
def a_near_miss_shows_its_first_difference(binaries):
    with trusting(binaries) as it:
        with_credential(it)
        run = asked(it, token("repo:contoso/orders:environment:production"), expect=1)
        lines = run.out.splitlines()
        at = next(i for i, line in enumerate(lines) if line.lstrip().startswith("token's"))
        caret = lines[at + 1].index("^")
        check(lines[at][:caret].endswith("environment:prod"), run)
        says(run, "AADSTS700213", "No credential in the manifests")
        run = asked(it, token("repo:contoso/orders:environment:Prod"), expect=1)
        says(run, "AADSTS7002138", "capitals count")
        run = asked(it, token("repo:contoso@12/orders@34:environment:prod"), expect=1)
        says(run, "AADSTS700213", "since July 2026")
        run = asked(it, token("repo:contoso/orders:environment:prod", aud="https://github.com/contoso"), expect=1)
        says(run, "AADSTS700212", "audience")
        run = asked(it, token("repo:contoso/orders:environment:prod", iss=GITHUB + "/"), expect=1)
        says(run, "AADSTS700211", "the slash at its end counts")


@case
def an_issuer_that_somebody_takes_for_the_same_is_a_near_miss(binaries):
    with trusting(binaries) as it:
        with_credential(it)
        subject = "repo:contoso/orders:environment:prod"
        for issuer, same, help in ((GITHUB.replace("token", "Token"), "https://", "capitals count"), (GITHUB + ":443", GITHUB, "a port counts"),
                                   ("http" + GITHUB[5:], "http", "`https://` is part of it"), (" " + GITHUB, "", "a blank before"),
                                   (GITHUB + "/contoso", GITHUB, "an enterprise of GitHub"),
                                   (GITHUB.replace("content", "kontent"), GITHUB[:GITHUB.index("content")], "few characters differ"),
                                   (GITHUB[8:].upper(), "", "scheme, capitals"), ("https://gitlab.example", "https://", "another issuer")):
            run = asked(it, token(subject, iss=issuer), expect=1)
            says(run, "AADSTS700211", help)
            lines = run.out.splitlines()
            at = next(i for i, line in enumerate(lines) if line.lstrip().startswith("token's"))
            check(lines[at - 1].startswith("  issuer") and lines[at + 1].index("^") == 12 + len(same), run)
        for other in (token("repo:contoso/else:environment:dev", iss="https://gitlab.example"), token("zzz", iss=GITHUB + "/contoso")):
            run = asked(it, other, expect=1)
            check("^" not in run.out and "no credential has the issuer" in run.out, run)


@case
def a_token_is_read_as_powershell_writes_it(binaries):
    with trusting(binaries) as it:
        with_credential(it)
        file = it.folder / "token.txt"
        for encoding in ("utf-16", "utf-8-sig"):
            claims = {"iss": GITHUB, "sub": "repo:contoso/orders:environment:prod", "aud": AUDIENCE}
            file.write_bytes((json.dumps(claims) + "\r\n").encode(encoding))
            it.regent("explain-token", str(file), expect=0)
        (it.repository / "base" / "broken.regent.yaml").write_text("kind: Application\n")
        it.regent("explain-token", str(file), expect=3)


@case
def a_token_is_judged_by_what_the_tenant_holds_when_asked(binaries):
    with trusting(binaries) as it:
        path = with_credential(it)
        it.regent("apply", "--yes", expect=0)
        path.write_text(path.read_text().replace("environment:prod", "environment:test"))
        asked(it, token("repo:contoso/orders:environment:prod"), expect=1)
        before = len(it.simulator.requests())
        says(asked(it, token("repo:contoso/orders:environment:prod"), "--live", expect=0), "1 credential in the tenant")
        check(not it.simulator.writes(before), "it wrote")


@case
def a_token_as_an_argument_is_refused_and_not_repeated(binaries):
    with trusting(binaries) as it:
        for arguments in (["explain-token"], ["explain-token", "x"], ["explain"], ["plan"]):
            secret = token("repo:contoso/orders:environment:prod")
            run = it.regent(*arguments, secret)
            check(run.code != 0, run)
            check(secret[:30] not in run.out + run.err, f"{arguments} repeats the token")
        says(it.regent("explain-token", token("s"), expect=64), "never given as an argument", "treat it as known to others")


@case
def a_token_in_json_and_in_files(binaries):
    with trusting(binaries) as it:
        with_credential(it)
        answer = json.loads(asked(it, json.dumps({"count": 1, "value": token("repo:contoso/orders:environment:prod")}),
                                  "-o", "json", expect=0).out)
        check(answer["matches"] and answer["token"]["sub"].endswith(":prod") and set(answer["token"]) == {"iss", "sub", "aud"}, answer)
        file = it.folder / "claims.json"
        file.write_text(json.dumps({"iss": GITHUB, "sub": "x", "aud": AUDIENCE, "exp": 1}))
        says(it.regent("explain-token", str(file), expect=1), "its time is over", "AADSTS700213")
        says(it.regent("explain-token", str(it.folder / "none"), expect=64), "cannot be read")
        says(asked(it, "nonsense", expect=64), "this is no token")
        it.check_no_secret_leaked()
