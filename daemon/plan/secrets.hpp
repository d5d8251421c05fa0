#pragma once

#include "plan/resolution.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::plan {

/// What becomes of the client secrets of one application. A secret's value is seen once, by its issuer; so a consumer
/// that has to be written with it always brings a new one, and the old ones go after every consumer has the new.
struct SecretPlan {
    struct Issue {
        std::string name;
        const model::Element* element = nullptr;
        Reason reason = Reason::secret_missing;
        std::vector<model::Address> consumers;
    };
    struct Drop {
        model::ObservedSecret secret;
        std::vector<model::Address> after;        ///< consumers that must have been written before
        std::vector<std::string> after_removals;  ///< keys of removals: of former consumers that no manifest declares
        std::string note;
        bool drift = false;
    };
    std::vector<Issue> issues;
    std::vector<Drop> drops;
    std::size_t unchanged = 0;
    std::vector<std::string> undeclared;
    std::vector<std::string> warnings;
};

/// What a connector has to do with secrets in this plan.
struct Delivery {
    bool deliver = false;     ///< write it with the new secret
    std::string keep_key_id;  ///< otherwise: the key id its mark names and goes on naming; empty: none
};

struct Secrets {
    std::map<model::Address, SecretPlan> applications;
    std::map<model::Address, Delivery> connectors;
};

/// Connectors that a plan writes for another reason than a secret.
struct UpdatedConnectors {
    std::set<model::Address> any;      ///< all of them
    std::set<model::Address> sign_in;  ///< those whose way to sign in changes, so that their OAuth block is sent anew
};

/// Decides for all applications and their consumers together.
[[nodiscard]] Secrets plan_secrets(const DesiredGraph& desired, const Items& items, const UpdatedConnectors& updated,
                                   const std::vector<model::ObservedResource>& orphans,
                                   std::chrono::system_clock::time_point now);

}  // namespace regent::plan
