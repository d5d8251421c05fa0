#include "apply/run.hpp"

#include "model/attributes.hpp"
#include "plan/given_back.hpp"
#include "plan/vouching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

namespace regent::apply {
namespace {

provider::ProviderError bug(std::string message) {
    provider::ProviderError error;
    error.kind = provider::ErrorKind::rejected;
    error.message = std::move(message);
    error.help = "this is a mistake in regent: please report it with the output of `regent plan -o json`";
    return error;
}

provider::ProviderError not_written_down(const plan::Step& step, const store::StoreError& why) {
    provider::ProviderError error;
    error.kind = provider::ErrorKind::transient;
    error.message = fmt::format("{} was not sent, because the journal could not be written first: {}",
                                model::to_string(step.address), why.message);
    error.help = why.help;
    return error;
}

StepOutcome outcome_for(const plan::Step& step, std::chrono::steady_clock::time_point began) {
    StepOutcome outcome;
    outcome.step = step.id;
    outcome.took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return outcome;
}

/// One that is not found may be a connector that was made a moment ago.
bool is_refused_for_good(const plan::Step& step, const provider::ProviderError& error) {
    return error.kind == provider::ErrorKind::rejected ||
           (error.kind == provider::ErrorKind::not_found && step.observed != nullptr);
}

StepState state_after(provider::ErrorKind kind) {
    if (kind == provider::ErrorKind::not_yet) return StepState::waiting;
    if (kind == provider::ErrorKind::interrupted) return StepState::stopped;
    return StepState::failed;
}

/// Where the object's own document is; a step's place may be that of a document that contributes an element.
model::Place document_of(const plan::Plan& plan, const plan::Step& step) {
    const auto it = std::find_if(plan.resources.begin(), plan.resources.end(),
                                 [&](const auto& resource) { return resource.address == step.address; });
    return it != plan.resources.end() && it->place.known() ? it->place : step.place;
}

model::Map remembered_of_removed(const plan::History& history, const model::Address& address) {
    model::Map values{{std::string(plan::removed_here), true}};
    if (const auto principal = history.remote_ids.find(plan::principal_of(address));
        principal != history.remote_ids.end())
        values.emplace(plan::principal_id, principal->second);
    return values;
}

std::map<model::Address, model::Map> last_applied(store::Store& store, const std::string& key, const plan::Plan& plan) {
    auto history = store.history(key);
    for (const auto& resource : plan.resources) {
        if (history && plan::is_of_another_object(*history, resource.address, resource.remote_id))
            plan::forget_object(*history, resource.address);
        // No stranger: see AppliedValues::record().
        if (history && plan::was_removed_here(*history, resource.address, resource.remote_id))
            history->last_applied.emplace(resource.address, remembered_of_removed(*history, resource.address));
    }
    // Only a hint: without it, what earlier runs applied to other attributes is forgotten, and a change made outside to
    // one of them will be called a change of the manifest.
    return history ? std::move(history->last_applied) : std::map<model::Address, model::Map>{};
}

}  // namespace

Run::Run(const plan::Plan& plan, const model::Snapshot& observed, const std::vector<provider::Writer*>& writers,
         store::Store& store, Listener& listener, const ApplierOptions& options)
    : plan_(plan),
      writers_(writers),
      store_(store),
      listener_(listener),
      options_(options),
      key_(options.environment_key.empty() ? plan.environment : options.environment_key),
      unresolved_(store.unresolved(key_), store.unseen(key_)),
      queue_(plan),
      outputs_(plan, observed),
      secrets_(plan),
      applied_(plan, last_applied(store, key_, plan), options.repository) {}

ApplyResult Run::to_the_end() {
    const auto threads = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(1, options_.parallel)), 1,
                                                 std::max<std::size_t>(1, plan_.steps.size()));
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work(); });
    for (auto& worker : workers) worker.join();
    if (broken_) std::rethrow_exception(broken_);

    ApplyResult result;
    result.outcomes = queue_.outcomes();
    result.interrupted = std::any_of(result.outcomes.begin(), result.outcomes.end(),
                                     [](const auto& outcome) { return outcome.state == StepState::stopped; });
    result.warnings = std::move(warnings_);
    return result;
}

bool Run::told_to_stop() const {
    return options_.stop != nullptr && options_.stop->load();
}

