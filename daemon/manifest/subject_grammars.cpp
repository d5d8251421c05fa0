#include "manifest/subject_grammars.hpp"

#include "manifest/load_plain.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace regent::manifest {
namespace {

bool consists_of(std::string_view text, int (*test)(int)) {
    return std::all_of(text.begin(), text.end(), [&](unsigned char c) { return test(c) != 0; });
}

/// A label of DNS, as Kubernetes names namespaces; its service accounts may have dots as well.
/// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
bool is_kubernetes_name(std::string_view text) {
    const auto fits = [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-' || c == '.'; };
    return !text.empty() && std::all_of(text.begin(), text.end(), fits) && std::isalnum(text.front()) != 0 &&
           std::isalnum(text.back()) != 0;
}

}  // namespace

std::vector<std::string> split_at(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const auto at = text.find(separator);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// https://docs.gitlab.com/ci/secrets/id_token_authentication/
SubjectCheck check_gitlab_subject(std::string_view subject) {
    constexpr std::string_view key = "project_path:";
    if (subject.rfind(key, 0) != 0) {
        // Projects may choose other parts, which then begin with their own key.
        if (subject.rfind("project_id:", 0) == 0) return std::nullopt;
        const auto slash = subject.find('/'), colon = subject.find(':');
        if (slash != std::string_view::npos && (colon == std::string_view::npos || slash < colon))
            return SubjectFlaw{"it begins with `project_path:`", fmt::format("{}{}", key, subject)};
        return SubjectFlaw{"it begins with `project_path:GROUP/PROJECT`", {}};
    }
    const auto parts = split_at(subject.substr(key.size()), ':');
    const auto& project = parts[0];
    const auto whole = [&](std::string_view type, std::string_view ref) {
        return fmt::format("{}{}:ref_type:{}:ref:{}", key, project, type, ref);
    };
    if (project.find('/') == std::string::npos) return SubjectFlaw{"a project's path is `GROUP/PROJECT`", {}};
    if (parts.size() == 1) return SubjectFlaw{"it ends before the branch or tag is named", {}, true};
    std::string type, ref;
    for (std::size_t i = 1; i + 1 < parts.size(); i += 2) {
        const auto &name = parts[i], &value = parts[i + 1];
        if (name == "ref_type") type = value;
        if (name == "ref") ref = value;
        if (name == "branch" || name == "tag")
            return SubjectFlaw{fmt::format("a {0} is given as `ref_type:{0}:ref:NAME`", name), whole(name, value)};
    }
    if (ref.rfind("refs/heads/", 0) == 0 || ref.rfind("refs/tags/", 0) == 0) {
        const bool tag = ref.rfind("refs/tags/", 0) == 0;
        return SubjectFlaw{"GitLab's refs are plain names, without `refs/heads/`",
                           whole(tag ? "tag" : "branch", ref.substr(tag ? 10 : 11))};
    }
    if (!type.empty() && type != "branch" && type != "tag" && type != "merge_request")
        return SubjectFlaw{"`ref_type` is `branch` or `tag`", ref.empty() ? std::string{} : whole("branch", ref)};
    if (!ref.empty() && type.empty()) return SubjectFlaw{"`ref_type` stands before `ref`", whole("branch", ref)};
    if (!type.empty() && ref.empty()) return SubjectFlaw{"it ends before the branch or tag is named", {}};
    return std::nullopt;
}

/// https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
SubjectCheck check_kubernetes_subject(std::string_view subject) {
    constexpr std::string_view key = "system:serviceaccount:";
    auto rest = std::string(subject);
    for (const auto* prefix : {"system:", "serviceaccounts:", "serviceaccount:", "sa:"}) {
        const auto size = std::string_view(prefix).size();
        if (lower_case(rest.substr(0, size)) == prefix) rest.erase(0, size);
    }
    std::replace(rest.begin(), rest.end(), '/', ':');
    const auto names = split_at(rest, ':');
    if (names.size() != 2) return SubjectFlaw{"it is `system:serviceaccount:NAMESPACE:NAME`", {}};
    const auto right = fmt::format("{}{}:{}", key, lower_case(names[0]), lower_case(names[1]));
    if (!is_kubernetes_name(lower_case(names[0])) || !is_kubernetes_name(lower_case(names[1])))
        return SubjectFlaw{"namespaces and service accounts are named in lower case letters, digits and `-`", {}};
    if (subject == right) return std::nullopt;
    return SubjectFlaw{subject.rfind(key, 0) == 0 && lower_case(subject) == right
                           ? "namespaces and service accounts are named in lower case"
                           : "it is `system:serviceaccount:NAMESPACE:NAME`",
                       right};
}

/// https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
SubjectCheck check_terraform_subject(std::string_view subject) {
    static constexpr std::array<std::string_view, 4> keys = {"organization", "project", "workspace", "run_phase"};
    const auto parts = split_at(subject, ':');
    std::array<std::string, 4> values;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (2 * i + 1 >= parts.size() || parts[2 * i] != keys[i])
            return SubjectFlaw{fmt::format("`{}:` is missing, or not where it belongs", keys[i]), {}};
        values[i] = parts[2 * i + 1];
        if (values[i].empty()) return SubjectFlaw{fmt::format("nothing follows `{}:`", keys[i]), {}};
    }
    if (parts.size() > 8) return SubjectFlaw{"nothing follows `run_phase`", {}};
    if (values[3] != "plan" && values[3] != "apply")
        return SubjectFlaw{"`run_phase` is `plan` or `apply`; for both, write two credentials", {}};
    return std::nullopt;
}

/// https://learn.microsoft.com/azure/devops/pipelines/release/configure-workload-identity
SubjectCheck check_azure_devops_subject(std::string_view subject) {
    constexpr std::string_view key = "sc://";
    const auto rest = subject.rfind(key, 0) == 0 ? subject.substr(key.size()) : subject;
    const auto parts = split_at(rest, '/');
    const bool named = parts.size() == 3 && std::none_of(parts.begin(), parts.end(), [](const auto& part) {
                           return part.empty() || part.find(':') != std::string::npos;
                       });
    if (!named) return SubjectFlaw{"it is `sc://ORGANISATION/PROJECT/SERVICE-CONNECTION`", {}};
    if (subject.rfind(key, 0) == 0) return std::nullopt;
    return SubjectFlaw{"it begins with `sc://`", fmt::format("{}{}", key, subject)};
}

/// https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
SubjectCheck check_google_subject(std::string_view subject) {
    if (consists_of(subject, std::isdigit)) return std::nullopt;
    return SubjectFlaw{subject.find('@') != std::string_view::npos
                           ? "it is the service account's unique id, a number, not its e-mail address"
                           : "it is the service account's unique id, a number",
                       {}};
}

std::string encoded_guid(std::string_view guid) {
    static constexpr std::array<int, 16> byte_order = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (!is_guid(guid)) return {};
    std::string hex;
    for (const char c : guid) {
        if (c != '-') hex += c;
    }
    std::array<std::uint32_t, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto at = static_cast<std::size_t>(byte_order[i]) * 2;
        bytes[i] = static_cast<std::uint32_t>(std::stoul(hex.substr(at, 2), nullptr, 16));
    }
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto second = i + 1 < bytes.size() ? bytes[i + 1] : 0U, third = i + 2 < bytes.size() ? bytes[i + 2] : 0U;
        const auto group = (bytes[i] << 16U) | (second << 8U) | third;
        for (const auto shift : {18U, 12U, 6U, 0U}) text += alphabet[(group >> shift) & 0x3FU];
    }
    return text.substr(0, 22);  // 16 bytes are 22 digits; the rest is padding
}

