#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/application_match.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/graph/application_reader.hpp"
#include "provider/graph/grant_reader.hpp"
#include "provider/graph/graph_provider.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/owner_list.hpp"
#include "provider/graph/principal_json.hpp"
#include "provider/graph/relation_reader.hpp"
#include "provider/graph/tenant_changes.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace regent::provider::graph {
namespace {

using Wanted = model::Scope::Wanted;

class GraphObserver final : public Observer {
public:
    GraphObserver(net::Session& session, net::Clock& clock, GraphOptions options)
        : options_(std::move(options)),
          client_(session, clock, options_.origin, options_.scope, options_.parallel_reads),
          memory_{options_.expand_federated_credentials, {}} {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress& progress) override {
        client_.remember_in(nullptr);
        // Filled aside: what fails half-way leaves nothing behind.
        model::Snapshot found;
        if (auto done = read(scope, found, progress); !done) return done;
        add(std::move(found), into);
        return {};
    }

    tl::expected<ReadFrom, ProviderError> observe_changes(const model::Scope& scope, const ReadOrder& order,
                                                          model::Snapshot& into, ReadProgress& progress) override {
        auto remembered = order.may_remember ? changes_.follow(order.anew) : begin_anew();
        if (!remembered) return tl::unexpected(std::move(remembered.error()));
        model::Snapshot found;
        if (auto done = read(scope, found, progress); !done) return tl::unexpected(std::move(done.error()));
        changes_.complete(found);
        add(std::move(found), into);
        return *remembered ? ReadFrom::memory : ReadFrom::tenant;
    }

private:
    using Read = tl::expected<void, ProviderError>;

    tl::expected<bool, ProviderError> begin_anew() {
        if (auto begun = changes_.begin_anew(); !begun) return tl::unexpected(std::move(begun.error()));
        return false;
    }

    Read read(const model::Scope& scope, model::Snapshot& found, ReadProgress& progress) {
        ApplicationReader reader(client_, memory_, progress, ApplicationReader::Members::known, asked_for(scope));
        auto caller = client_.caller();
        if (!caller) return tl::unexpected(std::move(caller.error()));
        found.caller_object_id = std::move(caller->object_id);
        found.caller_app_id = std::move(caller->app_id);
        auto apis = reader.apis(scope.apis);
        if (!apis) return tl::unexpected(std::move(apis.error()));
        found.apis = std::move(*apis);
        // No list waits for the other ones' pages.
        const auto launch = options_.parallel_reads > 1 ? std::launch::async : std::launch::deferred;
        auto principals = std::async(launch, [&] { return reader.all_service_principals(applications_in(scope)); });
        auto owners = std::async(launch, [&] { return list_owners(client_, owners_of(scope), progress); });
        if (auto read = read_applications(reader, scope, found); !read) return read;
        if (auto read = read_service_principals(reader, principals.get(), found); !read) return read;
        if (auto read = find_principals_in_bin(reader, scope, found); !read) return read;
        auto listed = owners.get();
        if (!listed) return tl::unexpected(std::move(listed.error()));
        auto relations =
            read_relations(client_, scope, found, progress, std::move(*listed).value_or(OwnersByApplication{}));
        if (!relations) return relations;
        return GrantReader(client_, progress).read(scope, found);
    }

    Read read_applications(ApplicationReader& reader, const model::Scope& scope, model::Snapshot& found) {
        ApplicationMatch match(scope, options_.identity);
        is_bin_unread_ = false;
        auto tagged = reader.tagged(owner_tag(options_.identity), remembered_in(scope));
        if (!tagged) return tl::unexpected(std::move(tagged.error()));
        match.add_tagged(std::move(*tagged));
        if (auto read = read_missing(reader, match); !read) return read;
        if (auto read = read_by_ids(reader, match); !read) return read;
        if (match.needs_recycle_bin()) {
            auto deleted = reader.deleted();
            if (!deleted) return tl::unexpected(std::move(deleted.error()));
            if (*deleted) match.add_deleted(std::move(**deleted));
            if (!*deleted) {
                is_bin_unread_ = true;
                if (auto read = read_remembered(reader, match); !read) return read;
            }
        }
        if (auto read = name_permissions(reader, match, found); !read) return read;
        if (auto settled = match.settle(PermissionNames(found.apis), found); !settled)
            return tl::unexpected(client_.incomplete("read the applications", settled.error()));
        return {};
    }

