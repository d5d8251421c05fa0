#include "controller/doctor.hpp"

#include "controller/missing_secrets.hpp"
#include "controller/planning.hpp"
#include "controller/state_lock.hpp"
#include "model/ascii.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph/step_permissions.hpp"
#include "report/step_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;
using provider::graph::Requirement;

/// What Entra allows between a certificate's assertion and its own clock:
/// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
constexpr auto largest_skew = 300s;
constexpr auto noticeable_skew = 30s;
constexpr std::uintmax_t little_room = 64U << 20U;

Finding good(std::string check, std::string message) {
    return {Finding::Verdict::ok, std::move(check), std::move(message), {}, false};
}

Finding bad(std::string check, std::string message, std::string help, bool access = false) {
    return {Finding::Verdict::failed, std::move(check), std::move(message), std::move(help), access};
}

Finding clock_finding(std::chrono::seconds skew) {
    const auto seconds = std::abs(skew.count());
    if (seconds <= 1) return good("clock", "clock within 1s of Graph");
    const auto message = fmt::format("clock {}s {} the service's", seconds, skew.count() > 0 ? "ahead of" : "behind");
    const std::string help = "set this machine's clock by NTP: `timedatectl set-ntp true`";
    if (seconds > largest_skew.count()) return bad("clock", message, help);
    if (seconds > noticeable_skew.count()) return {Finding::Verdict::warning, "clock", message, help, false};
    return good("clock", message);
}

std::string step_text(const plan::Step& step) {
    const auto words = report::words_for(step);
    return fmt::format("{}: {}", words.subject, words.doing);
}

}  // namespace

std::string_view to_string(Finding::Verdict verdict) noexcept {
    switch (verdict) {
        case Finding::Verdict::ok:
            return "ok";
        case Finding::Verdict::warning:
            return "warning";
        case Finding::Verdict::failed:
            return "failed";
    }
    return "failed";
}

Findings check_endpoints(const model::Environment& environment, bool connectors, Tenant& tenant) {
    struct Endpoint {
        const char* name;
        const std::string& origin;
    };
    Findings findings;
    const auto named = tenant.named_by_cloud();
    const auto& at = named ? *named : environment.endpoints;
    if (named)
        findings.push_back(good(
            "cloud", fmt::format("{} says where its cloud is: sign-in at {}, Graph at {}, Azure Resource Manager at "
                                 "{}",
                                 at.metadata, at.login, at.graph, at.resource_manager)));
    std::vector<Endpoint> endpoints{{"sign-in", at.login}, {"Graph", at.graph}};
    if (connectors) endpoints.push_back({"Power Platform", at.power_apps});
    std::vector<std::string> instances;
    for (const auto& dataverse : environment.dataverses) {
        if (!dataverse.url.empty())
            instances.push_back(dataverse.url.substr(0, dataverse.url.find('/', dataverse.url.find("://") + 3)));
    }
    if (instances.size() < environment.dataverses.size())
        endpoints.push_back({"Power Platform administration", at.power_platform});
    for (const auto& origin : instances) endpoints.push_back({"Dataverse", origin});
    if (!environment.resource_groups.empty()) endpoints.push_back({"Azure Resource Manager", at.resource_manager});
    std::optional<std::chrono::seconds> skew;
    for (const auto& [name, origin] : endpoints) {
        const auto reached = tenant.reach(origin);
        if (!reached.answered) {
            findings.push_back(bad("reach", fmt::format("{} at {}: {}", name, origin, reached.error),
                                   "check name resolution, firewall and proxy (`--proxy`), and `endpoints` of the "
                                   "Environment"));
            continue;
        }
        findings.push_back(good("reach", fmt::format("{} answers at {}", name, origin)));
        if (reached.date) skew = std::chrono::duration_cast<std::chrono::seconds>(tenant.clock().now() - *reached.date);
    }
    if (skew) findings.push_back(clock_finding(*skew));
    return findings;
}

