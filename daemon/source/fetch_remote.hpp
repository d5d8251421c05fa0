#pragma once

#include "source/fetch_work.hpp"

#include <filesystem>
#include <string>

namespace regent::source {

/// Where Debian keeps the authorities that everybody trusts.
inline constexpr const char* system_certificates = "/etc/ssl/certs/ca-certificates.crt";

/// Fetches by https or ssh what is asked for into `own`; gives the commit's id.
[[nodiscard]] FetchResult<std::string> fetch_remote(git_repository* own, const FetchRequest& request,
                                                    const GitAddress& address);

}  // namespace regent::source
