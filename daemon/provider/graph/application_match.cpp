#include "provider/graph/application_match.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph/exposed_api.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/other_owners.hpp"
#include "provider/graph/principal_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::provider::graph {
namespace {

using model::Address;
using model::Obstacle;
using nlohmann::json;
using Wanted = model::Scope::Wanted;

std::string object_id(const json& application) {
    return lower_case(member_text(application, "id"));
}
std::string app_id(const json& application) {
    return lower_case(member_text(application, "appId"));
}

/// Derived types share the list: "#microsoft.graph.agentIdentityBlueprint" is not an application of ours, whatever its
/// tags say.
bool is_plain_application(const json& object) {
    const auto type = member_text(object, "@odata.type");
    return type.empty() || type == "#microsoft.graph.application";
}

void add_mark(model::ObservedResource& resource, std::string_view mark) {
    auto& marks = resource.attributes[std::string(model::path::marks)];
    auto list = marks.as_list() == nullptr ? model::List{} : *marks.as_list();
    list.emplace_back(std::string(mark));
    marks = std::move(list);
}

/// Takes out of `asked` what Graph did not want to select in the recycle bin.
Paths take_hidden(Paths& asked, const json& application) {
    Paths hidden;
    for (auto it = asked.begin(); it != asked.end();) {
        const auto member = members_on_demand({*it});
        const auto path = it++;
        if (!member.empty() && !application.contains(member)) hidden.insert(asked.extract(path));
    }
    return hidden;
}

}  // namespace

ApplicationMatch::ApplicationMatch(const model::Scope& scope, Identity identity) : identity_(std::move(identity)) {
    for (const auto& wanted : scope.wanted) {
        if (wanted.address.kind != model::kind::application) continue;
        auto& entry = wanted_.emplace(wanted.address, wanted).first->second;
        entry.adopt = lower_case(wanted.adopt);
        if (!entry.adopt.empty()) adopted_.insert(entry.adopt);
        by_name_.emplace(lower_case(wanted.address.name), wanted.address);
    }
    for (const auto& [address, wanted] : wanted_)
        for (const auto& name : wanted.previous_names) by_name_.emplace(lower_case(name), address);
}

/// Who of those wanted it is: what its tag calls it counts before its key, which it was given once and for life. So a
/// manifest that takes the name back that its application was made under has it again, without a word.
const Address* ApplicationMatch::claimant(const json& application) const {
    const auto facts = read_tags(application);
    const bool is_others = !facts.owner.empty() && !is_ours(facts, identity_);
    for (const auto& name : {is_others ? std::string{} : lower_case(facts.name), name_in_key(application, identity_)}) {
        const auto it = by_name_.find(name);
        // What was handed over to others is nothing that could be renamed here.
        if (it != by_name_.end() && !(is_others && it->second.name != name)) return &it->second;
    }
    return nullptr;
}

void ApplicationMatch::hold(const Address& address, const std::string& id) {
    auto& ids = holders_[address];
    if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
}

void ApplicationMatch::add_tagged(std::vector<json> applications) {
    for (auto& application : applications) {
        if (!is_plain_application(application)) continue;
        const auto id = object_id(application);
        // A page may repeat what moved while it was read.
        if (!tagged_.insert(id).second) continue;
        by_app_id_.emplace(app_id(application), id);
        if (const auto* address = claimant(application)) hold(*address, id);
        applications_.insert_or_assign(id, std::move(application));
    }
    hold_remembered();
}

/// One of ours under a name that nobody wants, and remembered of somebody who has none: the answer is from before it
/// was renamed.
void ApplicationMatch::hold_remembered() {
    for (const auto& [address, wanted] : wanted_) {
        const auto id = lower_case(wanted.remembered_id);
        if (holders_.contains(address) || !tagged_.contains(id)) continue;
        const auto& application = applications_.at(id);
        const bool is_named = !name_of(application, identity_).empty();
        if (is_named && claimant(application) == nullptr && is_ours(read_tags(application), identity_))
            hold(address, id);
    }
}

