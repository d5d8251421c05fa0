#include "model/attributes.hpp"
#include "plan/risk_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace regent::plan {
namespace {

/// As far as a rating needs it: manifests were checked by the loader, and what a tenant holds is only compared.
struct Parts {
    std::string scheme, host;
};

Parts parts_of(const std::string& uri) {
    const auto colon = uri.find(':');
    if (colon == std::string::npos) return {};
    Parts parts{uri.substr(0, colon), {}};
    if (uri.compare(colon, 3, "://") != 0) return parts;
    parts.host = uri.substr(colon + 3, uri.find_first_of("/?#", colon + 3) - colon - 3);
    if (const auto port = parts.host.rfind(':'); port != std::string::npos) parts.host.resize(port);
    std::transform(parts.host.begin(), parts.host.end(), parts.host.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    return parts;
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

bool is_known_host(const std::string& host, const RiskContext& context) {
    const auto* object = context.object();
    if (object == nullptr) return false;
    for (const auto path : model::path::redirect_uris) {
        const auto it = object->attributes.find(path);
        if (it == object->attributes.end() || it->second.as_list() == nullptr) continue;
        for (const auto& uri : *it->second.as_list()) {
            if (parts_of(uri.text_or({})).host == host) return true;
        }
    }
    return false;
}

/// The redirect URL of a connector that is ours and there: a wish for it is not told from its text any more.
bool is_of_connector(const std::string& uri, const RiskContext& context) {
    const auto& resources = context.observed.resources;
    return std::any_of(resources.begin(), resources.end(), [&](const auto& entry) {
        const auto& [address, resource] = entry;
        const auto url = resource.outputs.find(model::output::redirect_url);
        return address.kind == model::kind::connector && resource.ownership == model::Ownership::ours &&
               url != resource.outputs.end() && url->second == uri;
    });
}

Rating rate_loopback(const Change& change, const RiskContext& context) {
    // Native applications are meant to listen there. https://www.rfc-editor.org/rfc/rfc8252#section-7.3
    const bool native = change.path == model::path::redirect_uris_native;
    if (native || !context.environment.production) return harmless();
    return high(
        "in production: tokens of real people go to whatever listens on the machine they sit at; a developer's "
        "application has a registration of its own");
}

Rating rate_own_scheme(const std::string& scheme) {
    // msal<client id> and Microsoft's own belong to one application each.
    if (scheme.rfind("msal", 0) == 0 || scheme.rfind("ms-appx-web", 0) == 0 || scheme == "urn") return harmless();
    return medium("any application on the device can claim this scheme, and get the answer");
}

}  // namespace

Rating rate_redirect_uri(const Change& change, const RiskContext& context) {
    if (change.op == Change::Op::remove) {
        const bool loopback = is_loopback(parts_of(change.before.text_or({})).host);
        return loopback ? harmless() : medium("sign-ins that come back to it fail");
    }
    const auto* uri = change.after.as_string();
    if (uri == nullptr) return harmless();  // the address of a connector of the same repository
    if (uri->find('*') != std::string::npos)
        return high(
            "every host or path that fits the wildcard gets tokens, also a forgotten one that others take over");
    const auto parts = parts_of(*uri);
    if (is_loopback(parts.host)) return rate_loopback(change, context);
    if (parts.scheme == "http") return high("tokens travel unencrypted");
    if (parts.scheme != "https") return rate_own_scheme(parts.scheme);
    if (is_known_host(parts.host, context) || is_of_connector(*uri, context)) return harmless();
    return medium(fmt::format("tokens go to a new host, {}", parts.host));
}

}  // namespace regent::plan
