#pragma once

#include "model/policy_headers.hpp"
#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace regent::model {

/// Whether a header or query parameter of this name says who calls: `Authorization`, `Ocp-Apim-Subscription-Key`,
/// `x-api-key`.
[[nodiscard]] bool names_a_key(std::string_view header);

/// Whether a text of a policy is put together when a request passes: "@connectionParameters('key')", "Bearer @{…}".
[[nodiscard]] bool is_put_together(std::string_view text);

/// What stands in the place of a key where policies are shown and remembered.
inline constexpr std::string_view hidden_key = "***";

/// The keys that stand in a connector's policies (the list `policyTemplateInstances`): headers and query parameters
/// that are set to a text which signs somebody in. One that is put together when a request passes is none, nor is one
/// that is named (model/named_keys.hpp).
[[nodiscard]] std::vector<PolicyHeader> keys_in_policies(const nlohmann::json& policies);

/// The value of attribute `path` with `***` in the place of each key; all others are as they were. That is how policies
/// are shown and remembered. No digest stands there: keys that people think up can be found by trying.
[[nodiscard]] Value without_keys(std::string_view path, const Value& value);

/// As `value` is shown behind `before`, which it takes the place of: a key that was not there says that it is another.
[[nodiscard]] Value without_keys(std::string_view path, const Value& value, const Value& before);

/// Policies without those that hold a key. `left_out` gets the headers of these.
[[nodiscard]] Value without_keyed_policies(const Value& policies, std::vector<std::string>& left_out);

/// Whether two values of attribute `path` hold, or name, the same keys in the same headers and parameters.
[[nodiscard]] bool same_keys(std::string_view path, const Value& a, const Value& b);

}  // namespace regent::model
