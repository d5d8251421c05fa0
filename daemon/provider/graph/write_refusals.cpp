#include "provider/graph/write_refusals.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace regent::provider::graph {
namespace {

/// Properties that Graph v1.0 has in its metadata without its documentation saying that they can be written.
/// https://learn.microsoft.com/graph/api/application-update
constexpr std::array<std::string_view, 3> undocumented = {"authenticationBehaviors", "oauth2RequirePostResponse",
                                                          "isDisabled"};

bool writes(const plan::Step& step, std::string_view property) {
    return std::any_of(step.changed.begin(), step.changed.end(), [&](const auto& path) {
        return path == property || (path.size() > property.size() && path[property.size()] == '.' &&
                                    std::string_view(path).substr(0, property.size()) == property);
    });
}

/// A home page URL, once set, has been seen to resist: https://learn.microsoft.com/graph/api/application-update
bool clears_home_page(const plan::Step& step) {
    const auto it = step.values.find(model::path::home_page_url);
    return step.changed.contains(model::path::home_page_url) && it != step.values.end() &&
           it->second.text_or({}).empty();
}

/// The property that "… value specified for property 'web' of resource 'Application'" names; empty: none.
std::string property_in(std::string_view words) {
    constexpr std::string_view front = "property '";
    const auto begin = words.find(front);
    if (begin == std::string_view::npos) return {};
    const auto end = words.find('\'', begin + front.size());
    return end == std::string_view::npos ? std::string{}
                                         : std::string(words.substr(begin + front.size(), end - begin - front.size()));
}

/// Entra names the property, and not which of its entries it means.
std::string help_with_exposed(const plan::Step& step, const ProviderError& error) {
    const auto is_about = [&](std::string_view path, std::string_view property) {
        return step.changed.contains(path) &&
               error.service.find(fmt::format("property '{}'", property)) != std::string::npos;
    };
    if (is_about(model::path::exposed_roles, "appRoles"))
        return "Entra does not say which role it means: look in the portal, under *App roles*, for one that was made "
               "by hand and has the value or the id of one in `spec.exposes.roles`; or declare fewer to find "
               "out which";
    if (is_about(model::path::exposed_scopes, "oauth2PermissionScopes") || is_about(model::path::exposed_scopes, "api"))
        return "Entra does not say which scope it means: look in the portal, under *Expose an API*, for one that was "
               "made by hand and has the value or the id of one in `spec.exposes.scopes`, and for a client that is "
               "authorized there for a scope that goes; or declare fewer to find out which";
    return {};
}

/// Policies of the tenant judge certificates by the codes of secrets, whose cure is another one.
std::string help_with_certificate(const plan::Step& step, const ProviderError& error) {
    if (!step.changed.contains(model::path::certificates) &&
        !step.changed.contains(model::path::principal_certificates))
        return {};
    if (error.service.find("CredentialInvalidLifetimeAsPerAppPolicy") != std::string::npos)
        return "an app management policy of the tenant limits how long a certificate may live: declare one that is "
               "made for a shorter time, or ask for an exemption";
    if (error.service.find("CredentialTypeNotAllowedAsPerAppPolicy") != std::string::npos)
        return "an app management policy of the tenant does not take this certificate: declare one that an authority "
               "of the policy has signed, trust a federated credential instead, or ask for an exemption";
    return {};
}

}  // namespace

ProviderError explained_old_value(const nlohmann::json& body, ProviderError error) {
    if (error.kind != ErrorKind::rejected || !error.help.empty()) return error;
    const auto property = property_in(error.service);
    const auto sent = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (property.empty() || sent.find(fmt::format("\"{}\":", property)) != std::string::npos) return error;
    error.help = fmt::format(
        "this change does not touch `{}`: what the application has there already is refused today. Put it right first, "
        "in "
        "the portal or by declaring it in the manifest",
        property);
    return error;
}

ProviderError explained_refusal(const plan::Step& step, ProviderError error) {
    if (error.kind != ErrorKind::rejected) return error;
    if (auto help = help_with_certificate(step, error); !help.empty()) error.help = std::move(help);
    if (error.help.empty()) error.help = help_with_exposed(step, error);
    if (clears_home_page(step) && error.service.find("property 'web'") != std::string::npos) {
        error.help =
            "Entra is known to refuse to clear a `homePageUrl` that was set once: declare another one, or put "
            "`spec.homePageUrl` on `management.ignore`";
    }
    if (step.changed.contains(model::path::principal_signing_key) &&
        error.service.find("preferredTokenSigningKeyThumbprint") != std::string::npos) {
        error.help =
            "the service principal needs a certificate of this thumbprint that signs (`usage: Sign`), and regent makes "
            "none: make it in the portal, under single sign-on, or with Graph's addTokenSigningCertificate, and run "
            "again";
    }
    for (const auto property : undocumented) {
        if (!writes(step, property) || error.service.find(property) == std::string::npos) continue;
        error.help = fmt::format(
            "Graph v1.0 shows `{0}`, but is not documented to take it: set it in the portal, and remove it here or put "
            "`spec.{0}` on `management.ignore`",
            property);
    }
    return error;
}

}  // namespace regent::provider::graph
