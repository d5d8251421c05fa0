#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "provider/graph/strict_reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::provider::graph {

/// Reads `keyCredentials` and `tokenEncryptionKeyId`. A certificate is called by its display name; where two have the
/// same one, the others are called by their key ids too.
void read_certificates(StrictReading& reading, const nlohmann::json& application, model::ObservedResource& into);

/// Adds to `body` what `step` changes of them. The collection is written whole: what is there already is repeated
/// without its bytes, which keeps it. Key ids of new ones are made from `application_key`, so that a request that is
/// sent twice does no harm. https://learn.microsoft.com/graph/api/application-update
void add_certificates(const plan::Step& step, const std::string& application_key, nlohmann::json& body);

/// The same body as requests in the order in which they hold by themselves: a key is there before tokens are encrypted
/// for it, and goes after they no longer are. One, mostly.
[[nodiscard]] std::vector<nlohmann::json> in_order(nlohmann::json body, const model::ObservedResource* observed);

namespace provider_data {
inline constexpr std::string_view key_credentials = "keyCredentials";          ///< as read, a JSON list
inline constexpr std::string_view encryption_key_id = "tokenEncryptionKeyId";  ///< empty: none
}  // namespace provider_data

}  // namespace regent::provider::graph
