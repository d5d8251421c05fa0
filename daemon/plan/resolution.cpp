#include "plan/resolution.hpp"

#include "model/ascii.hpp"
#include "plan/canonical.hpp"
#include "plan/carried_settings.hpp"
#include "plan/diff.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/grants_of_others.hpp"
#include "plan/previous_names.hpp"
#include "plan/restoration.hpp"
#include "plan/role_changes.hpp"
#include "plan/sign_in_change.hpp"
#include "plan/title_handover.hpp"
#include "plan/unseen_redirect_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::ObservedResource;
using model::Reference;
using model::Value;

Withheld::Why why_of(model::Obstacle::Kind kind) {
    switch (kind) {
        case model::Obstacle::Kind::foreign_owner:
        case model::Obstacle::Kind::adopt_target_taken:
            return Withheld::Why::foreign_owner;
        case model::Obstacle::Kind::unclaimed_namesake:
            return Withheld::Why::unclaimed_namesake;
        case model::Obstacle::Kind::several_matches:
            return Withheld::Why::several_matches;
        case model::Obstacle::Kind::adopt_target_missing:
            return Withheld::Why::adopt_target_missing;
        case model::Obstacle::Kind::no_place:
            return Withheld::Why::no_place;
    }
    return Withheld::Why::foreign_owner;
}

Withheld withheld(const DesiredResource& resource, Withheld::Why why, std::string message, std::string help) {
    return {why, resource.address, resource.place, std::move(message), std::move(help), {}};
}

bool is_secret_text(const Reference& reference) {
    return reference.output.ends_with("/secretText");
}

/// The value of `reference` when it can be known now.
std::optional<std::string> known_output(const Reference& reference, const Items& items) {
    if (is_secret_text(reference)) return std::nullopt;
    const auto it = items.find(reference.address);
    if (it == items.end() || it->second.observed == nullptr || it->second.is_made_anew()) return std::nullopt;
    // Nobody is trusted for having the name of one of ours.
    if (it->second.observed->ownership == model::Ownership::foreign) return std::nullopt;
    const auto output = it->second.observed->outputs.find(reference.output);
    // An empty one is one that the service has not filled in yet.
    if (output == it->second.observed->outputs.end() || output->second.empty()) return std::nullopt;
    return reference.prefix + output->second + reference.suffix;
}

std::string desired_text(const DesiredResource& resource, std::string_view path) {
    const auto it = resource.attributes.find(path);
    return it == resource.attributes.end() ? std::string{} : it->second.value.text_or({});
}

std::string backend_of(const DesiredResource& resource) {
    const auto backend = desired_text(resource, model::path::backend);
    return backend.empty() ? std::string(model::backend::environment) : backend;
}

std::string backend_of(const ObservedResource& observed) {
    const auto it = observed.attributes.find(model::path::backend);
    return it == observed.attributes.end() ? std::string(model::backend::environment) : it->second.text_or({});
}

class Resolver {
public:
    Resolver(const DesiredGraph& desired, const model::Snapshot& observed, const History& history)
        : desired_(desired), observed_(observed), history_(history) {}

