// How the controller follows its source: one state at a time, and only as a whole.

#include "controller/controller.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {

/// The thread of the source.
void Controller::follow_source(const std::stop_token& stop) {
    while (!stop.stop_requested() && !stopping_) {
        look_at_source();
        std::unique_lock lock(mutex_);
        look_ended_locked();
        loaded_ = true;
        const auto interval = configuration_.git ? configuration_.git->fetch_interval : configuration_.interval;
        source_next_ = parts_.clock.monotonic() + interval;
        publish_locked();
        changed_.notify_all();
        changed_.wait_until(lock, stop, source_next_, [&] { return source_due_ || stopping_.load(); });
    }
}

void Controller::look_at_source() {
    model::DaemonConfiguration configuration;
    bool reopen = false;
    {
        const std::lock_guard lock(mutex_);
        configuration = configuration_;
        reopen = std::exchange(source_reopen_, false);
        source_due_ = false;
        ++source_looks_;
    }
    source_busy_since_ = parts_.clock.monotonic();
    if (reopen) {
        source_ = parts_.open_source(configuration, parts_.memory.cursor("commit in force").value_or(""));
        auto watch = parts_.watch_source(configuration, [this] {
            const std::lock_guard lock(mutex_);
            source_due_ = true;
            changed_.notify_all();
        });
        const std::lock_guard lock(mutex_);
        watch_.swap(watch);
        source_status_.kind = configuration.git ? "git" : "directory";
        source_status_.location = source_->location();
        source_status_.verification =
            configuration.git && configuration.git->verify_head ? "signed by allowed keys" : "none";
    }
    auto state = source_->look(stopping_);
    source_busy_since_ = Monotonic{};
    if (stopping_) return;
    if (state) {
        take(*state);
        auto notes = state->notes;
        // Read without the lock: only this thread exchanges the watch, and the watch's own thread may wait for the
        // lock.
        if (watch_ && !watch_->trouble().empty()) notes.push_back(watch_->trouble());
        tell_notes(std::move(notes));
    } else {
        source_failed(state.error());
    }
    if (in_force_version_.empty()) go_on_with_the_last_valid();
}

/// After a restart, when the newest state cannot be had or has errors.
void Controller::go_on_with_the_last_valid() {
    const auto version = parts_.memory.cursor("commit in force").value_or("");
    if (version.empty() || version == seen_version_) return;
    const auto state = source_->look_back(version, stopping_);
    if (!state) return;
    const auto reading = read_state(*state, wanted_environments());
    if (reading.valid()) put_in_force(*state, reading, Newest::no);
}

/// What was said at the last look already is not said again: a service that looks every minute must not say the same
/// thing every minute.
void Controller::tell_notes(std::vector<std::string> notes) {
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, runner] : runners_)
            if (runner->workspace)
                notes.insert(notes.end(), runner->workspace->notes.begin(), runner->workspace->notes.end());
    }
    std::sort(notes.begin(), notes.end());
    notes.erase(std::unique(notes.begin(), notes.end()), notes.end());
    for (const auto& text : notes)
        if (!std::binary_search(told_notes_.begin(), told_notes_.end(), text))
            parts_.note(EventSeverity::warning, text);
    told_notes_ = std::move(notes);
}

std::vector<std::string> Controller::wanted_environments() const {
    const std::lock_guard lock(mutex_);
    return configuration_.environments;
}

void Controller::source_failed(const source::SourceError& error) {
    const auto text = error.help.empty() ? error.message : fmt::format("{}; {}", error.message, error.help);
    bool news = false;
    {
        const std::lock_guard lock(mutex_);
        news = source_status_.error != text;
        source_status_.error = text;
        source_status_.last_fetch = parts_.clock.now();
        ++source_status_.fetches_failed;
        source_bad_ = true;
    }
    if (news)
        emit(EventType::source_invalid, EventSeverity::error, {},
             fmt::format("the source cannot be read: {}. What was read before stays in force", text));
}

