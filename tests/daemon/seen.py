"""What people see of the service: the status page, and notifications."""

import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import tempfile
import threading

from daemon_bench import case, check, daemon_bench

APPLICATION = "/v1.0/applications(uniqueName='regent.demo.arm-connector')"
ATTACKER = {"web": {"redirectUris": ["https://attacker.example/signin"]}}
KEY = "a key that only the receiver and the service know"


class Receiver:
    """A webhook that writes down what it is told."""

    def __init__(self):
        self.got = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                self.send_response(204)
                self.end_headers()

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/hook/sesame-open?sig=sesame-too"

    def events(self, kind):
        return [json.loads(body) for _, _, body in self.got if json.loads(body)["type"] == f"regent.{kind}.v1"]


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", re.sub(r"</t[dh]>", " ", html)))


@case
def the_status_page_says_how_things_stand(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        status, page = it.ask("/")
        check(status == 200 and "✓ 3 of 3 ready." in words(page), page)
        check("demo, main@" in words(page) and "by Bob" in words(page), words(page))
        status, page = it.ask("/e/demo/Application/arm-connector")
        check(status == 200 and "Ready: " in words(page) and "base/arm-connector.regent.yaml:5" in page, page)
        status, style = it.ask("/style.css")
        check(status == 200 and "prefers-color-scheme" in style, style)
        check(it.ask("/e/nowhere")[0] == 404, "no such environment")

        status, answer = it.ask("/api/v1/pause", {"environment": "demo", "object": "Connector/arm", "reason": "vendor <maintenance>"})
        check(status == 200, answer)
        it.eventually(lambda: "1 paused" in words(it.ask("/")[1]), "the pause is on the page")
        check("vendor &lt;maintenance&gt;" in it.ask("/e/demo/Connector/arm")[1], "the reason, escaped")


@case
def a_webhook_is_told_of_drift_signed_and_its_address_is_told_to_nobody(binaries):
    receiver = Receiver()
    # Not in the bench's folder, where nothing that looks like a secret may lie.
    with tempfile.TemporaryDirectory() as folder, daemon_bench(binaries) as it:
        credentials = pathlib.Path(folder)
        for name, text in (("ops-url", receiver.address), ("ops-key", KEY)):
            (credentials / name).write_text(text + "\n")
            os.chmod(credentials / name, 0o600)
        it.start(environment={"CREDENTIALS_DIRECTORY": str(credentials)},
                 more=["  notifications:", "    - {name: ops, type: webhook, urlCredential: ops-url, hmacCredential: ops-key}"])
        it.wait_in_sync()
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: receiver.events("drift"), "the webhook is told")
        path, headers, body = receiver.got[0]
        check(path == "/hook/sesame-open?sig=sesame-too", path)
        wanted = "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()
        check(headers["X-Regent-Signature-256"] == wanted, headers)
        event = receiver.events("drift")[0]
        check(event["specversion"] == "1.0" and event["subject"] == "Application/arm-connector", event)
        check(event["source"] == "/regent/under-test/demo", event)
        it.wait_in_sync()
        it.quiet_for(4)
        check(len(receiver.events("drift")) == 1, receiver.got)
        for path in ("/", "/api/v1/status", "/metrics"):
            it.ask(path)
        check(it.stop() == 0, it.said())
        check("sesame" not in "".join(map(str, it.outputs)) + it.said(), "the address leaked")
