#pragma once

#include <string_view>

namespace regent::cli {

inline constexpr std::string_view version_text = "0.1.0";

}  // namespace regent::cli
