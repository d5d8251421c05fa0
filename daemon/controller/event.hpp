#pragma once

#include "model/address.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace regent::controller {

/// What may happen that somebody wants to be told. The names are part of the stable interface: MESSAGE_IDs of the
/// journal, CloudEvents types and `regent events` are made of them.
enum class EventType {
    started,              ///< the service is up
    stopping,             ///< it was asked to stop
    source_invalid,       ///< the newest commit or folder has errors; the last valid one stays in force
    source_valid,         ///< … and has none any more
    drift,                ///< something was changed outside
    applied,              ///< an object was created, updated, adopted or removed
    ready,                ///< an object that was not ready is
    not_ready,            ///< an object stopped being ready
    run_failed,           ///< a run ended without doing its work: the tenant could not be read, sign-in failed
    run_recovered,        ///< the first good run after that
    refused,              ///< a guard refused a plan
    approval_needed,      ///< a plan waits for `regent approve`
    approved,             ///< … and somebody said yes
    credential_expiring,  ///< a secret or certificate ends soon
    paused,
    resumed,
    settle_failed,  ///< an object was written several times and still differs: regent stops writing it for a while
    state_damaged   ///< the database was damaged, lost or cannot be written
};
[[nodiscard]] std::string_view to_string(EventType type) noexcept;  ///< "source_invalid" …

enum class EventSeverity { info, warning, error };
[[nodiscard]] std::string_view to_string(EventSeverity severity) noexcept;

/// Something that happened. Never holds a secret; foreign text in it (names, messages of services) is as it came and
/// must be escaped by whoever prints it.
struct Event {
    std::string id;  ///< unique within one service: "<run>-<n>", or "<boot>-<n>" outside of runs
    std::chrono::system_clock::time_point time;
    EventType type = EventType::started;
    EventSeverity severity = EventSeverity::info;
    std::string environment;                ///< empty: the service itself
    std::optional<model::Address> address;  ///< empty: the environment, or the service
    std::string reason;                     ///< of conditions: "Drifted"; may be empty
    std::string path;                       ///< attribute: "federatedCredentials/manual-test"; may be empty
    std::string action;                     ///< "revert", "report", "create" …; may be empty
    std::string revision;                   ///< commit in force; may be empty
    std::int64_t run = 0;                   ///< 0 outside of a run
    std::string message;                    ///< one sentence for a person
    std::string request_id;                 ///< of a service's refusal; may be empty
};

/// Told of every event, in order, from one thread at a time. Must return quickly and must not throw: what takes long
/// (a webhook) is queued inside.
class EventSink {
public:
    virtual ~EventSink() = default;
    virtual void on_event(const Event& event) = 0;
};

}  // namespace regent::controller