    Items run(const std::vector<Withheld>& left_alone) {
        for (const auto& [address, resource] : desired_.resources) items_.emplace(address, stand(resource));
        for (const auto& withheld : left_alone) {
            auto& item = items_.at(withheld.address);
            item.standing = Standing::blocked;
            item.withheld = withheld;
        }
        do block_dependants();
        while (hold_back_taken_titles(items_, desired_, observed_, history_) ||
               hold_back_restorations(items_, observed_, desired_.environment.endpoints.graph));
        for (auto& [address, item] : items_) {
            fill(item);
            identify_exposed(item, desired_.environment);
        }
        return std::move(items_);
    }

private:
    Item stand(const DesiredResource& resource) {
        Item item;
        item.desired = &resource;
        const auto obstacle = std::find_if(observed_.obstacles.begin(), observed_.obstacles.end(), [&](const auto& o) {
            return o.address == resource.address && stops(o, resource);
        });
        if (obstacle != observed_.obstacles.end() && !is_about_replacing(*obstacle)) {
            block(item, why_of(obstacle->kind), obstacle->message, obstacle->help);
            return item;
        }
        const auto found = observed_.resources.find(resource.address);
        const bool gone = found == observed_.resources.end() || found->second.deleted;
        const bool watched = resource.management.policy == model::ManagementPolicy::observe;
        if (found == observed_.resources.end()) {
            if (!watched) check_backend(item);
            if (item.standing != Standing::blocked) check_namesake(item);
        }
        if (gone && watched && item.standing != Standing::blocked)
            block(item, Withheld::Why::observe_only, "is not there, and is only watched",
                  "set `policy: full` to have it created");
        if (found == observed_.resources.end() || item.standing == Standing::blocked) return item;
        item.observed = &found->second;
        item.standing = standing_of(resource, found->second);
        if (found->second.ownership == model::Ownership::foreign) {
            block(item, Withheld::Why::foreign_owner,
                  fmt::format("belongs to {} ({})", found->second.owner, found->second.id),
                  "set `management.onRemoval: keep` in its manifest there, apply, then remove that manifest and apply "
                  "(with `onRemoval: delete` its removal deletes it); then take its marks of that owner away (an "
                  "application's tags `regent:…`)");
        } else if (item.standing == Standing::unclaimed ||
                   (is_managed(resource) && !found->second.deleted && !resource.management.adopt.empty())) {
            check_adoption(item);
        } else if (item.standing == Standing::outdated && obstacle != observed_.obstacles.end()) {
            // The old one would be gone when the service refuses the new one.
            item.standing = Standing::there;
            item.withheld = withheld(resource, why_of(obstacle->kind), obstacle->message, obstacle->help);
        }
        return item;
    }

    /// Somebody else's connector with the title that one of ours is to have: no matter unless ours is made anew.
    bool is_about_replacing(const model::Obstacle& obstacle) const {
        using Kind = model::Obstacle::Kind;
        const auto found = observed_.resources.find(obstacle.address);
        return (obstacle.kind == Kind::unclaimed_namesake || obstacle.kind == Kind::foreign_owner) &&
               found != observed_.resources.end() && found->second.ownership == model::Ownership::ours;
    }

    /// What stands in the way of writing an object does not stand in the way of watching it: of one that came with a
    /// managed solution, or carries another environment's mark, applications are given what it brings forth.
    bool stops(const model::Obstacle& obstacle, const DesiredResource& resource) const {
        using Kind = model::Obstacle::Kind;
        const bool is_about_writing = obstacle.kind == Kind::no_place || obstacle.kind == Kind::adopt_target_taken;
        return resource.management.policy != model::ManagementPolicy::observe || !is_about_writing ||
               !observed_.resources.contains(resource.address);
    }

    /// A connector of the same manifest that another service keeps is another object, and is neither left behind
    /// unseen nor replaced: people's connections hang on it, and a redirect URL that applications accept.
    void check_backend(Item& item) const {
        const auto& address = item.desired->address;
        const auto other = std::find_if(observed_.orphans.begin(), observed_.orphans.end(), [&](const auto& orphan) {
            const auto& before = item.desired->previous_names;
            const bool is_it = orphan.address == address ||
                               (orphan.address.kind == address.kind &&
                                std::find(before.begin(), before.end(), orphan.address.name) != before.end());
            return is_it && !orphan.deleted && orphan.ownership == model::Ownership::ours;
        });
        if (other == observed_.orphans.end()) return;
        const auto wanted = backend_of(*item.desired);
        const auto there = backend_of(*other);
        if (wanted == there) return;
        block(item, Withheld::Why::other_backend,
              fmt::format("is kept by `backend: {}` ({}); `backend: {}` would make another connector, with another "
                          "redirect URL and without its connections",
                          there, other->id, wanted),
              fmt::format("write `backend: {}` as it is, or move in three commits: a second Connector under another "
                          "name, its users over to it, and this one out of the manifests",
                          there));
    }

    /// One of ours whose manifest is gone has what this one is to have: most likely the manifest was renamed. It goes
    /// on as it is, and so does what refers to it.
    void check_namesake(Item& item) const {
        const auto& desired = *item.desired;
        const bool is_application = desired.address.kind == model::kind::application;
        if (!is_application && desired.address.kind != model::kind::connector) return;
        if (is_application) check_identifier_uris(item);
        const bool is_watched = desired.management.policy == model::ManagementPolicy::observe;
        if (item.standing != Standing::blocked && !(is_application && is_watched)) check_display_name(item);
    }

