"""A wrong command line is 64, sends nothing, and says what was meant."""

from bench import ONE_APPLICATION, bench, case, check, says


def wrong(it, *arguments, environment=None):
    run = it.regent(*arguments, environment=environment, expect=64)
    check(run.err.startswith("error: ") and not run.out, run)
    check(not it.simulator.requests(), f"requests were sent by\n{run}")
    return run


@case
def a_mistyped_command_is_64_and_says_which_was_meant(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for typed, meant in (("plann", "plan"), ("aply", "apply"), ("validat", "validate"), ("explian", "explain"), ("shema", "schema")):
            says(wrong(it, typed), f"did you mean `regent {meant}`?")
        says(wrong(it, "-e", "dev", "plann"), "did you mean `regent plan`?")
        says(wrong(it, "--output", "json", "plann"), "did you mean `regent plan`?")
        run = wrong(it, "frobnicate")
        check("did you mean" not in run.err and "--help" in run.err, run)


@case
def what_is_wrong_is_told_in_words_for_people(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for arguments, told in ((["plna"], ["there is no command `plna`", "did you mean `regent plan`?"]),
                                (["destroy"], ["there is no command `destroy`", "`regent --help`"]),
                                (["plan", "extra"], ["`regent plan` does not take `extra`"]),
                                (["plan", "--frobnicate"], ["`regent plan` has no flag `--frobnicate`"]),
                                (["plan", "--max-deletes", "x"], ["--max-deletes: `x` is no whole number"]),
                                (["plan", "--parallel", "33"], ["--parallel: `33` is no whole number from 1 to 32"]),
                                (["plan", "--color=purple"], ["--color: `purple` is none of auto, always, never"]),
                                (["plan", "--fail-on-risk", "huge"], ["--fail-on-risk: `huge` is none of low, medium, high"]),
                                (["plan", "--out"], ["--out wants a value", "FILE"]),
                                (["wait"], ["`regent wait` wants KIND/NAME", "Application/portal"]),
                                (["approve"], ["`regent approve` wants PLAN", "`regent status` shows it"]),
                                (["pause", "--all"], ["`regent pause` wants --reason"]),
                                (["version", "-o", "yaml"], ["version has no output format `yaml`", "text or json"]),
                                (["explain", "RG0204", "-o", "json"], ["explain has no output format `json`", "leave `-o` out"]),
                                (["schema", "Application", "-o", "yaml"], ["schema has no output format `yaml`", "it writes JSON"]),
                                (["init", "-o", "json"], ["init has no output format `json`"]),
                                (["plan", "--proxy", "proxy:3128"], ["the proxy is not an address", "http://proxy:3128"]),
                                (["plan", "--ca-file", "/nowhere.pem"], ["--ca-file /nowhere.pem cannot be read"]),
                                (["help", "plna"], ["there is no command `plna`", "did you mean `regent plan`?"])):
            run = wrong(it, *arguments)
            says(run, *told)
            check(not any(text in run.err for text in ("FAILED", "1797", "is required", "not expected")), run)
        # What is set for all commands is not meant for those that cannot do it.
        it.regent("explain", "RG0204", environment={"REGENT_OUTPUT": "json"}, expect=0)
        it.regent("schema", "Application", "-o", "json", expect=0)
        run = wrong(it, "plan", environment={"REGENT_PROXY": "alice:t0p-secret@proxy:3128"})
        check("t0p-secret" not in run.err, run)
        says(wrong(it, "plan", environment={"REGENT_PARALLEL": "many"}), "REGENT_PARALLEL: `many` is no whole number")


@case
def wrong_usage_is_64_before_a_service_or_a_tenant_is_asked(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for arguments, told in ((["status", "-o", "bogus"], "no output `bogus`"), (["describe", "Application/a", "-o", "bogus"], "no output `bogus`"),
                                (["history", "show", "abc"], "`abc` is not the number of a run"), (["history", "x"], "`x`"),
                                (["events", "--for", "x"], "`x`"), (["events", "--watch", "-o", "yaml"], "--watch"),
                                (["get", "--watch", "-o", "yaml"], "--watch"), (["approve", "zz"], "`zz`"), (["approve", "zzzzzzzz"], "`zzzzzzzz`"),
                                (["apply", "--yes", "--expect-plan", "zz"], "--expect-plan: `zz` is not the id of a plan"),
                                (["apply", "--yes", "--expect-plan", "1234567"], "too short"),
                                (["render", "--select", "Application/aa"], "did you mean `Application/a`?")):
            says(wrong(it, *arguments), told)


@case
def a_flag_is_not_taken_for_the_value_of_another(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for arguments, flag in ((["schema", "--all", "-C", str(it.repository)], "--all wants a value, not the flag `-C`"),
                                (["plan", "-e", "-C", str(it.repository)], "--environment wants a value"),
                                (["plan", "--out", "--detailed-exitcode"], "--out wants a value"),
                                (["plan", "--select", "--color=never"], "not the flag `--color`")):
            says(wrong(it, *arguments), flag)
        check(not list(it.repository.glob("-*")), "a folder was made of a flag")
        it.regent("schema", "--all=-C", expect=0)
        it.regent("plan", "-e", "dev", "--out", "-x", expect=0)


@case
def help_is_a_command_as_well(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        check(it.regent("help", expect=0).out == it.regent("--help", expect=0).out, "two helps")
        for command in ("plan", "wait", "suspend"):
            check(it.regent("help", command, expect=0).out == it.regent(command, "--help", expect=0).out, f"two helps of {command}")
        check("->" not in it.regent("help").out, "the help shows how a flag is kept")


@case
def no_command_is_64_and_shows_the_help(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        run = it.regent(expect=64)
        says(run, "validate", "plan", "apply", "Exit codes")
        check(not run.out, run)
        check("Exit codes" in it.regent("--help", expect=0).out, "help is no result")
        check("--expect-plan" in it.regent("apply", "--help", expect=0).out, "a command has no help of its own")


@case
def an_unknown_flag_is_64_and_names_it(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        says(wrong(it, "plan", "--frobnicate"), "--frobnicate")
        says(wrong(it, "plan", "--yes"), "--yes")
        says(wrong(it, "--frobnicate", "plan"), "--frobnicate")
        says(wrong(it, "plan", "--detailed-exitcod"), "did you mean `--detailed-exitcode`?")
        says(wrong(it, "apply", "--confirm-deletes", "dev"), "did you mean `--confirm-delete`?")
        says(wrong(it, "plan", "--enviroment", "dev"), "did you mean `--environment`?")


@case
def a_value_that_is_none_is_64(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for arguments in (["plan", "--parallel", "0"], ["plan", "--parallel", "33"], ["plan", "--timeout", "soon"], ["plan", "--max-deletes", "-1"],
                          ["plan", "--transport", "carrier-pigeon"], ["plan", "--color", "sometimes"], ["plan", "--out"], ["plan", "-e"],
                          ["apply", "one.json", "two.json"], ["plan", "stray"], ["explain"]):
            wrong(it, *arguments)
        for variable, value in (("REGENT_PARALLEL", "many"), ("REGENT_MAX_DELETES", "-1"), ("REGENT_TRANSPORT", "carrier-pigeon")):
            wrong(it, "plan", environment={variable: value})


@case
def an_empty_consent_is_64_and_not_the_same_as_none(binaries):
    """A script's variable that was never set."""
    with bench(binaries, ONE_APPLICATION) as it:
        for arguments in (["--expect-plan", ""], ["--expect-plan="], [""], ["--confirm-delete", ""]):
            wrong(it, "apply", "--yes", *arguments)
        wrong(it, "plan", "--out", "")


@case
def a_format_that_a_command_does_not_have_is_64_before_any_request(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        says(wrong(it, "plan", "-o", "yaml"), "yaml", "text, json, jsonl, markdown, diff, html, sarif, junit or github")
        says(wrong(it, "apply", "--yes", "-o", "markdown"), "markdown", "text or jsonl")
        says(wrong(it, "validate", "-o", "markdown"), "markdown", "text, json, github, sarif or junit")


@case
def two_environments_want_a_choice(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        environments = it.repository / "environments"
        (environments / "test.regent.yaml").write_text((environments / "dev.regent.yaml").read_text().replace("name: dev", "name: test"))
        for command in (["plan"], ["apply", "--yes"], ["render"]):
            says(wrong(it, *command), "several environments", "-e: dev, test")
        says(wrong(it, "plan", "-e", "tests"), "did you mean `test`?")
        says(wrong(it, "plan", "-e", "production"), "environments here: dev, test")
        it.regent("plan", "-e", "test", expect=0)
        it.regent("-e", "test", "plan", expect=0)
        it.regent("plan", environment={"REGENT_ENVIRONMENT": "test"}, expect=0)
        it.regent("validate", expect=0)


@case
def no_repository_is_64(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for command in (["plan"], ["apply", "--yes"], ["validate"]):
            wrong(it, *command, "-C", str(it.folder / "state" / "nowhere"))
            wrong(it, *command, "-C", "/")


@case
def flags_stand_before_and_after_the_command(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        before = it.regent("-o", "json", "-q", "--color", "never", "plan", expect=0)
        after = it.regent("plan", "-o", "json", "-q", "--color", "never", expect=0)
        check('"plan_id"' in before.out and '"plan_id"' in after.out, before)
        it.regent("-C", str(it.repository / "base"), "plan", expect=0)


@case
def an_unknown_thing_to_explain_is_told(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for what in ("RG9999", "Aplication", "Application.spec.redirectUri"):
            run = it.regent("explain", what)
            check(run.code == 64 and run.err.startswith("error"), run)
        run = it.regent("schema", "Aplication")
        check(run.code == 64, run)
