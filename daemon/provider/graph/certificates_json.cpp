#include "provider/graph/certificates_json.hpp"

#include "model/attributes.hpp"
#include "provider/graph/digest.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>

namespace regent::provider::graph {
namespace {

using model::Map;
using model::Value;
using nlohmann::json;

std::string text_of(const Value& value, std::string_view member) {
    const auto* found = value.find(member);
    return found == nullptr ? std::string{} : found->text_or({});
}

/// SHA-1 in capital hex digits, which is how Graph shows `customKeyIdentifier`. Another text is one that somebody
/// chose: it is no certificate's thumbprint, and is told as it is.
std::string thumbprint_of(const json& key) {
    auto text = member_text(key, "customKeyIdentifier");
    if (text.size() != 40 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return text;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string name_of(const json& key) {
    auto name = member_text(key, "displayName");
    return name.empty() ? thumbprint_of(key) : name;
}

Value certificate_value(const json& key) {
    return Map{{"usage", member_text(key, "usage")},
               {"thumbprint", thumbprint_of(key)},
               {"ends", member_text(key, "endDateTime").substr(0, 10)}};
}

json keys_there(const model::ObservedResource* observed) {
    if (observed == nullptr) return json::array();
    const auto it = observed->provider_data.find(provider_data::key_credentials);
    return it == observed->provider_data.end() ? json::array() : json::parse(it->second, nullptr, false);
}

std::string encryption_key_there(const model::ObservedResource* observed) {
    if (observed == nullptr) return {};
    const auto it = observed->provider_data.find(provider_data::encryption_key_id);
    return it == observed->provider_data.end() ? std::string{} : it->second;
}

json repeated(const json& key, const std::string& name) {
    json entry{{"key", nullptr}, {"displayName", name}};
    for (const auto* member_name : {"keyId", "type", "usage", "startDateTime", "endDateTime", "customKeyIdentifier"}) {
        if (const auto* value = member(key, member_name)) entry[member_name] = *value;
    }
    return entry;
}

/// A key id that is always the same for the same certificate under the same name.
std::string key_id_for(const std::string& application_key, const std::string& name, const Value& certificate) {
    const auto seed = fmt::format("{}|{}|{}|{}", application_key, name, text_of(certificate, "usage"),
                                  text_of(certificate, "thumbprint"));
    const auto a = short_digest(seed), b = short_digest(seed + "|");
    return fmt::format("{}-{}-8{}-8{}-{}", a.substr(0, 8), a.substr(8, 4), a.substr(13, 3), b.substr(1, 3),
                       b.substr(4, 12));
}

json key_credentials(const Map& wanted, const json& there, const std::string& application_key) {
    auto keys = json::array();
    std::set<std::string> taken;
    for (const auto& [name, certificate] : wanted) {
        const json* same = nullptr;
        for (const auto& key : there) {
            const bool matches = thumbprint_of(key) == text_of(certificate, "thumbprint") &&
                                 member_text(key, "usage") == text_of(certificate, "usage") &&
                                 !taken.contains(member_text(key, "keyId"));
            if (matches && (same == nullptr || name_of(key) == name)) same = &key;
        }
        if (same != nullptr) {
            taken.insert(member_text(*same, "keyId"));
            keys.push_back(repeated(*same, name));
            continue;
        }
        keys.push_back({{"type", "AsymmetricX509Cert"},
                        {"usage", text_of(certificate, "usage")},
                        {"displayName", name},
                        {"keyId", key_id_for(application_key, name, certificate)},
                        {"key", text_of(certificate, "key")}});
    }
    return keys;
}

bool holds_key(const json& keys, const std::string& key_id) {
    return std::any_of(keys.begin(), keys.end(), [&](const json& key) { return member_text(key, "keyId") == key_id; });
}

}  // namespace

void read_certificates(StrictReading& reading, const json& application, model::ObservedResource& into) {
    Map certificates;
    Value encryption = Map{};
    const auto encryption_id = lower_case(reading.text(&application, "tokenEncryptionKeyId"));
    auto raw = json::array();
    if (const auto* keys = reading.array(&application, "keyCredentials")) {
        for (const auto& key : *keys) {
            auto entry = key;
            entry.erase("key");
            entry["keyId"] = lower_case(member_text(key, "keyId"));
            auto name = name_of(entry);
            if (certificates.contains(name)) name += " (" + member_text(entry, "keyId") + ")";
            if (!encryption_id.empty() && member_text(entry, "keyId") == encryption_id)
                encryption = Map{{"name", name}, {"thumbprint", thumbprint_of(entry)}};
            certificates.insert_or_assign(std::move(name), certificate_value(entry));
            raw.push_back(std::move(entry));
        }
    }
    // A key that is not among them cannot be; should it be all the same, it is not taken for none.
    if (!encryption_id.empty() && encryption == Value(Map{}))
        encryption = Map{{"name", encryption_id}, {"thumbprint", encryption_id}};
    into.attributes.insert_or_assign(std::string(model::path::certificates), std::move(certificates));
    into.attributes.insert_or_assign(std::string(model::path::token_encryption_key), std::move(encryption));
    into.provider_data.insert_or_assign(std::string(provider_data::key_credentials), raw.dump());
    into.provider_data.insert_or_assign(std::string(provider_data::encryption_key_id), encryption_id);
}

void add_certificates(const plan::Step& step, const std::string& application_key, json& body) {
    const auto there = keys_there(step.observed.get());
    if (step.changed.contains(model::path::certificates)) {
        const auto it = step.values.find(model::path::certificates);
        const auto* wanted = it == step.values.end() ? nullptr : it->second.as_map();
        body["keyCredentials"] = key_credentials(wanted == nullptr ? Map{} : *wanted, there, application_key);
    }
    if (!step.changed.contains(model::path::token_encryption_key)) return;
    const auto it = step.values.find(model::path::token_encryption_key);
    const auto thumbprint = it == step.values.end() ? std::string{} : text_of(it->second, "thumbprint");
    body["tokenEncryptionKeyId"] = nullptr;
    if (thumbprint.empty()) return;
    const auto& keys = body.contains("keyCredentials") ? body["keyCredentials"] : there;
    const auto certificates = step.values.find(model::path::certificates);
    for (const auto& key : keys) {
        if (member_text(key, "usage") != "Encrypt") continue;
        // A new key does not say its thumbprint: Entra computes it.
        const auto* declared =
            certificates == step.values.end() ? nullptr : certificates->second.find(member_text(key, "displayName"));
        if (thumbprint_of(key) == thumbprint || (declared != nullptr && text_of(*declared, "thumbprint") == thumbprint))
            body["tokenEncryptionKeyId"] = member_text(key, "keyId");
    }
}

std::vector<json> in_order(json body, const model::ObservedResource* observed) {
    if (!body.contains("keyCredentials") || !body.contains("tokenEncryptionKeyId")) return {std::move(body)};
    const json choice{{"tokenEncryptionKeyId", body["tokenEncryptionKeyId"]}};
    body.erase("tokenEncryptionKeyId");
    const auto keys = body["keyCredentials"];
    const auto old_id = encryption_key_there(observed);
    if (old_id.empty() || holds_key(keys, old_id)) return {std::move(body), choice};
    for (const auto& key : keys_there(observed)) {
        if (member_text(key, "keyId") == old_id) body["keyCredentials"].push_back(repeated(key, name_of(key)));
    }
    return {std::move(body), choice, json{{"keyCredentials", keys}}};
}

}  // namespace regent::provider::graph
