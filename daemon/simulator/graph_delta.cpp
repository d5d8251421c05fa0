#include "simulator/graph_delta.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace regent::simulator {
namespace {

using nlohmann::json;
using std::chrono::seconds;

/// What a token stands for. Opaque to clients, so that they store it and nothing else.
struct Round {
    std::uint64_t since = 0;  ///< changes up to here are known to the client
    bool whole = true;        ///< nothing is: the first round
    std::uint64_t until = 0;  ///< of this round
    std::size_t position = 0;
    std::string select, filter;
    long issued = 0;
    std::uint64_t generation = 0;
};

long seconds_of(Time time) {
    return static_cast<long>(std::chrono::duration_cast<seconds>(time.time_since_epoch()).count());
}

std::string token_of(const Round& round, const std::string& context) {
    return base64url(json{{"c", context},
                          {"s", round.since},
                          {"w", round.whole},
                          {"u", round.until},
                          {"p", round.position},
                          {"q", round.select},
                          {"f", round.filter},
                          {"t", round.issued},
                          {"g", round.generation}}
                         .dump());
}

std::optional<Round> round_of(const std::string& token, const std::string& context) {
    const auto bytes = base64_decoded(token);
    const auto parsed = bytes ? json::parse(*bytes, nullptr, false) : json();
    if (!parsed.is_object() || parsed.value("c", "") != context) return std::nullopt;
    return Round{parsed.value("s", std::uint64_t{0}),
                 parsed.value("w", true),
                 parsed.value("u", std::uint64_t{0}),
                 parsed.value("p", std::size_t{0}),
                 parsed.value("q", ""),
                 parsed.value("f", ""),
                 parsed.value("t", 0L),
                 parsed.value("g", std::uint64_t{0})};
}

std::string delta_address(const GraphRequest& request) {
    return request.http.base_url + request.http.target.substr(0, request.http.target.find('?'));
}

Response resync(const GraphRequest& request, int status) {
    if (status == 400) {
        return graph_error({400,
                            "syncStateNotFound",
                            "The sync state generation is not found; Delta token is expired, data must be "
                            "synchronized again.",
                            {}});
    }
    auto response = graph_error({status, "resyncRequired", "Resync required.", {}});
    response.set_header("Location", delta_address(request) + "?$deltatoken=");
    return response;
}

/// `id eq '…'`, several joined by `or`: all that a filter may be.
std::optional<std::vector<std::string>> ids_in(const std::string& filter) {
    static const std::regex whole(R"(\s*id eq '[^']+'(\s+or\s+id eq '[^']+')*\s*)", std::regex::icase);
    static const std::regex one(R"(id eq '([^']+)')", std::regex::icase);
    if (filter.empty()) return std::vector<std::string>{};
    if (!std::regex_match(filter, whole)) return std::nullopt;
    std::vector<std::string> ids;
    for (auto it = std::sregex_iterator(filter.begin(), filter.end(), one); it != std::sregex_iterator(); ++it)
        ids.push_back(lower((*it)[1].str()));
    return ids;
}

/// The members that tell one state from another; the id in any case.
json changed_members(const json& before, const json& after, const GraphSwitches& switches) {
    json changed = json::object();
    for (const auto& [name, value] : after.items()) {
        const bool is_credential = name == "passwordCredentials" || name == "keyCredentials";
        if (is_credential && !switches.delta_reports_credentials) continue;
        const auto known = before.find(name);
        if (known == before.end() || *known != value) changed[name] = value;
    }
    return changed;
}

/// What a round says of one object; null when there is nothing to say.
json item_of(const Versioned::Change& change, const Round& round, const DeltaSource& source,
             const GraphSwitches& switches) {
    const auto select = round.select.empty() ? std::string{} : round.select + ",id";
    const auto project = [&](const json& object) {
        return selected(source.listing.project(object, select, false), select);
    };
    const bool was_there = !round.whole && change.before != nullptr;
    if (change.after == nullptr) {
        if (!was_there) return nullptr;
        return {{"id", change.id}, {"@removed", {{"reason", source.is_restorable(change.id) ? "changed" : "deleted"}}}};
    }
    auto now = project(*change.after);
    if (!was_there) return now;
    auto changed = changed_members(project(*change.before), now, switches);
    if (changed.empty()) return nullptr;
    if (switches.delta_shows_whole_objects) return now;
    changed["id"] = change.id;
    return changed;
}

std::optional<Response> refuse_options(const GraphRequest& request) {
    for (const auto* option : {"$expand", "$orderby", "$search", "$top", "$count", "$skip"}) {
        if (request.query(option).empty()) continue;
        return graph_error({400,
                            "Request_UnsupportedQuery",
                            fmt::format("The query parameter '{}' is not supported by delta queries.", option),
                            {}});
    }
    return std::nullopt;
}

/// One page of a round.
class Page {
public:
    Page(const GraphRequest& request, const DeltaSource& source, const GraphSwitches& switches)
        : request_(request), source_(source), switches_(switches), at_(source.now - source.replica_lag) {}

