#include "plan/documents.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {

using model::Map;
using model::Reference;
using model::Value;

model::Address app(std::string name) {
    return {std::string(model::kind::application), std::move(name)};
}
model::Address con(std::string name) {
    return {std::string(model::kind::connector), std::move(name)};
}

Document::Document(std::string_view kind, const std::string& name) {
    declaration.address = {std::string(kind), name};
    const auto file = std::string(kind) + "-" + name + ".regent.yaml";
    declaration.place = {file, 1, 1};
    declaration.span = {file, 4, 9, 4, 9 + name.size(), 0};
    line_ = 5;
}

model::Span Document::next_span() {
    ++line_;
    return {declaration.place.file, line_, 5, line_, 10, line_ * 10};
}

void Document::note_references(const Value& value, const std::string& field) {
    for (const auto& reference : references_in(value)) {
        if (reference.address == declaration.address) continue;
        const bool identity = part_of(reference) == "identity";
        declaration.references.push_back(
            {reference.address, next_span(), field, identity ? "managedIdentity" : reference.output, false});
    }
}

Document& Document::set(std::string_view path, Value value) {
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.value = std::move(value);
    attribute.span = next_span();
    return *this;
}

Document& Document::list(std::string_view path, const model::List& elements) {
    declaration.attributes[std::string(path)].span = next_span();
    for (const auto& element : elements) {
        declaration.attributes[std::string(path)].elements.push_back({"", element, next_span(), {}});
        note_references(element, "spec." + std::string(path));
    }
    return *this;
}

Document& Document::credential(const std::string& name, Map value) {
    auto& attribute = declaration.attributes[std::string(model::path::federated_credentials)];
    note_references(value, "spec.federatedCredentials");
    attribute.elements.push_back({name, std::move(value), next_span(), {}});
    return *this;
}

Document& Document::scope(const std::string& name, bool enabled, const std::string& title, const std::string& id) {
    Map value{{"enabled", enabled}, {"who", "admins"}, {"title", title}};
    if (!id.empty()) value.emplace("id", id);
    auto& attribute = declaration.attributes[std::string(model::path::exposed_scopes)];
    attribute.elements.push_back({name, std::move(value), next_span(), {}});
    return *this;
}

Document& Document::role(const std::string& name, bool enabled, const std::string& title, const std::string& id) {
    Map value{{"enabled", enabled}, {"allowed", model::List{"application"}}, {"displayName", title}};
    if (!id.empty()) value.emplace("id", id);
    auto& attribute = declaration.attributes[std::string(model::path::exposed_roles)];
    attribute.elements.push_back({name, std::move(value), next_span(), {}});
    return *this;
}

Document& Document::secret(const std::string& name, int valid_days, int rotate_days) {
    constexpr int day = 24 * 60 * 60;
    auto& attribute = declaration.attributes[std::string(model::path::client_secrets)];
    attribute.elements.push_back(
        {name,
         Map{{"validForSeconds", valid_days * day}, {"rotateBeforeSeconds", rotate_days * day}},
         next_span(),
         {}});
    return *this;
}

Document& Document::keeps_old(std::chrono::hours overlap) {
    auto& value = declaration.attributes[std::string(model::path::client_secrets)].elements.back().value;
    std::get<Map>(value.held)
        .insert_or_assign("keepOldSeconds", static_cast<std::int64_t>(std::chrono::seconds(overlap).count()));
    return *this;
}

Document& Document::delivered_to(const std::string& file) {
    auto& value = declaration.attributes[std::string(model::path::client_secrets)].elements.back().value;
    auto& targets = std::get<Map>(value.held)["deliverTo"];
    if (targets.as_list() == nullptr) targets = model::List{};
    std::get<model::List>(targets.held).push_back(Map{{"type", "file"}, {"path", file}});
    return *this;
}

Document& Document::adopts(const std::string& id) {
    declaration.management.adopt = id;
    return *this;
}
Document& Document::is(model::ManagementPolicy policy) {
    declaration.management.policy = policy;
    return *this;
}
Document& Document::ignores(const std::string& path) {
    declaration.management.ignore.push_back(path);
    return *this;
}
Document& Document::on_removal(model::OnRemoval what) {
    declaration.management.on_removal = what;
    return *this;
}

Document& Document::allows_replacement() {
    declaration.management.allow_replacement = true;
    return *this;
}

Document& Document::prevents_delete() {
    declaration.management.prevent_delete = true;
    return *this;
}