void Run::work() {
    std::unique_lock lock(mutex_);
    while (!broken_) {
        std::vector<StepOutcome> decided;
        if (told_to_stop()) decided = queue_.stop_rest();
        const auto* step = queue_.begin_next();
        if (step == nullptr && decided.empty()) {
            if (!queue_.anything_under_way()) break;
            changed_.wait(lock);
            continue;
        }
        lock.unlock();
        try {
            announce(decided);
            if (step != nullptr) {
                const auto outcome = carry_out(*step);
                announce({outcome});
                lock.lock();
                decided = queue_.settle(outcome);
                secrets_.step_over(*step);
                for (const auto& other : decided) {
                    const auto it = std::find_if(plan_.steps.begin(), plan_.steps.end(),
                                                 [&](const auto& s) { return s.id == other.step; });
                    secrets_.step_over(*it);
                }
                changed_.notify_all();
                lock.unlock();
                announce(decided);
            }
            lock.lock();
        } catch (...) {
            if (!lock.owns_lock()) lock.lock();
            if (!broken_) broken_ = std::current_exception();
        }
    }
    changed_.notify_all();
}

void Run::announce(const std::vector<StepOutcome>& outcomes) {
    for (const auto& outcome : outcomes) {
        const auto it = std::find_if(plan_.steps.begin(), plan_.steps.end(),
                                     [&](const auto& step) { return step.id == outcome.step; });
        const std::lock_guard lock(listener_mutex_);
        listener_.step_finished(*it, outcome);
    }
}

StepOutcome Run::carry_out(const plan::Step& step) {
    if (options_.may_begin && !options_.may_begin(step)) {
        StepOutcome outcome;
        outcome.step = step.id;
        outcome.state = StepState::stopped;
        return outcome;
    }
    {
        const std::lock_guard lock(listener_mutex_);
        listener_.step_started(step);
    }
    const auto began = std::chrono::steady_clock::now();
    auto prepared = prepare_locked(step);
    auto answer = prepared ? send(step, *prepared) : Answer(tl::unexpected(prepared.error()));
    if (!answer) {
        if (is_refused_for_good(step, answer.error()) && plan::gives_share_back(plan_, step))
            give_up(step, answer.error());
        auto outcome = outcome_for(step, began);
        outcome.state = state_after(answer.error().kind);
        outcome.error = std::move(answer.error());
        return outcome;
    }
    remember(*prepared);
    pass("after_observed", step);
    auto outcome = outcome_for(step, began);
    outcome.state = StepState::done;
    outcome.detail = std::move(answer->detail);
    return outcome;
}

tl::expected<PreparedStep, provider::ProviderError> Run::prepare_locked(const plan::Step& step) {
    const std::lock_guard lock(mutex_);
    return prepare(step, outputs_, secrets_);
}

Run::Answer Run::send(const plan::Step& step, PreparedStep& prepared) {
    prepared.input.progress = [this, &step](std::string_view words) {
        const std::lock_guard lock(listener_mutex_);
        listener_.step_progress(step, words);
    };
    pass("before_intent", step);
    std::int64_t intent_id = 0;
    if (needs_intent(step)) {
        prepared.input.operation_id = options_.new_operation_id();
        prepared.input.may_have_been_sent = unresolved_.may_have_been_sent(step);
        const store::Intent intent{.id = 0,
                                   .address = step.address,
                                   .part = step.part,
                                   .work = std::string(to_string(step.work)),
                                   .operation_id = prepared.input.operation_id,
                                   .started_at = {}};
        const auto begun = store_.begin(key_, intent);
        if (!begun) return tl::unexpected(not_written_down(step, begun.error()));
        intent_id = *begun;
    }
    if (const auto written = write_down_what_goes(step); !written)
        return tl::unexpected(not_written_down(step, written.error()));
    pass("after_intent", step);
    pass("before_send", step);
    auto answer = ask_writer(prepared);
    pass("after_answer", step);
    if (answer) take_in(step, *answer);
    if (needs_intent(step)) note_outcome(intent_id, step, answer);
    pass("after_outcome", step);
    return answer;
}

/// Who may use a connector that is made anew is nowhere between its removal and its successor's first share, if not
/// here. And its id is forgotten before it goes: a run that is killed now knows that nobody needs to see it again.
tl::expected<void, store::StoreError> Run::write_down_what_goes(const plan::Step& step) {
    if (step.work != plan::Work::remove) return {};
    std::optional<model::Map> values;
    {
        const std::lock_guard lock(mutex_);
        if (const auto* known = applied_.before_removal(step)) values = *known;
    }
    if (!values) return {};
    return store_.applied(key_, step.address, document_of(plan_, step), {}, *values);
}

Run::Answer Run::ask_writer(PreparedStep& prepared) {
    const auto& step = prepared.step;
    const auto writer = std::find_if(writers_.begin(), writers_.end(),
                                     [&](const auto* candidate) { return candidate->carries_out(step); });
    if (writer == writers_.end()) {
        return tl::unexpected(bug(fmt::format("nobody knows how to write {}", model::to_string(step.address))));
    }
    try {
        return (*writer)->apply(step, prepared.input);
    } catch (const std::exception& exception) {
        // A mistake in one writer is no reason to leave the others' objects half done. Whether something was sent is
        // not known.
        auto error =
            bug(fmt::format("carrying out {} broke off: {}", model::to_string(step.address), exception.what()));
        error.kind = provider::ErrorKind::outcome_unknown;
        return tl::unexpected(std::move(error));
    }
}

