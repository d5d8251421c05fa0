#pragma once

#include <string_view>

/// The marks (attributes.hpp, path::marks) that are a word of their own: what a manifest said of its object's end, for
/// when the manifest is gone; and what became of a secret.
namespace regent::model::mark {

inline constexpr std::string_view prevent_delete = "preventDelete";
inline constexpr std::string_view kept_on_removal = "onRemoval:keep";
inline constexpr std::string_view deleted_on_removal = "onRemoval:delete";
/// Of a connector, before the key id of the secret that it was last given.
inline constexpr std::string_view secret_key = "secretKey:";
/// Of a connector, and beside its "secretKey:…": somebody else has saved it since it was given that secret. Saving can
/// replace the secret or lose it, and no read shows which.
inline constexpr std::string_view secret_in_doubt = "secretInDoubt";
/// Of an application, before the key id of one of its secrets: it was there when the application was taken over. By its
/// name it was issued by regent, and for somebody else.
inline constexpr std::string_view secret_of_others = "secretOfOthers:";
/// Before the name that an object of ours carries, where that is not its manifest's: one that the manifest had before.
/// Only read: no manifest wants it, so the next write gives the object its manifest's name.
inline constexpr std::string_view named = "named:";

}  // namespace regent::model::mark
