#!/usr/bin/env python3
"""Takes a collection of published connectors through regent and its simulator. See README.md beside this file.

Usage: run.py BINARIES DIRECTORY [--estate N] [--only WORD…] [--import-only] [--keep]
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import drift  # noqa: E402
from published import DEFINITION, ENVIRONMENT_ID, PROPERTIES, find, member, write_repository  # noqa: E402
from read_back import Reader, compare  # noqa: E402
from stranger import Stranger  # noqa: E402
from tenant_under_test import SECRET_SHAPES, Bench, Failure  # noqa: E402

SECRET = "corpus-secret-that-is-nowhere"


def high_water(pid):
    """The most memory that process `pid` has had so far, in KB."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


class Estate:
    """Some connectors in one repository, with a simulator of their own; the member functions are the stages, in order."""

    def __init__(self, binaries, connectors, number):
        self.binaries, self.connectors, self.number, self.troubles, self.refused = binaries, connectors, number, [], {}
        self.valid = self.imported = 0
        self.folder = tempfile.TemporaryDirectory(prefix="regent-corpus-")
        source = pathlib.Path(self.folder.name) / "repository"
        write_repository(connectors, source)
        secrets = pathlib.Path(self.folder.name) / "credentials"
        secrets.mkdir()
        (secrets / "connector.corpus").write_text(SECRET)
        (secrets / "connector.corpus").chmod(0o600)
        self.variables = {"CREDENTIALS_DIRECTORY": str(secrets)}
        seed = pathlib.Path(self.folder.name) / "tenant.json"
        seed.write_text(json.dumps({"powerApps": {"environments": [{"name": ENVIRONMENT_ID, "displayName": "published"}]}}))
        self.bench = Bench(binaries, source, seed, {"powerApps": {"subjectDelaySeconds": 0}})

    def trouble(self, stage, what, of=None):
        self.troubles.append(f"{stage}: {of.name + ' (' + str(of.folder) + '): ' if of else ''}{what}")

    def regent(self, *arguments, expect=None):
        return self.bench.regent(*arguments, "-e", "corpus", expect=expect, environment=self.variables)

    def plan(self):
        run = self.regent("plan", "-o", "json")
        return json.loads(run.out) if run.code == 0 else self.trouble("plan", run)

    def validate(self):
        """Connectors with an error are taken out, each with what was said and where."""
        report = json.loads(self.regent("validate", "-o", "json").out)
        self.warnings = [d for d in report["diagnostics"] if d["severity"] == "warning"]
        for diagnostic in report["diagnostics"]:
            if diagnostic["severity"] != "error":
                continue
            at = diagnostic.get("range") or {}
            file = pathlib.PurePosixPath(at.get("filename", ""))
            name = file.parts[1].removesuffix(".regent.yaml") if len(file.parts) > 1 else ""
            self.refused.setdefault(name, []).append((diagnostic["code"], file.name, at.get("start", {}).get("line"), diagnostic["summary"]))
        for connector in [c for c in self.connectors if c.name in self.refused]:
            self.check_refusal(connector)
            (self.bench.repository / "base" / f"{connector.name}.regent.yaml").unlink()
        if self.refused.keys() - {c.name for c in self.connectors}:
            self.trouble("validate", f"errors of nobody: {self.refused}")
        self.connectors = [c for c in self.connectors if c.name not in self.refused]
        self.valid = len(self.connectors)
        for connector in self.connectors:
            for name, error in ((DEFINITION, connector.definition_error), (PROPERTIES, connector.properties_error)):
                if error:
                    self.trouble("validate", f"Python cannot read {name} ({error}), and nothing was said", connector)

    def check_refusal(self, connector):
        """Where Python finds no JSON, the error has to be in that file, at Python's line or where the mistake begins before it."""
        said = self.refused[connector.name]
        for name, error in ((DEFINITION, connector.definition_error), (PROPERTIES, connector.properties_error)):
            line = getattr(error, "lineno", None)
            if line and not any(file == name and at and line - 1 <= at <= line + 1 for _, file, at, _ in said):
                self.trouble("validate", f"Python stops at {name}:{line}, regent says {said}", connector)
            if isinstance(error, OSError) and not any(name in text for _, _, _, text in said):
                self.trouble("validate", f"{name} is missing, regent says {said}", connector)

    def apply(self, stage):
        started = time.monotonic()
        run = self.regent("apply", "--yes", "-o", "jsonl")
        done = [json.loads(line) for line in run.out.splitlines()]
        summary = next((line["apply"] for line in done if line["type"] == "apply_summary"), None)
        if run.code or not summary or not summary["settled"]:
            self.trouble(stage, run.err[-6000:] or run.out[-3000:])
        print(f"    {stage}: {time.monotonic() - started:.1f} s")
        return summary or collections.Counter()

    def create(self):
        summary = self.apply("create")
        wanted = len(self.connectors) + sum(c.signs_in_with_entra() for c in self.connectors)
        if summary["create"] != wanted:
            self.trouble("create", f"{summary['create']} of {wanted} were created; failed: {summary['failed']}, waiting: {summary['waiting']}")
        records = {c["properties"]["displayName"]: c for c in self.bench.simulator.state()["powerApps"]["connectors"]}
        for connector in self.connectors:
            record = records.get(connector.title, {})
            if (connector.signs_in_with_entra() or connector.own_clients()) and record and not record.get("_clientSecretSha256"):
                self.trouble("create", "its OAuth client got no secret", connector)

    def check_quiet(self, stage):
        """Nothing to do, and nothing written. Answers with what it cost."""
        mark = len(self.bench.simulator.requests())
        plan = self.plan()
        for change in (plan or {}).get("changes", []):
            self.trouble(stage, f"{change['address']} {change['actions']}: {json.dumps(change['fields'])[:1500]}")
        for kind in ("withheld", "diagnostics"):
            for line in (plan or {}).get(kind, []):
                self.trouble(stage, f"{kind}: {json.dumps(line)[:600]}")
        requests = [r for r in self.bench.simulator.requests()[mark:] if not r["path"].startswith("/_simulator")]
        if self.bench.simulator.writes(mark):
            self.trouble(stage, f"a plan wrote: {self.bench.simulator.writes(mark)[:3]}")
        return len(requests)

    def check_equal(self, stage, by_application=True):
        reader = Reader(self.bench.simulator.url)
        there = reader.connectors()
        for connector in self.connectors:
            if connector.title not in there:
                self.trouble(stage, "is not there", connector)
                continue
            for line in compare(reader, connector, there[connector.title], by_application):
                self.trouble(stage, line[:600], connector)
        if len(there) != len(self.connectors):
            self.trouble(stage, f"{len(there)} connectors are there for {len(self.connectors)} manifests")

    def damage(self):
        """One place in each connector changes; the plan has to name each, and nothing else."""
        names = {title: connector["name"] for title, connector in Reader(self.bench.simulator.url).connectors().items()}
        wanted = {}
        for number, connector in enumerate(self.connectors):
            field, patch = drift.choose(connector, self.number + number)
            if connector.title not in names:
                continue
            self.bench.simulator.control("change", {"path": f"/providers/Microsoft.PowerApps/apis/{names[connector.title]}", "patch": patch})
            wanted[f"Connector/{connector.name}"] = field
        plan = self.plan() or {"changes": []}
        seen = {c["address"]: sorted({f["path"].split("/")[1] for f in c["fields"]}) for c in plan["changes"]}
        # Somebody else saved them, so a secret of ours in them is issued anew.
        secrets = ("auth", "clientSecretFrom")
        renewed = {address for address, fields in seen.items() if any(f in secrets for f in fields)}
        for address, field in wanted.items():
            if [f for f in seen.get(address, []) if f not in secrets] != [field]:
                self.trouble("drift", f"{address}: {field} was changed, the plan names {seen.get(address)}")
        for address in seen.keys() - wanted.keys():
            if address.startswith("Application/") and renewed and seen[address] == ["clientSecrets"]:
                continue
            self.trouble("drift", f"{address} was not changed, the plan names {seen[address]}")
        return collections.Counter(wanted.values())

    def measure(self):
        """What a plan over unchanged connectors costs: requests, seconds of processor, megabytes, seconds."""
        mark, started = len(self.bench.simulator.requests()), time.monotonic()
        child = subprocess.Popen([str(self.bench.binaries / "regent"), "plan", "--detailed-exitcode", "-e", "corpus"], cwd=self.bench.repository,
                                 env=self.bench.environment(self.variables), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        peak, finished = 0, 0
        while not finished:  # not ru_maxrss: that begins with what this program had when it forked
            peak = max(peak, high_water(child.pid))
            finished, status, usage = os.wait4(child.pid, os.WNOHANG)
            time.sleep(0.005)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            self.trouble("quiet", f"plan --detailed-exitcode ended with {child.returncode}")
        if self.bench.simulator.writes(mark):
            self.trouble("quiet", "a plan wrote")
        requests = len([r for r in self.bench.simulator.requests()[mark:] if not r["path"].startswith("/_simulator")])
        print(f"    a plan over {len(self.connectors)} unchanged connectors: {requests} requests, no write, "
              f"{usage.ru_utime + usage.ru_stime:.2f} s of processor, {peak / 1024:.0f} MB, {time.monotonic() - started:.2f} s")

    def check_secrets(self):
        """Ours, and everything of a secret's shape that is not in the published files: examples there have such shapes, too."""
        published = b"".join(p.read_bytes() for p in self.bench.repository.rglob("*") if p.is_file())
        places = [(str(p), p.read_bytes()) for p in self.bench.folder.rglob("*") if p.is_file() and self.bench.repository not in p.parents]
        for name, data in places + [("an output", output) for output in self.bench.outputs]:
            found = [SECRET.encode()] if SECRET.encode() in data else []
            found += [m.group(0) for shape in SECRET_SHAPES for m in shape.finditer(data) if m.group(0) not in published]
            if found:
                self.trouble("secrets", f"{name} holds something shaped like a secret: {found[0][:6]!r}…")

    def import_what_others_made(self):
        """The same connectors in a tenant of their own, made by a stranger: imported, taken over, equal all the time."""
        self.bench.close()
        seed = pathlib.Path(self.folder.name) / "tenant.json"
        empty = pathlib.Path(self.folder.name) / "empty"
        write_repository([], empty)
        self.bench = Bench(self.binaries, empty, seed, {"powerApps": {"subjectDelaySeconds": 0}})
        stranger = Stranger(self.bench.simulator.url)
        made = []
        for connector in self.connectors:
            if connector.signs_in_with_entra() and not member(next(connector.oauth_blocks()), "clientId"):
                continue  # an Application took that place; nobody can make it as it is
            refusal = stranger.make(connector, SECRET)
            if refusal:
                self.trouble("made by others", f"the simulator refuses it: {refusal[:300]}", connector)
            else:
                made.append(connector)
        self.connectors = made
        self.imported = len(made)
        mark = len(self.bench.simulator.requests())
        run = self.regent("import", "--environment-name", "published", "--policy", "full", "--quiet")
        if run.code:
            self.trouble("import", f"exit code {run.code}: {run.err[:3000]}")
        if self.bench.simulator.writes(mark):
            self.trouble("import", f"it wrote: {self.bench.simulator.writes(mark)[:3]}")
        plan = self.plan() or {"changes": [], "summary": {}}
        for change in plan["changes"]:
            if change["actions"] != ["adopt"] or change["fields"]:
                self.trouble("plan of the import", f"{change['address']} {change['actions']}: {json.dumps(change['fields'])[:600]}")
        if plan["summary"].get("adopt") != len(made):
            self.trouble("plan of the import", f"{plan['summary']} for {len(made)} connectors")
        self.apply("take over")
        self.check_quiet("after taking over")
        self.check_equal("read back after taking over", by_application=False)
        self.check_secrets()

    def run(self, import_only):
        self.validate()
        if import_only:
            self.import_what_others_made()
            return collections.Counter()
        self.create()
        self.check_quiet("second plan")
        self.check_equal("read back")
        kinds = self.damage()
        self.apply("repair")
        self.check_quiet("after repair")
        self.check_equal("read back after repair")
        self.measure()
        self.check_secrets()
        self.import_what_others_made()
        return kinds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries")
    parser.add_argument("directory")
    parser.add_argument("--estate", type=int, default=100, help="connectors in one tenant")
    parser.add_argument("--only", nargs="*", default=[], help="words in the paths of folders")
    parser.add_argument("--import-only", action="store_true", help="leave out what is about connectors that regent has made")
    parser.add_argument("--keep", action="store_true", help="leave the estates' folders")
    options = parser.parse_args()
    connectors = [c for c in find(options.directory) if not options.only or any(w in str(c.folder) for w in options.only)]
    created, imported, refused, troubles, kinds = 0, 0, {}, [], collections.Counter()
    for start in range(0, len(connectors), options.estate):
        part = connectors[start:start + options.estate]
        print(f"{start + 1} to {start + len(part)} of {len(connectors)}", flush=True)
        estate, seen = None, []
        # What one estate ends with must not hide the next ones, nor what is said at the end.
        try:
            estate = Estate(options.binaries, part, start)
            kinds += estate.run(options.import_only)
        except Failure as failure:
            seen.append(f"estate: {failure}")
        except Exception:
            seen.append(f"estate: {traceback.format_exc()}")
        if estate:
            created += estate.valid
            imported += estate.imported
            refused.update(estate.refused)
            seen = estate.troubles + seen
            try:
                estate.bench.close(failed=options.keep and bool(seen))
            except Exception as error:
                seen.append(f"the end of the estate: {error}")
        troubles += seen
        for line in seen:
            print("  FAIL", line, flush=True)
    print(f"\n{len(refused)} are refused before anything is sent:")
    for name, said in sorted(refused.items()):
        print(f"  {name}: " + "; ".join(f"{code} {file}:{line} {text}" for code, file, line, text in said[:3]))
    if not options.import_only:
        print(f"\n{created} connectors were created, planned again, read back, changed and repaired "
              f"({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})")
    print(f"{imported} connectors that others had made were imported and taken over, {created - imported} left out as nobody can make them "
          f"as they are; {len(troubles)} troubles")
    return 1 if troubles or not connectors else 0


if __name__ == "__main__":
    sys.exit(main())
