#pragma once

#include "plan/named_secret.hpp"
#include "plan/secrets.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace regent::plan {

/// The client secrets of all applications while they are planned. plan_secrets() goes through it: first who is given a
/// new one, for all, then what goes, then what a reader should know; each of the files secret_*.cpp is one stretch of
/// that way.
struct SecretWork {
    const DesiredGraph& desired;
    const Items& items;
    const UpdatedConnectors& updated;
    const model::Snapshot& observed;
    const History& history;
    const std::chrono::system_clock::time_point now;
    const std::chrono::seconds replication_grace;  ///< how long Graph may not show what was written
    /// Connectors with a manifest by the key id that their mark names.
    const std::map<std::string, std::vector<model::Address>> holders;
    std::map<std::pair<model::Address, std::string>, NamedSecret> named;  ///< by application and name
    Secrets result;
};

/// The attribute `clientSecrets` of an application's manifest; null: it has none.
[[nodiscard]] const model::DesiredAttribute* declared_secrets(const Item& application);
[[nodiscard]] std::vector<const model::Element*> elements_of_secrets(const Item& application);

[[nodiscard]] std::map<std::string, std::vector<model::Address>> holders_among(const Items& items);

/// A connector that goes on signing in with `key_id` after this plan.
[[nodiscard]] std::optional<model::Address> still_used_by(const SecretWork& work, const std::string& key_id);
/// Connectors with a manifest whose mark names `key_id`.
[[nodiscard]] std::vector<model::Address> written_users(const SecretWork& work, const std::string& key_id);
[[nodiscard]] bool is_held_by_connector(const SecretWork& work, const std::string& key_id);

// ---- secret_reasons.cpp: why one is issued, and when a consumer that fails is left in peace

/// Why `consumer` needs another one than `current`, the newest that somebody has.
[[nodiscard]] std::optional<Reason> needs(const SecretWork& work, const SecretConsumer& consumer,
                                          const model::ObservedSecret* current, const NamedSecret& named);
[[nodiscard]] std::optional<Reason> reason_to_issue(const SecretWork& work, const NamedSecret& named,
                                                    const RotationRequest* rotation);
/// Whether it is not issued now though there is a reason; says so in `plan`. Who names one that was issued a moment ago
/// has it, though an answer may be too old to show it: see not_seen_yet.hpp. A consumer that fails again and again is
/// no reason to give the others a new secret each time, and to pile up those that they may still use. After a few tries
/// they are left in peace until those are gone. Neither the end of a secret nor a connector that is to be made waits,
/// nor does a person who asks.
[[nodiscard]] bool waits(const SecretWork& work, const model::Address& application, const NamedSecret& named,
                         SecretPlan& plan);

// ---- secret_room.cpp: applications that hold no more than two

[[nodiscard]] bool stays_for_personal_accounts(const Item& application);
/// Whether there is no room for a new one; says so in `plan`. Where personal accounts sign in, an application holds two
/// secrets: a new one beside two that are in use is refused, again and again; and to take one away first is to lock out
/// who has it. Those that are issued before it in this plan, and leave their place when all have their successors, are
/// waited for: they come into `after_old_of`.
[[nodiscard]] bool is_without_room(const SecretWork& work, const Item& application, const NamedSecret& named,
                                   SecretPlan& plan, std::set<std::string>& after_old_of);

// ---- secret_places.cpp: who has one, of the places that manifests declare

/// A place of some `deliverTo` of the environment that holds a secret of an application, or may hold it: it cannot be
/// looked at, or does not say what it holds.
struct HoldingPlace {
    model::Address application;  ///< whose secret the place is to have
    const NamedSecret* named;    ///< and which one
    const SecretConsumer* consumer;
    bool is_given_another;  ///< by this plan
};

/// All of them, but for those of the secret `but_for`, which may be null. None hold what has ended. A connector is no
/// place: see still_used_by().
[[nodiscard]] std::vector<HoldingPlace> places_with(const SecretWork& work, const model::Address& owner,
                                                    const model::ObservedSecret& secret, const NamedSecret* but_for);
/// One that goes on with what it has after this plan.
[[nodiscard]] std::optional<HoldingPlace> place_that_keeps(const std::vector<HoldingPlace>& places);
/// `Key Vault contoso/v, which is to have "b" of Application/two, still holds it`.
[[nodiscard]] std::string words_of(const HoldingPlace& place);
/// Fills in Secrets::orphans_in_use.
void find_orphans_in_use(SecretWork& work);

// ---- secret_drops.cpp: what goes

void plan_drops(const SecretWork& work, const Item& application, SecretPlan& plan);

// ---- secret_facts.cpp: what a reader should know of each

void state_facts(const SecretWork& work, const Item& application, SecretPlan& plan);

}  // namespace regent::plan
