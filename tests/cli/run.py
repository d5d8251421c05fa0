#!/usr/bin/env python3
"""The command line under test: the real binaries over real HTTP. See README.md beside this file.

Usage: run.py BINARIES [WORD…]     WORD: only tests whose module or name contains it
"""

import concurrent.futures
import importlib
import os
import pathlib
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import bench  # noqa: E402

NO_TESTS = {"run", "bench", "recording_proxy"}


def main():
    binaries, words = sys.argv[1], sys.argv[2:]
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in NO_TESTS:
            importlib.import_module(path.stem)
    chosen = [c for c in bench.cases if not words or any(w in f"{c.__module__} {c.__name__}" for w in words)]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("REGENT_CLI_JOBS", "3"))) as pool:
        futures = {pool.submit(test, binaries): test for test in chosen}
        for future in concurrent.futures.as_completed(futures):
            test = futures[future]
            name = f"{test.__module__}: {test.__name__.replace('_', ' ')}"
            error = future.exception()
            if error is None:
                print(f"ok    {name}", flush=True)
                continue
            failures += 1
            told = error if isinstance(error, bench.Failure) else "".join(traceback.format_exception(error))
            print(f"FAIL  {name}: {told}", flush=True)
    print(f"{len(chosen) - failures} passed, {failures} failed")
    return 1 if failures or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
