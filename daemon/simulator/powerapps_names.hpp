#pragma once

#include <string>
#include <string_view>

namespace regent::simulator {

/// The name that the resource provider gives a connector: "shared_" + the title in lower case with every character but
/// letters and digits as "-" and two hex digits + "-5f" + 16 hex digits + "-5f" + 16 hex digits. Both hashes are the
/// same for all connectors of one environment. The part after "shared_" has at most 64 characters; a longer one is cut
/// to 47, "-" and 16 hex digits of its own. Read off names that public exports of connectors show; the real hash
/// functions are unknown, ours are SHA-256.
[[nodiscard]] std::string connector_name(std::string_view title, std::string_view tenant_id,
                                         std::string_view environment);

/// Another name for a title that is taken: `attempt` counts from 1.
[[nodiscard]] std::string varied_connector_name(std::string_view title, std::string_view tenant_id,
                                                std::string_view environment, int attempt);

/// A connector's name without "shared_": what redirect URL, runtime URL and definitions are called after.
[[nodiscard]] std::string_view bare_connector_name(std::string_view name);

}  // namespace regent::simulator
