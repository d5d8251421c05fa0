#include "plan/token_trust.hpp"

#include "model/attributes.hpp"
#include "plan/near_names.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace regent::plan {
namespace {

model::Value member(const model::Value& credential, std::string_view name) {
    const auto* value = credential.find(name);
    return value == nullptr ? model::Value{} : *value;
}

TrustedCredential credential_of(const model::Address& application, const std::string& name, const model::Value& value,
                                model::Place place) {
    return {application,
            name,
            std::move(place),
            member(value, "issuer"),
            member(value, "subject"),
            member(value, "audience")};
}

std::size_t common_beginning(const std::string& a, const std::string& b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

bool same_but_for_case(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// The same subject, or one that somebody took for it.
bool nearly_the_same_subject(const std::string& trusted, const std::string& given) {
    constexpr std::size_t longest_compared = 600;  // Graph's limit for one
    if (trusted.size() > longest_compared || given.size() > longest_compared) return false;
    return same_but_for_case(trusted, given) || without_github_ids(given) == trusted ||
           !did_you_mean(given, {trusted}).empty();
}

/// A subject may be the same in many clusters, so another issuer is no slip; with this subject it is worth a look.
bool may_be_meant(IssuerLikeness issuer, const std::string& trusted_subject, const std::string& subject) {
    if (differs_in_form_only(issuer) || trusted_subject == subject) return true;
    return issuer != IssuerLikeness::other && nearly_the_same_subject(trusted_subject, subject);
}

TrustVerdict judge(const TokenClaims& token, const TrustedCredential& credential) {
    TrustVerdict verdict;
    verdict.credential = &credential;
    verdict.match = TrustMatch::not_known;
    const auto *issuer = credential.issuer.as_string(), *subject = credential.subject.as_string();
    if (issuer == nullptr || subject == nullptr) return verdict;
    if (*issuer != token.issuer) {
        verdict.match = TrustMatch::issuer;
        verdict.differs_at = common_beginning(*issuer, token.issuer);
        verdict.issuer = likeness_of(*issuer, token.issuer);
        verdict.near_miss = may_be_meant(verdict.issuer, *subject, token.subject);
    } else if (*subject != token.subject) {
        verdict.match = same_but_for_case(*subject, token.subject) ? TrustMatch::subject_case : TrustMatch::subject;
        verdict.near_miss = true;
        verdict.differs_at = common_beginning(*subject, token.subject);
    } else {
        const auto audience = credential.audience.text_or({});
        const auto& given = token.audiences;
        const bool fits = std::find(given.begin(), given.end(), audience) != given.end();
        verdict.match = fits ? TrustMatch::exact : TrustMatch::audience;
        verdict.near_miss = !fits;
        if (!fits && !given.empty()) verdict.differs_at = common_beginning(audience, given.front());
    }
    return verdict;
}

const model::Element* declaring(const DesiredGraph& graph, const model::Address& application, const std::string& name) {
    const auto resource = graph.resources.find(application);
    if (resource == graph.resources.end()) return nullptr;
    const auto attribute = resource->second.attributes.find(model::path::federated_credentials);
    if (attribute == resource->second.attributes.end()) return nullptr;
    for (const auto& element : attribute->second.elements) {
        if (element.name == name) return &element;
    }
    return nullptr;
}

}  // namespace

std::vector<TrustedCredential> declared_credentials(const DesiredGraph& graph) {
    std::vector<TrustedCredential> credentials;
    for (const auto& [address, resource] : graph.resources) {
        const auto it = resource.attributes.find(model::path::federated_credentials);
        if (it == resource.attributes.end()) continue;
        for (const auto& element : it->second.elements)
            credentials.push_back(credential_of(address, element.name, element.value, element.span.begin()));
    }
    return credentials;
}

std::vector<TrustedCredential> live_credentials(const model::Snapshot& observed, const DesiredGraph& graph) {
    std::vector<TrustedCredential> credentials;
    const auto take = [&](const model::Address& address, const model::ObservedResource& object) {
        const auto it = object.attributes.find(model::path::federated_credentials);
        if (object.deleted || it == object.attributes.end() || it->second.as_map() == nullptr) return;
        for (const auto& [name, value] : *it->second.as_map()) {
            const auto* declared = declaring(graph, address, name);
            credentials.push_back(
                credential_of(address, name, value, declared == nullptr ? model::Place{} : declared->span.begin()));
        }
    };
    for (const auto& [address, object] : observed.resources) take(address, object);
    for (const auto& orphan : observed.orphans) take(orphan.address, orphan);
    return credentials;
}

std::vector<TrustVerdict> judge(const TokenClaims& token, const std::vector<TrustedCredential>& credentials) {
    std::vector<TrustVerdict> verdicts;
    verdicts.reserve(credentials.size());
    for (const auto& credential : credentials) verdicts.push_back(judge(token, credential));
    std::stable_sort(verdicts.begin(), verdicts.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.match, b.near_miss, b.differs_at) < std::tuple(b.match, a.near_miss, a.differs_at);
    });
    return verdicts;
}

std::string_view entra_code_of(TrustMatch match) noexcept {
    switch (match) {
        case TrustMatch::exact:
        case TrustMatch::not_known:
            return "";
        case TrustMatch::audience:
            return "AADSTS700212";
        case TrustMatch::subject_case:
            return "AADSTS7002138";
        case TrustMatch::subject:
            return "AADSTS700213";
        case TrustMatch::issuer:
            return "AADSTS700211";
    }
    return "";
}

std::string_view to_string(TrustMatch match) noexcept {
    switch (match) {
        case TrustMatch::exact:
            return "exact";
        case TrustMatch::audience:
            return "audience";
        case TrustMatch::subject_case:
            return "subject_case";
        case TrustMatch::subject:
            return "subject";
        case TrustMatch::issuer:
            return "issuer";
        case TrustMatch::not_known:
            return "not_known";
    }
    return "issuer";
}

std::string without_github_ids(const std::string& subject) {
    if (subject.rfind("repo:", 0) != 0) return subject;
    std::string text;
    bool in_id = false, in_repository = true;
    for (std::size_t i = 0; i < subject.size(); ++i) {
        const char c = subject[i];
        if (c == ':' && i > 4) in_repository = false;
        if (c == '@' && in_repository) in_id = true;
        if (c == '/' || c == ':') in_id = false;
        if (!in_id) text += c;
    }
    return text;
}

}  // namespace regent::plan
