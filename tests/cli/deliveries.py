"""Client secrets that go to files, vaults and commands, and new ones on demand."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import stat
import time

from bench import bench, case, check, says

REPOSITORY = pathlib.Path(__file__).resolve().parent / "deliveries_repository"
KEY = "regent.demo.portal"


class Machine:
    """What a machine has for deliveries: a folder, a command, and the configuration that allows them."""

    def __init__(self, it):
        self.it = it
        # Not below the bench's folder: that is searched for secrets, and here they belong.
        self.folder = pathlib.Path(str(it.folder) + "-machine")
        (self.folder / "delivered").mkdir(parents=True)
        self.file, self.taken = self.folder / "delivered" / "portal", self.folder / "taken"
        self.told = self.folder / "told"
        self.program = self.folder / "take"
        self.writes_program("cat > '%s'; env | grep ^REGENT_ | sort > '%s'; cat '%s'" % (self.taken, self.told, self.taken))
        self.configuration = it.folder / "machine.yaml"
        self.configuration.write_text(
            "apiVersion: regent/v1\nkind: Daemon\nmetadata: {name: here}\nspec:\n  source: {directory: /nowhere}\n  delivery:\n"
            f"    folders: [{self.folder}/delivered]\n    records: {self.folder}/records\n"
            f"    commands: [{{name: take, run: [{self.program}, one argument], timeout: 20s}}]\n")
        it.edit("base/portal.regent.yaml", "/srv/delivered", str(self.folder / "delivered"))

    def writes_program(self, script):
        self.program.write_text("#!/bin/sh\n" + script + "\n")
        self.program.chmod(0o755)

    def application(self):
        return self.it.application(KEY)

    def secrets(self):
        return [s for s in self.application()["passwordCredentials"]]

    def digest(self):
        """Of the one secret there is."""
        (secret,) = self.secrets()
        return self.application()["_secrets"][secret["keyId"]]

    def vault(self):
        return self.it.simulator.state()["keyVault"].get("contoso/portal-secret", {}).get("versions", [])

    def check_all_have_it(self):
        digest = self.digest()
        (secret,) = self.secrets()
        check(hashlib.sha256(self.file.read_bytes()).hexdigest() == digest, "the file holds another secret")
        check(hashlib.sha256(self.taken.read_bytes()).hexdigest() == digest, "the command was given another secret")
        newest = self.vault()[-1]
        check(newest["valueSha256"] == digest and newest["tags"]["regent-key-id"] == secret["keyId"], newest)
        check(newest["attributes"]["exp"] > 0, newest)

    def check_not_leaked(self):
        for value in {self.file.read_text(), self.taken.read_text()}:
            self.it.check_no_known_secret_leaked(value)


@contextlib.contextmanager
def on_a_machine(binaries, **options):
    with bench(binaries, REPOSITORY, **options) as it:
        machine = Machine(it)
        yield it, machine
    shutil.rmtree(machine.folder)


def run(it, machine, *arguments, expect=0):
    return it.regent(*arguments, "--config", str(machine.configuration), expect=expect)


def settled(it, machine):
    it.check_settled("--config", str(machine.configuration))


@case
def a_secret_reaches_a_file_a_vault_and_a_command_and_nobody_else(binaries):
    with on_a_machine(binaries) as (it, machine):
        done = run(it, machine, "apply", "--yes", "-v", "-v")
        says(done, "goes to", str(machine.file), "Key Vault contoso/portal-secret", "command take")
        machine.check_all_have_it()
        check(stat.S_IMODE(os.stat(machine.file).st_mode) == 0o600, "others can read the file")
        check(sorted(p.name for p in machine.file.parent.iterdir()) == ["portal", "portal.keyid"], "something was left beside it")
        told = machine.told.read_text()
        check("REGENT_SECRET=portal" in told and machine.secrets()[0]["keyId"] in told and "AZURE" not in told, told)
        settled(it, machine)
        for form in ("text", "json", "jsonl", "markdown", "diff"):
            run(it, machine, "plan", "-o", form, "--show-unchanged", "-v", "-v")
        reads = [r["path"] for r in it.simulator.requests() if r["method"] == "GET" and "/keyvault/" in r["path"]]
        check(reads and all("/versions?" in path for path in reads), f"a value was read: {reads}")
        check(any(it.state_dir.glob("regent.db*")), "there is no database to look into")
        machine.check_not_leaked()


@case
def where_nothing_is_allowed_the_secret_is_left_alone_and_that_is_said(binaries):
    with on_a_machine(binaries) as (it, machine):
        plan = it.regent("plan", expect=0)
        says(plan, "left alone", str(machine.file), "no files", "no command `take`")
        it.regent("apply", "--yes", expect=0)
        check(machine.secrets() == [], "a secret was issued that could not reach everybody")
        check(not machine.file.exists() and not machine.taken.exists(), "something was delivered all the same")
        # A link inside the allowed folder does not lead out of it.
        outside = machine.folder / "outside"
        outside.mkdir()
        (machine.folder / "delivered" / "away").symlink_to(outside)
        it.edit("base/portal.regent.yaml", str(machine.file), str(machine.folder / "delivered" / "away" / "portal"))
        says(run(it, machine, "plan"), "in none of the folders")
        run(it, machine, "apply", "--yes")
        check(not list(outside.iterdir()), "a link led out of the folder")


@case
def a_target_that_lost_its_secret_or_holds_another_brings_a_new_one_for_all(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        first = machine.digest()

        def loses(what):
            run(it, machine, "apply", "--yes")
            check(machine.digest() != first, f"{what}: no new secret was issued")
            machine.check_all_have_it()
            settled(it, machine)
            return machine.digest()

        (machine.file.parent / "portal.keyid").unlink()
        first = loses("without its account")
        machine.file.write_text("an old copy")
        first = loses("put back from a copy")
        machine.file.unlink()
        first = loses("removed")
        for record in (machine.folder / "records").glob("*.json"):
            record.unlink()
        first = loses("without the command's record")
        it.change("/keyvault/contoso/secrets/portal-secret", put={"value": "by hand"})
        time.sleep(1.1)  # versions of one second cannot be told apart
        first = loses("another version in the vault")
        for database in it.state_dir.glob("regent.db*"):
            database.unlink()
        settled(it, machine)
        machine.check_not_leaked()


@case
def a_new_secret_on_demand_replaces_the_old_one_everywhere(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        old = machine.digest()
        it.edit("base/portal.regent.yaml", "displayName: Portal", "displayName: Portal of tomorrow")
        asked = run(it, machine, "rotate", "portal", "portal", "--direct", "--no-input", expect=6)
        says(asked, "nobody has agreed", "a new secret was asked for")
        run(it, machine, "rotate", "portal", "portal", "--direct", "--yes", "-v")
        check(machine.digest() != old, "nothing was rotated")
        machine.check_all_have_it()
        check(machine.application()["displayName"] == "Portal", "a rotation carried out something else")
        run(it, machine, "apply", "--yes")
        check(machine.application()["displayName"] == "Portal of tomorrow", "what waited is lost")
        settled(it, machine)
        says(run(it, machine, "rotate", "portal", "nothing", "--direct", "--yes", expect=64), "has no client secret `nothing`", "it has: portal")
        says(it.regent("rotate", "portal", "portal", "--direct", "--yes", expect=5), "was not rotated", "left alone")
        says(it.regent("rotate", "portal", "portal", "--socket", str(it.folder / "none"), expect=7), "--direct")
        wrong = it.regent("rotate", "portal", "portal", "--direct", "--yes", "--config", str(machine.configuration), expect=4,
                          environment={"AZURE_CLIENT_SECRET": "wrong"})
        says(wrong, "AADSTS7000215")
        machine.check_not_leaked()


@case
def the_old_secret_stays_for_as_long_as_asked_and_then_goes(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        (old,) = machine.secrets()
        run(it, machine, "rotate", "Application/portal", "portal", "--direct", "--yes", "--keep-old", "8s")
        check(len(machine.secrets()) == 2, machine.secrets())
        run(it, machine, "apply", "--yes")
        names = [s["displayName"] for s in machine.secrets()]
        check(any(name.endswith("keep 8s)") for name in names), names)
        deadline = time.monotonic() + 60
        while len(machine.secrets()) == 2 and time.monotonic() < deadline:
            time.sleep(1)
            run(it, machine, "apply", "--yes")
        check(old["keyId"] not in [s["keyId"] for s in machine.secrets()], "the old one never went")
        machine.check_all_have_it()
        settled(it, machine)


@case
def a_vault_that_refuses_is_told_in_its_words_and_harms_nobody(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        digest = machine.digest()
        it.simulator.control("switches", {"keyVault": {"denied": ["list"]}})
        says(run(it, machine, "plan"), "ForbiddenByRbac", "Key Vault Secrets Officer", "left alone")
        it.simulator.control("switches", {"keyVault": {"denied": ["set"]}})
        refused = run(it, machine, "rotate", "portal", "portal", "--direct", "--yes", expect=5)
        says(refused, "RG0712", "ForbiddenByRbac", "Key Vault Secrets Officer")
        check(digest in machine.application()["_secrets"].values(), "the secret that the vault holds was taken away")
        for _ in range(3):
            run(it, machine, "apply", "--yes", expect=5)
        check(len(machine.secrets()) <= 4, f"each try left a secret behind: {machine.secrets()}")
        it.simulator.control("switches", {"keyVault": {"denied": []}})
        run(it, machine, "apply", "--yes")
        machine.check_all_have_it()
        it.change("/keyvault/contoso/secrets/portal-secret", delete=True)
        says(run(it, machine, "apply", "--yes", expect=5), "ObjectIsDeletedButRecoverable", "recover it or purge it")
        machine.check_not_leaked()


@case
def what_was_handed_on_stays_for_keep_old_while_a_vault_refuses(binaries):
    with on_a_machine(binaries) as (it, machine):
        it.edit("base/portal.regent.yaml", "rotateBefore: 30d", "rotateBefore: 30d\n      keepOld: 1h")
        run(it, machine, "apply", "--yes")
        handed = {machine.digest()}
        it.simulator.control("switches", {"keyVault": {"denied": ["set"]}})
        run(it, machine, "rotate", "portal", "portal", "--direct", "--yes", expect=5)
        for _ in range(5):
            time.sleep(1.1)  # of two secrets that began in one second the directory does not tell which came first
            run(it, machine, "apply", "--yes", expect=5)
            handed.add(hashlib.sha256(machine.file.read_bytes()).hexdigest())
            known = machine.application()["_secrets"].values()
            check(handed <= set(known), "a secret that was handed on is gone before its time")
            machine.check_not_leaked()
        check(len(machine.secrets()) == 5, f"it went on and on: {machine.secrets()}")
        says(run(it, machine, "plan"), "has been issued anew 4 times in a row", "Key Vault contoso/portal-secret", "regent rotate portal portal")
        it.simulator.control("switches", {"keyVault": {"denied": []}})
        run(it, machine, "rotate", "portal", "portal", "--direct", "--yes")
        newest = machine.vault()[-1]
        check(newest["valueSha256"] == hashlib.sha256(machine.file.read_bytes()).hexdigest(), "the vault holds another secret than the file")
        settled(it, machine)


@case
def secrets_that_were_all_taken_do_not_hold_up_other_places(binaries):
    with on_a_machine(binaries) as (it, machine):
        it.edit("base/portal.regent.yaml", "validFor: 180d", "validFor: 20d\n      keepOld: 1h")
        it.edit("base/portal.regent.yaml", "rotateBefore: 30d", "rotateBefore: 5d")
        run(it, machine, "apply", "--yes")
        for _ in range(3):
            time.sleep(1.1)
            run(it, machine, "rotate", "portal", "portal", "--direct", "--yes")
        check(len(machine.secrets()) == 4, machine.secrets())
        elsewhere = machine.folder / "delivered" / "elsewhere"
        targets = it.repository / "base/portal.regent.yaml"
        begin, rest = targets.read_text().split("deliverTo:", 1)
        targets.write_text(begin + f"deliverTo: [{{file: {{path: {elsewhere}}}}}]\n")
        plan = run(it, machine, "plan")
        says(plan, "1 to update", str(elsewhere))
        check("nobody" not in plan.out and "nothing renews it" not in plan.out, plan)
        before = set(machine.application()["_secrets"].values())
        run(it, machine, "apply", "--yes")
        digest = hashlib.sha256(elsewhere.read_bytes()).hexdigest()
        check(digest in machine.application()["_secrets"].values() and digest not in before, "the file holds another secret")
        check("nothing renews it" not in run(it, machine, "plan", "--show-unchanged").out, "it is renewed")


@case
def a_command_that_fails_or_hangs_is_told_without_its_output(binaries):
    with on_a_machine(binaries) as (it, machine):
        machine.writes_program("cat; cat >&2; exit 3")
        failed = run(it, machine, "apply", "--yes", "-v", "-v", expect=5)
        says(failed, "RG0712", "it ended with 3", "command take")
        for _ in range(3):
            run(it, machine, "apply", "--yes", expect=5)
        check(len(machine.secrets()) <= 3, f"each try left a secret behind: {machine.secrets()}")
        machine.configuration.write_text(machine.configuration.read_text().replace("timeout: 20s", "timeout: 1s"))
        machine.writes_program("sleep 60")
        says(run(it, machine, "apply", "--yes", expect=5), "took longer than 1 s")
        machine.configuration.write_text(machine.configuration.read_text().replace("timeout: 1s", "timeout: 20s"))
        machine.writes_program("cat > '%s'" % machine.taken)
        run(it, machine, "apply", "--yes")
        machine.check_all_have_it()
        settled(it, machine)
        machine.check_not_leaked()


@case
def what_a_manifest_may_not_say_of_deliveries_is_told(binaries):
    with on_a_machine(binaries) as (it, machine):
        bad = {
            f"path: {machine.file}": ("path: ../portal", "RG0497"),
            "vault: contoso": ("vault: https://contoso.vault.azure.net", "RG0498"),
            "command: take": ("command: /bin/sh -c id", "RG0499"),
            "rotateBefore: 30d": ("rotateBefore: 30d\n      keepOld: 160d", "RG0496"),
        }
        for good, (wrong, code) in bad.items():
            it.edit("base/portal.regent.yaml", good, wrong)
            says(it.regent("validate", expect=3), code)
            it.edit("base/portal.regent.yaml", wrong, good)
        it.edit("base/portal.regent.yaml", "command: take", "keyVault: {vault: Contoso, secret: PORTAL-secret}")
        says(it.regent("validate", expect=3), "RG0328")


@case
def two_environments_that_fill_one_place_are_told_with_both(binaries):
    with on_a_machine(binaries) as (it, machine):
        demo = it.repository / "environments/demo.regent.yaml"
        also = demo.read_text().replace("name: demo", "name: also").replace("sources:", "vars: {vault: contoso}\n  sources:")
        (it.repository / "environments/also.regent.yaml").write_text(also)
        demo.write_text(demo.read_text().replace("sources:", "vars: {vault: contoso}\n  sources:"))
        it.edit("base/portal.regent.yaml", "vault: contoso", "vault: '${vault}'")
        told = it.regent("validate", expect=3)
        says(told, "error[RG0328]", "the secret `portal` of Application/portal in demo goes to Key Vault contoso/portal-secret, "
             "and so does the secret `portal` of Application/portal in also", "Environment.spec.vars")
        says(told, "warning[RG0328]", "goes to file", "where one machine works on both")
        check("command take" not in told.err, told)
        for one in ("demo", "also"):
            it.regent("validate", "-e", one, expect=0)
        it.edit("environments/also.regent.yaml", "vault: contoso", "vault: contoso-also")
        told = it.regent("validate", expect=0)
        says(told, "warning[RG0328]")
        check("error[" not in told.err, told)
        it.edit("environments/also.regent.yaml", "vault: contoso-also", "vault: contoso")
        it.edit("environments/also.regent.yaml", "/keyvault/", "/another-cloud/keyvault/")
        it.regent("validate", expect=0)


@case
def another_life_and_a_secret_that_goes_are_told_with_what_they_leave_as_it_is(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        it.edit("base/portal.regent.yaml", "validFor: 180d", "validFor: 360d")
        says(run(it, machine, "plan"), "No changes", "was issued for 180 days: `validFor` of 360 days holds from its next rotation on")
        it.edit("base/portal.regent.yaml", "validFor: 360d", "validFor: 180d")
        path = it.repository / "base/portal.regent.yaml"
        path.write_text(path.read_text().partition("  clientSecrets:")[0])
        says(run(it, machine, "plan"), "what it was delivered to stays", "for somebody to remove")
        run(it, machine, "apply", "--yes")
        check(machine.secrets() == [] and machine.file.exists(), "the secret goes, and nobody's file")
        settled(it, machine)


@case
def who_waits_for_a_vault_is_told_that_it_is_the_vault(binaries):
    with on_a_machine(binaries) as (it, machine):
        it.regent("apply", "--yes", "--config", str(machine.configuration), expect=0)
        it.fault("status", status=503, retryAfter=3, count=1, match={"path": "/keyvault/"})
        run = it.regent("plan", "--config", str(machine.configuration), expect=0)
        check("throttled by Key Vault (503), goes on in " in run.err and "Graph" not in run.err, run)
        it.fault("status", status=503, retryAfter=3, count=1, match={"path": "/oauth2/"})
        run = it.regent("plan", "--config", str(machine.configuration), expect=0)
        check("reading the tenant; sign-in: " in run.err and "503" in run.err and ", goes on in " in run.err, run)
