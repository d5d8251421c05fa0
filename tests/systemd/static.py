#!/usr/bin/env python3
"""What can be said of the units and the catalogue without starting them. Usage: static.py units|catalogue|package

Needs systemd-analyze and journalctl of Debian's package `systemd`; where they are missing the test is skipped (exit code 77), and says so.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SYSTEMD = ROOT / "systemd"
WORST_EXPOSURE = 12  # tenths
SKIPPED = 77

tests = {"units": [], "catalogue": [], "package": []}


def test(group):
    def add(function):
        tests[group].append(function)
        return function
    return add


def check(condition, what):
    assert condition, what


def units():
    return sorted(p for p in SYSTEMD.iterdir() if p.suffix in (".service", ".timer"))


def settings(path):
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


@test("units")
def systemd_analyze_verify_has_nothing_to_say():
    with tempfile.TemporaryDirectory() as folder:
        for unit in units():
            # The programs are not installed where tests run; any program stands for them.
            text = re.sub(r"/usr/(bin/regent|libexec/regent/report)\b", "/bin/true", unit.read_text())
            (pathlib.Path(folder) / unit.name.replace("@", "@prod")).write_text(text)
        run = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(os.listdir(folder))], cwd=folder, capture_output=True, text=True,
                             env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"})
        check(run.returncode == 0 and not run.stderr.strip(), run.stderr)


@test("units")
def each_service_is_exposed_by_1_2_at_most():
    for unit in units():
        if unit.suffix == ".service":
            run = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={WORST_EXPOSURE}", "--no-pager", str(unit)],
                                 capture_output=True, text=True)
            check(run.returncode == 0, f"{unit.name}: {run.stdout[-200:]}{run.stderr}")
            print("      " + run.stdout.strip().splitlines()[-1])


@test("units")
def the_template_is_the_service_but_for_names():
    one = [re.sub(r"/etc/regent/regent\.yaml", "/etc/regent/%i.yaml", line) for line in settings(SYSTEMD / "regent.service")]
    one = [re.sub(r"^((?:State|Cache|Runtime)Directory=)regent$", r"\1regent-%i", line) for line in one]
    one = [re.sub(r"^(LoadCredential=.*:)regent\.", r"\1regent-%i.", line) for line in one]
    one = [line.replace("Description=regent,", "Description=regent for %i,") for line in one]
    many = settings(SYSTEMD / "regent@.service")
    check(one == many, [pair for pair in zip(one, many) if pair[0] != pair[1]])


@test("units")
def nothing_needs_a_newer_systemd_than_debian_12_has():
    for unit in units():
        for line in settings(unit):
            check(not re.match(r"Type=notify-reload|ImportCredential=|(Restart(MaxDelay|Steps))", line), f"{unit.name}: {line} is newer than 252")


@test("units")
def every_line_of_the_sandbox_has_its_reason():
    for name in ("regent.service", "regent@.service"):
        reason = ""
        for line in (SYSTEMD / name).read_text().splitlines():
            if not line.strip() or line.startswith("["):
                reason = ""
            elif line.startswith("#"):
                reason = line
            elif re.match(r"(Protect|Private|Restrict|System|Memory|Limit|IPAddress|NoNew|Capab|Ambient|Secure|Lock|Keyring|Device|Tasks)", line):
                check(reason, f"{name}: {line} has no comment above it")


def message_ids():
    rows = [line.split() for line in (SYSTEMD / "message-ids").read_text().splitlines() if line and not line.startswith("#")]
    check(rows and all(len(row) == 3 for row in rows), "name, id, priority")
    return rows


@test("catalogue")
def the_table_the_header_and_the_catalogue_agree():
    rows = message_ids()
    header = (ROOT / "daemon/service/journal_events.hpp").read_text()
    in_header = re.findall(r'JournalEvent\{"(\w+)", "([0-9a-f]{32})", (\d)\}', header)
    check([tuple(row) for row in rows] == in_header, "daemon/service/journal_events.hpp is not systemd/message-ids")
    in_catalogue = re.findall(r"^# (\w+)\n-- ([0-9a-f]{32})$", (SYSTEMD / "regent.catalog").read_text(), re.M)
    check([(name, identity) for name, identity, _ in rows] == in_catalogue, "systemd/regent.catalog is not systemd/message-ids")
    check(len({identity for _, identity, _ in rows}) == len(rows), "an id is given twice")


@test("catalogue")
def every_event_of_the_service_has_an_id():
    source = ROOT / "daemon/controller/event.hpp"
    body = source.read_text().split("enum class EventType {", 1)[1].split("};", 1)[0]
    events = re.findall(r"^\s*(\w+),?\s*(?:///<.*)?$", body, re.M)
    check(sorted(events) == sorted(name for name, _, _ in message_ids()), set(events) ^ {name for name, _, _ in message_ids()})


@test("catalogue")
def journalctl_reads_every_entry():
    with tempfile.TemporaryDirectory() as folder:
        catalogs = pathlib.Path(folder) / "usr/lib/systemd/catalog"
        catalogs.mkdir(parents=True)
        (pathlib.Path(folder) / "var/lib/systemd/catalog").mkdir(parents=True)
        shutil.copy(SYSTEMD / "regent.catalog", catalogs)
        subprocess.run(["journalctl", f"--root={folder}", "--update-catalog"], check=True, capture_output=True)
        run = subprocess.run(["journalctl", f"--root={folder}", "--dump-catalog"], check=True, capture_output=True, text=True)
        for name, identity, _ in message_ids():
            check(identity in run.stdout, f"{name} is not in the catalogue that journalctl made")
        check(run.stdout.count("Defined-By: regent") == len(message_ids()), "an entry without Defined-By")


@test("catalogue")
def commands_that_the_catalogue_names_exist():
    binary = pathlib.Path(os.environ.get("REGENT_BINARY", ROOT / "build/release/bin/regent"))
    text = subprocess.run([binary, "--help"], capture_output=True, text=True, check=True).stdout
    commands = set(re.findall(r"^  ([a-z]+) ", text.split("\nSubcommands:\n", 1)[1], re.M))
    if "reconcile" not in commands:
        print("      the commands that talk to the service are not built in yet")
        return
    for page in (SYSTEMD / "regent.catalog", ROOT / "docs/man/regent.service.8.scd"):
        named = set(re.findall(r'(?:"|\*|^ +)regent ([a-z]+)\b', page.read_text(), re.M)) - {"goes"}
        check(named <= commands, f"{page.name} names {', '.join(sorted(named - commands))}")


@test("package")
def the_package_builds_with_what_the_repository_builds_with():
    listed = set(re.findall(r"[\w.+-]+-dev\b", (ROOT / "tools/install-dependencies").read_text())) - {"libvalijson-dev", "dpkg-dev"}  # for tests; for packaging
    control = set(re.findall(r"[\w.+-]+-dev\b", (ROOT / "debian/control").read_text()))
    check(listed == control, f"debian/control and tools/install-dependencies differ in {', '.join(sorted(listed ^ control))}")


@test("package")
def the_package_has_the_version_of_the_program():
    version = re.search(r'version_text = "(.*?)"', (ROOT / "daemon/cli/version.hpp").read_text()).group(1)
    check((ROOT / "debian/changelog").read_text().startswith(f"regent ({version}"), f"debian/changelog does not begin with {version}")


def main():
    group = sys.argv[1]
    if group != "package":
        for tool in ("systemd-analyze", "journalctl"):
            if not shutil.which(tool):
                print(f"skipped: {tool} is not installed (apt install systemd)")
                return SKIPPED
    failed = 0
    for function in tests[group]:
        try:
            function()
            print(f"ok    {function.__name__.replace('_', ' ')}")
        except AssertionError as error:
            failed += 1
            print(f"FAIL  {function.__name__.replace('_', ' ')}: {error}")
    print(f"{len(tests[group]) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
