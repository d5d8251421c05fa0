#!/usr/bin/env python3
"""The Debian packages on a Debian 12 of their own, booted with its own systemd. Usage: run.py DIRECTORY_WITH_PACKAGES [WORD…]

Makes a small Debian tree with debootstrap (kept in ~/.cache/regent-test-system, so only the first run downloads), lays a fresh upper layer
over it, boots it with systemd-nspawn and runs inside.py in it, which installs the packages, tests, and powers off. PID 1 of the machine need not
be systemd. Needs root: it mounts and makes namespaces. WORD: only tests whose name contains one (and those that set the stage).

What is left of a run is in build/test-system: the journal, and the tree of the container as long as REGENT_KEEP is set.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path.home() / ".cache/regent-test-system"
WORK = ROOT / "build/test-system"
# systemd as a container's init; Python for inside.py, git for repositories, man-db to look pages up.
PACKAGES = ["systemd", "systemd-sysv", "dbus", "python3-minimal", "python3", "git", "man-db", "openssh-client", "gpgv", "procps"]
LONGEST = 1200  # on a busy machine; two minutes on an idle one


def run(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, **more)


def say(text):
    print(text, flush=True)


def missing_tools():
    return [package for tool, package in (("debootstrap", "debootstrap"), ("systemd-nspawn", "systemd-container")) if not shutil.which(tool)]


def mirror():
    """The machine's own: the address of its first source of Debian 12."""
    text = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"], capture_output=True, text=True).stdout
    found = re.search(r"^(\S+?)/? bookworm main$", text, re.M)
    return found.group(1) if found else "http://deb.debian.org/debian"


def needed_by(packages):
    """What the packages depend on, without versions and alternatives."""
    names = set()
    for package in packages:
        depends = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True, capture_output=True, text=True).stdout
        names |= {re.split(r"[ (|]", part.strip())[0] for part in depends.split(",") if part.strip()}
    return sorted(names)


def base_tree(depends):
    """A Debian with everything the packages need, so that installing them needs no network."""
    key = hashlib.sha256(" ".join(PACKAGES + depends).encode()).hexdigest()[:12]
    tree = CACHE / f"bookworm-{key}"
    if tree.exists():
        return tree
    shutil.rmtree(CACHE, ignore_errors=True)  # of other lists of packages
    CACHE.mkdir(parents=True)
    began = time.monotonic()
    say("system tests: making a Debian 12 tree with debootstrap, once")
    fresh = pathlib.Path(tempfile.mkdtemp(dir=CACHE))
    log = CACHE / "debootstrap.log"
    with log.open("w") as out:
        try:
            run("debootstrap", "--variant=minbase", "--include=" + ",".join(PACKAGES[:3]), "bookworm", fresh, mirror(), stdout=out, stderr=out)
            shutil.copy("/etc/resolv.conf", fresh / "etc/resolv.conf")
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
            run("chroot", fresh, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES, *depends, stdout=out, stderr=out,
                env=environment)
            run("chroot", fresh, "apt-get", "clean", stdout=out, stderr=out)
        except subprocess.CalledProcessError:
            sys.stderr.write("".join(log.read_text().splitlines(True)[-20:]))
            raise
    fresh.chmod(0o755)
    fresh.rename(tree)
    say(f"system tests: {tree} is there after {time.monotonic() - began:.0f} s")
    return tree


def next_version(package, out):
    """The same package with a higher version: what an upgrade brings."""
    with tempfile.TemporaryDirectory() as folder:
        run("dpkg-deb", "-R", package, folder)
        control = pathlib.Path(folder) / "DEBIAN/control"
        control.write_text(re.sub(r"^(Version: .*)$", r"\1+next", control.read_text(), flags=re.M))
        run("dpkg-deb", "-Zgzip", "-z1", "-b", folder, out, stdout=subprocess.DEVNULL)


class Tree:
    """A tree that may be written: an overlay of the base where the kernel has it, else a copy."""

    def __init__(self, base):
        self.root, upper, work = (WORK / name for name in ("root", "upper", "work"))
        self.remove()
        for folder in (self.root, upper, work):
            folder.mkdir(parents=True)
        mount = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={base},upperdir={upper},workdir={work}", self.root],
                               capture_output=True)
        if mount.returncode:
            run("cp", "-a", f"{base}/.", self.root)

    def remove(self):
        while subprocess.run(["umount", self.root], capture_output=True).returncode == 0:
            pass
        for name in ("root", "upper", "work"):
            shutil.rmtree(WORK / name, ignore_errors=True)


def follow(path, done):
    """Prints what is written to the file until `done`."""
    seen = 0
    while True:
        last = done.is_set()
        if path.exists():
            text = path.read_text(errors="replace")
            sys.stdout.write(text[seen:])
            sys.stdout.flush()
            seen = len(text)
        if last:
            return
        time.sleep(0.3)


def main():
    if os.geteuid() != 0:
        say("system tests need root: they boot a container. Skipped.")
        return 0 if not os.environ.get("CI") else 1
    if missing := missing_tools():
        say(f"system tests need {' and '.join(missing)}: apt install {' '.join(missing)}")
        return 1
    packages = sorted(pathlib.Path(sys.argv[1]).glob("*.deb"))
    if not packages:
        say(f"there is no package in {sys.argv[1]}: make deb")
        return 1
    began = time.monotonic()
    tree = Tree(base_tree(needed_by(packages)))
    test = tree.root / "opt/test"
    test.mkdir(parents=True)
    for package in packages:
        shutil.copy(package, test)
        if package.name.startswith("regent_"):
            next_version(package, test / "next.deb")
    shutil.copy(HERE / "inside.py", test)
    shutil.copytree(ROOT / "manifests/demo", test / "demo")
    (test / "words").write_text("\n".join(sys.argv[2:]))
    units = tree.root / "etc/systemd/system"
    shutil.copy(HERE / "regent-tests.service", units)
    (units / "multi-user.target.wants").mkdir(exist_ok=True)
    (units / "multi-user.target.wants/regent-tests.service").symlink_to("../regent-tests.service")

    results, journal, console = test / "results", test / "journal", WORK / "console"
    done = threading.Event()
    reader = threading.Thread(target=follow, args=(results, done))
    reader.start()
    with console.open("w") as out:
        # Own network, which is a loopback and nothing else: the tests talk to a simulator in there.
        container = subprocess.Popen(["systemd-nspawn", "--quiet", "-D", tree.root, "-b", "--register=no", "--keep-unit", "--private-network",
                                      "--machine=regent-tests", "--console=pipe"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            container.wait(LONGEST)
        except subprocess.TimeoutExpired:
            say(f"system tests: not done after {LONGEST} s; the console is in {console}")
            container.terminate()
            try:
                container.wait(20)
            except subprocess.TimeoutExpired:
                container.kill()
        finally:
            done.set()
            reader.join()
    text = results.read_text() if results.exists() else ""
    if journal.exists():
        shutil.copy(journal, WORK / "journal")
    if not text:
        say(f"system tests: the container did not begin; the console is in {console}:")
        say("".join(console.read_text(errors="replace").splitlines(True)[-20:]))
    good = bool(re.search(r"^\d+ passed, 0 failed", text, re.M))
    if not good:
        say(f"the journal is in {WORK / 'journal'}")
    if not os.environ.get("REGENT_KEEP"):
        tree.remove()
    say(f"system tests: {time.monotonic() - began:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
