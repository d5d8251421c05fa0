#include "plan/not_seen_yet.hpp"

#include "model/attributes.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <optional>

namespace regent::plan {
namespace {

using Time = std::chrono::system_clock::time_point;
using std::chrono::seconds;

/// Another service knows its connectors by the keys that regent gives them.
bool is_of_power_apps(const DesiredResource& connector) {
    const auto backend = connector.attributes.find(model::path::backend);
    return backend == connector.attributes.end() || backend->second.value.text_or({}) == model::backend::environment;
}

/// How long after it was made an answer may not show `resource`; unset: whether it is made twice does not matter.
std::optional<seconds> hidden_for(const DesiredResource& resource, seconds replication_grace) {
    if (resource.address.kind == model::kind::application) return replication_grace;
    if (resource.address.kind == model::kind::connector && is_of_power_apps(resource)) return oldest_answer;
    return std::nullopt;
}

std::string message_about(const std::string& kind, const std::string& id, Time made_at) {
    if (kind == model::kind::application)
        return fmt::format(
            "was made or restored at {} ({}), and Entra does not show it: its answers may be older than that, and the "
            "secrets that it has would be issued a second time",
            clock_text(made_at), id);
    return fmt::format(
        "was made at {} ({}), and Power Apps does not show it: its answers may be older than that, and another one "
        "would be a second one",
        clock_text(made_at), id);
}

Withheld left_alone(const DesiredResource& resource, const std::string& id, Time made_at, seconds hidden) {
    Withheld withheld;
    withheld.why = Withheld::Why::not_seen_yet;
    withheld.address = resource.address;
    withheld.place = resource.place;
    withheld.message = message_about(resource.address.kind, id, made_at);
    withheld.help =
        fmt::format("the next run looks again. Did somebody delete it{}, it is made anew from {} on",
                    resource.address.kind == model::kind::application ? " for good" : "", clock_text(made_at + hidden));
    return withheld;
}

}  // namespace

model::Address issued_secret(const std::string& key_id) {
    return {std::string(model::path::client_secrets), key_id};
}

std::optional<Time> made_lately(const model::Address& what, const History& history, Time now, seconds lately) {
    const auto made = history.made_at.find(what);
    // A time that is still to come was noted while the clock was wrong.
    if (made == history.made_at.end() || made->second > now || now - made->second >= lately) return std::nullopt;
    return made->second;
}

std::string clock_text(Time time) {
    return fmt::format("{:%H:%M:%S} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::vector<Withheld> not_seen_yet(const Items& items, const History& history, Time now, seconds replication_grace) {
    std::vector<Withheld> unseen;
    for (const auto& [address, item] : items) {
        if (item.standing != Standing::missing || !item.is_written()) continue;
        const auto hidden = hidden_for(*item.desired, replication_grace);
        const auto id = history.remote_ids.find(address);
        if (!hidden || id == history.remote_ids.end()) continue;
        if (const auto made_at = made_lately(address, history, now, *hidden))
            unseen.push_back(left_alone(*item.desired, id->second, *made_at, *hidden));
    }
    return unseen;
}

}  // namespace regent::plan
