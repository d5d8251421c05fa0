#include "apply/applier.hpp"

#include "apply/run.hpp"

#include <algorithm>
#include <stdexcept>

namespace regent::apply {

bool ApplyResult::complete() const noexcept {
    return std::all_of(outcomes.begin(), outcomes.end(),
                       [](const auto& outcome) { return outcome.state == StepState::done; });
}

Applier::Applier(std::vector<provider::Writer*> writers, store::Store& store, Listener& listener,
                 ApplierOptions options)
    : writers_(std::move(writers)), store_(store), listener_(listener), options_(std::move(options)) {
    if (!options_.new_operation_id || !options_.now) {
        throw std::invalid_argument("an Applier needs a source of operation ids and a clock");
    }
}

ApplyResult Applier::run(const plan::Plan& plan, const model::Snapshot& observed) {
    return Run(plan, observed, writers_, store_, listener_, options_).to_the_end();
}

}  // namespace regent::apply
