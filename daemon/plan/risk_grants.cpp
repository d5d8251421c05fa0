#include "plan/risk_rules.hpp"

#include <fmt/format.h>

namespace regent::plan {
Rating rate_admin_consent(const Change& change, const RiskContext&) {
    if (change.op == Change::Op::remove) return medium("what the application does by this permission stops working");
    const auto name = text_of(change.after, "name");
    if (text_of(change.after, "type") == "application")
        return high(fmt::format("the application may use `{}` from then on, without a person", name));
    return high(fmt::format("the application may use `{}` for everybody in the tenant, and nobody is asked", name));
}

Rating rate_assignment(const Change& change, const RiskContext&) {
    if (change.op == Change::Op::remove) return medium("who had the role loses it");
    const auto role = text_of(change.after, "role");
    const auto type = text_of(change.after, "type");
    return high(fmt::format("{} {} gets {} this application", type == "application" ? "an" : "a", type,
                            role.empty() ? "access to" : fmt::format("the role `{}` of", role)));
}

Rating rate_account(const Change& change, const RiskContext& context) {
    const bool closes = change.after == model::Value(false);
    if (context.is_new()) return harmless();
    return closes ? high("nobody can sign in with it any more, and no token is issued")
                  : medium("people can sign in with it again");
}

Rating rate_assignment_required(const Change& change, const RiskContext& context) {
    if (context.is_new()) return harmless();
    return change.after == model::Value(true) ? medium("who was not assigned is locked out")
                                              : medium("everybody in the tenant gets in, assigned or not");
}

}  // namespace regent::plan