void Document::sign_in(const std::string& application) {
    set(model::path::auth_client_id, app_id_of(application));
    set(model::path::auth_tenant_id, "11111111-1111-4111-8111-111111111111");
    declaration.references.push_back({app(application), next_span(), "spec.auth.applicationRef", "", true});
}

Document& Document::by_managed_identity(const std::string& application) {
    set(model::path::auth_type, "managedIdentity");
    sign_in(application);
    return *this;
}

Document& Document::by_secret(const std::string& application, const std::string& secret) {
    set(model::path::auth_type, "clientSecret");
    sign_in(application);
    set(model::path::auth_client_secret, Reference{app(application), model::output::secret_text(secret), "", ""});
    declaration.references.push_back(
        {app(application), next_span(), "spec.auth.credential.clientSecretRef", "clientSecrets/" + secret, true});
    return *this;
}

Document application(const std::string& name) {
    Document document(model::kind::application, name);
    document.set(model::path::display_name, "The " + name);
    document.set(model::path::sign_in_audience, "AzureADMyOrg");
    return document;
}

Document connector(const std::string& name) {
    Document document(model::kind::connector, name);
    document.set(model::path::display_name, "The " + name);
    document.set(model::path::environment, "pp-1");
    document.set(model::path::definition, R"({"swagger":"2.0"})");
    document.set(model::path::auth_type, "none");
    return document;
}

namespace {

Document contribution(std::string_view kind, const std::string& name, const std::string& application,
                      std::string_view path, Value value) {
    Document document(kind, name);
    document.set("to", Value());  // takes a line, as applicationRef does
    document.declaration.attributes.clear();
    model::Element element{"", std::move(value), {}, document.declaration.address};
    element.span = document.declaration.span;
    if (path == model::path::federated_credentials) element.name = name;
    for (const auto& reference : references_in(element.value)) {
        const bool identity = part_of(reference) == "identity";
        document.declaration.references.push_back({reference.address, element.span, "spec.connectorRef",
                                                   identity ? "managedIdentity" : reference.output, false});
    }
    document.declaration.references.push_back({app(application), element.span, "spec.applicationRef", "", false});
    document.declaration.contribution = {app(application), std::string(path), std::move(element)};
    return document;
}

}  // namespace

Document redirect_uri(const std::string& name, const std::string& application, Value uri, std::string_view path) {
    return contribution(model::kind::redirect_uri, name, application, path, std::move(uri));
}

Document federated_credential(const std::string& name, const std::string& application, Map value) {
    return contribution(model::kind::federated_credential, name, application, model::path::federated_credentials,
                        std::move(value));
}

Value url_of(const std::string& connector) {
    return Reference{con(connector), std::string(model::output::redirect_url), "", ""};
}
Value app_id_of(const std::string& application, std::string prefix) {
    return Reference{app(application), std::string(model::output::app_id), std::move(prefix), ""};
}

Map identity_of(const std::string& connector) {
    return {{"issuer", Reference{con(connector), std::string(model::output::identity_issuer), "", ""}},
            {"subject", Reference{con(connector), std::string(model::output::identity_subject), "", ""}},
            {"audience", "api://AzureADTokenExchange"},
            {"description", ""}};
}

Map trust(const std::string& issuer, const std::string& subject) {
    return {{"issuer", issuer}, {"subject", subject}, {"audience", "api://AzureADTokenExchange"}, {"description", ""}};
}

Map permission_at(const std::string& application, const std::string& name, const std::string& type) {
    return {{"api", app_id_of(application)}, {"type", type}, {"name", name}};
}

Map pre_authorized(Value client, const std::string& scope) {
    return {{"client", std::move(client)}, {"scope", scope}};
}

Map permission(const std::string& name, const std::string& type) {
    return {{"api", std::string(api)}, {"type", type}, {"name", name}};
}

model::Environment environment() {
    model::Environment environment;
    environment.owner_declared = true;
    environment.name = "dev";
    environment.tenant_id = "11111111-1111-4111-8111-111111111111";
    environment.power_platform_environments = {{"one", "pp-1"}, {"two", "pp-2"}};
    return environment;
}

DesiredGraph graph_of(const std::vector<model::Declaration>& documents, const model::Environment& in) {
    auto result = build_desired_graph(in, documents);
    for (const auto& diagnostic : result.diagnostics) {
        INFO(diagnostic.code << " " << diagnostic.message);
        REQUIRE(diagnostic.severity == model::Severity::warning);
    }
    return std::move(result.graph);
}

}  // namespace regent::plan::testing
