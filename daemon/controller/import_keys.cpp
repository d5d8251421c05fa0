#include "controller/import_keys.hpp"

#include "manifest/manifest_writer.hpp"
#include "model/named_keys.hpp"
#include "model/policy_keys.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace regent::controller {
namespace {

/// "orders-x-api-key", with a number behind it where another key has that name.
std::string new_name(const std::string& manifest, const std::string& header, const std::vector<ImportedKey>& taken) {
    // Room for what tells it from others.
    constexpr std::size_t longest = 56;
    auto name = manifest::name_from(fmt::format("{}-{}", manifest, header), "c").substr(0, longest);
    while (name.ends_with('-')) name.pop_back();
    const auto is_taken = [&](const std::string& wish) {
        return std::any_of(taken.begin(), taken.end(), [&](const auto& key) { return key.name == wish; });
    };
    auto wish = name;
    for (int number = 2; is_taken(wish); ++number) wish = fmt::format("{}-{}", name, number);
    return wish;
}

}  // namespace

std::pair<model::Value, std::vector<ImportedKey>> named_policies(const model::Value& policies,
                                                                 const std::string& manifest) {
    std::vector<ImportedKey> named;
    auto json = nlohmann::json::parse(policies.text_or({}), nullptr, false);
    const auto keys = model::keys_in_policies(json);
    if (keys.empty()) return {policies, named};
    std::map<std::string, std::string> name_of;
    for (const auto& key : keys) {
        auto& value = model::value_of(json, key);
        const auto [it, is_new] = name_of.try_emplace(value.get<std::string>());
        if (is_new) {
            it->second = new_name(manifest, key.header, named);
            named.push_back({key.header, it->second});
        }
        value = {{model::credential_member, it->second}};
    }
    return {json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), std::move(named)};
}

}  // namespace regent::controller
