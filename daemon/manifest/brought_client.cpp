#include "manifest/brought_client.hpp"

#include "manifest/member_in_any_case.hpp"
#include "model/ascii.hpp"

namespace regent::manifest {

bool person_brings_client(const nlohmann::json& parameters, const std::string& name) {
    const auto* asked = member_in_any_case(parameters, model::lower_case(name) + ":clientid");
    const auto* parameter = member_in_any_case(parameters, model::lower_case(name));
    const auto* settings = parameter == nullptr ? nullptr : member_in_any_case(*parameter, "oauthsettings");
    if (asked == nullptr || settings == nullptr) return false;
    const auto* client = member_in_any_case(*settings, "clientid");
    return client == nullptr || client->is_null() ||
           (client->is_string() && client->get_ref<const std::string&>().empty());
}

}  // namespace regent::manifest
