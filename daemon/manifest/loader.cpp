#include "manifest/loader.hpp"

#include "manifest/field_table.hpp"
#include "manifest/load_declaration.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/rules_name.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

namespace regent::manifest {
namespace {

using Audiences = std::map<std::string, std::string, std::less<>>;

std::vector<std::string_view> kind_names() {
    std::vector<std::string_view> names;
    for (const auto& table : kind_tables())
        if (table.kind != daemon_kind) names.push_back(table.kind);
    return names;
}

/// The document's table; null pointer when the document is no manifest, which is then reported.
const KindTable* recognise(const Document& document, Findings& findings) {
    const auto& root = document.root;
    if (!root.is_mapping()) {
        auto& d =
            findings.error("RG0201", root.span, fmt::format("a manifest is a mapping, not {}", describe_node(root)));
        d.help = "begin with `apiVersion: regent/v1`, `kind:`, `metadata:` and `spec:`";
        return nullptr;
    }
    const auto first = root.entries.empty() ? root.span : root.entries.front().key_span;
    const auto* kind = root.find_entry("kind");
    if (!kind || !kind->value.is_scalar()) {
        auto& d = findings.error("RG0203", kind ? kind->key_span : first,
                                 kind ? "`kind` has no usable value" : "this document does not say its `kind`");
        d.notes.push_back(fmt::format("kinds: {}", listing(kind_names())));
        if (!root.find("apiVersion"))
            d.help = "is this file a manifest? Others can live outside the folders in `sources`";
        return nullptr;
    }
    const auto* table = table_of(kind->value.text);
    if (table && table->kind == daemon_kind) {
        auto& d = findings.error("RG0222", kind->value.span, "the configuration of the service is no manifest");
        d.help =
            "it is read from /etc/regent/regent.yaml, and not from the repository: who may commit must not decide "
            "what the service may do";
        return nullptr;
    }
    if (table) return table;
    auto& d =
        findings.error("RG0203", kind->value.span, fmt::format("there is no kind {}", in_quotes(kind->value.text)));
    d.label = "unknown kind";
    d.help = near_name_help(kind->value.text, kind_names());
    if (d.help.empty()) d.notes.push_back(fmt::format("kinds: {}", listing(kind_names())));
    return nullptr;
}

std::vector<model::PreviousName> previous_names(const Node* list, Findings& findings) {
    std::vector<model::PreviousName> names;
    if (!list) return names;
    for (const auto& item : list->items) {
        if (!item.is_scalar()) continue;
        check_name(&item, "RG0211", "a document's name", findings);
        names.push_back({item.text, item.span});
    }
    return names;
}

void load_kind(const LoadJob& job, model::Declaration& declaration) {
    const auto& kind = declaration.address.kind;
    if (kind == model::kind::application) load_application(job, declaration);
    if (kind == model::kind::redirect_uri) load_redirect_uri(job, declaration);
    if (kind == model::kind::federated_credential) load_federated_credential(job, declaration);
    if (kind == model::kind::connector) load_connector(job, declaration);
}

void load_document(const Document& document, const LoadContext& context, const Audiences& audiences,
                   LoadResult& result) {
    Findings findings(document);
    const auto* table = recognise(document, findings);
    if (table && table->kind != model::kind::environment) {
        if (!context.reported.empty()) findings.mark_reported(document.root, context.reported);
        check_fields(*table, document.root, findings);
        const Values root(&document.root, findings);
        const auto metadata = root.mapping("metadata");
        const auto* name = metadata.node("name");
        check_name(name, "RG0211", "a document's name", findings);
        model::Declaration declaration;
        declaration.address = {std::string(table->kind), name ? name->text : std::string{}};
        declaration.span = name ? name->span : document.root.span;
        declaration.place = document.root.span.begin();
        declaration.previous_names = previous_names(metadata.node("previousNames"), findings);
        if (const auto* labels = metadata.node("labels"))
            for (const auto& label : labels->entries)
                if (label.value.is_scalar()) declaration.labels[label.key] = label.value.text;
        const LoadJob job{document, root, root.mapping("spec"), context, audiences, findings};
        if (table->find("management")) load_management(job, declaration.management);
        load_kind(job, declaration);
        if (name) result.declarations.push_back(std::move(declaration));
    }
    for (auto& diagnostic : findings.take()) result.diagnostics.push_back(std::move(diagnostic));
}

// A token for oneself is no token for an API: Entra answers AADSTS90009 when a client asks for a resource that is its
// own application by URI. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
void check_own_resource(const model::Declaration& connector, const std::vector<model::Declaration>& all,
                        model::Diagnostics& diagnostics) {
    const auto id = connector.attributes.find(model::path::auth_client_id);
    const auto resource = connector.attributes.find(model::path::auth_resource);
    if (id == connector.attributes.end() || resource == connector.attributes.end()) return;
    const auto* client = id->second.value.as_reference();
    const auto* text = resource->second.value.as_string();
    for (const auto& application : all) {
        if (!client || !text || application.address != client->address) continue;
        bool same = !application.management.adopt.empty() && *text == "api://" + application.management.adopt;
        const model::Span* where = &application.span;
        if (const auto uris = application.attributes.find(model::path::identifier_uris);
            uris != application.attributes.end())
            for (const auto& uri : uris->second.elements)
                if (const auto* literal = uri.value.as_string(); literal && *literal == *text)
                    same = true, where = &uri.span;
        if (!same) continue;
        model::Diagnostic d;
        d.code = "RG0456";
        d.message = fmt::format("{} asks for tokens to the very application it signs in with",
                                model::to_string(connector.address));
        d.span = resource->second.span;
        d.secondary.push_back({*where, "the same application"});
        d.notes.push_back("Entra refuses this with AADSTS90009");
        d.help =
            "write the application's id, without `api://`, as `resource`; or let the connector sign in with another "
            "application";
        diagnostics.push_back(std::move(d));
    }
}

}  // namespace

std::string_view kind_of(const Document& document) noexcept {
    const auto* kind = document.root.find("kind");
    return kind && kind->is_scalar() ? std::string_view(kind->text) : std::string_view{};
}

std::string_view name_of(const Document& document) noexcept {
    const auto* metadata = document.root.find("metadata");
    const auto* name = metadata ? metadata->find("name") : nullptr;
    return name && name->is_scalar() ? std::string_view(name->text) : std::string_view{};
}

void declare(model::Declaration& declaration, std::string_view path, const Entry* entry, model::Value value) {
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.value = std::move(value);
    if (entry) attribute.span = entry->key_span;
}

LoadResult load(const std::vector<Document>& documents, const LoadContext& context) {
    Audiences audiences;
    for (const auto& document : documents)
        if (kind_of(document) == model::kind::application)
            audiences.emplace(name_of(document), audience_of(document.root));
    LoadResult result;
    for (const auto& document : documents) load_document(document, context, audiences, result);
    for (const auto& declaration : result.declarations)
        if (declaration.address.kind == model::kind::connector)
            check_own_resource(declaration, result.declarations, result.diagnostics);
    model::sort(result.diagnostics);
    return result;
}

}  // namespace regent::manifest
