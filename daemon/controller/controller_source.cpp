// How the controller follows its source: one state at a time, and only as a whole.

#include "controller/controller.hpp"
#include "manifest/diagnostic_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;

std::size_t errors_in(const model::Diagnostics& diagnostics) {
    return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(),
                                                  [](const auto& d) { return d.severity == model::Severity::error; }));
}

}  // namespace

/// The thread of the source.
void Controller::follow_source(const std::stop_token& stop) {
    while (!stop.stop_requested() && !stopping_) {
        look_at_source();
        std::unique_lock lock(mutex_);
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
    if (!state) return source_failed(state.error());
    take(*state);
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

RevisionStatus Controller::revision_of(const source::SourceState& state) const {
    RevisionStatus revision;
    if (!state.commit) return revision;
    revision.branch = state.commit->branch;
    revision.commit = state.commit->commit;
    revision.author = state.commit->author;
    revision.subject = state.commit->subject;
    revision.committed_at = state.commit->committed_at;
    return revision;
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
    std::map<std::string, std::shared_ptr<const Workspace>> workspaces;
    if (load(state, workspaces)) put_in_force(state, std::move(workspaces));
}

/// Reads every environment at this one state. An error in any of them keeps the state out of force for all:
/// environments of one repository are never at different commits.
bool Controller::load(const source::SourceState& state,
                      std::map<std::string, std::shared_ptr<const Workspace>>& workspaces) {
    const auto shown = state.commit ? revision_of(state).text() : std::string("the folder");
    std::vector<std::string> names;
    std::string problem, text;
    std::map<std::string, std::pair<std::size_t, std::string>> errors;  // environment → count, text
    std::map<std::string, std::string> invalid_files;
    const auto add_errors = [&](const std::string& name, const model::Diagnostics& diagnostics,
                                const std::vector<manifest::SourceText>& texts) {
        text = manifest::render_text(diagnostics, texts, {});
        errors[name] = {std::max<std::size_t>(1, errors_in(diagnostics)), text};
        for (const auto& diagnostic : diagnostics)
            if (diagnostic.severity == model::Severity::error)
                invalid_files.emplace(diagnostic.span.file,
                                      fmt::format("{}: {} ({})", to_string(diagnostic.span.begin()), diagnostic.message,
                                                  diagnostic.code));
    };
    {
        const std::lock_guard lock(mutex_);
        names = configuration_.environments;
    }
    if (names.empty()) {
        auto all = environment_names(*state.tree);
        if (all) {
            names = std::move(*all);
        } else {
            problem = all.error().message;
            add_errors({}, all.error().diagnostics, all.error().texts);
        }
    }
    for (const auto& name : names) {
        auto workspace = open_workspace(*state.tree, name);
        if (!workspace) {
            problem = workspace.error().message;
            add_errors(name, workspace.error().diagnostics, workspace.error().texts);
            if (!problem.empty()) errors[name].second = fmt::format("error: {}\n", problem) + errors[name].second;
        } else if (model::has_errors(workspace->diagnostics)) {
            add_errors(name, workspace->diagnostics, workspace->texts);
        } else {
            if (state.commit) {
                workspace->revision.commit = state.commit->commit;
                workspace->revision.branch = state.commit->branch;
            }
            workspaces.emplace(name, std::make_shared<const Workspace>(std::move(*workspace)));
        }
    }
    if (errors.empty()) return true;
    {
        const std::lock_guard lock(mutex_);
        source_bad_ = true;
        for (const auto& [name, found] : errors)
            if (!name.empty() && !runners_.contains(name)) add_runner(name);
        for (const auto& [name, runner] : runners_) {
            const auto found = errors.contains(name) ? errors.find(name) : errors.begin();
            runner->manifest_errors = found->second.first;
            runner->manifest_error_text = found->second.second;
            runner->invalid_files = invalid_files;
        }
        if (runners_.empty()) source_status_.error = problem.empty() ? text : problem;
        publish_locked();
    }
    const auto first = invalid_files.empty() ? problem : invalid_files.begin()->second;
    emit(EventType::source_invalid, EventSeverity::error, {},
         fmt::format(
             "{} has errors and is not applied: {}{}. {}", shown, first,
             invalid_files.size() > 1 ? fmt::format(", and more in {} other files", invalid_files.size() - 1) : "",
             in_force_version_.empty() ? "Nothing is in force" : "The last valid one stays in force"));
    return false;
}

void Controller::put_in_force(const source::SourceState& state,
                              std::map<std::string, std::shared_ptr<const Workspace>> workspaces) {
    const auto revision = revision_of(state);
    bool was_bad = false, first = false;
    std::vector<std::string> gone;
    {
        const std::lock_guard lock(mutex_);
        was_bad = std::exchange(source_bad_, false);
        first = in_force_version_.empty();
        in_force_version_ = state.version;
        source_status_.files = 0;
        for (auto it = runners_.begin(); it != runners_.end();) {
            if (workspaces.contains(it->first)) {
                ++it;
                continue;
            }
            gone.push_back(it->first);
            it->second->leave = true;
            gone_.push_back(std::move(it->second));
            it = runners_.erase(it);
        }
        for (auto& [name, workspace] : workspaces) {
            source_status_.files = std::max(source_status_.files, workspace->texts.size());
            if (!runners_.contains(name)) add_runner(name);
            auto& runner = *runners_.at(name);
            runner.trigger = runner.workspace ? "commit" : "start";
            if (runner.workspace) ++runner.asked;
            runner.workspace = std::move(workspace);
            runner.revision = revision;
            runner.manifest_errors = 0;
            runner.manifest_error_text.clear();
            runner.invalid_files.clear();
        }
        publish_locked();
        changed_.notify_all();
    }
    if (!revision.commit.empty()) (void)parts_.memory.set_cursor("commit in force", revision.commit);
    for (const auto& name : gone)
        emit(EventType::source_valid, EventSeverity::warning, name,
             fmt::format(
                 "{} has no environment `{}` any more: it is not kept any longer, and nothing in its tenant is touched",
                 revision.commit.empty() ? "the folder" : revision.text(), name));
    if (was_bad || (!first && !revision.commit.empty()))
        emit(EventType::source_valid, EventSeverity::info, {},
             revision.commit.empty() ? std::string("the folder is valid and in force")
                                     : fmt::format("{} by {} is in force: {}", revision.text(), revision.author,
                                                   model::with_visible_controls(revision.subject)));
}

}  // namespace regent::controller
