#!/usr/bin/env python3
"""A git server over HTTPS for tests: `git http-backend` behind a small server.

https_git.py FOLDER CERTIFICATE KEY PORT_FILE LOG [TOKEN]

Serves the repositories in FOLDER; with TOKEN, only to who gives it as the password. Some paths misbehave:
/hang/… never answers, /drip/… answers a byte a second, /moved/… redirects to the same path on `localhost`,
/broken/… answers 500, /html/… answers a page. Each request is one line of LOG: method, path, Authorization and Host.
"""
import base64
import http.server
import os
import ssl
import subprocess
import sys
import time

folder, certificate, key, port_file, log = sys.argv[1:6]
token = sys.argv[6] if len(sys.argv) > 6 else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def serve(self):
        body = self.body()
        with open(log, "a") as lines:
            lines.write(f"{self.command} {self.path} {self.headers.get('Authorization', '-')} {self.headers['Host']}\n")
        where = self.path.split("/")[1]
        if where == "hang":
            time.sleep(600)
        if where == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n")
            while True:
                self.wfile.write(b"0")
                self.wfile.flush()
                time.sleep(1)
        if where == "moved":
            port = self.server.server_address[1]
            return self.answer(302, headers=[("Location", f"https://localhost:{port}/{self.path.split('/', 2)[2]}")])
        if where == "broken":
            return self.answer(500, b"<html>no</html>")
        if where == "html":
            return self.answer(200, b"<html>Sign in</html>", [("Content-Type", "text/html")])
        if token:
            given = self.headers.get("Authorization", "")
            password = base64.b64decode(given[6:]).decode().split(":", 1)[1] if given.startswith("Basic ") else ""
            if password != token:
                return self.answer(401, headers=[("WWW-Authenticate", 'Basic realm="git"')])
        path, _, query = self.path.partition("?")
        environment = {
            "GIT_PROJECT_ROOT": folder, "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1", "PATH": os.environ["PATH"],
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
        }
        ran = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=False)
        head, _, rest = ran.stdout.partition(b"\r\n\r\n")
        code, headers = 200, []
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(": ")
            if name == "Status":
                code = int(value.split()[0])
            elif name:
                headers.append((name, value))
        self.answer(code, rest, headers)

    do_GET = do_POST = serve


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
with open(port_file, "w") as file:
    file.write(f"{server.server_address[1]}\n")
server.serve_forever()
