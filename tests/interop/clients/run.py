#!/usr/bin/env python3
"""Real clients against the simulator, unmodified and under the services' own names: see README.md.

Usage: run.py BINARIES CLIENTS [WORDS…]     CLIENTS is what tools/interop-clients installed; cases whose client is missing are skipped, and
say so.
"""

import json
import pathlib
import sys
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import azure_cli  # noqa: E402
import m365_cli  # noqa: E402
import opentofu  # noqa: E402
import paconn_cli  # noqa: E402
import worldwide_cloud  # noqa: E402
from stage import Failure, Stage, enter_namespace  # noqa: E402

MODULES = [worldwide_cloud, azure_cli, m365_cli, paconn_cli, opentofu]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    enter_namespace()
    stage = Stage(sys.argv[1], sys.argv[2])
    words = sys.argv[3:]
    passed = failed = skipped = 0
    try:
        for module in MODULES:
            missing = module.missing(stage)
            for case in module.CASES:
                name = f"{module.__name__}: {case.__name__.replace('_', ' ')}"
                if not all(word in name for word in words):
                    continue
                if missing:
                    print(f"skip  {name}: {missing}")
                    skipped += 1
                    continue
                try:
                    stage.start_simulator()
                    case(stage)
                    print(f"ok    {name}", flush=True)
                    passed += 1
                except Failure as failure:
                    print(f"FAIL  {name}\n{failure}", flush=True)
                    failed += 1
                except Exception:  # a case that breaks must not hide the next
                    print(f"FAIL  {name}\n{traceback.format_exc()}", flush=True)
                    failed += 1
    finally:
        try:
            stage.close()
        except Exception:  # nor may the end hide what came before it
            print(f"FAIL  the end\n{traceback.format_exc()}", flush=True)
            failed += 1
        print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    sys.exit(1 if failed or passed + skipped == 0 else 0)


if __name__ == "__main__":
    main()
