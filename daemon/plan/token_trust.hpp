#pragma once

#include "model/snapshot.hpp"
#include "plan/desired_graph.hpp"
#include "plan/issuer_likeness.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace regent::plan {

/// What of a token decides whether Entra exchanges it. Everything else of it stays with who holds it.
struct TokenClaims {
    std::string issuer;
    std::string subject;
    std::vector<std::string> audiences;
};

/// A federated credential as a manifest or the tenant has it.
struct TrustedCredential {
    model::Address application;
    std::string name;
    model::Place place;                      ///< unknown for one that only the tenant has
    model::Value issuer, subject, audience;  ///< References: known after the object that brings them forth
};
[[nodiscard]] std::vector<TrustedCredential> declared_credentials(const DesiredGraph& graph);
/// Of the applications that were read, with those that no manifest declares. A place is known where one does.
[[nodiscard]] std::vector<TrustedCredential> live_credentials(const model::Snapshot& observed,
                                                              const DesiredGraph& graph);

/// How near a credential comes to a token, the nearest first.
enum class TrustMatch {
    exact,         ///< the token is exchanged
    audience,      ///< only the audience differs
    subject_case,  ///< the subject is the same but for capitals
    subject,       ///< the issuer is right
    issuer,        ///< the issuer is another
    not_known      ///< the credential's values are not known yet
};

struct TrustVerdict {
    const TrustedCredential* credential = nullptr;
    TrustMatch match = TrustMatch::issuer;
    /// First byte in which the value that decides differs from the token's: equally long beginnings are the same.
    std::size_t differs_at = 0;
    IssuerLikeness issuer = IssuerLikeness::same;
    /// Somebody may have meant this credential: not so when the issuer is another one, and the subject as well.
    bool near_miss = false;
};
/// One for each credential; the nearest first, near misses before others, the longest common beginning breaks ties.
[[nodiscard]] std::vector<TrustVerdict> judge(const TokenClaims& token,
                                              const std::vector<TrustedCredential>& credentials);

/// What Entra answers when the best credential of an application comes this near: "AADSTS700213"; empty for exact.
/// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
[[nodiscard]] std::string_view entra_code_of(TrustMatch match) noexcept;
[[nodiscard]] std::string_view to_string(TrustMatch match) noexcept;  ///< "exact", "audience" …

/// "repo:octo/app:…" of "repo:octo@1/app@2:…": what a subject of GitHub was before ids were part of it.
[[nodiscard]] std::string without_github_ids(const std::string& subject);

}  // namespace regent::plan