    /// Power Platform has one connector of a title in an environment, so to make another would fail. Elsewhere nothing
    /// would fail, and much be lost: a second one has other ids and secrets, and the first is let go of or deleted.
    /// Whoever means that says it in two commits.
    void check_display_name(Item& item) const {
        const auto& desired = *item.desired;
        const bool is_only_one =
            desired.address.kind == model::kind::connector && backend_of(desired) != model::backend::logicapps;
        const auto has_its_name = [&](const ObservedResource& orphan) {
            const auto same = [&](std::string_view path) {
                const auto it = orphan.attributes.find(path);
                return it != orphan.attributes.end() && it->second.text_or({}) == desired_text(desired, path);
            };
            return orphan.address.kind == desired.address.kind && orphan.ownership == model::Ownership::ours &&
                   !orphan.deleted && !desired_.resources.contains(orphan.address) &&
                   (is_only_one ? same(model::path::environment) : backend_of(orphan) == backend_of(desired)) &&
                   same(model::path::display_name);
        };
        const auto other = std::find_if(observed_.orphans.begin(), observed_.orphans.end(), has_its_name);
        if (other == observed_.orphans.end()) return;
        block(
            item, Withheld::Why::unclaimed_namesake,
            fmt::format("{} ({}) has this display name{}, is ours, and its manifest is gone", to_string(other->address),
                        other->id, is_only_one ? " in the same environment" : ""),
            fmt::format("was only `metadata.name` changed, {}. Else remove the old one first, in a commit of its own{}",
                        how_to_rename(other->address),
                        is_only_one ? ": its connections go with it"
                                    : "; take regent's tags off it, where it is to stay; or give this one another "
                                      "display name"));
        item.observed = &*other;
    }

    /// The same with an identifier URI, which one application of a tenant has.
    void check_identifier_uris(Item& item) const {
        const auto& desired = *item.desired;
        const auto uris = desired.attributes.find(model::path::identifier_uris);
        if (uris == desired.attributes.end()) return;
        for (const auto& orphan : observed_.orphans) {
            if (orphan.address.kind != desired.address.kind || orphan.ownership != model::Ownership::ours ||
                orphan.deleted || desired_.resources.contains(orphan.address))
                continue;
            for (const auto& element : uris->second.elements) {
                if (!holds_uri(orphan, element.value)) continue;
                block(item, Withheld::Why::unclaimed_namesake,
                      fmt::format("{} ({}) has its identifier URI {}, is ours, and its manifest is gone",
                                  to_string(orphan.address), orphan.id, element.value.text_or({})),
                      fmt::format(
                          "was only `metadata.name` changed, {}. Else remove the old one first, in a commit of its own",
                          how_to_rename(orphan.address)));
                item.observed = &orphan;
                return;
            }
        }
    }

    /// An adoption is meant to keep the object: one that would have to be replaced is none. And were a run to end
    /// between the removal and the creation, the manifest would go on naming an object that is gone.
    static void check_adoption(Item& item) {
        const auto* attribute = outdated_attribute(*item.desired, *item.observed);
        if (attribute == nullptr) return;
        const auto there = item.observed->attributes.find(attribute->path);
        block(
            item, Withheld::Why::adopt_target_differs,
            fmt::format("`management.adopt` keeps {}, and its `{}` is {}, which cannot be changed", item.observed->id,
                        attribute->path, there == item.observed->attributes.end() ? "not set" : to_text(there->second)),
            fmt::format("declare that as its `{}`, or have it replaced: with `management.allowReplacement` and "
                        "without `adopt`",
                        attribute->path));
    }

    static Standing standing_of(const DesiredResource& resource, const ObservedResource& observed) {
        if (observed.deleted) return Standing::in_bin;
        if (observed.ownership == model::Ownership::unclaimed) return Standing::unclaimed;
        // What is only watched, or was only to be created, is not replaced, nor is what nobody asked to have replaced:
        // people's connections would be gone. What differs is told and left.
        if (!may_be_replaced(resource) || is_something_unseen(observed)) return Standing::there;
        return outdated_attribute(resource, observed) == nullptr ? Standing::there : Standing::outdated;
    }

