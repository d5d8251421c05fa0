#pragma once

#include "model/address.hpp"
#include "model/credential_type.hpp"
#include "model/place.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::controller {

using Time = std::chrono::system_clock::time_point;

/// Kubernetes' three values: a condition that nobody has looked at is Unknown, not False.
/// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md
enum class ConditionStatus { yes, no, unknown };
[[nodiscard]] std::string_view to_string(ConditionStatus status) noexcept;  ///< "True", "False", "Unknown"

/// Why a condition is as it is. The list is an interface; regent-reasons(7) explains each.
enum class ConditionReason {
    in_sync,                 ///< InSync: nothing to do
    applied,                 ///< Applied: changed just now
    drift_corrected,         ///< DriftCorrected: someone changed it, it was put back
    progressing,             ///< Progressing: work under way
    waiting_for_reference,   ///< WaitingForReference: a late field waits for another object
    drifted,                 ///< Drifted: differs, and the policy says only to look
    paused,                  ///< Paused: by file, freeze window or `regent pause`
    invalid_manifest,        ///< InvalidManifest: last commit has errors; the last good version stays in force
    permission_denied,       ///< PermissionDenied: 401 or 403
    throttled,               ///< Throttled: 429; goes on by itself
    service_error,           ///< ServiceError: 5xx or network
    rejected,                ///< Rejected: the service refuses what the manifest asks for, and will again
    conflict,                ///< Conflict: another object uses the name, or something changes it back again and again
    guard_refused,           ///< GuardRefused: too many deletions, protected, waits for approval
    create_outcome_unknown,  ///< CreateOutcomeUnknown: the answer was lost, may exist twice
    credential_expiring,     ///< CredentialExpiring: a declared one ends soon
    credential_ended,        ///< CredentialEnded: a declared one has ended
    credential_not_begun     ///< CredentialNotBegun: no declared certificate is valid yet
};
[[nodiscard]] std::string_view to_string(ConditionReason reason) noexcept;  ///< "InSync" …
/// The reason of that name.
[[nodiscard]] std::optional<ConditionReason> reason_named(std::string_view name) noexcept;

/// One condition of one object, as Kubernetes and kstatus have them.
struct Condition {
    std::string type;  ///< Ready, Synced, Reconciling, Stalled, CredentialsValid
    ConditionStatus status = ConditionStatus::unknown;
    ConditionReason reason = ConditionReason::progressing;
    std::string message;            ///< a sentence for a person
    Time since{};                   ///< when `status` last changed
    std::string observed_revision;  ///< the commit that was looked at
};

struct Pause {
    std::string environment;
    std::optional<model::Address> address;  ///< empty: everything in the environment
    std::string reason, by;
    Time since{};
    std::optional<Time> until;  ///< empty: until `regent resume`
};

/// A secret or certificate of an application, ours or not.
struct CredentialStatus {
    model::Address application;
    std::string name;  ///< the manifest's name, or the display name of one that no manifest declares
    std::string key_id;
    model::CredentialType type = model::CredentialType::secret;
    bool declared = false;
    Time ends_at{};
    std::optional<Time> rotates_at;      ///< when regent issues the next one
    std::optional<Time> leaves_at;       ///< it stays beside its successor until then
    std::vector<std::string> consumers;  ///< "Connector/arm", "file /var/lib/regent/delivered/arm"
};

/// One field, wanted against live; secrets only as facts.
struct FieldStatus {
    std::string path, element, wanted, live, note;
    bool drift = false;
};

struct ObjectStatus {
    model::Address address;
    model::Place place;                                       ///< its document; unknown when the manifest is gone
    std::string policy = "full";                              ///< full, create-only, observe
    std::string remote_id;                                    ///< empty: not there
    std::map<std::string, std::string, std::less<>> outputs;  ///< appId, redirectUrl …; no secrets
    std::vector<Condition> conditions;     ///< Ready and Synced always; the others only while they say something
    std::vector<FieldStatus> differences;  ///< as of the last read
    std::vector<std::string> waits_for;    ///< "Connector/arm-mi"
    std::vector<std::string> remarks;      ///< undeclared credentials, warnings
    Time last_read{};
    std::optional<Time> last_change;  ///< by us
    std::string last_change_summary;
    std::optional<Time> next_try;  ///< while in back-off
    int failures = 0;              ///< in a row
    std::string error_code;        ///< "RG0704"
    std::string error_help, request_id;
    std::optional<Pause> pause;

