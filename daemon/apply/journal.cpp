#include "apply/journal.hpp"

#include "model/attributes.hpp"

namespace regent::apply {

bool needs_intent(const plan::Step& step) {
    if (step.part.empty()) {
        // The other services that keep connectors let their client choose the key.
        const auto backend = step.values.find(model::path::backend);
        const bool has_key = backend != step.values.end() && backend->second != model::Value("environment");
        return step.work == plan::Work::create && step.address.kind == model::kind::connector && !has_key;
    }
    return step.work == plan::Work::add && step.part.starts_with(std::string(model::path::client_secrets) + "/");
}

store::IntentOutcome outcome_of(provider::ErrorKind kind) noexcept {
    switch (kind) {
        case provider::ErrorKind::sign_in:
            return store::IntentOutcome::not_sent;
        case provider::ErrorKind::throttled:
        case provider::ErrorKind::not_found:
        case provider::ErrorKind::conflict:
        case provider::ErrorKind::forbidden:
        case provider::ErrorKind::rejected:
            return store::IntentOutcome::failed;
        case provider::ErrorKind::transient:
        case provider::ErrorKind::outcome_unknown:
        case provider::ErrorKind::not_yet:
        case provider::ErrorKind::interrupted:
        case provider::ErrorKind::incomplete:
            return store::IntentOutcome::unknown;
    }
    return store::IntentOutcome::unknown;
}

Unresolved::Unresolved(const Intents& intents, const Intents& unseen) : unreadable_(!intents || !unseen) {
    if (unreadable_) return;
    for (const auto& intent : *intents) begun_.emplace(intent.address, intent.part);
    for (const auto& intent : *unseen)
        if (intent.part.empty()) made_.insert(intent.address);
}

bool Unresolved::may_have_been_sent(const plan::Step& step) const {
    if (!needs_intent(step)) return false;
    // One that is there, and is made anew, was seen.
    const bool was_made = step.part.empty() && step.observed == nullptr && made_.contains(step.address);
    return unreadable_ || was_made || begun_.contains({step.address, step.part});
}

}  // namespace regent::apply
