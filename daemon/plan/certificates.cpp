#include "plan/certificates.hpp"

#include "model/attributes.hpp"
#include "plan/diff.hpp"
#include "plan/named_secret.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>

namespace regent::plan {
namespace {

using model::CredentialType;
using model::Map;
using model::ObservedCertificate;
using model::Value;
using Time = std::chrono::system_clock::time_point;

constexpr auto soon = std::chrono::hours(24 * 30);

struct Holder {
    std::string_view path;
    CredentialType type;
    std::string_view whose;  ///< behind the certificate's name
};
constexpr std::array holders = {
    Holder{model::path::certificates, CredentialType::certificate, ""},
    Holder{model::path::principal_certificates, CredentialType::principal_certificate, " of the service principal"},
};

const ResolvedAttribute* declared(const Item& item, std::string_view path) {
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(),
                                 [&](const auto& resolved) { return resolved.attribute->path == path; });
    return it == item.attributes.end() ? nullptr : &*it;
}

struct Validity {
    std::string starts, ends;  ///< days
};

Validity validity_of(const Value& certificate) {
    return {text_of(certificate, "starts"), text_of(certificate, "ends")};
}

/// By certificate's name: as they will be, and as they are where no manifest has a say.
std::map<std::string, Validity> validities(const Item& item, std::string_view path) {
    std::map<std::string, Validity> days;
    const auto* resolved = declared(item, path);
    if (resolved != nullptr) {
        for (const auto& element : resolved->elements) days.emplace(element.element->name, validity_of(element.value));
    }
    if (item.observed == nullptr) return days;
    const auto there = item.observed->attributes.find(path);
    const auto* map = there == item.observed->attributes.end() ? nullptr : there->second.as_map();
    if (map == nullptr) return days;
    const auto& attribute = *model::attributes_of(model::kind::application)->find(path);
    for (const auto& [name, certificate] : *map) {
        if (resolved == nullptr || is_kept(attribute, certificate)) days.emplace(name, validity_of(certificate));
    }
    return days;
}

void warn_of_validity(const Item& item, const Holder& holder, Time now, ResourceChange& resource) {
    const auto today = day_of(now), in_a_month = day_of(now + soon);
    for (const auto& [name, valid] : validities(item, holder.path)) {
        // Days in this form are ordered as texts.
        if (valid.starts > today)
            resource.warnings.push_back(
                fmt::format("the certificate \"{}\"{} is not valid before {}", name, holder.whose, valid.starts));
        if (valid.ends.empty() || valid.ends > in_a_month) continue;
        resource.warnings.push_back(fmt::format("the certificate \"{}\"{} {} on {}", name, holder.whose,
                                                valid.ends < today ? "expired" : "expires", valid.ends));
    }
}

bool is_declared(const Item& item, const Holder& holder, const ObservedCertificate& certificate) {
    const auto* resolved = declared(item, holder.path);
    return resolved != nullptr &&
           std::any_of(resolved->elements.begin(), resolved->elements.end(), [&](const auto& element) {
               return !element.stays && element.element->name == certificate.name &&
                      text_of(element.value, "thumbprint") == certificate.thumbprint;
           });
}

void state_facts(const Item& item, ResourceChange& resource) {
    for (const auto& certificate : item.observed->certificates) {
        const auto& holder = holders[certificate.of_principal ? 1 : 0];
        CredentialFact fact;
        fact.name = certificate.name;
        fact.key_id = certificate.key_id;
        fact.type = holder.type;
        fact.declared = is_declared(item, holder, certificate);
        fact.ends_at = certificate.ends_at;
        resource.credentials.push_back(std::move(fact));
    }
    std::sort(resource.credentials.begin(), resource.credentials.end(), [](const auto& a, const auto& b) {
        return std::tie(a.ends_at, a.key_id) < std::tie(b.ends_at, b.key_id);
    });
}

bool is_thumbprint(const std::string& text) {
    return text.size() == 40 && text.find_first_not_of("0123456789ABCDEF") == std::string::npos;
}

/// Whether a key that signs has this thumbprint, or one that nobody can tell: it may be called by another digest.
bool may_be_there(const model::ObservedResource* observed, const std::string& thumbprint) {
    return observed != nullptr &&
           std::any_of(observed->certificates.begin(), observed->certificates.end(), [&](const auto& certificate) {
               return certificate.of_principal && certificate.signs &&
                      (certificate.thumbprint == thumbprint || !is_thumbprint(certificate.thumbprint));
           });
}

void warn_of_signing_key(const Item& item, ResourceChange& resource) {
    const auto* resolved = declared(item, model::path::principal_signing_key);
    if (resolved == nullptr) return;
    const auto thumbprint = resolved->value.text_or({});
    if (thumbprint.empty() || may_be_there(item.observed, thumbprint)) return;
    resource.warnings.push_back(
        fmt::format("{}: the service principal has no certificate {} that signs tokens, and regent makes none: make it "
                    "in the portal, under single sign-on, or with Graph's addTokenSigningCertificate",
                    model::path::principal_signing_key, thumbprint));
}

}  // namespace

void tell_certificates(const Items& items, Time now, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto it = items.find(resource.address);
        if (it == items.end() || resource.address.kind != model::kind::application) continue;
        const auto& item = it->second;
        for (const auto& holder : holders) warn_of_validity(item, holder, now, resource);
        warn_of_signing_key(item, resource);
        if (item.observed != nullptr) state_facts(item, resource);
    }
}

}  // namespace regent::plan