std::vector<ApplicationMatch::Missing> ApplicationMatch::missing() const {
    std::vector<Missing> missing;
    for (const auto& [address, wanted] : wanted_) {
        const auto found = holders(address);
        const auto name = lower_case(address.name);
        const bool is_named = std::any_of(found.begin(), found.end(), [&](const auto* application) {
            return lower_case(name_of(*application, identity_)) == name;
        });
        if (!is_named) missing.push_back({&wanted, address.name});
        if (!found.empty()) continue;
        for (const auto& before : wanted.previous_names) missing.push_back({&wanted, before});
    }
    return missing;
}

void ApplicationMatch::add_by_key(const Missing& missing, json application) {
    if (!application.is_object()) return;
    const auto id = object_id(application);
    const auto* address = claimant(application);
    if (missing.is_own_name() && (address == nullptr || *address != missing.wanted->address))
        keys_of_others_.emplace(missing.wanted->address, KeyHolder{id, name_of(application, identity_)});
    if (address != nullptr) hold(*address, id);
    by_app_id_.emplace(app_id(application), id);
    applications_.insert_or_assign(id, std::move(application));
}

void ApplicationMatch::add_adopt_target(const Address&, json&& application) {
    if (!application.is_object()) return;
    const auto id = object_id(application);
    by_app_id_.emplace(app_id(application), id);
    applications_.try_emplace(id, std::move(application));
}

bool ApplicationMatch::needs_recycle_bin() const {
    return std::any_of(wanted_.begin(), wanted_.end(),
                       [&](const auto& entry) { return !holders_.contains(entry.first); });
}

void ApplicationMatch::add_deleted(std::vector<json> applications) {
    deleted_ = std::move(applications);
}

std::vector<const Wanted*> ApplicationMatch::remembered() const {
    std::vector<const Wanted*> remembered;
    for (const auto& [address, wanted] : wanted_) {
        if (!holders_.contains(address) && !wanted.remembered_id.empty()) remembered.push_back(&wanted);
    }
    return remembered;
}

std::vector<const Wanted*> ApplicationMatch::remembered_elsewhere() const {
    auto those = remembered();
    std::erase_if(those, [](const auto* wanted) { return !wanted->adopt.empty(); });
    return those;
}

void ApplicationMatch::add_by_id(const Address& address, json application) {
    if (!application.is_object() || !is_plain_application(application)) return;
    // What carries somebody else's name is that one's.
    const auto* named = claimant(application);
    if (named != nullptr && *named != address) return;
    const auto id = object_id(application);
    hold(address, id);
    by_app_id_.emplace(app_id(application), id);
    applications_.insert_or_assign(id, std::move(application));
}

void ApplicationMatch::add_unread() {
    is_bin_unread_ = true;
}

std::set<std::string> ApplicationMatch::apis_asked() const {
    std::set<std::string> apis;
    for (const auto& [id, application] : applications_) {
        const auto* access = member(application, "requiredResourceAccess");
        if (access == nullptr || !access->is_array()) continue;
        for (const auto& api : *access) apis.insert(lower_case(member_text(api, "resourceAppId")));
    }
    apis.erase(std::string{});
    return apis;
}

std::map<std::string, model::ApiPermissions> ApplicationMatch::own_apis(const std::set<std::string>& asked) const {
    std::map<std::string, model::ApiPermissions> apis;
    for (const auto& id : asked) {
        const auto found = by_app_id_.find(id);
        if (found != by_app_id_.end()) apis.emplace(id, read_own_api(applications_.at(found->second)));
    }
    return apis;
}

tl::expected<void, std::string> ApplicationMatch::settle(const PermissionNames& names, model::Snapshot& into) {
    names_ = &names;
    into_ = &into;
    for (const auto& [address, wanted] : wanted_) {
        if (auto done = settle_one(wanted); !done) return done;
    }
    return settle_orphans();
}

