#include "controller/doctor.hpp"
#include "model/attributes.hpp"
#include "plan/desired_graph.hpp"
#include "provider/write_trial.hpp"
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
    std::string_view backend;
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
            {model::backend::environment,
             fmt::format("Power Apps, environment `{}`", name_in(environment.power_platform_environments, id)),
             environment.sign_in.power_apps, power_apps_help, std::move(scope)});
    }
    for (const auto& dataverse : whole.dataverses) {
        auto scope = part_of(whole, model::backend::solution,
                             [&](const auto& wanted) { return wanted.pp_environment == dataverse.environment; });
        scope.dataverses = {dataverse};
        places.push_back({model::backend::solution,
                          fmt::format("Dataverse, environment `{}`",
                                      name_in(environment.power_platform_environments, dataverse.environment)),
                          environment.sign_in.dataverse, dataverse_help, std::move(scope)});
    }
    for (const auto& group : whole.resource_groups) {
        auto scope = part_of(whole, model::backend::logicapps,
                             [&](const auto& wanted) { return wanted.resource_group == group; });
        scope.resource_groups = {group};
        places.push_back({model::backend::logicapps,
                          fmt::format("Azure, resource group `{}`", name_in(environment.resource_groups, group)),
                          environment.sign_in.resource_manager, logic_apps_help, std::move(scope)});
    }
    return places;
}

/// Of the connector that `step` is about: as it is there, else as it is to be made, else as its manifest has it.
std::string text_about(const plan::Step& step, const plan::DesiredGraph& graph, std::string_view path) {
    if (step.observed)
        if (auto text = model::text_of(step.observed->attributes, path); !text.empty()) return text;
    if (auto text = model::text_of(step.values, path); !text.empty()) return text;
    const auto resource = graph.resources.find(step.address);
    if (resource == graph.resources.end()) return {};
    const auto attribute = resource->second.attributes.find(path);
    return attribute == resource->second.attributes.end() ? std::string{} : attribute->second.value.text_or({});
}

/// Whether `step` writes a connector in `place`.
bool is_in(const plan::Step& step, const Place& place, const plan::DesiredGraph& graph) {
    if (step.address.kind != model::kind::connector || step.work == plan::Work::await) return false;
    const auto backend = text_about(step, graph, model::path::backend);
    if (place.backend != (backend.empty() ? model::backend::environment : std::string_view(backend))) return false;
    const auto& scope = place.scope;
    const auto is_one = [](const std::vector<std::string>& ids, const std::string& id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    if (place.backend == model::backend::logicapps)
        return is_one(scope.resource_groups, text_about(step, graph, model::path::resource_group));
    const auto environment = text_about(step, graph, model::path::environment);
    if (place.backend == model::backend::environment) return is_one(scope.power_platform_environments, environment);
    return std::any_of(scope.dataverses.begin(), scope.dataverses.end(),
                       [&](const auto& dataverse) { return dataverse.environment == environment; });
}

/// The planned steps in `place`, in words.
std::vector<std::string> steps_in(const Place& place, const plan::Plan& plan, const plan::DesiredGraph& graph) {
    std::vector<std::string> steps;
    for (const auto& step : plan.steps) {
        if (!is_in(step, place, graph)) continue;
        const auto words = report::words_for(step);
        steps.push_back(fmt::format("{}: {}", words.subject, words.doing));
    }
    return steps;
}

std::string with_steps(std::string message, std::string_view introduction, const std::vector<std::string>& steps) {
    return steps.empty() ? message : fmt::format("{}; {}:\n{}", message, introduction, fmt::join(steps, "\n"));
}

Finding tell(const provider::WriteTrial& trial, const Place& place, const std::vector<std::string>& steps) {
    const auto who = as_whom(place.person);
    if (trial.answer)
        return {Finding::Verdict::ok,
                "connectors",
                fmt::format("{}: may {} {}, tried without changing anything", place.what, trial.doing, who),
                {},
                false};
    const auto& error = trial.answer.error();
    const auto why = error.service.empty() ? error.message : error.service;
    if (error.kind == provider::ErrorKind::forbidden)
        return {steps.empty() ? Finding::Verdict::warning : Finding::Verdict::failed, "connectors",
                with_steps(fmt::format("{}: may not {} {}: {}", place.what, trial.doing, who, why), "refused would be",
                           steps),
                place.person ? error.help : place.help, true};
    return {Finding::Verdict::warning, "connectors",
            fmt::format("{}: whether regent may {} was tried, and is not known: {}", place.what, trial.doing, why),
            error.help, false};
}

/// What an application makes in Power Apps has been seen by nobody until it was shared.
void tell_unshared(const Place& place, const plan::Plan& plan, const plan::DesiredGraph& graph, Findings& findings) {
    for (const auto& step : plan.steps) {
        if (step.work != plan::Work::create || !step.part.empty() || !is_in(step, place, graph)) continue;
        const auto wanted = graph.resources.find(step.address);
        if (wanted != graph.resources.end() && wanted->second.attributes.contains(model::path::shares)) continue;
        findings.push_back(
            {Finding::Verdict::warning, "connectors",
             fmt::format("{} would be made in Power Apps by an application: it may be that no person sees it",
                         to_string(step.address)),
             "declare `shares` in its manifest for those who are to use it", false});
    }
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
        return {{Finding::Verdict::failed, "person",
                 fmt::format("no person is signed in, whom `signIn` of `{}` asks for: {}", environment.name,
                             person.error().message),
                 person.error().help, true}};
    }
    const auto who = person->user.empty() ? std::string("a person whom the token does not name") : person->user;
    return {{Finding::Verdict::ok,
             "person",
             fmt::format("{} is signed in, since {}", who, day_of(person->since)),
             {},
             false}};
}

