#include "simulator/dataverse_query.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace regent::simulator {
namespace {

using nlohmann::json;

DataverseError bad_query(std::string message) {
    return {400, "0x80060888", std::move(message)};
}

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
    return number;
}

std::vector<std::string> split(std::string_view text, std::string_view by) {
    std::vector<std::string> parts;
    while (true) {
        const auto at = text.find(by);
        parts.emplace_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + by.size());
    }
}

/// 'text' with doubled quotes, null, true, false, a number, or a GUID without quotes.
std::optional<json> literal(std::string_view text) {
    if (text == "null") return json(nullptr);
    if (text == "true" || text == "false") return json(text == "true");
    if (is_guid(text)) return json(lower(std::string(text)));
    if (const auto number = number_in(text)) return json(*number);
    if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
    std::string value;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\'') {
            if (i + 2 >= text.size() || text[i + 1] != '\'') return std::nullopt;
            ++i;
        }
        value += text[i];
    }
    return json(std::move(value));
}

bool same(const json& there, const json& wanted) {
    // Texts are compared without regard to case, as the database's collation does.
    if (there.is_string() && wanted.is_string()) return same_text(there.get<std::string>(), wanted.get<std::string>());
    return there == wanted;
}

}  // namespace

bool DataverseQuery::matches(const json& row) const {
    return std::all_of(equalities.begin(), equalities.end(),
                       [&](const auto& e) { return same(row.value(e.first, json()), e.second); });
}

std::variant<DataverseQuery, DataverseError> read_dataverse_query(
    const Request& request, const std::string& type, const std::function<bool(const std::string&)>& known) {
    DataverseQuery query;
    const auto unknown = [&](const std::string& name) {
        return bad_query(
            fmt::format("Could not find a property named '{}' on type 'Microsoft.Dynamics.CRM.{}'.", name, type));
    };
    if (const auto select = request.query_value("$select")) {
        for (const auto& name : split(*select, ",")) {
            if (!known(name)) return unknown(name);
            query.select.push_back(name);
        }
    }
    if (const auto filter = request.query_value("$filter")) {
        for (const auto& part : split(*filter, " and ")) {
            const auto at = part.find(" eq ");
            const auto value = at == std::string::npos ? std::nullopt : literal(std::string_view(part).substr(at + 4));
            if (!value)
                return bad_query(fmt::format("Syntax error in '{}'; the simulator knows `eq` and `and`.", part));
            const auto name = part.substr(0, at);
            if (!known(name)) return unknown(name);
            query.equalities.emplace_back(name, *value);
        }
    }
    if (const auto top = request.query_value("$top")) {
        const auto number = number_in(*top);
        if (!number || *number == 0)
            return bad_query(fmt::format("Invalid value '{}' for $top query option found.", *top));
        query.page_size = *number;
    }
    for (const auto& preference : split(request.header("Prefer").value_or(""), ",")) {
        constexpr std::string_view name = "odata.maxpagesize=";
        if (const auto at = preference.find(name); at != std::string::npos) {
            if (const auto size = number_in(std::string_view(preference).substr(at + name.size())); size && *size > 0)
                query.page_size = std::min(query.page_size, *size);
        }
    }
    if (const auto token = request.query_value("$skiptoken")) {
        const auto number = number_in(*token);
        if (!number) return bad_query("The skip token is not valid.");
        query.skip = *number;
    }
    return query;
}

json dataverse_page(const Request& request, const std::string& set, const DataverseQuery& query,
                    const std::vector<json>& rows) {
    const auto root = request.base_url + request.path.substr(0, request.path.rfind('/') + 1);
    json page{{"@odata.context", fmt::format("{}$metadata#{}", root, set)}, {"value", json::array()}};
    std::size_t seen = 0;
    for (const auto& row : rows) {
        if (!query.matches(row)) continue;
        if (seen++ < query.skip) continue;
        if (page["value"].size() == query.page_size) {
            if (request.query_value("$top")) break;
            std::string link = request.base_url + request.target.substr(0, request.target.find('?')) + "?";
            for (const auto& [name, value] : request.query) {
                if (name != "$skiptoken") link += fmt::format("{}={}&", percent_encoded(name), percent_encoded(value));
            }
            page["@odata.nextLink"] = fmt::format("{}$skiptoken={}", link, query.skip + query.page_size);
            break;
        }
        page["value"].push_back(row);
    }
    return page;
}

}  // namespace regent::simulator
