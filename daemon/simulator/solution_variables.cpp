#include "simulator/solution_variables.hpp"

#include "simulator/powerapps_member.hpp"
#include "simulator/powerapps_oauth.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <regex>

namespace regent::simulator {
namespace {

using nlohmann::json;

const std::regex& reference() {
    static const std::regex pattern(R"re(@environmentVariables\("([A-Za-z0-9_]+)"\))re");
    return pattern;
}

class Values {
public:
    Values(const std::string& environment, const std::vector<SolutionVariable>& variables)
        : environment_(environment), variables_(variables) {}

    void put_in(json* text) {
        if (text == nullptr || !text->is_string()) return;
        auto words = text->get<std::string>();
        std::smatch found;
        while (std::regex_search(words, found, reference())) {
            const auto* variable = find(found[1].str());
            if (variable == nullptr) {
                if (unknown_.empty()) unknown_ = found[1].str();
                return;
            }
            words.replace(static_cast<std::size_t>(found.position(0)), static_cast<std::size_t>(found.length(0)),
                          variable->is_secret ? "what the vault holds for " + variable->schema_name : variable->value);
        }
        *text = words;
    }

    [[nodiscard]] std::string unknown() const { return unknown_; }

private:
    [[nodiscard]] const SolutionVariable* find(const std::string& name) const {
        const auto it = std::find_if(variables_.begin(), variables_.end(), [&](const auto& variable) {
            return same_text(variable.environment, environment_) && same_text(variable.schema_name, name);
        });
        return it == variables_.end() ? nullptr : &*it;
    }

    const std::string& environment_;
    const std::vector<SolutionVariable>& variables_;
    std::string unknown_;
};

}  // namespace

bool is_variable(std::string_view text) {
    return std::regex_match(text.begin(), text.end(), reference());
}

std::string put_variables_in(json& properties, const std::string& environment,
                             const std::vector<SolutionVariable>& variables) {
    Values values(environment, variables);
    if (auto* definition = member_of(properties, "openApiDefinition"))
        for (const auto* place : {"host", "basePath"}) values.put_in(member_of(*definition, place));
    if (auto* backend = member_of(properties, "backendService")) values.put_in(member_of(*backend, "serviceUrl"));
    for (const auto& block : oauth_blocks(properties)) {
        for (const auto* place : {"clientId", "clientSecret"}) values.put_in(member_of(*block.settings, place));
        if (auto* inner = member_of(*block.settings, "properties"))
            values.put_in(member_of(*inner, "AzureActiveDirectoryResourceId"));
        auto* custom = member_of(*block.settings, "customParameters");
        if (custom == nullptr || !custom->is_object()) continue;
        for (auto& parameter : *custom) values.put_in(member_of(parameter, "value"));
    }
    return values.unknown();
}

}  // namespace regent::simulator
