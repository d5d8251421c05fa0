#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> run_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0701", "sign-in failed",
                  R"(Entra gave no token. Its own code (AADSTS...) says why: 7000215 a wrong
secret, 7000222 one that has expired, 700016 an application that the tenant
does not have, 90002 a tenant that does not exist.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes)"},
        ErrorCode{"RG0702", "throttled",
                  R"(The service asked to wait (429, or Retry-After) longer than this run may.
Nothing is lost: the next run goes on. Fewer runs at once, or less read by
other tools with the same application, help.
https://learn.microsoft.com/graph/throttling)"},
        ErrorCode{"RG0703", "error of the service",
                  R"(The service failed (5xx), or could not be reached, also when asked again. The
request id in the message is what Microsoft's support asks for.)"},
        ErrorCode{"RG0704", "permission missing",
                  R"(The application that regent signs in with may not do this. The message names
the permission; an administrator grants it in the portal: App registrations,
API permissions, Grant admin consent. With Application.ReadWrite.OwnedBy, the
application must also be an owner of what it changes.
https://learn.microsoft.com/graph/permissions-reference)"},
        ErrorCode{"RG0705", "rejected by the service",
                  R"(The service refused the request and would refuse it again. Its own code and
message are shown. Often it is a tenant's policy, or a rule that regent does
not know yet: then the manifest has to change.)"},
        ErrorCode{"RG0706", "conflict",
                  R"(Somebody else wrote the object at the same time, or a name is taken. The next
run reads the tenant again and plans anew.)"},
        ErrorCode{"RG0707", "outcome unknown",
                  R"(The answer to a creating request was lost, and the tenant does not show
clearly whether the object exists. regent does not try again, since that could
create a second one. Look at what the message names: adopt it, or delete it,
then run again.)"},
        ErrorCode{"RG0708", "value not there yet",
                  R"(A value that the service makes in its own time is not there yet, usually the
subject of a connector's managed identity, which can take minutes. What needs
it is left for the next run; nothing has to be undone.)"},
        ErrorCode{"RG0709", "unknown name of a permission",
                  R"(The API does not publish a permission of this name. `regent plan` lists the
near ones. For an API that has no service principal in the tenant, an
administrator has to add it first. What an application has already and its API
took back since is no mistake: that entry stays as it is and is told, nobody is
consented to it anew, and everything else is applied.)"},
        ErrorCode{"RG0710", "interrupted",
                  R"(The run was stopped while steps were outstanding. Steps that had begun were
finished; the next run does the rest.)"},
        ErrorCode{"RG0711", "incomplete answer",
                  R"(An answer of the service could not be read completely: a page was missing, or
its form was not the documented one. Nothing is planned on half a view.)"},
        ErrorCode{"RG0712", "secret not delivered",
                  R"(A client secret was issued and could not be handed to one of those who are
to have it. Its value is nowhere, so the next run issues another one and
hands that to all of them; the old one stays valid until each who holds it
has the new one. What a machine may deliver says `spec.delivery` of its
configuration.)"},
        ErrorCode{"RG0713", "wrong clock",
                  R"(This machine's clock is more than an hour ahead of Graph's or behind it, by the
`Date` of its answers. Client secrets and certificates are issued, renewed and
taken away by the time: with a wrong one, secrets that are still used would be
taken away as ended, or nobody would renew what has ended. So nothing is planned
and nothing changed. A machine that was just started or brought back from a
snapshot sets its clock by itself (`timedatectl` says whether); the service goes
on then. `regent doctor` tells smaller differences, too.)"},
        ErrorCode{"RG0720", "secret that is not on this machine",
                  R"(`clientSecretFrom`, or a policy that names its key (RG0634), names the file
`connector.NAME` in `$CREDENTIALS_DIRECTORY`, where systemd puts what the unit
loads: `LoadCredential=connector.NAME:/path`. Nothing was sent. `regent plan`
and `regent doctor` say it before anything is applied, of the machine that they
run on: another one may have the file.)"},
        ErrorCode{"RG0721", "definition that was dropped",
                  R"(Power Apps answered with success, and gives the former definition back. It does
so with some definitions that it does not accept; the maker portal says why.)"},
        ErrorCode{"RG0722", "saved and not taken over",
                  R"(A connector in a solution is saved in Dataverse, and Power Apps takes it over by
itself: usually at once, sometimes after minutes, and it has been seen never to,
without a word. Until then nobody can use what was saved, and a new connector
has no redirect URL. The next run looks again.)"},
        ErrorCode{"RG0723", "new secret that sign-in does not take yet",
                  R"(A new client secret is refused where it signs in (AADSTS7000215) for seconds to
minutes. regent tries it once after the other before it gives it to anybody, so
that a rotation is felt by nobody. After three minutes the step ends as waiting:
the old one stays in use, and the next run issues another.)"},
        ErrorCode{"RG0730", "unusable description of a cloud",
                  R"(`endpoints.metadata` names an Azure Resource Manager that says where its cloud
has everything else (`/metadata/endpoints`). It did not answer, or not with
addresses that a secret may be sent to: an origin by https, or by http on this
machine when it was this machine that was asked. Nothing was signed in to. What
the answer lacks can be written by hand: `endpoints.login`, `endpoints.graph`.)"},
        ErrorCode{"RG0801", "too many deletions",
                  R"(The plan deletes more objects than `policy.maxDeletes` of the Environment
allows. When it is meant, raise the number for this run or in the Environment.)"},
        ErrorCode{"RG0802", "too large a share of deletions",
                  R"(The plan deletes a larger share of the objects than `policy.maxDeletePercent`
allows. A misplaced `sources` looks like this.)"},
        ErrorCode{"RG0803", "no manifests at all",
                  R"(The sources hold no manifests, which would mean that everything of ours is to
go. More likely they were not found. When it is meant, `policy.allowEmpty:
true`.)"},
        ErrorCode{"RG0804", "plan has changed",
                  R"(What is to be applied is not what was reviewed: the manifests or the tenant
have changed in between. Plan again, and have the new plan reviewed.)"},
        ErrorCode{"RG0805", "approval missing",
                  R"(The Environment says `policy.requireApprovedPlan: true`: apply takes a plan
file, or `--expect-plan` with the id of the plan that somebody approved. Or the
plan is riskier than `policy.maxRisk` lets through without that.)"},
        ErrorCode{"RG0806", "environment that is only planned",
                  R"(The Environment says `policy.mode: plan`: differences are shown and never
applied.)"},
        ErrorCode{"RG0807", "too risky a plan",
                  R"(The command line said `--fail-on-risk`, and the plan holds changes of that risk
or a higher one. The report lists them under Risks, each with its reason. In a
pull request this asks for a second pair of eyes; `policy.maxRisk` of the
Environment does the same for every run: riskier plans wait for approval.)"},
    };
    return codes;
}

}  // namespace regent::manifest
