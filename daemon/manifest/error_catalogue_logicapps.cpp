#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> logicapps_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0650", "place of a connector in Azure",
                  R"(A Connector with `backend: logicapps` is an Azure resource: it has a
`resourceGroup` and a `location`, and only it can have `tags`.)"},
        ErrorCode{"RG0651", "resource group that is not known",
                  R"(`resourceGroup` is an alias from the Environment's `resourceGroups`, or a
resource id, which the portal shows among the group's properties:
`/subscriptions/<subscription id>/resourceGroups/<name>`.)"},
        ErrorCode{"RG0652", "region of Azure",
                  R"(`location` is the name of a region: `westeurope`. `az account list-locations`
lists them.)"},
        ErrorCode{"RG0653", "tag of an Azure resource",
                  R"(Names of tags have 1 to 512 characters without `< > % & \ ? /`, values up to
256; a resource has at most 50. Those that begin with `regent-` are regent's
marks. https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources)"},
        ErrorCode{"RG0654", "what Logic Apps do not have",
                  R"(Power Apps and Logic Apps keep different things of one definition. Logic Apps
have no scripts, policies, shares, uploaded icons or several ways to sign in:
the REST specification of Microsoft.Web/customApis (2016-06-01) names none.
`files` brings what both have: the definition, the connection parameters, the
colour and the capabilities. A script, policies or several ways to sign in are
refused where they stand; an icon and a publisher are left out with a warning.)"},
        ErrorCode{"RG0655", "managed identity of a connector of Logic Apps",
                  R"(Only connectors of the Power Platform are given an identity of their own. One of
Logic Apps signs in with a client secret, which regent issues, hands over and
rotates.)"},
        ErrorCode{"RG0656", "OAuth client without a secret in Logic Apps",
                  R"(Each save of a connector of Logic Apps replaces it whole, its client's secret
included, and nobody can read that back. So the manifest says where it comes
from: `clientSecretFrom`, or `auth` with an Application of the manifests. One
that is only watched (`management.policy: observe`) is never saved.)"},
        ErrorCode{"RG0657", "region that is not known",
                  R"(A warning: `location` is none of the regions that this version knows. Azure may
have a new one. But a slip in the region of a connector that exists would, with
`management.allowReplacement`, have it deleted, with people's connections,
before Azure refuses to make it anew.
https://learn.microsoft.com/azure/reliability/regions-list)"},
    };
    return codes;
}

}  // namespace regent::manifest