Findings check_sign_in(const model::Environment& environment, const std::string& source, Tenant& tenant) {
    Findings findings;
    for (const auto& warning : tenant.warnings())
        findings.push_back({Finding::Verdict::warning, "credential", warning, {}, false});
    const auto signed_in = tenant.signed_in();
    if (!signed_in) {
        findings.push_back(bad("sign-in",
                               fmt::format("cannot sign in to tenant {} by {}: {}", environment.tenant_id, source,
                                           signed_in.error().message),
                               signed_in.error().help, true));
        return findings;
    }
    findings.push_back(
        good("sign-in",
             fmt::format("signed in to tenant {} as service principal {} by {}", environment.tenant_id,
                         signed_in->object_id.empty() ? "(the token does not say)" : signed_in->object_id, source)));
    if (!signed_in->tenant_id.empty() && !model::same_text(signed_in->tenant_id, environment.tenant_id)) {
        findings.push_back(bad("tenant",
                               fmt::format("the token is of tenant {}, and `{}` is tenant {}", signed_in->tenant_id,
                                           environment.name, environment.tenant_id),
                               "check `tenantId` of the Environment", true));
    }
    if (signed_in->roles.empty()) {
        findings.push_back(bad("roles", "the token carries no application permission at all",
                               "an administrator adds `Application.ReadWrite.OwnedBy` to regent's registration: API "
                               "permissions, Application permissions, then Grant admin consent",
                               true));
    } else {
        findings.push_back(good("roles", fmt::format("granted: {}", fmt::join(signed_in->roles, ", "))));
    }
    return findings;
}

Findings check_recycle_bin(const plan::Plan& plan, const model::Snapshot& observed) {
    if (!model::is_bin_unread(observed)) return {};
    std::vector<std::string> made, restored;
    for (const auto& change : plan.resources) {
        if (change.address.kind != model::kind::application || change.action != plan::Action::create) continue;
        auto& names = change.reason == plan::Reason::restored ? restored : made;
        names.push_back(to_string(change.address));
    }
    Findings findings;
    if (!restored.empty()) {
        findings.push_back(good("recycle bin", fmt::format("{} may lie there, and is restored by the id that is "
                                                           "remembered",
                                                           fmt::join(restored, ", "))));
    }
    if (!made.empty()) {
        findings.push_back({Finding::Verdict::warning, "recycle bin",
                            fmt::format("may not look there for deleted applications: `Application.Read.All` is not "
                                        "granted. If one has the key of {}, Entra refuses to make it anew",
                                        fmt::join(made, ", ")),
                            "an administrator grants `Application.Read.All`; or looks there (Entra admin center, App "
                            "registrations, Deleted applications), and restores it or deletes it for good",
                            true});
    }
    return findings;
}

Findings check_machine_secrets(const plan::Plan& plan, const plan::DesiredGraph& graph,
                               const std::vector<UncomparedKey>& uncompared) {
    Findings findings;
    for (const auto& key : uncompared) {
        auto [words, help] = words_and_help(key);
        findings.push_back({Finding::Verdict::warning, "secret", std::move(words), std::move(help), false});
    }
    for (auto& missing : missing_secrets(plan, graph)) {
        findings.push_back(bad("secret", fmt::format("{}: {}", to_string(missing.place), missing.message),
                               missing.help + "; for a command, $CREDENTIALS_DIRECTORY names the directory"));
    }
    return findings;
}

std::set<std::string> applications_written(const plan::Plan& plan) {
    std::set<std::string> ids;
    for (const auto& step : plan.steps) {
        // What lies in the recycle bin shows no owners.
        if (!step.observed || step.observed->id.empty() || step.observed->deleted) continue;
        const auto needs = provider::graph::permissions_for(step);
        if (std::any_of(needs.begin(), needs.end(), [](const auto& need) { return need.or_owned; }))
            ids.insert(step.observed->id);
    }
    return ids;
}

std::vector<PermissionNeed> permission_needs(const plan::Plan& plan, bool consented_scopes, const SignedIn& caller,
                                             const std::optional<std::set<std::string>>& owned) {
    const provider::graph::Caller who{{caller.roles.begin(), caller.roles.end()}, owned};
    std::vector<PermissionNeed> needs;
    const auto need_of = [&](const Requirement& requirement) -> PermissionNeed& {
        const std::vector<std::string> any_of(requirement.any_of.begin(), requirement.any_of.end());
        const auto it = std::find_if(needs.begin(), needs.end(), [&](const auto& need) {
            return need.purpose == requirement.purpose && need.any_of == any_of;
        });
        if (it != needs.end()) return *it;
        needs.push_back({std::string(requirement.purpose), any_of, true, {}, {}, {}});
        return needs.back();
    };
    for (const auto& requirement : provider::graph::permissions_to_read(consented_scopes)) {
        auto& need = need_of(requirement);
        need.held = provider::graph::is_held(requirement, who, {});
    }
    for (const auto& step : plan.steps) {
        const auto object_id = step.observed && !step.observed->deleted ? step.observed->id : std::string{};
        for (const auto& requirement : provider::graph::permissions_for(step)) {
            auto& need = need_of(requirement);
            need.steps.push_back(step_text(step));
            if (provider::graph::is_held(requirement, who, object_id)) continue;
            need.held = false;
            need.refused.push_back(step_text(step));
            const auto address = to_string(step.address);
            const bool owner_is_missing = requirement.or_owned && who.roles.contains("Application.ReadWrite.OwnedBy");
            if (owner_is_missing &&
                std::find(need.not_owner.begin(), need.not_owner.end(), address) == need.not_owner.end())
                need.not_owner.push_back(address);
        }
    }
    return needs;
}

