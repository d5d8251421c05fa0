#pragma once

#include "model/attributes.hpp"
#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::plan {

/// How a desired object stands to what the tenant holds.
enum class Standing {
    missing,    ///< to be created
    in_bin,     ///< in the recycle bin: to be restored
    unclaimed,  ///< to be adopted
    there,      ///< ours
    outdated,   ///< ours, but an immutable attribute changed: to be replaced, as its manifest allows
    blocked     ///< cannot be planned; `Withheld` says why
};

/// One element of a collection after its references were looked up.
struct ResolvedElement {
    const model::Element* element = nullptr;
    model::Value value;
    bool known = true;
    bool blocked = false;  ///< waits for an object that is itself withheld: nobody can say what it will be
    model::Value now;      ///< of one that is blocked: what it is as long as that object stays as it is; null: unknown
    /// The key of the step that takes it away from who has it until then: see uri_handover.hpp.
    std::optional<std::string> holder = std::nullopt;
    bool stays = false;  ///< no manifest asks for it, or not as it is: something else needs it as it is there
    [[nodiscard]] bool waits() const { return (!known && !blocked) || holder.has_value(); }
};

/// One attribute as it is wanted and as it is, both canonical.
struct ResolvedAttribute {
    const model::Attribute* attribute = nullptr;
    const model::DesiredAttribute* desired = nullptr;
    model::Value value;                     ///< scalar, document
    std::vector<ResolvedElement> elements;  ///< set, named
    model::Value observed;                  ///< canonical; null for write-only ones
    /// Elements of `observed` that the tenant calls otherwise, each with what was read: see role_changes.hpp.
    std::vector<std::pair<model::Value, model::Value>> read_as;
    std::vector<std::string> ignored;  ///< elements that stay though no manifest declares them: management.ignore
    bool old_ones_stay = false;        ///< until those are there that others have until then: ResolvedElement::holder
    bool unreadable = false;           ///< nobody could say what is there: `observed` is empty
    bool immutable = false;            ///< to change it is to replace the object, where this object is kept
};

/// One desired object beside the observed one: what all of the planner works on.
struct Item {
    const DesiredResource* desired = nullptr;
    const model::ObservedResource* observed = nullptr;  ///< null when missing
    Standing standing = Standing::missing;
    std::optional<Withheld> withheld;
    std::vector<ResolvedAttribute>
        attributes;  ///< in table order, without clientSecrets, marks and what is on management.ignore
    std::vector<ResolvedAttribute> ignored;
    /// What differs and could only be had by making the object anew, which its manifest does not ask for: the rest of
    /// the object is planned as if these were as they are.
    std::vector<ResolvedAttribute> held;
    /// Of an object that is replaced: the shares that it has and that its manifest leaves to others. The new one gets
    /// them, too. Among `attributes`, which point here.
    std::shared_ptr<const model::DesiredAttribute> carried_over = {};
    /// The same of its settings, see carried_settings.hpp.
    std::vector<std::shared_ptr<const model::DesiredAttribute>> settings_carried_over = {};
    /// Of one that is made: what the one had whose place it takes, and nobody can give it; in sentences.
    std::vector<std::string> lost = {};
    /// Of one in the recycle bin: who has its identifier URIs until this plan takes them away there, see
    /// restoration.hpp.
    std::set<model::Address> comes_after = {};
    /// Of one that is made: the removal of who has its title until then, see title_handover.hpp.
    std::optional<std::string> after_removal = {};
    /// What no manifest asks for and has to stay, see encryption_keys.hpp. Among `attributes`, which point here.
    std::vector<std::shared_ptr<const model::Element>> staying = {};

    [[nodiscard]] bool is_made_anew() const noexcept {
        return standing == Standing::missing || standing == Standing::outdated;
    }
    /// Written by this plan: not withheld as a whole, and neither watched only nor created only once.
    [[nodiscard]] bool is_written() const noexcept;
};

using Items = std::map<model::Address, Item>;

/// The attribute at `path` among item.attributes; their end when the manifest does not say it.
[[nodiscard]] inline auto attribute_in(Item& item, std::string_view path) {
    return std::find_if(item.attributes.begin(), item.attributes.end(),
                        [&](const ResolvedAttribute& resolved) { return resolved.attribute->path == path; });
}

/// Sets every desired object beside what was observed and looks its references up, as far as their values are known by
/// now. An object in `left_alone` is withheld from the beginning, and what cannot do without it is withheld with it.
[[nodiscard]] Items resolve(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                            const std::vector<Withheld>& left_alone = {});

/// Whether `path` or what it belongs to is on management.ignore.
[[nodiscard]] bool is_ignored(const DesiredResource& resource, std::string_view path);
/// The elements of the list at `path` that are on management.ignore by themselves.
[[nodiscard]] std::vector<std::string> ignored_elements(const DesiredResource& resource, std::string_view path);
/// Whether an element that is there stays where no manifest declares it: `name` is its own, or its text in a set.
[[nodiscard]] bool leaves_alone(const ResolvedAttribute& attribute, std::string_view name);

/// `value` with every Reference replaced whose output is known in `items`; a secret's text never is.
[[nodiscard]] model::Value looked_up(const model::Value& value, const Items& items);

}  // namespace regent::plan
