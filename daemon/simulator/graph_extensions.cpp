#include "simulator/graph_applications.hpp"
#include "simulator/members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace regent::simulator {
namespace {

using nlohmann::json;

// https://learn.microsoft.com/graph/api/application-post-extensionproperty
constexpr std::array types = {"Binary", "Boolean", "DateTime", "Integer", "LargeInteger", "String"};
constexpr std::array targets = {"User", "Group", "AdministrativeUnit", "Application", "Device", "Organization"};

template <std::size_t n>
bool is_known_word(const std::string& value, const std::array<const char*, n>& allowed) {
    return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

std::optional<GraphError> check_extension(const json& body) {
    const auto wrong = [](std::string_view property) { return invalid_value(property, "ExtensionProperty"); };
    const auto name = text(body, "name");
    const auto is_allowed = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_allowed)) return wrong("name");
    if (!is_known_word(text(body, "dataType"), types)) return wrong("dataType");
    const auto& wanted = list(body, "targetObjects");
    const bool known = std::all_of(wanted.begin(), wanted.end(), [](const json& target) {
        return target.is_string() && is_known_word(target.get<std::string>(), targets);
    });
    if (wanted.empty() || !known) return wrong("targetObjects");
    return std::nullopt;
}

}  // namespace

Response GraphApplications::extension_properties(const GraphRequest& request, const Json& application, std::size_t at) {
    const auto& method = request.http.method;
    const auto id = request.segment(at + 1);
    const auto& all = list(application, "_extensionProperties");
    if (id.empty()) {
        if (method == "POST") return add_extension_property(request, application);
        if (method != "GET") return graph_not_allowed();
        Listing shown;
        shown.context = "extensionProperties";
        shown.objects = [&all] {
            Listing::Objects objects;
            std::for_each(all.rbegin(), all.rend(), [&](const json& one) { objects.push_back(&one); });
            return objects;
        };
        return list_objects(request, shown);
    }
    const auto it = std::find_if(all.begin(), all.end(), [&](const json& one) { return text(one, "id") == id; });
    if (it == all.end()) return graph_error(not_found(id));
    if (method != "DELETE") return graph_not_allowed();
    auto changed = application;
    changed["_extensionProperties"].erase(static_cast<std::size_t>(it - all.begin()));
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

Response GraphApplications::add_extension_property(const GraphRequest& request, const Json& application) {
    if (!request.body.is_object()) return graph_error(no_payload());
    if (const auto wrong = check_extension(request.body)) return graph_error(*wrong);
    auto app_id = text(application, "appId");
    std::erase(app_id, '-');
    const auto name = fmt::format("extension_{}_{}", app_id, text(request.body, "name"));
    const auto& all = list(application, "_extensionProperties");
    const bool taken = std::any_of(all.begin(), all.end(), [&](const json& one) { return text(one, "name") == name; });
    if (taken) return graph_error(bad_request(fmt::format("An extension property exists with the name {}.", name)));
    const json extension{{"id", directory_.ids().guid()},
                         {"deletedDateTime", nullptr},
                         {"appDisplayName", application.at("displayName")},
                         {"name", name},
                         {"dataType", text(request.body, "dataType")},
                         {"isMultiValued", request.body.value("isMultiValued", false)},
                         {"isSyncedFromOnPremises", false},
                         {"targetObjects", request.body.at("targetObjects")}};
    auto changed = application;
    if (!changed.contains("_extensionProperties")) changed["_extensionProperties"] = json::array();
    changed["_extensionProperties"].push_back(extension);
    directory_.put_application(std::move(changed));
    return graph_answer(201, extension);
}

}  // namespace regent::simulator
