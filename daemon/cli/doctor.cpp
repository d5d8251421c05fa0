#include "controller/doctor.hpp"

#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/plan_output.hpp"
#include "cli/repository.hpp"
#include "cli/service_client.hpp"
#include "cli/sign_in.hpp"
#include "controller/planning.hpp"
#include "controller/remembering.hpp"
#include "model/attributes.hpp"
#include "model/value.hpp"
#include "report/wording.hpp"
#include "store/store.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <sstream>

namespace regent::cli {
namespace {

using controller::Finding;
using controller::Findings;
using nlohmann::json;

/// What the examination has found by now, and what it means to the shell.
struct Examination {
    std::string environment;
    Findings findings;
    std::vector<controller::PermissionNeed> needs;
    std::vector<ExitCode> codes{ExitCode::ok};

    void add(Findings more) {
        for (auto& finding : more) {
            if (finding.verdict == Finding::Verdict::failed)
                codes.push_back(finding.access ? ExitCode::sign_in : ExitCode::failed);
            findings.push_back(std::move(finding));
        }
    }
    [[nodiscard]] std::size_t problems() const {
        return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [](const auto& finding) {
            return finding.verdict == Finding::Verdict::failed;
        }));
    }
    [[nodiscard]] ExitCode code() const {
        auto telling = codes.front();
        for (const auto code : codes) telling = most_telling({telling, code});
        return telling;
    }
};

std::string sign_of(Finding::Verdict verdict) {
    switch (verdict) {
        case Finding::Verdict::ok:
            return "ok    ";
        case Finding::Verdict::warning:
            return "warn  ";
        case Finding::Verdict::failed:
            return "FAIL  ";
    }
    return "FAIL  ";
}

/// The first line behind the sign, further ones below it; what a service said cannot move the cursor.
std::string block(const std::string& first, const std::string& text) {
    std::istringstream lines(text);
    std::string result, indent = first;
    for (std::string line; std::getline(lines, line); indent = "      ")
        result += indent + model::with_visible_controls(line) + "\n";
    return result;
}

std::string text_report(const Examination& examination) {
    std::string text;
    for (const auto& finding : examination.findings) {
        text += block(sign_of(finding.verdict), finding.message);
        if (!finding.help.empty()) text += block("      help: ", finding.help);
    }
    const auto problems = examination.problems();
    return text +
           (problems == 0 ? std::string("No problems.")
                          : fmt::format("{} problem{}.", problems, problems == 1 ? "" : "s")) +
           " Nothing was changed.\n";
}

std::string json_of(const Examination& examination) {
    auto findings = json::array();
    for (const auto& finding : examination.findings) {
        json one{{"check", finding.check},
                 {"verdict", controller::to_string(finding.verdict)},
                 {"message", finding.message}};
        if (!finding.help.empty()) one["help"] = finding.help;
        findings.push_back(std::move(one));
    }
    auto permissions = json::array();
    for (const auto& need : examination.needs) {
        permissions.push_back({{"purpose", need.purpose},
                               {"anyOf", need.any_of},
                               {"held", need.held},
                               {"steps", need.steps},
                               {"refused", need.refused},
                               {"notOwner", need.not_owner}});
    }
    const json whole{{"environment", examination.environment},
                     {"problems", examination.problems()},
                     {"findings", std::move(findings)},
                     {"permissions", std::move(permissions)}};
    return whole.dump(2) + "\n";
}

/// Only where there is one: without a service, nothing is missing.
void examine_service(Examination& examination) {
    std::error_code error;
    const auto socket = default_socket();
    if (!std::filesystem::exists(socket, error)) return;
    ServiceClient client(socket);
    if (const auto answer = client.get("/api/v1/status"); answer) {
        examination.add(
            {{Finding::Verdict::ok, "service", fmt::format("the service answers at {}", socket.string()), {}, false}});
    } else {
        examination.add({{Finding::Verdict::failed, "service", answer.error().message, answer.error().help, false}});
        examination.codes.back() = answer.error().code;
    }
}

bool declares(const controller::Workspace& workspace, std::string_view path) {
    const auto& resources = workspace.graph.resources;
    return std::any_of(resources.begin(), resources.end(),
                       [&](const auto& entry) { return entry.second.attributes.contains(path); });
}

bool has_connectors(const controller::Workspace& workspace) {
    const auto& resources = workspace.graph.resources;
    return !workspace.environment.power_platform_environments.empty() ||
           std::any_of(resources.begin(), resources.end(),
                       [](const auto& entry) { return entry.first.kind == model::kind::connector; });
}

bool has_failed(const Findings& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const auto& finding) { return finding.verdict == Finding::Verdict::failed; });
}