Findings check_connectors(const plan::DesiredGraph& graph, Tenant& tenant, bool person) {
    Findings findings;
    for (const auto& place : places_of(graph)) {
        if (place.person && !person) continue;
        const auto read = tenant.read_connectors(place.scope);
        findings.push_back(
            read ? Finding{Finding::Verdict::ok,
                           "connectors",
                           fmt::format("{}: connectors can be read {}", place.what, as_whom(place.person)),
                           {},
                           false}
                 : refused(place, read.error()));
    }
    return findings;
}

Findings check_connector_writes(const plan::DesiredGraph& graph, const plan::Plan& plan, Tenant& tenant) {
    Findings findings;
    for (const auto& place : places_of(graph)) {
        const auto steps = steps_in(place, plan, graph);
        if (place.scope.wanted.empty() && steps.empty()) continue;  // nothing of ours is or will be there
        for (auto* writer : tenant.writers()) {
            auto* service = dynamic_cast<provider::TriesWriting*>(writer);
            if (service == nullptr) continue;
            for (const auto& trial : service->try_writing(place.scope)) findings.push_back(tell(trial, place, steps));
        }
        if (place.backend == model::backend::environment && !place.person) tell_unshared(place, plan, graph, findings);
        if (place.backend == model::backend::solution && !steps.empty())
            findings.push_back({Finding::Verdict::warning, "connectors",
                                with_steps(place.what + ": reading is allowed",
                                           "whether writing is, is known once it is tried", steps),
                                place.help, false});
    }
    return findings;
}

Findings check_identities(const plan::DesiredGraph& graph, const plan::Plan& plan, const model::Snapshot& observed) {
    std::map<std::string, std::string> having, asking;  // a connector of each environment
    const auto note = [&](const model::Address& address, const model::ObservedResource& resource) {
        if (address.kind == model::kind::connector && resource.outputs.contains(model::output::identity_subject))
            having.emplace(model::text_of(resource.attributes, model::path::environment), to_string(address));
    };
    for (const auto& [address, resource] : observed.resources) note(address, resource);
    for (const auto& orphan : observed.orphans) note(orphan.address, orphan);
    for (const auto& step : plan.steps) {
        const bool saves = step.address.kind == model::kind::connector && step.work != plan::Work::remove &&
                           step.work != plan::Work::await;
        if (saves && model::text_of(step.values, model::path::auth_type) == "managedIdentity")
            asking.emplace(text_about(step, graph, model::path::environment), to_string(step.address));
    }
    Findings findings;
    for (const auto& [environment, connector] : asking) {
        const auto place =
            fmt::format("environment `{}`", name_in(graph.environment.power_platform_environments, environment));
        if (const auto known = having.find(environment); known != having.end()) {
            findings.push_back({Finding::Verdict::ok,
                                "identity",
                                fmt::format("{} has managed identities: {} has one", place, known->second),
                                {},
                                false});
            continue;
        }
        findings.push_back(
            {Finding::Verdict::warning, "identity",
             fmt::format("{}: no connector there is known to have a managed identity, a preview that not every "
                         "environment has; {} shows it when it is saved",
                         place, connector),
             "where it is missing, the save is refused with ManagedIdentityNotSupported, or no identity ever comes: "
             "then `credential: {clientSecretRef: …}`",
             false});
    }
    return findings;
}

}  // namespace regent::controller