void Controller::take(const source::SourceState& state) {
    const auto revision = revision_of(state);
    bool known = false, was_unreadable = false;
    {
        const std::lock_guard lock(mutex_);
        was_unreadable = !source_status_.error.empty();
        source_status_.error.clear();
        source_status_.newest = revision;
        source_status_.last_fetch = source_status_.last_success = parts_.clock.now();
        ++source_status_.fetches_ok;
        known = state.version == seen_version_;
        seen_version_ = state.version;
    }
    if (known) {
        const std::lock_guard lock(mutex_);
        const bool still_bad = std::any_of(runners_.begin(), runners_.end(),
                                           [](const auto& runner) { return runner.second->manifest_errors > 0; });
        source_bad_ = source_bad_ && still_bad;
        if (!was_unreadable) return;
    }
    if (known) return emit(EventType::source_valid, EventSeverity::info, {}, "the source can be read again");
    const auto reading = read_state(state, wanted_environments());
    if (reading.valid()) return put_in_force(state, reading, Newest::yes);
    tell_errors(state, reading);
}

void Controller::tell_errors(const source::SourceState& state, const Reading& reading) {
    {
        const std::lock_guard lock(mutex_);
        source_bad_ = true;
        for (const auto& [name, found] : reading.errors)
            if (!name.empty() && !runners_.contains(name)) add_runner(name);
        for (const auto& [name, runner] : runners_) {
            const auto found = reading.errors.contains(name) ? reading.errors.find(name) : reading.errors.begin();
            runner->manifest_errors = found->second.count;
            runner->manifest_error_text = found->second.text;
            if (runner->invalid_files.empty()) runner->invalid_since = parts_.clock.now();
            runner->invalid_files = reading.invalid_files;
        }
        if (runners_.empty()) source_status_.error = reading.first_error();
        publish_locked();
    }
    emit(EventType::source_invalid, EventSeverity::error, {},
         fmt::format("{} has errors and is not applied: {}. The last valid state stays in force",
                     state.commit ? revision_of(state).text() : std::string("the folder"), reading.first_error()));
}

void Controller::put_in_force(const source::SourceState& state, const Reading& reading, Newest newest) {
    const auto revision = revision_of(state);
    bool was_bad = false, first = false;
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        was_bad = newest == Newest::yes && std::exchange(source_bad_, false);
        first = in_force_version_.empty();
        in_force_version_ = state.version;
        source_status_.files = reading.files;
        for (auto it = runners_.begin(); it != runners_.end();) {
            if (reading.workspaces.contains(it->first)) {
                ++it;
                continue;
            }
            // One that the configuration names and nobody ever declared was not kept.
            if (it->second->workspace) gone.push_back(it->first);
            it->second->leave = true;
            gone_.push_back(std::move(it->second));
            it = runners_.erase(it);
        }
        for (const auto& [name, workspace] : reading.workspaces) {
            if (!runners_.contains(name)) add_runner(name);
            auto& runner = *runners_.at(name);
            runner.trigger = runner.workspace ? "commit" : "start";
            if (runner.workspace) ++runner.asked;
            runner.workspace = workspace;
            runner.revision = revision;
            if (newest == Newest::no) continue;
            runner.manifest_errors = 0;
            runner.manifest_error_text.clear();
            runner.invalid_files.clear();
        }
        if (newest == Newest::yes) look_ended_locked();
        publish_locked();
        changed_.notify_all();
    }
    if (!revision.commit.empty()) (void)parts_.memory.set_cursor("commit in force", revision.commit);
    source_->in_force(state.version);
    for (const auto& name : gone)
        emit(EventType::source_valid, EventSeverity::warning, name,
             fmt::format(
                 "{} has no environment `{}` any more: it is not kept any longer, and nothing in its tenant is touched",
                 revision.commit.empty() ? "the folder" : revision.text(), name));
    if (was_bad || newest == Newest::no || (!first && !revision.commit.empty()))
        emit(EventType::source_valid, EventSeverity::info, {},
             revision.commit.empty() ? std::string("the folder is valid and in force")
                                     : fmt::format("{} by {} is in force: {}", revision.text(), revision.author,
                                                   model::with_visible_controls(revision.subject)));
}

}  // namespace regent::controller
