#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>

namespace regent::provider::connectors {

/// regent's mark on a connector, kept in the connector itself: the vendor extension `x-regent` at the root of its
/// OpenAPI definition.
///
/// The Power Apps service offers no key of our choosing, no tag and no precondition, but it gives a definition back as
/// it was sent
/// (`apiDefinitions.originalSwaggerUrl`), and names beginning with `x-` are allowed anywhere
/// (https://swagger.io/specification/v2/#vendorExtensions). Because the definition and the credentials travel in one
/// request, the mark also says which secret the connector was last given: with the database lost, a second run still
/// knows.
struct ConnectorMark {
    std::string owner;          ///< "<owner>.<environment>"
    std::string name;           ///< metadata.name
    std::string secret_key_id;  ///< of the client secret sent along with this definition; empty: none
    bool prevent_delete = false;
    std::string on_removal;   ///< "keep" or "delete": management.onRemoval; empty: the environment's policy
    std::string secret_from;  ///< which of the machine's secrets was sent along, and in which version
    /// Object id of who saved it with its secret, as the service calls them; `nobody_knows` when it was saved without
    /// the secret while that was in doubt. Empty: it has none, or an earlier regent gave it.
    std::string saved_by;
    bool secret_in_doubt = false;  ///< saved last by another than `saved_by`. Never written: reading finds it
    /// "sha256:…" of the picture and of the script that were sent last: what is there may be out of reach.
    std::string icon, script;
    /// Whereabouts of the connector that it was written onto. A definition is copied with its mark in it, by everybody
    /// who makes a connector from a downloaded one or imports a solution elsewhere: the copy is somebody else's.
    /// Empty: not known then, or an earlier regent wrote it.
    std::string environment;  ///< Power Platform environment
    std::string title;        ///< display name, where it never changes
    std::string connector;    ///< its service's key for it: "shared_…", or the row's id

    /// Whether anything tells the connector that it was written onto from a copy.
    [[nodiscard]] bool says_where() const { return !title.empty() || !connector.empty(); }

    friend bool operator==(const ConnectorMark&, const ConnectorMark&) = default;
};

inline constexpr std::string_view nobody_knows = "?";

/// Where a connector is that carries a mark. Empty: not to be compared.
struct Whereabouts {
    std::string environment, title, connector;
};
/// Whether `mark` was written onto another connector than the one at `there`: that one is a copy, and not ours.
[[nodiscard]] bool is_copied(const ConnectorMark& mark, const Whereabouts& there);

/// How a connector of ours stands to a manifest, by the name in its mark.
enum class Named {
    otherwise,
    now,    ///< as the manifest is called
    before  ///< as it was called before: to be renamed
};
[[nodiscard]] Named named(const ConnectorMark& mark, const model::Scope::Wanted& wanted);
/// Adds to `observed`, which `mark` was read from, that it carries another name than its manifest has.
void note_carried_name(const ConnectorMark& mark, model::ObservedResource& observed);
/// Whether `mark` calls the connector as `step` knows it: by its manifest's name, or by the one that it is to give up.
[[nodiscard]] bool is_of(const ConnectorMark& mark, const plan::Step& step);

/// Takes the mark out of `definition` and returns it; what is left is what a manifest would say.
[[nodiscard]] std::optional<ConnectorMark> take_mark(nlohmann::json& definition);
void put_mark(nlohmann::json& definition, const ConnectorMark& mark);

/// The mark that a connector is to carry once `step` has written it, but for `connector`, which its service knows.
[[nodiscard]] ConnectorMark mark_for(const plan::Step& step, const StepInput& input, const Identity& identity);
/// What of a mark the planner compares: the attribute `marks`.
[[nodiscard]] model::List marks_in(const std::optional<ConnectorMark>& mark);

}  // namespace regent::provider::connectors