std::vector<const json*> ApplicationMatch::holders(const Address& address) const {
    std::vector<const json*> found;
    const auto it = holders_.find(address);
    if (it == holders_.end()) return found;
    for (const auto& id : it->second) found.push_back(&applications_.at(id));
    return found;
}

/// Remembered as that of `address`, without a name that leads to anybody: somebody took its tags away.
bool ApplicationMatch::is_remembered_of(const Address& address, const json& application) const {
    const auto wanted = wanted_.find(address);
    if (wanted == wanted_.end() || !wanted->second.adopt.empty()) return false;
    if (lower_case(wanted->second.remembered_id) != object_id(application)) return false;
    const auto facts = read_tags(application);
    return claimant(application) == nullptr && (facts.owner.empty() || is_ours(facts, identity_));
}

/// The one under its own name before one under a previous name, or under none.
const json* ApplicationMatch::deleted_holder(const Address& address) const {
    const json* found = nullptr;
    for (const auto& application : deleted_) {
        const auto* claimed = claimant(application);
        const bool is_claimed = claimed != nullptr && *claimed == address;
        if (!is_claimed && !is_remembered_of(address, application)) continue;
        const bool is_named = lower_case(name_of(application, identity_)) == lower_case(address.name);
        if (found == nullptr || is_named) found = &application;
        if (is_named) break;
    }
    return found;
}

/// Another one than the wanted that has its key, and so keeps it from being made.
std::optional<ApplicationMatch::KeyHolder> ApplicationMatch::key_holder(const Address& address) const {
    if (const auto it = keys_of_others_.find(address); it != keys_of_others_.end()) return it->second;
    for (const auto& application : deleted_) {
        const auto* claimed = claimant(application);
        const bool is_wanted = claimed != nullptr && *claimed == address;
        if (!is_wanted && name_in_key(application, identity_) == lower_case(address.name))
            return KeyHolder{object_id(application), name_of(application, identity_)};
    }
    return std::nullopt;
}

const json* ApplicationMatch::adopt_target(const Wanted& wanted) const {
    const auto it = by_app_id_.find(wanted.adopt);
    return it == by_app_id_.end() ? nullptr : &applications_.at(it->second);
}

ApplicationMatch::Done ApplicationMatch::settle_one(const Wanted& wanted) {
    const auto found = holders(wanted.address);
    if (const auto other = key_holder(wanted.address); found.empty() && other) {
        obstruct(wanted.address, Obstacle::Kind::several_matches,
                 fmt::format("its key, {}, is for life that of an application which is called {} by now ({})",
                             identity_.key_of(wanted.address), other->name, other->id),
                 fmt::format("choose another `metadata.name`: no second application can be made under this one as long "
                             "as {} is there, or in the recycle bin",
                             other->name));
        return {};
    }
    if (found.empty()) return wanted.adopt.empty() ? settle_missing(wanted) : settle_adoption(wanted);
    if (found.size() > 1) {
        obstruct_for_several(wanted, *found[0], *found[1]);
        return {};
    }
    const auto& application = *found.front();
    const auto facts = read_tags(application);
    if (!facts.owner.empty() && !is_ours(facts, identity_)) {
        obstruct(wanted.address, Obstacle::Kind::foreign_owner,
                 fmt::format("the application with the key {} ({}) carries the mark of {}",
                             identity_.key_of(wanted.address), object_id(application), facts.owner),
                 help_after_hand_over(facts.owner));
        return {};
    }
    if (!wanted.adopt.empty() && wanted.adopt != app_id(application)) {
        obstruct(wanted.address, Obstacle::Kind::several_matches,
                 fmt::format("{} is the application {} already, and `management.adopt` names {}",
                             to_string(wanted.address), app_id(application), wanted.adopt),
                 "take `management.adopt` away, or delete the application that is not meant");
        return {};
    }
    auto done = put(wanted.address, application, model::Ownership::ours);
    forget(application);
    return done;
}

