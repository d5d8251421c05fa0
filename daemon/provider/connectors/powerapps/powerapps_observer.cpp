#include "model/attributes.hpp"
#include "provider/connectors/powerapps/connector_content.hpp"
#include "provider/connectors/powerapps/connector_match.hpp"
#include "provider/connectors/powerapps/connector_reading.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/parallel_reads.hpp"

#include <nlohmann/json.hpp>

#include <set>

namespace regent::provider::powerapps {
namespace {

constexpr std::string_view service = "Power Platform";
// What a person reads behind "reading ".
constexpr std::string_view connectors = "connectors";
constexpr std::string_view definitions = "definitions of connectors";

class PowerAppsObserver final : public Observer {
public:
    PowerAppsObserver(net::Session& session, net::Clock& clock, PowerAppsOptions options)
        : options_(std::move(options)), client_(session, clock, options_) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress& progress) override {
        std::vector<FoundConnector> found;
        {
            ReadPart part(progress, {service, connectors, 0, counts_.of(connectors), true});
            if (auto listed = list(environments_of(scope), adopted(scope), found, part); !listed) return listed;
            counts_.remember(connectors, found.size());
        }
        ReadPart part(progress, {service, definitions, 0, found.size(), false});
        auto read = for_each_index(found.size(), options_.parallel_reads,
                                   [&](std::size_t i) { return read_definition(client_, found[i], part); });
        if (!read) return read;
        match(scope, options_.identity, std::move(found), into);
        return read_what_is_managed(scope, into);
    }

private:
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

    tl::expected<void, ProviderError> read_what_is_managed(const model::Scope& scope, model::Snapshot& into) {
        std::vector<std::pair<const model::Scope::Wanted*, model::ObservedResource*>> found;
        for (const auto& wanted : scope.wanted) {
            const auto it = into.resources.find(wanted.address);
            if (wanted.address.kind == model::kind::connector && it != into.resources.end())
                found.emplace_back(&wanted, &it->second);
        }
        return for_each_index(found.size(), options_.parallel_reads, [&](std::size_t i) {
            return read_extras(client_, found[i].first->managed, *found[i].second);
        });
    }

    PowerAppsOptions options_;
    PowerAppsClient client_;
    LastCounts counts_;
};

}  // namespace

std::unique_ptr<Observer> make_powerapps_observer(net::Session& session, net::Clock& clock, PowerAppsOptions options) {
    return std::make_unique<PowerAppsObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::powerapps
