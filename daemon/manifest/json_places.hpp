#pragma once

#include "model/place.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// One reference token of a JSON pointer: `~` and `/` escaped (RFC 6901, section 3).
[[nodiscard]] std::string pointer_token(std::string_view name);

/// Where the parts of a JSON text were written. JSON's parser says what a text means and forgets where; this one only
/// finds places. Walks the text once for repeated keys, and once more when the first place is asked for.
class JsonPlaces {
public:
    /// `text` was parsed without error, and outlives this.
    JsonPlaces(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

    /// A key that its object has twice: to a JSON parser the last one counts, to a reader often the first.
    struct Repeated {
        std::string key;
        model::Span again, first;
    };
    [[nodiscard]] std::vector<Repeated> repeated_keys() const;

    /// The key, or the member of a list, at `pointer` (RFC 6901) or the nearest thing around it; unknown for the whole.
    [[nodiscard]] model::Span span_of(std::string pointer) const;
    /// Line and column of byte `offset`.
    [[nodiscard]] model::Span span_at(std::size_t offset, std::size_t end) const;

private:
    std::string file_;
    std::string_view text_;
    mutable std::vector<std::size_t> lines_;  ///< offset of each line's first byte
    mutable std::optional<std::map<std::string, model::Span, std::less<>>> spans_;
};

struct JsonMistake {
    std::size_t byte = 0;
    std::string message;
};

/// What to tell about a mistake in `text`: the character where nothing can follow, where it is one that people do not
/// see or do not know to be forbidden.
struct JsonAdvice {
    std::string label, help;
};
[[nodiscard]] JsonAdvice advice_on(std::string_view text, const JsonMistake& mistake);

/// `text` without the marks that editors put in front of it (a byte order mark).
[[nodiscard]] std::string_view without_byte_order_mark(std::string_view text) noexcept;

/// How deep `text` nests, strings left out: asked before anything walks a document by calling itself.
[[nodiscard]] std::size_t nesting(std::string_view text) noexcept;

/// Reads JSON as people's own tools read it who keep such files by hand: comments and commas behind a last member are
/// passed over. Offsets of the mistake are offsets in `text`.
[[nodiscard]] tl::expected<nlohmann::json, JsonMistake> read_tolerant_json(std::string_view text);

}  // namespace regent::manifest
