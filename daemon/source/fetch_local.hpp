#pragma once

#include "source/fetch_work.hpp"

#include <string>

namespace regent::source {

/// A local path, looked at before libgit2 does: its messages are about configuration values.
[[nodiscard]] FetchResult<void> look_at_local(const GitAddress& address);

/// Copies what is asked for from a repository of this machine into `own`; gives the commit's id. Not by libgit2's own
/// transport for folders, which copies every branch there is.
[[nodiscard]] FetchResult<std::string> fetch_local(git_repository* own, const FetchRequest& request,
                                                   const GitAddress& address);

}  // namespace regent::source
