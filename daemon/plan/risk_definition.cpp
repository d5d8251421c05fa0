#include "plan/definition_host.hpp"
#include "plan/risk_rules.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <string>

namespace regent::plan {
namespace {

std::set<std::string> operations_of(const nlohmann::json& definition) {
    std::set<std::string> ids;
    const auto paths = definition.find("paths");
    if (paths == definition.end() || !paths->is_object()) return ids;
    for (const auto& path : *paths) {
        if (!path.is_object()) continue;
        for (const auto& operation : path) {
            if (!operation.is_object()) continue;
            const auto id = operation.find("operationId");
            if (id != operation.end() && id->is_string()) ids.insert(id->get<std::string>());
        }
    }
    return ids;
}

bool names_plain_http(const nlohmann::json& object) {
    const auto schemes = object.is_object() ? object.find("schemes") : object.end();
    if (!object.is_object() || schemes == object.end() || !schemes->is_array()) return false;
    return std::find(schemes->begin(), schemes->end(), "http") != schemes->end();
}

/// For all of its operations, or for one.
bool allows_plain_http(const nlohmann::json& definition) {
    if (names_plain_http(definition)) return true;
    const auto paths = definition.find("paths");
    if (paths == definition.end() || !paths->is_object()) return false;
    return std::any_of(paths->begin(), paths->end(), [](const auto& path) {
        return path.is_object() && std::any_of(path.begin(), path.end(), names_plain_http);
    });
}

}  // namespace

nlohmann::json parsed(const model::Value& text) {
    return nlohmann::json::parse(text.text_or({}), nullptr, false);
}

/// Flows and apps call operations by their id, and send people's tokens to the host.
Rating rate_definition(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    const auto before = parsed(change.before), after = parsed(change.after);
    if (!before.is_object() || !after.is_object()) return medium("flows and apps may use what changes");
    if (auto host = other_host(change.before, change.after); !host.empty()) return high(std::move(host));
    if (allows_plain_http(after) && !allows_plain_http(before))
        return high("its requests may go without TLS, and whoever is on the way reads the tokens in them");
    const auto kept = operations_of(after);
    for (const auto& id : operations_of(before)) {
        if (!kept.contains(id)) return medium(fmt::format("flows and apps that call `{}` fail", id));
    }
    return harmless();
}

}  // namespace regent::plan
