"""`regent completion`: each script in the shell it is for, as a person's Tab key uses it."""

import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time

from bench import DEMO, Failure, case, check

REGENT_WORDS = re.compile(r"[a-z][a-z0-9-]*")


def script(binaries, shell):
    run = subprocess.run([pathlib.Path(binaries) / "regent", "completion", shell], capture_output=True, text=True)
    check(run.returncode == 0 and not run.stderr, run)
    return run.stdout


def there(shell):
    """Whether to go on; bash has to be there, and so has every shell where REGENT_ALL_SHELLS is set."""
    if shutil.which(shell):
        return True
    if os.environ.get("REGENT_ALL_SHELLS"):
        raise Failure(f"{shell} is not installed")
    print(f"skip  completions: {shell} is not installed (apt install {shell})", flush=True)
    return False


def commands_of(binaries):
    text = subprocess.run([pathlib.Path(binaries) / "regent", "--help"], capture_output=True, text=True, check=True).stdout
    block = text.split("\nSubcommands:\n", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^  ([a-z-]+)", block, re.M)


class Shell:
    """An interactive shell on a terminal of its own, with the completion loaded."""

    def __init__(self, arguments, setup, here):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(here)
            environment = {"PATH": os.environ["PATH"], "HOME": str(here), "TERM": "dumb", "LC_ALL": "C.UTF-8", "PS1": "$ "}
            os.execvpe(arguments[0], arguments, environment)
        self.send(setup + "\necho rea''dy\n")
        self.read_until("ready")

    def send(self, text):
        os.write(self.terminal, text.encode())

    def read_until(self, text, seconds=20):
        seen, end = "", time.monotonic() + seconds
        while text not in seen:
            if time.monotonic() > end or not select.select([self.terminal], [], [], max(0, end - time.monotonic()))[0]:
                raise Failure(f"{text!r} did not come; the terminal showed:\n{seen}")
            seen += os.read(self.terminal, 4096).decode(errors="replace")
        return seen

    def after_tab(self, line, expected, what):
        """What the line has become after Tab: it is turned into a quoted argument of `printf` and run. A busy machine gets more time."""
        for patience in (0.3, 1.5, 5):
            self.send(line + "\t")
            time.sleep(patience)
            self.send("\x05'\x01printf '[%s]\\n' '\r")  # end of line, close the quote; start of line, open it; run
            seen = self.read_until("]\r\n")
            became = re.findall(r"\[(.*?)\]\r?\n", seen)[-1].rstrip()
            if became == expected:
                return
        raise Failure(f"{what}: {line!r} became {became!r}, not {expected!r}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.process, signal.SIGKILL)
        os.close(self.terminal)
        os.waitpid(self.process, 0)


def bash_words(binaries, line, here=DEMO):
    """All that bash would offer for the last word of the line."""
    words = line.split(" ")
    program = script(binaries, "bash") + '\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_regent\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    run = subprocess.run(["bash", "-c", program, "bash", *words], capture_output=True, text=True, cwd=here)
    check(not run.stderr, run.stderr)
    return run.stdout.split()


@case
def bash_offers_every_command_the_help_lists(binaries):
    check(bash_words(binaries, "regent ") == commands_of(binaries), bash_words(binaries, "regent "))
    check(bash_words(binaries, "regent val") == ["validate"], "val is validate")
    check("plan" in bash_words(binaries, "regent -e demo "), "a global flag with a value stands before the command")


@case
def bash_offers_flags_formats_and_environments(binaries):
    check("--detailed-exitcode" in bash_words(binaries, "regent plan --"), "a flag of the command")
    check("--detailed-exitcode" not in bash_words(binaries, "regent apply --"), "a flag of another command")
    check("--parallel" in bash_words(binaries, "regent apply --"), "a global flag after the command")
    check(bash_words(binaries, "regent plan -o ma") == ["markdown"], "formats of plan")
    check(bash_words(binaries, "regent plan --output = j") == ["json", "jsonl", "junit"], "bash splits at the equals sign")
    check(bash_words(binaries, "regent apply -o ") == ["text", "jsonl"], "formats of apply")
    check(bash_words(binaries, "regent --color ") == ["auto", "always", "never"], "words of a set")
    check(bash_words(binaries, "regent plan -e ") == ["demo"], "names of environments")
    check(bash_words(binaries, "regent plan -e ", here=DEMO / "base") == ["demo"], "also from a folder below")
    check(bash_words(binaries, "regent completion ") == ["bash", "zsh", "fish"], "values of an argument")
    check(bash_words(binaries, "regent validate environ") == ["environments"], "files")


@case
def bash_completes_at_the_tab_key(binaries):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "regent.bash").write_text(script(binaries, "bash"))
        shutil.copytree(DEMO, pathlib.Path(folder) / "demo")
        with Shell(["bash", "--norc", "-i"], "source regent.bash; cd demo", folder) as shell:
            shell.after_tab("regent val", "regent validate", "command")
            shell.after_tab("regent plan --detail", "regent plan --detailed-exitcode", "flag")
            shell.after_tab("regent plan --output=mark", "regent plan --output=markdown", "value after =")
            shell.after_tab("regent plan -e d", "regent plan -e demo", "environment")


@case
def zsh_completes_at_the_tab_key(binaries):
    if not there("zsh"):
        return
    with tempfile.TemporaryDirectory() as folder:
        functions = pathlib.Path(folder) / "functions"
        functions.mkdir()
        (functions / "_regent").write_text(script(binaries, "zsh"))
        shutil.copytree(DEMO, pathlib.Path(folder) / "demo")
        with Shell(["zsh", "-f", "-i"], "unsetopt zle_bracketed_paste; bindkey -e; fpath=($PWD/functions $fpath); autoload -U compinit; "
                      "compinit -u -D; cd demo", folder) as shell:
            shell.after_tab("regent val", "regent validate", "command")
            shell.after_tab("regent plan --detail", "regent plan --detailed-exitcode", "flag")
            shell.after_tab("regent plan -o mark", "regent plan -o markdown", "value")
            shell.after_tab("regent plan --output=mark", "regent plan --output=markdown", "value after =")
            shell.after_tab("regent -e d", "regent -e demo", "environment")
            shell.after_tab("regent -e demo appl", "regent -e demo apply", "a command after a global flag")
            shell.after_tab("regent completion z", "regent completion zsh", "argument")


@case
def zsh_takes_the_script_from_source_as_well(binaries):
    if not there("zsh"):
        return
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "regent.zsh").write_text(script(binaries, "zsh"))
        with Shell(["zsh", "-f", "-i"], "unsetopt zle_bracketed_paste; bindkey -e; autoload -U compinit; compinit -u -D; source ./regent.zsh", folder) as shell:
            shell.after_tab("regent val", "regent validate", "command")


