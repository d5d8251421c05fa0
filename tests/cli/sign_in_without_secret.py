"""Signing in with what nobody keeps: an outside issuer's token, and a managed identity, over real HTTP."""

import base64
import contextlib
import http.server
import json
import shutil
import ssl
import threading
import time
import urllib.parse
import urllib.request

from bench import BUILT_IN_CLIENT, CLIENT_ID, ONE_APPLICATION, TENANT_ID, bench, case, check, says
from sign_in import openssl

ISSUER = "https://oidc.cluster.contoso.example"
SUBJECT = "system:serviceaccount:identity:regent"
FABRIC_SECRET = "912e4af7-77ba-4fa5-a737-56c8e3ace132"


def part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def outside_token(subject=SUBJECT, issuer=ISSUER, audience="api://AzureADTokenExchange", age=0):
    now = int(time.time()) - age
    claims = {"iss": issuer, "sub": subject, "aud": audience, "nbf": now, "exp": now + 3600}
    return f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{part(claims)}.{part('signature')}"


def trust(it):
    it.change(BUILT_IN_CLIENT, patch={"federatedIdentityCredentials": [
        {"id": "66666666-0000-4000-8000-000000000009", "name": "cluster", "issuer": ISSUER, "subject": SUBJECT, "description": None,
         "audiences": ["api://AzureADTokenExchange"]}]})


def with_token(it, token):
    # Outside of the bench's folder, which is searched for tokens: this one is what the cluster wrote, not regent.
    path = it.folder.parent / (it.folder.name + ".token")
    path.write_text(token + "\n")
    return {"AZURE_CLIENT_SECRET": None, "AZURE_FEDERATED_TOKEN_FILE": str(path)}


@case
def a_federated_token_in_a_file_signs_in(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        trust(it)
        environment = with_token(it, outside_token())
        it.regent("apply", "--yes", environment=environment, expect=0)
        it.regent("plan", "--detailed-exitcode", environment=environment, expect=0)


@case
def a_federated_token_that_entra_does_not_match_is_4_with_the_part_that_differs(binaries):
    wrong = {"700211": {"issuer": ISSUER + "/"}, "700212": {"audience": "api://other"}, "700213": {"subject": SUBJECT + "x"},
             "7002138": {"subject": SUBJECT.upper()}}
    for code, claims in wrong.items():
        with bench(binaries, ONE_APPLICATION) as it:
            trust(it)
            says(it.regent("plan", environment=with_token(it, outside_token(**claims)), expect=4), "AADSTS" + code)


@case
def a_federated_token_that_has_ended_is_told_by_its_end(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        trust(it)
        environment = with_token(it, outside_token(age=4200))
        run = it.regent("plan", environment=environment, expect=4)
        says(run, f"the token in {environment['AZURE_FEDERATED_TOKEN_FILE']} ended at ", "whoever renews it has stopped")


@case
def a_federated_token_file_that_is_not_there_is_4_at_once(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        start = time.monotonic()
        run = it.regent("plan", environment={"AZURE_CLIENT_SECRET": None, "AZURE_FEDERATED_TOKEN_FILE": "/nowhere/token"}, expect=4)
        says(run, "there is no file /nowhere/token", "check AZURE_FEDERATED_TOKEN_FILE")
        check(time.monotonic() - start < 5, "a file that is not there was waited for")


class MetadataService:
    """What a virtual machine asks: hands out tokens that the simulator made. With a certificate, Service Fabric's."""

    def __init__(self, it, refusals=(), certificate=None):
        self.refusals, self.seen, self.certificate = list(refusals), [], certificate
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                service.seen.append((self.path, dict(self.headers)))
                if service.refusals:
                    return self.reply(service.refusals.pop(0), {"error": "invalid_request", "error_description": "Identity not found"})
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": "simulator",
                                               "scope": query["resource"][0] + "/.default"}).encode()
                with urllib.request.urlopen(f"{it.simulator.url}/{TENANT_ID}/oauth2/v2.0/token", form) as answer:
                    token = json.load(answer)["access_token"]
                ends = {"expires_on": int(time.time()) + 3599} if service.certificate else {"expires_in": "3599"}
                self.reply(200, {"access_token": token, **ends, "token_type": "Bearer"})

            def reply(self, status, body):
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def fabric_variables(self, thumbprint):
        return {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None, "IDENTITY_HEADER": FABRIC_SECRET, "IDENTITY_SERVER_THUMBPRINT": thumbprint,
                "IDENTITY_ENDPOINT": f"https://127.0.0.1:{self.server.server_port}/metadata/identity/oauth2/token",
                "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}

    def variables(self):
        return {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None, "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
                "AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{self.server.server_port}/"}


@contextlib.contextmanager
def metadata_service(it, **how):
    service = MetadataService(it, **how)
    try:
        yield service
    finally:
        service.server.shutdown()
        service.server.server_close()


@case
def a_managed_identity_signs_in_with_both_transports_and_never_through_a_proxy(binaries):
    for transport in ("cpprest", "curl"):
        with bench(binaries, ONE_APPLICATION) as it, metadata_service(it) as service:
            environment = {**service.variables(), "REGENT_PROXY": "http://127.0.0.1:9"}
            it.regent("apply", "--yes", "--transport", transport, environment=environment, expect=0)
            path, headers = service.seen[0]
            check("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" in path, path)
            check(headers.get("Metadata") == "true", headers)


@case
def a_service_fabric_application_signs_in_at_the_certificate_that_its_thumbprint_names(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        folder = it.folder.parent / (it.folder.name + ".fabric")
        folder.mkdir()
        pem = folder / "node.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "certificate", "-days", "30",
                "-subj", "/CN=node.fabric")
        pem.write_text((folder / "certificate").read_text() + (folder / "key").read_text())
        thumbprint = openssl("x509", "-in", folder / "certificate", "-noout", "-fingerprint", "-sha1").decode().strip().split("=")[1]
        with metadata_service(it, certificate=pem) as service:
            for transport in ("cpprest", "curl"):
                environment = {**service.fabric_variables(thumbprint), "REGENT_PROXY": "http://127.0.0.1:9"}
                it.regent("apply", "--yes", "--transport", transport, environment=environment, expect=0)
                path, headers = service.seen[-1]
                check("?api-version=2019-07-01-preview&resource=" in path, path)
                check(headers.get("Secret") == FABRIC_SECRET, headers)
                says(it.regent("doctor", "--transport", transport, environment=environment, expect=0),
                     "by the managed identity of this Service Fabric application")
        for path in it.folder.rglob("*"):
            check(not path.is_file() or FABRIC_SECRET.encode() not in path.read_bytes(), f"{path} holds what nobody is to see")
        shutil.rmtree(folder)


@case
def a_machine_without_an_identity_is_4(binaries):
    with bench(binaries, ONE_APPLICATION) as it, metadata_service(it, refusals=[400]) as service:
        says(it.regent("plan", environment=service.variables(), expect=4), "Identity not found", "AZURE_CLIENT_ID")
        check(len(service.seen) == 1, "it was asked again")


@case
def an_identity_of_another_tenant_is_4_before_anything_is_read(binaries):
    with bench(binaries, ONE_APPLICATION) as it, metadata_service(it) as service:
        it.edit_environment(TENANT_ID, "99999999-1111-1111-1111-111111111111")
        mark = it.mark()
        says(it.regent("plan", environment=service.variables(), expect=4), "99999999-1111-1111-1111-111111111111", TENANT_ID)
        read = [r["path"] for r in it.requests_since(mark) if "/oauth2/" not in r["path"]]
        check(not read, f"it was read: {read}")
