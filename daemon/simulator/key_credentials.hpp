#pragma once

#include "simulator/graph_answer.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

// `keyCredentials`, `tokenEncryptionKeyId` and what names one of them: the same rules for an application and for a
// service principal. https://learn.microsoft.com/graph/api/resources/keycredential

/// Brings written keys into the form in which Graph keeps them: ids in lower case, what a certificate says of itself.
/// A key that is sent back without its bytes keeps those it has in `before`, which is null on creation.
void normalise_keys(nlohmann::json& holder, const nlohmann::json* before);
/// Takes the bytes out of what is shown, unless `keyCredentials` is selected of a single object.
void hide_keys(nlohmann::json& shown, const std::string& select, bool is_single);
/// Whether `body` has tokens encrypted for a key that `holder` does not have yet.
[[nodiscard]] bool names_new_key(const nlohmann::json& body, const nlohmann::json& holder);
/// Checks the keys of an object as it would be after a write. Those that are as they were are not looked at.
[[nodiscard]] std::optional<GraphError> check_keys(const nlohmann::json& after, const nlohmann::json* before,
                                                   std::string_view resource = "Application");
/// Whether one of `holder`'s keys signs and has this SHA-1 thumbprint.
[[nodiscard]] bool has_signing_key(const nlohmann::json& holder, const std::string& thumbprint);

}  // namespace regent::simulator
