#include "provider/connectors/powerapps/connector_saver.hpp"

#include "provider/connectors/connector_mark.hpp"
#include "provider/connectors/json_member.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::powerapps {

std::string Saver::id() {
    {
        const std::lock_guard lock(mutex_);
        if (!learned_.empty()) return learned_;
    }
    const auto token = tokens_.token(scope_);
    return token ? connectors::lower(token->object_id) : std::string{};
}

void Saver::learn(std::string id) {
    const std::lock_guard lock(mutex_);
    learned_ = std::move(id);
}

bool Saver::is_another(const std::string& id) {
    if (id.empty()) return false;
    const auto token = tokens_.token(scope_);
    if (!token || token->object_id.empty()) return false;
    const std::lock_guard lock(mutex_);
    return id != learned_ && id != connectors::lower(token->object_id) && id != connectors::lower(token->client_id);
}

bool is_made_by_others(const ConnectorFacts& facts, const ConnectorMark& mark, const std::string& ours) {
    const bool says_who = !mark.saved_by.empty() && mark.saved_by != connectors::nobody_knows;
    if (!mark.connector.empty() || facts.made_by.empty() || (ours.empty() && !says_who)) return false;
    return facts.made_by != ours && facts.made_by != mark.saved_by;
}

std::optional<nlohmann::json> corrected(const nlohmann::json& sent, const std::string& saved_by) {
    auto document = sent;
    auto& properties = document["properties"];
    auto mark = connectors::take_mark(properties["openApiDefinition"]);
    if (!mark || saved_by.empty() || mark->saved_by.empty() || mark->saved_by == saved_by ||
        mark->saved_by == connectors::nobody_knows)
        return std::nullopt;
    mark->saved_by = saved_by;
    connectors::put_mark(properties["openApiDefinition"], *mark);
    properties.erase("displayName");
    return document;
}

}  // namespace regent::provider::powerapps
