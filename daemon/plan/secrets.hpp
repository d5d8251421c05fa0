#pragma once

#include "plan/planner.hpp"
#include "plan/resolution.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// What becomes of the client secrets of one application. A secret's value is seen once, by its issuer; so a consumer
/// that has to be written with it always brings a new one, and the old ones go after every consumer has the new.
struct SecretPlan {
    struct Issue {
        std::string name;
        const model::Element* element = nullptr;
        Reason reason = Reason::secret_missing;
        std::vector<model::Address> consumers;         ///< connectors
        std::vector<const model::Value*> targets;      ///< of `deliverTo`
        std::optional<std::chrono::seconds> keep_old;  ///< for this time; unset: as the manifest says
        /// There is room for it when those are gone that are issued anew before it: their names.
        std::set<std::string> after_old_of = {};
    };
    struct Drop {
        model::ObservedSecret secret;
        std::vector<model::Address> after;          ///< connectors that must have been written before
        std::vector<std::string> after_deliveries;  ///< keys of deliveries that must have been made before
        std::vector<std::string> after_removals;    ///< keys of removals: of former consumers that no manifest declares
        std::vector<std::string> after_trust;       ///< keys of federated credentials that must be there before
        std::string note;
        bool drift = false;
        bool superseded = false;  ///< there is a newer one of its name in use, or it expired
        bool makes_room = false;  ///< nobody can use it, and it goes before one is issued that needs its place
    };
    std::vector<Issue> issues;
    std::vector<Drop> drops;
    std::vector<CredentialFact> credentials;  ///< every one, ours or not; soonest end first
    std::size_t unchanged = 0;
    std::vector<std::string> undeclared, undeclared_of_principal;
    std::vector<std::string> warnings;
    struct LeftAlone {
        Withheld::Why why;
        std::string message, help;
    };
    std::vector<LeftAlone> left_alone;
};

/// What a connector has to do with secrets in this plan.
struct Delivery {
    bool deliver = false;     ///< write it with the new secret
    std::string keep_key_id;  ///< otherwise: the key id its mark names and goes on naming; empty: none
};

/// A secret, and who goes on using it: `"a" (428e1c50-…)`, `Key Vault contoso/v, …, still holds it`.
struct UsedSecret {
    std::string secret, user;
};

struct Secrets {
    std::map<model::Address, SecretPlan> applications;
    std::map<model::Address, Delivery> connectors;
    /// Applications that no manifest declares, by their ids, a secret of which is in a place of some `deliverTo` that
    /// this plan hands no other one.
    std::map<std::string, UsedSecret> orphans_in_use;
};

/// Connectors that a plan writes for another reason than a secret.
struct UpdatedConnectors {
    std::set<model::Address> any;      ///< all of them
    std::set<model::Address> sign_in;  ///< those whose way to sign in changes, so that their OAuth block is sent anew
    std::vector<const model::ObservedResource*> deleted;  ///< those of no manifest that go; of the snapshot
};

/// Key of the step that hands `secret` of `application` to `target`.
[[nodiscard]] std::string delivery_key(const model::Address& application, const std::string& secret,
                                       const model::Value& target);

/// The part that a step about `drop` is about, and the key of that step.
[[nodiscard]] std::string part_of_drop(const SecretPlan::Drop& drop);
/// What a plan says of it beside its name: "key 428e1c50-…, replaced".
[[nodiscard]] std::string note_of_drop(const std::string& key_id, std::string_view why);
[[nodiscard]] std::string key_of_drop(const model::Address& application, const SecretPlan::Drop& drop);

/// Decides for all applications and their consumers together.
[[nodiscard]] Secrets plan_secrets(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
                                   const model::Snapshot& observed, const History& history,
                                   std::chrono::system_clock::time_point now,
                                   const std::vector<RotationRequest>& rotations,
                                   std::chrono::seconds replication_grace);

}  // namespace regent::plan
