#include "plan/removals.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "plan/declarers.hpp"
#include "plan/diff.hpp"
#include "plan/own_sign_in.hpp"
#include "plan/previous_names.hpp"
#include "plan/remembered_end.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace regent::plan {
namespace {

const model::Place* last_place(const History& history, const model::Address& address) {
    const auto it = history.places.find(address);
    return it == history.places.end() ? nullptr : &it->second;
}

std::string shown_name(const model::ObservedResource& resource) {
    const auto it = resource.attributes.find(model::path::display_name);
    return it == resource.attributes.end() ? resource.id : it->second.text_or(resource.id);
}

bool has_mark(const model::ObservedResource& orphan, std::string_view mark) {
    const auto marks = observed_marks(&orphan);
    return std::find(marks.begin(), marks.end(), mark) != marks.end();
}

/// `management.onRemoval` of the manifest that is gone, as its mark remembers it; else the environment's policy.
model::OnRemoval on_removal_of(const model::ObservedResource& orphan, const DesiredGraph& desired) {
    if (has_mark(orphan, model::mark::kept_on_removal)) return model::OnRemoval::keep;
    if (has_mark(orphan, model::mark::deleted_on_removal)) return model::OnRemoval::remove;
    return desired.environment.policy.on_removal;
}

/// An orphan that stays; `fact` goes on after its name and id.
Withheld left(const model::ObservedResource& orphan, Withheld::Why why, std::string_view fact, std::string help) {
    Withheld withheld;
    withheld.why = why;
    withheld.address = orphan.address;
    withheld.message = fmt::format("\"{}\" ({}) {}", shown_name(orphan), orphan.id, fact);
    withheld.help = std::move(help);
    return withheld;
}

Withheld kept(const model::ObservedResource& orphan, std::string_view remembered) {
    const bool protected_one = has_mark(orphan, model::mark::prevent_delete) || remembered == end_prevented;
    const auto* help =
        protected_one ? "it was protected by `preventDelete`, which outlives its manifest: put the manifest "
                        "back without it, apply, then remove it"
        : remembered == end_keeps
            ? "its manifest said `policy: observe` or `create-only`, or `onRemoval: keep` beside it, which is "
              "remembered: to have it deleted, put the manifest back without that, apply, then remove it"
        : has_mark(orphan, model::mark::kept_on_removal)
            ? "its manifest said `management.onRemoval: keep` or `policy: create-only`, which outlives it: "
              "to have it deleted, put the manifest back without that, apply, then remove it"
            : "it is kept because `policy.onRemoval` is `keep`";
    return left(orphan, protected_one ? Withheld::Why::prevent_delete : Withheld::Why::on_removal_keep,
                "is ours and in no manifest any more", help);
}

/// Kept by another service than the one of its manifest, which is there as well.
Withheld kept_beside(const model::ObservedResource& orphan) {
    return left(orphan, Withheld::Why::other_backend, "is ours under this name as well, and another service keeps it",
                "regent does not delete one of two that have one name: delete it by hand when nobody uses it");
}

Withheld own_sign_in(const model::ObservedResource& orphan) {
    return left(orphan, Withheld::Why::own_sign_in,
                "is ours and in no manifest any more, and it is the application that regent signs in as",
                "it is never deleted by itself: run regent as another application first");
}

/// Nobody chose the owner's name: a repository beside this one may have left it out as well, and call its environment
/// the same. What this one is not known to have declared, and no other one, is then most likely the other one's.
Withheld perhaps_of_others(const model::ObservedResource& orphan, const model::Environment& environment,
                           std::string_view doubt) {
    return left(orphan, Withheld::Why::owner_undeclared,
                fmt::format("carries the mark of `{}.{}`, is in no manifest here, and {}: "
                            "the Environment names no `owner`, so it may be another repository's that names none",
                            environment.owner, environment.name, doubt),
                fmt::format("it is kept. Write `owner: {}` in the Environment when no other repository manages this "
                            "tenant, also where this one had another place before; else an `owner` of its own in each, "
                            "before anything is applied",
                            environment.owner));
}

/// What is not there and only watched.
bool is_looked_for(const Item& item) {
    return item.observed == nullptr && item.withheld && item.withheld->why == Withheld::Why::observe_only;
}

bool is_to_be_made(const Item& item) {
    return item.standing == Standing::missing;
}

/// An object of `items` that is not there, with the display name of one that goes: the commonest cause is another
/// `metadata.name`.
template <typename Predicate>
std::optional<model::Address> twin_of(const model::ObservedResource& orphan, const Items& items, Predicate which) {
    const auto name = text_of(orphan.attributes, model::path::display_name);
    if (name.empty()) return std::nullopt;
    for (const auto& [address, item] : items) {
        if (address.kind != orphan.address.kind || !which(item)) continue;
        const auto wanted = item.desired->attributes.find(model::path::display_name);
        if (wanted != item.desired->attributes.end() && wanted->second.value == model::Value(name)) return address;
    }
    return std::nullopt;
}

/// Whether this plan leaves the client by which a connector signs in as it is: to people, or for now.
bool keeps_client(const Item& item) {
    if (!item.is_written()) return true;
    if (item.is_made_anew()) return false;
    return std::none_of(item.attributes.begin(), item.attributes.end(),
                        [](const auto& attribute) { return attribute.attribute->path == model::path::auth_client_id; });
}

/// A connector that stays as it is and signs in with `application`.
std::optional<model::Address> user_of(const model::ObservedResource& application, const DesiredGraph& desired,
                                      const model::Snapshot& observed, const Items& items, const History& history) {
    const auto id = application.outputs.find(model::output::app_id);
    if (id == application.outputs.end()) return std::nullopt;
    const auto signs_in = [&](const model::ObservedResource& connector) {
        return connector.address.kind == model::kind::connector &&
               text_of(connector.attributes, model::path::auth_client_id) == id->second;
    };
    for (const auto& [address, item] : items) {
        if (item.observed != nullptr && keeps_client(item) && signs_in(*item.observed)) return address;
    }
    for (const auto& orphan : observed.orphans) {
        if (orphan.ownership == model::Ownership::ours && signs_in(orphan) &&
            !is_removed(orphan, desired, observed, items, history))
            return orphan.address;
    }
    return std::nullopt;
}

bool is_told(const Item& item) {
    return item.withheld && item.withheld->why == Withheld::Why::other_backend;
}

Withheld still_used(const model::ObservedResource& orphan, const model::Address& user) {
    return left(orphan, Withheld::Why::waits_for_withheld,
                fmt::format("is ours and in no manifest any more, and {} still signs in with it", to_string(user)),
                "it goes when that connector is gone, or signs in with another");
}

Withheld still_held(const model::ObservedResource& orphan, const UsedSecret& used) {
    return left(
        orphan, Withheld::Why::waits_for_withheld,
        fmt::format("is ours and in no manifest any more, and its secret {} stays in use: {}", used.secret, used.user),
        "it goes when another secret was handed to that place, which regent tries in each run in which that can "
        "be looked at");
}

/// A new object that cannot be made as long as `orphan` has its display name or identifier URI: see resolution.cpp.
std::optional<model::Address> namesake_of(const model::ObservedResource& orphan, const Items& items) {
    for (const auto& [address, item] : items) {
        if (item.observed == &orphan) return address;
    }
    return std::nullopt;
}

Withheld named_by(const model::ObservedResource& orphan, const model::Address& namesake, const Items& items) {
    const bool is_by_display_name =
        twin_of(orphan, items, [&](const Item& item) { return item.observed == &orphan; }).has_value();
    return left(orphan, Withheld::Why::waits_for_withheld,
                fmt::format("is ours and in no manifest any more, and {} is to have its {}", to_string(namesake),
                            is_by_display_name ? "display name" : "identifier URI"),
                "it is kept until that is settled, since one of them may be the other renamed");
}

Withheld watched_as(const model::ObservedResource& orphan, const model::Address& watched) {
    return left(
        orphan, Withheld::Why::waits_for_withheld,
        fmt::format(
            "is ours and in no manifest any more, and {}, which is only watched and not there, has its display name",
            to_string(watched)),
        fmt::format(
            "it is kept, since that may be the same manifest under another name. `metadata.name` is what regent knows "
            "an object by: was only that changed, {}. To have this one deleted, remove the other manifest until it is",
            how_to_rename(orphan.address)));
}

Withheld called_so_before(const model::ObservedResource& orphan, const model::Address& renamed) {
    return left(
        orphan, Withheld::Why::waits_for_withheld,
        fmt::format("is ours under a name that {} had before, and is not what that is now", to_string(renamed)),
        fmt::format("it is kept. To have it deleted, take `{}` out of `previousNames` there", orphan.address.name));
}

/// A document that asks for `orphan` by its id. It was renamed, most likely, and says which object it is about.
std::optional<model::Address> heir_of(const model::ObservedResource& orphan, const DesiredGraph& desired) {
    const auto app_id = orphan.outputs.find(model::output::app_id);
    for (const auto& [address, resource] : desired.resources) {
        const auto& target = resource.management.adopt;
        if (target.empty() || address.kind != orphan.address.kind) continue;
        if (target == orphan.id || (app_id != orphan.outputs.end() && target == app_id->second)) return address;
    }
    return std::nullopt;
}

Withheld wanted_by(const model::ObservedResource& orphan, const model::Address& heir) {
    return left(
        orphan, Withheld::Why::waits_for_withheld,
        fmt::format("is in no manifest under this name any more, and {} asks for it by its id", to_string(heir)),
        fmt::format("it is kept. `metadata.name` is what regent knows an object by: was only that changed, {}",
                    how_to_rename(orphan.address)));
}

/// Why it stays, whoever uses it.
std::optional<Withheld> reason_to_stay(const model::ObservedResource& orphan, const DesiredGraph& desired,
                                       const model::Snapshot& observed, const Items& items, const History& history) {
    if (const auto namesake = namesake_of(orphan, items)) return named_by(orphan, *namesake, items);
    if (items.contains(orphan.address)) return kept_beside(orphan);
    if (const auto* renamed = renamed_from(desired, orphan.address)) return called_so_before(orphan, renamed->address);
    if (const auto watched = twin_of(orphan, items, is_looked_for)) return watched_as(orphan, *watched);
    if (const auto heir = heir_of(orphan, desired)) return wanted_by(orphan, *heir);
    const auto end = remembered_end(history, orphan.address);
    if (!end.empty() || has_mark(orphan, model::mark::prevent_delete) ||
        on_removal_of(orphan, desired) != model::OnRemoval::remove)
        return kept(orphan, end);
    if (is_own_application(orphan, observed)) return own_sign_in(orphan);
    if (desired.environment.owner_declared) return std::nullopt;
    if (const auto doubt = doubt_of_origin(history, orphan.address); !doubt.empty())
        return perhaps_of_others(orphan, desired.environment, doubt);
    return std::nullopt;
}

}  // namespace

