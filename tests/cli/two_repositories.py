"""Two repositories of one user that name no owner share a database, and every name; none may take away what is the other one's."""

import json
import shutil
import sqlite3
import subprocess

from bench import ONE_APPLICATION, bench, case, check, says

TOKEN = "ghp_" + "t" * 36


def git(folder, *arguments):
    subprocess.run(["git", "-C", str(folder), "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], check=True,
                   stdout=subprocess.DEVNULL)


def second(it, place="second"):
    """A copy of the repository elsewhere, with none of the first one's manifests but one of its own."""
    copy = it.folder / place
    shutil.copytree(it.repository, copy)
    for path in (copy / "base").glob("*.yaml"):
        path.unlink()
    (copy / "base" / "c.regent.yaml").write_text("apiVersion: regent/v1\nkind: Application\nmetadata: {name: c}\nspec: {displayName: C}\n")
    return copy


def kept(it, *names):
    for name in names:
        check(it.application(f"regent.dev.{name}") is not None, f"Application/{name} was deleted")


def declared_by(it, name):
    with sqlite3.connect(it.state_dir / "regent.db") as database:
        ((attributes,),) = database.execute("SELECT attributes FROM applied WHERE name = ?", (name,)).fetchall()
    return json.loads(attributes).get("declaredBy")


@case
def two_repositories_without_an_owner_on_one_machine_leave_each_other_alone(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        other = second(it)
        says(it.regent("plan", "-C", str(other), expect=0), f"manifests of {it.repository} declared it", "Write `owner: regent`")
        it.regent("apply", "--yes", "-C", str(other), expect=0)
        it.regent("apply", "--yes", expect=0)
        kept(it, "a", "b", "c")
        # Each still takes away what is its own.
        (it.repository / "base" / "a.regent.yaml").unlink()
        says(it.regent("apply", "--yes", expect=0), "1 deleted")
        check(it.application("regent.dev.a") is None, "Application/a was kept")
        kept(it, "b", "c")


@case
def what_another_repository_made_for_its_own_owner_is_no_former_object_of_this_one(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        other = it.folder / "second"
        shutil.copytree(it.repository, other)
        for folder in (other, it.repository):
            (environment,) = (folder / "environments").glob("*.regent.yaml")
            environment.write_text(environment.read_text().replace("  tenantId:", "  owner: team2\n  tenantId:"))
        check("was made as an object of" not in it.regent("plan", "-C", str(other), expect=0).out, "it is told to remove the other one's")
        says(it.regent("plan", expect=0), "was made as an object of `regent.dev` before")


@case
def two_repositories_that_keep_one_object_are_told_of_each_other_before_either_undoes_what_the_other_one_wrote(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        check("declared it too" not in it.regent("apply", "--yes", expect=0).out, "a warning about nothing")
        other = second(it)
        manifest = other / "base" / "a.regent.yaml"
        manifest.write_text((it.repository / "base" / "a.regent.yaml").read_text().replace("displayName: A", "displayName: Another"))
        says(it.regent("plan", "-C", str(other), expect=0), f"manifests of {it.repository} declared it too")
        it.regent("apply", "--yes", "-C", str(other), expect=0)
        says(it.regent("plan", expect=0), f"manifests of {other} declared it too", "Take it out of one of them")
        it.edit_environment("  tenantId:", "  owner: regent\n  tenantId:")
        run = it.regent("plan", expect=0)
        check("1 to update" in run.out and "declared it too" not in run.out, run)


@case
def what_two_repositories_declare_is_nobodys_to_delete(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        other = second(it)
        shutil.copy(it.repository / "base" / "b.regent.yaml", other / "base")
        it.regent("apply", "--yes", "-C", str(other), expect=0)
        for folder in (it.repository, other):
            (folder / "base" / "b.regent.yaml").unlink()
            says(it.regent("apply", "--yes", "-C", str(folder), expect=0), "declared it as well")
        kept(it, "b")


@case
def a_repository_that_moved_is_told_what_to_write_before_anything_of_its_own_is_deleted(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        moved = it.folder / "moved"
        it.repository.rename(moved)
        it.repository.mkdir()  # where the commands are run
        (moved / "base" / "a.regent.yaml").unlink()
        run = it.regent("apply", "--yes", "-C", str(moved), expect=0)
        says(run, f"manifests of {it.repository} declared it", "also where this one had another place before")
        kept(it, "a")
        path = moved / "environments" / "dev.regent.yaml"
        path.write_text(path.read_text().replace("  tenantId:", "  owner: regent\n  tenantId:"))
        says(it.regent("apply", "--yes", "-C", str(moved), expect=0), "1 deleted")


@case
def a_clone_is_the_repository_wherever_it_lies_and_no_token_of_its_address_is_kept(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        git(it.repository, "init", "-q", "-b", "main")
        git(it.repository, "remote", "add", "origin", f"https://x-access-token:{TOKEN}@github.com/contoso/registrations.git")
        it.regent("apply", "--yes", expect=0)
        check(declared_by(it, "a") == ["github.com/contoso/registrations"], declared_by(it, "a"))
        clone = it.folder / "clone"
        shutil.copytree(it.repository, clone)
        git(clone, "remote", "set-url", "origin", "git@github.com:contoso/registrations.git")
        (clone / "base" / "a.regent.yaml").unlink()
        says(it.regent("apply", "--yes", "-C", str(clone), expect=0), "1 deleted")
        for address in (f"https://github.com/contoso/registrations?private_token={TOKEN}", f"https://me:{TOKEN[:8]}/{TOKEN[8:]}@github.com/contoso/registrations"):
            git(clone, "remote", "set-url", "origin", address)
            it.regent("apply", "--yes", "-C", str(clone), expect=0)
            check(declared_by(it, "b") == ["github.com/contoso/registrations"], declared_by(it, "b"))
        for path in it.state_dir.iterdir():
            for token in (TOKEN, TOKEN[8:]):
                check(token.encode() not in path.read_bytes(), f"a token is in {path}")


@case
def what_an_older_version_remembered_is_kept_until_a_run_has_seen_its_manifest(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.regent("apply", "--yes", expect=0)
        with sqlite3.connect(it.state_dir / "regent.db") as database:
            database.execute("UPDATE applied SET attributes = json_remove(attributes, '$.declaredBy')")
        database.close()
        (it.repository / "base" / "a.regent.yaml").unlink()
        says(it.regent("apply", "--yes", expect=0), "does not say which repository declared it")
        kept(it, "a")
        check(declared_by(it, "b") == [str(it.repository)], declared_by(it, "b"))
        (it.repository / "base" / "b.regent.yaml").unlink()
        (it.repository / "base" / "c.regent.yaml").write_text("apiVersion: regent/v1\nkind: Application\nmetadata: {name: c}\nspec: {displayName: C}\n")
        says(it.regent("apply", "--yes", expect=0), "1 deleted")
        check(it.application("regent.dev.b") is None, "Application/b was kept")
