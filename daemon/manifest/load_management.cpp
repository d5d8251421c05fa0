#include "manifest/field_table.hpp"
#include "manifest/load_declaration.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

/// A field whose attribute is called otherwise: what was decided for manifests is not always how the service slices it.
struct Renamed {
    std::string_view kind;
    std::string_view field;
    std::string_view attribute;  ///< or a prefix that ends in '.'
};
constexpr std::array renamed = {
    Renamed{"Application", "exposes", model::path::identifier_uris},
    Renamed{"Application", "exposes", model::path::exposed_scopes},
    Renamed{"Application", "exposes", model::path::exposed_roles},
    Renamed{"Application", "exposes", model::path::pre_authorized},
    Renamed{"Application", "exposes", model::path::known_clients},
    Renamed{"Application", "exposes.identifierUris", model::path::identifier_uris},
    Renamed{"Application", "servicePrincipal.create", model::path::service_principal},
    Renamed{"Connector", "powerPlatformEnvironment", model::path::environment},
    Renamed{"Connector", "openapi", model::path::definition},
    Renamed{"Connector", "host", model::path::definition},
    Renamed{"Connector", "files", model::path::definition},
    Renamed{"Connector", "files", model::path::connection_parameters},
    Renamed{"Connector", "files", model::path::connection_parameter_sets},
    Renamed{"Connector", "files", model::path::policies},
    Renamed{"Connector", "files", model::path::icon},
    Renamed{"Connector", "files", model::path::script},
    Renamed{"Connector", "files", model::path::script_operations},
    Renamed{"Connector", "properties", model::path::connection_parameters},
    Renamed{"Connector", "properties", model::path::connection_parameter_sets},
    Renamed{"Connector", "properties", model::path::policies},
    Renamed{"Connector", "properties", model::path::script_operations},
    Renamed{"Connector", "basePath", model::path::definition},
    Renamed{"Connector", "auth.applicationRef", model::path::auth_client_id},
    Renamed{"Connector", "auth.credential", model::path::auth_type},
    Renamed{"Connector", "auth.credential", model::path::auth_client_secret},
};

/// The attributes behind a field, "redirectUris" being three; empty when the field is smaller than an attribute (a
/// member of a list).
std::vector<std::string> attributes_behind(std::string_view kind, std::string_view field) {
    std::vector<std::string> paths;
    for (const auto& entry : renamed)
        if (entry.kind == kind && entry.field == field) paths.emplace_back(entry.attribute);
    if (!paths.empty()) return paths;
    const auto below = fmt::format("{}.", field);
    const auto* known = model::attributes_of(kind);
    for (const auto& attribute : known->attributes)
        if (attribute.path == field || attribute.path.substr(0, below.size()) == below)
            paths.emplace_back(attribute.path);
    return paths;
}

std::vector<std::string> spec_paths(const KindTable& table) {
    std::vector<std::string> paths;
    for (const auto& field : table.find("spec")->members) {
        paths.push_back(fmt::format("spec.{}", field.name));
        if (field.type != FieldType::mapping) continue;
        for (const auto& member : field.members) paths.push_back(fmt::format("spec.{}.{}", field.name, member.name));
    }
    return paths;
}

/// "spec.tags[old]" is one element of a list.
struct IgnoredElement {
    std::string field;    ///< "spec.tags"
    std::string element;  ///< "old"; empty: the path is a field's
};

IgnoredElement ignored_element(const std::string& path) {
    const auto bracket = path.find('[');
    if (bracket == std::string::npos || bracket + 2 >= path.size() || path.back() != ']') return {path, {}};
    return {path.substr(0, bracket), path.substr(bracket + 1, path.size() - bracket - 2)};
}

