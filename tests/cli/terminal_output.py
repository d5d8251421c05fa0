"""Colour where it is wanted, progress where somebody looks, and never a control character that came from elsewhere."""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

from bench import DEMO, ONE_APPLICATION, Failure, bench, case, check

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ESCAPE = "\x1b"


class Screen:
    """A regent on a terminal of its own."""

    def __init__(self, it, *arguments, environment=None, columns=120):
        self.it, self.text = it, ""
        self.master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = subprocess.Popen([str(it.binaries / "regent"), *arguments], cwd=it.repository, stdin=terminal, stdout=terminal,
                                        stderr=terminal, env=it.environment({"TERM": "xterm-256color", **(environment or {})}),
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(terminal)

    def read(self):
        if not select.select([self.master], [], [], 0.1)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: the last one who held the terminal is gone
            return False
        self.text += data.decode(errors="replace")
        return bool(data)

    def wait_for(self, text):
        deadline = time.monotonic() + 120
        while text not in self.text:
            if not self.read() or time.monotonic() > deadline:
                raise Failure(f"{text!r} never came:\n{self.text}")

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, expect):
        deadline = time.monotonic() + 240
        while self.read():
            if time.monotonic() > deadline:
                self.process.kill()
                raise Failure(f"it does not end:\n{self.text}")
        code = self.process.wait(30)
        os.close(self.master)
        self.it.outputs.append(self.text.encode())
        check(code == expect, f"exit code {expect} was expected, not {code}:\n{self.text}")
        return self.text


@case
def there_is_no_escape_code_when_nobody_looks(binaries):
    with bench(binaries) as it:
        (it.repository / "base" / "wrong.regent.yaml").write_text("apiVersion: regent/v1\nkind: Aplication\nmetadata: {name: x}\nspec: {}\n")
        runs = [it.regent("validate", expect=3), it.regent("plan", expect=3)]
        (it.repository / "base" / "wrong.regent.yaml").unlink()
        runs += [it.regent(*c) for c in (["plan"], ["plan", "-o", "diff"], ["plan", "-o", "markdown"], ["apply", "--yes"], ["plan"], ["--help"])]
        for run in runs:
            check(ESCAPE not in run.out + run.err, f"an escape code in\n{run}")


@case
def colour_follows_the_flag_then_no_color_then_force(binaries):
    wanted = [  # flags, variables, colour
        ([], {}, False),
        (["--color", "always"], {}, True),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"CLICOLOR_FORCE": "1"}, False),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ([], {"NO_COLOR": "", "FORCE_COLOR": "1"}, True),
        ([], {"REGENT_COLOR": "always"}, True),
        (["--color", "never"], {"REGENT_COLOR": "always"}, False),
    ]
    with bench(binaries) as it:
        for form in ("text", "diff"):
            for flags, variables, colour in wanted:
                run = it.regent("plan", "-o", form, *flags, environment=variables, expect=0)
                check(bool(COLOUR.search(run.out)) == colour, f"{form} {flags} {variables}: colour {not colour}\n{run}")
        for form in ("json", "jsonl", "markdown"):
            run = it.regent("plan", "-o", form, "--color", "always", expect=0)
            check(ESCAPE not in run.out, f"{form} has escape codes")
        it.regent("plan", "--color", "sometimes", expect=64)


@case
def colour_on_a_terminal_yields_to_no_color_and_a_dumb_one(binaries):
    with bench(binaries) as it:
        check(COLOUR.search(Screen(it, "plan").end(0)), "no colour on a terminal")
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            check(not COLOUR.search(Screen(it, "plan", environment=variables).end(0)), f"colour with {variables}")
        check(not COLOUR.search(Screen(it, "plan", "--color", "never").end(0)), "colour with --color never")


@case
def the_same_plan_is_read_with_and_without_colour(binaries):
    with bench(binaries) as it:
        took = lambda text: re.sub(r"in \d+(\.\d+)?m?s", "in <duration>", text)  # noqa: E731
        for form in ("text", "diff"):
            plain, coloured = it.regent("plan", "-o", form).out, it.regent("plan", "-o", form, "--color", "always").out
            check(took(COLOUR.sub("", coloured)) == took(plain), f"{form} says something else in colour")


@case
def an_apply_on_a_terminal_asks_and_shows_live_progress(binaries):
    with bench(binaries) as it:
        it.fault("delay", delayMs=700, count=-1, match={"path": "/apis"})
        screen = Screen(it, "apply")
        screen.wait_for("Apply to demo? [y/N] ")
        check(not it.simulator.writes(), "it wrote before anybody agreed")
        screen.type("y\n")
        text = screen.end(0)
        for words in ("....", "creating", "done", "steps done. Ctrl-C finishes the running steps and stops.", "Read back: nothing left to do."):
            check(words in text, f"{words!r} is missing in\n{text}")
        check(re.search(r"\x1b\[\d+A\x1b\[J", text), "nothing was redrawn")
        it.check_settled()