void ApplicationMatch::obstruct_for_several(const Wanted& wanted, const json& first, const json& second) {
    const auto a = name_of(first, identity_), b = name_of(second, identity_);
    const bool is_rename = lower_case(a) != lower_case(b);
    const auto& former = lower_case(a) == lower_case(wanted.address.name) ? b : a;
    obstruct(wanted.address, Obstacle::Kind::several_matches,
             is_rename ? fmt::format("an application is there under its name and one under a name that it had before, "
                                     "so neither is renamed: {} ({}) and {} ({})",
                                     a, object_id(first), b, object_id(second))
                       : fmt::format("two applications say they are {}: {} and {}", to_string(wanted.address),
                                     object_id(first), object_id(second)),
             is_rename ? fmt::format("delete the one that was made by mistake, and the other one is kept; or, to keep "
                                     "both, take `{}` out of `previousNames` and give it a manifest of its own",
                                     former)
                       : "delete the wrong one, or take its `regent:` tags away");
}

/// What an application was read from is several times as large as what is kept of it, and there may be 20,000.
void ApplicationMatch::forget(const json& application) {
    if (adopted_.contains(app_id(application))) return;  // somebody else asks for it, too
    applications_.at(object_id(application)) = nullptr;
}

ApplicationMatch::Done ApplicationMatch::settle_missing(const Wanted& wanted) {
    const auto* application = deleted_holder(wanted.address);
    if (application == nullptr) {
        if (is_bin_unread_ && !wanted.remembered_id.empty()) put_remembered(wanted);
        return {};
    }
    const auto facts = read_tags(*application);
    if (!facts.owner.empty() && !is_ours(facts, identity_)) {
        obstruct(wanted.address, Obstacle::Kind::foreign_owner,
                 fmt::format("its key is held by a deleted application ({}) that carries the mark of {}",
                             object_id(*application), facts.owner),
                 "have it deleted for good there");
        return {};
    }
    return put(wanted.address, *application, model::Ownership::ours, true);
}

void ApplicationMatch::put_remembered(const Wanted& wanted) {
    model::ObservedResource resource;
    resource.address = wanted.address;
    resource.id = lower_case(wanted.remembered_id);
    resource.deleted = true;
    resource.unreadable.emplace(model::path::in_bin);
    resource.outputs.emplace(model::output::object_id, resource.id);
    resource.provider_data.emplace(provider_data::previous_names,
                                   fmt::format(",{},", fmt::join(wanted.previous_names, ",")));
    set_service_principal(resource, nullptr);
    into_->resources.insert_or_assign(wanted.address, std::move(resource));
}

ApplicationMatch::Done ApplicationMatch::settle_adoption(const Wanted& wanted) {
    const auto* target = adopt_target(wanted);
    const auto* deleted = deleted_holder(wanted.address);
    if (target == nullptr && deleted != nullptr && app_id(*deleted) == wanted.adopt) return settle_missing(wanted);
    if (target == nullptr) {
        const bool in_bin = std::any_of(deleted_.begin(), deleted_.end(),
                                        [&](const auto& gone) { return app_id(gone) == wanted.adopt; });
        std::string help = "`management.adopt.appId` is the application (client) id; is it the right tenant?";
        if (in_bin) help = "restore it there first";
        if (is_bin_unread_)
            help =
                "does it lie in the recycle bin, which regent may not look into without `Application.Read.All`, "
                "have it restored there first. " +
                help;
        obstruct(wanted.address, Obstacle::Kind::adopt_target_missing,
                 in_bin ? fmt::format("the application {} lies in the recycle bin", wanted.adopt)
                        : fmt::format("no application has the id {}", wanted.adopt),
                 std::move(help));
        return {};
    }
    const auto facts = read_tags(*target);
    const auto name = name_of(*target, identity_);
    if (is_ours(facts, identity_) && name.empty()) return put(wanted.address, *target, model::Ownership::ours);
    const auto twin = adopted_by_.emplace(wanted.adopt, wanted.address).first->second;
    const auto taken = [&](const std::string& by, const std::string& help) {
        obstruct(wanted.address, Obstacle::Kind::adopt_target_taken,
                 fmt::format("the application {} ({}) is {} already", wanted.adopt, object_id(*target), by), help);
    };
    if (is_ours(facts, identity_)) {
        return taken("Application/" + name,
                     fmt::format("one manifest manages an application: was its name changed, say so beside it: "
                                 "`previousNames: [{}]`",
                                 name)),
               Done{};
    }
    if (twin != wanted.address)
        return taken(to_string(twin), "one manifest manages an application: remove the other one first"), Done{};
    if (const auto owner = owner_of(*target, facts); !owner.empty()) {
        obstruct(wanted.address, Obstacle::Kind::adopt_target_taken,
                 fmt::format("the application {} ({}) belongs to {}", wanted.adopt, object_id(*target), owner),
                 help_to_take_over(owner, identity_));
        return {};
    }
    if (deleted != nullptr) {
        obstruct(wanted.address, Obstacle::Kind::several_matches,
                 fmt::format("a deleted application ({}) has its key, or a name that it had before, and "
                             "`management.adopt` names {}",
                             object_id(*deleted), wanted.adopt),
                 "delete it for good in the recycle bin, or restore it and take `management.adopt` away");
        return {};
    }
    return put(wanted.address, *target, model::Ownership::unclaimed);
}