    /// Whoever may write what it owns may restore that, and not list what lies in the recycle bin.
    /// https://learn.microsoft.com/graph/api/directory-deleteditems-restore
    static Read read_remembered(ApplicationReader& reader, ApplicationMatch& match) {
        std::vector<std::string> ids;
        for (const auto* wanted : match.remembered()) ids.push_back(wanted->remembered_id);
        using Those = ApplicationReader::Result<std::optional<ApplicationReader::Objects>>;
        auto there = ids.empty() ? Those(std::nullopt) : reader.deleted_ones(ids);
        if (!there) return tl::unexpected(std::move(there.error()));
        if (*there) {
            match.add_deleted(std::move(**there));
        } else {
            match.add_unread();
        }
        return {};
    }

    static std::set<std::string, std::less<>> asked_for(const model::Scope& scope) {
        std::set<std::string, std::less<>> asked;
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind == model::kind::application)
                asked.insert(wanted.on_demand.begin(), wanted.on_demand.end());
        }
        return asked;
    }

    static std::size_t applications_in(const model::Scope& scope) {
        return static_cast<std::size_t>(std::count_if(scope.wanted.begin(), scope.wanted.end(), [](const auto& wanted) {
            return wanted.address.kind == model::kind::application;
        }));
    }

    OwnerListing owners_of(const model::Scope& scope) {
        const auto declaring = std::count_if(scope.wanted.begin(), scope.wanted.end(), [](const auto& wanted) {
            return wanted.on_demand.contains(model::path::owners);
        });
        return {owner_tag(options_.identity), applications_in(scope), static_cast<std::size_t>(declaring),
                owners_expand_};
    }

    /// How many of the applications that are wanted were there when somebody last remembered them.
    static std::size_t remembered_in(const model::Scope& scope) {
        return static_cast<std::size_t>(std::count_if(scope.wanted.begin(), scope.wanted.end(), [](const auto& wanted) {
            return wanted.address.kind == model::kind::application && !wanted.remembered_id.empty();
        }));
    }

    /// Of APIs that no manifest names, too: a permission that somebody added, or that a manifest no longer asks for, is
    /// shown and compared by its name.
    Read name_permissions(ApplicationReader& reader, const ApplicationMatch& match, model::Snapshot& found) {
        auto asked = match.apis_asked();
        // An application of ours says itself what it exposes, and earlier than its service principal does.
        for (auto& [app_id, api] : match.own_apis(asked)) found.apis.insert_or_assign(app_id, api);
        for (const auto& [app_id, api] : found.apis) asked.erase(app_id);
        if (asked.empty()) return {};
        auto apis = reader.apis(asked);
        if (!apis) return tl::unexpected(std::move(apis.error()));
        found.apis.merge(*apis);
        return {};
    }

    static bool asks_to_adopt(const ApplicationMatch::Missing& missing) {
        return missing.is_own_name() && !missing.wanted->adopt.empty();
    }

    /// What the list by tag did not show: fresh ones, ours that lost their tag, and what is to be adopted.
    Read read_missing(ApplicationReader& reader, ApplicationMatch& match) {
        const auto missing = match.missing();
        std::vector<std::string> keys, app_ids;
        std::vector<model::Address> adopters;
        for (const auto& one : missing) {
            const auto& wanted = *one.wanted;
            keys.push_back(options_.identity.key_of({wanted.address.kind, one.name}));
            if (!asks_to_adopt(one)) continue;
            app_ids.push_back(wanted.adopt);
            adopters.push_back(wanted.address);
        }
        auto by_key = reader.by_unique_names(keys);
        if (!by_key) return tl::unexpected(std::move(by_key.error()));
        auto targets = reader.by_app_ids(app_ids);
        if (!targets) return tl::unexpected(std::move(targets.error()));
        std::vector<nlohmann::json*> demanding;
        for (std::size_t i = 0, k = 0; i < missing.size(); ++i) {
            const bool demands = !members_on_demand(missing[i].wanted->on_demand).empty();
            if (demands && (*by_key)[i].is_object()) demanding.push_back(&(*by_key)[i]);
            if (!asks_to_adopt(missing[i])) continue;
            if (auto& target = (*targets)[k++]; demands && target.is_object()) demanding.push_back(&target);
        }
        if (auto added = reader.add_on_demand(demanding); !added) return tl::unexpected(std::move(added.error()));
        for (std::size_t i = 0; i < missing.size(); ++i) match.add_by_key(missing[i], std::move((*by_key)[i]));
        for (std::size_t i = 0; i < adopters.size(); ++i) match.add_adopt_target(adopters[i], std::move((*targets)[i]));
        return {};
    }

    /// Before anybody takes for deleted what only lost its tags.
    static Read read_by_ids(ApplicationReader& reader, ApplicationMatch& match) {
        const auto remembered = match.remembered_elsewhere();
        if (remembered.empty()) return {};
        std::vector<std::string> ids;
        ids.reserve(remembered.size());
        for (const auto* wanted : remembered) ids.push_back(wanted->remembered_id);
        auto there = reader.by_ids(ids);
        if (!there) return tl::unexpected(std::move(there.error()));
        std::vector<nlohmann::json*> demanding;
        for (std::size_t i = 0; i < remembered.size(); ++i) {
            if ((*there)[i].is_object() && !members_on_demand(remembered[i]->on_demand).empty())
                demanding.push_back(&(*there)[i]);
        }
        if (auto added = reader.add_on_demand(demanding); !added) return tl::unexpected(std::move(added.error()));
        for (std::size_t i = 0; i < remembered.size(); ++i)
            match.add_by_id(remembered[i]->address, std::move((*there)[i]));
        return {};
    }

    /// Of what is wanted only: nothing is planned for the others' service principals.
    Read read_service_principals(ApplicationReader& reader,
                                 tl::expected<std::optional<ApplicationReader::Principals>, ProviderError> all,
                                 model::Snapshot& found) {
        if (!all) return tl::unexpected(std::move(all.error()));
        std::set<std::string> app_ids;
        for (const auto& [address, resource] : found.resources) {
            if (!resource.deleted) app_ids.insert(resource.outputs.at(std::string(model::output::app_id)));
        }
        auto principals = reader.service_principals(app_ids, std::move(*all));
        if (!principals) return tl::unexpected(std::move(principals.error()));
        for (auto& [address, resource] : found.resources) {
            if (resource.deleted) continue;
            const auto it = principals->find(resource.outputs.at(std::string(model::output::app_id)));
            set_service_principal(resource, it == principals->end() ? nullptr : &it->second);
        }
        return {};
    }

    /// A service principal that somebody deleted by itself, or that a run left there which was killed before it had
    /// restored it with its application.
    Read find_principals_in_bin(ApplicationReader& reader, const model::Scope& scope, model::Snapshot& found) {
        std::map<std::string, model::ObservedResource*> without;
        for (const auto& wanted : scope.wanted) {
            const auto it = found.resources.find(wanted.address);
            if (it == found.resources.end() || !wanted.managed.contains(model::path::service_principal)) continue;
            // One that comes back with its application is looked for by whoever restores that, if anybody may.
            if (it->second.deleted && is_bin_unread_) it->second.unreadable.emplace(model::path::principal_in_bin);
            if (it->second.deleted) continue;
            const auto& outputs = it->second.outputs;
            if (outputs.contains(model::output::service_principal_id)) continue;
            without.emplace(lower_case(outputs.at(std::string(model::output::app_id))), &it->second);
        }
        if (without.empty()) return {};
        auto deleted = reader.deleted_service_principals();
        if (!deleted) return tl::unexpected(std::move(deleted.error()));
        if (!*deleted) {
            for (const auto& [app_id, application] : without)
                application->unreadable.emplace(model::path::principal_in_bin);
            return {};
        }
        for (const auto& principal : **deleted) {
            const auto it = without.find(lower_case(member_text(principal, "appId")));
            if (it != without.end())
                it->second->attributes.emplace(model::path::principal_in_bin, lower_case(member_text(principal, "id")));
        }
        return {};
    }

    void add(model::Snapshot found, model::Snapshot& into) const {
        if (is_bin_unread_) model::note_unread_bin(into);
        into.caller_object_id = std::move(found.caller_object_id);
        into.caller_app_id = std::move(found.caller_app_id);
        into.apis.merge(found.apis);
        into.resources.merge(found.resources);
        std::move(found.orphans.begin(), found.orphans.end(), std::back_inserter(into.orphans));
        std::move(found.obstacles.begin(), found.obstacles.end(), std::back_inserter(into.obstacles));
    }

    const GraphOptions options_;
    GraphClient client_;
    ReaderMemory memory_;
    std::atomic<bool> owners_expand_{true};
    TenantChanges changes_{client_};
    bool is_bin_unread_ = false;  ///< some application was not found, and it may lie there
};

}  // namespace

std::unique_ptr<Observer> make_graph_observer(net::Session& session, net::Clock& clock, GraphOptions options) {
    return std::make_unique<GraphObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::graph
