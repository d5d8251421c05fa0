#pragma once

#include "model/secret.hpp"
#include "model/snapshot.hpp"
#include "provider/connectors/connector_mark.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>

namespace regent::provider::powerapps {

using connectors::ConnectorMark;
using connectors::put_mark;
using connectors::take_mark;

/// A connector as the service answered, without its definition. Members are looked up without regard to case where the
/// service and its clients spell them in several ways (`oAuthSettings`, `oauthSettings`; `tenantId`, `TenantId`).
struct ConnectorFacts {
    std::string name;  ///< "shared_…": opaque
    std::string display_name;
    std::string environment;  ///< environment id
    std::string client_id;    ///< of the first OAuth parameter; empty without one
    std::string changed_time;
    std::string saved_by;        ///< modifiedBy: object id; empty when the service does not say
    std::string saved_by_words;  ///< who that is, for people
    std::string made_by;         ///< createdBy, alike
    std::string made_by_words;
    std::string definition_url;  ///< apiDefinitions.originalSwaggerUrl; empty for built-in ones
    std::string service_url;     ///< backendService.serviceUrl: where the API is
    std::string icon_url;        ///< empty: the service's own picture
    std::string script_url;      ///< empty: no script
    std::string row_id;          ///< xrmConnectorId: of its row in Dataverse; empty when it is in no solution
    bool custom = false;
};
[[nodiscard]] ConnectorFacts facts_of(const nlohmann::json& connector);

/// Canonical attributes (model/attributes.hpp), outputs and marks. `definition` is the document as read back, its mark
/// taken out, as JSON text; empty when there is none.
void read_into(model::ObservedResource& resource, const nlohmann::json& connector, const std::string& definition,
               const std::optional<ConnectorMark>& mark);

/// What of an OAuth block is already there to be referred to: "redirectUrl", "identity/issuer", "identity/subject".
void read_outputs(std::map<std::string, std::string, std::less<>>& outputs, const nlohmann::json& connector);

/// Which blocks a write carries.
struct WriteOptions {
    bool creating = false;  ///< displayName may only be sent on creation
    bool with_connection_parameters = false;
    std::string login_origin;
    /// What an update carries of the settings in the service's own words; a creation carries all.
    std::set<std::string, std::less<>> changed;
    /// The machine's secrets, by the set of connection parameters they go into; "" for all others.
    std::map<std::string, model::Secret, std::less<>> machine_secrets;
    /// Signed addresses of what was uploaded; unset: not sent.
    std::optional<std::string> icon_url, script_url;
};

/// The `{"properties": {…}}` document of a POST or PATCH. `values` are resolved; `secret` is empty when none is handed
/// over. Fails with a sentence when a value that the service needs is missing.
[[nodiscard]] tl::expected<nlohmann::json, std::string> to_document(const model::Map& values, const ConnectorMark& mark,
                                                                    const model::Secret& secret,
                                                                    const WriteOptions& options);

}  // namespace regent::provider::powerapps