ApplicationMatch::Done ApplicationMatch::settle_orphans() {
    std::set<std::string> held;
    for (const auto& [address, ids] : holders_) held.insert(ids.begin(), ids.end());
    for (const auto& id : tagged_) {
        const auto& application = applications_.at(id);
        const auto name = name_of(application, identity_);
        // Our tag and no name: somebody copied the tag. Nothing says that regent made it.
        if (name.empty() || !is_ours(read_tags(application), identity_)) continue;
        const Address address{std::string(model::kind::application), name};
        if (held.contains(id)) continue;
        auto orphan = ours(address, application, on_demand_of(address));
        if (!orphan) return tl::unexpected(std::move(orphan.error()));
        into_->orphans.push_back(std::move(*orphan));
    }
    return {};
}

Paths ApplicationMatch::on_demand_of(const Address& address) const {
    const auto it = wanted_.find(address);
    return it == wanted_.end() ? Paths{} : it->second.on_demand;
}

tl::expected<model::ObservedResource, std::string> ApplicationMatch::ours(const Address& address,
                                                                          const json& application,
                                                                          const Paths& on_demand) const {
    auto resource = read_application(application, *names_, on_demand);
    if (!resource) return resource;
    resource->address = address;
    resource->ownership = model::Ownership::ours;
    if (read_tags(application).owner.empty()) add_mark(*resource, unmarked);
    const auto name = name_of(application, identity_);
    if (name.empty()) add_mark(*resource, unnamed);
    if (!name.empty() && lower_case(name) != lower_case(address.name))
        add_mark(*resource, std::string(model::mark::named) + name);
    return resource;
}

ApplicationMatch::Done ApplicationMatch::put(const Address& address, const json& application,
                                             model::Ownership ownership, bool deleted) {
    auto asked = on_demand_of(address);
    auto hidden = deleted ? take_hidden(asked, application) : Paths{};
    auto resource = ownership == model::Ownership::ours ? ours(address, application, asked)
                                                        : read_application(application, *names_, asked);
    if (!resource) return tl::unexpected(std::move(resource.error()));
    resource->address = address;
    resource->ownership = ownership;
    resource->deleted = deleted;
    resource->unreadable.merge(hidden);
    if (deleted) set_service_principal(*resource, nullptr);
    into_->resources.insert_or_assign(address, std::move(*resource));
    return {};
}

void ApplicationMatch::obstruct(const Address& address, Obstacle::Kind kind, std::string message, std::string help) {
    into_->obstacles.push_back({kind, address, std::move(message), std::move(help)});
}

}  // namespace regent::provider::graph