Findings check_permissions(const std::vector<PermissionNeed>& needs) {
    Findings findings;
    for (const auto& need : needs) {
        const auto steps = need.steps.empty() ? std::string{}
                                              : fmt::format(" ({} planned step{})", need.steps.size(),
                                                            need.steps.size() == 1 ? "" : "s");
        if (need.held) {
            findings.push_back(good("permission", fmt::format("may {}{}", need.purpose, steps)));
        } else if (!need.not_owner.empty()) {
            findings.push_back(bad("permission",
                                   fmt::format("may not {} of {}: regent's service principal is not an owner",
                                               need.purpose, fmt::join(need.not_owner, ", ")),
                                   "somebody who owns them adds it as an owner (`az ad app owner add`), or an "
                                   "administrator grants `Application.ReadWrite.All`",
                                   true));
        } else {
            auto message =
                fmt::format("may not {}: `{}` is not granted{}", need.purpose, fmt::join(need.any_of, "` or `"),
                            need.refused.empty() ? "" : "; refused would be");
            for (const auto& step : need.refused) message += "\n" + step;
            findings.push_back(
                bad("permission", std::move(message),
                    fmt::format("an administrator grants `{}` to regent's registration: API permissions, "
                                "Application permissions, then Grant admin consent",
                                need.any_of.front()),
                    true));
        }
    }
    return findings;
}

std::string permission_note(const plan::Plan& plan, const SignedIn& caller) {
    // A token without roles may say nothing of them: doctor looks closer.
    if (caller.roles.empty()) return {};
    const provider::graph::Caller who{{caller.roles.begin(), caller.roles.end()}, std::nullopt};
    const auto missing = provider::graph::missing_permissions(plan, who);
    if (missing.empty()) return {};
    std::set<int> steps;
    std::set<std::string_view> permissions;
    for (const auto& one : missing) {
        steps.insert(one.step->id);
        permissions.insert(one.requirement.any_of.front());
    }
    return fmt::format("{} of these steps would be refused: `{}` {} not granted to regent; see `regent doctor -e {}`",
                       steps.size(), fmt::join(permissions, "`, `"), permissions.size() == 1 ? "is" : "are",
                       plan.environment);
}

Findings check_state(const std::filesystem::path& folder, const model::Environment& environment) {
    std::error_code error;
    if (!std::filesystem::is_directory(folder, error)) {
        return {{Finding::Verdict::warning, "state",
                 fmt::format("no history yet: there is no folder {}", folder.string()),
                 "the first `regent apply` makes it; `--state-dir` names another", false}};
    }
    if (::access(folder.c_str(), W_OK | X_OK) != 0) {
        return {bad("state", fmt::format("the state folder {} cannot be written", folder.string()),
                    "give it to the user that regent runs as, or name another by `--state-dir`")};
    }
    Findings findings{good("state", fmt::format("state folder {} can be written", folder.string()))};
    struct statvfs room {};
    if (::statvfs(folder.c_str(), &room) == 0) {
        const auto free = static_cast<std::uintmax_t>(room.f_bavail) * room.f_frsize;
        if (free < little_room)
            findings.push_back(bad("disk", fmt::format("{} MiB are left where the history is kept", free >> 20U),
                                   "make room: what cannot be recorded is not written"));
        else
            findings.push_back(good("disk", fmt::format("{} MiB of room for history", free >> 20U)));
    }
    if (const auto lock = lock_environment(folder, state_key(environment)); lock) {
        findings.push_back(good("lock", "no other run is at work here"));
    } else {
        findings.push_back({lock.error().busy ? Finding::Verdict::warning : Finding::Verdict::failed, "lock",
                            lock.error().message, lock.error().help, false});
    }
    return findings;
}

Finding finding_of(const provider::ProviderError& error) {
    auto message = error.message;
    if (!error.service.empty()) message += "\n" + error.service;
    const bool access = error.kind == provider::ErrorKind::forbidden || error.kind == provider::ErrorKind::sign_in;
    return bad("read", std::move(message), error.help, access);
}

}  // namespace regent::controller
