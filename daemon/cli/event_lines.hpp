#pragma once

#include "report/paint.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace regent::cli {

/// Events of the API, a line each: when, how bad, what, and (with `with_object`) about what.
[[nodiscard]] std::string event_table(const nlohmann::json& items, bool with_object, report::Colour colour,
                                      std::string_view indent = {}, bool with_headings = false);

}  // namespace regent::cli
