#include "manifest/known_issuers.hpp"

#include "manifest/load_plain.hpp"
#include "manifest/rules_uri.hpp"
#include "manifest/subject_grammars.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <array>

namespace regent::manifest {
namespace {

constexpr std::string_view github = "https://token.actions.githubusercontent.com";

/// Issuers that are the same for everybody: a near miss of one is a mistake.
constexpr std::array<std::string_view, 4> fixed_issuers = {github, "https://gitlab.com", "https://app.terraform.io",
                                                           "https://accounts.google.com"};

bool is_kubernetes(std::string_view host) {
    return host.ends_with("oic.prod-aks.azure.com") || host == "oidc.prod-aks.azure.com" ||
           (host.rfind("oidc.eks.", 0) == 0 && host.find(".amazonaws.com") != std::string_view::npos) ||
           host == "container.googleapis.com";
}

/// Clouds have one each. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
bool is_entra(std::string_view host) {
    return host == "login.microsoftonline.com" || host == "login.microsoftonline.us" ||
           host == "login.partner.microsoftonline.cn" || host == "login.chinacloudapi.cn";
}

TrustFlaw flaw(std::string message, std::string label, std::string suggestion) {
    return {std::move(message), std::move(label), {}, std::move(suggestion)};
}

std::optional<TrustFlaw> flaw_of_slash(std::string_view issuer, IssuerKind kind) {
    const auto host = split_uri(issuer).host;
    const bool slash = issuer.back() == '/';
    const auto wrong = [&](const char* label, std::string right) {
        return flaw(fmt::format("{} issues no token with this issuer", name_of(kind)), label, std::move(right));
    };
    if (host.ends_with("prod-aks.azure.com"))
        return slash ? std::nullopt : std::optional(wrong("AKS ends its issuers with `/`", fmt::format("{}/", issuer)));
    const bool other_rules = kind == IssuerKind::unknown || kind == IssuerKind::kubernetes || kind == IssuerKind::entra;
    if (other_rules || !slash) return std::nullopt;
    return wrong("without the `/` at its end", std::string(issuer.substr(0, issuer.size() - 1)));
}

/// "https://login.microsoftonline.com/<tenant>/v2.0".
std::optional<TrustFlaw> flaw_of_entra(std::string_view issuer) {
    const auto parts = split_at(issuer, '/');
    const bool tenant = parts.size() > 3 && is_guid(parts[3]);
    if (tenant && lower_case(parts[3]) == parts[3] && parts.size() == 5 && parts[4] == "v2.0") return std::nullopt;
    return flaw("Entra issues no token with this issuer", "it goes `https://login.microsoftonline.com/TENANT-ID/v2.0`",
                tenant ? fmt::format("https://{}/{}/v2.0", parts[2], lower_case(parts[3])) : std::string{});
}

std::optional<TrustFlaw> flaw_of_azure_devops(std::string_view issuer) {
    const auto parts = split_at(issuer, '/');
    if (parts.size() == 4 && is_guid(parts[3])) return std::nullopt;
    return flaw("Azure DevOps issues no token with this issuer",
                "it goes `https://vstoken.dev.azure.com/ORGANISATION-ID`, the id and not the name", {});
}

/// Hosts that have to do with tokens, and issue none that can be exchanged.
std::optional<TrustFlaw> flaw_of_other_host(std::string_view issuer) {
    const auto host = split_uri(issuer).host;
    if (host == "github.com" || host == "www.github.com" || host == "api.github.com")
        return flaw("GitHub Actions issues no token with this issuer", "this is the site, not who issues its tokens",
                    std::string(github));
    if (host != "sts.windows.net" && host != "sts.chinacloudapi.cn") return std::nullopt;
    const auto parts = split_at(issuer, '/');
    const auto login = host == "sts.windows.net" ? "login.microsoftonline.com" : "login.partner.microsoftonline.cn";
    const bool tenant = parts.size() > 3 && is_guid(parts[3]);
    return flaw("Entra issues no token with this issuer that can be exchanged",
                "it is that of version 1 of its tokens, and these are of version 2",
                tenant ? fmt::format("https://{}/{}/v2.0", login, lower_case(parts[3])) : std::string{});
}

}  // namespace

IssuerKind kind_of_issuer(std::string_view issuer) {
    const auto uri = split_uri(issuer);
    const auto& host = uri.host;
    if (host == "token.actions.githubusercontent.com" || uri.path.rfind("/_services/token", 0) == 0 ||
        (host.rfind("token.actions.", 0) == 0 && host.ends_with(".ghe.com")))
        return IssuerKind::github;
    if (host == "gitlab.com" || host.rfind("gitlab.", 0) == 0) return IssuerKind::gitlab;
    if (host == "app.terraform.io" || host == "app.eu.terraform.io") return IssuerKind::terraform;
    if (host == "accounts.google.com") return IssuerKind::google;
    if (host == "vstoken.dev.azure.com") return IssuerKind::azure_devops;
    if (is_entra(host)) return IssuerKind::entra;
    return is_kubernetes(host) ? IssuerKind::kubernetes : IssuerKind::unknown;
}

std::string_view name_of(IssuerKind kind) noexcept {
    switch (kind) {
        case IssuerKind::unknown:
            return "";
        case IssuerKind::github:
            return "GitHub Actions";
        case IssuerKind::gitlab:
            return "GitLab";
        case IssuerKind::kubernetes:
            return "Kubernetes";
        case IssuerKind::terraform:
            return "HCP Terraform";
        case IssuerKind::azure_devops:
            return "Azure DevOps";
        case IssuerKind::entra:
            return "Entra";
        case IssuerKind::google:
            return "Google";
    }
    return "";
}

std::vector<std::string> subject_forms_of(IssuerKind kind) {
    switch (kind) {
        case IssuerKind::unknown:
            break;
        case IssuerKind::github:
            return {"repo:OWNER/REPO:environment:NAME", "repo:OWNER/REPO:ref:refs/heads/BRANCH",
                    "repo:OWNER/REPO:ref:refs/tags/TAG", "repo:OWNER/REPO:pull_request",
                    "with OWNER@ID/REPO@ID in repositories made, renamed or moved since July 2026"};
        case IssuerKind::gitlab:
            return {"project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH",
                    "project_path:GROUP/PROJECT:ref_type:tag:ref:TAG"};
        case IssuerKind::kubernetes:
            return {"system:serviceaccount:NAMESPACE:NAME"};
        case IssuerKind::terraform:
            return {"organization:ORG:project:PROJECT:workspace:WORKSPACE:run_phase:plan (or apply)"};
        case IssuerKind::azure_devops:
            return {"sc://ORGANISATION/PROJECT/SERVICE-CONNECTION"};
        case IssuerKind::entra:
            return {"the object id of a managed identity's service principal",
                    "/eid1/c/pub/t/TENANT/a/SERVICE/…, as the service shows it"};
        case IssuerKind::google:
            return {"the unique id of a service account, a number"};
    }
    return {};
}

std::optional<TrustFlaw> flaw_of_issuer(std::string_view issuer) {
    if (issuer.empty()) return std::nullopt;
    const auto kind = kind_of_issuer(issuer);
    if (kind == IssuerKind::unknown) {
        if (auto other = flaw_of_other_host(issuer)) return other;
        if (const auto near = did_you_mean(issuer, fixed_issuers))
            return flaw(fmt::format("no tokens are known from this issuer, and those of {} have nearly the same",
                                    name_of(kind_of_issuer(*near))),
                        "compared letter by letter", *near);
        return std::nullopt;
    }
    if (auto found = flaw_of_slash(issuer, kind)) return found;
    const auto authority = std::string(split_uri(issuer).authority);
    if (lower_case(authority) != authority) {
        auto right = std::string(issuer);
        right.replace(right.find(authority), authority.size(), lower_case(authority));
        return flaw(fmt::format("{} issues no token with this issuer", name_of(kind)),
                    "the host is written in lower case", std::move(right));
    }
    if (kind == IssuerKind::entra) return flaw_of_entra(issuer);
    if (kind == IssuerKind::azure_devops) return flaw_of_azure_devops(issuer);
    return std::nullopt;
}

std::optional<TrustFlaw> flaw_of_subject(std::string_view issuer, std::string_view subject) {
    auto kind = kind_of_issuer(issuer);
    // Clusters of one's own have issuers of any name; their subjects give them away.
    if (kind == IssuerKind::unknown && subject.rfind("system:serviceaccount", 0) == 0) kind = IssuerKind::kubernetes;
    if (kind == IssuerKind::unknown && subject.rfind("project_path:", 0) == 0) kind = IssuerKind::gitlab;
    const auto check = [&]() -> SubjectCheck {
        switch (kind) {
            case IssuerKind::unknown:
                break;
            case IssuerKind::github:
                return check_github_subject(subject);
            case IssuerKind::gitlab:
                return check_gitlab_subject(subject);
            case IssuerKind::kubernetes:
                return check_kubernetes_subject(subject);
            case IssuerKind::terraform:
                return check_terraform_subject(subject);
            case IssuerKind::azure_devops:
                return check_azure_devops_subject(subject);
            case IssuerKind::entra:
                return check_entra_subject(issuer, subject);
            case IssuerKind::google:
                return check_google_subject(subject);
        }
        return std::nullopt;
    };
    auto found = check();
    if (!found) return std::nullopt;
    TrustFlaw result{
        found->by_choice
            ? fmt::format("{} issues tokens with this subject only where somebody chose other parts for it",
                          name_of(kind))
            : fmt::format("{} issues no token with this subject", name_of(kind)),
        std::move(found->what),
        {},
        std::move(found->suggestion)};
    for (const auto& form : subject_forms_of(kind)) result.notes.push_back(form);
    return result;
}

}  // namespace regent::manifest
