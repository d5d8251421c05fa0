#include "simulator/login_assertion.hpp"

#include "simulator/jwt.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace regent::simulator {
namespace {

using nlohmann::json;

bool names(const Assertion& assertion, std::string_view der) {
    const auto sha256 = sha256_bytes(der), sha1 = sha1_bytes(der);
    if (!assertion.thumbprint_sha256.empty()) return base64_decoded(assertion.thumbprint_sha256) == sha256;
    if (!assertion.thumbprint_sha1.empty()) return base64_decoded(assertion.thumbprint_sha1) == sha1;
    return !assertion.key_id.empty();
}

/// A token of another issuer, against the federated credentials. Its signature is not looked at: the issuer's keys
/// are on the network, and nothing here leaves the machine.
std::optional<LoginRefusal> check_outside_token(const json& claims, const json& application) {
    const auto& credentials = application.at("federatedIdentityCredentials");
    const auto issuer = text(claims, "iss"), subject = text(claims, "sub"), audience = text(claims, "aud");
    const auto none = [](const char* what, const std::string& value) {
        return fmt::format("No matching federated identity record found for presented assertion {} '{}'.", what, value);
    };
    bool issuer_known = false, subject_known = false, other_case = false;
    for (const auto& credential : credentials) {
        if (text(credential, "issuer") != issuer) continue;
        issuer_known = true;
        other_case = other_case || same_text(text(credential, "subject"), subject);
        if (text(credential, "subject") != subject) continue;
        subject_known = true;
        const auto& audiences = credential.at("audiences");
        if (std::find(audiences.begin(), audiences.end(), json(audience)) != audiences.end()) return std::nullopt;
    }
    if (!issuer_known) return LoginRefusal{401, "invalid_client", 700211, none("issuer", issuer)};
    if (subject_known) return LoginRefusal{401, "invalid_client", 700212, none("audience", audience)};
    if (!other_case) return LoginRefusal{401, "invalid_client", 700213, none("subject", subject)};
    return LoginRefusal{400, "invalid_request", 7002138,
                        fmt::format("No matching federated identity record found for presented assertion subject '{}'. "
                                    "The subject matches with case-insensitive comparison, but not with case-sensitive "
                                    "comparison.",
                                    subject)};
}

std::optional<LoginRefusal> check_assertion(const Directory& directory, const Request& request, const json& form,
                                            const json& application, const std::string& tenant) {
    if (text(form, "client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return LoginRefusal{400, "invalid_request", 900144,
                            "The request body must contain the following parameter: 'client_assertion_type'."};
    }
    const auto assertion = parse_assertion(text(form, "client_assertion"));
    if (!assertion) return LoginRefusal{401, "invalid_client", 50027, "JWT token is invalid or malformed."};
    const auto& claims = *assertion->claims;
    const auto client = text(application, "appId");
    const auto now = static_cast<long>(std::chrono::system_clock::to_time_t(directory.now()));
    constexpr long skew = 300;
    if (claims.value("exp", 0L) + skew < now || claims.value("nbf", now) - skew > now) {
        return LoginRefusal{401, "invalid_client", 700024, "Client assertion is not within its valid time range."};
    }
    if (text(claims, "iss") != client) return check_outside_token(claims, application);
    if (text(claims, "sub") != client)
        return LoginRefusal{401, "invalid_client", 50027, "The 'sub' of the assertion must be the client id."};
    const auto endpoint = fmt::format("/{}/oauth2", tenant);
    if (text(claims, "aud").find(endpoint) == std::string::npos ||
        text(claims, "aud").rfind(request.base_url, 0) != 0) {
        return LoginRefusal{401, "invalid_client", 50027, "The 'aud' of the assertion must be the token endpoint."};
    }
    // Those of its service principal are as good.
    for (const auto* holder : {&application, directory.principal_by_app(client)}) {
        if (holder == nullptr) continue;
        for (const auto& credential : list(*holder, "keyCredentials")) {
            const auto der = base64_decoded(text(credential, "key"));
            if (!der || !names(*assertion, *der)) continue;
            const auto end = parse_time(text(credential, "endDateTime"));
            if ((!end || *end > directory.now()) && is_signed_by(*assertion, *der)) return std::nullopt;
        }
    }
    return LoginRefusal{401, "invalid_client", 700027,
                        "The certificate with identifier used to sign the client assertion is not registered on "
                        "application, or the signature is not valid."};
}

}  // namespace

std::optional<LoginRefusal> check_credential(const Directory& directory, const Request& request, const json& form,
                                             const json& application, const std::string& tenant) {
    if (form.contains("client_assertion")) return check_assertion(directory, request, form, application, tenant);
    if (!form.contains("client_secret")) {
        return LoginRefusal{
            401, "invalid_client", 7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."};
    }
    switch (directory.check_secret(application, text(form, "client_secret"))) {
        case Directory::SecretCheck::good:
            return std::nullopt;
        case Directory::SecretCheck::expired:
            return LoginRefusal{
                401, "invalid_client", 7000222,
                fmt::format("The provided client secret keys for app '{}' are expired.", text(application, "appId"))};
        case Directory::SecretCheck::wrong:
            break;
    }
    return LoginRefusal{
        401, "invalid_client", 7000215,
        fmt::format("Invalid client secret provided. Ensure the secret being sent in the request is the client "
                    "secret value, not the client secret ID, for a secret added to app '{}'.",
                    text(application, "appId"))};
}

}  // namespace regent::simulator