bool is_removed(const model::ObservedResource& orphan, const DesiredGraph& desired, const model::Snapshot& observed,
                const Items& items, const History& history) {
    return !orphan.deleted && orphan.ownership == model::Ownership::ours &&
           !reason_to_stay(orphan, desired, observed, items, history);
}

bool goes(const model::ObservedResource& orphan, const DesiredGraph& desired, const model::Snapshot& observed,
          const Items& items, const History& history) {
    return is_removed(orphan, desired, observed, items, history) && !user_of(orphan, desired, observed, items, history);
}

namespace {

/// A connector with the mark of another one. It is nobody's of ours, and people should know that it is there: with a
/// manifest at that object, else by itself.
void tell_copy(const model::ObservedResource& copy, Plan& plan) {
    const auto words = fmt::format("{}", fmt::join(copy.remarks, "; "));
    const auto change = std::find_if(plan.resources.begin(), plan.resources.end(),
                                     [&](const auto& resource) { return resource.address == copy.address; });
    if (change == plan.resources.end()) {
        plan.withheld.push_back(left(copy, Withheld::Why::ignored, words,
                                     "it is never deleted: do that in the maker portal when nobody uses it, or take "
                                     "`x-regent` out of its definition"));
    } else {
        change->warnings.push_back(fmt::format("\"{}\" ({}) {}", shown_name(copy), copy.id, words));
    }
}

}  // namespace

