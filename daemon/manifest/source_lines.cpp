#include "manifest/source_lines.hpp"

#include "manifest/display_text.hpp"

namespace regent::manifest {

SourceLines::SourceLines(std::string_view text) : text_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    starts_.push_back(text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    for (auto feed = text.find('\n'); feed != std::string_view::npos; feed = text.find('\n', feed + 1)) {
        if (feed + 1 < text.size()) starts_.push_back(feed + 1);
    }
}

std::string_view SourceLines::line(std::size_t number) const noexcept {
    if (number == 0 || number > starts_.size()) return {};
    auto rest = text_.substr(starts_[number - 1]);
    rest = rest.substr(0, rest.find('\n'));
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    return rest;
}

std::size_t SourceLines::start(std::size_t number) const noexcept {
    if (number == 0) return 0;
    return number > starts_.size() ? text_.size() : starts_[number - 1];
}

std::size_t SourceLines::byte_at(std::size_t number, std::size_t column) const {
    return start(number) + byte_offset(line(number), column == 0 ? 0 : column - 1);
}

model::Span SourceLines::span(const model::FileName& file, std::size_t number, std::size_t column,
                              std::size_t characters) const {
    return {file, number, column, number, column + characters, byte_at(number, column)};
}

model::Span SourceLines::byte_span(const model::FileName& file, std::size_t number, std::size_t first_byte,
                                   std::size_t bytes) const {
    const auto text = line(number);
    const auto column = character_count(text.substr(0, first_byte)) + 1;
    const auto characters = first_byte < text.size() ? character_count(text.substr(first_byte, bytes)) : 0;
    return {file, number, column, number, column + characters, start(number) + first_byte};
}

}  // namespace regent::manifest
