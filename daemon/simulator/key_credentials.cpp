#include "simulator/key_credentials.hpp"

#include "simulator/certificate.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <algorithm>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;
using Problem = std::optional<GraphError>;

void lower_text(json& object, const char* name) {
    if (object.contains(name) && object[name].is_string()) object[name] = lower(object[name].get<std::string>());
}

/// A time in whatever zone and precision, as Graph writes it.
void normalise_time(json& object, const char* name) {
    if (const auto time = parse_time(text(object, name))) object[name] = format_time(*time);
}

/// What a certificate says of itself, where nobody said it.
void take_from_certificate(json& key) {
    const auto sent = base64_decoded(text(key, "key")).value_or("");
    const auto der = certificate_in(sent);
    const auto certificate = read_certificate(der);
    if (!certificate) return;
    if (der != sent) key["key"] = base64(der);
    if (text(key, "displayName").empty()) key["displayName"] = certificate->subject;
    if (text(key, "customKeyIdentifier").empty()) key["customKeyIdentifier"] = certificate->sha1_hex;
    if (text(key, "startDateTime").empty()) key["startDateTime"] = format_time(certificate->not_before);
    if (text(key, "endDateTime").empty()) key["endDateTime"] = format_time(certificate->not_after);
}

bool has_private_use(const json& key) {
    return text(key, "usage") == "Sign";
}

Problem check_key(const json& key, std::string_view resource) {
    const auto type = text(key, "type"), usage = text(key, "usage");
    const bool is_pair = (type == "AsymmetricX509Cert" && (usage == "Verify" || usage == "Encrypt")) ||
                         (type == "X509CertAndPassword" && has_private_use(key)) ||
                         (type == "AsymmetricX509Cert" && has_private_use(key));
    if (!is_pair) return invalid_value("keyCredentials", resource);
    const auto der = base64_decoded(text(key, "key"));
    const auto certificate = der ? read_certificate(*der) : std::nullopt;
    if (type == "AsymmetricX509Cert" && !certificate) return invalid_value("keyCredentials", resource);
    const auto start = parse_time(text(key, "startDateTime")), end = parse_time(text(key, "endDateTime"));
    if (!start || !end || *end <= *start) return invalid_value("keyCredentials", resource);
    if (certificate && (*end > certificate->not_after || *start < certificate->not_before)) {
        return GraphError{
            400, "KeyCredentialsInvalidEndDate", "Key credential's dates are outside the certificate's validity.", {}};
    }
    return std::nullopt;
}

/// Does `select`, a list with commas, name it?
bool names(const std::string& select, std::string_view name) {
    const auto at = select.find(name);
    if (at == std::string::npos) return false;
    const auto end = at + name.size();
    const auto is_border = [&](std::size_t position) { return select[position] == ',' || select[position] == ' '; };
    return (at == 0 || is_border(at - 1)) && (end == select.size() || is_border(end));
}

}  // namespace

void normalise_keys(json& holder, const json* before) {
    lower_text(holder, "tokenEncryptionKeyId");
    for (auto& key : holder["keyCredentials"]) {
        lower_text(key, "keyId");
        if (text(key, "key").empty() && before != nullptr) {
            for (const auto& old : list(*before, "keyCredentials")) {
                if (!text(old, "keyId").empty() && text(old, "keyId") == text(key, "keyId"))
                    key["key"] = old.value("key", json());
            }
        }
        take_from_certificate(key);
        for (const auto* name : {"customKeyIdentifier", "displayName", "key"}) {
            if (!key.contains(name)) key[name] = nullptr;
        }
        if (text(key, "displayName").size() > 90) key["displayName"] = text(key, "displayName").substr(0, 90);
        normalise_time(key, "startDateTime");
        normalise_time(key, "endDateTime");
    }
}

void hide_keys(json& shown, const std::string& select, bool is_single) {
    if (is_single && names(select, "keyCredentials")) return;
    for (auto& credential : shown["keyCredentials"]) credential["key"] = nullptr;
}

bool names_new_key(const json& body, const json& holder) {
    const auto wanted = lower(text(body, "tokenEncryptionKeyId"));
    const auto& keys = list(holder, "keyCredentials");
    return !wanted.empty() &&
           std::none_of(keys.begin(), keys.end(), [&](const json& key) { return lower(text(key, "keyId")) == wanted; });
}

Problem check_keys(const json& after, const json* before, std::string_view resource) {
    std::set<std::string> ids;
    for (const auto& key : list(after, "keyCredentials")) {
        if (!text(key, "keyId").empty() && !ids.insert(text(key, "keyId")).second)
            return invalid_value("keyCredentials", resource);
        const auto& old = before == nullptr ? json::array() : list(*before, "keyCredentials");
        if (std::find(old.begin(), old.end(), key) != old.end()) continue;
        if (auto wrong = check_key(key, resource)) return wrong;
    }
    const auto encryption = text(after, "tokenEncryptionKeyId");
    if (!encryption.empty() && !ids.contains(encryption)) return invalid_value("tokenEncryptionKeyId", resource);
    return std::nullopt;
}

bool has_signing_key(const json& holder, const std::string& thumbprint) {
    const auto& keys = list(holder, "keyCredentials");
    return std::any_of(keys.begin(), keys.end(), [&](const json& key) {
        return has_private_use(key) && same_text(text(key, "customKeyIdentifier"), thumbprint);
    });
}

}  // namespace regent::simulator