std::string removal_key(const model::ObservedResource& orphan) {
    return StepGraph::key(orphan.address, orphan.id, "remove");
}

void plan_removals(const DesiredGraph& desired, const model::Snapshot& observed, const Items& items,
                   const History& history, const Secrets& secrets, StepGraph& steps, Plan& plan) {
    const auto others = steps.keys();
    std::vector<std::string> removals;
    for (const auto& orphan : observed.orphans) {
        if (orphan.deleted) continue;
        if (orphan.ownership != model::Ownership::ours) {
            tell_copy(orphan, plan);
            continue;
        }
        if (!namesake_of(orphan, items)) ++plan.managed;
        if (const auto item = items.find(orphan.address); item != items.end() && is_told(item->second)) continue;
        if (auto stays = reason_to_stay(orphan, desired, observed, items, history)) {
            plan.withheld.push_back(std::move(*stays));
            continue;
        }
        if (const auto user = user_of(orphan, desired, observed, items, history)) {
            plan.withheld.push_back(still_used(orphan, *user));
            continue;
        }
        if (const auto used = secrets.orphans_in_use.find(orphan.id); used != secrets.orphans_in_use.end()) {
            plan.withheld.push_back(still_held(orphan, used->second));
            continue;
        }
        ResourceChange change;
        change.address = orphan.address;
        change.action = Action::remove;
        change.reason = Reason::manifest_gone;
        change.remote_id = orphan.id;
        change.warnings = orphan.remarks;
        if (const auto* place = last_place(history, orphan.address)) change.place = *place;
        if (const auto twin = twin_of(orphan, items, is_to_be_made)) {
            change.warnings.push_back(
                fmt::format("{} is to be made under the same display name. `metadata.name` is what regent knows an "
                            "object by: if only that was changed, {}",
                            to_string(*twin), how_to_rename(orphan.address)));
        }
        plan.resources.push_back(std::move(change));

        const auto key = removal_key(orphan);
        auto& step = steps.add(key, orphan.address, {}, Work::remove);
        step.reason = Reason::manifest_gone;
        step.observed = std::make_shared<const model::ObservedResource>(orphan);
        removals.push_back(key);
        if (orphan.address.kind != model::kind::application) continue;
        for (const auto& connector : observed.orphans) {
            if (connector.address.kind == model::kind::connector) steps.after(key, removal_key(connector));
        }
    }
    steps.put_last(removals, others);
}

}  // namespace regent::plan
