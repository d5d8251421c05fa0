"""CLI for Microsoft 365 (npm: @pnp/cli-microsoft365)."""

import json

from stage import CLIENT_ID, SECRET, TENANT, Failure
from worldwide_cloud import PORTAL


def missing(stage):
    return None if program(stage).exists() else "CLI for Microsoft 365 is not installed"


def program(stage):
    return stage.clients / "m365/node_modules/.bin/m365"


def m365(stage, *arguments):
    out = stage.run([program(stage), *arguments, "--output", "json"], environment=stage.environment(CLIMICROSOFT365_NOUPDATE="1"))
    return json.loads(out) if out.strip() else None


def sign_in(stage):
    m365(stage, "cli", "config", "set", "--key", "disableTelemetry", "--value", "true")
    m365(stage, "login", "--authType", "secret", "--appId", CLIENT_ID, "--tenant", TENANT, "--secret", SECRET)


def what_m365_makes_regent_imports_with_an_empty_plan(stage):
    sign_in(stage)
    made = m365(stage, "entra", "app", "add", "--name", "Made by m365", "--redirectUris", "https://m365.contoso.example/", "--platform", "spa",
                "--apisDelegated", "https://graph.microsoft.com/User.Read")
    repository = stage.repository("from-m365")
    stage.regent("import", "-e", "dev", "--app", made["appId"], "--out", repository / "base", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)


def what_regent_makes_m365_reads(stage):
    repository = stage.repository("for-m365", {"portal.regent.yaml": PORTAL})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    sign_in(stage)
    app = m365(stage, "entra", "app", "get", "--name", "Portal")
    if app["uniqueName"] != "regent.dev.portal":
        raise Failure(f"m365 reads {app}")


CASES = [what_regent_makes_m365_reads, what_m365_makes_regent_imports_with_an_empty_plan]
