#pragma once

#include "manifest/secret_shapes.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// `[a-zA-Z0-9_-]`
[[nodiscard]] bool is_name_character(char c);
[[nodiscard]] bool is_blank(char c);
[[nodiscard]] std::size_t skip_blanks(std::string_view line, std::size_t at);
/// The column behind blanks and the dashes of list items.
[[nodiscard]] std::size_t content_of(std::string_view line);
/// Where the quoted text whose content begins at `from` ends: at its quote; nothing when it goes on in the next line.
[[nodiscard]] std::optional<std::size_t> closing_quote(std::string_view line, std::size_t from, char quote);
/// `true`, `null`, `2`, `${variable}`: said, and no secret.
[[nodiscard]] bool says_nothing(std::string_view value);

/// What of a line below `clientSecrets` is not shown.
struct HiddenBelow {
    enum class Rest { nothing, block, quoted };
    std::vector<Stretch> stretches;
    Rest rest = Rest::nothing;  ///< what goes on in the next line
    char quote = '"';
    /// What stands deeper is below a key that is none of ours, and nothing of it is harmless.
    std::optional<std::size_t> column;
};

/// Where the line stands.
struct PlaceBelow {
    std::size_t from = 0;        ///< where its content begins, or what stands behind `clientSecrets:`
    bool is_first = false;       ///< it says `clientSecrets:`, and other fields may stand behind
    bool in_delivery = false;    ///< below `deliverTo`
    bool below_unknown = false;  ///< see HiddenBelow::column
};

/// Shows keys, and the values of those that hold no secret: a person who has one in his clipboard and thinks that it
/// belongs here writes it under any name, without its colon, as a key.
[[nodiscard]] HiddenBelow hide_below_client_secrets(std::string_view line, const PlaceBelow& place);

}  // namespace regent::manifest
