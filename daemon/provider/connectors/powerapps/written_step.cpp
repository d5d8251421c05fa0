#include "provider/connectors/powerapps/written_step.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::powerapps {

using nlohmann::json;

std::string connector_name(const plan::Step& step, const StepInput& input) {
    const auto own = input.own_outputs.find(model::output::connector_name);
    if (own != input.own_outputs.end()) return own->second;
    return step.observed ? step.observed->id : std::string{};
}

std::string environment_of(const plan::Step& step) {
    if (step.observed && step.work != plan::Work::create) {
        if (auto there = text_of(step.observed->attributes, model::path::environment); !there.empty()) return there;
    }
    return text_of(step.values, model::path::environment);
}

StepResult result_of(const json& connector) {
    StepResult result;
    read_outputs(result.outputs, connector);
    const auto name = result.outputs.find(model::output::connector_name);
    if (name != result.outputs.end()) result.detail = name->second;
    return result;
}

void tell_progress(const StepInput& input, std::string_view words) {
    if (input.progress) input.progress(words);
}

}  // namespace regent::provider::powerapps
