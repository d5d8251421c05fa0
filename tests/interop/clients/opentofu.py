"""OpenTofu with HashiCorp's azuread provider: what many have today, and come from."""

import json
import shutil

from stage import CLIENT_ID, SECRET, TENANT, Failure

CONFIGURATION = """\
terraform {
  required_providers {
    azuread = { source = "hashicorp/azuread" }
  }
}

provider "azuread" {}

data "azuread_client_config" "current" {}

resource "azuread_application" "orders" {
  display_name     = "Orders API (tofu)"
  sign_in_audience = "AzureADMyOrg"
  owners           = [data.azuread_client_config.current.object_id]
  notes            = "made by tofu"

  api {
    requested_access_token_version = 2
    oauth2_permission_scope {
      admin_consent_description  = "Lets the app read your orders"
      admin_consent_display_name = "Read orders"
      id                         = "96183846-204b-4b43-82e1-5d2222eb4b9b"
      type                       = "User"
      value                      = "Orders.Read"
    }
  }
  app_role {
    allowed_member_types = ["Application"]
    description          = "Read all orders"
    display_name         = "Read all orders"
    id                   = "1b19509b-32b1-4e9f-b71d-4992aa991967"
    value                = "Orders.Read.All"
  }
  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"
    resource_access {
      id   = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
      type = "Scope"
    }
  }
  optional_claims {
    id_token { name = "auth_time" }
  }
  web {
    homepage_url  = "https://orders.contoso.example/"
    redirect_uris = ["https://orders.contoso.example/callback"]
    implicit_grant { id_token_issuance_enabled = true }
  }
}

resource "azuread_service_principal" "orders" {
  client_id = azuread_application.orders.client_id
  owners    = [data.azuread_client_config.current.object_id]
}

resource "azuread_application_federated_identity_credential" "deploy" {
  application_id = azuread_application.orders.id
  display_name   = "deploy-pipeline"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:contoso/orders:environment:prod"
}
"""


def missing(stage):
    for name in ("tofu", "terraform-provider-azuread"):
        if not (stage.clients / name).exists():
            return f"{name} is not installed"
    return None


# The same application as regent's manifest.
MANIFEST = """\
apiVersion: regent/v1
kind: Application
metadata: {name: orders}
spec:
  displayName: Orders API (tofu)
  signInAudience: single-tenant
  notes: made by tofu
  requestedAccessTokenVersion: 2
  homePageUrl: https://orders.contoso.example/
  implicitGrantSettings: {enableIdTokenIssuance: true}
  exposes:
    scopes:
      - name: Orders.Read
        id: 96183846-204b-4b43-82e1-5d2222eb4b9b
        consent: {title: Read orders, description: Lets the app read your orders}
    roles:
      - name: Orders.Read.All
        id: 1b19509b-32b1-4e9f-b71d-4992aa991967
        allowed: [application]
        displayName: Read all orders
        description: Read all orders
  permissions:
    - api: microsoft-graph
      delegated: [User.Read]
  optionalClaims:
    idToken: [{name: auth_time}]
  redirectUris:
    web: [https://orders.contoso.example/callback]
  federatedCredentials:
    - name: deploy-pipeline
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/orders:environment:prod
"""

IMPORTS = """
import {{
  to = azuread_application.orders
  id = "/applications/{application}"
}}
import {{
  to = azuread_service_principal.orders
  id = "/servicePrincipals/{principal}"
}}
import {{
  to = azuread_application_federated_identity_credential.deploy
  id = "{application}/federatedIdentityCredential/{credential}"
}}
"""


class Tofu:
    def __init__(self, stage, configuration=CONFIGURATION):
        self.stage = stage
        # What the provider counts on, and Graph does not promise: lists in the order it wrote them, `{}` for nothing.
        stage.control("switches", {"graph": {"listsKeepTheirOrder": True, "groupsMerge": False}})
        self.folder = stage.folder / "tofu"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        (self.folder / "main.tf").write_text(configuration)
        # The provider as it was built, without a registry.
        (self.folder / "tofurc").write_text('provider_installation {\n  dev_overrides {\n    "hashicorp/azuread" = "%s"\n  }\n  direct {}\n}\n'
                                            % stage.clients)

    def environment(self):
        return self.stage.environment(TF_CLI_CONFIG_FILE=str(self.folder / "tofurc"), ARM_CLIENT_ID=CLIENT_ID, ARM_CLIENT_SECRET=SECRET,
                                      ARM_TENANT_ID=TENANT, CHECKPOINT_DISABLE="1")

    def run(self, *arguments, accept=(0,)):
        return self.stage.run([self.stage.clients / "tofu", *arguments], accept, cwd=self.folder, environment=self.environment(), timeout=600)


