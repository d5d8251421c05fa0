#include "plan/not_seen_yet.hpp"

#include "model/attributes.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <optional>

namespace regent::plan {
namespace {

using Time = std::chrono::system_clock::time_point;

/// Another service knows its connectors by the keys that regent gives them.
bool is_of_power_apps(const DesiredResource& connector) {
    const auto backend = connector.attributes.find(model::path::backend);
    return backend == connector.attributes.end() || backend->second.value.text_or({}) == model::backend::environment;
}

std::optional<Time> made_lately(const model::Address& address, const History& history, Time now) {
    const auto made = history.made_at.find(address);
    if (made == history.made_at.end() || !history.remote_ids.contains(address)) return std::nullopt;
    // A time that is still to come was noted while the clock was wrong.
    if (made->second > now || now - made->second >= oldest_answer) return std::nullopt;
    return made->second;
}

Withheld left_alone(const DesiredResource& connector, const std::string& id, Time made_at) {
    const auto text = [](Time time) {
        return fmt::format("{:%H:%M:%S} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
    };
    Withheld withheld;
    withheld.why = Withheld::Why::not_seen_yet;
    withheld.address = connector.address;
    withheld.place = connector.place;
    withheld.message = fmt::format(
        "was made at {} ({}), and Power Apps does not show it: its answers may be older than that, and "
        "another one would be a second one",
        text(made_at), id);
    withheld.help = fmt::format("the next run looks again. Did somebody delete it, it is made anew from {} on",
                                text(made_at + oldest_answer));
    return withheld;
}

}  // namespace

std::vector<Withheld> not_seen_yet(const Items& items, const History& history, Time now) {
    std::vector<Withheld> unseen;
    for (const auto& [address, item] : items) {
        if (address.kind != model::kind::connector || item.standing != Standing::missing || !item.is_written() ||
            !is_of_power_apps(*item.desired))
            continue;
        if (const auto made_at = made_lately(address, history, now))
            unseen.push_back(left_alone(*item.desired, history.remote_ids.at(address), *made_at));
    }
    return unseen;
}

}  // namespace regent::plan
