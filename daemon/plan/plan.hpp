#pragma once

#include "model/address.hpp"
#include "model/credential_type.hpp"
#include "model/diagnostic.hpp"
#include "model/place.hpp"
#include "model/risk.hpp"
#include "model/snapshot.hpp"
#include "model/value.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// What happens to one object. Sign and word are the field's (OpenTofu, kubectl).
enum class Action { none, create, adopt, update, replace, remove };
[[nodiscard]] std::string_view to_string(Action action) noexcept;  ///< "create" …
[[nodiscard]] std::string_view sign_of(Action action) noexcept;    ///< "+", "@", "~", "-/+", "-", " "

/// Why. A name for programs; reports have a sentence for each.
enum class Reason {
    in_sync,
    not_found,          ///< create: the tenant has none
    restored,           ///< create: it is in the recycle bin and is taken out again
    adoption,           ///< adopt: the manifest says so
    manifest_changed,   ///< update: differs, and the manifest asks for something new (or nothing is remembered of the
                        ///< last run)
    drifted,            ///< update: the tenant moved away from what was applied
    immutable_changed,  ///< replace
    manifest_gone,      ///< remove: ours, no manifest declares it
    secret_missing,     ///< no secret of that name is there
    secret_expiring,    ///< inside rotateBefore
    secret_not_delivered,  ///< a secret is there, but its consumer does not have it and its value is nowhere
    secret_in_doubt,       ///< somebody else saved a connector that has it: whether it still has is not known
    secret_needed,         ///< a consumer must be written with a secret, and the value of the present one is nowhere
    secret_rotation,       ///< somebody asked for a new one
    secret_superseded,     ///< nobody uses it any more: expired, or its time beside its successor is over
    value_known_now        ///< a value that was waited for has arrived
};
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;  ///< "not_found" …

/// One difference in one attribute, in a reader's terms.
struct Change {
    enum class Op { add, remove, set };  ///< add and remove: of an element; set: of a scalar or a member
    std::string path;                    ///< "redirectUris.web", "federatedCredentials"
    std::string element;                 ///< name in a named collection; empty otherwise
    Op op = Op::set;
    model::Value before;  ///< null for add
    model::Value after;   ///< null for remove; may hold References
    bool drift = false;   ///< puts back what was changed outside; otherwise it is what a manifest newly asks for
    bool forces_replacement = false;
    bool sensitive = false;   ///< a secret: neither side holds a value, `note` tells the facts
    bool superseded = false;  ///< a secret that goes because another has taken its place, or it ended
    std::string note;         ///< "valid 180d (will be issued; goes to Connector/arm only)"
    model::Place place;       ///< where the manifest asks for it; unknown for removals
    std::optional<model::Address> contributor;
    model::Risk risk = model::Risk::low;  ///< see plan/risk.hpp
    std::string risk_reason;              ///< a sentence; empty when low
};

/// A secret or certificate that is there: what a reader should know of each, whoever made it.
struct CredentialFact {
    std::string name;  ///< the manifest's, or the display name of one that no manifest declares
    std::string key_id;
    model::CredentialType type = model::CredentialType::secret;
    bool declared = false;
    std::chrono::system_clock::time_point ends_at{};
    std::optional<std::chrono::system_clock::time_point> renewed_at;  ///< when a new one is issued
    std::optional<std::chrono::system_clock::time_point> leaves_at;   ///< beside its successor until then
};

/// All that concerns one object.
struct ResourceChange {
    model::Address address;
    Action action = Action::none;
    Reason reason = Reason::in_sync;
    model::Place place;                ///< its document; unknown when the manifest is gone
    std::string remote_id;             ///< empty when it is to be created
    bool gone_outside = false;         ///< create: it was there at the last run, and somebody deleted it since
    std::vector<Change> changes;       ///< in the order of the attribute table, then by value
    std::size_t unchanged = 0;         ///< attributes that are managed and equal
    std::vector<std::string> ignored;  ///< attributes that differ and are on management.ignore
    std::vector<std::string>
        undeclared;  ///< "clientSecrets: \"ci\" (7d109d68-…), ends 2027-11-23": there, and no manifest says so
    std::vector<std::string> warnings;        ///< "2 connections still use it"
    model::Risk risk = model::Risk::low;      ///< the highest of its changes and of what happens to it as a whole
    std::string risk_reason;                  ///< of what happens to it as a whole: "it cannot be brought back"
    std::vector<CredentialFact> credentials;  ///< soonest end first
    /// What is written by this plan, or would be, and is not in force though it was saved: why. Empty: it is.
    std::string not_in_force = {};
};

