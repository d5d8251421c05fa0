"""Runs in the container, as root, under its systemd: see run.py. The tests come in order and share one machine, as an administrator's days do:
installed, configured, used, broken, upgraded, purged. A test that fails does not stop the next ones."""

import contextlib
import glob
import grp
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
import traceback
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
CREDSTORE = pathlib.Path("/etc/credstore")
CONFIGURATION = pathlib.Path("/etc/regent/regent.yaml")
REPOSITORY = pathlib.Path("/srv/identity")
STATE = pathlib.Path("/var/lib/regent")
SIMULATOR = "http://127.0.0.1:8801"
APPLICATION = "ARM connector (demo)"

cases = []


class Failure(Exception):
    pass


class Skipped(Exception):
    pass


def case(function=None, *, stage=False):
    """A test; `stage`: also run when only some are asked for, because others stand on it."""
    def add(f):
        cases.append((f, stage))
        return f
    return add(function) if function else add


def check(condition, what):
    if not condition:
        raise Failure(str(what))


def run(*command, expect=0, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if expect is not None and done.returncode != expect:
        raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def wait_for(what, question, seconds=30, every=0.2):
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"after {seconds} s still not: {what}")
        time.sleep(every)


def show(unit, name):
    return run("systemctl", "show", "-P", name, unit).stdout.strip()


def main_pid(running=True):
    pid = int(show("regent", "MainPID"))
    check(pid or not running, "the service does not run")
    return pid


def active(unit="regent"):
    return show(unit, "ActiveState") == "active"


def failed_units():
    return run("systemctl", "--failed", "--plain", "--no-legend").stdout.strip()


def journal(*arguments, unit="regent"):
    return run("journalctl", "--no-pager", "-q", "-u", unit, *arguments).stdout


def now():
    """A cursor: journal("--after-cursor=" + …) shows what came later."""
    run("journalctl", "--sync")
    return run("journalctl", "-n", "0", "--show-cursor", "-q").stdout.split("-- cursor: ")[1].strip()


def since(cursor, **more):
    run("journalctl", "--sync")
    return journal(f"--after-cursor={cursor}", **more)


