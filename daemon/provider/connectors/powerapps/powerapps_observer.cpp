#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "provider/connectors/powerapps/connector_content.hpp"
#include "provider/connectors/powerapps/connector_match.hpp"
#include "provider/connectors/powerapps/connector_reading.hpp"
#include "provider/connectors/powerapps/connector_saver.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/connectors/powerapps/read_memory.hpp"
#include "provider/connectors/step_errors.hpp"
#include "provider/parallel_reads.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace regent::provider::powerapps {
namespace {

constexpr std::string_view service = "Power Platform";
// What a person reads behind "reading ".
constexpr std::string_view connectors = "connectors";
constexpr std::string_view definitions = "definitions of connectors";
/// After an answer that a remembered connector is not there.
constexpr std::chrono::seconds second_look{5};

class PowerAppsObserver final : public Observer {
public:
    PowerAppsObserver(net::Session& session, net::Clock& clock, PowerAppsOptions options)
        : clock_(clock),
          options_(std::move(options)),
          client_(session, clock, options_),
          saver_(session.tokens(), options_.scope) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress& progress) override {
        memory_.forget();
        remembers_ = false;
        auto read = look(scope, into, progress, false);
        if (!read) return tl::unexpected(std::move(read.error()));
        return {};
    }

    tl::expected<ReadFrom, ProviderError> observe_changes(const model::Scope& scope, const ReadOrder& order,
                                                          model::Snapshot& into, ReadProgress& progress) override {
        // Which connector is a manifest's is known when all are read.
        const bool any_anew = std::any_of(order.anew.begin(), order.anew.end(),
                                          [](const auto& address) { return address.kind == model::kind::connector; });
        if (!order.may_remember || any_anew) memory_.forget();
        remembers_ = true;
        return look(scope, into, progress, order.may_remember && !any_anew);
    }

private:
    tl::expected<ReadFrom, ProviderError> look(const model::Scope& scope, model::Snapshot& into, ReadProgress& progress,
                                               bool from_memory) {
        std::vector<FoundConnector> found;
        {
            ReadPart part(progress, {service, connectors, 0, counts_.of(connectors), true});
            if (auto listed = list(environments_of(scope), adopted(scope), found, part); !listed)
                return tl::unexpected(std::move(listed.error()));
            counts_.remember(connectors, found.size());
            if (auto asked = ask_for_the_missing(scope, found); !asked) return tl::unexpected(std::move(asked.error()));
        }
        auto read = read_definitions(found, progress, from_memory);
        if (!read) return read;
        tell_makers(found);
        match(scope, options_.identity, std::move(found), into);
        if (auto managed = read_what_is_managed(scope, into); !managed)
            return tl::unexpected(std::move(managed.error()));
        if (auto lost = read_what_would_be_lost(scope, into); !lost) return tl::unexpected(std::move(lost.error()));
        return read;
    }

    tl::expected<ReadFrom, ProviderError> read_definitions(std::vector<FoundConnector>& found, ReadProgress& progress,
                                                           bool from_memory) {
        std::vector<FoundConnector*> unread;
        for (auto& one : found)
            if (!from_memory || !memory_.recall(one)) unread.push_back(&one);
        ReadPart part(progress, {service, definitions, 0, unread.size(), false});
        auto read = for_each_index(unread.size(), options_.parallel_reads,
                                   [&](std::size_t i) { return read_definition(client_, *unread[i], part); });
        if (!read) return tl::unexpected(std::move(read.error()));
        if (remembers_) memory_.keep(found, clock_.now());
        return unread.size() == found.size() ? ReadFrom::tenant : ReadFrom::memory;
    }

    void tell_makers(std::vector<FoundConnector>& found) {
        const auto ours = saver_.id();
        for (auto& one : found) {
            one.made_by_others =
                one.mark && one.mark->connector.empty() && is_made_by_others(one.facts, *one.mark, ours);
            one.made_by_strangers = saver_.is_another(one.facts.made_by);
        }
    }