@case
def fish_offers_commands_flags_and_values(binaries):
    if not there("fish"):
        return
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "regent.fish").write_text(script(binaries, "fish"))

        def offered(line):
            run = subprocess.run(["fish", "--no-config", "-c", f"source {folder}/regent.fish; complete -C '{line}'"], capture_output=True,
                                 text=True, cwd=DEMO, env={"PATH": os.environ["PATH"], "HOME": folder})
            check(run.returncode == 0 and not run.stderr, run)
            return [row.split("\t")[0] for row in run.stdout.splitlines()]

        check(sorted(offered("regent ")) == sorted(commands_of(binaries)), offered("regent "))
        check(offered("regent plan --detail") == ["--detailed-exitcode"], "flag")
        check("--detailed-exitcode" not in offered("regent apply --"), "a flag of another command")
        check(sorted(offered("regent plan -o ")) == ["diff", "github", "html", "json", "jsonl", "junit", "markdown", "sarif", "text"], offered("regent plan -o "))
        check(offered("regent plan --output=mark") == ["--output=markdown"], offered("regent plan --output=mark"))
        check(offered("regent -e ") == ["demo"], "environment")
        check("apply" in offered("regent -e demo "), "a command after a global flag")
        check(offered("regent completion z") == ["zsh"], "argument")


@case
def an_unknown_shell_is_64_and_names_the_known_ones(binaries):
    run = subprocess.run([pathlib.Path(binaries) / "regent", "completion", "tcsh"], capture_output=True, text=True)
    check(run.returncode == 64 and "bash" in run.stderr, run)
