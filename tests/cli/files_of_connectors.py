"""Mistakes in the files that a Connector names are shown as those in manifests are."""

import json

from bench import DEMO, bench, case, check, says

FILE = "base/openapi/arm-list-subscriptions.swagger.json"


@case
def a_mistake_in_a_definition_is_shown_with_its_line_once_for_all_its_connectors(binaries):
    with bench(binaries, DEMO) as it:
        path = it.repository / FILE
        definition = json.loads(path.read_text())
        operation = next(iter(next(iter(definition["paths"].values())).values()))
        operation["tags"] = "not a list"
        path.write_text(json.dumps(definition, indent=2) + "\n")
        line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if '"tags"' in text)
        for command in (["validate"], ["plan"], ["apply", "--yes"]):
            run = it.regent(*command, expect=3)
            says(run, f"{FILE}:{line}:", f'{line} |', '"tags": "not a list"', "^")
            check(run.err.count('"tags": "not a list"') == 1, f"told more than once\n{run}")
        found = json.loads(it.regent("validate", "-o", "json", expect=3).out)["diagnostics"]
        errors = [one for one in found if one["severity"] == "error"]
        check(len(errors) == 1 and '"tags"' in errors[0]["snippet"]["code"], found)
        # In one line, as machines write it, the line is cut around the mistake.
        path.write_text(json.dumps(definition))
        run = it.regent("validate", expect=3)
        says(run, '"tags": "not a list"', "^", "…")
        check(max(map(len, run.err.splitlines())) < 300, run)
