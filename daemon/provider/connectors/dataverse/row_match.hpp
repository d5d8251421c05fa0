#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/dataverse/connector_row.hpp"
#include "provider/connectors/dataverse/dataverse_client.hpp"
#include "provider/connectors/environment_names.hpp"
#include "provider/connectors/known_to_application.hpp"
#include "provider/provider.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace regent::provider::dataverse {

struct FoundRow {
    std::string environment;
    ConnectorRow row;
    /// The mark that it carries without being the connector that this was written onto. match() sets it, and unsets
    /// the row's.
    std::optional<connectors::ConnectorMark> copied = {};
    bool made_by_strangers = false;    ///< another than we made it. Only of those with depends_on_its_maker()
    connectors::Outputs outputs = {};  ///< what Power Apps shows of one that strangers made
};

/// Whether a manifest's connector would be taken for this one by its mark or its id alone: whoever may make connectors
/// can write both. Nobody is asked who made the one that is remembered, or that a manifest adopts.
[[nodiscard]] bool depends_on_its_maker(const model::Scope& scope, const Identity& identity, const FoundRow& found);

/// The row as it is observed, under `address`. `solution` is the one that it should be in; told is another one where it
/// is not.
[[nodiscard]] model::ObservedResource described(const FoundRow& found, const model::Address& address,
                                                model::Ownership ownership, const std::string& solution,
                                                const std::map<std::string, Solutions>& solutions);

/// Decides which row belongs to which manifest, and adds the result to `into`.
///
/// In this order: its mark names us; its id is the one that we derive from the manifest's name (a person replaced the
/// definition, and the mark with it); the manifest adopts it, by either of its names; the store remembers its id and it
/// carries nobody's mark. A namesake that nobody's manifests made is an obstacle, as is a solution that is not there.
///
/// Whoever may make connectors can write our mark and choose our id, and would be given the trust of the application
/// that the manifest's connector signs in with. So one that somebody else made is ours only when that application,
/// which is surely ours, knows it already, when the store remembers it, or when the manifest adopts it; else a person
/// decides.
///
/// A mark counts on the row that it was written onto. What a solution import brings to another environment carries it
/// too, under the same id, and so does what people make from a downloaded definition: those are as if they were
/// unmarked, and are never written or removed. A mark of an earlier regent counts on the row whose id follows from the
/// manifest's name and on the one that the store remembers, in the manifest's environment; without a manifest it is not
/// removed.
void match(const model::Scope& scope, const Identity& identity, const connectors::EnvironmentNames& names,
           std::vector<FoundRow> found, const std::map<std::string, Solutions>& solutions, model::Snapshot& into);

}  // namespace regent::provider::dataverse
