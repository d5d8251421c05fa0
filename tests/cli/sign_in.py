"""Who regent is: variables, files, certificates; and what it says when that does not fit."""

import base64
import subprocess

from bench import BUILT_IN_CLIENT, CLIENT_ID, ONE_APPLICATION, TENANT_ID, bench, case, check, says

NOTHING = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}


def openssl(*arguments):
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, check=False)
    check(done.returncode == 0, done.stderr.decode(errors="replace"))
    return done.stdout


class Certificate:
    """A key pair of the built-in client: as PEM, as encrypted PEM and as PKCS#12, the last two with a password."""

    password = "certificate-password-0815"

    def __init__(self, it, registered=True):
        folder = it.folder / ("certificate" if registered else "stranger")
        folder.mkdir()
        key, certificate = folder / "key.pem", folder / "certificate.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=regent")
        self.pem, self.locked, self.bundle = folder / "both.pem", folder / "locked.pem", folder / "bundle.p12"
        self.pem.write_text(key.read_text() + certificate.read_text())
        openssl("pkcs8", "-topk8", "-in", key, "-out", folder / "locked.key", "-passout", f"pass:{self.password}")
        self.locked.write_text((folder / "locked.key").read_text() + certificate.read_text())
        openssl("pkcs12", "-export", "-inkey", key, "-in", certificate, "-out", self.bundle, "-passout", f"pass:{self.password}")
        for path in (self.pem, self.locked, self.bundle):
            path.chmod(0o600)
        if registered:
            der = openssl("x509", "-in", certificate, "-outform", "DER")
            it.change(BUILT_IN_CLIENT, patch={"keyCredentials": [
                {"keyId": "66666666-0000-4000-8000-000000000002", "type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "CN=regent",
                 "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2099-01-01T00:00:00Z", "key": base64.b64encode(der).decode()}]})

    def variables(self, path, password=None):
        return {"AZURE_CLIENT_SECRET": None, "AZURE_CLIENT_CERTIFICATE_PATH": str(path), "AZURE_CLIENT_CERTIFICATE_PASSWORD": password}


@case
def a_certificate_signs_in_as_pem_encrypted_pem_and_pkcs12(binaries):
    with bench(binaries, ONE_APPLICATION, recorded=True) as it:
        certificate = Certificate(it)
        for path, password in ((certificate.pem, None), (certificate.locked, certificate.password), (certificate.bundle, certificate.password)):
            it.regent("plan", environment=certificate.variables(path, password), expect=0)
        it.regent("apply", "--yes", environment=certificate.variables(certificate.bundle, certificate.password), expect=0)
        check(any("client_assertion" in where for where in it.proxy.secrets.values()), "no assertion was sent")
        outputs = it.outputs
        for output in outputs:
            check(certificate.password.encode() not in output and b"PRIVATE KEY" not in output, "an output holds the key or its password")


@case
def a_certificate_with_the_wrong_password_or_none_is_4_and_names_the_variable(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        certificate = Certificate(it)
        for path in (certificate.locked, certificate.bundle):
            for password in (None, "wrong-password"):
                run = it.regent("plan", environment=certificate.variables(path, password), expect=4)
                says(run, "password", "AZURE_CLIENT_CERTIFICATE_PASSWORD", str(path))
                check("wrong-password" not in run.err, run)
        check(not it.simulator.requests(), "requests were sent")


@case
def a_certificate_that_nobody_registered_is_4(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        stranger = Certificate(it, registered=False)
        says(it.regent("plan", environment=stranger.variables(stranger.pem), expect=4), "AADSTS700027")


@case
def a_certificate_file_that_is_none_is_4(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        certificate = Certificate(it)
        (it.folder / "empty.pem").write_text("")
        for path in (it.folder / "missing.pem", it.folder / "empty.pem", it.folder, it.folder / "certificate" / "key.pem",
                     it.folder / "certificate" / "certificate.pem"):
            run = it.regent("plan", environment=certificate.variables(path), expect=4)
            says(run, str(path))


@case
def a_key_that_everybody_can_read_is_warned_about(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        certificate = Certificate(it)
        certificate.pem.chmod(0o644)
        for command in (["plan"], ["apply", "--yes"]):
            says(it.regent(*command, environment=certificate.variables(certificate.pem), expect=0), "warning:", "can be read by everybody")


def credentials(it, name="credentials", mode=0o600, **files):
    folder = it.folder / name
    folder.mkdir(exist_ok=True)
    for file, text in files.items():
        path = folder / file.replace("_", "-")
        path.write_text(text)
        path.chmod(mode)
    return {**NOTHING, "CREDENTIALS_DIRECTORY": str(folder)}


@case
def files_of_the_credentials_directory_sign_in(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("plan", environment=credentials(it, client_id=CLIENT_ID, client_secret="simulator"), expect=0)
        it.regent("plan", environment=credentials(it, client_id=CLIENT_ID + "\n", client_secret="simulator\n", tenant_id=TENANT_ID + "\n"),
                  expect=0)
        it.regent("plan", environment=credentials(it, mode=0o440, client_id=CLIENT_ID, client_secret="simulator"), expect=0)
        certificate = Certificate(it)
        it.regent("plan", environment=credentials(it, "second", client_id=CLIENT_ID, client_certificate=certificate.pem.read_text()), expect=0)


@case
def files_that_others_can_read_are_refused(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for mode in (0o604, 0o644, 0o620, 0o606):
            says(it.regent("plan", environment=credentials(it, mode=mode, client_id=CLIENT_ID, client_secret="simulator"), expect=4),
                 "can be read or changed by others", "chmod 600")
        check(not it.simulator.requests(), "requests were sent")


@case
def an_incomplete_credentials_directory_is_4_and_says_what_is_missing(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        says(it.regent("plan", environment=credentials(it, "a", client_secret="simulator"), expect=4), "client-id")
        says(it.regent("plan", environment=credentials(it, "b", client_id=CLIENT_ID), expect=4), "client-secret")
        says(it.regent("plan", environment=credentials(it, "c", client_id=CLIENT_ID, client_secret=""), expect=4), "is empty")
        says(it.regent("plan", environment={**NOTHING, "CREDENTIALS_DIRECTORY": str(it.folder / "none")}, expect=4), "client-id")


@case
def another_tenant_than_the_environments_is_4_before_any_request(binaries):
    other = "99999999-8888-7777-6666-555555555555"
    with bench(binaries, ONE_APPLICATION) as it:
        for command in (["plan"], ["apply", "--yes"]):
            says(it.regent(*command, environment={"AZURE_TENANT_ID": other}, expect=4), other, TENANT_ID, "AZURE_TENANT_ID")
        it.regent("plan", environment=credentials(it, client_id=CLIENT_ID, client_secret="simulator", tenant_id=other), expect=4)
        check(not it.simulator.requests(), "requests were sent")


@case
def a_tenant_id_is_the_same_in_capitals(binaries):
    mixed = "ABCDEF00-1111-1111-1111-111111111111"
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("plan", environment={"AZURE_TENANT_ID": TENANT_ID}, expect=0)
        it.edit_environment(TENANT_ID, mixed.lower())
        run = it.regent("plan", environment={"AZURE_TENANT_ID": mixed})
        check("the credential is for tenant" not in run.err, run)
