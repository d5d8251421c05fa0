#include "manifest/openapi_rules.hpp"
#include "model/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> supported = {"application/json", "text/plain", "multipart/form-data",
                                                       "application/x-www-form-urlencoded"};

bool is_supported(const std::string& type) {
    auto bare = model::lower_case(type.substr(0, type.find(';')));
    bare.resize(bare.find_last_not_of(' ') + 1);
    return std::find(supported.begin(), supported.end(), bare) != supported.end();
}

/// A media type that connectors do not speak: files name the same one in each of a hundred operations, and one line
/// says it.
struct OddType {
    std::string name, pointer;
    std::size_t more = 0;  ///< other places
};

void collect_odd(const Json& holder, const std::string& pointer, std::vector<OddType>& odd) {
    for (const auto* list : {"consumes", "produces"}) {
        const auto types = holder.find(list);
        if (types == holder.end() || !types->is_array()) continue;
        for (std::size_t i = 0; i < types->size(); ++i) {
            if (!(*types)[i].is_string()) continue;
            const auto& name = (*types)[i].get_ref<const std::string&>();
            if (is_supported(name)) continue;
            const auto known = std::find_if(odd.begin(), odd.end(), [&](const auto& one) { return one.name == name; });
            if (known == odd.end())
                odd.push_back({name, fmt::format("{}/{}/{}", pointer, list, i)});
            else
                ++known->more;
        }
    }
}

}  // namespace

void check_openapi_mime_types(const Json& document, OpenApiFindings& findings) {
    std::vector<OddType> odd;
    collect_odd(document, "", odd);
    if (const auto paths = document.find("paths"); paths != document.end() && paths->is_object()) {
        for (const auto& [path, item] : paths->items()) {
            if (!item.is_object()) continue;
            for (const auto& [method, operation] : item.items())
                if (operation.is_object())
                    collect_odd(operation, fmt::format("/paths/{}/{}", pointer_token(path), pointer_token(method)),
                                odd);
        }
    }
    for (const auto& [name, pointer, more] : odd) {
        auto& d = findings.warning(rule::mime_type, pointer,
                                   fmt::format("the MIME type '{}' is not supported by custom connectors", name));
        d.notes.push_back(
            "supported: application/json, text/plain, multipart/form-data, application/x-www-form-urlencoded");
        if (more > 0) d.notes.push_back(fmt::format("it stands in {} more place{}", more, more == 1 ? "" : "s"));
    }
}

}  // namespace regent::manifest
