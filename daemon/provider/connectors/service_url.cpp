#include "provider/connectors/service_url.hpp"

#include "provider/connectors/json_member.hpp"
#include "provider/connectors/sign_in.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace regent::provider::connectors {
namespace {

using nlohmann::json;

constexpr std::string_view other_place = "x-place-of-definition";

struct Place {
    std::string scheme, host, path;
};

std::optional<Place> place_in(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::nullopt;
    const auto rest = url.substr(scheme + 3);
    const auto slash = rest.find('/');
    if (rest.empty() || slash == 0) return std::nullopt;
    return Place{std::string(url.substr(0, scheme)), std::string(rest.substr(0, slash)),
                 slash == std::string_view::npos ? "/" : std::string(rest.substr(slash))};
}

/// As two spellings of one place are the same: host names in any case, the port that goes without saying, a last slash.
std::string comparable(const Place& place) {
    auto host = lower(place.host), path = place.path;
    const auto scheme = lower(place.scheme);
    const std::string_view port = scheme == "https" ? ":443" : ":80";
    if (std::string_view(host).ends_with(port)) host.resize(host.size() - port.size());
    while (!path.empty() && path.back() == '/') path.pop_back();
    return scheme + "://" + host + path;
}

void put_place(json& definition, const Place& place) {
    definition["schemes"] = {place.scheme};
    definition["host"] = place.host;
    definition["basePath"] = place.path;
}

}  // namespace

void put_service_url(json& definition, std::string_view url) {
    if (const auto place = place_in(url)) put_place(definition, *place);
}

void tell_service_url(json& definition, std::string_view url) {
    const auto there = place_in(url);
    const auto said = definition.is_object() ? place_in(service_url(definition)) : std::nullopt;
    if (!there || !said || comparable(*there) == comparable(*said)) return;
    // Of the two, either may be the one that somebody changed: no manifest's definition has such a member.
    definition[std::string(other_place)] = service_url(definition);
    put_place(definition, *there);
}

void leave_out_other_place(json& definition) {
    if (definition.is_object()) definition.erase(std::string(other_place));
}

std::string take_other_place(std::string& definition) {
    if (definition.find(other_place) == std::string::npos) return {};
    auto read = json::parse(definition, nullptr, false);
    const auto it = read.is_object() ? read.find(other_place) : read.end();
    if (it == read.end() || !it->is_string()) return {};
    auto place = it->get<std::string>();
    read.erase(it);
    definition = read.dump(-1, ' ', false, json::error_handler_t::replace);
    return place;
}

}  // namespace regent::provider::connectors
