#include "report/definition.hpp"

#include "report/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <sstream>

namespace regent::report {
namespace {

/// Cells of the table below which two documents are compared line by line: 2,000 lines against 2,000. Above, the
/// stretch that differs is shown as removed and added whole.
constexpr std::size_t max_cells = 4'000'000;

/// https://spec.openapis.org/oas/v2.0, Path Item Object
constexpr std::array<std::string_view, 7> methods = {"get", "put", "post", "delete", "options", "head", "patch"};

/// The first 8 hex digits of SHA-256: enough to tell two versions of a definition apart by eye.
std::string short_digest(const std::string& text) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::string hex;
    for (std::size_t i = 0; i < 4; ++i) hex += fmt::format("{:02x}", digest.at(i));
    return hex;
}

std::size_t operations_in(const nlohmann::json& document) {
    std::size_t count = 0;
    const auto paths = document.find("paths");
    if (paths == document.end() || !paths->is_object()) return 0;
    for (const auto& [path, item] : paths->items()) {
        if (!item.is_object()) continue;
        count += static_cast<std::size_t>(std::count_if(methods.begin(), methods.end(),
                                                        [&item = item](auto method) { return item.contains(method); }));
    }
    return count;
}

/// Lengths of the longest common subsequences of all tails: rows over `before`, columns over `after`.
std::vector<std::vector<std::size_t>> common_tails(const std::vector<std::string>& before,
                                                   const std::vector<std::string>& after) {
    std::vector<std::vector<std::size_t>> length(before.size() + 1, std::vector<std::size_t>(after.size() + 1, 0));
    for (std::size_t i = before.size(); i-- > 0;) {
        for (std::size_t j = after.size(); j-- > 0;) {
            length[i][j] =
                before[i] == after[j] ? length[i + 1][j + 1] + 1 : std::max(length[i + 1][j], length[i][j + 1]);
        }
    }
    return length;
}

std::vector<DiffLine> middle_diff(const std::vector<std::string>& before, const std::vector<std::string>& after) {
    std::vector<DiffLine> lines;
    std::size_t i = 0, j = 0;
    if (before.size() * after.size() <= max_cells) {
        const auto length = common_tails(before, after);
        while (i < before.size() && j < after.size()) {
            if (before[i] == after[j]) {
                lines.push_back({' ', before[i]});
                ++i, ++j;
            } else if (length[i + 1][j] >= length[i][j + 1]) {
                lines.push_back({'-', before[i++]});
            } else {
                lines.push_back({'+', after[j++]});
            }
        }
    }
    for (; i < before.size(); ++i) lines.push_back({'-', before[i]});
    for (; j < after.size(); ++j) lines.push_back({'+', after[j]});
    return lines;
}

std::vector<DiffLine> with_context(const std::vector<DiffLine>& lines, std::size_t context) {
    std::vector<bool> kept(lines.size(), false);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].sign == ' ') continue;
        const auto end = std::min(lines.size(), i + context + 1);
        for (std::size_t k = i - std::min(i, context); k < end; ++k) kept[k] = true;
    }
    std::vector<DiffLine> shown_lines;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (kept[i]) {
            shown_lines.push_back(lines[i]);
        } else if (i == 0 || kept[i - 1]) {
            shown_lines.push_back({' ', "..."});
        }
    }
    return shown_lines;
}

}  // namespace

std::string definition_summary(const model::Value& definition) {
    if (definition.as_string() == nullptr) return model::to_text(definition);
    const auto& text = *definition.as_string();
    const auto json = nlohmann::json::parse(text, nullptr, false);
    const auto digest = fmt::format("sha256 {}…", short_digest(text));
    if (!json.is_object() || !json.contains("paths")) return fmt::format("{} bytes, {}", text.size(), digest);
    return fmt::format("{}, {}", count_of(operations_in(json), "operation"), digest);
}

std::vector<std::string> definition_lines(const model::Value& definition) {
    if (definition.as_string() == nullptr) return {};
    const auto& text = *definition.as_string();
    const auto json = nlohmann::json::parse(text, nullptr, false);
    std::istringstream in(json.is_discarded() ? text
                                              : json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(model::with_visible_controls(line));
    return lines;
}

std::vector<DiffLine> line_diff(const std::vector<std::string>& before, const std::vector<std::string>& after,
                                std::size_t context) {
    const auto [b, a] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
    const auto [rb, ra] =
        std::mismatch(before.rbegin(), std::make_reverse_iterator(b), after.rbegin(), std::make_reverse_iterator(a));
    std::vector<DiffLine> lines;
    for (auto it = before.begin(); it != b; ++it) lines.push_back({' ', *it});
    for (auto& line : middle_diff({b, rb.base()}, {a, ra.base()})) lines.push_back(std::move(line));
    for (auto it = rb.base(); it != before.end(); ++it) lines.push_back({' ', *it});
    return with_context(lines, context);
}

}  // namespace regent::report
