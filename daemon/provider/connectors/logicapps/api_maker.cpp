#include "provider/connectors/logicapps/api_maker.hpp"

#include "provider/connectors/json_member.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::logicapps {

using connectors::lower;
using connectors::member;
using connectors::text;

std::string created_by(const nlohmann::json& connector) {
    return lower(text(member(member(&connector, "systemData"), "createdBy")));
}

Maker maker_of(const nlohmann::json& connector, const net::AccessToken& regent, const LogicAppsOptions& options) {
    const auto maker = created_by(connector), type = text(member(member(&connector, "systemData"), "createdByType"));
    // A key is nobody in particular.
    if (maker.empty() || type == "Key") return Maker::unknown;
    const auto is = [&](const std::string& id) { return !id.empty() && maker == lower(id); };
    if (options.person) {
        // The client that people sign in by is everybody's.
        if (is(options.account) || is(regent.object_id)) return Maker::regent;
        return type == "User" && options.account.empty() ? Maker::unknown : Maker::others;
    }
    if (is(regent.object_id) || is(regent.client_id)) return Maker::regent;
    return regent.object_id.empty() || regent.client_id.empty() ? Maker::unknown : Maker::others;
}

}  // namespace regent::provider::logicapps
