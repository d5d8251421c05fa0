#pragma once

#include "model/policy_headers.hpp"
#include "model/secret.hpp"
#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::model {

/// A manifest may name the key that a policy sets a header to, instead of holding it: `{credential: NAME}` stands in
/// the place of the text. The service is sent the key, and gives it back in clear; everybody else, the planner
/// included, sees the name. So with both: with_keys() on the way to the service, with_names() on the way from it.
struct NamedKey {
    PolicyHeader header;
    std::string name;
};

/// Its one member.
inline constexpr const char* credential_member = "credential";

/// NAME of `{credential: NAME}`; nothing where something else stands.
[[nodiscard]] std::optional<std::string> name_of_key(const nlohmann::json& value);

/// Those of `policies`, in their order.
[[nodiscard]] std::vector<NamedKey> named_keys(const nlohmann::json& policies);
/// The names in a value of the attribute `policies`.
[[nodiscard]] std::set<std::string> names_of_keys(const Value& policies);

/// By name. One that is missing is not on this machine.
using KeysAtHand = std::map<std::string, Secret, std::less<>>;

/// `policies` as they are sent. Those that `keys` lack stay names, which the service refuses.
[[nodiscard]] std::string with_keys(const std::string& policies, const KeysAtHand& keys);

enum class Unequal {
    hidden,  ///< `***` stands for a text that is another than its key
    left     ///< what is not exactly a key stays as it was read: it may have to be written again
};

/// Policies as the service has them, with names in the places of keys, as `wanted` and then `remembered` name them. Of
/// a header whose key is not on this machine the text counts as its key: nothing here could say otherwise. A text that
/// `wanted` itself has for a header, and one that is put together when a request passes, is no key.
[[nodiscard]] Value with_names(const Value& there, const Value& wanted, const Value& remembered, const KeysAtHand& keys,
                               Unequal unequal);

}  // namespace regent::model