@case
def live_progress_fits_a_narrow_terminal(binaries):
    with bench(binaries) as it:
        it.fault("delay", delayMs=700, count=-1, match={"path": "/apis"})
        text = Screen(it, "apply", "--yes", columns=50).end(0)
        live = [line for line in text.replace("\r", "").split("\n") if "  ....  " in line]
        check(live, f"no live progress:\n{text}")
        for line in live:
            shown = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line)
            check(len(shown) <= 50, f"{len(shown)} characters on a terminal of 50: {shown!r}")
        it.check_settled()


@case
def a_no_on_a_terminal_changes_nothing(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for answer in ("n\n", "\n", "dev\n", "\x04"):
            screen = Screen(it, "apply")
            screen.wait_for("[y/N] ")
            screen.type(answer)
            check("Nothing was changed." in screen.end(6), screen.text)
        check(not it.simulator.writes(), "it wrote")


@case
def a_deletion_on_a_terminal_wants_the_environments_name(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        (it.repository / "base" / "b.regent.yaml").unlink()
        for answer, code in (("y\n", 6), ("dev\n", 0)):
            screen = Screen(it, "apply")
            screen.wait_for("Type the environment's name to go on: ")
            screen.type(answer)
            screen.end(code)
            check(bool(it.application("regent.dev.b")) == (code == 6), f"after {answer!r}")


@case
def a_dumb_terminal_gets_lines(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        text = Screen(it, "apply", "--yes", environment={"TERM": "dumb"}).end(0)
        check(ESCAPE not in text, f"an escape code on a dumb terminal:\n{text!r}")
        check("Application/a: created" in text, text)


@case
def ctrl_c_on_a_terminal_stops_after_the_running_steps(binaries):
    with bench(binaries) as it:
        it.fault("delay", delayMs=1500, count=-1, match={"path": "/apis"})
        screen = Screen(it, "apply", "--yes")
        screen.wait_for("....  Connector/arm-mi")
        screen.type("\x03")
        check("Stopping: the running steps are finished first" in screen.end(130), screen.text)
        it.heal()
        it.regent("apply", "--yes", expect=0)
        it.check_settled()


EVIL = "evil\x1b[31m\x1b]0;title\x07\nname\x9b1m\x7f\u202e"
# C0, C1, DEL and the characters that turn text around.
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def check_harmless(text, what):
    found = CONTROLS.search(text)
    check(not found, f"{what} holds {found and found.group(0)!r}: {text[max(0, found.start() - 80):found.start() + 20]!r}" if found else "")


@case
def control_characters_from_the_tenant_are_shown_as_pictures(binaries):
    with bench(binaries, DEMO) as it:
        it.regent("apply", "--yes", expect=0)
        app = it.application("regent.demo.arm-connector")
        it.change(f"/v1.0/applications/{app['id']}", patch={
            "displayName": EVIL, "web": {"redirectUris": app["web"]["redirectUris"] + ["https://evil.example/" + EVIL]}})
        for connector in it.connectors():
            it.change(f"/providers/Microsoft.PowerApps/apis/{connector['name']}", patch={"properties": {"description": EVIL}})
        for form in ("text", "markdown", "diff", "json", "jsonl"):
            run = it.regent("plan", "-o", form, "--show-unchanged", expect=0)
            check("evil" in run.out, f"{form} does not show the change\n{run}")
            check_harmless(run.out + run.err, form)
            if form in ("text", "markdown", "diff"):
                check("␛" in run.out and "␊" in run.out, f"{form} shows no pictures\n{run}")
                check("\nname" not in run.out, f"{form} breaks the line\n{run}")
        run = it.regent("apply", "--yes", expect=0)
        check_harmless(run.out + run.err, "apply")


@case
def control_characters_in_an_error_of_a_service_are_shown_as_pictures(binaries):
    def refuse(method, target, headers, body):
        if method == "GET" or "/oauth2/" in target:
            return None
        return 400, [("Content-Type", "application/json")], json.dumps({"error": {"code": "Bad" + EVIL, "message": "because " + EVIL}}).encode()

    with bench(binaries, ONE_APPLICATION, recorded=True) as it:
        it.proxy.answers.append(refuse)
        for arguments in (["apply", "--yes"], ["apply", "--yes", "-o", "jsonl"], ["plan"]):
            run = it.regent(*arguments)
            check_harmless(run.out + run.err, " ".join(arguments))
        text = Screen(it, "apply", "--yes").end(1)
        check("\x1b[31m\x1b]0" not in text and "\x07" not in text, f"a terminal was given the service's escape codes:\n{text!r}")


@case
def quiet_says_only_the_last_line(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        run = it.regent("plan", "-q", expect=0)
        check(len(run.out.splitlines()) == 1 and not run.err, run)
        run = it.regent("apply", "-q", "--yes", expect=0)
        check(run.out.splitlines()[-1].startswith("Apply complete in"), run)
        check(not run.err, run)


@case
def verbose_says_more(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for command in (["plan"], ["apply", "--yes"]):
            quiet, loud = it.regent(*command, expect=0), it.regent(*command, "-v", expect=0)
            check("requests" not in quiet.err and "requests" in loud.err, f"-v says nothing more\n{loud}")
