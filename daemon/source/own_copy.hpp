#pragma once

#include "source/fetch_work.hpp"

#include <filesystem>
#include <string>

namespace regent::source {

// The service's own repository, which commits are fetched into. It is ours alone: what is damaged in it is made anew.

/// One fetch at a time in one repository. The lock is held until the process ends.
[[nodiscard]] FetchResult<void> lock_own_copy(const std::filesystem::path& repository);
/// What a killed predecessor left: half a pack, and locks of references.
void remove_leftovers(const std::filesystem::path& repository);
/// Opens it, or makes it where there is none.
[[nodiscard]] FetchResult<GitRepository> open_own_copy(const std::filesystem::path& repository);
/// Commits fetched before must be whole, or the server would be told that we have what we have not.
[[nodiscard]] FetchResult<void> check_own_copy(git_repository* repository, const std::filesystem::path& path);
/// Writes down that `commit` is what was fetched last, and gives its id.
[[nodiscard]] FetchResult<std::string> keep_commit(git_repository* repository, const git_oid& commit);
/// Puts everything that its references need into one pack, and drops the others.
[[nodiscard]] FetchResult<std::string> pack_own_copy(const std::filesystem::path& path);

}  // namespace regent::source
