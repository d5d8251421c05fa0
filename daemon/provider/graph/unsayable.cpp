#include "provider/graph/unsayable.hpp"

#include "provider/graph/application_json.hpp"
#include "provider/graph/json_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

/// Written by the service, or another way: nothing that somebody has set.
constexpr std::array<std::string_view, 12> service_members{"createdDateTime",
                                                           "createdByAppId",
                                                           "deletedDateTime",
                                                           "publisherDomain",
                                                           "applicationTemplateId",
                                                           "certification",
                                                           "verifiedPublisher",
                                                           "disabledByMicrosoftStatus",
                                                           "owners",
                                                           "appManagementPolicies",
                                                           "federatedIdentityCredentials",
                                                           "id"};

/// Members of which read_application() takes some: these.
struct Taken {
    std::string_view name;
    std::array<std::string_view, 5> members;
};
constexpr std::array taken_apart{
    Taken{"web", {"redirectUris", "homePageUrl", "logoutUrl", "implicitGrantSettings", "redirectUriSettings"}},
    Taken{"api",
          {"requestedAccessTokenVersion", "acceptMappedClaims", "oauth2PermissionScopes", "preAuthorizedApplications",
           "knownClientApplications"}},
    Taken{"info", {"marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl"}},
    Taken{"spa", {"redirectUris"}},
    Taken{"publicClient", {"redirectUris"}},
};

bool contains(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        if (list.substr(0, comma) == name) return true;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return false;
}

/// As on an application that nobody has touched: nothing, no, none.
bool is_untouched(const json& value) {
    if (value.is_null() || value == false) return true;
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        return text.empty() || text == "none" || text == "Allow";
    }
    if (!value.is_structured()) return false;
    return std::all_of(value.begin(), value.end(), is_untouched);
}

void add(const std::string& path, const json& value, std::vector<std::string>& lines) {
    if (is_untouched(value)) return;
    if (path == "info.logoUrl") {
        lines.emplace_back(
            "info.logoUrl: it has a logo (with its picture beside the manifest it can be declared: `logo`)");
    } else {
        lines.push_back(
            fmt::format("{}: {} (no field for it)", path, value.dump(-1, ' ', false, json::error_handler_t::replace)));
    }
}

/// An entry of an API without any permission in it asks for nothing, and a manifest cannot ask for nothing.
void add_empty_apis(const json& application, std::vector<std::string>& lines) {
    const auto* apis = member(application, "requiredResourceAccess");
    if (apis == nullptr || !apis->is_array()) return;
    for (const auto& api : *apis) {
        const auto* access = member(api, "resourceAccess");
        if (access == nullptr || access->empty())
            lines.push_back(
                fmt::format("requiredResourceAccess: an entry without permissions for the API {} (no field for it)",
                            member_text(api, "resourceAppId")));
    }
}

}  // namespace

std::vector<std::string> unsayable_of(const json& application) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : application.items()) {
        const bool annotation = name.find('@') != std::string::npos;
        if (annotation || std::find(service_members.begin(), service_members.end(), name) != service_members.end())
            continue;
        const auto* parts = std::find_if(taken_apart.begin(), taken_apart.end(),
                                         [&name = name](const auto& t) { return t.name == name; });
        if (parts != taken_apart.end() && value.is_object()) {
            for (const auto& [inner, inner_value] : value.items()) {
                const auto& known = parts->members;
                if (std::find(known.begin(), known.end(), inner) == known.end())
                    add(fmt::format("{}.{}", name, inner), inner_value, lines);
            }
        } else if (!contains(application_members({}), name)) {
            add(name, value, lines);
        }
    }
    add_empty_apis(application, lines);
    return lines;
}

}  // namespace regent::provider::graph
