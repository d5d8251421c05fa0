#include "simulator/graph_list.hpp"

#include "simulator/odata_filter.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::size_t default_page = 100, max_page = 999, max_expanded = 20;

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> parts;
    std::string part;
    int depth = 0;
    for (const char c : text + ",") {
        if (c == '(') ++depth;
        if (c == ')') --depth;
        if (c == ',' && depth == 0) {
            if (!part.empty()) parts.push_back(part);
            part.clear();
        } else if (c != ' ') {
            part += c;
        }
    }
    return parts;
}

GraphError unsupported(const std::string& what) {
    return {400, "Request_UnsupportedQuery", what};
}

bool is_advanced(const GraphRequest& request) {
    return same_text(request.http.header("ConsistencyLevel").value_or(""), "eventual");
}

/// `federatedIdentityCredentials` or `owners($select=id)`: the relation and what to select of it.
std::pair<std::string, std::string> relation_of(const std::string& expand) {
    const auto open = expand.find('(');
    if (open == std::string::npos) return {expand, {}};
    auto options = expand.substr(open + 1, expand.size() - open - 2);
    const auto select = options.find("$select=");
    return {expand.substr(0, open), select == std::string::npos ? std::string{} : options.substr(select + 8)};
}

std::optional<GraphError> expand_into(json& shown, const json& object, const GraphRequest& request,
                                      const Listing& listing) {
    const auto expands = split_list(request.query("$expand"));
    if (expands.empty()) return std::nullopt;
    if (expands.size() > 1) return unsupported("Only one property can be expanded in a single query.");
    const auto [relation, select] = relation_of(expands.front());
    if (relation == "federatedIdentityCredentials" && listing.expand_credentials_refused) {
        return GraphError{
            400, "Request_BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named 'federatedIdentityCredentials'."};
    }
    auto related = listing.expand ? listing.expand(object, relation) : json();
    if (related.is_null())
        return GraphError{
            400, "Request_BadRequest",
            fmt::format("Parsing OData Select and Expand failed: Could not find a property named '{}'.", relation)};
    auto list = json::array();
    for (const auto& entry : related) {
        if (list.size() < max_expanded) list.push_back(selected(entry, select));
    }
    shown[relation] = std::move(list);
    return std::nullopt;
}

std::optional<std::size_t> offset_of(const std::string& token) {
    if (token.empty()) return 0;
    if (token.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return std::stoul(token);
}

bool found_by_search(const json& object, const std::string& search) {
    // "displayName:word" in double quotes; a word is found at the beginning of a word.
    std::string text = search;
    text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
    const auto colon = text.find(':');
    if (colon == std::string::npos) return false;
    const auto it = object.find(text.substr(0, colon));
    return it != object.end() && it->is_string() &&
           lower(it->get<std::string>()).find(lower(text.substr(colon + 1))) != std::string::npos;
}

std::string next_link(const GraphRequest& request, std::size_t offset) {
    std::string link = request.http.base_url + request.http.target.substr(0, request.http.target.find('?')) + "?";
    for (const auto& [name, value] : request.http.query) {
        if (!same_text(name, "$skiptoken")) link += name + "=" + percent_encoded(value) + "&";
    }
    return link + "$skiptoken=" + std::to_string(offset);
}

}  // namespace

json selected(const json& object, const std::string& select) {
    if (select.empty()) return object;
    const auto names = split_list(select);
    json kept = json::object();
    for (const auto& [name, value] : object.items()) {
        if (name.find('@') != std::string::npos || std::find(names.begin(), names.end(), name) != names.end())
            kept[name] = value;
    }
    return kept;
}

Response show_object(const GraphRequest& request, const Listing& listing, const json& object) {
    auto shown = selected(listing.project(object), request.query("$select"));
    if (const auto error = expand_into(shown, object, request, listing)) return graph_error(*error);
    json answer{
        {"@odata.context", fmt::format("{}/v1.0/$metadata#{}/$entity", request.http.base_url, listing.context)}};
    answer.update(shown);
    return graph_answer(200, answer);
}

Response list_objects(const GraphRequest& request, const Listing& listing) {
    const bool advanced = is_advanced(request);
    const bool counted = same_text(request.query("$count"), "true");
    auto objects = listing.objects;
    if (const auto text = request.query("$filter"); !text.empty()) {
        const auto filter = parse_filter(text);
        if (!filter) return graph_error({400, "Request_BadRequest", fmt::format("Invalid filter clause: '{}'", text)});
        if (filter->advanced && !(advanced && counted)) {
            return graph_error(unsupported(fmt::format(
                "Unsupported or invalid query filter clause specified for resource '{}'.", listing.context)));
        }
        std::erase_if(objects, [&](const auto* object) { return !filter->matches(*object); });
    }
    if (const auto search = request.query("$search"); !search.empty()) {
        if (!advanced)
            return graph_error({400, "Request_UnsupportedQuery",
                                "Request with $search query parameter only works through MSGraph with a special "
                                "request header: 'ConsistencyLevel: eventual'"});
        std::erase_if(objects, [&](const auto* object) { return !found_by_search(*object, search); });
    }
    if (!request.query("$skip").empty())
        return graph_error({400, "Request_BadRequest", "'$skip' is not supported by the service."});
    if (const auto order = request.query("$orderby"); !order.empty()) {
        const auto name = order.substr(0, order.find(' '));
        const bool descending = order.find(" desc") != std::string::npos;
        std::stable_sort(objects.begin(), objects.end(), [&](const auto* a, const auto* b) {
            const auto x = a->value(name, json()), y = b->value(name, json());
            return descending ? y < x : x < y;
        });
    }
    const bool expands = !request.query("$expand").empty();
    if (expands && advanced)
        return graph_error(unsupported("$expand cannot be combined with advanced query parameters."));
    std::size_t page = default_page;
    if (const auto top = request.query("$top"); !top.empty()) {
        const auto number = std::strtol(top.c_str(), nullptr, 10);
        if (number < 1 || number > static_cast<long>(max_page))
            return graph_error(
                {400, "Request_BadRequest",
                 fmt::format("Invalid page size specified: '{}'. Must be between 1 and 999 inclusive.", top)});
        page = static_cast<std::size_t>(number);
    }
    if (expands) page = std::min(page, default_page);
    const auto token = request.query("$skiptoken");
    const auto offset = offset_of(token);
    if (!offset || (!token.empty() && listing.page_tokens_expire)) {
        return graph_error(
            {400, "Directory_ExpiredPageToken",
             "The specified page token value has expired and can no longer be included in your request."});
    }
    json answer{{"@odata.context", fmt::format("{}/v1.0/$metadata#{}", request.http.base_url, listing.context)}};
    if (counted && advanced && *offset == 0) answer["@odata.count"] = objects.size();
    auto value = json::array();
    for (auto i = *offset; i < objects.size() && i < *offset + page; ++i) {
        auto shown = selected(listing.project(*objects[i]), request.query("$select"));
        if (const auto error = expand_into(shown, *objects[i], request, listing)) return graph_error(*error);
        value.push_back(std::move(shown));
    }
    if (*offset + page < objects.size()) answer["@odata.nextLink"] = next_link(request, *offset + page);
    answer["value"] = std::move(value);
    return graph_answer(200, answer);
}

}  // namespace regent::simulator
