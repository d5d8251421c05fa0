#include "controller/doctor.hpp"
#include "model/attributes.hpp"
#include "plan/desired_graph.hpp"
#include "report/step_words.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <map>
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

std::string text_at(const model::Map& values, std::string_view path) {
    const auto it = values.find(path);
    return it == values.end() ? std::string{} : it->second.text_or({});
}

/// Of the connector that `step` is about: as it is there, else as it is to be made, else as its manifest has it.
std::string text_of(const plan::Step& step, const plan::DesiredGraph& graph, std::string_view path) {
    if (step.observed)
        if (auto text = text_at(step.observed->attributes, path); !text.empty()) return text;
    if (auto text = text_at(step.values, path); !text.empty()) return text;
    const auto resource = graph.resources.find(step.address);
    if (resource == graph.resources.end()) return {};
    const auto attribute = resource->second.attributes.find(path);
    return attribute == resource->second.attributes.end() ? std::string{} : attribute->second.value.text_or({});
}

/// What writing needs in a Dataverse and in Azure. Reading was let through with less, and neither is asked for roles.
Findings check_roles(const plan::Plan& plan, const plan::DesiredGraph& graph) {
    const auto& environment = graph.environment;
    struct Needed {
        std::string needs;
        std::vector<std::string> steps;
    };
    std::map<std::string, Needed> by_place;
    for (const auto& step : plan.steps) {
        if (step.address.kind != model::kind::connector || step.work == plan::Work::await) continue;
        const auto backend = text_of(step, graph, model::path::backend);
        std::string place, needs;
        if (backend == model::backend::solution) {
            const auto id = text_of(step, graph, model::path::environment);
            place = fmt::format("Dataverse, environment `{}`", name_in(environment.power_platform_environments, id));
            needs =
                environment.sign_in.dataverse
                    ? "the person's security role has to let them create, write and delete connectors"
                    : "regent has to be an application user there, whose security role may create, write and delete "
                      "connectors (Power Platform admin center: Settings, Application users)";
        } else if (backend == model::backend::logicapps) {
            const auto id = text_of(step, graph, model::path::resource_group);
            place = fmt::format("Azure, resource group `{}`", name_in(environment.resource_groups, id));
            needs = fmt::format(
                "{} needs Microsoft.Web/customApis/write (for removals: delete) in the resource group, "
                "as Logic App Contributor or Contributor have it",
                environment.sign_in.resource_manager ? "the person" : "regent's service principal");
        } else {
            continue;
        }
        auto& needed = by_place[place];
        needed.needs = needs;
        const auto words = report::words_for(step);
        needed.steps.push_back(fmt::format("{}: {}", words.subject, words.doing));
    }
    Findings findings;
    for (const auto& [place, needed] : by_place)
        findings.push_back({Verdict::warning, "connectors",
                            fmt::format("{}: reading is allowed; whether writing is, is known once it is tried:\n{}",
                                        place, fmt::join(needed.steps, "\n")),
                            needed.needs, false});
    return findings;
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

Findings check_connector_steps(const plan::Plan& plan, const plan::DesiredGraph& graph) {
    auto findings = check_roles(plan, graph);
    if (graph.environment.sign_in.power_apps) return findings;
    const auto first = std::find_if(plan.steps.begin(), plan.steps.end(), [](const plan::Step& step) {
        return step.address.kind == model::kind::connector && step.work == plan::Work::create &&
               is_in_power_apps(step.values);
    });
    if (first == plan.steps.end()) return findings;
    findings.push_back(
        {Verdict::warning, "connectors",
         fmt::format("{} would be made in Power Apps by an application, which is documented for people only: "
                     "whether this tenant lets it is known once it is tried",
                     to_string(first->address)),
         "if it is refused, let a person sign in: `signIn: {delegated: [powerApps]}` in the Environment, then "
         "`regent login`; what an application makes is seen by nobody until the connector declares `shares`",
         false});
    return findings;
}

}  // namespace regent::controller