    [[nodiscard]] const Condition* condition(std::string_view type) const noexcept;
    [[nodiscard]] bool ready() const noexcept;
};

/// A commit as people know it.
struct RevisionStatus {
    std::string branch, commit, author, subject;
    std::optional<Time> committed_at;
    [[nodiscard]] std::string text() const;  ///< "main@4f2c1ab"; "directory" outside git
};

/// A secret that a run issued, and one of those who were to be given it.
struct HandOver {
    model::Address application;
    std::string secret;
    std::string to;  ///< "Connector/arm", "command store"
    bool done = false;
    std::string error;  ///< the refusal; empty when it was not come to
};

struct RunStatus {
    std::int64_t id = 0;
    std::string trigger;  ///< start, commit, interval, drift, manual, expiry, retry
    std::string result;   ///< ok, noop, waiting, partly, failed, refused, interrupted
    std::string revision;
    std::string plan_id;
    Time started{}, finished{};
    std::size_t read = 0, created = 0, adopted = 0, updated = 0, removed = 0, secrets = 0, failed = 0;
    std::string error;  ///< why it failed, in a sentence
    std::string error_code;
    std::string error_help;            ///< how to mend it; of the last run only, the history does not keep it
    std::vector<HandOver> hand_overs;  ///< of the last run only, as well
};

/// A plan that is not (yet) carried out.
struct PendingPlan {
    std::string plan_id;
    std::string why;   ///< "mode plan", "waits for approval", "refused: …", "paused", "freeze window `weekend`"
    std::string text;  ///< the plan as `regent plan` prints it
    std::map<std::string, std::size_t> actions;  ///< create → 3
    std::string revision;
};

struct ServiceCounters {
    std::string name;  ///< graph, powerplatform, azure, keyvault, login
    std::uint64_t requests = 0, retries = 0, throttled = 0;
    std::chrono::milliseconds waited{0};
    std::string last_error;
    std::optional<Time> last_error_at;
    bool failing = false;  ///< its last answer was a 5xx or 429, or none came
};

struct EnvironmentStatus {
    std::string name, tenant_id;
    std::string mode;  ///< "plan" or "apply", after both the service's and the environment's say
    RevisionStatus in_force;
    std::size_t manifest_errors = 0;  ///< in the newest revision; above 0: an older one is in force
    std::string manifest_error_text;  ///< as `regent validate` prints it
    std::optional<RunStatus> last_run, last_success, running;
    std::string waiting_for;  ///< while a run is under way: "reading applications: 3,996 (1,100/s)", "Connector/arm:
                              ///< creating"
    std::optional<Time> next_run;
    std::string frozen;                         ///< name of the freeze window in effect; empty: none
    std::optional<Time> looked_at;              ///< when a run last found `objects` so; empty: since the service
                                                ///< started none has, and they are what was remembered, if anything
    std::vector<ObjectStatus> objects;          ///< by kind, then name
    std::vector<CredentialStatus> credentials;  ///< soonest end first
    std::optional<PendingPlan> pending;
    std::vector<ServiceCounters> services;
    std::optional<Pause> pause;  ///< of the whole environment
};

/// The last run failed before it had looked at the tenant: how its objects stand is known from an earlier one only.
[[nodiscard]] inline bool is_out_of_sight(const EnvironmentStatus& environment) {
    return environment.looked_at && environment.last_run && environment.last_run->result == "failed" &&
           *environment.looked_at < environment.last_run->started;
}

struct SourceStatus {
    std::string kind, location;  ///< "git" or "directory"; a URL without user information
    std::string verification;    ///< "none", "signed by allowed keys"
    RevisionStatus newest;
    std::optional<Time> last_fetch, last_success;
    std::string error;  ///< of the last fetch
    std::size_t files = 0;
    std::uint64_t fetches_ok = 0, fetches_failed = 0;
};

/// How things stand at one moment. Immutable once published: readers hold it as long as they like.
struct ServiceStatus {
    std::string instance, version;
    Time started{}, taken{};
    std::chrono::seconds interval{60};  ///< how often each environment is looked at
    SourceStatus source;
    std::vector<EnvironmentStatus> environments;  ///< by name
    std::string state;                            ///< "ok", or what is wrong with the database
    std::size_t queue_depth = 0;

    [[nodiscard]] const EnvironmentStatus* environment(std::string_view name) const noexcept;
};

using StatusPointer = std::shared_ptr<const ServiceStatus>;

}  // namespace regent::controller
