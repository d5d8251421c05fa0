#include "provider/graph/credential_policies.hpp"

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

void read_restrictions(const json* holder, model::CredentialPolicy& policy) {
    const auto* list = holder == nullptr ? nullptr : member(*holder, "passwordCredentials");
    if (list == nullptr || !list->is_array()) return;
    for (const auto& entry : *list) {
        if (member_text(entry, "state") == "disabled") continue;
        model::CredentialPolicy::Restriction restriction;
        restriction.type = member_text(entry, "restrictionType");
        restriction.longest_life = parse_duration(member_text(entry, "maxLifetime"));
        restriction.for_apps_created_after = parse_time(member_text(entry, "restrictForAppsCreatedAfterDateTime"));
        policy.restrictions.push_back(std::move(restriction));
    }
}

model::CredentialPolicy read_policy(const json& object, const char* restrictions) {
    model::CredentialPolicy policy;
    policy.name = member_text(object, "displayName");
    const auto* enabled = member(object, "isEnabled");
    policy.enabled = enabled != nullptr && enabled->is_boolean() && enabled->get<bool>();
    read_restrictions(member(object, restrictions), policy);
    return policy;
}

class PolicyObserver final : public Observer {
public:
    PolicyObserver(net::Session& session, net::Clock& clock, GraphOptions options)
        : clock_(clock), client_(session, clock, std::move(options.origin), std::move(options.scope)) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress&) override {
        const bool needed = std::any_of(scope.wanted.begin(), scope.wanted.end(),
                                        [](const auto& wanted) { return wanted.has_secrets; });
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
