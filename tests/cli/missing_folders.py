"""A folder of `sources` that is not there: told like every mistake, in every format; an import may make the one it fills."""

import json

from bench import ONE_APPLICATION, bench, case, check, says


def reading(it, *folders):
    it.edit("environments/dev.regent.yaml", "sources: [../base]", f"sources: [{', '.join(folders)}]")


@case
def a_missing_folder_is_told_at_its_place_with_what_was_meant(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        reading(it, "../bas", "../base", "../nowhere")
        for command in (["validate"], ["plan"], ["apply", "--yes"]):
            run = it.regent(*command, expect=3)
            says(run, "error[RG0469]: the source folder `../bas` does not exist", "environments/dev.regent.yaml:13:13", "sources: [../bas, ../base",
                 "did you mean `../base`?", "the source folder `../nowhere` does not exist")
        says(it.regent("explain", "RG0469", expect=0), "Git keeps no empty folders")


@case
def what_stops_everything_is_in_every_format(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        reading(it, "../bas")
        found = json.loads(it.regent("validate", "-o", "json", expect=3).out)
        check(found["valid"] is False and found["diagnostics"][0]["range"]["start"]["line"] == 13, found)
        sarif = json.loads(it.regent("validate", "-o", "sarif", expect=3).out)["runs"][0]["results"]
        check(sarif[0]["ruleId"] == "RG0469" and "bas" in sarif[0]["message"]["text"], sarif)
        check("::error file=environments/dev.regent.yaml,line=13" in it.regent("validate", "-o", "github", expect=3).out, "no annotation")
        check("<failure" in it.regent("validate", "-o", "junit", expect=3).out, "no failure")
        # What has no place, too.
        reading_again = it.repository / "environments" / "dev.regent.yaml"
        reading_again.write_text(reading_again.read_text().replace("../bas]", "../base]"))
        (it.repository / "base" / "elsewhere.regent.yaml").symlink_to("/etc/hostname")
        for form, expected in (("json", "RG0224"), ("sarif", "RG0224"), ("github", "::error"), ("junit", "<failure")):
            run = it.regent("validate", "-o", form)
            check(run.code == 3 and expected in run.out, f"{form}: {run}")
        check("error" in it.regent("validate").err, "nothing was said")


@case
def an_import_makes_the_folder_that_it_fills(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        it.change("/v1.0/applications", put={"displayName": "Theirs", "appId": "77777777-0000-4444-8888-000000000001"})
        reading(it, "../base", "../imported")
        says(it.regent("import", "--all", expect=3), "RG0469", "../imported")
        it.regent("import", "--all", "--out", "imported", expect=0)
        check(list((it.repository / "imported").glob("*.regent.yaml")), "nothing was written")
        it.regent("validate", expect=0)
        reading_typo = (it.repository / "environments" / "dev.regent.yaml")
        reading_typo.write_text(reading_typo.read_text().replace("../imported", "../importd"))
        says(it.regent("import", "--all", "--out", "imported", expect=3), "RG0469", "did you mean `../imported`?")
        check(not (it.repository / "importd").exists(), "a folder was made of a typing mistake")
