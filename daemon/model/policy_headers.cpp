#include "model/policy_headers.hpp"

#include "model/ascii.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace regent::model {
namespace {

using nlohmann::json;

/// Written in front of their names in policies: https://github.com/microsoft/PowerPlatformConnectors
constexpr std::string_view name_parameter = "x-ms-apimtemplateparameter.name";
constexpr std::string_view value_parameter = "x-ms-apimtemplateparameter.value";

/// The member of this name in whatever case; the end when there is none.
template <typename Json>
auto find_member(Json& object, std::string_view name) {
    auto it = object.begin();
    while (it != object.end() && lower_case(it.key()) != name) ++it;
    return it;
}

std::string header_text(const json& object, std::string_view name) {
    const auto it = find_member(object, name);
    return it != object.end() && it->is_string() ? it->template get<std::string>() : std::string{};
}

}  // namespace

std::vector<PolicyHeader> headers_set_in(const json& policies) {
    std::vector<PolicyHeader> headers;
    if (!policies.is_array()) return headers;
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const auto& policy = policies[i];
        if (!policy.is_object()) continue;
        auto id = lower_case(header_text(policy, "templateid"));
        if (id != "setheader" && id != "setqueryparameter") continue;
        const auto parameters = find_member(policy, "parameters");
        if (parameters == policy.end() || !parameters->is_object()) continue;
        const auto value = find_member(*parameters, value_parameter);
        if (value == parameters->end()) continue;
        headers.push_back({i, std::move(id), header_text(*parameters, name_parameter), value.key()});
    }
    return headers;
}

const json& value_of(const json& policies, const PolicyHeader& header) {
    return find_member(policies[header.policy], "parameters")->at(header.member);
}

json& value_of(json& policies, const PolicyHeader& header) {
    return find_member(policies[header.policy], "parameters")->at(header.member);
}

bool is_same_header(const PolicyHeader& a, const PolicyHeader& b) {
    return a.template_id == b.template_id && lower_case(a.header) == lower_case(b.header);
}

}  // namespace regent::model
