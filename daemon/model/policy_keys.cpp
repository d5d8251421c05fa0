#include "model/policy_keys.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace regent::model {
namespace {

using nlohmann::json;

constexpr std::string_view mask = "***";
constexpr std::string_view mask_of_another = "*** (another)";
/// Databases of earlier versions hold a digest behind it.
constexpr std::string_view mask_with_digest = "***sha256:";

/// Written with this in front of their names in policies: https://github.com/microsoft/PowerPlatformConnectors
constexpr std::string_view parameter_prefix = "x-ms-apimtemplateparameter.";

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// The member of this name in whatever case; null pointer when there is none.
template <typename Json>
auto* find_member(Json& object, std::string_view name) {
    auto it = object.begin();
    while (it != object.end() && lower_case(it.key()) != name) ++it;
    return it == object.end() ? nullptr : &it.value();
}

std::string spelled(const json& object, std::string_view name) {
    auto it = object.begin();
    while (it != object.end() && lower_case(it.key()) != name) ++it;
    return it == object.end() ? std::string{} : it.key();
}

std::string text_of(const json& object, std::string_view name) {
    const auto* member = object.is_object() ? find_member(object, name) : nullptr;
    return member != nullptr && member->is_string() ? member->get<std::string>() : std::string{};
}

bool sets_a_header(const json& policy) {
    const auto id = lower_case(text_of(policy, "templateid"));
    return id == "setheader" || id == "setqueryparameter";
}

/// Keys, and where `digests` are asked for, what an earlier version left in the place of some.
std::vector<PolicyKey> find_keys(const json& policies, bool digests) {
    std::vector<PolicyKey> keys;
    if (!policies.is_array()) return keys;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const auto& policy = policies[i];
        const auto* parameters = policy.is_object() ? find_member(policy, "parameters") : nullptr;
        if (parameters == nullptr || !parameters->is_object() || !sets_a_header(policy)) continue;
        const auto of_name = std::string(parameter_prefix) + "name", of_value = std::string(parameter_prefix) + "value";
        auto header = text_of(*parameters, of_name);
        const auto value = text_of(*parameters, of_value);
        const bool is_hidden =
            value == mask || value == mask_of_another || (!digests && value.starts_with(mask_with_digest));
        if (value.empty() || is_hidden || !names_a_key(header) || is_put_together(value)) continue;
        keys.push_back({i, std::move(header), spelled(*parameters, of_value)});
    }
    return keys;
}

json& held_at(json& policies, const PolicyKey& key) {
    return (*find_member(policies[key.policy], "parameters"))[key.member];
}

/// The policies that a value of the attribute holds; null where it cannot hold a key.
json policies_of(std::string_view path, const Value& value) {
    const auto* text = path == path::policies ? value.as_string() : nullptr;
    if (text == nullptr || !contains(lower_case(*text), parameter_prefix)) return nullptr;
    return json::parse(*text, nullptr, false);
}

/// What is sent as what, in no order.
using KeysByHeader = std::multiset<std::pair<std::string, std::string>>;

KeysByHeader by_header(json policies) {
    KeysByHeader keys;
    for (const auto& key : find_keys(policies, false))
        keys.emplace(lower_case(key.header), held_at(policies, key).get<std::string>());
    return keys;
}

}  // namespace

bool is_put_together(std::string_view text) {
    for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
        auto end = at + 1;
        while (end < text.size() &&
               std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz").find(text[end]) !=
                   std::string_view::npos)
            ++end;
        if (end < text.size() && (text[end] == '{' || (text[end] == '(' && end > at + 1))) return true;
    }
    return false;
}

bool names_a_key(std::string_view header) {
    std::string name;
    for (const char c : lower_case(header))
        if (c != '-' && c != '_' && c != '.') name += c;
    if (contains(name, "csrf") || contains(name, "xsrf")) return false;  // asks for one: `X-CSRF-Token: fetch`
    static constexpr std::array<std::string_view, 13> words = {
        "authorization", "apikey", "subscriptionkey", "functionskey", "accesskey",  "authkey",  "secretkey",
        "token",         "secret", "password",        "cookie",       "credential", "sharedkey"};
    return name == "key" || name == "code" || name == "sig" ||
           std::any_of(words.begin(), words.end(), [&](std::string_view word) { return contains(name, word); });
}

std::vector<PolicyKey> keys_in_policies(const json& policies) {
    return find_keys(policies, false);
}

Value without_keys(std::string_view path, const Value& value) {
    auto policies = policies_of(path, value);
    const auto keys = find_keys(policies, true);
    if (keys.empty()) return value;
    for (const auto& key : keys) held_at(policies, key) = mask;
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

Value without_keys(std::string_view path, const Value& value, const Value& before) {
    auto policies = policies_of(path, value);
    const auto keys = find_keys(policies, true);
    if (keys.empty()) return value;
    const auto had = by_header(policies_of(path, before));
    const auto is_new = [&](const PolicyKey& key, const json& held) {
        const auto header = lower_case(key.header);
        const bool had_one = std::any_of(had.begin(), had.end(), [&](const auto& one) { return one.first == header; });
        return had_one && !had.contains({header, held.get<std::string>()});
    };
    for (const auto& key : keys) {
        auto& held = held_at(policies, key);
        held = is_new(key, held) ? mask_of_another : mask;
    }
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

Value without_key_parameters(const Value& value, std::vector<std::string>& left_out) {
    auto policies = policies_of(path::policies, value);
    const auto keys = find_keys(policies, false);
    if (keys.empty()) return value;
    for (const auto& key : keys) {
        find_member(policies[key.policy], "parameters")->erase(key.member);
        left_out.push_back(key.header);
    }
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

Value without_keyed_policies(const Value& value, std::vector<std::string>& left_out) {
    auto policies = policies_of(path::policies, value);
    const auto keys = find_keys(policies, false);
    if (keys.empty()) return value;
    // From the last one on: places before it stay as they are.
    for (auto key = keys.rbegin(); key != keys.rend(); ++key) policies.erase(key->policy);
    for (const auto& key : keys) left_out.push_back(key.header);
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool same_keys(std::string_view path, const Value& a, const Value& b) {
    return by_header(policies_of(path, a)) == by_header(policies_of(path, b));
}

}  // namespace regent::model
