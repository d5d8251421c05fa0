#pragma once

#include "controller/keys_on_this_machine.hpp"
#include "controller/tenant.hpp"
#include "controller/workspace.hpp"
#include "model/environment.hpp"
#include "plan/plan.hpp"
#include "provider/provider_error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace regent::controller {

/// What one look of `regent doctor` found out.
struct Finding {
    enum class Verdict { ok, warning, failed };
    Verdict verdict = Verdict::ok;
    std::string check;    ///< a name for programs: "clock", "reach", "sign-in", "tenant", "permission", "state", …
    std::string message;  ///< a sentence without a full stop
    std::string help;     ///< how to mend it
    bool access = false;  ///< about sign-in or permission
};
using Findings = std::vector<Finding>;

[[nodiscard]] std::string_view to_string(Finding::Verdict verdict) noexcept;  ///< "ok", "warning", "failed"

/// Whether each endpoint answers, and how far this machine's clock is from the service's. Sign-in by certificate fails
/// beyond five minutes.
[[nodiscard]] Findings check_endpoints(const model::Environment& environment, bool connectors, Tenant& tenant);

/// Signs in. `source` says where the credential came from, never what it is.
[[nodiscard]] Findings check_sign_in(const model::Environment& environment, const std::string& source, Tenant& tenant);

/// Whether the person of environments that need one is signed in, tried with each of the services that this is for.
[[nodiscard]] Findings check_person(const model::Environment& environment, Tenant& tenant);

/// Whether each place that may hold connectors can be read, and as whom. Without a `person`, whose places are left out.
[[nodiscard]] Findings check_connectors(const plan::DesiredGraph& graph, Tenant& tenant, bool person);
/// Whether each of these places lets connectors be written, tried where the service has a question that changes
/// nothing, and what of `plan` would be refused.
[[nodiscard]] Findings check_connector_writes(const plan::DesiredGraph& graph, const plan::Plan& plan, Tenant& tenant);
/// Where connectors are to have a managed identity: whether one of that environment is known to have one. Pure.
[[nodiscard]] Findings check_identities(const plan::DesiredGraph& graph, const plan::Plan& plan,
                                        const model::Snapshot& observed);

/// Of Key Vaults: which ones refuse a look, and what handing secrets over needs, which no read can tell. Pure.
[[nodiscard]] Findings check_vaults(const plan::Plan& plan, const model::Snapshot& observed);

/// Where the directory's recycle bin may not be looked into: what of `plan` may lie there, and whether it comes back.
/// Pure.
[[nodiscard]] Findings check_recycle_bin(const plan::Plan& plan, const model::Snapshot& observed);

/// Whether the secrets that planned steps take from this machine are there, and the keys that could not be compared.
[[nodiscard]] Findings check_machine_secrets(const plan::Plan& plan, const plan::DesiredGraph& graph,
                                             const std::vector<UncomparedKey>& uncompared);

/// How a permission that planned steps need stands.
struct PermissionNeed {
    std::string purpose;                 ///< "consent to delegated permissions"
    std::vector<std::string> any_of;     ///< the least first
    bool held = false;                   ///< for every one of the steps
    std::vector<std::string> steps;      ///< "Application/portal: admin consent (User.Read) added"
    std::vector<std::string> refused;    ///< those of the steps that would be
    std::vector<std::string> not_owner;  ///< objects of others, for Application.ReadWrite.OwnedBy
};
/// By purpose, in the order of the plan; what is read comes first. Pure.
[[nodiscard]] std::vector<PermissionNeed> permission_needs(const plan::Plan& plan, bool consented_scopes,
                                                           const SignedIn& caller,
                                                           const std::optional<std::set<std::string>>& owned);
[[nodiscard]] Findings check_permissions(const std::vector<PermissionNeed>& needs);
/// What a plan says in one line when some of its steps would be refused; empty when none would be, as far as the token
/// tells.
[[nodiscard]] std::string permission_note(const plan::Plan& plan, const SignedIn& caller);

/// Object ids of the applications whose steps need ownership with Application.ReadWrite.OwnedBy.
[[nodiscard]] std::set<std::string> applications_written(const plan::Plan& plan);

/// The folder where history is kept: there, writable, with room, and nobody at work in it.
[[nodiscard]] Findings check_state(const std::filesystem::path& folder, const model::Environment& environment);

/// A read that failed.
[[nodiscard]] Finding finding_of(const provider::ProviderError& error);

}  // namespace regent::controller
