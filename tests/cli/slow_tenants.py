"""Long work shows itself, and short work does not: reads and applies against a tenant that takes its time."""

import contextlib
import json
import pathlib
import re
import tempfile

from bench import ONE_APPLICATION, bench, case, check, says
from scale import MANIFEST, application
from terminal_output import COLOUR, ESCAPE, Screen

READING = re.compile(r"reading applications: (\d+)")
A_LINE = re.compile(r"^\d\d:\d\d:\d\d reading ", re.MULTILINE)
REDRAWN = re.compile(r"\x1b\[1A\x1b\[J")


@contextlib.contextmanager
def tenant(binaries, ours, latency=0, kept=True):
    """A tenant in which `ours` manifests are applied already, or none of them."""
    def marked(number):
        return application(f"ours-{number:04}", number, uniqueName=f"regent.dev.ours-{number:04}", tags=["regent:owner:regent.dev"])

    applications = [marked(n) for n in range(ours)] if kept else []
    with tempfile.NamedTemporaryFile("w", suffix=".json") as seed:
        json.dump({"graph": {"applications": applications,
                             "servicePrincipals": [{"appId": a["appId"], "displayName": a["displayName"]} for a in applications]}}, seed)
        seed.flush()
        with bench(binaries, ONE_APPLICATION, seed=pathlib.Path(seed.name), options=["--latency", latency]) as it:
            for path in (it.repository / "base").iterdir():
                path.unlink()
            for n in range(ours):
                (it.repository / "base" / f"ours-{n:04}.regent.yaml").write_text(MANIFEST.format(name=f"ours-{n:04}"))
            yield it


@case
def a_slow_read_shows_itself_in_a_log(binaries):
    with tenant(binaries, 400, latency=900) as it:
        run = it.regent("plan", expect=0)
        check(A_LINE.search(run.err), f"nothing was said while it read\n{run}")
        check("reading" not in run.out and ESCAPE not in run.err, run)


@case
def a_slow_read_is_one_redrawn_line_on_a_terminal(binaries):
    with tenant(binaries, 400, latency=700) as it:
        text = Screen(it, "plan").end(0)
        counts = [int(count) for count in READING.findall(text)]
        check(counts and counts == sorted(counts) and counts[-1] > counts[0], f"the count does not grow: {counts}\n{text}")
        check(REDRAWN.search(text), f"nothing was redrawn\n{text}")
        # Every line that was drawn is taken back before the next one, and before the plan.
        drawn = len(re.findall(r"  reading ", text))
        check(len(REDRAWN.findall(text)) == drawn, f"{drawn} lines were drawn, {len(REDRAWN.findall(text))} taken back\n{text!r}")
        check(text.rindex("  reading ") < text.index("Environment "), "the plan came before the last line was gone")


@case
def a_fast_read_says_nothing(binaries):
    with tenant(binaries, 40) as it:
        run = it.regent("plan", expect=0)
        if "checked in" in run.out and "ms)" in run.out:  # on a machine that is busy it may take longer
            check("reading" not in run.err, run)
        text = Screen(it, "plan").end(0)
        if "ms)" in text:
            check("reading" not in text and not REDRAWN.search(text), text)


@case
def who_wants_it_quiet_is_not_told_of_a_slow_read(binaries):
    with tenant(binaries, 300, latency=900) as it:
        run = it.regent("plan", "-q", expect=0)
        check(not run.err, run)
        check("reading" not in Screen(it, "plan", "-q").end(0), "it was said on a terminal")


@case
def what_programs_read_has_no_progress_in_it(binaries):
    with tenant(binaries, 300, latency=900) as it:
        run = it.regent("plan", "-o", "json", expect=0)
        json.loads(run.out)
        check(A_LINE.search(run.err), run)


@case
def a_throttled_read_says_what_it_waits_for(binaries):
    with tenant(binaries, 300) as it:
        it.fault("status", status=429, retryAfter=4, count=1, match={"path": "skiptoken"})
        run = it.regent("plan", expect=0)
        # Both lists are read at once; what is told is the one that came further last, and the wait is Graph's.
        told = re.search(r"reading (applications: 100|service principals: \d+)\S* throttled by Graph, goes on in ", run.err)
        check(told, f"the wait is not told\n{run.err}")
        it.fault("status", status=429, retryAfter=4, count=1, match={"path": "skiptoken"})
        text = Screen(it, "plan").end(0)
        check("throttled by Graph, goes on in 2 s" in text and "throttled by Graph, goes on in 1 s" in text,
              f"it does not count down\n{text}")


@case
def what_history_remembers_is_the_total_of_the_next_read(binaries):
    with tenant(binaries, 120, kept=False) as it:
        it.regent("apply", "--yes", expect=0)
        mark = it.mark()
        it.regent("plan", expect=0)
        asked = [r["path"] for r in it.requests_since(mark)]
        it.fault("delay", delayMs=3000, count=-1, match={"path": "/applications?"})
        run = it.regent("plan", expect=0)
        says(run, "reading applications: ", " of about 120")
        check("$count" not in "".join(asked) and "%24count" not in "".join(asked), f"a total was asked for: {asked}")


@case
def a_long_apply_in_a_log_tells_how_far_it_is(binaries):
    with tenant(binaries, 30, kept=False) as it:
        it.fault("delay", delayMs=700, count=-1, match={"method": "PATCH"})
        it.fault("delay", delayMs=700, count=-1, match={"method": "POST", "path": "federatedIdentityCredentials"})
        run = it.regent("apply", "--yes", "--parallel", "2", expect=0)
        check(re.search(r"^\d\d:\d\d:\d\d \d+ of \d+ steps done \([\d.,]+/(s|min), \d+ (s|min) left\)$", run.err, re.MULTILINE),
              f"nobody said how far it is\n{run}")
        check(ESCAPE not in run.err, run)


@case
def a_long_apply_on_a_terminal_counts_and_names_what_waits(binaries):
    with tenant(binaries, 30, kept=False) as it:
        it.fault("delay", delayMs=500, count=-1, match={"method": "PATCH"})
        text = COLOUR.sub("", Screen(it, "apply", "--yes", "--parallel", "2").end(0))
        check(re.search(r"  \d+ of \d+ steps done \([\d.,]+/s, \d+ (s|min) left\)\. Ctrl-C finishes", text), f"no rate\n{text}")
        it.check_settled()


@case
def a_step_that_runs_for_long_has_a_heartbeat_and_says_why(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.fault("status", status=429, retryAfter=14, count=1, match={"method": "PATCH", "path": "regent.dev.a"})
        run = it.regent("apply", "--yes", expect=0)
        says(run, "Application/a: throttled by Graph, goes on in ")
        check(re.search(r"Application/a: still creating \(1\d+s; throttled by Graph, goes on in \d s\)", run.err), run)


@case
def reading_back_shows_itself_too(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.fault("delay", delayMs=3000, count=-1, match={"method": "GET", "path": "/applications?"})
        says(it.regent("apply", "--yes", expect=0), "reading applications: ", "reading back applications: ")


@case
def reading_back_late_replicas_says_what_it_waits_for(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        it.simulator.control("clock", {"advanceSeconds": 60})
        it.simulator.control("replicas", {"lagSeconds": 6})
        it.edit("base/a.regent.yaml", "displayName: A", "displayName: B of A")
        says(it.regent("apply", "--yes", expect=0), "reading back ", "the tenant does not show every change yet, goes on in ")
