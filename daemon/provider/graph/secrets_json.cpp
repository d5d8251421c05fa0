#include "provider/graph/secrets_json.hpp"

#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/service_time.hpp"

#include <algorithm>
#include <string_view>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

/// Takes ` keep 86400s` off the end of `text`.
std::optional<std::chrono::seconds> take_keep(std::string_view& text) {
    constexpr std::string_view before = " keep ";
    const auto at = text.rfind(before);
    if (at == std::string_view::npos || !text.ends_with('s')) return std::nullopt;
    const auto digits = text.substr(at + before.size(), text.size() - at - before.size() - 1);
    if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    text = text.substr(0, at);
    return std::chrono::seconds(std::stol(std::string(digits)));
}

/// "arm (regent 5f3a91c2)" or "arm (regent 5f3a91c2 keep 86400s)": the manifest's name, and the run that issued it.
void read_issuer(model::ObservedSecret& secret) {
    constexpr std::string_view before = " (regent ";
    constexpr std::size_t digits = 8;
    std::string_view text = secret.display_name;
    if (!text.ends_with(')')) return;
    text.remove_suffix(1);
    const auto keep = take_keep(text);
    const auto tail = before.size() + digits;
    if (text.size() <= tail) return;
    const auto at = text.size() - tail;
    if (text.substr(at, before.size()) != before) return;
    const auto operation = text.substr(at + before.size());
    if (operation.find_first_not_of("0123456789abcdef") != std::string_view::npos) return;
    secret.name = text.substr(0, at);
    secret.operation_id = operation;
    secret.keeps_old = keep;
}

}  // namespace

std::vector<model::ObservedSecret> read_secrets(StrictReading& reading, const json& holder) {
    std::vector<model::ObservedSecret> secrets;
    const auto* list = reading.array(&holder, "passwordCredentials");
    if (list == nullptr) return secrets;
    for (const auto& credential : *list) {
        model::ObservedSecret secret;
        secret.key_id = lower_case(reading.required_text(&credential, "keyId"));
        secret.display_name = member_text(credential, "displayName");
        const auto starts = parse_time(member_text(credential, "startDateTime"));
        // Null is allowed by the service's metadata, and one such credential must not cost a whole tenant's import: it
        // is one that ends as late as can be said here.
        const auto end = credential.find("endDateTime");
        const bool never_ends = end != credential.end() && end->is_null();
        const auto ends = parse_time(never_ends ? std::string("9999-12-31T00:00:00Z")
                                                : reading.required_text(&credential, "endDateTime"));
        if (!ends) reading.wrong("endDateTime", "no moment");
        secret.ends_at = ends.value_or(std::chrono::system_clock::time_point{});
        secret.starts_at = starts.value_or(std::chrono::system_clock::time_point{});
        read_issuer(secret);
        secrets.push_back(std::move(secret));
    }
    return secrets;
}

std::vector<model::ObservedSecret> read_principal_secrets(StrictReading& reading, const json& principal) {
    auto secrets = read_secrets(reading, principal);
    const auto* keys = reading.array(&principal, "keyCredentials");
    std::erase_if(secrets, [&](const auto& secret) {
        return keys != nullptr && std::any_of(keys->begin(), keys->end(), [&](const json& key) {
                   return member_text(key, "usage") == "Sign" && lower_case(member_text(key, "keyId")) == secret.key_id;
               });
    });
    return secrets;
}

}  // namespace regent::provider::graph
