#include "plan/diff.hpp"
#include "plan/risk_rules.hpp"

#include <fmt/format.h>

#include <string>

namespace regent::plan {
namespace {

constexpr std::string_view entra = "https://login.microsoftonline.com/";
constexpr std::string_view kubernetes = "system:serviceaccount:";

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_github(std::string_view issuer) {
    return issuer.rfind("https://token.actions.", 0) == 0 || ends_with(issuer, "/_services/token");
}

/// "contoso/orders" of "repo:contoso@1/orders@2:pull_request".
std::string repository_of(const std::string& subject) {
    const auto end = subject.find(':', 5);
    std::string name;
    bool in_id = false;
    for (const char c : subject.substr(5, end == std::string::npos ? end : end - 5)) {
        if (c == '@' || c == '/') in_id = c == '@';
        if (!in_id) name += c;
    }
    return name;
}

Rating rate_github(const std::string& subject) {
    if (subject.rfind("repo:", 0) != 0) return medium("workflows whose tokens carry this subject sign in as it");
    const auto repository = repository_of(subject);
    if (ends_with(subject, ":pull_request")) {
        return high(
            fmt::format("whoever can open a pull request from a branch of {} runs code that signs in as it, unreviewed",
                        repository));
    }
    if (subject.find(":environment:") != std::string::npos)
        return medium(fmt::format("workflows of {} in that environment sign in as it", repository));
    return medium(fmt::format("whoever can push there in {} signs in as it", repository));
}

Rating rate_entra(const std::string& issuer, const RiskContext& context) {
    const auto tenant = issuer.substr(entra.size(), issuer.find('/', entra.size()) - entra.size());
    if (!context.environment.tenant_id.empty() && tenant != context.environment.tenant_id)
        return high(fmt::format("an identity of another tenant, {}, signs in as it", tenant));
    return medium("a managed identity or service of this tenant signs in as it");
}

Rating rate_kubernetes(const std::string& subject) {
    if (ends_with(subject, ":default")) {
        return high(
            "every pod of the namespace that names no service account of its own signs in as it: `default` is "
            "everybody's");
    }
    return medium("pods with this service account sign in as it");
}

}  // namespace

Rating rate_federated_credential(const Change& change, const RiskContext& context) {
    if (change.op == Change::Op::remove) return medium("whatever signs in by it cannot any more");
    if (change.op == Change::Op::set && trust_of(change.before) == trust_of(change.after)) {
        const auto* before = change.before.find("audience");
        const auto* after = change.after.find("audience");
        const bool same = before != nullptr && after != nullptr ? *before == *after : before == after;
        return same ? harmless() : medium("tokens for the audience so far are refused");
    }
    const auto* issuer = change.after.find("issuer");
    const auto* subject = change.after.find("subject");
    if (issuer == nullptr || subject == nullptr) return medium("whoever has a token that fits signs in as it");
    // What another object of the same repository brings forth: its connector's identity.
    if (issuer->as_reference() != nullptr || subject->as_reference() != nullptr) return harmless();
    const auto iss = issuer->text_or({}), sub = subject->text_or({});
    if (sub.find('*') != std::string::npos) return high("it is meant to trust more than one subject");
    if (is_github(iss)) return rate_github(sub);
    if (iss.rfind(entra, 0) == 0) return rate_entra(iss, context);
    if (sub.rfind(kubernetes, 0) == 0) return rate_kubernetes(sub);
    return medium("who has a token of that issuer and subject signs in as it, without a secret");
}

}  // namespace regent::plan
