#include "model/policy_keys.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace regent::model {
namespace {

using nlohmann::json;

constexpr std::string_view mask = "***sha256:";

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

std::string fingerprint(const std::string& key) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
    auto text = std::string(mask);
    constexpr std::size_t bytes = 6;
    for (std::size_t i = 0; i < bytes; ++i) text += fmt::format("{:02x}", digest.at(i));
    return text;
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
    std::vector<PolicyKey> keys;
    if (!policies.is_array()) return keys;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const auto& policy = policies[i];
        const auto* parameters = policy.is_object() ? find_member(policy, "parameters") : nullptr;
        if (parameters == nullptr || !parameters->is_object() || !sets_a_header(policy)) continue;
        const auto of_name = std::string(parameter_prefix) + "name", of_value = std::string(parameter_prefix) + "value";
        auto header = text_of(*parameters, of_name);
        const auto value = text_of(*parameters, of_value);
        if (value.empty() || value.starts_with(mask) || !names_a_key(header) || is_put_together(value)) continue;
        keys.push_back({i, std::move(header), spelled(*parameters, of_value)});
    }
    return keys;
}

Value without_keys(std::string_view path, const Value& value) {
    const auto* text = path == path::policies ? value.as_string() : nullptr;
    if (text == nullptr || !contains(lower_case(*text), parameter_prefix)) return value;
    auto policies = json::parse(*text, nullptr, false);
    const auto keys = keys_in_policies(policies);
    if (keys.empty()) return value;
    for (const auto& key : keys) {
        auto& held = (*find_member(policies[key.policy], "parameters"))[key.member];
        held = fingerprint(held.get_ref<const std::string&>());
    }
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace regent::model
