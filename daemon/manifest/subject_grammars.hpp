#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// What is wrong with a subject, and what it should probably be.
struct SubjectFlaw {
    std::string what;        ///< "`ref:` is followed by `refs/heads/` or `refs/tags/`"
    std::string suggestion;  ///< a whole subject; empty when there is no good guess
    bool by_choice = false;  ///< such tokens are issued, where somebody chose other parts for the subjects
};
using SubjectCheck = std::optional<SubjectFlaw>;

// One for each issuer: nothing when a token may carry this subject.
[[nodiscard]] SubjectCheck check_github_subject(std::string_view subject);
[[nodiscard]] SubjectCheck check_gitlab_subject(std::string_view subject);
[[nodiscard]] SubjectCheck check_kubernetes_subject(std::string_view subject);
[[nodiscard]] SubjectCheck check_terraform_subject(std::string_view subject);
[[nodiscard]] SubjectCheck check_azure_devops_subject(std::string_view subject);
[[nodiscard]] SubjectCheck check_google_subject(std::string_view subject);
/// `issuer` says whose tenant it is: the subject of a Microsoft service names it again, encoded.
[[nodiscard]] SubjectCheck check_entra_subject(std::string_view issuer, std::string_view subject);

/// "/eid1/…" subjects write a GUID as its 16 bytes in the order of .NET, base64url without padding.
/// https://learn.microsoft.com/power-platform/admin/set-up-managed-identity
[[nodiscard]] std::string encoded_guid(std::string_view guid);

/// `text` between its separators: "a:b" → {"a", "b"}.
[[nodiscard]] std::vector<std::string> split_at(std::string_view text, char separator);

}  // namespace regent::manifest
