#include "plan/risk_rules.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <string>

namespace regent::plan {
namespace {

using model::Value;
using Op = Change::Op;
using Certificates = std::map<std::string, Value>;

/// One that tokens are encrypted for signs nobody in, nor does one that signs SAML tokens.
bool signs_in(const Value& certificate) {
    const auto* signs = certificate.find("signs");
    return !certificate.is_null() && text_of(certificate, "usage") != "Encrypt" &&
           (signs == nullptr || *signs != Value(true));
}

/// Days are ordered as texts; what says nothing of them is valid.
class Days {
public:
    explicit Days(const RiskContext& context)
        : today_(fmt::format("{:%Y-%m-%d}",
                             fmt::gmtime(std::chrono::system_clock::to_time_t(context.observed.taken_at)))) {}

    [[nodiscard]] bool begins_later(const Value& certificate) const { return text_of(certificate, "starts") > today_; }
    [[nodiscard]] bool has_ended(const Value& certificate) const {
        const auto ends = text_of(certificate, "ends");
        return !ends.empty() && ends < today_;
    }
    /// Somebody can sign in with it today.
    [[nodiscard]] bool serve(const Value& certificate) const {
        return signs_in(certificate) && !begins_later(certificate) && !has_ended(certificate);
    }

private:
    std::string today_;
};

Certificates certificates_there(const Change& change, const RiskContext& context) {
    Certificates there;
    const auto* object = context.object();
    if (object == nullptr) return there;
    const auto it = object->attributes.find(change.path);
    const auto* map = it == object->attributes.end() ? nullptr : it->second.as_map();
    if (map != nullptr) there.insert(map->begin(), map->end());
    return there;
}

Certificates certificates_left(const Change& change, const RiskContext& context) {
    auto left = certificates_there(change, context);
    for (const auto& other : context.resource.changes) {
        if (other.path != change.path) continue;
        if (other.op == Op::remove) {
            left.erase(other.element);
        } else {
            left.insert_or_assign(other.element, other.after);
        }
    }
    return left;
}

/// What is said where the plan takes away the last one that somebody can sign in with today and puts others there that
/// nobody can; empty elsewhere. One that goes without a successor is meant to.
std::string gap_after(const Change& change, const RiskContext& context, const Days& days) {
    if (change.op == Op::add || !days.serve(change.before)) return {};
    std::string begins;
    bool others = false;
    for (const auto& [name, certificate] : certificates_left(change, context)) {
        if (days.serve(certificate)) return {};
        others = others || signs_in(certificate);
        const auto starts = text_of(certificate, "starts");
        const bool is_sooner = begins.empty() || starts < begins;
        if (signs_in(certificate) && days.begins_later(certificate) && is_sooner) begins = starts;
    }
    if (!begins.empty()) return fmt::format("nobody can sign in with a certificate until {}", begins);
    return others ? "nobody can sign in with a certificate any more: none that is left is valid" : std::string{};
}

}  // namespace

Rating rate_certificate(const Change& change, const RiskContext& context) {
    const Days days(context);
    if (auto gap = gap_after(change, context, days); !gap.empty()) return high(std::move(gap));
    const bool takes_one = change.op != Op::add && signs_in(change.before);
    if (change.op == Op::remove || !signs_in(change.after) || days.has_ended(change.after))
        return takes_one ? medium("whatever signs in with it cannot any more") : harmless();
    if (days.begins_later(change.after))
        return medium(fmt::format("from {} on, who has its private key signs in as the application",
                                  text_of(change.after, "starts")));
    return medium("who has its private key signs in as the application");
}

}  // namespace regent::plan