def what_tofu_makes_regent_imports_with_an_empty_plan_and_tofu_sees_no_change_after(stage):
    tofu = Tofu(stage)
    tofu.run("apply", "-auto-approve", "-no-color", "-input=false")
    app = stage.applications()["Orders API (tofu)"]
    repository = stage.repository("from-tofu")
    stage.regent("import", "-e", "dev", "--app", app["appId"], "--out", repository / "base", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    tofu.run("plan", "-detailed-exitcode", "-no-color", "-input=false")


def what_regent_adopts_from_tofu_has_the_same_values(stage):
    tofu = Tofu(stage)
    tofu.run("apply", "-auto-approve", "-no-color", "-input=false")
    before = stage.applications()["Orders API (tofu)"]
    repository = stage.repository("from-tofu")
    stage.regent("import", "-e", "dev", "--app", before["appId"], "--policy", "full", "--out", repository / "base", repository=repository)
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    after = stage.applications()["Orders API (tofu)"]
    marks = ("tags", "uniqueName")
    different = {name: (before[name], after[name]) for name in before if name not in marks and before[name] != after.get(name)}
    if different:
        raise Failure("adoption changed more than the marks: " + json.dumps(different, indent=2))


def made_by_regent(stage):
    """The application in the tenant, the repository that says so, and OpenTofu with the three objects in its state."""
    repository = stage.repository("orders", {"orders.regent.yaml": MANIFEST})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    app = stage.applications()["Orders API (tofu)"]
    principal = next(p for p in stage.state()["graph"]["servicePrincipals"] if p["appId"] == app["appId"])
    tofu = Tofu(stage, CONFIGURATION + IMPORTS.format(application=app["id"], principal=principal["id"],
                                                      credential=app["federatedIdentityCredentials"][0]["id"]))
    tofu.run("apply", "-auto-approve", "-no-color", "-input=false")
    return app, repository, tofu


def what_regent_makes_tofu_imports_without_a_change(stage):
    before, repository, tofu = made_by_regent(stage)
    tofu.run("plan", "-detailed-exitcode", "-no-color", "-input=false")
    if stage.applications()["Orders API (tofu)"] != before:
        raise Failure("importing changed the application")
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)


def what_tofu_changes_regent_sees_as_drift_and_puts_back(stage):
    _, repository, tofu = made_by_regent(stage)
    changed = CONFIGURATION.replace("orders.contoso.example/callback", "attacker.example/callback").replace("repo:contoso/orders:environment:prod",
                                                                                                        "repo:somebody/else:environment:prod")
    (tofu.folder / "main.tf").write_text(changed)
    tofu.run("apply", "-auto-approve", "-no-color", "-input=false")
    plan = stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository, accept=(2,))
    for words in ("Changed outside since the last run", "attacker.example", "repo:somebody/else"):
        if words not in plan:
            raise Failure(f"the plan does not say {words!r}:\n{plan}")
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    (tofu.folder / "main.tf").write_text(CONFIGURATION)
    tofu.run("plan", "-detailed-exitcode", "-no-color", "-input=false")


def what_tofu_destroys_regent_misses_and_brings_back(stage):
    app, repository, tofu = made_by_regent(stage)
    (tofu.folder / "main.tf").write_text(CONFIGURATION)
    tofu.run("destroy", "-auto-approve", "-no-color", "-input=false")
    plan = stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository, accept=(2,))
    if "Application/orders" not in plan:
        raise Failure(f"the plan does not miss the application:\n{plan}")
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    # Deleted applications are kept for 30 days, and their keys with them: it is the same one.
    if stage.applications()["Orders API (tofu)"]["appId"] != app["appId"]:
        raise Failure("the application was made anew instead of restored")


CASES = [what_tofu_makes_regent_imports_with_an_empty_plan_and_tofu_sees_no_change_after, what_regent_adopts_from_tofu_has_the_same_values,
         what_regent_makes_tofu_imports_without_a_change, what_tofu_changes_regent_sees_as_drift_and_puts_back,
         what_tofu_destroys_regent_misses_and_brings_back]
