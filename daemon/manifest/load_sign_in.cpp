#include "manifest/load_sign_in.hpp"

#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"

#include <fmt/format.h>

namespace regent::manifest {
namespace {

/// "name@domain": https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname
bool is_account(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos && !has_white_space(text);
}

}  // namespace

model::DelegatedSignIn load_sign_in(const Values& values, Findings& findings) {
    model::DelegatedSignIn sign_in;
    for (const auto* service : values.items("delegated")) {
        sign_in.power_apps = sign_in.power_apps || service->text == "powerApps";
        sign_in.dataverse = sign_in.dataverse || service->text == "dataverse";
        sign_in.resource_manager = sign_in.resource_manager || service->text == "resourceManager";
    }
    if (const auto client = values.text("clientId")) sign_in.client_id = lower_case(*client);
    if (const auto* account = values.node("account")) {
        sign_in.account = account->text;
        if (!is_account(account->text))
            findings.bad_value("RG0467", *account, fmt::format("{} is no account", in_quotes(account->text))).help =
                "write its user principal name, such as `connectors@contoso.example`";
    }
    return sign_in;
}

void demand_login(const Values& spec, const model::Environment& environment, Findings& findings) {
    const auto& endpoints = environment.endpoints;
    const bool manager_unknown = environment.sign_in.resource_manager && endpoints.resource_manager_scope.empty();
    if (!environment.sign_in.any() || (!endpoints.login.empty() && !manager_unknown)) return;
    auto& d = findings.error("RG0468", spec.entry("signIn")->key_span,
                             "where a person signs in is left to what the cloud says of itself");
    d.notes.push_back("what a person signed in to is kept for one address, which an answer could move");
    d.help = manager_unknown
                 ? "write `endpoints.login` and `endpoints.resourceManagerScope` beside `endpoints.metadata`"
                 : "write `endpoints.login` beside `endpoints.metadata`";
}

}  // namespace regent::manifest
