#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace regent::provider::powerapps {

/// A custom connector of the tenant with its definition read back.
struct FoundConnector {
    ConnectorFacts facts;
    std::optional<ConnectorMark> mark;
    /// The mark that it carries without being the connector that this was written onto. match() sets it, and unsets
    /// `mark`.
    std::optional<ConnectorMark> copied;
    bool made_by_others = false;  ///< is_made_by_others(): a copy, unless something else tells that it is not
    /// The service says that another than we are made it, whatever the mark says: that was written by whoever saved it.
    bool made_by_strangers = false;
    std::shared_ptr<const nlohmann::json> connector;
    /// JSON without the mark; empty when the service gave none. As text: a tree of it is ten times as large, and those
    /// of a whole environment are held at once.
    std::string definition;
};

/// A found connector as an observed resource.
[[nodiscard]] model::ObservedResource describe(const FoundConnector& found, const model::Address& address,
                                               model::Ownership ownership);

/// Decides which connector belongs to which manifest, and adds the result to `into`.
///
/// In this order: its mark names us; the manifest adopts it by name; the store remembers its name; it is unmarked, has
/// the wanted title in the wanted environment and signs in with an application that is ours (a person replaced the
/// definition, and the mark with it). An unmarked namesake of nobody we know is an obstacle, never a match: titles are
/// not unique and people choose them. So it is where ours is to be titled otherwise: the planner would replace it.
///
/// Whoever may make connectors can write our mark, and would be given the secret, or the trust, of the application that
/// the manifest's connector signs in with. So one that somebody else made is ours by its mark or its sign-in only when
/// that application, which somebody vouches for as ours, knows it already by its redirect URL or its identity.
///
/// A mark counts on the connector that it was written onto. Who downloads a definition and makes a connector of it has
/// one with our mark: a copy, which is as if it were unmarked, is told, and is never written or removed. Marks of
/// earlier regents, and of connectors that were saved but once, do not say which connector they were written onto: then
/// it is the one that the store remembers, else the one with the manifest's title, unless somebody else made it; and
/// without a manifest none is removed that others made. Two of which nothing tells which is the
/// copy are an obstacle: a person decides.
void match(const model::Scope& scope, const Identity& identity, std::vector<FoundConnector> found,
           model::Snapshot& into);

}  // namespace regent::provider::powerapps