    /// It would be lost with the one that goes.
    static bool is_something_unseen(const ObservedResource& observed) {
        return std::any_of(read_before_replacing.begin(), read_before_replacing.end(),
                           [&](auto path) { return observed.unreadable.contains(path); });
    }

    static bool is_managed(const DesiredResource& resource) {
        return resource.management.policy == model::ManagementPolicy::full;
    }

    static bool may_be_replaced(const DesiredResource& resource) {
        const auto& management = resource.management;
        return is_managed(resource) && management.allow_replacement && !management.prevent_delete;
    }

    static bool is_fixed(const model::Attribute& attribute, const ObservedResource& observed) {
        return attribute.immutable && !observed.changeable.contains(attribute.path);
    }

    /// The first immutable attribute that is to be another; null pointer when all may stay.
    static const model::Attribute* outdated_attribute(const DesiredResource& resource,
                                                      const ObservedResource& observed) {
        const auto* table = model::attributes_of(resource.address.kind);
        for (const auto& attribute : table->attributes)
            if (is_outdated(attribute, resource, observed)) return &attribute;
        return nullptr;
    }

    static bool is_outdated(const model::Attribute& attribute, const DesiredResource& resource,
                            const ObservedResource& observed) {
        if (!is_fixed(attribute, observed) || is_ignored(resource, attribute.path)) return false;
        const auto wanted = desired_text(resource, attribute.path);
        const auto it = observed.attributes.find(attribute.path);
        const auto there = it == observed.attributes.end() ? Value{} : it->second;
        return !wanted.empty() && canonical(attribute, wanted) != canonical(attribute, there);
    }

    /// To be told and left, while the rest of the object is kept up.
    static bool is_held(const model::Attribute& attribute, const Item& item) {
        return item.standing == Standing::there && is_managed(*item.desired) &&
               is_outdated(attribute, *item.desired, *item.observed);
    }

    static void block(Item& item, Withheld::Why why, std::string message, std::string help) {
        item.standing = Standing::blocked;
        item.withheld = withheld(*item.desired, why, std::move(message), std::move(help));
    }

    /// What needs an object to be created that is itself withheld, is withheld too; and so on, until nothing changes.
    void block_dependants() {
        for (bool changed = true; changed;) {
            changed = false;
            for (auto& [address, item] : items_) {
                if (item.standing == Standing::blocked) continue;
                const auto* blocker = early_blocker(item);
                if (blocker == nullptr) continue;
                block(item, why_to_wait_for(*blocker),
                      fmt::format("waits for {}, which is left alone", to_string(*blocker)), {});
                changed = true;
            }
        }
    }

    /// What is late is so for all that needs it: the next run may find it, and nobody has to do anything.
    Withheld::Why why_to_wait_for(const model::Address& blocker) const {
        const auto& withheld = items_.at(blocker).withheld;
        const bool is_late = withheld && withheld->why == Withheld::Why::not_seen_yet;
        return is_late ? Withheld::Why::not_seen_yet : Withheld::Why::waits_for_withheld;
    }

    const model::Address* early_blocker(const Item& item) const {
        if (const auto* issuer = silent_issuer(item)) return issuer;
        const auto* table = model::attributes_of(item.desired->address.kind);
        for (const auto& [path, attribute] : item.desired->attributes) {
            const auto* row = table->find(path);
            if (row == nullptr || row->late) continue;
            for (const auto& reference : references_in(attribute.value)) {
                const auto target = items_.find(reference.address);
                if (target == items_.end() || target->second.standing != Standing::blocked) continue;
                if (!known_output(reference, items_)) return &target->first;
            }
        }
        return nullptr;
    }

    /// The application whose secret `item` would have to be given, when that application is not written and so issues
    /// none: a connector made without it could not sign in.
    const model::Address* silent_issuer(const Item& item) const {
        const auto secret = item.desired->attributes.find(model::path::auth_client_secret);
        if (secret == item.desired->attributes.end() || !item.is_written()) return nullptr;
        if (item.standing == Standing::there && signs_in_by_secret(*item.observed)) return nullptr;
        for (const auto& reference : references_in(secret->second.value)) {
            const auto target = items_.find(reference.address);
            if (target != items_.end() && !target->second.is_written()) return &target->first;
        }
        return nullptr;
    }

