// Runs that are asked for, and which run answered whom.

#include "controller/controller.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::controller {
namespace {

/// Who asks for the end of a run asks again at once; a slow reader is answered by a later run.
constexpr std::size_t answers_kept = 16;

}  // namespace

/// Called with everything locked. Something when it cannot be asked for.
std::optional<ControlError> Controller::ask_for_rotation(Runner& runner, const ReconcileRequest& request) {
    std::vector<std::string> names;
    if (runner.workspace) names = plan::secret_names(runner.workspace->graph, *request.address);
    if (std::find(names.begin(), names.end(), request.rotate) == names.end()) {
        return ControlError{
            ControlError::Kind::not_found,
            fmt::format("{} has no client secret `{}` in its manifest", to_string(*request.address), request.rotate),
            names.empty() ? std::string("it declares none") : fmt::format("it has: {}", fmt::join(names, ", "))};
    }
    runner.rotations.push_back({*request.address, request.rotate, request.keep_old});
    return std::nullopt;
}

tl::expected<std::vector<Control::Ticket>, ControlError> Controller::reconcile(const ReconcileRequest& request) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    if (!request.fetch) return ask_locked(request);
    // A look under way began before the request, and may have missed what it is about; the one after it counts.
    const auto look = source_looks_ + 1;
    asked_after_look_.push_back({look, request});
    source_due_ = true;
    return std::vector<Ticket>{{request.environment, 0, look}};
}

tl::expected<std::vector<Control::Ticket>, ControlError> Controller::ask_locked(const ReconcileRequest& request) {
    auto runners = runners_named(request.environment);
    if (!runners) return tl::unexpected(std::move(runners.error()));
    std::vector<Ticket> tickets;
    for (auto* runner : *runners) {
        if (request.address) {
            if (!keeps(*runner, *request.address)) continue;
            if (!request.rotate.empty()) {
                if (auto refused = ask_for_rotation(*runner, request)) return tl::unexpected(std::move(*refused));
            }
            runner->forget.insert(*request.address);
            if (request.create_again) runner->create_again.insert(*request.address);
        } else {
            runner->forget_all = true;
            if (request.create_again)
                for (const auto& object : runner->shown.objects) runner->create_again.insert(object.address);
        }
        runner->trigger = "manual";
        // A run under way began before the request; the one after it counts.
        runner->asked = std::max(runner->asked, runner->finished) + 1;
        tickets.push_back({runner->name, runner->asked});
    }
    if (tickets.empty()) {
        return tl::unexpected(ControlError{ControlError::Kind::not_found,
                                           fmt::format("no object `{}` is kept here", to_string(*request.address)),
                                           "see `regent get`"});
    }
    return tickets;
}

/// Called with everything locked, and together with what the look brought: a run that begins from now on is of that.
void Controller::look_ended_locked() {
    source_looked_ = source_looks_;
    for (const auto& [look, request] : asked_after_look_) {
        if (look > source_looked_ || ask_locked(request)) continue;
        // It names an object that nobody keeps. Who asked is told when they look for it after the run.
        for (auto* runner : runners_named(request.environment).value_or(std::vector<Runner*>{})) {
            runner->trigger = "manual";
            runner->asked = std::max(runner->asked, runner->finished) + 1;
        }
    }
    std::erase_if(asked_after_look_, [this](const auto& asked) { return asked.look <= source_looked_; });
}

void Controller::answered(Runner& runner, Answer answer) {
    runner.finished = std::max(runner.finished, answer.number);
    if (runner.answers.size() == answers_kept) runner.answers.pop_front();
    runner.answers.push_back(std::move(answer));
}

bool Controller::is_done(const Runner& runner, const Ticket& ticket) {
    // Without a valid state of the source there will be no run, whoever asks for one.
    if (ticket.look > 0 && !runner.workspace) return true;
    return !runner.answers.empty() && runner.answers.back().answers(ticket);
}

bool Controller::done(const Ticket& ticket) const {
    const std::lock_guard lock(mutex_);
    if (ticket.look > source_looked_) return false;
    return std::all_of(runners_.begin(), runners_.end(), [&](const auto& entry) {
        return (!ticket.environment.empty() && ticket.environment != entry.first) || is_done(*entry.second, ticket);
    });
}

std::vector<Control::AnsweringRun> Controller::answers(const Ticket& ticket) const {
    const std::lock_guard lock(mutex_);
    std::vector<AnsweringRun> found;
    for (const auto& [name, runner] : runners_) {
        if (!ticket.environment.empty() && ticket.environment != name) continue;
        const auto first = std::find_if(runner->answers.begin(), runner->answers.end(),
                                        [&](const auto& answer) { return answer.answers(ticket); });
        if (first != runner->answers.end()) found.push_back({name, first->run});
    }
    return found;
}

}  // namespace regent::controller
