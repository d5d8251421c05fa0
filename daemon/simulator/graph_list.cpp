#include "simulator/graph_list.hpp"

#include "simulator/odata_filter.hpp"
#include "simulator/values.hpp"
#include "simulator/versioned.hpp"

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
    return {400, "Request_UnsupportedQuery", what, {}};
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

GraphError no_relation(const std::string& name) {
    return bad_request(
        fmt::format("Parsing OData Select and Expand failed: Could not find a property named '{}'.", name));
}

std::optional<GraphError> expand_into(json& shown, const json& object, const GraphRequest& request,
                                      const Listing& listing) {
    const auto expands = split_list(request.query("$expand"));
    if (expands.empty()) return std::nullopt;
    if (expands.size() > 1) return unsupported("Only one property can be expanded in a single query.");
    const auto [relation, select] = relation_of(expands.front());
    if (relation == "federatedIdentityCredentials" && listing.expand_credentials_refused) {
        return no_relation(relation);
    }
    auto related = listing.expand ? listing.expand(object, relation) : json();
    if (related.is_null()) return no_relation(relation);
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

bool is_counted(const GraphRequest& request) {
    return same_text(request.query("$count"), "true");
}

/// Nothing for a `$top` that Graph refuses.
std::optional<std::size_t> page_size(const GraphRequest& request) {
    std::size_t page = default_page;
    if (const auto top = request.query("$top"); !top.empty()) {
        const auto number = std::strtol(top.c_str(), nullptr, 10);
        if (number < 1 || number > static_cast<long>(max_page)) return std::nullopt;
        page = static_cast<std::size_t>(number);
    }
    return request.query("$expand").empty() ? page : std::min(page, default_page);
}

/// Calls `use` with what filters see of an object.
template <typename Use>
auto with_seen(const Listing& listing, const json& object, Use use) {
    return listing.seen ? use(listing.seen(object)) : use(object);
}

/// What a request asks for: objects that can match, few when an index knows them, and which of them do.
struct Choice {
    Listing::Objects candidates;
    std::vector<std::function<bool(const json&)>> tests;

    [[nodiscard]] bool takes(const Listing& listing, const json& object) const {
        if (tests.empty()) return true;
        return with_seen(listing, object, [&](const json& seen) {
            return std::all_of(tests.begin(), tests.end(), [&](const auto& test) { return test(seen); });
        });
    }

    [[nodiscard]] std::size_t count(const Listing& listing) const {
        return static_cast<std::size_t>(std::count_if(candidates.begin(), candidates.end(),
                                                      [&](const auto* object) { return takes(listing, *object); }));
    }
};

Listing::Objects candidates(const Listing& listing, const Filter& filter) {
    if (listing.holders) {
        for (const auto& [member, value] : filter.equalities) {
            if (Versioned::is_key(member)) return listing.holders(member, value);
        }
    }
    return listing.objects();
}

/// By `$filter` and `$search`.
std::optional<GraphError> choose(const GraphRequest& request, const Listing& listing, Choice& choice) {
    if (const auto text = request.query("$filter"); !text.empty()) {
        const auto filter = parse_filter(text);
        if (!filter) return bad_request(fmt::format("Invalid filter clause: '{}'", text));
        const bool is_sorted = !request.query("$orderby").empty();
        if ((filter->advanced || is_sorted) && !(is_advanced(request) && is_counted(request))) {
            return unsupported(fmt::format("Unsupported or invalid query filter clause specified for resource '{}'.",
                                           listing.context));
        }
        choice.candidates = candidates(listing, *filter);
        choice.tests.push_back(filter->matches);
    } else {
        choice.candidates = listing.objects();
    }
    if (const auto search = request.query("$search"); !search.empty()) {
        if (!is_advanced(request)) {
            return unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: "
                "'ConsistencyLevel: eventual'");
        }
        choice.tests.emplace_back([search](const json& seen) { return found_by_search(seen, search); });
    }
    return std::nullopt;
}

