#include "controller/doctor.hpp"
#include "model/attributes.hpp"
#include "plan/desired_graph.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace regent::controller {
namespace {

using Verdict = Finding::Verdict;

std::string day_of(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{:%Y-%m-%d}", parts);
}

std::string as_whom(bool person) {
    return person ? "as the person who signed in" : "as the application";
}

/// The alias of what manifests name by one, else its id.
std::string name_in(const std::map<std::string, std::string>& aliases, const std::string& id) {
    const auto it = std::find_if(aliases.begin(), aliases.end(), [&](const auto& entry) { return entry.second == id; });
    return it == aliases.end() ? id : it->first;
}

/// A place of connectors, and the part of the scope that is in it.
struct Place {
    std::string what;  ///< "Power Apps, environment `sales`"
    bool person = false;
    std::string help;  ///< when it is refused
    model::Scope scope;
};

constexpr auto power_apps_help =
    "an application is let in once an administrator has registered it (`New-PowerAppManagementApp -ApplicationId …`), "
    "or let a person sign in: `signIn: {delegated: [powerApps]}` in the Environment";
constexpr auto dataverse_help =
    "add regent's application as an application user of the environment, with a security role that may write "
    "connectors (Power Platform admin center: Settings, Application users)";
constexpr auto logic_apps_help =
    "give regent's service principal a role in the resource group that may write Microsoft.Web/customApis, such as "
    "Logic App Contributor";

template <typename Belongs>
model::Scope part_of(const model::Scope& whole, std::string_view backend, const Belongs& belongs) {
    auto part = whole;
    part.apis.clear();
    part.power_platform_environments.clear();
    part.dataverses.clear();
    part.resource_groups.clear();
    std::erase_if(part.wanted, [&](const auto& wanted) {
        return wanted.address.kind != model::kind::connector || wanted.backend != backend || !belongs(wanted);
    });
    return part;
}

std::vector<Place> places_of(const plan::DesiredGraph& graph) {
    const auto whole = plan::scope_of(graph, {});
    const auto& environment = graph.environment;
    std::vector<Place> places;
    for (const auto& id : whole.power_platform_environments) {
        auto scope = part_of(whole, model::backend::environment,
                             [&](const auto& wanted) { return wanted.pp_environment == id; });
        scope.power_platform_environments = {id};
        places.push_back(
            {fmt::format("Power Apps, environment `{}`", name_in(environment.power_platform_environments, id)),
             environment.sign_in.power_apps, power_apps_help, std::move(scope)});
    }
    for (const auto& dataverse : whole.dataverses) {
        auto scope = part_of(whole, model::backend::solution,
                             [&](const auto& wanted) { return wanted.pp_environment == dataverse.environment; });
        scope.dataverses = {dataverse};
        places.push_back({fmt::format("Dataverse, environment `{}`",
                                      name_in(environment.power_platform_environments, dataverse.environment)),
                          environment.sign_in.dataverse, dataverse_help, std::move(scope)});
    }
    for (const auto& group : whole.resource_groups) {
        auto scope = part_of(whole, model::backend::logicapps,
                             [&](const auto& wanted) { return wanted.resource_group == group; });
        scope.resource_groups = {group};
        places.push_back({fmt::format("Azure, resource group `{}`", name_in(environment.resource_groups, group)),
                          environment.sign_in.resource_manager, logic_apps_help, std::move(scope)});
    }
    return places;
}

bool is_in_power_apps(const model::Map& values) {
    const auto it = values.find(model::path::backend);
    return it == values.end() || it->second.text_or({}) == model::backend::environment;
}

Finding refused(const Place& place, const provider::ProviderError& error) {
    auto finding = finding_of(error);
    finding.check = "connectors";
    finding.message =
        fmt::format("{}: connectors cannot be read {}: {}", place.what, as_whom(place.person), finding.message);
    if (error.kind == provider::ErrorKind::forbidden && !place.person) finding.help = place.help;
    return finding;
}

}  // namespace

Findings check_person(const model::Environment& environment, Tenant& tenant) {
    const auto& sign_in = environment.sign_in;
    if (!sign_in.any()) return {};
    // What stands for the others: a Dataverse has a scope of its own, which shows when it is read.
    const auto& scope = sign_in.power_apps || !sign_in.resource_manager ? environment.endpoints.power_apps_scope
                                                                        : environment.endpoints.resource_manager_scope;
    const auto person = tenant.person_signed_in(scope);
    if (!person) {
        return {{Verdict::failed, "person",
                 fmt::format("no person is signed in, whom `signIn` of `{}` asks for: {}", environment.name,
                             person.error().message),
                 person.error().help, true}};
    }
    const auto who = person->user.empty() ? std::string("a person whom the token does not name") : person->user;
    return {{Verdict::ok, "person", fmt::format("{} is signed in, since {}", who, day_of(person->since)), {}, false}};
}

Findings check_connectors(const plan::DesiredGraph& graph, Tenant& tenant, bool person) {
    Findings findings;
    for (const auto& place : places_of(graph)) {
        if (place.person && !person) continue;
        const auto read = tenant.read_connectors(place.scope);
        findings.push_back(
            read ? Finding{Verdict::ok,
                           "connectors",
                           fmt::format("{}: connectors can be read {}", place.what, as_whom(place.person)),
                           {},
                           false}
                 : refused(place, read.error()));
    }
    return findings;
}

Findings check_connector_steps(const plan::Plan& plan, const model::Environment& environment) {
    if (environment.sign_in.power_apps) return {};
    const auto first = std::find_if(plan.steps.begin(), plan.steps.end(), [](const plan::Step& step) {
        return step.address.kind == model::kind::connector && step.work == plan::Work::create &&
               is_in_power_apps(step.values);
    });
    if (first == plan.steps.end()) return {};
    return {{Verdict::warning, "connectors",
             fmt::format("{} would be made in Power Apps by an application, which is documented for people only: "
                         "whether this tenant lets it is known once it is tried",
                         to_string(first->address)),
             "if it is refused, let a person sign in: `signIn: {delegated: [powerApps]}` in the Environment, then "
             "`regent login`; what an application makes is seen by nobody until the connector declares `shares`",
             false}};
}

}  // namespace regent::controller
