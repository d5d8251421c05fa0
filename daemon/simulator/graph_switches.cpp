#include "simulator/graph_switches.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;

struct Switch {
    std::function<bool(GraphSwitches&, const json&)> set;  ///< false: not with this value
    std::function<json(const GraphSwitches&)> get;
};

template <typename T>
bool has_kind_of(const json& value) {
    if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
    if constexpr (std::is_same_v<T, std::string>) return value.is_string() && !value.get<std::string>().empty();
    return value.is_number_integer() && value >= 0;
}

/// A switch that takes one of `allowed`, or anything of its kind when there are none.
template <typename T>
Switch of(T GraphSwitches::*member, std::initializer_list<T> allowed = {}) {
    const auto set = [member, allowed = std::vector<T>(allowed)](GraphSwitches& switches, const json& value) {
        if (!has_kind_of<T>(value)) return false;
        const auto wanted = value.get<T>();
        const bool known = allowed.empty() || std::find(allowed.begin(), allowed.end(), wanted) != allowed.end();
        if (known) switches.*member = wanted;
        return known;
    };
    return {set, [member](const GraphSwitches& switches) { return json(switches.*member); }};
}

const std::map<std::string, Switch>& table() {
    using S = GraphSwitches;
    static const std::map<std::string, Switch> switches{
        {"expandFederatedIdentityCredentials", of(&S::expand_federated_credentials)},
        {"pageTokensExpire", of(&S::page_tokens_expire)},
        {"clearHomePageRefused", of(&S::clear_home_page_refused)},
        {"undocumentedPropertiesRefused", of(&S::undocumented_properties_refused)},
        {"builtInClientOwnsOnly", of(&S::built_in_client_owns_only)},
        {"ownedByListsDeletedItems", of(&S::owned_by_lists_deleted_items)},
        {"ownedByReadsItsDeletedItems", of(&S::owned_by_reads_its_deleted_items)},
        {"encryptionKeyMustBeThere", of(&S::encryption_key_must_be_there)},
        {"signingKeyMustBeThere", of(&S::signing_key_must_be_there)},
        {"groupsMerge", of(&S::groups_merge)},
        {"listsKeepTheirOrder", of(&S::lists_keep_their_order)},
        {"rolesForPersonalAccounts", of(&S::roles_for_personal_accounts)},
        {"oldValuesAreJudged", of(&S::old_values_are_judged)},
        {"replicaLagSeconds", of(&S::replica_lag_seconds)},
        {"secretDelaySeconds", of(&S::secret_delay_seconds)},
        {"duplicateCredentialNameStatus", of(&S::duplicate_credential_name_status, {409, 400})},
        {"tooManyCredentialsStatus", of(&S::too_many_credentials_status, {403, 400})},
        {"absentPasswordStatus", of(&S::absent_password_status, {400, 404})},
        {"policyRefusalStatus", of(&S::policy_refusal_status, {400, 403})},
        {"unknownOwnerStatus", of(&S::unknown_owner_status, {404, 400})},
        {"malformedIdStatus", of(&S::malformed_id_status, {400, 404})},
        {"entitlementErrorCode", of(&S::entitlement_error_code)},
        {"disabledSeenAfterSeconds", of(&S::disabled_seen_after_seconds)},
        {"enabledPermissionTextsMayChange", of(&S::enabled_permission_texts_may_change)},
        {"redirectUriOnTwoPlatforms", of(&S::redirect_uri_on_two_platforms)},
        {"independentBatchWritesCollide", of(&S::independent_batch_writes_collide)},
        {"deltaTokenLifetimeSeconds", of(&S::delta_token_lifetime_seconds)},
        {"deltaExpiredStatus", of(&S::delta_expired_status, {400, 410})},
        {"deltaPageSize", of(&S::delta_page_size)},
        {"deltaShowsWholeObjects", of(&S::delta_shows_whole_objects)},
        {"deltaReportsCredentials", of(&S::delta_reports_credentials)},
        {"writesPer150Seconds", of(&S::writes_per_150_seconds)},
        {"personalWritesPerMinute", of(&S::personal_writes_per_minute)},
        {"keyReadsPerMinute", of(&S::key_reads_per_minute)},
        {"resourceUnitsPer10Seconds", of(&S::resource_units_per_10_seconds)}};
    return switches;
}

}  // namespace

void GraphSwitches::set(const json& values) {
    if (!values.is_object()) throw std::invalid_argument("the switches of graph are a JSON object");
    auto changed = *this;
    for (const auto& [name, value] : values.items()) {
        const auto found = table().find(name);
        if (found == table().end()) throw std::invalid_argument("graph has no switch " + name);
        if (!found->second.set(changed, value))
            throw std::invalid_argument("graph's switch " + name + " cannot be " + value.dump());
    }
    *this = changed;
}

json GraphSwitches::get() const {
    auto values = json::object();
    for (const auto& [name, entry] : table()) values[name] = entry.get(*this);
    return values;
}

}  // namespace regent::simulator