    static bool signs_in_by_secret(const ObservedResource& observed) {
        const auto it = observed.attributes.find(model::path::auth_type);
        return it != observed.attributes.end() && it->second.text_or({}) == "clientSecret";
    }

    void fill(Item& item) {
        if (item.standing == Standing::blocked && item.observed == nullptr) return;
        const auto* table = model::attributes_of(item.desired->address.kind);
        const auto marks = observed_marks(item.observed);
        item.attributes.reserve(item.desired->attributes.size());
        for (const auto& attribute : table->attributes) {
            const auto* desired = desired_of(item, attribute, marks);
            if (desired == nullptr || attribute.write_only || attribute.part_of_ownership) continue;
            if (attribute.path == model::path::client_secrets) continue;  // secrets.hpp
            if (desired->initial && !item.is_made_anew()) continue;
            if (desired->implied && item.is_made_anew()) continue;
            auto resolved = look_up(attribute, *desired, item);
            bool ignored = is_ignored(*item.desired, attribute.path);
            if (ignored && item.is_made_anew() && !attribute.own_step) {
                // An object cannot be made without what is later ignored: a name, for one. What waits for others is
                // ignored from the beginning, or a run that was killed would leave it half done for ever.
                if (attribute.late) {
                    std::erase_if(resolved.elements, [](const auto& e) { return !is_known(e.element->value); });
                }
                ignored = false;
            }
            auto& list = ignored ? item.ignored : is_held(attribute, item) ? item.held : item.attributes;
            list.push_back(std::move(resolved));
        }
        carry_over_shares(item);
        carry_over_settings(item);
    }

    /// A list that a manifest does not manage is left alone; of an object that is made anew that means: as the old one
    /// had it.
    void carry_over_shares(Item& item) const {
        if (item.standing != Standing::outdated) return;
        const auto* attribute = model::attributes_of(item.desired->address.kind)->find(model::path::shares);
        if (attribute == nullptr) return;
        const auto there = item.observed->attributes.find(attribute->path);
        const auto* shares = there == item.observed->attributes.end() ? nullptr : there->second.as_map();
        const bool is_managed = std::any_of(item.attributes.begin(), item.attributes.end(), [&](const auto& resolved) {
            return resolved.attribute->path == attribute->path;
        });
        if (shares == nullptr || shares->empty() || is_managed) return;
        model::DesiredAttribute carried;
        for (const auto& [id, share] : *shares)
            carried.elements.push_back({.name = id, .value = share, .span = {}, .contributor = {}});
        item.carried_over = std::make_shared<const model::DesiredAttribute>(std::move(carried));
        item.attributes.push_back(look_up(*attribute, *item.carried_over, item));
    }

    /// What is wanted of `attribute`. Where a contribution once was, as `marks` of the object say, and none is any
    /// more, nothing is, and what it brought is to go.
    static const model::DesiredAttribute* desired_of(const Item& item, const model::Attribute& attribute,
                                                     const std::vector<std::string>& marks) {
        static const model::DesiredAttribute nothing{.value = {}, .elements = {}, .span = {}, .exclusive = false};
        const auto it = item.desired->attributes.find(attribute.path);
        if (it != item.desired->attributes.end()) return &it->second;
        if (marks.empty()) return nullptr;
        const auto prefix = contribution_prefix(attribute.path);
        const bool contributed =
            std::any_of(marks.begin(), marks.end(), [&](const auto& mark) { return mark.rfind(prefix, 0) == 0; });
        return contributed ? &nothing : nullptr;
    }

