// How the controller tells how things stand.

#include "controller/controller.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

/// Where the newest commit has an error in the file of an object, that object's own condition says so.
void mark_invalid(EnvironmentStatus& status, const std::map<std::string, std::string>& invalid_files, Time since) {
    for (auto& object : status.objects) {
        const auto found = invalid_files.find(object.place.file);
        if (found == invalid_files.end()) continue;
        for (auto& condition : object.conditions) {
            if (condition.type != "Ready") continue;
            if (condition.status != ConditionStatus::no) condition.since = since;
            condition.status = ConditionStatus::no;
            condition.reason = ConditionReason::invalid_manifest;
            condition.message = found->second + "; the last valid version stays in force";
        }
    }
}

}  // namespace

/// Called with the mutex held.
void Controller::publish_locked() {
    auto status = std::make_shared<ServiceStatus>();
    status->instance = configuration_.name;
    status->version = parts_.version;
    status->started = started_;
    status->taken = parts_.clock.now();
    status->interval = configuration_.interval;
    status->source = source_status_;
    status->state = state_;
    for (const auto& [name, runner] : runners_) {
        auto environment = runner->shown;
        environment.name = name;
        if (environment.in_force.commit.empty()) environment.in_force = runner->revision;
        environment.manifest_errors = runner->manifest_errors;
        environment.manifest_error_text = runner->manifest_error_text;
        environment.next_run = runner->next_run;
        mark_invalid(environment, runner->invalid_files, runner->invalid_since);
        status->environments.push_back(std::move(environment));
        if (runner->busy || runner->asked > runner->finished) ++status->queue_depth;
    }
    status_ = std::move(status);
    ++status_number_;
    changed_.notify_all();
}

StatusPointer Controller::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

std::uint64_t Controller::status_number() const {
    const std::lock_guard lock(mutex_);
    return status_number_;
}

std::uint64_t Controller::wait_for_status(std::uint64_t seen, std::chrono::milliseconds patience) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, patience, [&] { return status_number_ > seen || stopping_.load(); });
    return status_number_;
}

std::string Controller::status_line() const {
    const auto status = this->status();
    if (!status->source.error.empty() && status->environments.empty())
        return fmt::format("waiting for the source: {}", status->source.error.substr(0, 120));
    std::string line;
    for (const auto& environment : status->environments) {
        std::size_t ready = 0, paused = 0, failing = 0;
        for (const auto& object : environment.objects) {
            const auto* condition = object.condition("Ready");
            if (object.pause)
                ++paused;
            else if (condition != nullptr && condition->status == ConditionStatus::no)
                ++failing;
            else if (object.ready())
                ++ready;
        }
        if (!line.empty()) line += " | ";
        line += fmt::format("{} {}: {} ready", environment.name, environment.in_force.text(), ready);
        if (paused > 0) line += fmt::format(", {} paused", paused);
        if (failing > 0) line += fmt::format(", {} failing", failing);
        if (environment.manifest_errors > 0) line += ", newest commit has errors";
        if (environment.running)
            line += "; running";
        else if (environment.last_run)
            line += fmt::format("; last run {}", environment.last_run->result);
    }
    return line.empty() ? "no environment yet" : line;
}

}  // namespace regent::controller
