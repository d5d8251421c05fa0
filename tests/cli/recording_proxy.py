"""A proxy between regent and the simulator that remembers every secret that passed it, and can answer in the service's place.

It listens on loopback and passes the Host header on, so that addresses in answers (next links, signed blobs) lead through it as well.
"""

import http.client
import http.server
import json
import re
import sys
import threading
import urllib.parse

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}
SIGNATURE = re.compile(rb"[?&]sig=([^&\"\s]+)")
# The members and form fields in which a secret travels.
SECRET_MEMBERS = {"secretText", "access_token", "refresh_token", "id_token", "device_code", "clientSecret"}
SECRET_FIELDS = {"client_secret", "client_assertion", "refresh_token", "device_code"}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A client that is killed in the middle of an answer is part of a test; anything else is told."""
        if not isinstance(sys.exc_info()[1], (ConnectionResetError, BrokenPipeError)):
            super().handle_error(request, client_address)


class RecordingProxy:
    def __init__(self, port):
        self.secrets = {}  # text of a secret → where it was seen first
        self.sightings = set()
        self.answers = []  # functions of (method, target, headers, body): None, or (status, headers, body) instead of the service's
        self.edits = []    # functions of (method, target, status, body): None, or (status, body) instead
        self.lock = threading.Lock()
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def relay(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                proxy.learn_from_request(self, body)
                try:
                    status, headers, answer = proxy.own_answer(self, body) or proxy.forward(port, self, body)
                except http.client.IncompleteRead as cut:
                    proxy.learn(cut.partial, f"half an answer to {self.command}")
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + cut.partial)
                    self.close_connection = True
                    return
                except (http.client.HTTPException, OSError):
                    self.close_connection = True  # as the service did
                    return
                proxy.learn(answer, f"answer to {self.command} {self.path.split('?')[0]}")
                for edit in proxy.edits:
                    status, answer = edit(self.command, self.path, status, answer) or (status, answer)
                self.send_response(status)
                for name, value in headers:
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = relay

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def forward(self, port, request, body):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP}
        if body or request.command in ("POST", "PATCH", "PUT"):
            headers["Content-Length"] = str(len(body))
        connection.request(request.command, request.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        found = answer.status, answer.getheaders(), data
        connection.close()
        return found

    def own_answer(self, request, body):
        for answer in self.answers:
            found = answer(request.command, request.path, request.headers, body)
            if found:
                return found
        return None

    def remember(self, secret, where):
        if secret and len(secret) >= 6:
            with self.lock:
                self.secrets.setdefault(secret, where)
                self.sightings.add(where)

    def learn_from_request(self, request, body):
        authorization = request.headers.get("Authorization", "")
        if " " in authorization:
            self.remember(authorization.split(" ", 1)[1], "an Authorization header")
        self.learn(request.path.encode(), f"{request.command} {request.path.split('?')[0]}")
        self.learn(body, f"body of {request.command} {request.path.split('?')[0]}")
        if "/oauth2/" in request.path:
            for name, value in urllib.parse.parse_qsl(body.decode(errors="replace")):
                if name in SECRET_FIELDS:
                    self.remember(value, f"{name} of a token request")

    def learn(self, data, where):
        for signature in SIGNATURE.findall(data):
            text = signature.decode()
            self.remember(text, f"signature in {where}")
            self.remember(urllib.parse.unquote(text), f"signature in {where}")
        try:
            self.learn_members(json.loads(data), where)
        except ValueError:
            pass

    def learn_members(self, value, where):
        if isinstance(value, dict):
            for name, member in value.items():
                if name in SECRET_MEMBERS and isinstance(member, str):
                    self.remember(member, f"{name} in {where}")
                self.learn_members(member, where)
        elif isinstance(value, list):
            for member in value:
                self.learn_members(member, where)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