def http(url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def simulator(path, body=None):
    status, text = http(f"{SIMULATOR}/_simulator/{path}", body)
    check(status < 300, f"{path}: {status} {text}")
    return json.loads(text) if text else None


def applications():
    return {a["displayName"]: a for a in simulator("state")["graph"]["applications"] if (a.get("uniqueName") or "").startswith("regent.")}


def write_requests():
    """How many there were. Tokens are no writes, and batches are how regent reads; what a batch writes is in the tenant's own log."""
    return [f"{r['method']} {r['path']}" for r in simulator("requests")
            if r["method"] in ("POST", "PATCH", "PUT", "DELETE") and not re.search(r"/token|/\$batch|listConsentServerInfo", r["path"])]


def calm():
    """No fault, no lag."""
    urllib.request.urlopen(urllib.request.Request(f"{SIMULATOR}/_simulator/faults", method="DELETE"), timeout=20).read()


def git(*arguments):
    return run("setpriv", "--reuid=regent", "--regid=regent", "--clear-groups", "git", "-C", REPOSITORY, "-c", "user.name=Alice", "-c",
               "user.email=alice@contoso.example", *arguments, env={**os.environ, "HOME": "/nonexistent"})


def commit(message, files):
    for path, text in files.items():
        file = REPOSITORY / path
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            shutil.chown(file, "regent", "regent")
    git("add", "-A")
    git("commit", "-q", "-m", message)
    return git("rev-parse", "HEAD").stdout.strip()


def application(name, redirect="https://app.contoso.example/signin"):
    return (f"apiVersion: regent/v1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  displayName: {name} of the tests\n"
            f"  signInAudience: single-tenant\n  redirectUris:\n    web: [{redirect}]\n")


def configure(mode="apply", interval="3s", extra=""):
    CONFIGURATION.write_text(f"""apiVersion: regent/v1
kind: Daemon
metadata: {{name: regent}}
spec:
  source:
    git: {{url: "file://{REPOSITORY}", branch: main, fetchInterval: 3s}}
  mode: {mode}
  interval: {interval}
{extra}""")


def credential(name, value):
    path = CREDSTORE / f"regent.{name}"
    path.write_text(value)
    path.chmod(0o600)


def demo_is_in_the_tenant():
    return APPLICATION in applications()


@contextlib.contextmanager
def drop_in(name, text):
    folder = pathlib.Path("/etc/systemd/system/regent.service.d")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.conf").write_text(text)
    run("systemctl", "daemon-reload")
    try:
        yield
    finally:
        (folder / f"{name}.conf").unlink()
        run("systemctl", "daemon-reload")


def needs_the_daemon():
    if " daemon " not in run("regent", "--help").stdout:
        raise Skipped("this regent has no `daemon`")


# Installed

@case(stage=True)
def the_packages_install_and_nothing_is_started_or_failed():
    before = failed_units()
    run("dpkg", "-i", *sorted(glob.glob(f"{HERE}/regent*.deb")), env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    check(failed_units() == before, failed_units())
    check(run("systemctl", "is-enabled", "regent", expect=None).stdout.strip() == "disabled", "the service is enabled")
    check(show("regent", "ActiveState") == "inactive", "the service runs")
    check(not pathlib.Path("/var/lib/regent").exists(), "the package makes state before there is any")


@case
def the_user_and_the_group_are_there():
    user = pwd.getpwnam("regent")
    check(user.pw_shell.endswith("nologin") and user.pw_dir == "/var/lib/regent", user)
    grp.getgrnam("regent-admin")
    check(oct(CREDSTORE.stat().st_mode & 0o7777) == "0o700", "/etc/credstore is open to others")


@case
def every_command_has_a_page_and_every_page_opens():
    commands = re.findall(r"^  ([a-z]+) ", run("regent", "--help").stdout.split("\nSubcommands:\n", 1)[1].split("\n\n")[0], re.M)
    pages = [("1", "regent"), ("1", "regent-simulator"), ("5", "regent.yaml"), ("7", "regent-manifest"), ("7", "regent-reasons"),
             ("8", "regent.service")] + [("1", f"regent-{command}") for command in commands]
    for section, page in pages:
        text = run("man", "-P", "cat", section, page, env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8"})
        check(page in text.stdout and not text.stderr.strip(), f"{page}({section}): {text.stderr}")


@case
def completions_are_where_shells_look():
    for path, word in (("/usr/share/bash-completion/completions/regent", "complete -F"), ("/usr/share/zsh/vendor-completions/_regent", "#compdef"),
                       ("/usr/share/fish/vendor_completions.d/regent.fish", "complete -c")):
        check(word in pathlib.Path(path).read_text(), path)
    words = run("bash", "-c", "source /usr/share/bash-completion/completions/regent; COMP_WORDS=(regent pl); COMP_CWORD=1; _regent; "
                "echo ${COMPREPLY[@]}").stdout
    check(words.strip() == "plan", words)


@case
def systemd_finds_nothing_wrong_with_the_units_where_they_are():
    done = run("systemd-analyze", "verify", "regent.service", "regent@prod.service", "regent-report.service", "regent-report.timer")
    check(not [line for line in done.stderr.splitlines() if "regent" in line], done.stderr)
    for unit in ("regent.service", "regent-report.service"):
        run("systemd-analyze", "security", "--no-pager", "--threshold=12", unit)


@case
def the_catalogue_is_installed():
    text = run("journalctl", "--dump-catalog").stdout
    check(text.count("Defined-By: regent") >= 17, "journalctl does not know the entries")


@case
def schemas_and_examples_are_usable():
    json.loads(pathlib.Path("/usr/share/regent/schema/v1/regent.schema.json").read_text())
    run("regent", "-C", "/usr/share/doc/regent/examples/demo", "validate")
    run("regent", "-C", "/usr/share/doc/regent/examples/estate", "validate")


@case
def the_report_without_settings_is_skipped_and_not_failed():
    run("systemctl", "start", "regent-report.service")
    check("Skipped due to" in journal(unit="regent-report") and not failed_units(), failed_units() or journal(unit="regent-report"))


# Configured

@case
def without_configuration_the_service_ends_with_78_and_is_not_started_again():
    needs_the_daemon()
    cursor = now()
    run("systemctl", "start", "regent", expect=1)
    time.sleep(6)
    check(show("regent", "ExecMainStatus") == "78", f"status {show('regent', 'ExecMainStatus')}\n{since(cursor)}")
    check(show("regent", "NRestarts") == "0" and show("regent", "ActiveState") == "failed", since(cursor))
    check("/etc/regent/regent.yaml" in since(cursor), "the message does not name the file")
    run("systemctl", "reset-failed", "regent")


@case(stage=True)
def a_pretend_tenant_and_a_repository_are_set_up():
    run("systemd-run", "--unit=simulator", "--collect", "regent-simulator", "--listen", "127.0.0.1:8801")
    wait_for("the simulator answers", lambda: run("sh", "-c", f"python3 -c 'import urllib.request as u; u.urlopen(\"{SIMULATOR}/_simulator/state\")'",
                                                  expect=None).returncode == 0)
    shutil.copytree(HERE / "demo", REPOSITORY)
    for path in [REPOSITORY, *REPOSITORY.rglob("*")]:
        shutil.chown(path, "regent", "regent")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "Begin")
    credential("client-id", "22222222-2222-2222-2222-222222222222\n")
    credential("client-secret", "simulator\n")


@case(stage=True)
def start_returns_when_the_service_is_ready_and_the_tenant_becomes_as_the_manifests_say():
    needs_the_daemon()
    configure()
    cursor = now()
    run("systemctl", "enable", "--now", "regent")
    check(active(), since(cursor))
    check(pathlib.Path("/run/regent/regent.sock").is_socket(), "no socket after start")
    check(http("http://127.0.0.1:9477/livez")[0] == 200 or http("http://127.0.0.1:9477/healthz")[0] == 200, "the service does not answer after start")
    wait_for("the application is in the tenant", demo_is_in_the_tenant, 60)
    wait_for("systemctl status says how things stand", lambda: "demo" in show("regent", "StatusText"), 60)


@case
def the_places_of_the_service_belong_to_it_alone():
    needs_the_daemon()
    for path, mode in ((STATE, 0o700), (pathlib.Path("/var/cache/regent"), 0o700)):
        check(path.owner() == "regent" and path.stat().st_mode & 0o777 == mode, f"{path} {oct(path.stat().st_mode)}")
    socket = pathlib.Path("/run/regent/regent.sock")
    check(socket.group() == "regent-admin" and socket.stat().st_mode & 0o777 == 0o660, f"{socket.group()} {oct(socket.stat().st_mode)}")
    arguments = pathlib.Path(f"/proc/{main_pid()}/cmdline").read_text() + pathlib.Path(f"/proc/{main_pid()}/environ").read_text()
    check("simulator" not in arguments, "the secret is in the arguments or the environment")


@case
def a_commit_is_followed_within_a_minute():
    needs_the_daemon()
    commit("A second application", {"base/second.regent.yaml": application("second")})
    began = time.monotonic()
    wait_for("the second application is in the tenant", lambda: "second of the tests" in applications(), 60)
    print(f"      after {time.monotonic() - began:.1f} s")


@case
def a_change_by_somebody_else_is_put_back_and_the_journal_explains_it():
    needs_the_daemon()
    simulator("change", {"path": "/v1.0/applications(uniqueName='regent.demo.second')",
                         "patch": {"web": {"redirectUris": ["https://attacker.example/signin"]}}})
    wait_for("the redirect URI is as the manifest says",
             lambda: applications()["second of the tests"]["web"]["redirectUris"] == ["https://app.contoso.example/signin"], 60)
    ids = dict(re.findall(r"^# (\w+)\n-- (\w{32})$", pathlib.Path("/usr/lib/systemd/catalog/regent.catalog").read_text(), re.M))
    # Without a cursor: journalctl leaves out the first match after one that does not match itself.
    entry = json.loads(wait_for("the drift is in the journal",
                                lambda: run("journalctl", "-q", "-o", "json", "-n", "1", f"MESSAGE_ID={ids['drift']}").stdout, 20))
    check(entry["REGENT_NAME"] == "second" and entry["REGENT_EVENT"] == "drift" and entry["_SYSTEMD_UNIT"] == "regent.service", entry)
    told = run("journalctl", "-q", "-x", "--no-pager", f"MESSAGE_ID={ids['drift']}").stdout
    check("changed outside regent" in told and "Application/second" in told, told)


@case
def a_person_signs_in_through_the_service_with_a_credential_as_key():
    needs_the_daemon()
    environment = REPOSITORY / "environments" / "demo.regent.yaml"
    before = environment.read_text()
    credential("token-cache-key", "0123456789abcdef" * 4 + "\n")
    simulator("switches", {"login": {"deviceCodeIntervalSeconds": 1}})
    commit("A person for Power Apps", {"environments/demo.regent.yaml": before.replace("spec:\n", "spec:\n  signIn: {delegated: [powerApps]}\n", 1)})
    run("systemctl", "restart", "regent")
    wait_for("it says that nobody has signed in", lambda: "regent login --service -e demo" in run("regent", "status").stdout, 60)
    asking = subprocess.Popen(["regent", "login", "--service"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = ""
    while "The code ends at" not in said:
        line = asking.stderr.readline()
        check(line, said)
        said += line
    code = re.search(r"enter the code\n\s+(\w+)\n", said).group(1)
    simulator("change", {"path": f"/devicelogin/{code}", "patch": {"user": "maker@contoso.example"}})
    out, _ = asking.communicate(timeout=60)
    check(asking.returncode == 0 and "Signed in as maker@contoso.example" in out, out)
    wait_for("everything is ready again", lambda: run("regent", "status", "--exit-code", expect=None).returncode == 0, 60)
    (kept,) = (STATE / "sign-ins").iterdir()
    check(kept.owner() == "regent" and kept.stat().st_mode & 0o777 == 0o600, f"{kept} {oct(kept.stat().st_mode)}")
    commit("Nobody for Power Apps", {"environments/demo.regent.yaml": before})
    (CREDSTORE / "regent.token-cache-key").unlink()
    run("systemctl", "restart", "regent")
    wait_for("everything is ready without a person", lambda: run("regent", "status", "--exit-code", expect=None).returncode == 0, 60)


# Broken

@case
def killed_it_is_started_again():
    needs_the_daemon()
    before = main_pid()
    os.kill(before, signal.SIGKILL)
    wait_for("a new process", lambda: active() and main_pid(False) not in (0, before), 30)
    check(int(show("regent", "NRestarts")) >= 1, "not counted as a restart")


@case
def hanging_it_is_found_by_the_watchdog():
    needs_the_daemon()
    with drop_in("watchdog", "[Service]\nWatchdogSec=4\nRestartSec=1\n"):
        run("systemctl", "restart", "regent")
        before, cursor = main_pid(), now()
        time.sleep(9)
        check(main_pid() == before, f"a service that works was taken for a hang\n{since(cursor)}")
        os.kill(before, signal.SIGSTOP)
        wait_for("a new process", lambda: active() and main_pid(False) not in (0, before), 60)
        check("atchdog timeout" in since(cursor), since(cursor))
    run("systemctl", "restart", "regent")


@case
def a_silent_tenant_is_no_hang():
    needs_the_daemon()
    with drop_in("watchdog", "[Service]\nWatchdogSec=4\nRestartSec=1\n"):
        run("systemctl", "restart", "regent")
        before = main_pid()
        simulator("faults", {"kind": "delay", "delayMs": 20000, "count": -1})
        time.sleep(10)
        calm()
        check(main_pid() == before, "restarted because the tenant was slow")
    run("systemctl", "restart", "regent")


@case
def reload_takes_a_good_configuration_and_keeps_the_old_one_for_a_bad_one():
    needs_the_daemon()
    before, restarts = main_pid(), show("regent", "NRestarts")
    configure(mode="plan")
    run("systemctl", "reload", "regent")
    check(active() and main_pid() == before, "reload restarted it")
    time.sleep(1)
    writes = write_requests()
    commit("Not to be applied", {"base/third.regent.yaml": application("third")})
    time.sleep(9)
    check(write_requests() == writes and "third of the tests" not in applications(), "`mode: plan` writes after a reload")
    cursor = now()
    CONFIGURATION.write_text("apiVersion: regent/v1\nkind: Daemon\nmetadata: {name: regent}\nspec: {sauce: {}}\n")
    run("systemctl", "reload", "regent", expect=None)
    time.sleep(2)
    check(active() and main_pid() == before and show("regent", "NRestarts") == restarts, f"a bad file ended the service\n{since(cursor)}")
    check("sauce" in since(cursor), f"nothing tells what is wrong with the file\n{since(cursor)}")
    configure()
    run("systemctl", "reload", "regent")
    wait_for("apply again", lambda: "third of the tests" in applications(), 60)
    check(main_pid() == before, "reload restarted it")


@case
def stopped_in_mid_apply_it_finishes_its_steps_and_goes_on_after_the_next_start():
    needs_the_daemon()
    simulator("faults", {"kind": "delay", "delayMs": 1500, "count": -1, "match": {"method": "PATCH"}})
    names = [f"batch-{n}" for n in range(12)]
    commit("Many", {f"base/{name}.regent.yaml": application(name) for name in names})
    there = lambda: sum(f"{name} of the tests" in applications() for name in names)
    wait_for("some of many are there", there, 60, every=0.05)
    began = time.monotonic()
    run("systemctl", "stop", "regent")
    took, so_far = time.monotonic() - began, there()
    check(show("regent", "Result") == "success", f"{show('regent', 'Result')}\n{journal('-n', '20')}")
    calm()
    print(f"      stopped in {took:.1f} s with {so_far} of {len(names)} made")
    check(so_far < len(names), "all were made before it stopped: the test proves nothing")
    run("systemctl", "start", "regent")
    wait_for("all of many are there", lambda: there() == len(names), 90)
    everything = [a["displayName"] for a in simulator("state")["graph"]["applications"]]
    check(len(everything) == len(set(everything)) or all(everything.count(f"{n} of the tests") == 1 for n in names), "made twice")


@case
def a_full_disk_stops_no_service_and_heals():
    needs_the_daemon()
    run("systemctl", "stop", "regent")
    moved = pathlib.Path("/var/lib/regent.aside")
    run("cp", "-a", STATE, moved)
    run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", STATE)
    try:
        run("cp", "-a", f"{moved}/.", STATE)
        shutil.chown(STATE, "regent", "regent")
        run("systemctl", "start", "regent")
        wait_for("a good start", lambda: "demo" in show("regent", "StatusText"), 60)
        run("dd", "if=/dev/zero", f"of={STATE}/filler", "bs=64k", expect=None)
        cursor = now()
        commit("On a full disk", {"base/full.regent.yaml": application("full")})
        time.sleep(12)
        check(active(), f"the service ended on a full disk\n{since(cursor)}")
        (STATE / "filler").unlink()
        wait_for("the application is there once there is room", lambda: "full of the tests" in applications(), 90)
        check([a["displayName"] for a in simulator("state")["graph"]["applications"]].count("full of the tests") == 1, "made twice")
    finally:
        run("systemctl", "stop", "regent")
        run("umount", STATE)
        run("rm", "-rf", moved)
    run("systemctl", "start", "regent")
    wait_for("running as before", lambda: "demo" in show("regent", "StatusText"), 60)


# Used

@case
def who_is_in_the_group_may_ask_and_others_may_not():
    needs_the_daemon()
    if " status " not in run("regent", "--help").stdout:
        raise Skipped("this regent has no `status`")
    run("useradd", "alice", "-G", "regent-admin")
    run("useradd", "mallory")
    as_user = lambda name: ["setpriv", f"--reuid={name}", f"--regid={name}", "--init-groups"]
    status = run(*as_user("alice"), "regent", "status", expect=None, env={**os.environ, "HOME": "/nonexistent"})
    check("demo" in status.stdout, status)
    status = run(*as_user("mallory"), "regent", "status", expect=None, env={**os.environ, "HOME": "/nonexistent"})
    check(status.returncode != 0, "mallory may use the socket")


@case
def the_nightly_report_is_written_for_administrators_to_read():
    if not pathlib.Path("/var/cache/regent/source.git").exists():
        pathlib.Path("/etc/default/regent-report").write_text(f"REGENT_REPORT_DIRECTORY={REPOSITORY}\n")
    run("systemctl", "enable", "--now", "regent-report.timer")
    check("regent-report.timer" in run("systemctl", "list-timers", "--no-legend").stdout, "the timer does not wait for anything")
    writes = write_requests()
    run("systemctl", "start", "regent-report.service")
    check(write_requests() == writes, f"a report writes: {write_requests()[len(writes):]}")
    report = pathlib.Path("/var/lib/regent-reports/demo.md").resolve()
    check(re.match(r"demo-\d{4}-\d\d-\d\d\.md$", report.name) and report.read_text().strip(), report)
    check(report.group() == "regent-admin" and report.stat().st_mode & 0o777 == 0o640, oct(report.stat().st_mode))
    check(report.parent.stat().st_mode & 0o777 == 0o750, oct(report.parent.stat().st_mode))


@case
def a_report_that_cannot_be_made_says_so_and_the_unit_fails():
    credential("client-secret", "wrong\n")
    try:
        run("systemctl", "start", "regent-report.service", expect=1)
        check("No report" in pathlib.Path("/var/lib/regent-reports/demo.md").read_text(), "the report does not say that there is none")
        run("systemctl", "reset-failed", "regent-report")
    finally:
        credential("client-secret", "simulator\n")


@case
def an_instance_has_places_of_its_own():
    needs_the_daemon()
    text = CONFIGURATION.read_text().replace("mode: apply", "mode: plan") + '  http: {listen: "127.0.0.1:9478"}\n'
    pathlib.Path("/etc/regent/demo.yaml").write_text(text)
    for name in ("client-id", "client-secret"):
        shutil.copy2(CREDSTORE / f"regent.{name}", CREDSTORE / f"regent-demo.{name}")
    run("systemctl", "enable", "--now", "regent@demo")
    check(pathlib.Path("/run/regent-demo/regent.sock").is_socket() and pathlib.Path("/var/lib/regent-demo/regent.db").exists(), "no places of its own")
    wait_for("the instance knows how things stand", lambda: "demo" in show("regent@demo", "StatusText"), 60)
    check(active(), "the other service was disturbed")


# Upgraded

@case
def an_upgrade_in_mid_apply_loses_nothing_and_keeps_the_configuration():
    needs_the_daemon()
    simulator("faults", {"kind": "delay", "delayMs": 1000, "count": -1, "match": {"method": "PATCH"}})
    names = [f"later-{n}" for n in range(8)]
    commit("More", {f"base/{name}.regent.yaml": application(name) for name in names})
    there = lambda: sum(f"{name} of the tests" in applications() for name in names)
    wait_for("some of the new ones are there", there, 60, every=0.05)
    before, configuration = main_pid(), CONFIGURATION.read_text()
    instance = show("regent@demo", "MainPID")
    run("dpkg", "-i", HERE / "next.deb", env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, stdin=subprocess.DEVNULL)
    calm()
    check(active() and main_pid() != before, "not running, or still the old process")
    check(active("regent@demo") and show("regent@demo", "MainPID") != instance, "the instance still runs the old program")
    check(CONFIGURATION.read_text() == configuration, "the configuration was changed")
    wait_for("all of the new ones are there", lambda: there() == len(names), 90)
    everything = [a["displayName"] for a in simulator("state")["graph"]["applications"]]
    check(all(everything.count(f"{n} of the tests") == 1 for n in names), "made twice")
    check(not failed_units(), failed_units())


@case
def an_upgrade_starts_nothing_that_was_stopped():
    run("systemctl", "stop", "regent")
    run("dpkg", "-i", HERE / "next.deb", stdin=subprocess.DEVNULL)
    check(show("regent", "ActiveState") == "inactive", "started by an upgrade")
    run("systemctl", "start", "regent", expect=None)


@case
def no_forbidden_system_call_was_met():
    found = run("journalctl", "-b", "-q", "--no-pager", "-g", "SIGSYS|status=31/SYS", expect=None).stdout
    check(not found.strip(), found)


# Gone

@case
def removing_stops_it_and_keeps_what_an_administrator_wrote():
    configuration = CONFIGURATION.read_text()
    run("dpkg", "-r", "regent")
    check(not run("pgrep", "-x", "regent", expect=None).stdout.strip(), "still running")
    check(CONFIGURATION.read_text() == configuration, "the configuration is gone")
    check(not failed_units(), failed_units())
    run("dpkg", "-i", HERE / "next.deb", stdin=subprocess.DEVNULL)


@case
def purging_leaves_nothing_but_what_is_the_administrators():
    own = pathlib.Path("/etc/regent/own.yaml")
    own.write_text("mine\n")
    run("dpkg", "-P", "regent", "regent-simulator")
    for pattern in ("/var/lib/regent*", "/var/cache/regent*", "/run/regent*", "/lib/systemd/system/regent*", "/etc/systemd/system/*.wants/regent[.@-]*e",
                    "/etc/default/regent*", "/usr/share/doc/regent*", "/usr/share/regent", "/usr/bin/regent*", "/usr/share/man/man*/regent*",
                    "/usr/lib/sysusers.d/regent*", "/usr/lib/tmpfiles.d/regent*", "/usr/lib/systemd/catalog/regent*", "/var/lib/systemd/deb-systemd-helper-*/regent*"):
        left = [p for p in glob.glob(pattern) if "regent-tests" not in p]
        check(not left, left)
    check(own.exists() and (CREDSTORE / "regent.client-id").exists(), "what the administrator wrote is gone")
    check(not CONFIGURATION.exists(), "the configuration is left")
    check("Defined-By: regent" not in run("journalctl", "--dump-catalog").stdout, "the catalogue still explains")
    check(not failed_units(), failed_units())


def main():
    words = (HERE / "words").read_text().split()
    passed = failed = skipped = 0
    for function, stage in cases:
        name = function.__name__.replace("_", " ")
        if words and not stage and not any(word in name for word in words):
            continue
        began = time.monotonic()
        try:
            function()
            passed += 1
            print(f"ok    {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Skipped as why:
            skipped += 1
            print(f"skip  {name}: {why}", flush=True)
        except Exception as error:
            failed += 1
            told = error if isinstance(error, Failure) else traceback.format_exc()
            print(f"FAIL  {name}: {told}", flush=True)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
