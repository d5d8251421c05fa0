"""regent itself with no endpoint configured: what it believes of the worldwide cloud is tried by the names it really asks."""

from stage import Failure

PORTAL = """\
apiVersion: regent/v1
kind: Application
metadata: {name: portal}
spec:
  displayName: Portal
  signInAudience: single-tenant
  redirectUris:
    web: ["https://portal.contoso.example/signin-oidc"]
  permissions:
    - api: microsoft-graph
      delegated: [openid, User.Read]
  federatedCredentials:
    - name: deploy-pipeline
      issuer: https://token.actions.githubusercontent.com
      subject: repo:contoso/portal:environment:prod
"""


def missing(stage):
    return None


def an_application_is_made_and_a_second_plan_is_empty(stage):
    repository = stage.repository("worldwide", {"portal.regent.yaml": PORTAL})
    stage.regent("apply", "-e", "dev", "--yes", repository=repository)
    stage.regent("plan", "-e", "dev", "--detailed-exitcode", repository=repository)
    portal = stage.applications()["Portal"]
    if portal["uniqueName"] != "regent.dev.portal":
        raise Failure(f"uniqueName is {portal['uniqueName']}")


CASES = [an_application_is_made_and_a_second_plan_is_empty]
