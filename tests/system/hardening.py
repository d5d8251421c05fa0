#!/usr/bin/env python3
"""The binaries are hardened as cmake/Hardening.cmake asks. Usage: hardening.py BINARIES"""

import pathlib
import re
import subprocess
import sys


def readelf(flags, binary):
    return subprocess.run(["readelf", "-W", *flags, binary], capture_output=True, text=True, check=True).stdout


def promises(binary):
    header, dynamic, segments, symbols = (readelf([f], binary) for f in ("-h", "-d", "-l", "--dyn-syms"))
    stack = re.search(r"GNU_STACK\s.*", segments)
    return {
        "is loaded at an address of chance (PIE)": "Type:" in header and "DYN (Position-Independent Executable" in header,
        "has relocations that are read-only (RELRO)": "GNU_RELRO" in segments,
        "resolves every symbol at the start (now)": bool(re.search(r"FLAGS_1.*\bNOW\b", dynamic)),
        "has a stack that cannot be executed": bool(stack) and "RWE" not in stack.group(),
        "guards its stack frames": "__stack_chk_fail" in symbols,
        "checks lengths where the compiler knows them (_FORTIFY_SOURCE)": bool(re.search(r"__mem\w+_chk|__\w+printf_chk|__read_chk", symbols)),
        "checks indexes of the standard library (_GLIBCXX_ASSERTIONS)": "glibcxx_assert_fail" in symbols,
    }


def main():
    kept = broken = 0
    for binary in ("regent", "regent-simulator"):
        for promise, holds in promises(pathlib.Path(sys.argv[1]) / binary).items():
            kept, broken = kept + holds, broken + (not holds)
            print(f"{'ok   ' if holds else 'FAIL '} {binary} {promise}")
    print(f"{kept} passed, {broken} failed")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
