#include "model/principal_secrets.hpp"

#include <chrono>
#include <cstdint>

namespace regent::model {

using std::chrono::seconds;
using std::chrono::system_clock;

Value principal_secrets_value(const std::vector<ObservedSecret>& secrets) {
    Map by_key;
    for (const auto& secret : secrets) {
        const auto ends = std::chrono::duration_cast<seconds>(secret.ends_at.time_since_epoch()).count();
        by_key.insert_or_assign(secret.key_id,
                                Map{{"displayName", secret.display_name}, {"endsAt", static_cast<std::int64_t>(ends)}});
    }
    return by_key;
}

std::vector<ObservedSecret> principal_secrets_of(const ObservedResource& application) {
    std::vector<ObservedSecret> secrets;
    const auto there = application.attributes.find(path::principal_secrets);
    const auto* by_key = there == application.attributes.end() ? nullptr : there->second.as_map();
    if (by_key == nullptr) return secrets;
    for (const auto& [key_id, facts] : *by_key) {
        ObservedSecret secret;
        secret.key_id = key_id;
        const auto* name = facts.find("displayName");
        const auto* ends = facts.find("endsAt");
        if (name != nullptr) secret.display_name = name->text_or({});
        if (ends != nullptr && ends->as_integer() != nullptr)
            secret.ends_at = system_clock::time_point(seconds(*ends->as_integer()));
        secrets.push_back(std::move(secret));
    }
    return secrets;
}

}  // namespace regent::model
