#pragma once

#include "controller/status.hpp"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace regent::controller {

/// Where the controller says what happened, for counters and histograms. What can be read off a ServiceStatus is not
/// told here: gauges are taken from it when somebody asks.
///
/// Every call does nothing unless overridden, so that a controller without metrics needs none. Calls come from any
/// thread, must return at once and must not throw. Values become labels: few and short words, never ids, messages or
/// URLs.
class Measurements {
public:
    virtual ~Measurements() = default;

    /// Seconds by phase: fetch, load, observe, plan, apply. A phase that did not take place is left out.
    using Phases = std::map<std::string, std::chrono::duration<double>, std::less<>>;

    /// A run ended: its trigger and result are labels.
    virtual void run_finished(std::string_view /*environment*/, const RunStatus& /*run*/, const Phases& /*phases*/) {}

    /// One object was changed by us, or the attempt failed. `action`: create, update, delete, adopt, complete;
    /// `result`: ok, failed.
    virtual void change(std::string_view /*kind*/, std::string_view /*action*/, std::string_view /*result*/) {}

    /// Something was changed outside. `handled`: reverted, reported.
    virtual void drift(std::string_view /*kind*/, std::string_view /*handled*/) {}

    /// A guard refused a plan. `guard`: deletes, protected, empty, plan_changed, approval.
    virtual void refused(std::string_view /*guard*/) {}

    /// A secret was replaced by a new one. `result`: ok, failed.
    virtual void rotation(std::string_view /*result*/) {}

    /// One request to a service was answered, or not: then `code` is 0. `api`: graph, powerplatform, azure, keyvault,
    /// login.
    virtual void api_request(std::string_view /*api*/, std::string_view /*method*/, int /*code*/,
                             std::chrono::duration<double> /*took*/) {}

    /// A request is sent again. `reason`: throttled, server, network.
    virtual void api_retry(std::string_view /*api*/, std::string_view /*reason*/) {}

    /// A service asked to wait this long.
    virtual void api_throttled(std::string_view /*api*/, std::chrono::duration<double> /*waited*/) {}

    /// A notification was handed over, or given up. `result`: ok, failed, dropped.
    virtual void notified(std::string_view /*sink*/, std::string_view /*result*/) {}
};

}  // namespace regent::controller