/// A share that a connector made anew was to have as the old one had it, and that the service does not take: of
/// somebody who left, say. Tried again and again it would never come, and nobody could take it out of a manifest.
void Run::give_up(const plan::Step& step, provider::ProviderError& error) {
    error.help =
        "the deleted connector had this share and no manifest declares it: it is not tried again. Declare "
        "`shares` in the manifest for those who are to use the connector";
    model::Map values;
    {
        const std::lock_guard lock(mutex_);
        values = applied_.give_up(step);
    }
    warn(store_.applied(key_, step.address, document_of(plan_, step), remote_id_of(step), values));
}

void Run::note_outcome(std::int64_t intent, const plan::Step& step, const Answer& answer) {
    auto outcome = store::IntentOutcome::done;
    std::string remote_id;
    if (!answer) {
        outcome = outcome_of(answer.error().kind);
    } else if (const auto key = answer->outputs.find(step.part + "/keyId"); key != answer->outputs.end()) {
        remote_id = key->second;
    } else {
        remote_id = remote_id_of(step);
    }
    warn(store_.finish(intent, outcome, remote_id));
}

void Run::take_in(const plan::Step& step, provider::StepResult& result) {
    const std::lock_guard lock(mutex_);
    outputs_.add(step.address, result.outputs);
    secrets_.keep(step.address, std::move(result.secret_outputs));
    result.secret_outputs.clear();
}

void Run::remember(const PreparedStep& prepared) {
    const auto& step = prepared.step;
    if (step.work == plan::Work::remove) {
        std::optional<model::Map> left;
        {
            const std::lock_guard lock(mutex_);
            if (const auto* values = applied_.forget(step.address)) left = with_principal(step.address, *values);
        }
        // Which one an application was counts as long as it can come back; a connector cannot.
        const bool may_come_back = step.address.kind == model::kind::application;
        const auto id = may_come_back ? remote_id_of(step) : std::string{};
        // In place of what is remembered, where a run that ended between the two would lose it.
        if (may_come_back || !left) warn(store_.removed(key_, step.address));
        if (left) warn(store_.applied(key_, step.address, document_of(plan_, step), id, *left));
        return;
    }
    remember_object(prepared);
    remember_deliveries(prepared);
}

void Run::remember_object(const PreparedStep& prepared) {
    const auto& step = prepared.step;
    const auto handed = prepared.input.secret_key_ids.find(model::path::delivered_secret);
    model::Map values;
    {
        const std::lock_guard lock(mutex_);
        const auto& recorded = applied_.record(step, options_.now());
        const bool is_delivery = handed != prepared.input.secret_key_ids.end();
        values =
            with_principal(step.address, is_delivery ? applied_.record_handing_over(step, handed->second) : recorded);
    }
    warn(store_.applied(key_, step.address, document_of(plan_, step), remote_id_of(step), values));
}

/// Of an application: who may not look into the recycle bin finds its service principal there by its id. Not of one
/// that was merely found, which is restored by nobody who cannot look.
model::Map Run::with_principal(const model::Address& address, model::Map values) const {
    const auto& outputs = outputs_.of_run(address);
    const auto id = outputs.find(model::output::service_principal_id);
    if (id != outputs.end() && !values.contains(plan::found_by_key))
        values.insert_or_assign(std::string(plan::principal_id), id->second);
    return values;
}

void Run::remember_deliveries(const PreparedStep& prepared) {
    for (const auto& [path, key_id] : prepared.input.secret_key_ids) {
        warn(store_.delivered(key_, prepared.step.address, prepared.secret_owners.at(path), key_id));
    }
}

void Run::pass(std::string_view crash_point, const plan::Step& step) const {
    if (options_.crash_point) options_.crash_point(crash_point, step);
}

void Run::warn(const tl::expected<void, store::StoreError>& written) {
    if (written) return;
    const std::lock_guard lock(mutex_);
    const auto& message = written.error().message;
    if (std::find(warnings_.begin(), warnings_.end(), message) == warnings_.end()) warnings_.push_back(message);
}

std::string Run::remote_id_of(const plan::Step& step) {
    const std::lock_guard lock(mutex_);
    const auto& outputs = outputs_.of_run(step.address);
    for (const auto name : {model::output::object_id, model::output::connector_name}) {
        if (const auto it = outputs.find(name); it != outputs.end()) return it->second;
    }
    return step.observed == nullptr ? std::string{} : step.observed->id;
}

}  // namespace regent::apply
