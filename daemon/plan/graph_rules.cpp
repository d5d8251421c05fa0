#include "plan/graph_rules.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/audience.hpp"
#include "plan/connector_titles.hpp"
#include "plan/credential_count.hpp"
#include "plan/delivery_rules.hpp"
#include "plan/resolution.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace regent::plan {
namespace {

using model::DesiredAttribute;
using model::Diagnostic;
using model::Element;

/// Redirect URIs one application can have, all platforms together.
/// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t max_redirect_uris = 256, max_redirect_uris_of_persons = 100;

Diagnostic error(std::string code, std::string message, const model::Span& span, std::string label, std::string help) {
    Diagnostic diagnostic;
    diagnostic.code = std::move(code);
    diagnostic.message = std::move(message);
    diagnostic.span = span;
    diagnostic.label = std::move(label);
    diagnostic.help = std::move(help);
    return diagnostic;
}

class ApplicationRules {
public:
    ApplicationRules(const DesiredResource& application, const DesiredGraph& graph, model::Diagnostics& diagnostics)
        : application_(application), graph_(graph), diagnostics_(diagnostics) {}

    void check() {
        for (const auto platform : model::path::redirect_uris) {
            if (const auto* uris = application_.attribute(platform)) same_value_twice(*uris);
        }
        across_platforms();
        too_many_redirect_uris();
        adds_to_what_is_ignored();
        if (const auto* credentials = application_.attribute(model::path::federated_credentials)) {
            same_name_twice(*credentials);
            too_many(*credentials);
            same_subject_twice(*credentials);
        }
    }

private:
    void twice(std::string code, const std::string& what, const Element& first, const Element& second,
               std::string help) {
        auto diagnostic = error(std::move(code), fmt::format("{} {}", to_string(application_.address), what),
                                second.span, "again here", std::move(help));
        diagnostic.secondary = {{first.span, "first here"}};
        diagnostics_.push_back(std::move(diagnostic));
    }

    void same_value_twice(const DesiredAttribute& uris) {
        std::map<model::Value, const Element*> seen;
        for (const auto& element : uris.elements) {
            const auto [it, added] = seen.emplace(element.value, &element);
            if (!added)
                twice("RG0319", fmt::format("is given the redirect URI {} twice", to_text(element.value)), *it->second,
                      element, "remove one of them");
        }
    }

    void across_platforms() {
        std::map<model::Value, std::pair<std::string_view, const Element*>> seen;
        for (const auto platform : model::path::redirect_uris) {
            const auto* uris = application_.attribute(platform);
            if (uris == nullptr) continue;
            for (const auto& element : uris->elements) {
                const auto [it, added] = seen.emplace(element.value, std::pair{platform, &element});
                if (added || it->second.first == platform) continue;
                twice("RG0318", fmt::format("has the redirect URI {} under two platforms", to_text(element.value)),
                      *it->second.second, element, "keep it under the platform that the client really is");
            }
        }
    }

    /// Those of the application's own list alone are counted where they stand; here come those that other documents
    /// bring.
    void too_many_redirect_uris() {
        std::set<std::string> seen;
        std::size_t own = 0;
        const Element* extra = nullptr;
        const auto most = most_redirect_uris();
        for (const auto platform : model::path::redirect_uris) {
            const auto* uris = application_.attribute(platform);
            if (uris == nullptr) continue;
            for (const auto& element : uris->elements) {
                seen.insert(name_of_uri(element));
                if (element.contributor) {
                    extra = &element;
                } else {
                    ++own;
                }
            }
        }
        if (extra == nullptr || seen.size() <= most || own > most) return;  // of its own list it was told
        auto diagnostic =
            error("RG0418",
                  fmt::format("{} is given {} redirect URIs, and can have {}", to_string(application_.address),
                              seen.size(), most),
                  extra->span, "one too many", "remove those that nothing uses, or split the application");
        diagnostic.notes = {"its own and those of RedirectUri documents count together, on all platforms"};
        diagnostics_.push_back(std::move(diagnostic));
    }

