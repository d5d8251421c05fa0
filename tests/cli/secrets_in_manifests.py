"""Somebody writes a secret into a manifest: told with its place, and without the secret, in every face."""

import json
import sqlite3
import subprocess

from bench import AT_ONCE, DEMO, ONE_APPLICATION, bench, case, check, says

# Each is written where people write them; {secret} is looked for afterwards.
HEAD = "apiVersion: regent/v1\nkind: Application\nmetadata: {name: leak}\nspec:\n  displayName: Leak\n"
BELOW = HEAD + "  clientSecrets:\n    - name: s\n"
CONNECTOR = "apiVersion: regent/v1\nkind: Connector\nmetadata: {name: leak}\nspec:\n  displayName: Leak\n  environment: x\n"
POLICY = CONNECTOR + "  policies:\n    - templateId: setheader\n      parameters:\n"
HEADER = "x-ms-apimTemplateParameter"
WRITTEN = {
    "a list in flow style": (HEAD + '  clientSecrets: [{name: arm, value: "{secret}"}]\n', "name: arm"),
    "a list in block style": (HEAD + "  clientSecrets:\n    - name: arm\n      value: {secret}\n", "name: arm"),
    "the line beside a mistake": (HEAD + "  password: {secret}\n  displayNme: x\n", "displayNme"),
    "several lines": (HEAD + "  clientSecret: |\n    {secret}\n    and more of {secret}\n  displayNme: x\n", "displayNme"),
    "the line below its key": (HEAD + "  apiKey:\n    {secret}\n  displayNme: x\n", "displayNme"),
    "a quoted text over two lines": (HEAD + '  client_secret: "{secret}\n    {secret}"\n  displayNme: x\n', "displayNme"),
    "a list of texts": (HEAD + "  clientSecrets: [{secret}, '{secret}']\n", "clientSecrets"),
    "a forgotten blank": (HEAD + "  displayNme: x\n  password:{secret}\n", None),
    "a setting in a command": (HEAD + "  clientSecrets:\n    - name: arm\n      deliverTo: [{command: '/bin/x --password={secret}'}]\n", None),
    "a comment": (HEAD + "  # password: {secret}\n  displayNme: x\n", "displayNme"),
    "an address with a password": (HEAD + "  redirectUris: {web: ['https://user:{secret}@contoso.example/x', 'http://not']}\n", None),
    "the name of a secret": (HEAD + "  clientSecrets:\n    - name: arm\n      deliverTo: [{keyVault: {vault: contoso, secret: '{secret}'}}]\n", "vault: contoso"),
    "a connector's own": (CONNECTOR + "  auth: {oauth2: {clientSecret: '{secret}'}}\n", "oauth2"),
    "a forgotten colon": (BELOW + "      value {secret}\n", "value"),
    "a forgotten colon above": (HEAD + "  password {secret}\n", None),
    "a forgotten blank below": (BELOW + "      value:{secret}\n", "value"),
    "a block that is not indented": (BELOW + "      value: >-\n      {secret}\n", None),
    "a value that is not indented": (BELOW + "      value:\n      {secret}\n", None),
    "a block on the column of its key": (HEAD + "  clientSecret: |\n  {secret}\n", None),
    "a value on the column of its key": (HEAD + "  clientSecret:\n  {secret}\n", None),
    "a quote that comes too early": (BELOW + "      value: 'a' {secret}\n", None),
    "a brace": (BELOW + "      value: {{secret}\n", None),
    "the secret as a key": (BELOW + "      {secret}: value\n", None),
    "a policy's key over two lines": (POLICY + f"        {HEADER}.name: x-api-key\n        {HEADER}.value: {{secret}}\n          {{secret}}\n        bogus\n", "bogus"),
    "a policy's key whose header is another line": (POLICY + f"        {HEADER}.name:\n          x-api-key\n        {HEADER}.value: {{secret}}\n        bogus\n", "bogus"),
    "a policy's key in JSON": (POLICY + f'        {{"{HEADER}.name": x-api-key, "{HEADER}.value": "{{secret}}", x: ]}}\n', "x-api-key"),
    "a policy's key in JSON below its name": (POLICY + f'        {{"{HEADER}.name": x-api-key, "{HEADER}.value":\n          "{{secret}}\n          {{secret}}", x: ]}}\n', None),
    "a policy's key between brackets": (POLICY + f"        {{{HEADER}.name: x-api-key, {HEADER}.value: {{secret}}\n          {{secret}}\n          {{secret}}, x: ]}}\n", None),
    "a policy's key behind its colon": (POLICY + f"        ? {HEADER}.name\n        : x-api-key\n        ? {HEADER}.value\n        : {{secret}}\n          {{secret}}\n        bogus\n", "bogus"),
    "no YAML at all": (HEAD + "  clientSecrets: [{name: arm, value: {secret}\n", None),
}
ENTRA = "abc8Q~very.secret-value_of_the_test_0123"
PLAIN = "Tr0ub4dor+and+3"
SERVICE = """apiVersion: regent/v1
kind: Daemon
metadata: {name: x}
spec:
  source:
    git: {url: "https://user:{secret}@github.com/x/y.git"}
  notifications:
    - {name: hook, type: slack, url: "https://chat.example/services/{secret}"}
"""


