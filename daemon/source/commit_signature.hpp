#pragma once

#include "source/git_handles.hpp"
#include "source/source_watch.hpp"

#include <atomic>

namespace regent::source {

/// Checks a commit's signature against the keys that are allowed, with ssh-keygen(1) and gpgv(1): both know no web of
/// trust and no configuration of the repository or its user. Keys are judged as of now: a key that has expired since
/// cannot sign commits with an old date.
///
/// The error names the commit, its author and its subject.
[[nodiscard]] tl::expected<void, SourceError> verify_commit(git_repository* repository, const CommitInfo& commit,
                                                            const Verification& allowed, const std::atomic<bool>& stop);

/// "4f2c1ab by Bob <bob@contoso.example>, “Add payroll”".
[[nodiscard]] std::string describe(const CommitInfo& commit);

}  // namespace regent::source
