#include "manifest/named_key_rules.hpp"

#include "manifest/json_places.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/member_in_any_case.hpp"
#include "model/named_keys.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

constexpr const char* wrong = "RG0634";
constexpr const char* how =
    "write `{credential: NAME}`: the key is the file `connector.NAME` in `$CREDENTIALS_DIRECTORY`";

NamedKeyMistake mistake_in(std::string pointer, const Json& value) {
    const auto name = value.find(model::credential_member);
    for (const auto& [member, of_it] : value.items()) {
        if (member == model::credential_member) continue;
        auto at = fmt::format("{}/{}", pointer, pointer_token(member));
        if (member == "version")
            return {wrong, std::move(at), "a policy's key has no `version`",
                    "leave it out: services show keys of policies, so another key in the file is seen by itself"};
        return {wrong, std::move(at), "a mapping here names a key, and nothing but its `credential`", how};
    }
    if (name == value.end())
        return {wrong, std::move(pointer), "a mapping here names a key, and this one is empty", how};
    pointer += fmt::format("/{}", model::credential_member);
    if (name->is_string() && is_name(name->get_ref<const std::string&>())) return {};
    return {"RG0408", std::move(pointer), "this cannot be the name of a key",
            "names are lower-case letters, digits and `-`, and the key itself never stands here; " + std::string(how)};
}

bool sets_it(const std::vector<model::PolicyHeader>& headers, std::size_t policy, const std::string& member) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& header) { return header.policy == policy && header.member == member; });
}

}  // namespace

std::vector<NamedKeyMistake> named_key_mistakes(const Json& policies) {
    std::vector<NamedKeyMistake> mistakes;
    const auto headers = model::headers_set_in(policies);
    for (std::size_t i = 0; i < policies.size(); ++i) {
        const auto* parameters = policies[i].is_object() ? member_in_any_case(policies[i], "parameters") : nullptr;
        if (parameters == nullptr || !parameters->is_object()) continue;
        for (const auto& [member, value] : parameters->items()) {
            if (!value.is_object()) continue;
            auto pointer = fmt::format("/{}/parameters/{}", i, pointer_token(member));
            if (sets_it(headers, i, member)) {
                if (auto mistake = mistake_in(std::move(pointer), value); !mistake.code.empty())
                    mistakes.push_back(std::move(mistake));
            } else if (value.contains(model::credential_member)) {
                mistakes.push_back({wrong, std::move(pointer), "a key cannot be named here",
                                    "keys are named as what `setheader` and `setqueryparameter` set: as their "
                                    "`x-ms-apimTemplateParameter.value`"});
            }
        }
    }
    return mistakes;
}

}  // namespace regent::manifest
