#include "model/named_keys.hpp"

#include "model/policy_keys.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::model {
namespace {

using nlohmann::json;

json parsed(const Value& policies) {
    const auto* text = policies.as_string();
    return text == nullptr ? json() : json::parse(*text, nullptr, false);
}

std::string dumped(const json& policies) {
    return policies.dump(-1, ' ', false, json::error_handler_t::replace);
}

json naming(const std::string& name) {
    return {{credential_member, name}};
}

/// Which name, if any, belongs into the place of a text.
class Namer {
public:
    Namer(const Value& wanted, const Value& remembered, const KeysAtHand& keys, Unequal unequal)
        : wanted_(parsed(wanted)), names_(named_keys(wanted_)), keys_(keys), unequal_(unequal) {
        wanted_count_ = names_.size();
        for (auto& key : named_keys(parsed(remembered))) names_.push_back(std::move(key));
    }

    [[nodiscard]] bool has_work() const { return !names_.empty(); }

    [[nodiscard]] json value_for(const PolicyHeader& header, const json& there) const {
        const auto* text = there.is_string() ? there.get_ptr<const json::string_t*>() : nullptr;
        if (text == nullptr || text->empty() || is_put_together(*text)) return there;
        const auto possible = names_for(header);
        if (possible.empty() || stands_in_manifest(header, *text)) return there;
        for (const auto& name : possible) {
            const auto key = keys_.find(name);
            if (key != keys_.end() && key->second.reveal() == *text) return naming(name);
        }
        if (unequal_ == Unequal::left) return there;
        for (const auto& name : possible)
            if (!keys_.contains(name)) return naming(name);
        return std::string(hidden_key);
    }

private:
    /// First the one that is wanted in this very place: two headers may be set to one key under two names.
    [[nodiscard]] std::vector<std::string> names_for(const PolicyHeader& header) const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < names_.size(); ++i) {
            const auto& key = names_[i];
            if (!is_same_header(key.header, header)) continue;
            const bool is_its_place = i < wanted_count_ && key.header.policy == header.policy;
            names.insert(is_its_place ? names.begin() : names.end(), key.name);
        }
        return names;
    }

    [[nodiscard]] bool stands_in_manifest(const PolicyHeader& header, const std::string& text) const {
        const auto headers = headers_set_in(wanted_);
        return std::any_of(headers.begin(), headers.end(), [&](const auto& one) {
            return is_same_header(one, header) && value_of(wanted_, one) == text;
        });
    }

    json wanted_;
    std::vector<NamedKey> names_;  ///< wanted ones, then remembered ones
    std::size_t wanted_count_ = 0;
    const KeysAtHand& keys_;
    Unequal unequal_;
};

}  // namespace

std::optional<std::string> name_of_key(const json& value) {
    if (!value.is_object() || value.size() != 1) return std::nullopt;
    const auto name = value.find(credential_member);
    if (name == value.end() || !name->is_string()) return std::nullopt;
    return name->get<std::string>();
}

std::vector<NamedKey> named_keys(const json& policies) {
    std::vector<NamedKey> keys;
    for (auto& header : headers_set_in(policies))
        if (auto name = name_of_key(value_of(policies, header))) keys.push_back({std::move(header), std::move(*name)});
    return keys;
}

std::set<std::string> names_of_keys(const Value& policies) {
    std::set<std::string> names;
    for (auto& key : named_keys(parsed(policies))) names.insert(std::move(key.name));
    return names;
}

std::string with_keys(const std::string& policies, const KeysAtHand& keys) {
    auto sent = parsed(policies);
    const auto named = named_keys(sent);
    if (named.empty()) return policies;
    for (const auto& key : named)
        if (const auto found = keys.find(key.name); found != keys.end())
            value_of(sent, key.header) = found->second.reveal();
    return dumped(sent);
}

Value with_names(const Value& there, const Value& wanted, const Value& remembered, const KeysAtHand& keys,
                 Unequal unequal) {
    const Namer namer(wanted, remembered, keys, unequal);
    if (!namer.has_work()) return there;
    auto policies = parsed(there);
    bool changed = false;
    for (const auto& header : headers_set_in(policies)) {
        auto& value = value_of(policies, header);
        auto named = namer.value_for(header, value);
        changed = changed || named != value;
        value = std::move(named);
    }
    return changed ? Value(dumped(policies)) : there;
}

}  // namespace regent::model
