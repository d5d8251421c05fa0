#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/logicapps/api_match.hpp"
#include "provider/connectors/logicapps/arm_client.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/parallel_reads.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace regent::provider::logicapps {
namespace {

using connectors::same_word;

constexpr std::string_view service = "Azure";
// What a person reads behind "reading ".
constexpr std::string_view connectors = "connectors";

class LogicAppsObserver final : public Observer {
public:
    LogicAppsObserver(net::Session& session, net::Clock& clock, LogicAppsOptions options)
        : options_(std::move(options)), tokens_(session.tokens()), client_(session, clock, options_) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress& progress) override {
        const auto groups = groups_of(scope);
        if (groups.empty()) return {};
        std::vector<FoundApi> found;
        ReadPart part(progress, {service, connectors, 0, counts_.of(connectors), true});
        for (const auto& group : groups) {
            const auto before = found.size();
            if (auto listed = list(group, found); !listed) return listed;
            part.came(found.size() - before);
        }
        counts_.remember(connectors, found.size());
        if (auto asked = ask_for_the_missing(scope, found); !asked) return asked;
        std::vector<FoundApi*> needed;
        for (auto& one : found) {
            if (is_needed(one, scope)) needed.push_back(&one);
        }
        if (auto read = read_definitions(needed); !read) return read;
        match(scope, options_, std::move(found), into);
        return {};
    }

private:
    static std::set<std::string> groups_of(const model::Scope& scope) {
        std::set<std::string> ids(scope.resource_groups.begin(), scope.resource_groups.end());
        for (const auto& wanted : scope.wanted) {
            if (wanted.backend == model::backend::logicapps && !wanted.resource_group.empty())
                ids.insert(wanted.resource_group);
        }
        return ids;
    }

    tl::expected<void, ProviderError> list(const std::string& group, std::vector<FoundApi>& into) {
        auto listed = client_.list(group);
        if (!listed) return tl::unexpected(std::move(listed.error()));
        for (auto& connector : *listed) into.push_back(with_maker(found_in(group, std::move(connector))));
        return {};
    }

    FoundApi with_maker(FoundApi found) {
        if (const auto regent = tokens_.token(options_.scope))
            found.maker = maker_of(*found.connector, *regent, options_);
        return found;
    }

    /// A list may come from a cache. One that is remembered is asked for by its name before anybody takes it for
    /// deleted: its redirect URL would be taken away, and another secret be issued.
    tl::expected<void, ProviderError> ask_for_the_missing(const model::Scope& scope, std::vector<FoundApi>& into) {
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::logicapps) continue;
            if (auto asked = ask_for(wanted.resource_group, wanted.remembered_id, into); !asked) return asked;
        }
        for (const auto& unwanted : scope.unwanted) {
            if (unwanted.backend != model::backend::logicapps) continue;
            if (auto asked = ask_for(unwanted.resource_group, unwanted.id, into); !asked) return asked;
        }
        return {};
    }

    tl::expected<void, ProviderError> ask_for(const std::string& group, const std::string& remembered_id,
                                              std::vector<FoundApi>& into) {
        if (remembered_id.empty() || group.empty()) return {};
        const bool is_listed = std::any_of(into.begin(), into.end(), [&](const auto& found) {
            return same_word(found.name, remembered_id) && same_word(found.group, group);
        });
        if (is_listed) return {};
        auto there = client_.get(group, remembered_id);
        if (there)
            into.push_back(with_maker(found_in(group, std::move(*there))));
        else if (there.error().kind != ErrorKind::not_found)
            return tl::unexpected(std::move(there.error()));
        return {};
    }

    /// A group may hold what other people made: whether it is ours stands in its tags, and its definition is not asked
    /// for.
    bool is_needed(const FoundApi& found, const model::Scope& scope) const {
        if (found.mark) return found.mark->owner == options_.identity.owner + "." + options_.identity.environment;
        return std::any_of(scope.wanted.begin(), scope.wanted.end(), [&](const auto& wanted) {
            return wanted.backend == model::backend::logicapps && wanted.adopt == found.name;
        });
    }

    tl::expected<void, ProviderError> read_definitions(const std::vector<FoundApi*>& found) {
        return for_each_index(found.size(), options_.parallel_reads,
                              [&](std::size_t i) -> tl::expected<void, ProviderError> {
                                  auto definition = client_.definition(*found[i]->connector);
                                  if (!definition) return tl::unexpected(std::move(definition.error()));
                                  found[i]->definition = std::make_shared<nlohmann::json>(std::move(*definition));
                                  return {};
                              });
    }

    const LogicAppsOptions options_;
    net::TokenSource& tokens_;
    ArmClient client_;
    LastCounts counts_;
};

}  // namespace

std::unique_ptr<Observer> make_logicapps_observer(net::Session& session, net::Clock& clock, LogicAppsOptions options) {
    return std::make_unique<LogicAppsObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::logicapps