    std::size_t most_redirect_uris() const {
        const auto* audience = application_.attribute(model::path::sign_in_audience);
        const bool persons = audience != nullptr && admits_personal_accounts(audience->value);
        return persons ? max_redirect_uris_of_persons : max_redirect_uris;
    }

    /// Two elements of one name are one URI: connectors of Logic Apps have one for their region.
    std::string name_of_uri(const Element& element) const {
        const auto* reference = element.value.as_reference();
        if (reference == nullptr) return element.value.text_or({});
        const auto target = graph_.resources.find(reference->address);
        if (target != graph_.resources.end() && target->second.text(model::path::backend) == model::backend::logicapps)
            return "region " + target->second.text(model::path::location);
        return to_string(reference->address) + " " + reference->output;
    }

    /// The team that wrote such a document would wait for ever, and nobody would tell it.
    void adds_to_what_is_ignored() {
        for (const auto& [path, attribute] : application_.attributes) {
            const auto elements = ignored_elements(application_, path);
            for (const auto& element : attribute.elements) {
                if (!element.contributor) continue;
                const auto name = element.name.empty() ? element.value.text_or({}) : element.name;
                const bool by_itself = std::find(elements.begin(), elements.end(), name) != elements.end();
                if (!by_itself && !is_ignored(application_, path)) continue;
                auto diagnostic = error(
                    "RG0334",
                    fmt::format("{} adds to what {} leaves as it is", to_string(*element.contributor),
                                to_string(application_.address)),
                    element.span, "is not added to an application that is there",
                    fmt::format("take `spec.{}` off the `management.ignore` of {}, or remove this",
                                by_itself ? fmt::format("{}[{}]", path, name) : path, to_string(application_.address)));
                diagnostic.severity = model::Severity::warning;
                diagnostics_.push_back(std::move(diagnostic));
            }
        }
    }

    void same_name_twice(const DesiredAttribute& credentials) {
        std::map<std::string, const Element*> seen;
        for (const auto& element : credentials.elements) {
            const auto [it, added] = seen.emplace(element.name, &element);
            if (!added)
                twice("RG0319", fmt::format("has two federated credentials named `{}`", element.name), *it->second,
                      element, "give one of them another name");
        }
    }

    void too_many(const DesiredAttribute& credentials) {
        if (credentials.elements.size() <= most_federated_credentials) return;
        const auto& extra = credentials.elements[most_federated_credentials];
        auto diagnostic =
            error("RG0316",
                  fmt::format("{} has {} federated credentials, and an application can hold {}",
                              to_string(application_.address), credentials.elements.size(), most_federated_credentials),
                  extra.span, "one too many", "remove those that nothing uses, or split the application");
        diagnostic.notes = {"its own and those of FederatedCredential documents count together"};
        diagnostics_.push_back(std::move(diagnostic));
    }

    void same_subject_twice(const DesiredAttribute& credentials) {
        std::map<std::pair<model::Value, model::Value>, const Element*> seen;
        for (const auto& element : credentials.elements) {
            const auto* issuer = element.value.find("issuer");
            const auto* subject = element.value.find("subject");
            if (issuer == nullptr || subject == nullptr || issuer->text_or("?").empty()) continue;  // told already
            const auto [it, added] = seen.emplace(std::pair{*issuer, *subject}, &element);
            if (!added && it->second->name != element.name) {
                twice("RG0317",
                      fmt::format("trusts the same issuer and subject twice, as `{}` and `{}`", it->second->name,
                                  element.name),
                      *it->second, element, "Entra accepts each pair once per application: remove one");
            }
        }
    }

