#include "simulator/http.hpp"

#include "simulator/values.hpp"

#include <algorithm>

namespace regent::simulator {
namespace {

std::optional<std::string> find(const std::vector<std::pair<std::string, std::string>>& list, std::string_view name) {
    const auto it =
        std::find_if(list.begin(), list.end(), [&](const auto& entry) { return same_text(entry.first, name); });
    return it == list.end() ? std::nullopt : std::optional(it->second);
}

}  // namespace

std::optional<std::string> Request::header(std::string_view name) const {
    return find(headers, name);
}
std::optional<std::string> Request::query_value(std::string_view name) const {
    return find(query, name);
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parts;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto part = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        parts.emplace_back(percent_decoded(part.substr(0, equals), true), percent_decoded(value, true));
    }
    return parts;
}

void Response::set_header(std::string name, std::string value) {
    for (auto& header : headers) {
        if (same_text(header.first, name)) {
            header.second = std::move(value);
            return;
        }
    }
    headers.emplace_back(std::move(name), std::move(value));
}

}  // namespace regent::simulator
