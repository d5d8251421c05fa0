#include "manifest/brought_client.hpp"

#include "model/ascii.hpp"

#include <string_view>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

/// Of files that people wrote: names count in any case.
const Json* member(const Json& object, std::string_view name) {
    if (!object.is_object()) return nullptr;
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (model::lower_case(it.key()) == name) return &it.value();
    }
    return nullptr;
}

}  // namespace

bool person_brings_client(const Json& parameters, const std::string& name) {
    const auto* asked = member(parameters, model::lower_case(name) + ":clientid");
    const auto* parameter = member(parameters, model::lower_case(name));
    const auto* settings = parameter == nullptr ? nullptr : member(*parameter, "oauthsettings");
    if (asked == nullptr || settings == nullptr) return false;
    const auto* client = member(*settings, "clientid");
    return client == nullptr || client->is_null() ||
           (client->is_string() && client->get_ref<const std::string&>().empty());
}

}  // namespace regent::manifest
