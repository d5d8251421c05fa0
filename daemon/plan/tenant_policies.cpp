#include "plan/tenant_policies.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace regent::plan {
namespace {

using model::CredentialPolicies;
using model::CredentialPolicy;
using model::Value;
using Restriction = CredentialPolicy::Restriction;
using Time = std::chrono::system_clock::time_point;

/// A policy, and how its restrictions are called that are about an object: the tenant's own one judges service
/// principals by others than applications.
struct InForce {
    const CredentialPolicy* policy;
    std::string_view front = {};

    [[nodiscard]] bool is(const Restriction& restriction, std::string_view type) const {
        const auto name = std::string_view(restriction.type);
        return name.size() == front.size() + type.size() && name.substr(0, front.size()) == front &&
               name.substr(front.size()) == type;
    }
    [[nodiscard]] bool has(std::string_view type) const {
        return std::any_of(policy->restrictions.begin(), policy->restrictions.end(),
                           [&](const auto& restriction) { return is(restriction, type); });
    }
};

/// The one that is linked to an object takes the tenant's own one's place.
InForce in_force(const CredentialPolicies& policies, const std::string& object_id, std::string_view front) {
    for (const auto& [linked_to, policy] : policies.linked)
        if (!object_id.empty() && linked_to == object_id) return {&policy};
    return {&policies.tenant, front};
}

InForce policy_for(const CredentialPolicies& policies, const Item& item) {
    return in_force(policies, item.observed == nullptr ? std::string{} : item.observed->id, {});
}

InForce policy_for_principal(const CredentialPolicies& policies, const Item& item) {
    std::string id;
    if (item.observed != nullptr) {
        const auto it = item.observed->outputs.find(model::output::service_principal_id);
        if (it != item.observed->outputs.end()) id = it->second;
    }
    return in_force(policies, id, "servicePrincipal.");
}

/// A rule for applications made after a day: one that is there and does not say when it was made may well be.
bool applies(const Restriction& restriction, const Item& item, Time now) {
    if (!restriction.for_apps_created_after) return true;
    if (item.observed == nullptr) return now > *restriction.for_apps_created_after;
    return !item.observed->created_at || *item.observed->created_at > *restriction.for_apps_created_after;
}

std::string days_of(std::chrono::seconds duration) {
    const auto hours = std::chrono::duration_cast<std::chrono::hours>(duration).count();
    return hours % 24 == 0 ? fmt::format("{} days", hours / 24) : fmt::format("{} hours", hours);
}

std::string behind_what(const model::Place& place) {
    return place.known() ? fmt::format(" ({}:{})", place.file.str(), place.line) : std::string{};
}

/// As the plan leaves it, of what is one value.
Value left_of(const Item& item, std::string_view path) {
    for (const auto& resolved : item.attributes) {
        if (resolved.attribute->path == path) return resolved.value;
    }
    if (item.observed == nullptr) return {};
    const auto it = item.observed->attributes.find(path);
    return it == item.observed->attributes.end() ? Value{} : it->second;
}

/// The certificate that a change brings: as it is declared, with what is not shown of it. Null: its key is there
/// already, under this name or another.
const Value* new_certificate(const Item& item, const Change& change) {
    if (change.op == Change::Op::remove) return nullptr;
    for (const auto& resolved : item.attributes) {
        if (resolved.attribute->path != change.path) continue;
        const auto* there = resolved.observed.as_map();
        const auto is_there = [&](const Value& wanted) {
            return there != nullptr && std::any_of(there->begin(), there->end(), [&](const auto& entry) {
                       return text_of(entry.second, "thumbprint") == text_of(wanted, "thumbprint") &&
                              text_of(entry.second, "usage") == text_of(wanted, "usage");
                   });
        };
        for (const auto& element : resolved.elements) {
            if (element.element->name == change.element && !is_there(element.value)) return &element.value;
        }
    }
    return nullptr;
}

/// Who is asked before each change of one object.
class Judge {
public:
    Judge(const Item& item, const CredentialPolicies& policies, Time now, const std::string& tenant,
          ResourceChange& resource)
        : item_(item), policies_(policies), now_(now), tenant_(tenant), resource_(resource) {}

    void judge() {
        for (const auto& change : resource_.changes) {
            const auto path = std::string_view(change.path);
            if (path == model::path::certificates)
                judge_certificate(change, policy_for(policies_, item_));
            else if (path == model::path::principal_certificates)
                judge_certificate(change, policy_for_principal(policies_, item_));
            else if (path == model::path::identifier_uris)
                judge_identifier_uri(change);
            else if (path == model::path::sign_in_audience)
                judge_audience(change);
        }
    }

private:
    template <typename Objection>
    void ask(const InForce& in_force, const Change& change, const Objection& objection) {
        if (!policies_.known || !in_force.policy->enabled) return;
        for (const auto& restriction : in_force.policy->restrictions) {
            if (!applies(restriction, item_, now_)) continue;
            const auto text = objection(restriction);
            if (text.empty()) continue;
            resource_.warnings.push_back(
                fmt::format("the tenant's policy \"{}\" {}{}", in_force.policy->name, text, behind_what(change.place)));
        }
    }

