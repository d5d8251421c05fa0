"""`regent init`: what it writes can be worked with as it is."""

import subprocess

from bench import ONE_APPLICATION, bench, case, check


def git(folder, *arguments):
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, timeout=60).returncode


@case
def certificates_that_manifests_name_can_be_committed_and_keys_are_kept_out(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        folder = it.folder / "new"
        it.regent("init", str(folder), expect=0)
        check(git(folder, "init", "-q") == 0, "git is not here")
        for name in ("certificates/payroll.pem", "base/certificates/payroll.pem", "base/payroll.regent.yaml"):
            check(git(folder, "check-ignore", "-q", name) == 1, f"git leaves {name} out")
        for name in ("regent.pem", "base/tmp1234.pem", "portal.key", "certificates/portal.key", "portal.pfx", "portal.p12", ".env", "plan.json"):
            check(git(folder, "check-ignore", "-q", name) == 0, f"git takes {name}")


@case
def objects_of_a_new_repository_have_an_owner_of_their_own(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for name, owner in (("Platform_Team.1", "platformteam1"), ("7-apps-", "apps")):
            folder = it.folder / name
            it.regent("init", str(folder), expect=0)
            text = (folder / "environments" / "demo.regent.yaml").read_text()
            check(f"spec:\n  owner: {owner}  #" in text, f"the owner of {name} is none of: {text}")
            it.regent("-C", str(folder), "validate", expect=0)