/// What is remembered decides what is planned, as in `regent plan`; what keeps it from being read, check_state() says.
plan::History remembered(const controller::Workspace& workspace, const GlobalOptions& global) {
    std::string warning;
    auto store = store::open_store(state_file(global), store::OpenMode::read_only, warning);
    if (!store) return {};
    auto history = controller::recall(**store, workspace);
    return history ? std::move(*history) : plan::History{};
}

/// Reads the tenant and plans; nothing when that failed, which is then a finding.
std::optional<controller::Planned> plan_for(const controller::Workspace& workspace, const GlobalOptions& global,
                                            controller::Tenant& tenant, Examination& examination) {
    auto planned = controller::observe_and_plan(workspace, tenant, remembered(workspace, global), {{}, {}});
    if (!planned) {
        examination.add({controller::finding_of(planned.error())});
        return std::nullopt;
    }
    examination.add({{Finding::Verdict::ok,
                      "read",
                      fmt::format("read {}, planned {}", report::count_of(planned->report.objects_read, "object"),
                                  report::count_of(planned->plan.steps.size(), "step")),
                      {},
                      false}});
    examination.add(controller::check_identities(workspace.graph, planned->plan, planned->snapshot));
    examination.add(controller::check_vaults(planned->plan, planned->snapshot));
    examination.add(controller::check_recycle_bin(planned->plan, planned->snapshot));
    examination.add(controller::check_machine_secrets(planned->plan, workspace.graph, planned->uncompared_keys));
    return std::move(*planned);
}

/// Asks of each planned step whether it would be let through. Without `readable`, it is known already that not all of
/// the tenant can be read, so that nothing can be planned.
void examine_plan(const controller::Workspace& workspace, const GlobalOptions& global, controller::Tenant& tenant,
                  bool readable, Examination& examination) {
    const auto signed_in = tenant.signed_in();
    if (!signed_in) return;
    auto planned = readable ? plan_for(workspace, global, tenant, examination) : std::nullopt;
    if (readable)
        examination.add(
            controller::check_connector_writes(workspace.graph, planned ? planned->plan : plan::Plan{}, tenant));
    std::optional<std::set<std::string>> owned;
    if (planned) {
        if (auto found = tenant.owned_among(controller::applications_written(planned->plan)); found) {
            owned = std::move(*found);
        } else {
            examination.add({controller::finding_of(found.error())});
        }
    }
    const bool scopes = declares(workspace, model::path::consented_scopes);
    examination.needs = controller::permission_needs(planned ? planned->plan : plan::Plan{}, scopes, *signed_in, owned);
    examination.add(controller::check_permissions(examination.needs));
}

void examine_tenant(const controller::Workspace& workspace, const GlobalOptions& global, Examination& examination) {
    auto tenant = sign_in(workspace.environment, global, [](const auto&, auto, const auto&) {});
    if (!tenant) {
        const auto* check = tenant.error().code.empty() ? "sign-in" : "cloud";
        examination.add({{Finding::Verdict::failed, check, tenant.error().message, tenant.error().help, true}});
        return;
    }
    examination.add(controller::check_endpoints(workspace.environment, has_connectors(workspace), **tenant));
    examination.add(controller::check_sign_in(workspace.environment, credential_source(), **tenant));
    auto person = controller::check_person(workspace.environment, **tenant);
    const bool somebody = !has_failed(person);
    examination.add(std::move(person));
    if (model::has_errors(workspace.diagnostics)) return;
    auto connectors = controller::check_connectors(workspace.graph, **tenant, somebody);
    const bool readable = somebody && !has_failed(connectors);
    examination.add(std::move(connectors));
    examine_plan(workspace, global, **tenant, readable, examination);
}

}  // namespace

ExitCode doctor(const GlobalOptions& global, Terminal& terminal) {
    if (global.output != "text" && global.output != "json") {
        print_error(terminal, fmt::format("the doctor has no output format `{}`", global.output), "text or json");
        return ExitCode::usage;
    }
    auto workspace = open_workspace(global.directory, global.environment);
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
    }
    Examination examination;
    examination.environment = workspace->environment.name;
    if (model::has_errors(workspace->diagnostics)) {
        examination.add({{Finding::Verdict::failed, "manifests", "the manifests have errors, so nothing can be planned",
                          fmt::format("`regent validate -e {}` shows them", examination.environment), false}});
        examination.codes.push_back(ExitCode::invalid_manifests);
    }
    examine_tenant(*workspace, global, examination);
    examination.add(controller::check_state(state_file(global).parent_path(), workspace->environment));
    examine_service(examination);
    terminal.out(global.output == "json" ? json_of(examination) : text_report(examination));
    return examination.code();
}

}  // namespace regent::cli