namespace {

constexpr std::string_view plug_ins = "qzXoWDkuqUa3l6zM5mM0Rw";
/// Services that are known: Power Platform's plug-ins, Copilot Studio, Bot Framework.
constexpr std::array<std::string_view, 3> services = {plug_ins, "m1WPnYRZpEaQKq1Cceg--g", "9ExAW52n_ky4ZiS_jhpJIQ"};

/// There are others; nearly one of these is none.
SubjectCheck check_service(std::string_view subject, const std::string& service) {
    const auto meant = did_you_mean(service, services);
    if (!meant) return std::nullopt;
    auto right = std::string(subject);
    right.replace(right.find("/a/" + service) + 3, service.size(), *meant);
    return SubjectFlaw{"no service is known by the 22 characters behind `/a/`", right};
}

/// https://learn.microsoft.com/power-platform/admin/set-up-managed-identity
SubjectCheck check_plug_in_subject(const std::vector<std::string>& parts) {
    if (parts.size() < 10 || parts[8] != "n" || parts[9] != "plugin")
        return SubjectFlaw{"the subject of a plug-in goes on with `/n/plugin/e/ENVIRONMENT-ID/`", {}};
    constexpr std::string_view front = "Default-";
    auto environment = parts.size() > 11 ? std::string_view(parts[11]) : std::string_view{};
    if (environment.rfind(front, 0) == 0) environment.remove_prefix(front.size());
    if (parts[10] != "e" || !is_guid(environment))
        return SubjectFlaw{"`/n/plugin/e/` is followed by the id of a Power Platform environment", {}};
    const bool is_hashed = parts.size() == 14 && parts[12] == "h" && !parts[13].empty();
    const bool is_named =
        parts.size() > 15 && parts[12] == "i" && std::find(parts.begin() + 14, parts.end() - 1, "s") != parts.end() - 1;
    if (is_hashed || is_named) return std::nullopt;
    return SubjectFlaw{"it ends with the certificate of the plug-in: `/h/HASH`, or `/i/ISSUER/s/SUBJECT`", {}};
}

}  // namespace

SubjectCheck check_entra_subject(std::string_view issuer, std::string_view subject) {
    if (is_guid(subject)) {
        if (lower_case(subject) == subject) return std::nullopt;
        return SubjectFlaw{"tokens carry object ids in lower case", lower_case(subject)};
    }
    constexpr std::string_view key = "/eid1/";
    if (subject.rfind(key, 0) != 0) {
        if (subject.rfind("eid1/", 0) == 0) return SubjectFlaw{"it begins with `/eid1/`", fmt::format("/{}", subject)};
        return SubjectFlaw{
            "it is the object id of a managed identity's service principal, or a text that begins with `/eid1/`", {}};
    }
    const auto parts = split_at(subject, '/');  // "", "eid1", "c", "pub", "t", T, "a", A, …
    if (parts.size() < 8 || parts[2] != "c" || parts[4] != "t" || parts[6] != "a" || parts[5].size() != 22 ||
        parts[7].size() != 22)
        return SubjectFlaw{"it goes `/eid1/c/pub/t/TENANT/a/SERVICE/…`, tenant and service in 22 characters each", {}};
    const auto tenant = split_at(issuer, '/');
    const auto encoded = tenant.size() > 3 ? encoded_guid(tenant[3]) : std::string{};
    if (!encoded.empty() && encoded != parts[5]) {
        auto right = std::string(subject);
        right.replace(subject.find(parts[5]), 22, encoded);
        return SubjectFlaw{"the tenant in it is another than the issuer's", right};
    }
    if (auto flaw = check_service(subject, parts[7])) return flaw;
    return parts[7] == plug_ins ? check_plug_in_subject(parts) : std::nullopt;
}

}  // namespace regent::manifest