/// A difference seen and left alone, with its reason. Never applied; reports show it.
struct Withheld {
    enum class Why {
        observe_only,
        create_only,
        ignored,
        foreign_owner,
        unclaimed_namesake,
        several_matches,
        adopt_target_missing,
        adopt_target_differs,  ///< in what cannot be changed
        replacement_unasked,   ///< it differs in what cannot be changed, and nobody asked to have it made anew
        other_backend,         ///< it is there, and kept by another service than the manifest says
        no_place,              ///< what it would be made in is not there
        prevent_delete,
        on_removal_keep,
        owner_undeclared,  ///< ours by a name that another repository may have as well
        own_sign_in,       ///< what regent itself signs in by would go
        unvouched,         ///< consent for an application of which nobody knows who made it
        waits_for_withheld,
        delivery_unknown,  ///< who is to have a secret cannot be looked at from here
        delivery_not_due,  ///< a vault does not let regent look, or does not answer, and the secret is not due
        delivery_waits,    ///< a secret is due, and the vault that is to have it does not answer; tried by each run
        delivery_refused,  ///< a secret is due, and who is to have it refuses regent the look
        secret_waits,      ///< a consumer refuses its secret again and again; the next try comes later
        not_seen_yet       ///< it is remembered, and an answer may be too old to show it: see plan/not_seen_yet.hpp
    };
    Why why;
    model::Address address;
    model::Place place;
    std::string message;  ///< the sentence, with ids
    std::string help;
    std::vector<Change> changes;
};
[[nodiscard]] std::string_view to_string(Withheld::Why why) noexcept;

/// What one request (or one wait) does. The plan's steps form a graph; `after` names the ones that must have succeeded.
enum class Work {
    create,    ///< the object itself, by its key; with `restore` when it lies in the recycle bin
    adopt,     ///< set our key and marks on an existing object, and the changed attributes
    update,    ///< changed attributes of the object itself
    complete,  ///< the same, after the values it waits for are known
    add,       ///< a part: an element with its own request, the service principal, a secret (then: issued)
    change,    ///< a part that exists
    drop,      ///< a part that goes; a secret (then `key_id` says which)
    await,     ///< wait until a part's outputs are there: a connector's identity
    remove     ///< the object
};
[[nodiscard]] std::string_view to_string(Work work) noexcept;

struct Step {
    int id = 0;    ///< from 1, a valid order of work
    int wave = 0;  ///< from 1; steps of one wave do not wait for each other
    model::Address address;
    std::string part;  ///< "", "servicePrincipal", "federatedCredentials/arm-mi", "clientSecrets/arm", "identity"
    Work work = Work::update;
    bool restore = false;
    std::vector<int> after;                      ///< ids of steps that must have succeeded
    std::set<std::string, std::less<>> changed;  ///< attribute paths this step writes
    /// The desired attributes this step may send, collections whole, canonical. Holds References until the applier has
    /// filled them in.
    model::Map values;
    /// The object as observed, for what must be sent along (foreign tags, marks); empty when it is to be created.
    std::shared_ptr<const model::ObservedResource> observed;
    std::string adopt_id;  ///< for adopt: appId or RP name
    std::string key_id;    ///< for drop of a client secret
    std::string summary;   ///< for people: "2 redirect URIs", "secret \"arm\", valid 180d"
    Reason reason = Reason::manifest_changed;
    model::Place place;
};

struct Summary {
    std::size_t create = 0, adopt = 0, update = 0, replace = 0, remove = 0, unchanged = 0, secrets = 0;
    [[nodiscard]] bool nothing_to_do() const noexcept {
        return create + adopt + update + replace + remove + secrets == 0;
    }
};

/// The changes that take a tenant from what was observed to what is desired.
///
/// A value: making one touches nothing, and equal inputs give equal plans, so tonight's report can be compared with
/// last night's.
struct Plan {
    std::string environment;
    std::string owner;
    std::string tenant_id;
    std::string id;                         ///< 64 hex digits, see plan_id.hpp; people see the first 8
    std::vector<ResourceChange> resources;  ///< every desired object and every removal; by kind, then name
    std::vector<Withheld> withheld;
    /// Mistakes in manifests that only the tenant could reveal (RG0709): their objects have no steps. A plan with any
    /// must not be applied.
    std::vector<model::Diagnostic> problems;
    std::vector<Step> steps;  ///< in order of work
    /// What the tenant holds as the manifests say, and History does not remember so: see plan/agreement.hpp.
    std::map<model::Address, model::Map> agreements;
    /// Attributes that History remembers and no manifest manages any more: to be forgotten, see plan/agreement.hpp.
    std::map<model::Address, std::vector<std::string>> unmanaged;
    /// Connectors that History remembers, no manifest wants and nobody has seen: see plan/unwanted_connectors.hpp.
    std::set<model::Address> gone;
    Summary summary;
    std::size_t deletes = 0;  ///< as the guards count: removals and replacements
    std::size_t managed = 0;  ///< objects of ours in the tenant now
    std::size_t documents = 0;

    [[nodiscard]] bool empty() const noexcept { return steps.empty(); }
};

/// An object as it was remembered under a name that its environment, or its owner, had before.
struct FormerObject {
    std::string key;  ///< "<owner>.<environment>" then
    std::string remote_id;
    model::Place place;
};

/// What earlier runs remember. All of it is a hint: an empty History gives a correct plan that calls drift
/// "manifest_changed".
struct History {
    /// The canonical value of each attribute when it last was as its manifest said, because regent wrote it or found it
    /// so; a difference against it that the manifest does not ask for is drift.
    std::map<model::Address, model::Map> last_applied;
    std::map<model::Address, std::string> remote_ids;
    /// When regent made them: applications, and connectors of Power Apps. See plan/not_seen_yet.hpp.
    std::map<model::Address, std::chrono::system_clock::time_point> made_at = {};
    /// Where a removed document stood: "was base/arm-old.regent.yaml".
    std::map<model::Address, model::Place> places;
    /// What nobody remembers under today's names.
    std::map<model::Address, FormerObject> former;
};

}  // namespace regent::plan
