#pragma once

#include "source/fetch_process.hpp"
#include "source/git_address.hpp"
#include "source/git_handles.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace regent::source {

// What the parts of a fetch have in common. All of them run in the fetching process only; see fetch_child.cpp.

/// Why nothing was fetched.
struct Problem {
    SourceError error;
    bool own_copy = false;
};
template <typename T>
using FetchResult = tl::expected<T, Problem>;

[[nodiscard]] tl::unexpected<Problem> problem(std::string message, std::string help, bool own_copy = false);

/// A branch or tag that there is, by its full name.
struct NamedCommit {
    std::string reference;
    git_oid id{};
};
using Listing = std::vector<NamedCommit>;

/// Finds the branch or tag that is asked for in what there is.
[[nodiscard]] FetchResult<NamedCommit> choose(const Listing& listing, const FetchRequest& request,
                                              const GitAddress& address);

/// The commit that a branch or tag names, in the repository where its objects are.
[[nodiscard]] FetchResult<GitObject> commit_of(git_repository* repository, const NamedCommit& wanted,
                                               const std::string& shown);

}  // namespace regent::source
