"""A cloud that says of itself where it is: `endpoints.metadata`. Whoever answers decides where secrets are sent."""

import contextlib
import http.server
import json
import threading

from bench import ONE_APPLICATION, bench, case, check, says

GRAPH_SCOPE = "https://graph.microsoft.com/.default"  # what the simulator signs in to, wherever it is


def left_to(it, metadata, **by_hand):
    """The Environment says whom to ask, and nothing else of where things are."""
    (path,) = (it.repository / "environments").glob("*.regent.yaml")
    lines = [line for line in path.read_text().splitlines() if not line.strip().startswith(("login:", "graph:"))]
    at = next(i for i, line in enumerate(lines) if line.strip() == "endpoints:")
    by_hand = {"metadata": metadata, "graphScope": GRAPH_SCOPE, **by_hand}
    lines[at + 1:at + 1] = [f"    {name}: {value}" for name, value in by_hand.items()]
    path.write_text("\n".join(lines) + "\n")


class Answering:
    """An Azure Resource Manager with an answer of the test's own."""

    def __init__(self, answer):
        self.seen = []
        answering = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                answering.seen.append((self.path, dict(self.headers)))
                status, body = answer(self.path)
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@contextlib.contextmanager
def answering(answer):
    service = Answering(answer)
    try:
        yield service
    finally:
        service.server.shutdown()
        service.server.server_close()


@case
def a_cloud_is_found_by_asking_it_and_the_plan_says_where_secrets_go(binaries):
    for transport in ("cpprest", "curl"):
        with bench(binaries, ONE_APPLICATION) as it:
            left_to(it, it.simulator.url)
            said = f"Cloud of {it.simulator.url}: sign-in at {it.simulator.url}, Graph at {it.simulator.url}"
            mark = it.mark()
            says(it.regent("plan", "--transport", transport, expect=0), said)
            asked = [r["path"] for r in it.requests_since(mark)]
            check(asked[0] == "/metadata/endpoints?api-version=2022-09-01", asked[:3])
            check(len([path for path in asked if "metadata" in path]) == 1, asked)
            plan = json.loads(it.regent("plan", "-o", "json", expect=0).out)
            check(plan["cloud"] == {"metadata": it.simulator.url, "login": it.simulator.url, "graph": it.simulator.url}, plan["cloud"])
            for face in ("markdown", "html"):
                says(it.regent("plan", "-o", face, expect=0), "sign-in at")
            it.regent("apply", "--yes", expect=0)
            it.regent("plan", "--detailed-exitcode", expect=0)
            says(it.regent("doctor", expect=0), f"{it.simulator.url} says where its cloud is: sign-in at {it.simulator.url}")


@case
def nothing_is_signed_in_to_where_the_answer_names_plain_http(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        def answer(_):
            return 200, {"authentication": {"loginEndpoint": "http://login.contoso.example/"},
                         "microsoftGraphResourceId": "https://graph.contoso.example"}

        with answering(answer) as manager:
            left_to(it, manager.url)
            mark = it.mark()
            for command in (["plan"], ["apply", "--yes"], ["doctor"]):
                says(it.regent(*command, expect=4), "http://login.contoso.example/", "not https")
            says(it.regent("plan", expect=4), "error[RG0730]")
            check(not it.requests_since(mark), it.requests_since(mark))
            check(all("Authorization" not in headers for _, headers in manager.seen), manager.seen)


@case
def what_is_written_by_hand_stays_whatever_the_answer_says(binaries):
    with bench(binaries, ONE_APPLICATION) as it, answering(lambda _: (404, {})) as attacker:
        def answer(_):
            return 200, {"authentication": {"loginEndpoint": attacker.url}, "microsoftGraphResourceId": attacker.url}

        with answering(answer) as manager:
            left_to(it, manager.url, login=it.simulator.url, graph=it.simulator.url)
            it.regent("apply", "--yes", expect=0)
            check(not attacker.seen, attacker.seen)


@case
def an_azure_stack_that_knows_only_the_first_version_is_asked_in_its_own_way(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        def answer(path):
            if "api-version=1.0" not in path:
                return 400, {"error": {"code": "InvalidApiVersionParameter"}}
            return 200, {"graphEndpoint": "https://graph.windows.net/", "portalEndpoint": "https://portal.contoso.example/",
                         "authentication": {"loginEndpoint": it.simulator.url + "/", "audiences": ["https://management.contoso.example/3cc5febd"]}}

        with answering(answer) as manager:
            left_to(it, manager.url)
            says(it.regent("plan", expect=4), "`microsoftGraphResourceId` is missing", "endpoints.graph")
            it.edit_environment("    graphScope:", f"    graph: {it.simulator.url}\n    graphScope:")
            it.regent("apply", "--yes", expect=0)


@case
def a_cloud_that_nobody_answers_for_is_4_and_says_whom_it_asked(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        left_to(it, "http://127.0.0.1:9")
        says(it.regent("plan", expect=4), "http://127.0.0.1:9 does not say where its cloud is", "endpoints.metadata")


@case
def whom_to_ask_is_an_origin_by_https(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        left_to(it, "http://management.contoso.example")
        says(it.regent("validate", expect=3), "RG0461", "plain http is for this machine only")


@case
def a_person_signs_in_at_an_address_that_the_manifest_says(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        left_to(it, it.simulator.url)
        it.edit_environment("  sources:", "  signIn: {delegated: [powerApps]}\n  sources:")
        says(it.regent("validate", expect=3), "RG0468", "endpoints.login")
        it.edit_environment("    graphScope:", f"    login: {it.simulator.url}\n    graphScope:")
        it.regent("validate", expect=0)
