#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "provider/connectors/dataverse/connector_key.hpp"
#include "provider/connectors/dataverse/dataverse_client.hpp"
#include "provider/connectors/dataverse/dataverse_errors.hpp"
#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/connectors/dataverse/power_apps_view.hpp"
#include "provider/connectors/dataverse/row_match.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/service_url.hpp"
#include "provider/connectors/sign_in.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::dataverse {
namespace {

constexpr std::string_view service = "Dataverse";
// What a person reads behind "reading ".
constexpr std::string_view connectors_in_solutions = "connectors of solutions";

class DataverseObserver final : public Observer {
public:
    DataverseObserver(net::Session& session, net::Clock& clock, DataverseOptions options)
        : options_(std::move(options)),
          client_(session, clock, options_),
          power_apps_(session, clock, options_.power_apps) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress& progress) override {
        std::vector<FoundRow> found;
        std::map<std::string, Solutions> solutions;
        {
            ReadPart part(progress, {service, connectors_in_solutions, 0, counts_.of(connectors_in_solutions), true});
            for (const auto& dataverse : scope.dataverses) {
                auto read = read_environment(scope, dataverse.environment, found, solutions, part);
                if (!read) return read;
            }
            counts_.remember(connectors_in_solutions, found.size());
        }
        const auto rows = found;
        match(scope, options_.identity, options_.power_apps.environments, std::move(found), solutions, into);
        for (const auto& row : rows) {
            if (auto seen = see_in_power_apps(row, into); !seen) return seen;
        }
        return {};
    }

private:
    tl::expected<void, ProviderError> read_environment(const model::Scope& scope, const std::string& environment,
                                                       std::vector<FoundRow>& found,
                                                       std::map<std::string, Solutions>& solutions, ReadPart& part) {
        auto instance = client_.instance(environment);
        if (!instance) return tl::unexpected(std::move(instance.error()));
        auto rows = client_.connectors(*instance, &part);
        if (!rows) return tl::unexpected(std::move(rows.error()));
        const auto first = static_cast<std::ptrdiff_t>(found.size());
        if (auto asked = ask_for_the_missing(scope, *instance, *rows); !asked) return asked;
        for (const auto& json : *rows) {
            auto row = read_row(json);
            if (!row)
                return tl::unexpected(
                    unreadable_row(json, row.error(),
                                   "nothing was planned on half a view; look at the connector in the maker portal"));
            found.push_back({environment, std::move(*row)});
            if (auto told = tell_maker(scope, *instance, found.back()); !told) return told;
        }
        const bool wanted = std::any_of(scope.wanted.begin(), scope.wanted.end(), [&](const auto& w) {
            return w.backend == model::backend::solution && w.pp_environment == environment;
        });
        // One of ours that is wanted elsewhere by now is shown with the solution that it is in.
        const auto owner = options_.identity.owner + "." + options_.identity.environment;
        const bool holds_ours = std::any_of(found.begin() + first, found.end(), [&](const auto& one) {
            return one.row.mark && one.row.mark->owner == owner;
        });
        if (!wanted && !holds_ours) return {};
        auto there = client_.solutions_and_members(*instance);
        if (!there) return tl::unexpected(std::move(there.error()));
        solutions[environment] = std::move(*there);
        return {};
    }