    static std::set<std::string> environments_of(const model::Scope& scope) {
        std::set<std::string> ids(scope.power_platform_environments.begin(), scope.power_platform_environments.end());
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind == model::kind::connector && wanted.backend == model::backend::environment &&
                !wanted.pp_environment.empty())
                ids.insert(wanted.pp_environment);
        }
        return ids;
    }

    static std::set<std::string> adopted(const model::Scope& scope) {
        std::set<std::string> names;
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind == model::kind::connector && wanted.backend == model::backend::environment)
                names.insert(wanted.adopt);
        }
        return names;
    }

    tl::expected<void, ProviderError> list(const std::set<std::string>& environments,
                                           const std::set<std::string>& adopted, std::vector<FoundConnector>& into,
                                           ReadPart& part) {
        for (const auto& environment : environments) {
            auto listed = client_.list_custom(environment, &part);
            if (!listed) return tl::unexpected(std::move(listed.error()));
            for (auto& connector : *listed) {
                auto found = found_in(environment, std::move(connector));
                // Those of solutions are the other back end's, but for one that a manifest here asks for.
                if (found.facts.row_id.empty() || adopted.contains(found.facts.name)) into.push_back(std::move(found));
            }
        }
        return {};
    }

    /// A list may come from a cache that has not heard of a connector yet, or not again. One that is remembered is
    /// asked for by its name before anybody takes it for deleted: another one would be made, and given the secret, or
    /// its application would lose what people sign in by. An answer of that name may be an old one as well, so that it
    /// has to be the same a little later.
    tl::expected<void, ProviderError> ask_for_the_missing(const model::Scope& scope,
                                                          std::vector<FoundConnector>& into) {
        auto missing = remembered_but(into, scope);
        for (int look = 0; look < 2 && !missing.empty(); ++look) {
            // Without the second look nobody is known to be gone: half a view is none.
            if (look > 0 && !clock_.sleep_for(std::min(second_look, options_.lookup_grace)))
                return tl::unexpected(
                    connectors::error_of(ErrorKind::interrupted, "RG0710", "reading the connectors was stopped", {}));
            std::vector<Key> gone;
            for (const auto& key : missing) {
                auto there = client_.get(key.environment, key.name);
                if (!there && there.error().kind != ErrorKind::not_found)
                    return tl::unexpected(std::move(there.error()));
                if (!there) {
                    gone.push_back(key);
                    continue;
                }
                auto found = found_in(key.environment, std::move(*there));
                if (found.facts.custom && found.facts.row_id.empty()) into.push_back(std::move(found));
            }
            missing = std::move(gone);
        }
        return {};
    }

    struct Key {
        std::string environment, name;
    };

    static std::vector<Key> remembered_but(const std::vector<FoundConnector>& listed, const model::Scope& scope) {
        std::set<std::string> names{std::string{}};
        for (const auto& found : listed) names.insert(found.facts.name);
        std::vector<Key> missing;
        const auto add = [&](const std::string& backend, const std::string& environment, const std::string& name) {
            if (backend == model::backend::environment && !environment.empty() && names.insert(name).second)
                missing.push_back({environment, name});
        };
        // Where it is counts before where it should be.
        for (const auto& unwanted : scope.unwanted) add(unwanted.backend, unwanted.pp_environment, unwanted.id);
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind != model::kind::connector) continue;
            add(wanted.backend, wanted.pp_environment, wanted.remembered_id);
        }
        return missing;
    }

    tl::expected<void, ProviderError> read_what_is_managed(const model::Scope& scope, model::Snapshot& into) {
        std::vector<std::pair<const model::Scope::Wanted*, model::ObservedResource*>> found;
        for (const auto& wanted : scope.wanted) {
            const auto it = into.resources.find(wanted.address);
            if (wanted.address.kind == model::kind::connector && it != into.resources.end())
                found.emplace_back(&wanted, &it->second);
        }
        std::vector<std::set<std::string, std::less<>>> managed;
        managed.reserve(found.size());
        for (const auto& [wanted, connector] : found) managed.push_back(not_remembered(wanted->managed, *connector));
        auto read = for_each_index(found.size(), options_.parallel_reads,
                                   [&](std::size_t i) { return read_extras(client_, managed[i], *found[i].second); });
        if (!read || !remembers_) return read;
        for (std::size_t i = 0; i < found.size(); ++i) keep_files(managed[i], *found[i].second);
        return read;
    }

    /// Gives `connector` the files that are remembered. Returns what is still to be read.
    std::set<std::string, std::less<>> not_remembered(std::set<std::string, std::less<>> managed,
                                                      model::ObservedResource& connector) const {
        for (const auto path : {model::path::icon, model::path::script}) {
            const auto it = managed.find(path);
            auto file = it == managed.end() ? std::nullopt : memory_.recall(connector, path);
            if (!file) continue;
            connector.attributes.insert_or_assign(std::string(path), std::move(*file));
            managed.erase(it);
        }
        return managed;
    }

    /// A remark may be that one of them was not read.
    void keep_files(const std::set<std::string, std::less<>>& read, const model::ObservedResource& connector) {
        if (!connector.remarks.empty()) return;
        for (const auto path : {model::path::icon, model::path::script})
            if (read.contains(path)) memory_.keep(connector, path);
    }

    /// A connector with another title or environment than its manifest says can only be replaced, and what people made
    /// with it would be gone.
    tl::expected<void, ProviderError> read_what_would_be_lost(const model::Scope& scope, model::Snapshot& into) {
        std::map<std::string, Lost> lost;
        for (const auto& wanted : scope.wanted) {
            const auto it = into.resources.find(wanted.address);
            if (wanted.backend != model::backend::environment || it == into.resources.end() ||
                !is_to_be_another(wanted, it->second))
                continue;
            const auto environment = text_of(it->second, model::path::environment);
            auto known = lost.find(environment);
            if (known == lost.end()) {
                auto counted = count_in(environment);
                if (!counted) return tl::unexpected(std::move(counted.error()));
                known = lost.emplace(environment, std::move(*counted)).first;
            }
            known->second.tell(it->second);
            if (auto read = read_undeclared(wanted, it->second); !read) return read;
        }
        return {};
    }

    /// What no manifest declares is given to the one that takes this one's place.
    tl::expected<void, ProviderError> read_undeclared(const model::Scope::Wanted& wanted,
                                                      model::ObservedResource& connector) {
        leave_out_usual_publisher(connector);
        if (!wanted.managed.contains(model::path::shares)) {
            auto permissions = client_.permissions(text_of(connector, model::path::environment), connector.id);
            if (permissions) {
                connector.attributes.insert_or_assign(std::string(model::path::shares), shares_of(*permissions));
            } else if (auto told = tell_unseen(connector, model::path::shares, "who may use it", permissions.error());
                       !told) {
                return told;
            }
        }
        for (const auto path : {model::path::icon, model::path::script}) {
            if (wanted.managed.contains(path)) continue;
            auto content = content_of(client_, path, connector);
            if (content) {
                connector.attributes.insert_or_assign(std::string(path), std::move(*content));
            } else if (auto told = tell_unseen(connector, path, fmt::format("its {}", path), content.error()); !told) {
                return told;
            }
        }
        return {};
    }

    static tl::expected<void, ProviderError> tell_unseen(model::ObservedResource& connector, std::string_view path,
                                                         const std::string& what, ProviderError& error) {
        if (error.kind == ErrorKind::interrupted) return tl::unexpected(std::move(error));
        // What may be seen another time is not given up: the plan does not replace it until then. A picture may lie on
        // a host that regent never reads from.
        const bool for_now = path != model::path::icon && !is_refusal(error);
        if (for_now) connector.unreadable.emplace(path);
        connector.remarks.push_back(fmt::format("{} cannot be seen{}: {}", what,
                                                for_now ? " at the moment" : ", and would be lost with it",
                                                error.service.empty() ? error.message : error.service));
        return {};
    }

    /// Where nobody chose another, the service calls whoever made the connector its publisher.
    static void leave_out_usual_publisher(model::ObservedResource& connector) {
        const auto maker = connector.provider_data.find("maker");
        const auto publisher = connector.attributes.find(model::path::publisher);
        if (maker == connector.provider_data.end() || publisher == connector.attributes.end()) return;
        if (publisher->second == model::Value(maker->second)) connector.attributes.erase(publisher);
    }

    static bool is_refusal(const ProviderError& error) {
        return error.kind == ErrorKind::forbidden || error.kind == ErrorKind::rejected ||
               error.kind == ErrorKind::not_found;
    }

    static std::string text_of(const model::ObservedResource& resource, std::string_view path) {
        const auto it = resource.attributes.find(path);
        return it == resource.attributes.end() ? std::string{} : it->second.text_or({});
    }

    static bool is_to_be_another(const model::Scope::Wanted& wanted, const model::ObservedResource& there) {
        return wanted.address.kind == model::kind::connector && there.ownership == model::Ownership::ours &&
               (text_of(there, model::path::display_name) != wanted.display_name ||
                text_of(there, model::path::environment) != wanted.pp_environment);
    }

    /// The connections of an environment by their connectors' names, or why they are not known.
    struct Lost {
        std::map<std::string, std::size_t> by_name;
        std::string unread;

        void tell(model::ObservedResource& connector) const {
            connector.connections_unread = unread;
            if (!unread.empty()) return;
            const auto it = by_name.find(model::lower_case(connector.id));
            connector.connections = it == by_name.end() ? 0 : it->second;
        }
    };

    /// Only an administrator may see other people's connections. Who may not goes on without, and so does everybody
    /// when the service fails: the number is for a sentence of the plan, which then says why there is none.
    tl::expected<Lost, ProviderError> count_in(const std::string& environment) {
        auto counts = client_.count_connections(environment);
        if (counts) return Lost{std::move(*counts), {}};
        auto& error = counts.error();
        if (error.kind == ErrorKind::interrupted) return tl::unexpected(std::move(error));
        return Lost{{}, error.service.empty() ? error.message : error.service};
    }

    net::Clock& clock_;
    PowerAppsOptions options_;
    PowerAppsClient client_;
    Saver saver_;
    LastCounts counts_;
    ReadMemory memory_;
    bool remembers_ = false;  ///< somebody looks again and again
};

}  // namespace

std::unique_ptr<Observer> make_powerapps_observer(net::Session& session, net::Clock& clock, PowerAppsOptions options) {
    return std::make_unique<PowerAppsObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::powerapps
