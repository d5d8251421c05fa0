#include "provider/graph/certificates_json.hpp"

#include "model/ascii.hpp"
#include "net/base64url.hpp"
#include "provider/graph/digest.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

namespace regent::provider::graph {
namespace {

using model::Map;
using model::Value;
using nlohmann::json;

/// A new one's, base64: see manifest/load_certificates.cpp.
std::string bytes_of(const Value& certificate) {
    const auto* key = certificate.find("key");
    return key == nullptr ? std::string{} : text_of(*key, "bytes");
}

/// The 20 bytes of a SHA-1 digest as base64 in capital hex digits; empty for any other text.
std::string hex_of_digest(std::string text) {
    if (text.size() != 28 || text.back() != '=') return {};
    text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    const auto bytes = net::from_base64url(text);
    std::string hex;
    for (const auto byte : bytes.value_or(std::string{}))
        hex += fmt::format("{:02X}", static_cast<unsigned char>(byte));
    return hex;
}

/// SHA-1 in capital hex digits, which is how Graph shows `customKeyIdentifier`, though its metadata calls it binary:
/// so base64 of it is understood too. Another text is one that somebody chose: it is no certificate's thumbprint, and
/// is told as it is.
std::string thumbprint_of(const json& key) {
    auto text = member_text(key, "customKeyIdentifier");
    if (auto hex = hex_of_digest(text); !hex.empty()) return hex;
    if (text.size() != 40 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return text;
    return model::upper_case(text);
}

std::string display_name_of(const json& key) {
    auto name = member_text(key, "displayName");
    return name.empty() ? thumbprint_of(key) : name;
}

const json& keys_in(const json& there) {
    static const auto none = json::array();
    const auto* keys = member(there, "keyCredentials");
    return keys != nullptr && keys->is_array() ? *keys : none;
}

bool is_private(const json& key) {
    return member_text(key, "usage") == "Sign";
}

/// A key that signs SAML tokens, or the public one that goes with it: they have the same identifier.
bool signs(const json& key, const json& keys) {
    const auto same = thumbprint_of(key);
    return is_private(key) || (!same.empty() && std::any_of(keys.begin(), keys.end(), [&](const json& other) {
               return is_private(other) && thumbprint_of(other) == same;
           }));
}

/// Of the two keys of a SAML certificate the public one is shown.
bool is_shown_by_another(const json& key, const json& keys) {
    return is_private(key) && std::any_of(keys.begin(), keys.end(), [&](const json& other) {
               return !is_private(other) && !thumbprint_of(key).empty() && thumbprint_of(other) == thumbprint_of(key) &&
                      display_name_of(other) == display_name_of(key);
           });
}

/// Of a service principal: what signs tokens, which no manifest declares and no list takes away.
bool is_left_alone(const json& key, const json& keys, bool of_principal) {
    return of_principal && signs(key, keys);
}

struct NamedKey {
    std::string name;  ///< no other one has it
    const json* key = nullptr;
};

/// Of several with one display name, the one that has been valid for longest is called by it, and the others by it and
/// their ids: answers come in any order, and a new one of that name leaves those that are there their names. What a
/// manifest may name goes first: it has its plain name then, whatever stands beside it.
std::vector<NamedKey> named_keys(const json& keys, bool of_principal) {
    std::vector<NamedKey> named;
    for (const auto& key : keys)
        if (!of_principal || !is_shown_by_another(key, keys)) named.push_back({display_name_of(key), &key});
    const auto rank = [&](const NamedKey& one) {
        return std::tuple(is_left_alone(*one.key, keys, of_principal), member_text(*one.key, "startDateTime"),
                          thumbprint_of(*one.key), member_text(*one.key, "keyId"));
    };
    std::sort(named.begin(), named.end(), [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
    std::set<std::string> display_names, taken;
    for (const auto& one : named) display_names.insert(one.name);
    for (auto& [name, key] : named) {
        if (taken.insert(name).second) continue;
        while (display_names.contains(name) || taken.contains(name)) name += " (" + member_text(*key, "keyId") + ")";
        taken.insert(name);
    }
    return named;
}

Value certificate_value(const json& key, bool is_kept) {
    Map value{{"usage", member_text(key, "usage")},
              {"thumbprint", thumbprint_of(key)},
              {"starts", member_text(key, "startDateTime").substr(0, 10)},
              {"ends", member_text(key, "endDateTime").substr(0, 10)}};
    if (is_kept) value.emplace("signs", true);
    return value;
}

/// A key that is there already, as it is sent to keep it.
json repeated(const json& key) {
    json entry{{"key", nullptr}};
    for (const auto* member_name :
         {"keyId", "type", "usage", "displayName", "startDateTime", "endDateTime", "customKeyIdentifier"}) {
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

bool holds_key(const json& keys, const std::string& key_id) {
    return std::any_of(keys.begin(), keys.end(), [&](const json& key) { return member_text(key, "keyId") == key_id; });
}

using KeptKeys = std::map<std::string, const json*>;

/// The keys that are there for what is wanted, by name. What is there under its own name keeps that key; only then do
/// others choose, whose certificate is there under a name that goes.
KeptKeys keys_kept(const Map& wanted, const std::vector<NamedKey>& there) {
    KeptKeys kept;
    std::set<const json*> taken;
    for (const bool by_name : {true, false}) {
        for (const auto& [name, certificate] : wanted) {
            if (kept.contains(name)) continue;
            for (const auto& [its_name, key] : there) {
                const bool matches = thumbprint_of(*key) == text_of(certificate, "thumbprint") &&
                                     member_text(*key, "usage") == text_of(certificate, "usage") &&
                                     !taken.contains(key);
                if (!matches || (by_name && its_name != name)) continue;
                taken.insert(key);
                kept.emplace(name, key);
                break;
            }
        }
    }
    return kept;
}

/// One that no key has: a key that was called otherwise since has the id that its old name would be given.
std::string new_key_id(const std::string& seed, const std::string& name, const Value& certificate, const json& there) {
    auto tried = name;
    auto id = key_id_for(seed, tried, certificate);
    while (holds_key(there, id)) id = key_id_for(seed, tried += "|", certificate);
    return id;
}

/// Keys that stay, and those that sign tokens, which nobody takes away.
json staying_keys(const KeptKeys& kept, const std::set<std::string>& unchanged, const json& there, bool of_principal) {
    auto keys = json::array();
    for (const auto& [name, key] : kept) {
        keys.push_back(repeated(*key));
        if (!unchanged.contains(member_text(*key, "displayName"))) keys.back()["displayName"] = name;
    }
    for (const auto& key : there) {
        if (is_left_alone(key, there, of_principal) && !holds_key(keys, member_text(key, "keyId")))
            keys.push_back(repeated(key));
    }
    return keys;
}

/// The display names that can stay, since the keys that have them are read again under the names that are wanted. They
/// are others' to look for, also where several keys share one. Not so where a manifest calls a key otherwise, or brings
/// another one of that name.
std::set<std::string> unchanged_names(const Map& wanted, const KeptKeys& kept, const json& there, bool of_principal) {
    std::set<std::string> unchanged;
    std::map<std::string, std::pair<std::string, std::string>> names;  // by key id: the wanted one, the display name
    for (const auto& [name, key] : kept) {
        const auto display_name = member_text(*key, "displayName");
        unchanged.insert(display_name);
        names.emplace(member_text(*key, "keyId"), std::pair(name, display_name));
    }
    for (const auto& [name, certificate] : wanted)
        if (!kept.contains(name)) unchanged.erase(name);
    for (bool settled = false; !settled;) {
        settled = true;
        const auto result = staying_keys(kept, unchanged, there, of_principal);
        for (const auto& [name, key] : named_keys(result, of_principal)) {
            const auto known = names.find(member_text(*key, "keyId"));
            if (known == names.end() || known->second.first == name) continue;
            if (unchanged.erase(known->second.second) != 0) settled = false;
        }
    }
    return unchanged;
}

json key_credentials(const Map& wanted, const json& there, const std::string& seed, bool of_principal) {
    const auto kept = keys_kept(wanted, named_keys(there, of_principal));
    auto keys = staying_keys(kept, unchanged_names(wanted, kept, there, of_principal), there, of_principal);
    for (const auto& [name, certificate] : wanted) {
        if (kept.contains(name)) continue;
        keys.push_back({{"type", "AsymmetricX509Cert"},
                        {"usage", text_of(certificate, "usage")},
                        {"displayName", name},
                        {"keyId", new_key_id(seed, name, certificate, there)},
                        {"key", bytes_of(certificate)}});
    }
    return keys;
}

std::string provider_data_name(const CertificateHolder& holder) {
    return std::string(holder.certificates) + "/keys";
}

}  // namespace

ReadCertificates read_certificates(StrictReading& reading, const json& object, const CertificateHolder& holder) {
    ReadCertificates read;
    const auto encryption_id = lower_case(reading.text(&object, "tokenEncryptionKeyId"));
    auto keys = json::array();
    if (const auto* given = reading.array(&object, "keyCredentials")) {
        for (auto key : *given) {
            if (!key.is_object()) {
                reading.wrong("keyCredentials", "not a list of keys");
                continue;
            }
            key.erase("key");
            key["keyId"] = lower_case(member_text(key, "keyId"));
            keys.push_back(std::move(key));
        }
    }
    if (keys.empty() && encryption_id.empty()) return read;
    Map certificates;
    Value encryption = Map{};
    for (const auto& [name, shown] : named_keys(keys, holder.is_principal)) {
        const auto& key = *shown;
        const auto id = member_text(key, "keyId");
        const bool is_kept = is_left_alone(key, keys, holder.is_principal);
        if (!encryption_id.empty() && id == encryption_id)
            encryption = Map{{"name", name}, {"thumbprint", thumbprint_of(key)}};
        if (const auto ends = parse_time(member_text(key, "endDateTime")))
            read.certificates.push_back({id, name, thumbprint_of(key), *ends, is_kept, holder.is_principal});
        certificates.insert_or_assign(name, certificate_value(key, is_kept));
    }
    // A key that is not among them cannot be; should it be all the same, it is not taken for none.
    if (!encryption_id.empty() && encryption == Value(Map{}))
        encryption = Map{{"name", encryption_id}, {"thumbprint", encryption_id}};
    if (!certificates.empty()) read.attributes.emplace(holder.certificates, std::move(certificates));
    if (!encryption_id.empty()) read.attributes.emplace(holder.encryption_key, std::move(encryption));
    read.keys = json{{"keyCredentials", std::move(keys)}, {"tokenEncryptionKeyId", encryption_id}}.dump(
        -1, ' ', false, json::error_handler_t::replace);
    return read;
}

void note_certificates(ReadCertificates read, const CertificateHolder& holder, model::ObservedResource& into) {
    into.attributes.merge(read.attributes);
    std::move(read.certificates.begin(), read.certificates.end(), std::back_inserter(into.certificates));
    if (!read.keys.empty()) into.provider_data.insert_or_assign(provider_data_name(holder), std::move(read.keys));
}

std::map<std::string, std::string> shown_certificates(const json& object) {
    std::map<std::string, std::string> shown;
    for (const auto& key : keys_in(object)) {
        auto bytes = key.is_object() ? member_text(key, "key") : std::string{};
        if (bytes.empty() || is_private(key) || member_text(key, "type") != "AsymmetricX509Cert") continue;
        shown.emplace(thumbprint_of(key), std::move(bytes));
    }
    return shown;
}

json keys_there(const CertificateHolder& holder, const model::ObservedResource* observed) {
    if (observed == nullptr) return json::object();
    const auto it = observed->provider_data.find(provider_data_name(holder));
    return it == observed->provider_data.end() ? json::object() : json::parse(it->second, nullptr, false);
}

void add_certificates(const plan::Step& step, const CertificateHolder& holder, const std::string& application_key,
                      const json& there, json& body) {
    const auto seed = holder.is_principal ? application_key + "|servicePrincipal" : application_key;
    if (step.changed.contains(holder.certificates)) {
        const auto it = step.values.find(holder.certificates);
        const auto* wanted = it == step.values.end() ? nullptr : it->second.as_map();
        body["keyCredentials"] =
            key_credentials(wanted == nullptr ? Map{} : *wanted, keys_in(there), seed, holder.is_principal);
    }
    if (!step.changed.contains(holder.encryption_key)) return;
    const auto it = step.values.find(holder.encryption_key);
    const auto thumbprint = it == step.values.end() ? std::string{} : text_of(it->second, "thumbprint");
    body["tokenEncryptionKeyId"] = nullptr;
    if (thumbprint.empty()) return;
    const auto& keys = body.contains("keyCredentials") ? body["keyCredentials"] : keys_in(there);
    const auto certificates = step.values.find(holder.certificates);
    for (const auto& key : keys) {
        if (member_text(key, "usage") != "Encrypt") continue;
        // A new key does not say its thumbprint: Entra computes it. It has the name that is wanted.
        const auto* declared = certificates == step.values.end() || !thumbprint_of(key).empty()
                                   ? nullptr
                                   : certificates->second.find(member_text(key, "displayName"));
        if (thumbprint_of(key) == thumbprint || (declared != nullptr && text_of(*declared, "thumbprint") == thumbprint))
            body["tokenEncryptionKeyId"] = member_text(key, "keyId");
    }
}

std::vector<json> in_order(json body, const json& there) {
    if (!body.contains("keyCredentials") || !body.contains("tokenEncryptionKeyId")) return {std::move(body)};
    const json choice{{"tokenEncryptionKeyId", body["tokenEncryptionKeyId"]}};
    body.erase("tokenEncryptionKeyId");
    const auto keys = body["keyCredentials"];
    const auto old_id = lower_case(member_text(there, "tokenEncryptionKeyId"));
    if (old_id.empty() || holds_key(keys, old_id)) return {std::move(body), choice};
    for (const auto& key : keys_in(there)) {
        if (member_text(key, "keyId") == old_id) body["keyCredentials"].push_back(repeated(key));
    }
    return {std::move(body), choice, json{{"keyCredentials", keys}}};
}

}  // namespace regent::provider::graph
