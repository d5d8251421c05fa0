#include "controller/connections.hpp"

#include "model/attributes.hpp"

#include <algorithm>

namespace regent::controller {
namespace {

/// A connection keeps what it was told about signing in when it was made.
bool changes_sign_in(const plan::Change& change) {
    return (change.path.rfind("auth.", 0) == 0 && change.path != model::path::auth_client_secret) ||
           change.path == model::path::connection_parameters || change.path == model::path::connection_parameter_sets ||
           change.path == model::path::gateway;
}

}  // namespace

std::string connection_words(const plan::ResourceChange& change) {
    if (change.address.kind != model::kind::connector) return {};
    switch (change.action) {
        case plan::Action::create:
            return "nobody has a connection with it yet: people make their own";
        case plan::Action::replace:
            return "the connections with the old one went with it: people have to make theirs anew";
        case plan::Action::adopt:
        case plan::Action::update:
            return std::any_of(change.changes.begin(), change.changes.end(), changes_sign_in)
                       ? "connections made before sign in as before, or not at all: people have to make theirs anew"
                       : "";
        default:
            return {};
    }
}

bool was_made(const plan::ResourceChange& change, const plan::Plan& plan, const apply::ApplyResult& result) {
    for (std::size_t i = 0; i < result.outcomes.size(); ++i) {
        const auto& step = plan.steps[i];
        if (step.address == change.address && step.part.empty() && step.work == plan::Work::create)
            return result.outcomes[i].state == apply::StepState::done;
    }
    return false;
}

}  // namespace regent::controller
