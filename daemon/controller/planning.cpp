#include "controller/planning.hpp"

#include "controller/clock_difference.hpp"
#include "controller/keys_on_this_machine.hpp"
#include "controller/missing_secrets.hpp"
#include "manifest/well_known_apis.hpp"
#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "plan/unwanted_connectors.hpp"
#include "plan/vouching.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <ctime>
#include <string_view>

namespace regent::controller {
namespace {

std::string apply_command(const plan::Plan& plan) {
    return fmt::format("regent apply -e {} --expect-plan {}", plan.environment, plan.id.substr(0, 8));
}

/// Reads what the plan needs into `planned`.
tl::expected<void, provider::ProviderError> look(const Workspace& workspace, Tenant& tenant,
                                                 const plan::History& history, provider::ReadProgress& progress,
                                                 const provider::ReadOrder* order, Planned& planned) {
    auto scope = plan::scope_of(workspace.graph, history.remote_ids);
    plan::ask_for_owners(workspace.graph, history, scope);
    plan::leave_out_those_found_by_key(history, scope);
    plan::ask_for_unwanted_connectors(history, scope);
    if (order != nullptr) {
        auto seen = tenant.observe_changes(scope, *order, progress);
        if (!seen) return tl::unexpected(std::move(seen.error()));
        planned.from_memory = seen->from == provider::ReadFrom::memory;
        planned.snapshot = std::move(seen->snapshot);
        plan::add_remembered_principals(history, planned.snapshot);
        return {};
    }
    auto snapshot = tenant.observe(scope, progress);
    if (!snapshot) return tl::unexpected(std::move(snapshot.error()));
    planned.snapshot = std::move(*snapshot);
    plan::add_remembered_principals(history, planned.snapshot);
    return {};
}

}  // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string exact_rfc3339(std::chrono::system_clock::time_point time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - seconds);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                       rest.count());
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text) {
    std::tm parts{};
    const auto* end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == nullptr) return std::nullopt;
    int milliseconds = 0;
    if (*end == '.') {
        const auto* digits = end + 1;
        const auto read = std::from_chars(digits, text.c_str() + text.size(), milliseconds);
        if (read.ec != std::errc{} || read.ptr != digits + 3) return std::nullopt;
        end = read.ptr;
    }
    if (std::string_view(end) != "Z") return std::nullopt;
    return std::chrono::system_clock::from_time_t(::timegm(&parts)) + std::chrono::milliseconds(milliseconds);
}

tl::expected<Planned, provider::ProviderError> observe_and_plan(const Workspace& workspace, Tenant& tenant,
                                                                const plan::History& remembered,
                                                                const plan::Consent& consent,
                                                                provider::ReadProgress& progress,
                                                                const provider::ReadOrder* order,
                                                                const std::vector<plan::RotationRequest>& rotations) {
    const auto begun = tenant.clock().monotonic();
    const auto before = tenant.counters().requests;
    Planned planned;
    if (auto seen = look(workspace, tenant, remembered, progress, order, planned); !seen)
        return tl::unexpected(std::move(seen.error()));
    // Another object under our key: who owns it was not asked, since we take ourselves for whoever made the old one.
    const auto corrected = plan::without_other_objects(remembered, planned.snapshot);
    if (corrected) {
        auto anew = order == nullptr ? provider::ReadOrder{} : *order;
        anew.may_remember = false;
        const auto* whole = order == nullptr ? nullptr : &anew;
        if (auto seen = look(workspace, tenant, *corrected, progress, whole, planned); !seen)
            return tl::unexpected(std::move(seen.error()));
    }
    if (auto wrong = clock_error(tenant.clock_ahead())) return tl::unexpected(std::move(*wrong));
    const auto& history = corrected ? *corrected : remembered;
    auto uncompared = name_policy_keys(workspace.graph, history, planned.snapshot);
    planned.plan = plan::make_plan(workspace.graph, planned.snapshot, history, tenant.clock().now(), rotations,
                                   tenant.replication_grace());
    warn_of_missing_secrets(planned.plan, workspace.graph);
    planned.uncompared_keys = without_missed_ones(std::move(uncompared), planned.plan);
    warn_of_uncompared_keys(planned.uncompared_keys, planned.plan);
    planned.refusals = plan::check_safety(planned.plan, workspace.graph, consent);
    auto& report = planned.report;
    report.refusals = planned.refusals;
    report.findings = workspace.diagnostics;
    report.max_deletes = consent.max_deletes.value_or(workspace.environment.policy.max_deletes);
    report.revision = workspace.revision.text();
    report.timestamp = rfc3339(planned.snapshot.taken_at);
    report.objects_read = planned.snapshot.resources.size() + planned.snapshot.orphans.size() -
                          (model::is_bin_unread(planned.snapshot) ? 1 : 0);
    report.requests = tenant.counters().requests - before;
    report.read_took = std::chrono::duration_cast<std::chrono::milliseconds>(tenant.clock().monotonic() - begun);
    for (const auto& api : manifest::well_known_apis())
        report.api_names.emplace(std::string(api.app_id), std::string(api.name));
    for (const auto* names :
         {&workspace.environment.power_platform_environments, &workspace.environment.resource_groups})
        for (const auto& [alias, id] : *names) report.place_names.emplace(id, alias);
    report.environment_place = workspace.environment.place;
    if (const auto named = tenant.named_by_cloud())
        report.cloud = report::Cloud{named->metadata, named->login, named->graph};
    for (const auto& [address, resource] : planned.snapshot.resources) {
        const auto app_id = resource.outputs.find(model::output::app_id);
        if (app_id != resource.outputs.end()) report.api_names.emplace(app_id->second, to_string(address));
    }
    report.apply_command = apply_command(planned.plan);
    return planned;
}

std::string state_key(const model::Environment& environment) {
    // The origin is part of it: a simulator on the same machine is another tenant, whatever its id.
    // Who says where it is stands for it: it is known before anybody was asked, and stays when the answer changes.
    const auto& endpoints = environment.endpoints;
    return fmt::format("{} {} {}.{}", endpoints.metadata.empty() ? endpoints.graph : endpoints.metadata,
                       environment.tenant_id, environment.owner, environment.name);
}

}  // namespace regent::controller
