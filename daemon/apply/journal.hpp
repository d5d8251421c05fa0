#pragma once

#include "plan/plan.hpp"
#include "provider/provider_error.hpp"
#include "store/store.hpp"

#include <set>
#include <string>
#include <utility>

namespace regent::apply {

/// True for the creations that a service would carry out twice if they were sent twice: a connector, a secret.
/// Everything else has a key of its own.
[[nodiscard]] bool needs_intent(const plan::Step& step);

/// What is known of a creation's effect after it failed. Only an answer that rules the effect out counts as one; the
/// rest is unknown.
[[nodiscard]] store::IntentOutcome outcome_of(provider::ErrorKind kind) noexcept;

/// What earlier runs began and never saw the end of. Read once, before this run begins anything.
class Unresolved {
public:
    using Intents = tl::expected<std::vector<store::Intent>, store::StoreError>;
    /// `unseen`: what they made, and were killed before they could see it in the tenant. This run may have looked at
    /// a replica that does not show it yet.
    /// When the store cannot be read, everything may have been sent: looking once too often costs a request.
    explicit Unresolved(const Intents& intents, const Intents& unseen = std::vector<store::Intent>{});
    [[nodiscard]] bool may_have_been_sent(const plan::Step& step) const;

private:
    bool unreadable_ = false;
    std::set<std::pair<model::Address, std::string>> begun_;
    std::set<model::Address> made_;
};

}  // namespace regent::apply
