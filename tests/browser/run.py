#!/usr/bin/env python3
"""The status page in a real browser. Usage: run.py DIRECTORY_OF_BINARIES [--shots DIRECTORY]

Renders the samples, serves them with the headers of the service, and lets chromium measure them: in both colour schemes, on a desk and on
phones. Needs Debian's chromium; `make test` does without it, `make test-browser` runs this.
"""

import argparse
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

# As the service sends it (daemon/service/http_server.cpp).
CSP = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
SCHEMES = {"dark": 0, "light": 1}
WIDTHS = [1280, 360, 320]

# Loads a page in a frame of the wanted width and looks at it from outside, since the page itself runs no script.
PROBE = """<!doctype html><meta charset="utf-8"><style>body{margin:0}iframe{border:0;display:block}</style>
<iframe id="page" style="height:HEIGHTpx"></iframe><pre id="result"></pre>
<script>
function channels(text) { return (text.match(/[\\d.]+/g) || []).map(Number); }
function luminance(c) {
  const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function background(view, element) {
  for (let e = element; e; e = e.parentElement) {
    const c = channels(view.getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
  }
  return [255, 255, 255];
}
function look(frame) {
  const view = frame.contentWindow, doc = frame.contentDocument, faults = [];
  const fault = text => faults.push(text.slice(0, 160));
  const visible = e => e.getClientRects().length > 0 && !e.closest('.unseen, .skip');
  if (doc.documentElement.scrollWidth > doc.documentElement.clientWidth)
    fault('the page is ' + doc.documentElement.scrollWidth + ' wide in a window of ' + doc.documentElement.clientWidth);
  for (const e of doc.querySelectorAll('script, img, iframe, object, form, style, [onerror], [onload], [style]')) fault('a <' + e.localName + '>');
  if (doc.querySelectorAll('h1').length !== 1) fault('not exactly one h1');
  for (const role of ['header', 'main', 'footer']) if (doc.querySelectorAll('body > ' + role).length !== 1) fault('not exactly one ' + role);
  let level = 1;
  for (const h of doc.querySelectorAll('main h1, main h2, main h3')) {
    const now = Number(h.localName[1]);
    if (now > level + 1) fault('a heading jumps to ' + h.localName + ': ' + h.textContent);
    level = now;
    if (!h.textContent.trim()) fault('an empty heading');
  }
  for (const table of doc.querySelectorAll('table')) {
    if (!table.caption || !table.caption.textContent.trim()) fault('a table without caption');
    for (const th of table.querySelectorAll('th')) if (!th.scope) fault('a header cell without scope: ' + th.textContent);
    const columns = table.querySelectorAll('thead th').length;
    for (const row of table.querySelectorAll('tbody tr')) if (row.children.length !== columns) fault('a row with other columns than its table: ' + row.textContent);
  }
  const ids = new Set();
  for (const e of doc.querySelectorAll('[id]')) { if (ids.has(e.id)) fault('id twice: ' + e.id); ids.add(e.id); }
  for (const e of doc.querySelectorAll('[aria-labelledby]')) if (!ids.has(e.getAttribute('aria-labelledby'))) fault('labelled by nothing');
  for (const a of doc.querySelectorAll('a')) {
    if (!a.textContent.trim()) fault('a link without words');
    const href = a.getAttribute('href');
    if (!/^(\\/|#|https:\\/\\/)/.test(href)) fault('a link to ' + href);
    if (href.startsWith('#') && !ids.has(href.slice(1))) fault('a link to nowhere: ' + href);
  }
  for (const badge of doc.querySelectorAll('.badge')) if (!/[A-Za-z]{2}/.test(badge.textContent)) fault('a colour without a word');
  let lowest = 21;
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !visible(e)) continue;
    const a = luminance(channels(view.getComputedStyle(e).color)), b = luminance(background(view, e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    lowest = Math.min(lowest, ratio);
    if (ratio < 4.5) fault('contrast ' + ratio.toFixed(2) + ' of "' + walker.currentNode.data.trim() + '"');
  }
  return {title: doc.title, styled: view.getComputedStyle(doc.body).maxWidth !== 'none', height: doc.documentElement.scrollHeight,
          dark: luminance(background(view, doc.body)) < 0.2, lowest, faults: [...new Set(faults)]};
}
const frame = document.getElementById('page');
frame.style.width = 'FIRSTpx';
frame.onload = () => {
  const seen = [];
  for (const width of [WIDTHS]) { frame.style.width = width + 'px'; seen.push({width, ...look(frame)}); }
  frame.style.width = 'FIRSTpx';
  document.getElementById('result').textContent = JSON.stringify(seen);
};
frame.src = '/NAME.html';
</script>"""


class Pages(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        probe = re.fullmatch(r"/probe/([\d,]+)/(\d+)/([\w-]+)", self.path)
        if not probe:
            return super().do_GET()
        widths, height, name = probe.groups()
        page = PROBE.replace("WIDTHS", widths).replace("FIRST", widths.split(",")[0])
        body = page.replace("HEIGHT", height).replace("NAME", name).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def end_headers(self):
        if not self.path.startswith("/probe/"):
            self.send_header("Content-Security-Policy", CSP)
            self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()


def chromium(*arguments):
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                   f"--user-data-dir={profile}", *arguments]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=120, check=True).stdout.decode()


def measure(base, name, scheme):
    """What the probe saw, once for each width."""
    widths = ",".join(map(str, WIDTHS))
    dom = chromium(f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--window-size=1300,900",
                   "--virtual-time-budget=10000", "--dump-dom", f"{base}/probe/{widths}/900/{name}")
    found = re.search(r'<pre id="result">(.*?)</pre>', dom, re.S)
    if not found or not found.group(1):
        raise RuntimeError(f"chromium told nothing about {name}")
    text = found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return json.loads(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path, help="leave pictures of the pages there")
    parser.add_argument("--only", help="just the page of this name")
    options = parser.parse_args()
    if not shutil.which("chromium"):
        sys.exit("chromium is missing; on Debian: apt-get install chromium")

    failed = 0
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([options.binaries / "render_pages", directory], check=True)
        handler = lambda *arguments: Pages(*arguments, directory=directory)  # noqa: E731
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_address[1]}"
        names = sorted(path.stem for path in pathlib.Path(directory).glob("*.html"))
        for name in [name for name in names if options.only in (None, name)]:
            for scheme in SCHEMES:
                for seen in measure(base, name, scheme):
                    width, faults = seen["width"], seen["faults"]
                    if not seen["styled"]:
                        faults.append("the style sheet was not loaded")
                    if seen["dark"] != (scheme == "dark"):
                        faults.append("the colour scheme was not followed")
                    if seen["title"] == "owned":
                        faults.append("a script ran")
                    failed += bool(faults)
                    print(f"{'FAILED' if faults else 'ok    '} {name:15} {scheme:5} {width:5}  lowest contrast {seen['lowest']:.2f}")
                    for fault in faults[:12]:
                        print(f"         {fault}")
                    if options.shots and width != 320:
                        options.shots.mkdir(parents=True, exist_ok=True)
                        url = f"{base}/{name}.html" if width >= 500 else f"{base}/probe/{width}/{seen['height']}/{name}"
                        chromium(f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", f"--window-size={max(width, 500)},{seen['height']}",
                                 f"--screenshot={options.shots / f'{name}-{width}-{scheme}.png'}", url)
        server.shutdown()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
