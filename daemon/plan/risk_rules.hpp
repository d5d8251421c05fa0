#pragma once

#include "model/environment.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"

#include <string>
#include <string_view>

namespace regent::plan {

struct Rating {
    model::Risk risk = model::Risk::low;
    std::string reason;  ///< a sentence without its full stop; empty when low
};
[[nodiscard]] inline Rating harmless() {
    return {};
}
[[nodiscard]] inline Rating medium(std::string reason) {
    return {model::Risk::medium, std::move(reason)};
}
[[nodiscard]] inline Rating high(std::string reason) {
    return {model::Risk::high, std::move(reason)};
}

/// What a rule may look at besides the change itself.
struct RiskContext {
    const model::Environment& environment;
    const model::Snapshot& observed;
    const ResourceChange& resource;
    [[nodiscard]] bool is_new() const noexcept { return resource.action == Action::create; }
    /// The object as it is in the tenant; null pointer for a new one.
    [[nodiscard]] const model::ObservedResource* object() const noexcept;
};

using RiskRule = Rating (*)(const Change& change, const RiskContext& context);

/// The rule of what harms nobody, whatever it becomes.
[[nodiscard]] inline Rating harmless_always(const Change&, const RiskContext&) {
    return harmless();
}

/// The rule for one attribute; null pointer when nobody has thought about it yet.
[[nodiscard]] RiskRule risk_rule_of(std::string_view kind, std::string_view path) noexcept;

/// The same for an application's many smaller fields; asked by risk_rule_of().
[[nodiscard]] RiskRule risk_rule_of_field(std::string_view kind, std::string_view path) noexcept;

/// What a text of JSON says; discarded when it is none.
[[nodiscard]] nlohmann::json parsed(const model::Value& text);

// Rules with a subject of their own.
[[nodiscard]] Rating rate_redirect_uri(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_permission(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_federated_credential(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_certificate(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_admin_consent(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_assignment(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_account(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_assignment_required(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_definition(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_policies(const Change& change, const RiskContext& context);
[[nodiscard]] Rating rate_connection_parameters(const Change& change, const RiskContext& context);

}  // namespace regent::plan