def faces(it):
    yield from (it.regent("validate", "-o", form) for form in ("text", "json", "github", "sarif", "junit"))
    yield it.regent("plan")
    yield it.regent("apply", "--yes")


def check_hidden(it, what, secret):
    for output in it.outputs:
        at = output.find(secret.encode())
        check(at < 0, f"{what}: {output[max(0, at - 300):at + 60].decode(errors='replace')}")


@case
def a_secret_in_a_manifest_is_in_no_face_of_its_error(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for what, (text, stays) in WRITTEN.items():
            for secret in (ENTRA, PLAIN):
                (it.repository / "base" / "leak.regent.yaml").write_text(text.replace("{secret}", secret))
                runs = list(faces(it))
                check(all(run.code == 3 for run in runs), f"{what}: {runs}")
                if stays:
                    says(runs[0], "leak.regent.yaml", stays, "***")
                check_hidden(it, what, secret)


# Below `clientSecrets`, in the spellings that no table of names knows.
BELOW_SECRETS = {
    "a mapping": HEAD + "  clientSecrets: {s: {secret}}\n",
    "a mapping in lines": HEAD + "  clientSecrets:\n    s: {secret}\n",
    "a forgotten colon": BELOW + "      value {secret}\n",
    "a forgotten blank": BELOW + "      value:{secret}\n",
    "an equals sign": BELOW + "      value={secret}\n",
    "a value that is not indented": BELOW + "      value:\n      {secret}\n",
    "a block that is not indented": BELOW + "      value: >-\n      {secret}\n",
    "a bare line": BELOW + "      {secret}\n",
    "a key": BELOW + "      {secret}: value\n",
    "a key in quotes": BELOW + "      '{secret}': value\n",
    "a complex key": BELOW + "      ? value\n      : {secret}\n",
    "a mapping as value": BELOW + "      value: {a: {secret}}\n",
    "an unclosed mapping": BELOW + "      value: {a: {secret}\n",
    "a harmless name in an unclosed mapping": BELOW + "      value: {\n        name: {secret}\n",
    "one level deeper": BELOW + "      value:\n        text: {secret}\n",
    "one level deeper, under a harmless name": BELOW + "      value:\n        name: {secret}\n",
    "another name": BELOW + "      text: {secret}\n",
    "another name in quotes": BELOW + "      text: '{secret}'\n",
    "another name over two lines": BELOW + "      text: 'a\n        {secret}'\n",
    "another name's block": BELOW + "      text: |\n        name: {secret}\n",
    "another name's list": BELOW + "      text:\n        - {secret}\n",
    "a variable": BELOW + "      value: ${{secret}}\n",
    "beside a place": BELOW + "      deliverTo: [{file: {path: /x}, content: {secret}}]\n",
    "the name of a secret, not of a place": BELOW + "      secret: {secret}\n",
    "behind a place": BELOW + "      deliverTo: [{keyVault: {vault: contoso, secret: x}}]\n    - name: t\n      secret: {secret}\n",
    "another case": BELOW + "      VALUE: {secret}\n",
    "a certificate's name": BELOW + "      keyCredential: {secret}\n",
    "JSON": HEAD + '  "clientSecrets": [\n    {"name": "s"\n    }, {"text": "{secret}"}\n  ]\n',
    "all in one line": HEAD.replace("spec:\n  displayName: Leak\n", "spec: {clientSecrets: [{name: s, text: '{secret}'}], displayNme: shown}\n"),
}


@case
def below_client_secrets_only_what_is_harmless_is_quoted(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        for what, text in BELOW_SECRETS.items():
            for secret in (PLAIN, "ab:" + PLAIN, "pa ss wo rd " + PLAIN):
                (it.repository / "base" / "leak.regent.yaml").write_text(text.replace("{secret}", secret))
                runs = list(faces(it))
                check(all(run.code == 3 for run in runs), f"{what}: {runs}")
                says(runs[0], "leak.regent.yaml")
                if what == "all in one line":
                    says(runs[0], "displayNme: shown")
                check_hidden(it, what, PLAIN)


@case
def a_secret_in_the_configuration_of_the_service_is_not_in_its_journal(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        path = it.folder / "regent.yaml"
        path.write_text(SERVICE.replace("{secret}", PLAIN))
        done = subprocess.run([str(it.binaries / "regent"), "daemon", "--once", "--config", str(path)], env=it.environment(), capture_output=True, timeout=60)
        it.outputs += [done.stdout, done.stderr]
        check(done.returncode == 78, done)
        text = done.stderr.decode()
        check("RG0472" in text and "RG0204" in text and "https://***@github.com/x/y.git" in text and "https://chat.example***" in text, text)
        check_hidden(it, "the configuration", PLAIN)


@case
def what_only_sounds_like_a_secret_is_shown(binaries):
    with bench(binaries, ONE_APPLICATION) as it:
        (it.repository / "base" / "leak.regent.yaml").write_text(HEAD + """  clientSecrets:
    - {name: arm, validFor: 180d, deliverTo: [{keyVault: {vault: contoso, secret: portal-client-secret}}], typo: 1}
  federatedCredentials:
    - {name: ci, issuer: 'https://token.actions.githubusercontent.com', subject: 'repo:contoso/x:ref:refs/heads/main', typ: 2}
  tokenEncryptionKey: saml
""")
        run = it.regent("validate", expect=3)
        says(run, "secret: portal-client-secret", "https://token.actions.githubusercontent.com", "tokenEncryptionKey: saml")
        check("***" not in run.err, run)


KEYED = """apiVersion: regent/v1
kind: Connector
metadata: {name: keyed}
spec:
  displayName: Keyed
  powerPlatformEnvironment: sales
  openapi: openapi/arm-list-subscriptions.swagger.json
  connectionParameters:
    token:
      type: oauthSetting
      oAuthSettings:
        identityProvider: oauth2
        clientId: somebody
        clientSecret: "{secret}"
        customParameters:
          authorizationUrl: {value: https://x.example/a}
          tokenUrl: {value: https://x.example/t}
          refreshUrl: {value: https://x.example/t}
  policies:
    - templateId: setheader
      title: Who calls
      parameters:
        x-ms-apimTemplateParameter.name: Ocp-Apim-Subscription-Key
        x-ms-apimTemplateParameter.value: "{key}"
        x-ms-apimTemplate-policySection: Request
    - {templateId: setheader, title: Form, parameters: {x-ms-apimTemplateParameter.name: Accept, x-ms-apimTemplateParameter.value: text/plain}}
    - templateId: setheader
      title: Brought by the connection
      parameters:
        x-ms-apimTemplateParameter.name: x-api-key
        x-ms-apimTemplateParameter.value: "@connectionParameters('brought')"
"""


@case
def a_key_in_a_policy_is_sent_and_shown_and_kept_nowhere(binaries):
    with bench(binaries, DEMO, switches=AT_ONCE) as it:
        path = it.repository / "base" / "keyed.regent.yaml"
        first, second = "0123-first-key-of-an-api", "4567-second-key-of-an-api"

        def write(key):
            path.write_text(KEYED.replace("{secret}", PLAIN).replace("{key}", key))

        def everything(expect=0):
            for form in ("json", "jsonl", "diff", "markdown", "html", "sarif", "junit", "github", "text"):
                it.regent("plan", "-o", form, expect=expect)

        write(first)
        run = it.regent("validate")
        says(run, "warning[RG0633]", "Ocp-Apim-Subscription-Key", "@connectionParameters", "warning[RG0624]")
        check("x-api-key" not in run.err, run)
        rendered = it.regent("render").out
        check("clientId: somebody" in rendered and "@connectionParameters('brought')" in rendered, rendered)
        everything()
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        sent = next(c for c in it.simulator.state()["powerApps"]["connectors"] if c["properties"]["displayName"] == "Keyed")
        check(first in json.dumps(sent), "the key was not sent")
        # Nobody remembers who changed a key: it counts as a change of the manifest's, which may need an approval.
        write(second)
        everything()
        changes = json.loads(it.regent("plan", "-o", "json", expect=0).out)["changes"]
        field = next(f for c in changes for f in c["fields"] if f["path"] == "/policies")
        check(field["before"] != field["after"] and not field["drift"], field)
        check("*** (another)" in it.regent("plan", "-o", "diff").out, "the diff")
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        policies = json.loads(json.dumps(sent["properties"]["policyTemplateInstances"]).replace(first, "89-key-of-another"))
        it.change(f"/providers/Microsoft.PowerApps/apis/{sent['name']}", patch={"properties": {"policyTemplateInstances": policies}})
        everything()
        field = next(f for c in json.loads(it.regent("plan", "-o", "json").out)["changes"] for f in c["fields"] if f["path"] == "/policies")
        check(not field["drift"] and "not remembered" in field["note"], field)
        check("is not remembered" in it.regent("plan").out, "the note")
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        # What somebody else wrote around the key is drift.
        policies = json.loads(json.dumps(sent["properties"]["policyTemplateInstances"]).replace(first, second).replace("text/plain", "text/css"))
        it.change(f"/providers/Microsoft.PowerApps/apis/{sent['name']}", patch={"properties": {"policyTemplateInstances": policies}})
        field = next(f for c in json.loads(it.regent("plan", "-o", "json").out)["changes"] for f in c["fields"] if f["path"] == "/policies")
        check(field["drift"], field)
        it.regent("apply", "--yes", expect=0)
        it.check_settled()
        # A digest that an earlier version remembered is no change of anybody's.
        with sqlite3.connect(next(it.state_dir.rglob("*.db"))) as database:
            changed = database.execute("UPDATE applied SET attributes = replace(attributes, '\"***\"', '\"***sha256:0123456789ab\"') WHERE attributes LIKE '%***%'").rowcount
        check(changed == 1, f"{changed} rows")
        it.check_settled()
        check(not any(b"***sha256" in file.read_bytes() for file in it.state_dir.rglob("*.db")), "the digest is kept")
        for secret in (PLAIN, first, second, "89-key-of-another"):
            check_hidden(it, "a connector's", secret)
            for file in it.state_dir.rglob("*"):
                check(not file.is_file() or secret.encode() not in file.read_bytes(), f"{file} holds it")
