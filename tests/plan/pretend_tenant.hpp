#pragma once

#include "model/snapshot.hpp"
#include "plan/documents.hpp"
#include "plan/planner.hpp"

#include <cstddef>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace regent::plan::testing {

using Dice = std::mt19937;

/// What a service would have refused, or a person would never forgive: a second object for one manifest, an element of
/// others gone, a secret removed that a connector signs in with.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A tenant as a value, with the services' rules as far as plans depend on them. Carries steps out as the writers do:
/// of an application only what `changed` names, of a connector the whole document.
class PretendTenant {
public:
    /// Ours and others'. An object of ours has the address its mark names; one that nobody marked has none.
    std::vector<model::ObservedResource> objects;
    model::Policy::SecretOnUpdate secret_on_update = model::Policy::SecretOnUpdate::keep;
    /// How often an object was made for this address.
    std::map<model::Address, int> made;
    std::size_t removals = 0;
    Time now = today;
    std::map<model::Address, std::vector<model::ObservedDelivery>> deliveries;  ///< what targets say of themselves
    std::map<std::string, std::string> held;  ///< by delivery target: key id of the secret it really holds
    std::set<std::string> failing_targets;    ///< deliveries to these are refused
    bool targets_complain = false;            ///< when a secret goes that one of them still holds
    /// `deliveries` follow from `held` and from what manifests ask for, as a provider looks; else they are as they
    /// stand.
    bool places_tell = false;
    std::set<std::string> unseen_targets;  ///< of those: cannot be looked at

    [[nodiscard]] model::Snapshot observe(const DesiredGraph& wanted) const;
    /// The services fill in what takes them minutes: identities of connectors.
    void minutes_pass(const std::set<model::Address>& except = {});

    /// Carries out `plan`, as one run does: steps in any order that their `after` allows, as `dice` fall. Ends after
    /// `at_most` steps, as a killed run does: what it held in memory is lost. Throws Refused.
    void carry_out(const Plan& plan, const model::Snapshot& observed, Dice& dice,
                   std::size_t at_most = std::numeric_limits<std::size_t>::max());

    [[nodiscard]] model::ObservedResource* find(const model::Address& address);
    [[nodiscard]] const model::ObservedResource* find(const model::Address& address) const;
    /// Adds an object of ours that already is what is given.
    model::ObservedResource& add(const model::Address& address, model::Map attributes);
    /// The secret a connector is really given, as only the service knows; empty: none.
    [[nodiscard]] static std::string stored_key(const model::ObservedResource& connector);
    /// The first connector that is to sign in by secret and holds none that works; of those that `plan` leaves alone
    /// nothing is asked. Empty when all can sign in.
    [[nodiscard]] std::string connector_without_secret(const DesiredGraph& wanted, const Plan& plan) const;

private:
    friend class PretendRun;
    void add_what_places_tell(const DesiredGraph& wanted, model::Snapshot& snapshot) const;
    int next_key_ = 0;
};

/// One step in a line that tells everything of it but places and words.
[[nodiscard]] std::string line_of(const Step& step);
[[nodiscard]] std::vector<std::string> lines_of(const Plan& plan);
/// Works and parts only, as tests spell them: "create Application/a", "add clientSecrets/s of Application/a".
[[nodiscard]] std::string name_of(const Step& step);
[[nodiscard]] std::vector<std::string> names_of(const Plan& plan);

/// Everything of an object that somebody could miss, in one text.
[[nodiscard]] std::string text_of(const model::ObservedResource& object);

}  // namespace regent::plan::testing
