#include "manifest/load_settings.hpp"

#include "manifest/field_table.hpp"
#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

using model::List;
using model::Map;
using model::Value;

/// Fields behind which one plain value stands, or a list of such values. The field table says of which type.
constexpr std::array plain_fields = {
    model::path::display_name,
    model::path::description,
    model::path::notes,
    model::path::home_page_url,
    model::path::logout_url,
    model::path::implicit_access_token,
    model::path::implicit_id_token,
    model::path::access_token_version,
    model::path::accept_mapped_claims,
    model::path::is_fallback_public_client,
    model::path::is_device_only_auth_supported,
    model::path::native_authentication,
    model::path::is_disabled,
    model::path::requires_post_response,
    model::path::group_membership_claims,
    model::path::marketing_url,
    model::path::privacy_statement_url,
    model::path::support_url,
    model::path::terms_of_service_url,
    model::path::saml_metadata_url,
    model::path::default_redirect_uri,
    model::path::service_management_reference,
    model::path::signed_request_required,
    model::path::weak_algorithms,
    model::path::lock_enabled,
    model::path::lock_all,
    model::path::lock_sign,
    model::path::lock_verify,
    model::path::lock_encryption,
    model::path::blocked_countries,
    model::path::age_group_rule,
    model::path::blocks_azure_ad_graph,
    model::path::removes_unverified_email,
    model::path::requires_client_principal,
};

constexpr std::array claim_fields = {
    model::path::optional_claims_id_token,
    model::path::optional_claims_access_token,
    model::path::optional_claims_saml2_token,
};

/// A field with the mapping it stands in: `spec` itself, or a group in it.
struct Place {
    Values holder;
    std::string_view key;
    /// The group's entry when it is written as `{}`: then each of its members is asked to be as the service has it.
    const Entry* emptied = nullptr;
};

Place place_of(const LoadJob& job, std::string_view path) {
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return {job.spec, path};
    const auto group = path.substr(0, dot);
    const auto* entry = job.spec.entry(group);
    const bool emptied = entry != nullptr && entry->value.is_mapping() && entry->value.entries.empty();
    return {job.spec.mapping(group), path.substr(dot + 1), emptied ? entry : nullptr};
}

const model::Attribute& attribute_of(std::string_view path) {
    return *model::attributes_of(model::kind::application)->find(path);
}

Value scalar_value(const Place& place, FieldType type) {
    if (type == FieldType::boolean) return place.holder.boolean(place.key).value_or(false);
    if (type == FieldType::integer) return static_cast<std::int64_t>(place.holder.integer(place.key).value_or(0));
    return place.holder.text(place.key).value_or("");
}

void declare_list(const Place& place, std::string_view path, model::Declaration& declaration,
                  std::vector<model::Element> elements) {
    auto& attribute = declaration.attributes[std::string(path)];
    attribute.span = place.emptied != nullptr ? place.emptied->key_span : place.holder.entry(place.key)->key_span;
    attribute.elements = std::move(elements);
}

model::Element element(const Node& node, std::string name, Value value) {
    return {.name = std::move(name), .value = std::move(value), .span = node.span, .contributor = {}};
}

void load_plain(const LoadJob& job, std::string_view path, model::Declaration& declaration) {
    const auto place = place_of(job, path);
    const auto* entry = place.holder.entry(place.key);
    if (entry == nullptr && place.emptied == nullptr) return;
    const auto& attribute = attribute_of(path);
    if (attribute.compare == model::Compare::set) {
        std::vector<model::Element> elements;
        for (const auto* item : place.holder.items(place.key)) elements.push_back(element(*item, {}, item->text));
        return declare_list(place, path, declaration, std::move(elements));
    }
    if (entry == nullptr) return declare(declaration, path, place.emptied, attribute.fallback);
    const auto* field = table_of(model::kind::application)->find(fmt::format("spec.{}", path));
    declare(declaration, path, entry, scalar_value(place, field->type));
}

/// Only what says something, as it is read back: a claim is not another one for spelling out a default.
Value claim_value(const Values& claim) {
    Map value;
    if (const auto source = claim.text("source"); source && !source->empty()) value.emplace("source", *source);
    if (claim.boolean("essential").value_or(false)) value.emplace("essential", true);
    List properties;
    for (const auto* property : claim.items("additionalProperties")) properties.emplace_back(property->text);
    std::sort(properties.begin(), properties.end());
    if (!properties.empty()) value.emplace("additionalProperties", std::move(properties));
    return value;
}

void load_claims(const LoadJob& job, std::string_view path, model::Declaration& declaration) {
    const auto place = place_of(job, path);
    if (place.holder.entry(place.key) == nullptr && place.emptied == nullptr) return;
    std::vector<model::Element> elements;
    for (const auto* item : place.holder.items(place.key)) {
        const Values claim(item, job.findings);
        if (const auto* name = claim.node("name")) elements.push_back(element(*name, name->text, claim_value(claim)));
    }
    declare_list(place, path, declaration, std::move(elements));
}

void load_add_ins(const LoadJob& job, model::Declaration& declaration) {
    const auto place = place_of(job, model::path::add_ins);
    if (place.holder.entry(place.key) == nullptr) return;
    std::vector<model::Element> elements;
    for (const auto* item : place.holder.items(place.key)) {
        const Values add_in(item, job.findings);
        const auto* type = add_in.node("type");
        if (type == nullptr) continue;
        Map properties;
        if (const auto* node = add_in.node("properties"); node != nullptr && node->is_mapping()) {
            for (const auto& property : node->entries) properties.insert_or_assign(property.key, property.value.text);
        }
        elements.push_back(element(*type, {},
                                   Map{{"type", type->text},
                                       {"id", lower_case(add_in.text("id").value_or(""))},
                                       {"properties", std::move(properties)}}));
    }
    declare_list(place, model::path::add_ins, declaration, std::move(elements));
}

}  // namespace

void load_settings(const LoadJob& job, model::Declaration& declaration) {
    for (const auto path : plain_fields) load_plain(job, path, declaration);
    for (const auto path : claim_fields) load_claims(job, path, declaration);
    load_add_ins(job, declaration);
}

}  // namespace regent::manifest