    const DesiredResource& application_;
    const DesiredGraph& graph_;
    model::Diagnostics& diagnostics_;
};

/// The application a connector signs in with, when the manifests hold it.
const DesiredResource* application_of(const DesiredResource& connector, const DesiredGraph& graph) {
    const auto* client = connector.attribute(model::path::auth_client_id);
    const auto* reference = client == nullptr ? nullptr : client->value.as_reference();
    if (reference == nullptr) return nullptr;
    const auto it = graph.resources.find(reference->address);
    return it == graph.resources.end() ? nullptr : &it->second;
}

void check_single_tenant(const DesiredResource& connector, const DesiredResource& application,
                         model::Diagnostics& diagnostics) {
    if (connector.text(model::path::auth_type) != "managedIdentity") return;
    const auto audience = application.text(model::path::sign_in_audience);
    if (audience.empty() || audience == "AzureADMyOrg") return;
    const auto* declared = application.attribute(model::path::sign_in_audience);
    auto diagnostic = error("RG0320",
                            fmt::format("{} signs in by managed identity, which needs a single-tenant application",
                                        to_string(connector.address)),
                            connector.attribute(model::path::auth_type)->span, "managed identity here",
                            "set `signInAudience: single-tenant` on the application");
    if (declared->span.known())
        diagnostic.secondary = {{declared->span, fmt::format("{} is for more", to_string(application.address))}};
    diagnostics.push_back(std::move(diagnostic));
}

/// Whether one of these attributes has an element that comes from `connector`.
template <typename Paths>
bool names_connector(const DesiredResource& application, const Paths& paths, const model::Address& connector) {
    for (const auto path : paths) {
        const auto* attribute = application.attribute(path);
        if (attribute == nullptr) continue;
        for (const auto& element : attribute->elements) {
            const auto references = references_in(element.value);
            if (std::any_of(references.begin(), references.end(),
                            [&](const auto& reference) { return reference.address == connector; }))
                return true;
        }
    }
    return false;
}

/// By the application that it signs in with; where the manifests do not say which that is, by any.
bool accepts_redirect_of(const DesiredGraph& graph, const DesiredResource* application,
                         const model::Address& connector) {
    if (application != nullptr) return names_connector(*application, model::path::redirect_uris, connector);
    return std::any_of(graph.resources.begin(), graph.resources.end(), [&](const auto& one) {
        return names_connector(one.second, model::path::redirect_uris, connector);
    });
}

void warn_of_sign_in(const DesiredResource& connector, std::string_view code, std::string message, std::string help,
                     model::Diagnostics& diagnostics) {
    Diagnostic diagnostic;
    diagnostic.code = code;
    diagnostic.severity = model::Severity::warning;
    diagnostic.message = std::move(message);
    diagnostic.span = connector.attribute(model::path::auth_type)->span;
    diagnostic.help = std::move(help);
    diagnostics.push_back(std::move(diagnostic));
}

void check_connector(const DesiredResource& connector, const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    const auto* application = application_of(connector, graph);
    if (application != nullptr) check_single_tenant(connector, *application, diagnostics);
    const auto type = connector.text(model::path::auth_type);
    if (type.empty() || type == "none") return;
    const auto whose = application != nullptr ? to_string(application->address) : std::string("its application");
    const auto& name = connector.address.name;
    if (!accepts_redirect_of(graph, application, connector.address))
        warn_of_sign_in(connector, "RG0508",
                        fmt::format("{} the redirect URL of {}: signing in to it will fail",
                                    application != nullptr ? whose + " does not accept" : "no application accepts",
                                    to_string(connector.address)),
                        fmt::format("add `redirectUris: {{web: [{{connectorRef: {{name: {}}}}}]}}` to {}", name, whose),
                        diagnostics);
    constexpr std::array trusts = {model::path::federated_credentials};
    if (type == "managedIdentity" && application != nullptr &&
        !names_connector(*application, trusts, connector.address))
        warn_of_sign_in(
            connector, "RG0512",
            fmt::format("no federated credential of {} trusts the identity of {}: signing in to it will fail", whose,
                        to_string(connector.address)),
            fmt::format("add `federatedCredentials: [{{name: {0}, connectorRef: {{name: {0}}}}}]` to {1}", name, whose),
            diagnostics);
}

void check_unused_secrets(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    std::set<std::pair<model::Address, std::string>> used;
    for (const auto& [address, resource] : graph.resources) {
        const auto* secret = resource.attribute(model::path::auth_client_secret);
        const auto* reference = secret == nullptr ? nullptr : secret->value.as_reference();
        if (reference != nullptr) used.emplace(reference->address, reference->output);
    }
    for (const auto& [address, resource] : graph.resources) {
        const auto* secrets = resource.attribute(model::path::client_secrets);
        if (secrets == nullptr) continue;
        for (const auto& element : secrets->elements) {
            if (used.contains({address, model::output::secret_text(element.name)})) continue;
            const auto* targets = element.value.find("deliverTo");
            if (targets != nullptr && targets->as_list() != nullptr && !targets->as_list()->empty()) continue;
            Diagnostic diagnostic;
            diagnostic.code = "RG0509";
            diagnostic.severity = model::Severity::warning;
            diagnostic.message =
                fmt::format("nothing uses the client secret `{}` of {}", element.name, to_string(address));
            diagnostic.span = element.span;
            diagnostic.label = "its value will go to nobody";
            diagnostic.help =
                "refer to it from a Connector with `clientSecretRef`, say who gets it with `deliverTo`, or remove it";
            diagnostics.push_back(std::move(diagnostic));
        }
    }
}

/// One object in two documents: each would undo what the other does.
void check_adopted_twice(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    // The id of a connector in a solution is the same wherever that was imported, and names in Azure are a group's own.
    std::map<std::tuple<std::string, std::string, std::string>, const DesiredResource*> seen;
    for (const auto& [address, resource] : graph.resources) {
        const auto& management = resource.management;
        if (management.adopt.empty()) continue;
        const auto [it, added] = seen.emplace(
            std::tuple{address.kind, management.adopt,
                       resource.text(model::path::environment) + resource.text(model::path::resource_group)},
            &resource);
        if (added) continue;
        auto diagnostic =
            error("RG0322",
                  fmt::format("{} and {} adopt the same object, {}", to_string(it->second->address), to_string(address),
                              management.adopt),
                  span_at(management.adopt_place), "again here", "one manifest manages an object: remove one of them");
        diagnostic.secondary = {{span_at(it->second->management.adopt_place), "first here"}};
        diagnostics.push_back(std::move(diagnostic));
    }
}

/// https://learn.microsoft.com/graph/api/resources/application: no two applications of a tenant have one in common,
/// whatever its capitals.
void check_identifier_uris(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    std::map<std::string, std::pair<const DesiredResource*, const Element*>> seen;
    for (const auto& [address, resource] : graph.resources) {
        const auto* uris = resource.attribute(model::path::identifier_uris);
        if (uris == nullptr) continue;
        for (const auto& element : uris->elements) {
            const auto* uri = element.value.as_string();
            if (uri == nullptr) continue;  // api://{appId} is its own
            const auto [it, added] = seen.emplace(model::lower_case(*uri), std::pair{&resource, &element});
            if (added || it->second.first == &resource) continue;
            auto diagnostic = error("RG0332",
                                    fmt::format("{} and {} have the same identifier URI, {}",
                                                to_string(it->second.first->address), to_string(address), *uri),
                                    element.span, "again here", "a tenant has each once: give one of them another");
            diagnostic.secondary = {{it->second.second->span, "first here"}};
            diagnostics.push_back(std::move(diagnostic));
        }
    }
}

}  // namespace

model::Span span_at(const model::Place& place) {
    model::Span span;
    span.file = place.file;
    span.line = span.end_line = place.line;
    span.column = place.column;
    span.end_column = place.column + 1;
    return span;
}

void check_rules(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    for (const auto& [address, resource] : graph.resources) {
        if (address.kind == model::kind::application) ApplicationRules(resource, graph, diagnostics).check();
        if (address.kind == model::kind::connector) check_connector(resource, graph, diagnostics);
    }
    check_unused_secrets(graph, diagnostics);
    check_adopted_twice(graph, diagnostics);
    check_identifier_uris(graph, diagnostics);
    check_assignments(graph, diagnostics);
    check_delivered_twice(graph, diagnostics);
    check_titles(graph, diagnostics);
}

}  // namespace regent::plan