    ResolvedAttribute look_up(const model::Attribute& attribute, const model::DesiredAttribute& desired,
                              const Item& item) const {
        ResolvedAttribute resolved;
        resolved.attribute = &attribute;
        resolved.desired = &desired;
        resolved.ignored = ignored_elements(*item.desired, attribute.path);
        resolved.immutable = item.observed == nullptr ? attribute.immutable : is_fixed(attribute, *item.observed);
        if (attribute.compare == model::Compare::set || attribute.compare == model::Compare::named) {
            resolved.elements.reserve(desired.elements.size());
            for (const auto& element : desired.elements) resolved.elements.push_back(look_up(element));
        } else {
            resolved.value = canonical(attribute, looked_up(desired.value, items_));
        }
        // What has requests of its own begins with nothing on an object that is made anew.
        if (item.observed != nullptr && !(item.is_made_anew() && attribute.own_step)) {
            const auto there = item.observed->attributes.find(attribute.path);
            resolved.observed =
                canonical(attribute, there == item.observed->attributes.end() ? Value{} : there->second);
            resolved.unreadable = item.observed->unreadable.contains(attribute.path);
            if (attribute.path == model::path::principal_tags) leave_out_tags_of_application(resolved, *item.observed);
        } else if (attribute.compare == model::Compare::set || attribute.compare == model::Compare::named) {
            resolved.observed =
                canonical(attribute, {});  // an absent scalar stays null, so that a creation shows every value it sets
        }
        if (attribute.path == model::path::owners || attribute.path == model::path::principal_owners)
            overlook_caller(resolved);
        if (is_redirect_list(attribute.path)) find_unseen_urls(resolved);
        if (!is_ignored(*item.desired, attribute.path))
            name_roles_as_wanted(resolved, item, items_, desired_.environment);
        overlook_what_others_declare(resolved, item, items_);
        return resolved;
    }

    /// regent's own service principal is an owner of what it makes, and has to stay one where it may only write what it
    /// owns: nobody needs to declare it, and it is never taken away.
    void overlook_caller(ResolvedAttribute& owners) const {
        const Value caller(observed_.caller_object_id);
        const bool is_declared = std::any_of(owners.elements.begin(), owners.elements.end(),
                                             [&](const auto& element) { return element.value == caller; });
        auto* there = std::get_if<model::List>(&owners.observed.held);
        if (there != nullptr && !is_declared) std::erase(*there, caller);
    }

    /// The directory shows the tags of a service principal together with its application's: these are its own only
    /// where they are wanted as its own. https://learn.microsoft.com/graph/api/resources/serviceprincipal
    static void leave_out_tags_of_application(ResolvedAttribute& tags, const ObservedResource& observed) {
        const auto it = observed.attributes.find(model::path::tags);
        const auto* of_application = it == observed.attributes.end() ? nullptr : it->second.as_list();
        if (of_application == nullptr) return;
        std::erase_if(std::get<model::List>(tags.observed.held), [&](const auto& tag) {
            const bool shared = std::find(of_application->begin(), of_application->end(), tag) != of_application->end();
            return shared && std::none_of(tags.elements.begin(), tags.elements.end(),
                                          [&](const auto& element) { return element.value == tag; });
        });
    }

    /// Of a connector that is there and whose redirect URL nobody shows now: what the application accepts stays.
    void find_unseen_urls(ResolvedAttribute& uris) const {
        const auto* there = uris.observed.as_list();
        if (there == nullptr) return;
        for (auto& element : uris.elements) {
            const auto* connector = connector_without_url(element);
            if (connector == nullptr) continue;
            const auto uri = std::find_if(there->begin(), there->end(), [&](const auto& one) {
                return is_unseen_redirect_url(*connector, one.text_or({}));
            });
            if (uri == there->end()) continue;
            element.value = *uri;
            element.known = true;
            element.blocked = false;
        }
    }

    const ObservedResource* connector_without_url(const ResolvedElement& element) const {
        const auto* reference = element.value.as_reference();
        if (element.known || reference == nullptr || reference->output != model::output::redirect_url) return nullptr;
        const auto target = items_.find(reference->address);
        if (target == items_.end() || target->second.observed == nullptr || target->second.is_made_anew() ||
            target->second.observed->ownership == model::Ownership::foreign)
            return nullptr;
        return target->second.observed;
    }

    ResolvedElement look_up(const model::Element& element) const {
        ResolvedElement resolved{&element, looked_up(element.value, items_), true, false, {}};
        for (const auto& reference : references_in(resolved.value)) {
            resolved.known = false;
            if (!comes_about(reference)) resolved.blocked = true;
        }
        if (resolved.blocked) {
            if (const auto* reference = resolved.value.as_reference()) resolved.now = seen_of_withheld(*reference);
        }
        return resolved;
    }

