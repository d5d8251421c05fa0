"""What only looks does not write; what has no network does not ask."""

from bench import DEMO, bench, case, check


def check_no_writes(it, mark):
    writes = it.simulator.writes(mark)
    check(not writes, "these were sent:\n" + "\n".join(writes))


@case
def a_plan_sends_no_write_whatever_there_is_to_do(binaries):
    with bench(binaries) as it:
        before = it.simulator.state()
        for form in ("text", "json", "jsonl", "markdown", "diff"):
            it.regent("plan", "-o", form, expect=0)
        it.regent("plan", "--out", str(it.folder / "plan.json"), expect=0)
        check_no_writes(it, 0)
        it.regent("apply", "--yes", expect=0)
        before = it.simulator.state()
        app = it.application("regent.demo.arm-connector")
        it.change(f"/v1.0/applications/{app['id']}", patch={"displayName": "somebody else's idea", "web": {"redirectUris": []}})
        for connector in it.connectors():
            it.change(f"/providers/Microsoft.PowerApps/apis/{connector['name']}", patch={"properties": {"description": "edited"}})
        before = it.simulator.state()
        mark = it.mark()
        it.regent("plan", "--detailed-exitcode", expect=2)
        it.regent("plan", "--drift-only", expect=0)
        check_no_writes(it, mark)
        check(it.simulator.state()["graph"] == before["graph"], "a plan changed Graph")
        names = lambda state: [(c["name"], c["properties"]["displayName"]) for c in state["powerApps"]["connectors"]]  # noqa: E731
        check(names(it.simulator.state()) == names(before), "a plan changed connectors")


@case
def a_plan_leaves_no_state_behind(binaries):
    with bench(binaries) as it:
        it.regent("plan", expect=0)
        check(not it.state_dir.exists() or not list(it.state_dir.iterdir()), f"it wrote {list(it.state_dir.glob('*'))}")


@case
def validate_render_explain_and_schema_send_nothing_at_all(binaries):
    with bench(binaries) as it:
        no_credentials = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}
        for arguments in (["validate"], ["validate", "-o", "json"], ["validate", "-o", "github"], ["validate", "-e", "demo"],
                          ["validate", "base"], ["render"], ["render", "--show-origin"], ["explain", "Application.spec"],
                          ["schema", "Application"], ["version"]):
            it.regent(*arguments, environment=no_credentials, expect=0)
        check(not it.simulator.requests(), f"requests were sent: {it.simulator.requests()}")


@case
def an_apply_with_nothing_to_do_sends_no_write(binaries):
    with bench(binaries, DEMO) as it:
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        mark = it.mark()
        it.regent("apply", "--no-input", expect=0)
        check_no_writes(it, mark)


@case
def an_apply_that_is_refused_sends_no_write(binaries):
    with bench(binaries) as it:
        it.regent("apply", "--no-input", expect=6)
        it.regent("apply", "--expect-plan", "0123456789abcdef", expect=6)
        check_no_writes(it, 0)