    Response run() {
        if (request_.http.method != "GET") return graph_not_allowed();
        if (auto refusal = refuse_options(request_)) return *refusal;
        if (auto refusal = find_round()) return *refusal;
        const auto ids = ids_in(round_.filter);
        if (!ids) {
            return graph_error({400, "Request_UnsupportedQuery", "Delta queries filter by ids only.", {}});
        }
        return fill(*ids);
    }

private:
    std::optional<Response> find_round() {
        const auto delta = request_.query("$deltatoken"), skip = request_.query("$skiptoken");
        const auto& context = source_.listing.context;
        if (!skip.empty() || (!delta.empty() && delta != "latest")) {
            auto round = round_of(skip.empty() ? delta : skip, context);
            if (!round) return graph_error(bad_request("Badly formed token."));
            const auto age = seconds_of(source_.now) - round->issued;
            if (age > switches_.delta_token_lifetime_seconds || round->generation != source_.collection.generation())
                return resync(request_, switches_.delta_expired_status);
            round_ = *round;
            if (skip.empty()) next_round();
            return std::nullopt;
        }
        round_.select = request_.query("$select");
        round_.filter = request_.query("$filter");
        round_.until = source_.collection.number_at(at_);
        is_empty_ = delta == "latest";
        return std::nullopt;
    }

    void next_round() {
        round_.since = round_.until;
        round_.until = source_.collection.number_at(at_);
        round_.position = 0;
        round_.whole = false;
    }

    Response fill(const std::vector<std::string>& ids) {
        auto value = json::array();
        std::size_t next = 0;
        const auto page = static_cast<std::size_t>(std::max(switches_.delta_page_size, 1L));
        const auto last = is_empty_ ? 0 : source_.collection.positions();
        for (next = round_.position; next < last; ++next) {
            if (value.size() >= page) break;
            const auto since = round_.whole ? 0 : round_.since;
            const auto change = source_.collection.change(next, since, round_.until);
            if (!change) continue;
            if (!ids.empty() && std::find(ids.begin(), ids.end(), change->id) == ids.end()) continue;
            auto item = item_of(*change, round_, source_, switches_);
            if (!item.is_null()) value.push_back(std::move(item));
        }
        json answer{
            {"@odata.context", fmt::format("{}/v1.0/$metadata#{}", request_.http.base_url, source_.listing.context)}};
        round_.issued = seconds_of(source_.now);
        round_.generation = source_.collection.generation();
        const bool more = next < last;
        round_.position = more ? next : 0;
        const auto token = token_of(round_, source_.listing.context);
        answer[more ? "@odata.nextLink" : "@odata.deltaLink"] =
            fmt::format("{}?{}={}", delta_address(request_), more ? "$skiptoken" : "$deltatoken", token);
        answer["value"] = std::move(value);
        return graph_answer(200, answer);
    }

    const GraphRequest& request_;
    const DeltaSource& source_;
    const GraphSwitches& switches_;
    const Time at_;
    Round round_;
    bool is_empty_ = false;  ///< from now on: nothing of what was
};

}  // namespace

bool asks_for_delta(const GraphRequest& request) {
    const auto first = request.segment(0), second = request.segment(1);
    const bool tracked = first == "applications" || first == "servicePrincipals" || first == "oauth2PermissionGrants";
    return tracked && request.path.size() == 2 && request.path[0].key_name.empty() &&
           (second == "delta" || second == "microsoft.graph.delta");
}

Response list_changes(const GraphRequest& request, const DeltaSource& source, const GraphSwitches& switches) {
    return Page(request, source, switches).run();
}

}  // namespace regent::simulator
