#include "manifest/load_plain.hpp"
#include "manifest/subject_grammars.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

// https://docs.github.com/actions/reference/security/oidc

namespace regent::manifest {
namespace {

/// Claims that an organisation or repository may have put into its subjects instead of the default ones.
constexpr std::array<std::string_view, 23> claims = {"repo",
                                                     "context",
                                                     "repository",
                                                     "repository_id",
                                                     "repository_owner",
                                                     "repository_owner_id",
                                                     "repository_visibility",
                                                     "environment",
                                                     "job_workflow_ref",
                                                     "job_workflow_sha",
                                                     "workflow",
                                                     "workflow_ref",
                                                     "workflow_sha",
                                                     "ref",
                                                     "ref_type",
                                                     "actor",
                                                     "actor_id",
                                                     "base_ref",
                                                     "head_ref",
                                                     "event_name",
                                                     "enterprise",
                                                     "enterprise_id",
                                                     "runner_environment"};

bool is_claim(std::string_view name) {
    return std::find(claims.begin(), claims.end(), name) != claims.end() || name.rfind("repo_property_", 0) == 0;
}

bool is_account_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string before(std::string_view text, char mark) {
    return std::string(text.substr(0, text.find(mark)));
}
std::string after(std::string_view text, char mark) {
    const auto at = text.find(mark);
    return at == std::string_view::npos ? std::string{} : std::string(text.substr(at + 1));
}

bool is_github_name(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

/// What was probably meant by a repository with characters that no name has: blanks, another sign before the ids.
SubjectFlaw odd_characters(const std::string& given, std::string_view rest) {
    auto repository = given;
    repository.erase(std::remove(repository.begin(), repository.end(), ' '), repository.end());
    std::replace(repository.begin(), repository.end(), '#', '@');
    const auto whole = fmt::format("repo:{}{}", repository, rest);
    return {"names of owners and repositories have letters, digits, `-`, `_` and `.` only",
            repository == given || check_github_subject(whole) ? std::string{} : whole};
}

/// "contoso/orders" or, for repositories with immutable subjects, "contoso@123/orders@456".
SubjectCheck check_repository(std::string_view repository, std::string_view rest) {
    const auto parts = split_at(repository, '/');
    if (parts.size() != 2 || parts[0].empty() || parts[1].empty())
        return SubjectFlaw{"`repo:` is followed by owner and repository, `OWNER/REPO`", {}};
    const bool owner_id = parts[0].find('@') != std::string::npos, repo_id = parts[1].find('@') != std::string::npos;
    if (owner_id != repo_id)
        return SubjectFlaw{"immutable subjects have an id behind both names, `OWNER@ID/REPO@ID`", {}};
    if (owner_id && !(is_account_number(after(parts[0], '@')) && is_account_number(after(parts[1], '@'))))
        return SubjectFlaw{"the ids behind `@` are numbers", {}};
    if (!is_github_name(before(parts[0], '@')) || !is_github_name(before(parts[1], '@')))
        return odd_characters(std::string(repository), rest);
    if (parts[1].size() > 4 && parts[1].ends_with(".git")) {
        return SubjectFlaw{"the repository's name is written without `.git`",
                           fmt::format("repo:{}/{}{}", parts[0], parts[1].substr(0, parts[1].size() - 4), rest)};
    }
    return std::nullopt;
}

/// What follows "ref:".
SubjectCheck check_ref(const std::string& repo, const std::string& ref) {
    if (ref.rfind("refs/heads/", 0) == 0 || ref.rfind("refs/tags/", 0) == 0) {
        if (ref.back() != '/') return std::nullopt;
        return SubjectFlaw{"it ends before the branch or tag is named", {}};
    }
    if (ref.rfind("refs/pull/", 0) == 0)
        return SubjectFlaw{"a workflow of a pull request has the subject `…:pull_request`", repo + ":pull_request"};
    auto name = ref;
    for (const auto* prefix : {"refs/", "ref/", "heads/", "head/", "branches/", "origin/"}) {
        if (name.rfind(prefix, 0) == 0) name.erase(0, std::string_view(prefix).size());
    }
    const bool tag = name.rfind("tags/", 0) == 0 || name.rfind("tag/", 0) == 0;
    if (tag) name = after(name, '/');
    return SubjectFlaw{
        "`ref:` is followed by `refs/heads/BRANCH` or `refs/tags/TAG`",
        name.empty() ? std::string{} : fmt::format("{}:ref:refs/{}/{}", repo, tag ? "tags" : "heads", name)};
}

SubjectCheck check_environment(const std::string& repo, const std::string& name) {
    if (name.empty()) return SubjectFlaw{"it ends before the environment is named", {}};
    // Further claims may follow where subjects are customised: "environment:prod:job_workflow_ref:…".
    const auto parts = split_at(name, ':');
    if (parts.size() > 1 && parts[1] == "ref")
        return SubjectFlaw{"a job with an environment has no branch or tag in its subject",
                           fmt::format("{}:environment:{}", repo, parts[0]), true};
    if (parts.size() == 1 || is_claim(parts[1])) return std::nullopt;
    auto escaped = parts[0];
    for (std::size_t i = 1; i < parts.size(); ++i) escaped += "%3A" + parts[i];
    return SubjectFlaw{"a colon in a name is written `%3A`", fmt::format("{}:environment:{}", repo, escaped)};
}

/// What follows the repository: one of the three filters, or what somebody thought it was called.
SubjectCheck check_filter(const std::string& repo, const std::string& filter) {
    const auto key = before(filter, ':'), value = after(filter, ':');
    const auto small = lower_case(key);
    if (key == "ref") return check_ref(repo, value);
    if (key == "environment") return check_environment(repo, value);
    if (filter == "pull_request") return std::nullopt;
    if (is_claim(key)) return std::nullopt;
    if (small == "pull_request" || small == "pull_requests" || small == "pull-request" || small == "pullrequest" ||
        small == "pr")
        return SubjectFlaw{"the last part for pull requests is `pull_request`, and nothing follows it",
                           repo + ":pull_request"};
    if (small == "environment" || small == "env" || small == "environments") {
        return SubjectFlaw{"the key is `environment`, in lower case",
                           value.empty() ? std::string{} : fmt::format("{}:environment:{}", repo, value)};
    }
    if (small == "branch" || small == "heads")
        return SubjectFlaw{"a branch is given as `ref:refs/heads/BRANCH`",
                           value.empty() ? std::string{} : fmt::format("{}:ref:refs/heads/{}", repo, value)};
    if (small == "tag" || small == "tags")
        return SubjectFlaw{"a tag is given as `ref:refs/tags/TAG`",
                           value.empty() ? std::string{} : fmt::format("{}:ref:refs/tags/{}", repo, value)};
    if (filter.rfind("refs/", 0) == 0)
        return SubjectFlaw{"`ref:` stands before `refs/`", fmt::format("{}:ref:{}", repo, filter)};
    if (small == "refs" || small == "ref")
        return SubjectFlaw{"the key is `ref`, in lower case",
                           value.rfind("refs/", 0) == 0 ? fmt::format("{}:ref:{}", repo, value) : std::string{}};
    return SubjectFlaw{fmt::format("`{}` is none of the claims that a subject is made of", key), {}};
}

}  // namespace

SubjectCheck check_github_subject(std::string_view subject) {
    const auto key = before(subject, ':');
    if (key != "repo") {
        if (is_claim(key)) return std::nullopt;  // customised by the organisation
        if (lower_case(key) == "repo" || lower_case(key) == "repository" || lower_case(key) == "repos")
            return SubjectFlaw{"it begins with `repo:`, in lower case", "repo:" + after(subject, ':')};
        if (key.find('/') != std::string::npos && key.find("//") == std::string::npos)
            return SubjectFlaw{"it begins with `repo:`", fmt::format("repo:{}", subject)};
        return SubjectFlaw{"it begins with `repo:OWNER/REPO:`", {}};
    }
    const auto rest = after(subject, ':');
    const auto repository = before(rest, ':');
    const auto filter = after(rest, ':');
    if (auto flaw = check_repository(repository, filter.empty() ? "" : ":" + filter)) return flaw;
    if (filter.empty())
        return SubjectFlaw{"it ends before it says which branch, tag or environment, or that it is a pull request", {}};
    return check_filter("repo:" + repository, filter);
}

}  // namespace regent::manifest