    void judge_certificate(const Change& change, const InForce& in_force) {
        const auto* certificate = new_certificate(item_, change);
        const auto* key = certificate == nullptr ? nullptr : certificate->find("key");
        if (key == nullptr) return;
        if (!policies_.known && !policies_.why_unknown.empty()) {
            resource_.warnings.push_back(
                fmt::format("whether the tenant's policies allow the certificate \"{}\" is not known: {}",
                            change.element, policies_.why_unknown));
            return;
        }
        const auto* life = key->find("life");
        const std::chrono::seconds lives(life == nullptr || life->as_integer() == nullptr ? 0 : *life->as_integer());
        const auto* itself = key->find("vouchesForItself");
        const bool vouches_for_itself = itself != nullptr && *itself == Value(true);
        ask(in_force, change, [&](const Restriction& restriction) -> std::string {
            if (in_force.is(restriction, "asymmetricKeyLifetime") && restriction.longest_life &&
                lives > *restriction.longest_life)
                return fmt::format(
                    "allows certificates for {} (asymmetricKeyLifetime): \"{}\", which is made for {}, will be refused",
                    days_of(*restriction.longest_life), change.element, days_of(lives));
            if (!in_force.is(restriction, "trustedCertificateAuthority")) return {};
            return fmt::format("allows certificates of chosen authorities only (trustedCertificateAuthority): {}",
                               vouches_for_itself
                                   ? fmt::format("\"{}\", which has signed itself, will be refused", change.element)
                                   : fmt::format("whether the one that signed \"{}\" is among them is not known here",
                                                 change.element));
        });
    }

    /// "api://{appId}" and "api://{tenantId}/{appId}", with the id of this application.
    bool is_default(const Value& uri) const {
        const auto before_id = {std::string("api://"), fmt::format("api://{}/", tenant_)};
        if (const auto* reference = uri.as_reference()) {
            return reference->address == resource_.address && reference->output == model::output::app_id &&
                   reference->suffix.empty() &&
                   std::find(before_id.begin(), before_id.end(), reference->prefix) != before_id.end();
        }
        if (item_.observed == nullptr) return false;
        const auto app_id = item_.observed->outputs.find(model::output::app_id);
        return app_id != item_.observed->outputs.end() &&
               std::any_of(before_id.begin(), before_id.end(), [&](const auto& front) {
                   return model::lower_case(uri.text_or({})) == model::lower_case(front + app_id->second);
               });
    }

    bool is_left_out(const InForce& in_force) const {
        return (in_force.has("nonDefaultUriAddition.excludeAppsReceivingV2Tokens") &&
                left_of(item_, model::path::access_token_version) == Value(2)) ||
               (in_force.has("nonDefaultUriAddition.excludeSaml") &&
                left_of(item_, model::path::principal_sign_on_mode) == Value("saml"));
    }

    void judge_identifier_uri(const Change& change) {
        const auto in_force = policy_for(policies_, item_);
        if (change.op == Change::Op::remove || is_default(change.after) || is_left_out(in_force)) return;
        ask(in_force, change, [&](const Restriction& restriction) -> std::string {
            if (!in_force.is(restriction, "nonDefaultUriAddition")) return {};
            const auto* reference = change.after.as_reference();
            return fmt::format(
                "allows no identifier URIs but api://{{appId}} and api://{{tenantId}}/{{appId}} "
                "(nonDefaultUriAddition): \"{}\" will be refused{}",
                reference == nullptr
                    ? change.after.text_or({})
                    : fmt::format("{}{{{}}}{}", reference->prefix, reference->output, reference->suffix),
                in_force.has("nonDefaultUriAddition.excludeActors") ? ", unless the policy leaves regent out" : "");
        });
    }

    void judge_audience(const Change& change) {
        const auto audience = change.after.text_or({});
        const bool both = audience == "AzureADandPersonalMicrosoftAccount";
        const auto in_force = policy_for(policies_, item_);
        ask(in_force, change, [&](const Restriction& restriction) -> std::string {
            if (in_force.is(restriction, "azureAdMultipleOrgs") && (both || audience == "AzureADMultipleOrgs"))
                return "allows no applications for people of other tenants (azureAdMultipleOrgs): this "
                       "`signInAudience` will be refused";
            if (in_force.is(restriction, "personalMicrosoftAccount") &&
                (both || audience == "PersonalMicrosoftAccount"))
                return "allows no applications for personal accounts (personalMicrosoftAccount): this `signInAudience` "
                       "will be refused";
            return {};
        });
    }

    const Item& item_;
    const CredentialPolicies& policies_;
    const Time now_;
    const std::string& tenant_;
    ResourceChange& resource_;
};

}  // namespace

std::vector<std::string> policy_objections(const CredentialPolicies& policies, const Item& item,
                                           const model::Element& secret, std::chrono::seconds life, Time now) {
    std::vector<std::string> objections;
    if (!policies.known) return objections;
    const auto& policy = *policy_for(policies, item).policy;
    if (!policy.enabled) return objections;
    const auto place = behind_what(secret.span.begin());
    for (const auto& restriction : policy.restrictions) {
        if (!applies(restriction, item, now)) continue;
        if (restriction.type == "passwordAddition")
            objections.push_back(
                fmt::format("the tenant's policy \"{}\" allows no client secrets (passwordAddition): "
                            "\"{}\" will be refused{}",
                            policy.name, secret.name, place));
        if (restriction.type == "passwordLifetime" && restriction.longest_life && life > *restriction.longest_life)
            objections.push_back(
                fmt::format("the tenant's policy \"{}\" allows client secrets for {} (passwordLifetime): "
                            "\"{}\" with `validFor` of {} will be refused{}",
                            policy.name, days_of(*restriction.longest_life), secret.name, days_of(life), place));
    }
    return objections;
}

void tell_policies(const Items& items, const CredentialPolicies& policies, Time now, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto it = items.find(resource.address);
        if (it == items.end() || resource.address.kind != model::kind::application) continue;
        Judge(it->second, policies, now, plan.tenant_id, resource).judge();
    }
}

}  // namespace regent::plan