/// Whether single elements of the list may be ignored: they have a name, or are texts, and regent can send them as
/// they were read.
bool has_nameable_elements(const Field& field, std::string_view kind, const std::vector<std::string>& behind) {
    if (field.type != FieldType::list || behind.size() != 1) return false;
    const auto* attribute = model::attributes_of(kind)->find(behind.front());
    if (attribute == nullptr) return false;
    if (attribute->compare == model::Compare::set) return field.item != FieldType::mapping;
    return attribute->compare == model::Compare::named && attribute->sent_member.empty();
}

void load_ignored(const LoadJob& job, const Values& values, std::vector<std::string>& ignored) {
    const auto& table = *table_of(kind_of(job.document));
    for (const auto* path : values.items("ignore")) {
        constexpr std::string_view spec = "spec.";
        const bool is_spec = path->text.compare(0, spec.size(), spec) == 0;
        const auto [field, element] = ignored_element(path->text);
        const auto* known = is_spec ? table.find(field) : nullptr;
        if (known != nullptr && field == "spec.clientSecrets") {
            job.findings.bad_value("RG0220", *path, fmt::format("`{}` cannot be ignored", path->text)).help =
                "leave `clientSecrets` out: secrets that regent has not issued are reported, and stay";
            continue;
        }
        if (known != nullptr) {
            const auto behind = attributes_behind(table.kind, std::string_view(field).substr(spec.size()));
            const bool can_be = element.empty() || has_nameable_elements(*known, table.kind, behind);
            for (const auto& attribute : can_be ? behind : std::vector<std::string>{}) {
                auto entry = element.empty() ? attribute : fmt::format("{}[{}]", attribute, element);
                if (std::find(ignored.begin(), ignored.end(), entry) == ignored.end())
                    ignored.push_back(std::move(entry));
            }
            if (can_be && !behind.empty()) continue;
            job.findings.bad_value("RG0220", *path, fmt::format("`{}` cannot be ignored by itself", path->text)).help =
                "ignore the whole list or mapping it belongs to";
            continue;
        }
        auto& d = job.findings.bad_value(
            "RG0220", *path,
            fmt::format("{} has no field `{}` that could be ignored", with_article(table.kind), path->text));
        const auto paths = spec_paths(table);
        d.help =
            near_name_help(is_spec ? path->text : fmt::format("spec.{}", path->text), {paths.begin(), paths.end()});
        if (d.help.empty() && !is_spec && table.find(fmt::format("spec.{}", path->text)))
            d.help = fmt::format("write `spec.{}`", path->text);
        if (d.help.empty()) d.notes.push_back("paths begin with `spec.`, for example `spec.displayName`");
    }
}

}  // namespace

void load_management(const LoadJob& job, model::Management& management) {
    const auto values = job.root.mapping("management");
    if (!values.exists()) return;
    const auto adopt = values.mapping("adopt");
    for (const std::string_view key : {"appId", "connector"}) {
        const auto* target = adopt.node(key);
        if (!target || !target->is_scalar()) continue;
        management.adopt = key == "appId" ? lower_case(target->text) : target->text;
        management.adopt_place = target->span.begin();
        if (target->text.empty() || has_white_space(target->text))
            job.findings.bad_value("RG0221", *target, "there is no connector without a name").help =
                "write the name that the service made, `shared_…`; it is in the connector's address in the portal";
    }
    if (const auto policy = values.text("policy"))
        management.policy = *policy == "observe"       ? model::ManagementPolicy::observe
                            : *policy == "create-only" ? model::ManagementPolicy::create_only
                                                       : model::ManagementPolicy::full;
    load_ignored(job, values, management.ignore);
    management.prevent_delete = values.boolean("preventDelete").value_or(false);
    management.allow_replacement = values.boolean("allowReplacement").value_or(false);
    management.remove_undeclared_credentials = values.text("undeclaredCredentials") == "remove";
    if (const auto removal = values.text("onRemoval"))
        management.on_removal = *removal == "delete" ? model::OnRemoval::remove : model::OnRemoval::keep;
}

}  // namespace regent::manifest
