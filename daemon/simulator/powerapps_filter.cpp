#include "simulator/powerapps_filter.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>

#include <cctype>
#include <vector>

namespace regent::simulator {
namespace {

/// Words and quoted literals; a literal keeps its opening quote, so that 'and' is not taken for `and`. In OData a quote
/// inside a literal is doubled.
std::optional<std::vector<std::string>> words_of_filter(std::string_view text) {
    std::vector<std::string> tokens;
    std::size_t at = 0;
    while (at < text.size()) {
        if (std::isspace(static_cast<unsigned char>(text[at])) != 0) {
            ++at;
        } else if (text[at] == '\'') {
            std::string literal = "'";
            for (++at;; ++at) {
                if (at >= text.size()) return std::nullopt;
                if (text[at] == '\'' && (at + 1 >= text.size() || text[at + 1] != '\'')) break;
                if (text[at] == '\'') ++at;
                literal += text[at];
            }
            ++at;
            tokens.push_back(std::move(literal));
        } else {
            std::string word;
            while (at < text.size() && text[at] != '\'' && std::isspace(static_cast<unsigned char>(text[at])) == 0) {
                word += text[at++];
            }
            tokens.push_back(std::move(word));
        }
    }
    return tokens;
}

}  // namespace

FilterReading read_connector_filter(std::string_view text) {
    const auto tokens = words_of_filter(text);
    if (!tokens) return {std::nullopt, "The filter has an unterminated string literal."};
    std::optional<std::string> environment;
    std::optional<bool> is_custom;
    for (std::size_t i = 0; i < tokens->size(); i += 4) {
        if (i + 2 >= tokens->size() || !same_text((*tokens)[i + 1], "eq")) {
            return {std::nullopt, fmt::format("The filter '{}' is not supported.", text)};
        }
        if (i + 3 < tokens->size() && (!same_text((*tokens)[i + 3], "and") || i + 4 >= tokens->size())) {
            return {std::nullopt, fmt::format("The filter '{}' is not supported.", text)};
        }
        const auto& name = (*tokens)[i];
        auto value = (*tokens)[i + 2];
        const bool quoted = value.front() == '\'';
        if (quoted) value.erase(0, 1);
        if (same_text(name, "environment") && quoted) {
            environment = value;
        } else if (same_text(name, "IsCustomApi") && (same_text(value, "true") || same_text(value, "false"))) {
            is_custom = same_text(value, "true");
        } else {
            return {std::nullopt, fmt::format("The filter '{}' is not supported.", text)};
        }
    }
    if (!environment || environment->empty()) return {};
    return {ConnectorFilter{*environment, is_custom}, {}};
}

}  // namespace regent::simulator
