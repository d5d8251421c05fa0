#include "controller/import_names.hpp"

#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"

#include <algorithm>
#include <array>

namespace regent::controller {
namespace {

constexpr std::size_t longest_name = 63;
constexpr std::size_t id_digits = 8;

std::string app_id_of(const model::SurveyedApplication& application) {
    return application.resource.outputs.at(std::string(model::output::app_id));
}

/// A checkout on Windows cannot hold a file of such a name, whatever its suffix.
/// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
bool is_device_name(const std::string& name) {
    static constexpr std::array devices = {"con", "prn", "aux", "nul"};
    if (std::find(devices.begin(), devices.end(), name) != devices.end()) return true;
    return name.size() == 4 && (name.starts_with("com") || name.starts_with("lpt")) && name[3] >= '0' && name[3] <= '9';
}

std::string plain_name(const model::SurveyedApplication& application) {
    if (!application.resource.address.name.empty()) return application.resource.address.name;
    const auto it = application.resource.attributes.find(model::path::display_name);
    return manifest::name_from(it == application.resource.attributes.end() ? std::string{} : it->second.text_or({}));
}

std::string with_digits(std::string name, const std::string& app_id, std::size_t digits = id_digits) {
    if (name.empty()) name = "app";
    name.resize(std::min(name.size(), longest_name - digits - 1));
    while (name.back() == '-') name.pop_back();
    return name + "-" + app_id.substr(0, digits);
}

}  // namespace

std::map<std::string, std::string> import_names(const std::vector<const model::SurveyedApplication*>& applications,
                                                const std::set<std::string>& taken) {
    std::map<std::string, std::size_t> wished;
    for (const auto* application : applications) {
        const auto name = plain_name(*application);
        ++wished[name];
        ++wished[with_digits(name, app_id_of(*application))];
    }
    std::map<std::string, std::string> names;
    for (const auto* application : applications) {
        const auto app_id = app_id_of(*application);
        auto name = plain_name(*application);
        const auto is_free = [&](const std::string& wish) { return wished[wish] == 1 && !taken.contains(wish); };
        const bool ours = !application->resource.address.name.empty();
        if (!ours && (name.empty() || is_device_name(name) || !is_free(name))) {
            auto longer = with_digits(name, app_id);
            // Two ids that begin alike: the whole of it tells them apart.
            name = is_free(longer) ? std::move(longer) : with_digits(name, app_id, app_id.size());
        }
        names.emplace(app_id, std::move(name));
    }
    return names;
}

}  // namespace regent::controller
