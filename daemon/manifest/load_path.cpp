#include "manifest/load_path.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace regent::manifest {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const auto end = path.find('/');
        const auto part = path.substr(0, end);
        if (!part.empty() && part != ".") parts.push_back(part);
        path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    }
    return parts;
}

bool has_control_character(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
    return false;
}

}  // namespace

tl::expected<std::string, std::string> repository_path(std::string_view file, std::string_view relative) {
    if (relative.empty()) return tl::make_unexpected("is empty");
    if (relative.front() == '/' || relative.front() == '~') return tl::make_unexpected("is absolute");
    if (relative.find('\\') != std::string_view::npos) return tl::make_unexpected("has a backslash");
    if (relative.size() > 1 && relative[1] == ':') return tl::make_unexpected("is absolute");
    if (has_control_character(relative)) return tl::make_unexpected("has a control character");
    auto parts = parts_of(file);
    if (!parts.empty()) parts.pop_back();
    for (const auto part : parts_of(relative)) {
        if (part != "..")
            parts.push_back(part);
        else if (parts.empty())
            return tl::make_unexpected("leaves the repository");
        else
            parts.pop_back();
    }
    return fmt::format("{}", fmt::join(parts, "/"));
}

}  // namespace regent::manifest
