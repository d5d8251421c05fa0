"""https with a certificate authority of one's own, and no plain http to other machines."""

import pathlib
import shutil
import tempfile

from bench import DEMO, ONE_APPLICATION, bench, case, check, says
from sign_in import openssl


class Keys:
    """A certificate for 127.0.0.1 in a folder of its own, as the simulator is started before a bench has one."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regent-test-keys-"))
        self.key, self.certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "30",
                "-subj", "/CN=regent-simulator", "-addext", "subjectAltName=IP:127.0.0.1")

    def options(self):
        return ["--tls-cert", self.certificate, "--tls-key", self.key]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.folder)


@case
def a_private_certificate_authority_is_trusted_by_both_transports(binaries):
    for transport in ("cpprest", "curl"):
        with Keys() as keys, bench(binaries, DEMO, options=keys.options()) as it:
            check(it.simulator.url.startswith("https://"), it.simulator.url)
            trusted = ["--transport", transport, "--ca-file", str(keys.certificate)]
            it.regent("plan", "--detailed-exitcode", *trusted, expect=2)
            it.regent("apply", "--yes", *trusted, expect=0)
            it.check_settled(*trusted)


@case
def a_certificate_that_nobody_vouches_for_is_refused(binaries):
    with Keys() as keys, Keys() as others, bench(binaries, ONE_APPLICATION, options=keys.options()) as it:
        for transport in ("cpprest", "curl"):
            for more in ([], ["--ca-file", str(others.certificate)]):
                run = it.regent("plan", "--transport", transport, *more)
                check(run.code not in (0, 2, 70), f"it was not refused\n{run}")
                check("certificate" in run.err.lower(), f"it does not say why\n{run}")
        check(not it.simulator.requests(), f"requests were sent: {it.simulator.requests()}")


@case
def a_ca_file_that_cannot_be_read_is_told(binaries):
    with Keys() as keys, bench(binaries, ONE_APPLICATION, options=keys.options()) as it:
        (it.folder / "garbage.pem").write_text("no certificate")
        for transport in ("cpprest", "curl"):
            for path in (it.folder / "missing.pem", it.folder / "garbage.pem"):
                run = it.regent("plan", "--transport", transport, "--ca-file", str(path))
                check(run.code not in (0, 2, 70), f"{transport}\n{run}")
                check(path.name in run.err, f"{transport}: it does not name the file\n{run}")


@case
def plain_http_to_another_machine_is_refused_by_validate(binaries):
    for host in ("graph.example", "192.0.2.7:8080", "127.0.0.1.example", "localhost.example"):
        with bench(binaries, ONE_APPLICATION) as it:
            it.edit_environment(f"graph: {it.simulator.url}", f"graph: http://{host}")
            for command in (["validate"], ["plan"], ["apply", "--yes"]):
                run = it.regent(*command, expect=3)
                says(run, "environments/dev.regent.yaml:9", "http")
            check(not it.simulator.requests(), "requests were sent")


@case
def both_transports_do_the_same(binaries):
    for transport in ("cpprest", "curl"):
        with bench(binaries) as it:
            it.regent("apply", "--yes", "--transport", transport, expect=0)
            it.check_settled("--transport", transport)
