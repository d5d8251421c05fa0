#pragma once

#include <string_view>

/// The marks (attributes.hpp, path::marks) that are a word of their own: what a manifest said of its object's end, for
/// when the manifest is gone.
namespace regent::model::mark {

inline constexpr std::string_view prevent_delete = "preventDelete";
inline constexpr std::string_view kept_on_removal = "onRemoval:keep";
inline constexpr std::string_view deleted_on_removal = "onRemoval:delete";

}  // namespace regent::model::mark
