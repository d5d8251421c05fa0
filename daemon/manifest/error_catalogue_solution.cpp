#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> solution_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0640", "Dataverse of an environment",
                  R"(`backend: solution` keeps a connector in the Dataverse of its Power Platform
environment. Which environments have one that regent may use says `dataverse` of
the Environment, once for each: so it is known where connectors of ours can be,
also when the last manifest is gone.)"},
        ErrorCode{"RG0641", "connector without a solution",
                  R"(A connector in Dataverse is made in a solution, and its name begins with the
prefix of the solution's publisher for ever. `solution` names it by its unique
name, in the connector's manifest or below `dataverse` for all connectors of an
environment.)"},
        ErrorCode{"RG0642", "client secret of a connector in a solution",
                  R"(Microsoft says that Dataverse replaces a secret in a connector's row by an empty
text, and that people enter it in the portal instead. Nobody could say whether
one that regent sends arrives, so it sends none. A managed identity needs none:
`credential: {managedIdentity: {}}`. An environment variable of the type Secret
holds one that the service looks up: RG0645.
https://learn.microsoft.com/connectors/custom-connectors/dataverse-apis)"},
        ErrorCode{"RG0643", "field of another kind of connector",
                  R"(Connectors in Dataverse have no such thing, or the Web API cannot set it.
https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector)"},
        ErrorCode{"RG0644", "entry of `dataverse`",
                  R"(Each Power Platform environment has one Dataverse. Its address is that of the
organization, `https://contoso.crm4.dynamics.com`, without a path; tokens for it
are sent there and nowhere else.)"},
        ErrorCode{"RG0645", "environment variable of a connector",
                  R"(A connector in a solution may write `@environmentVariables("prefix_Name")`, with
the schema name of an environment variable, in place of its host, its base path,
and of client id, client secret, addresses and resource of an OAuth sign-in. The
service puts the variable's value in when the connector is saved. Elsewhere
(other back ends, policies) it takes the text as it is.
https://learn.microsoft.com/connectors/custom-connectors/environment-variables)"},
    };
    return codes;
}

}  // namespace regent::manifest