std::optional<GraphError> sort(const GraphRequest& request, const Listing& listing, Choice& choice) {
    const auto order = request.query("$orderby");
    if (order.empty()) return std::nullopt;
    const auto name = order.substr(0, order.find(' '));
    const bool is_sortable = name == "displayName" || name == "createdDateTime" || name == "deletedDateTime";
    if (!is_sortable || (listing.order_is_advanced && !is_advanced(request)))
        return unsupported(fmt::format("Sorting by '{}' is not supported for resource '{}'.", name, listing.context));
    std::vector<std::pair<json, const json*>> keyed;
    for (const auto* object : choice.candidates) {
        if (!choice.takes(listing, *object)) continue;
        const auto key_of = [&](const json& seen) { return seen.value(name, json()); };
        keyed.emplace_back(with_seen(listing, *object, key_of), object);
    }
    const bool descending = order.find(" desc") != std::string::npos;
    std::stable_sort(keyed.begin(), keyed.end(),
                     [&](const auto& a, const auto& b) { return descending ? b.first < a.first : a.first < b.first; });
    choice = {};
    for (const auto& [key, object] : keyed) choice.candidates.push_back(object);
    return std::nullopt;
}

std::string next_link(const GraphRequest& request, std::size_t offset) {
    std::string link = request.http.base_url + request.http.target.substr(0, request.http.target.find('?')) + "?";
    for (const auto& [name, value] : request.http.query) {
        if (!same_text(name, "$skiptoken")) link += name + "=" + percent_encoded(value) + "&";
    }
    return link + "$skiptoken=" + std::to_string(offset);
}

/// Up to `page` objects from the candidate at `offset` on, and the link to the rest.
std::optional<GraphError> add_page(const GraphRequest& request, const Listing& listing, const Choice& choice,
                                   std::size_t offset, std::size_t page, json& answer) {
    const auto select = request.query("$select");
    auto value = json::array();
    for (auto i = offset; i < choice.candidates.size(); ++i) {
        const auto& object = *choice.candidates[i];
        if (!choice.takes(listing, object)) continue;
        if (value.size() == page) {
            answer["@odata.nextLink"] = next_link(request, i);
            break;
        }
        auto shown = selected(listing.project(object, select, false), select);
        if (auto error = expand_into(shown, object, request, listing)) return error;
        value.push_back(std::move(shown));
    }
    answer["value"] = std::move(value);
    return std::nullopt;
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
    const auto select = request.query("$select");
    auto shown = selected(listing.project(object, select, true), select);
    if (const auto error = expand_into(shown, object, request, listing)) return graph_error(*error);
    json answer{
        {"@odata.context", fmt::format("{}/v1.0/$metadata#{}/$entity", request.http.base_url, listing.context)}};
    answer.update(shown);
    return graph_answer(200, answer);
}

Response list_objects(const GraphRequest& request, const Listing& listing) {
    if (!request.query("$skip").empty()) return graph_error(bad_request("'$skip' is not supported by the service."));
    if (!request.query("$expand").empty() && is_advanced(request))
        return graph_error(unsupported("$expand cannot be combined with advanced query parameters."));
    const auto page = page_size(request);
    if (!page) {
        return graph_error(bad_request(fmt::format(
            "Invalid page size specified: '{}'. Must be between 1 and 999 inclusive.", request.query("$top"))));
    }
    const auto token = request.query("$skiptoken");
    const auto offset = offset_of(token);
    if (!offset || (!token.empty() && listing.page_tokens_expire)) {
        return graph_error({400,
                            "Directory_ExpiredPageToken",
                            "The specified page token value has expired and can no longer be included in your request.",
                            {}});
    }
    Choice choice;
    if (const auto wrong = choose(request, listing, choice)) return graph_error(*wrong);
    if (const auto wrong = sort(request, listing, choice)) return graph_error(*wrong);
    json answer{{"@odata.context", fmt::format("{}/v1.0/$metadata#{}", request.http.base_url, listing.context)}};
    if (is_counted(request) && is_advanced(request) && *offset == 0) answer["@odata.count"] = choice.count(listing);
    if (const auto wrong = add_page(request, listing, choice, *offset, *page, answer)) return graph_error(*wrong);
    return graph_answer(200, answer);
}

}  // namespace regent::simulator
