"""What a tenant's policies forbid of client secrets is told before anything is applied, and in their words."""

from bench import case, check, says
from deliveries import on_a_machine, run

DEFAULT = "/v1.0/policies/defaultAppManagementPolicy"


def forbids(it, *restrictions):
    it.change(DEFAULT, patch={"isEnabled": True, "applicationRestrictions": {"passwordCredentials": list(restrictions), "keyCredentials": []}})


@case
def a_life_that_a_policy_does_not_allow_is_told_by_plan_and_refused_with_a_cure(binaries):
    with on_a_machine(binaries) as (it, machine):
        forbids(it, {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P90D"})
        says(run(it, machine, "plan"), "Default app management tenant policy", "90 days", "will be refused", "180 days")
        says(run(it, machine, "apply", "--yes", expect=5), "CredentialInvalidLifetimeAsPerAppPolicy", "make `validFor` shorter")
        it.edit("base/portal.regent.yaml", "validFor: 180d", "validFor: 90d")
        plan = run(it, machine, "plan")
        check("will be refused" not in plan.out, plan)
        run(it, machine, "apply", "--yes")


@case
def where_no_secrets_are_allowed_plan_says_so_and_a_policy_of_the_application_itself_wins(binaries):
    with on_a_machine(binaries) as (it, machine):
        forbids(it, {"restrictionType": "passwordAddition", "state": "enabled"})
        says(run(it, machine, "plan"), "allows no client secrets", "passwordAddition")
        says(run(it, machine, "apply", "--yes", expect=5), "CredentialTypeNotAllowedAsPerAppPolicy", "federated credential")
        it.change("/v1.0/policies/appManagementPolicies", put={
            "displayName": "Portal may", "isEnabled": True, "restrictions": {"passwordCredentials": [], "keyCredentials": []},
            "appliesTo": [machine.application()["id"]]})
        plan = run(it, machine, "plan")
        check("will be refused" not in plan.out, plan)
        run(it, machine, "apply", "--yes")
        machine.check_all_have_it()


@case
def without_the_permission_to_read_policies_the_plan_says_that_they_are_not_known(binaries):
    with on_a_machine(binaries) as (it, machine):
        it.fault("status", match={"path": "/policies/"}, status=403, count=-1)
        says(run(it, machine, "plan"), "is not known", "Policy.Read.All is missing")
        run(it, machine, "apply", "--yes")
        plan = run(it, machine, "plan", "--show-unchanged")
        check("Policy.Read.All" not in plan.out, "it is said where nothing is to be issued")
        says(plan, "Credentials", "ends 20", "renewed from 20")


@case
def a_secret_that_somebody_made_is_told_with_its_end_and_goes_on_request_only(binaries):
    with on_a_machine(binaries) as (it, machine):
        run(it, machine, "apply", "--yes")
        app = machine.application()
        by_hand = {"keyId": "66666666-0000-4000-8000-000000000009", "displayName": "by hand", "hint": "abc", "customKeyIdentifier": None,
                   "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-12-01T00:00:00Z"}
        it.change(f"/v1.0/applications/{app['id']}", patch={"passwordCredentials": [*app["passwordCredentials"], by_hand]})
        for form, texts in {"text": ["by hand", "ends 2026-12-01", "nothing renews it"], "markdown": ["by hand", "ends 2026-12-01"],
                            "json": ['"endsAt": "2026-12-01T00:00:00Z"', "by hand"]}.items():
            says(run(it, machine, "plan", "-o", form), *texts)
        run(it, machine, "apply", "--yes")
        check(len(machine.secrets()) == 2, "a secret that somebody made was taken away")
        it.edit("base/portal.regent.yaml", "kind: Application\n", "kind: Application\nmanagement: {undeclaredCredentials: remove}\n")
        says(run(it, machine, "plan"), "not issued by regent")
        run(it, machine, "apply", "--yes")
        check(len(machine.secrets()) == 1, machine.secrets())