    /// What an object that is withheld goes on to bring forth, though no manifest may count on it: of one of ours,
    /// under whatever service it is kept.
    Value seen_of_withheld(const Reference& reference) const {
        const auto output_of = [&](const ObservedResource& observed) -> Value {
            const auto it = observed.outputs.find(reference.output);
            if (observed.ownership == model::Ownership::foreign || it == observed.outputs.end() || it->second.empty())
                return {};
            return Value(reference.prefix + it->second + reference.suffix);
        };
        if (const auto it = observed_.resources.find(reference.address); it != observed_.resources.end())
            return output_of(it->second);
        for (const auto& orphan : observed_.orphans)
            if (orphan.address == reference.address && !orphan.deleted && orphan.ownership == model::Ownership::ours)
                return output_of(orphan);
        return {};
    }

    /// Whether a step of this plan can bring `reference` forth. Of an object that is not written only the identity may
    /// still come, when the service is about to fill it in.
    bool comes_about(const Reference& reference) const {
        const auto target = items_.find(reference.address);
        if (target == items_.end()) return false;
        const auto* there = target->second.observed;
        if (target->second.is_written() && !has_sign_in_left(target->second)) return true;
        if (there == nullptr || there->ownership == model::Ownership::foreign) return false;
        const auto auth = there->attributes.find(model::path::auth_type);
        const auto type = auth == there->attributes.end() ? std::string{} : auth->second.text_or({});
        if (part_of(reference) == "identity") return type == "managedIdentity";
        // One that is written and signs in so is about to have it filled in.
        return target->second.is_written() && (type == "clientSecret" || type == "managedIdentity");
    }

    /// The way a connector signs in is not written, and with it goes what comes of it.
    static bool has_sign_in_left(const Item& item) {
        return item.desired->address.kind == model::kind::connector && item.observed != nullptr &&
               !item.is_made_anew() && is_ignored(*item.desired, model::path::auth_type);
    }

    const DesiredGraph& desired_;
    const model::Snapshot& observed_;
    const History& history_;
    Items items_;
};

}  // namespace

bool Item::is_written() const noexcept {
    if (standing == Standing::blocked) return false;
    switch (desired->management.policy) {
        case model::ManagementPolicy::full:
            return true;
        case model::ManagementPolicy::create_only:
            return standing == Standing::missing || standing == Standing::in_bin;
        case model::ManagementPolicy::observe:
            return false;
    }
    return false;
}

bool is_ignored(const DesiredResource& resource, std::string_view path) {
    const auto& list = resource.management.ignore;
    return std::any_of(list.begin(), list.end(), [&](const auto& entry) {
        return path == entry ||
               (path.size() > entry.size() && path.substr(0, entry.size()) == entry && path[entry.size()] == '.');
    });
}

std::vector<std::string> ignored_elements(const DesiredResource& resource, std::string_view path) {
    std::vector<std::string> elements;
    for (const auto& entry : resource.management.ignore) {
        const bool below = entry.size() > path.size() + 1 && entry.starts_with(path) && entry[path.size()] == '[';
        if (below && entry.ends_with(']'))
            elements.push_back(entry.substr(path.size() + 1, entry.size() - path.size() - 2));
    }
    return elements;
}

bool leaves_alone(const ResolvedAttribute& attribute, std::string_view name) {
    return std::find(attribute.ignored.begin(), attribute.ignored.end(), name) != attribute.ignored.end();
}

Items resolve(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
              const std::vector<Withheld>& left_alone) {
    return Resolver(desired, observed, history).run(left_alone);
}

Value looked_up(const Value& value, const Items& items) {
    if (const auto* reference = value.as_reference()) {
        const auto text = known_output(*reference, items);
        return text ? Value(*text) : value;
    }
    if (const auto* list = value.as_list()) {
        model::List result;
        for (const auto& element : *list) result.push_back(looked_up(element, items));
        return result;
    }
    if (const auto* map = value.as_map()) {
        model::Map result;
        for (const auto& [name, member] : *map) result.emplace(name, looked_up(member, items));
        return result;
    }
    return value;
}

}  // namespace regent::plan
