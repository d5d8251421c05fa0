#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// Who issues tokens that Entra is often told to trust, and of whom it is known what a subject looks like.
enum class IssuerKind { unknown, github, gitlab, kubernetes, terraform, azure_devops, entra, google };

[[nodiscard]] IssuerKind kind_of_issuer(std::string_view issuer);
/// "GitHub Actions"; empty for an unknown one.
[[nodiscard]] std::string_view name_of(IssuerKind kind) noexcept;
/// The forms of its subjects, as its documentation writes them; empty for an unknown one.
[[nodiscard]] std::vector<std::string> subject_forms_of(IssuerKind kind);

/// Why no token will ever carry this issuer or subject, as far as the form alone can tell.
struct TrustFlaw {
    std::string message;  ///< "GitHub Actions issues no token with this subject"
    std::string label;    ///< "`ref:` is followed by `refs/heads/` or `refs/tags/`"
    std::vector<std::string> notes;
    std::string suggestion;  ///< what was probably meant; empty when there is no good guess
};
[[nodiscard]] std::optional<TrustFlaw> flaw_of_issuer(std::string_view issuer);
[[nodiscard]] std::optional<TrustFlaw> flaw_of_subject(std::string_view issuer, std::string_view subject);

}  // namespace regent::manifest
