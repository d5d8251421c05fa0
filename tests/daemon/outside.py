"""What the service shows and tells to others: the status page, webhooks; and who it signs in as."""

import hashlib
import hmac
import http.server
import json
import threading

from daemon_bench import CLIENT_ID, OverUnix, case, check, daemon_bench
from loop import APPLICATION, ATTACKER

KEY = "a-key-of-the-test"


class Receiver:
    def __init__(self):
        told = self.told = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append((self.path, dict(self.headers), body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook/of-the-test-T0PSECRET"


def credentials(it, **values):
    folder = it.folder / "credentials"
    folder.mkdir(exist_ok=True)
    for name, value in values.items():
        path = folder / name.replace("_", "-").replace("--", ".")
        path.write_text(value + "\n")
        path.chmod(0o600)
    return {"CREDENTIALS_DIRECTORY": str(folder), "AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}


@case
def drift_is_told_to_a_webhook_once_and_signed(binaries):
    receiver = Receiver()
    with daemon_bench(binaries) as it:
        environment = credentials(it, client_id=CLIENT_ID, client_secret="simulator", webhook_url=receiver.url, webhook_key=KEY)
        it.start(environment=environment, more=["  notifications: [{name: hook, type: webhook, urlCredential: webhook-url, hmacCredential: webhook-key}]"])
        it.wait_in_sync()
        it.change(APPLICATION, patch=ATTACKER)
        it.eventually(lambda: receiver.told, "the webhook is told")
        path, headers, body = receiver.told[0]
        event = json.loads(body)
        check(event["specversion"] == "1.0" and event["type"].endswith("drift.v1") and event["subject"] == "Application/arm-connector", event)
        check(event["data"]["message"] and "attacker" in event["data"]["message"], event)
        signed = [value for value in headers.values() if value.startswith("sha256=")]
        check(signed == ["sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()], headers)
        it.quiet_for(3)
        check(len([b for _, _, b in receiver.told if b"drift.v1" in b]) == 1, receiver.told)
        check(it.stop() == 0, it.said())
        for data in it.outputs:
            check(b"T0PSECRET" not in data and KEY.encode() not in data, "the webhook's address or key was shown")


@case
def each_environment_can_have_a_client_of_its_own(binaries):
    with daemon_bench(binaries) as it:
        it.start(environment=credentials(it, demo__client_id=CLIENT_ID, demo__client_secret="simulator", client_id="33333333-3333-3333-3333-333333333333",
                                         client_secret="of somebody else"))
        it.wait_in_sync()


@case
def a_wrong_secret_is_told_in_the_services_words_and_nothing_is_harmed(binaries):
    with daemon_bench(binaries) as it:
        it.start(environment=credentials(it, client_id=CLIENT_ID, client_secret="not-the-secret-at-all"))
        told = it.eventually(lambda: it.events("run_failed"), "it is told")
        check("AADSTS7000215" in told[0]["message"], told)
        check(it.ask("/readyz")[0] == 503, "it calls itself ready")
        check(it.ask("/healthz")[0] == 200, "it would be restarted for nothing")
        check("not-the-secret-at-all" not in it.said(), "the secret was shown")


@case
def the_status_page_and_metrics_are_there_and_read_only(binaries):
    with daemon_bench(binaries) as it:
        it.start()
        it.wait_in_sync()
        status, page = it.ask("/")
        check(status == 200 and "<!doctype html>" in page.lower() and "arm-connector" in page and "<script" not in page, page[:500])
        status, page = it.ask("/e/demo/Application/arm-connector")
        check(status == 200 and "base/arm-connector.regent.yaml" in page, page[:500])
        status, metrics = it.ask("/metrics")
        check('regent_resource_ready{kind="Application",name="arm-connector",environment="demo"} 1' in metrics, metrics)
        check("regent_runs_total" in metrics and "regent_api_requests_total" in metrics, metrics)
        connection = OverUnix(it.state_dir / "regent.sock")
        connection.request("DELETE", "/api/v1/status")
        check(connection.getresponse().status == 405, "something else than reading was allowed")
