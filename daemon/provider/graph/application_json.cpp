#include "provider/graph/application_json.hpp"

#include "model/attributes.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/graph/certificates_json.hpp"
#include "provider/graph/exposed_api.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/secrets_json.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>

#include <set>

namespace regent::provider::graph {
namespace {

using model::List;
using model::Map;
using model::Value;
using nlohmann::json;

List read_permissions(StrictReading& reading, const json* application, const PermissionNames& names) {
    List permissions;
    const auto* apis = reading.array(application, "requiredResourceAccess");
    if (apis == nullptr) return permissions;
    for (const auto& api : *apis) {
        const auto app_id = lower_case(reading.required_text(&api, "resourceAppId"));
        const auto* accesses = reading.array(&api, "resourceAccess");
        if (accesses == nullptr) continue;
        for (const auto& access : *accesses) {
            const auto id = lower_case(reading.required_text(&access, "id"));
            const std::string type = reading.required_text(&access, "type") == "Role" ? "application" : "delegated";
            permissions.emplace_back(Map{{"api", app_id}, {"type", type}, {"name", names.name_of(app_id, type, id)}});
        }
    }
    return permissions;
}

Map read_credentials(StrictReading& reading, const json* application, std::vector<std::string>& remarks) {
    Map credentials;
    const auto* list = reading.array(application, "federatedIdentityCredentials");
    if (list == nullptr) return credentials;
    for (const auto& credential : *list) {
        const auto name = reading.required_text(&credential, "name");
        const auto audiences = reading.texts(&credential, "audiences");
        auto subject = reading.text(&credential, "subject");
        Map value{{"issuer", reading.text(&credential, "issuer")},
                  {"audience", audiences.empty() ? Value("") : audiences.front()},
                  {"description", member_text(credential, "description")}};
        if (subject.empty()) {
            // What was removed nobody could write again.
            value.emplace("flexible", true);
            remarks.push_back(fmt::format(
                "the federated credential \"{}\" matches by an expression, which Graph v1.0 does not show: it stays",
                name));
        }
        value.emplace("subject", std::move(subject));
        credentials.emplace(name, std::move(value));
    }
    return credentials;
}

/// Graph shows where the picture lies, not which one it is: that says our mark.
Value read_logo(StrictReading& reading, const json* application, const TagFacts& facts) {
    if (!facts.logo.empty()) return Map{{"sha256", facts.logo}};
    const auto address = reading.text(reading.object(application, "info"), "logoUrl");
    return address.empty() ? Map{} : Map{{"sha256", "not known"}};
}

const json& list_of(const json& object, const char* name) {
    static const json none = json::array();
    const auto* list = member(object, name);
    return list != nullptr && list->is_array() ? *list : none;
}

void put(Map& attributes, std::string_view path, Value value) {
    attributes.insert_or_assign(std::string(path), std::move(value));
}

}  // namespace

std::string asked_permissions(const json& application) {
    std::set<std::string> found;
    for (const auto& api : list_of(application, "requiredResourceAccess"))
        for (const auto& one : list_of(api, "resourceAccess"))
            found.insert(fmt::format("{} {} {}", lower_case(member_text(api, "resourceAppId")),
                                     lower_case(member_text(one, "id")), member_text(one, "type")));
    return json(found).dump();
}

std::string application_members(const Paths& on_demand) {
    return "id,appId,uniqueName,tags,requiredResourceAccess,passwordCredentials,keyCredentials,createdDateTime,"
           "tokenEncryptionKeyId,"
           "appRoles," +
           property_members(on_demand);
}

tl::expected<model::ObservedResource, std::string> read_application(const json& application,
                                                                    const PermissionNames& names,
                                                                    const Paths& on_demand) {
    StrictReading reading;
    model::ObservedResource resource;
    const auto* root = &application;
    resource.id = lower_case(reading.required_text(root, "id"));
    resource.outputs.emplace(model::output::object_id, resource.id);
    resource.outputs.emplace(model::output::app_id, lower_case(reading.required_text(root, "appId")));
    read_properties(reading, application, on_demand, resource.attributes);
    if (auto read = read_exposed(application, resource); !read)
        return tl::unexpected(fmt::format("application {}: {}", member_text(application, "id"), read.error()));
    put(resource.attributes, model::path::permissions, read_permissions(reading, root, names));
    put(resource.attributes, model::path::federated_credentials, read_credentials(reading, root, resource.remarks));
    resource.secrets = read_secrets(reading, application);
    note_certificates(read_certificates(reading, application, of_application), of_application, resource);
    resource.created_at = parse_time(member_text(application, "createdDateTime"));

    const auto tags = reading.texts(root, "tags");
    const auto facts = read_tags(application);
    put(resource.attributes, model::path::tags, List(facts.others.begin(), facts.others.end()));
    put(resource.attributes, model::path::logo, read_logo(reading, root, facts));
    put(resource.attributes, model::path::marks, marks_of(facts, resource.attributes));
    resource.provider_data.emplace(provider_data::tags, model::to_json(tags).dump());
    resource.provider_data.emplace(provider_data::unique_name, reading.text(root, "uniqueName"));
    resource.provider_data.emplace(provider_data::asked_permissions, asked_permissions(application));
    if (!reading.problem().empty())
        return tl::unexpected(fmt::format("application {}: {}", member_text(application, "id"), reading.problem()));
    return resource;
}

void set_service_principal(model::ObservedResource& resource, const ServicePrincipal* principal) {
    put(resource.attributes, model::path::service_principal, principal != nullptr);
    if (principal == nullptr) return;
    resource.outputs.insert_or_assign(std::string(model::output::service_principal_id), principal->id);
    for (const auto& [where, value] : principal->attributes) resource.attributes.insert_or_assign(where, value);
    note_certificates(principal->certificates, of_principal, resource);
}

}  // namespace regent::provider::graph
