#include "controller/import_names.hpp"

#include <algorithm>
#include <array>

namespace regent::controller {
namespace {

constexpr std::size_t longest_name = 63;

/// A checkout on Windows cannot hold a file of such a name, whatever its suffix.
/// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
bool is_device_name(const std::string& name) {
    static constexpr std::array devices = {"con", "prn", "aux", "nul"};
    if (std::find(devices.begin(), devices.end(), name) != devices.end()) return true;
    return name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) && name[3] >= '0' && name[3] <= '9';
}

std::string with_tail(const Nameless& object, const std::string& tail) {
    auto name = object.wish.empty() ? object.otherwise : object.wish;
    name.resize(std::min(name.size(), longest_name - tail.size() - 1));
    while (name.back() == '-') name.pop_back();
    return name + "-" + tail;
}

}  // namespace

std::map<std::string, std::string> import_names(const std::vector<Nameless>& objects,
                                                const std::set<std::string>& taken) {
    std::map<std::string, std::size_t> wished;
    for (const auto& object : objects) {
        ++wished[object.given.empty() ? object.wish : object.given];
        for (const auto& tail : object.tails) ++wished[with_tail(object, tail)];
    }
    std::map<std::string, std::string> names;
    for (const auto& object : objects) {
        auto name = object.given.empty() ? object.wish : object.given;
        const auto is_free = [&](const std::string& wish) { return wished[wish] == 1 && !taken.contains(wish); };
        if (object.given.empty() && (name.empty() || is_device_name(name) || !is_free(name))) {
            for (const auto& tail : object.tails) {
                name = with_tail(object, tail);
                if (is_free(name)) break;
            }
        }
        names.emplace(object.id, std::move(name));
    }
    return names;
}

}  // namespace regent::controller
