#include "provider/graph/credential_policies.hpp"

#include "model/attributes.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

constexpr std::chrono::minutes good_for{10};

/// An ISO 8601 duration of days and time, as Edm.Duration is: "P180D", "P4DT12H30M5S". Nothing for anything else.
std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    if (!text.starts_with('P') || text.size() > 64) return std::nullopt;
    text.remove_prefix(1);
    long total = 0, number = 0;
    bool in_time = false, in_fraction = false;
    for (const char c : text) {
        if (c >= '0' && c <= '9') {
            if (in_fraction) continue;
            number = number * 10 + (c - '0');
            if (number > 10'000'000'000) return std::nullopt;
            continue;
        }
        if (c == '.') {
            in_fraction = true;
            continue;
        }
        const long unit = c == 'D' && !in_time  ? 86'400
                          : c == 'H' && in_time ? 3'600
                          : c == 'M' && in_time ? 60
                          : c == 'S' && in_time ? 1
                                                : 0;
        if (c == 'T' && !in_time) {
            in_time = true;
        } else if (unit == 0) {
            return std::nullopt;
        }
        total += number * unit;
        number = 0;
        in_fraction = false;
    }
    return std::chrono::seconds(total);
}

bool is_true(const json& object, const char* name) {
    const auto* value = member(object, name);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

void read_restriction(std::string type, const json& entry, model::CredentialPolicy& policy) {
    if (!entry.is_object() || member_text(entry, "state") == "disabled") return;
    model::CredentialPolicy::Restriction restriction;
    restriction.type = std::move(type);
    restriction.longest_life = parse_duration(member_text(entry, "maxLifetime"));
    restriction.for_apps_created_after = parse_time(member_text(entry, "restrictForAppsCreatedAfterDateTime"));
    policy.restrictions.push_back(restriction);
    // Whom it leaves out, of identifier URIs: of callers it says attributes, which are not read here.
    for (const auto* exemption : {"excludeAppsReceivingV2Tokens", "excludeSaml"})
        if (is_true(entry, exemption)) policy.restrictions.push_back({restriction.type + "." + exemption, {}, {}});
    const auto* callers = member(entry, "excludeActors");
    if (callers != nullptr && !callers->empty())
        policy.restrictions.push_back({restriction.type + ".excludeActors", {}, {}});
}

/// Beside secrets, which are asked for by name: what a manifest manages of that which policies may forbid.
bool may_meet_policies(const model::Scope::Wanted& wanted) {
    const bool manages_some = std::any_of(wanted.managed.begin(), wanted.managed.end(), [](const auto& path) {
        return path == model::path::certificates || path == model::path::principal_certificates ||
               path == model::path::identifier_uris || path == model::path::sign_in_audience;
    });
    return wanted.has_secrets || (wanted.address.kind == model::kind::application && manages_some);
}

/// Credentials are restricted by lists, where each entry says what it forbids; the rest by members that do.
void read_restrictions(const json* holder, model::CredentialPolicy& policy) {
    if (holder == nullptr) return;
    for (const auto* credentials : {"passwordCredentials", "keyCredentials"}) {
        const auto* list = member(*holder, credentials);
        if (list == nullptr || !list->is_array()) continue;
        for (const auto& entry : *list) read_restriction(member_text(entry, "restrictionType"), entry, policy);
    }
    for (const auto* subject : {"identifierUris", "audiences"}) {
        const auto* restrictions = member(*holder, subject);
        if (restrictions == nullptr || !restrictions->is_object()) continue;
        for (const auto& [type, entry] : restrictions->items()) read_restriction(type, entry, policy);
    }
    // A policy of single applications has those one level deeper.
    read_restrictions(member(*holder, "applicationRestrictions"), policy);
}

model::CredentialPolicy read_policy(const json& object, const char* restrictions) {
    model::CredentialPolicy policy;
    policy.name = member_text(object, "displayName");
    policy.enabled = is_true(object, "isEnabled");
    read_restrictions(member(object, restrictions), policy);
    return policy;
}

class PolicyObserver final : public Observer {
public:
    PolicyObserver(net::Session& session, net::Clock& clock, GraphOptions options)
        : clock_(clock), client_(session, clock, std::move(options.origin), std::move(options.scope)) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress&) override {
        const bool needed = std::any_of(scope.wanted.begin(), scope.wanted.end(), may_meet_policies);
        if (!needed) return {};
        if (!read_at_ || clock_.monotonic() - *read_at_ > good_for) {
            read();
            read_at_ = clock_.monotonic();
        }
        into.credential_policies = known_;
        return {};
    }

private:
    /// What cannot be read is not known; the rest of the tenant is planned all the same.
    void read() {
        known_ = {};
        const auto what = "read the tenant's app management policies";
        const auto standard = client_.get("/policies/defaultAppManagementPolicy", what);
        if (!standard) return fail(standard.error());
        const auto others = client_.list("/policies/appManagementPolicies", what);
        if (!others) return fail(others.error());
        auto policies = model::CredentialPolicies{true, {}, read_policy(*standard, "applicationRestrictions"), {}};
        for (auto& restriction : read_policy(*standard, "servicePrincipalRestrictions").restrictions) {
            restriction.type = "servicePrincipal." + restriction.type;
            policies.tenant.restrictions.push_back(std::move(restriction));
        }
        for (const auto& policy : *others) {
            const auto targets = client_.list(
                fmt::format("/policies/appManagementPolicies/{}/appliesTo?$select=id", member_text(policy, "id")),
                what);
            if (!targets) return fail(targets.error());
            for (const auto& target : *targets)
                policies.linked.emplace_back(lower_case(member_text(target, "id")),
                                             read_policy(policy, "restrictions"));
        }
        known_ = std::move(policies);
    }

    void fail(const ProviderError& error) {
        known_.why_unknown = error.kind == ErrorKind::forbidden ? "the permission Policy.Read.All is missing"
                                                                : "they could not be read: " + error.message;
    }

    net::Clock& clock_;
    GraphClient client_;
    model::CredentialPolicies known_;
    std::optional<std::chrono::steady_clock::time_point> read_at_;
};

}  // namespace

std::unique_ptr<Observer> make_credential_policy_observer(net::Session& session, net::Clock& clock,
                                                          GraphOptions options) {
    return std::make_unique<PolicyObserver>(session, clock, std::move(options));
}

}  // namespace regent::provider::graph