    /// A list may come from a cache. One that is remembered is asked for by its id before anybody takes it for deleted:
    /// its redirect URL would be taken away.
    tl::expected<void, ProviderError> ask_for_the_missing(const model::Scope& scope, const Instance& instance,
                                                          std::vector<nlohmann::json>& rows) {
        for (const auto& wanted : scope.wanted) {
            if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::solution ||
                wanted.pp_environment != instance.environment)
                continue;
            if (auto asked = ask_for(instance, wanted.address, wanted.remembered_id, rows); !asked) return asked;
        }
        for (const auto& unwanted : scope.unwanted) {
            if (unwanted.backend != model::backend::solution || unwanted.pp_environment != instance.environment)
                continue;
            if (auto asked = ask_for(instance, unwanted.address, unwanted.id, rows); !asked) return asked;
        }
        return {};
    }

    tl::expected<void, ProviderError> ask_for(const Instance& instance, const model::Address& address,
                                              const std::string& remembered_id, std::vector<nlohmann::json>& rows) {
        if (remembered_id.empty()) return {};
        // What is remembered of one that was made a moment ago is its name in Power Apps.
        const auto id =
            model::is_guid(remembered_id) ? remembered_id : connector_id_of(options_.identity.key_of(address));
        const bool is_listed = std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
            const auto column = [&](const char* name) { return connectors::text(connectors::member(&row, name)); };
            return connectors::same_word(column("connectorid"), id) || column("connectorinternalid") == remembered_id;
        });
        if (is_listed) return {};
        auto there = client_.connector(instance, id);
        if (there)
            rows.push_back(std::move(*there));
        else if (there.error().kind != ErrorKind::not_found)
            return tl::unexpected(std::move(there.error()));
        return {};
    }

    /// Asks for what decides whether a row is ours where nobody else says so: nothing of one that is remembered.
    tl::expected<void, ProviderError> tell_maker(const model::Scope& scope, const Instance& instance, FoundRow& found) {
        if (found.row.made_by.empty() || !depends_on_its_maker(scope, options_.identity, found)) return {};
        const auto user = client_.who_am_i(instance);
        if (!user) return tl::unexpected(user.error());
        found.made_by_strangers = found.row.made_by != *user;
        if (!found.made_by_strangers) return {};
        auto view = look_at_power_apps(power_apps_, found.environment, found.row);
        if (!view) return tl::unexpected(std::move(view.error()));
        found.outputs = std::move(view->outputs);
        return {};
    }

    /// Redirect URL and identity are Power Apps' to know; and that it has not taken over what was saved is told, as
    /// nobody else tells it.
    tl::expected<void, ProviderError> see_in_power_apps(const FoundRow& found, model::Snapshot& into) {
        auto* observed = resource_of(found, into);
        if (observed == nullptr) return {};
        auto view = look_at_power_apps(power_apps_, found.environment, found.row);
        if (!view) return tl::unexpected(std::move(view.error()));
        auto& resource = *observed;
        for (auto& [name, value] : view->outputs) resource.outputs.insert_or_assign(name, value);
        if (!view->there) {
            resource.not_in_force =
                "its row is in Dataverse, and Power Apps does not know it (yet): nobody can connect to it so far";
        } else if (!view->differs.empty()) {
            resource.not_in_force = fmt::format(
                "its row was saved in Dataverse, and Power Apps has not taken it over: {} is another there; "
                "it happens that it never does, then save it once more in the maker portal",
                view->differs);
        } else {
            tell_place(resource, view->service_url);
        }
        if (!resource.not_in_force.empty()) resource.remarks.push_back(resource.not_in_force);
        return {};
    }

    /// Power Apps sends requests where it says beside the definition; a row has no column for that, and saving it puts
    /// it right.
    static void tell_place(model::ObservedResource& resource, const std::string& service_url) {
        const auto it = resource.attributes.find(model::path::definition);
        if (it == resource.attributes.end()) return;
        auto definition = nlohmann::json::parse(it->second.text_or({}), nullptr, false);
        // What stands for a variable of the environment is another text than its value.
        constexpr std::string_view variable = "@environmentVariables(";
        if (!definition.is_object() || connectors::service_url(definition).find(variable) != std::string::npos) return;
        connectors::tell_service_url(definition, service_url);
        it->second = definition.dump();
    }

    /// Of one that no manifest wants any more, too: applications may still hold what it brought forth.
    static model::ObservedResource* resource_of(const FoundRow& found, model::Snapshot& into) {
        for (auto& [address, resource] : into.resources)
            if (is_of(resource, found)) return &resource;
        for (auto& orphan : into.orphans)
            if (is_of(orphan, found) && orphan.ownership == model::Ownership::ours) return &orphan;
        return nullptr;
    }

    /// An id is the same wherever its solution was imported.
    static bool is_of(const model::ObservedResource& resource, const FoundRow& found) {
        const auto environment = resource.attributes.find(model::path::environment);
        return resource.address.kind == model::kind::connector && resource.id == found.row.id &&
               environment != resource.attributes.end() && environment->second == model::Value(found.environment);
    }

    DataverseOptions options_;
    DataverseClient client_;
    powerapps::PowerAppsClient power_apps_;
    LastCounts counts_;
};

}  // namespace

std::unique_ptr<Observer> make_dataverse_observer(net::Session& session, net::Clock& clock, DataverseOptions options) {
    return std::make_unique<DataverseObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::dataverse
