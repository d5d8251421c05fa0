#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace regent::simulator {

/// What `$filter` asks of `apis`: `environment eq '…'`, and `IsCustomApi eq 'True'` beside it.
struct ConnectorFilter {
    std::string environment;
    std::optional<bool> is_custom;
};

struct FilterReading {
    std::optional<ConnectorFilter> filter;  ///< nothing: `problem` says why, or there is no environment in it
    std::string problem;
};

/// Reads a decoded `$filter`. Terms joined by `and`, in any order; property names without regard to case.
[[nodiscard]] FilterReading read_connector_filter(std::string_view text);

}  // namespace regent::simulator
