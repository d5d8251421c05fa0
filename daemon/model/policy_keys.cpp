#include "model/policy_keys.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "model/named_keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace regent::model {
namespace {

using nlohmann::json;

constexpr std::string_view mask_of_another = "*** (another)";
/// Databases of earlier versions hold a digest behind it.
constexpr std::string_view mask_with_digest = "***sha256:";

/// In front of the names that policies give to their parameters.
constexpr std::string_view parameter_prefix = "x-ms-apimtemplateparameter.";

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Keys, and where `digests` are asked for, what an earlier version left in the place of some.
std::vector<PolicyHeader> find_keys(const json& policies, bool digests) {
    auto keys = headers_set_in(policies);
    std::erase_if(keys, [&](const PolicyHeader& key) {
        const auto& value = value_of(policies, key);
        if (!value.is_string()) return true;
        const auto& text = value.get_ref<const std::string&>();
        const bool is_hidden =
            text == hidden_key || text == mask_of_another || (!digests && text.starts_with(mask_with_digest));
        return text.empty() || is_hidden || !names_a_key(key.header) || is_put_together(text);
    });
    return keys;
}

/// The policies that a value of the attribute holds; null where it cannot hold a key.
json policies_of(std::string_view path, const Value& value) {
    const auto* text = path == path::policies ? value.as_string() : nullptr;
    if (text == nullptr || !contains(lower_case(*text), parameter_prefix)) return nullptr;
    return json::parse(*text, nullptr, false);
}

/// What is sent as what, in no order. Of a key that is named, its name: it stands where the key is known to be there.
using KeysByHeader = std::multiset<std::pair<std::string, std::string>>;

KeysByHeader by_header(json policies) {
    KeysByHeader keys;
    for (const auto& key : find_keys(policies, false))
        keys.emplace(lower_case(key.header), value_of(policies, key).get<std::string>());
    for (const auto& key : named_keys(policies))
        keys.emplace(lower_case(key.header.header), value_of(policies, key.header).dump());
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

std::vector<PolicyHeader> keys_in_policies(const json& policies) {
    return find_keys(policies, false);
}

Value without_keys(std::string_view path, const Value& value) {
    auto policies = policies_of(path, value);
    const auto keys = find_keys(policies, true);
    if (keys.empty()) return value;
    for (const auto& key : keys) value_of(policies, key) = std::string(hidden_key);
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

Value without_keys(std::string_view path, const Value& value, const Value& before) {
    auto policies = policies_of(path, value);
    const auto keys = find_keys(policies, true);
    if (keys.empty()) return value;
    const auto had = by_header(policies_of(path, before));
    const auto is_new = [&](const PolicyHeader& key, const json& held) {
        const auto header = lower_case(key.header);
        const bool had_one = std::any_of(had.begin(), had.end(), [&](const auto& one) { return one.first == header; });
        return had_one && !had.contains({header, held.get<std::string>()});
    };
    for (const auto& key : keys) {
        auto& held = value_of(policies, key);
        held = is_new(key, held) ? std::string(mask_of_another) : std::string(hidden_key);
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
