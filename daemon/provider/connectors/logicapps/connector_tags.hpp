#pragma once

#include "model/value.hpp"
#include "provider/connectors/connector_mark.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>

namespace regent::provider::logicapps {

/// regent's mark on a connector of Logic Apps: tags of the resource that begin with `regent-`. They travel in the same
/// request as the definition and the secret, so that they also say which secret the connector was last given; and they
/// can be changed by themselves.

/// Takes the mark out of `tags`; what is left is everybody else's.
[[nodiscard]] std::optional<connectors::ConnectorMark> take_tags_of_ours(nlohmann::json& tags);
void put_tags_of_ours(nlohmann::json& tags, const connectors::ConnectorMark& mark);

/// Tags as a manifest's set: "team=platform".
[[nodiscard]] model::List tags_of(const nlohmann::json& tags);
/// And back. A tag without `=` has an empty value.
[[nodiscard]] nlohmann::json tags_from(const model::List& set);

/// Those of `before` that were to go, not being in `wanted`, and are in `after` all the same.
[[nodiscard]] nlohmann::json tags_left(const nlohmann::json& before, const nlohmann::json& wanted,
                                       const nlohmann::json& after);

}  // namespace regent::provider::logicapps
