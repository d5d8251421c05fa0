#include "apply/step_preparation.hpp"

#include "apply/applied_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::apply {
namespace {

provider::ProviderError nothing_known_of(const plan::Step& step, std::string_view path,
                                         const model::Reference& reference) {
    provider::ProviderError error;
    error.kind = provider::ErrorKind::rejected;
    error.message =
        fmt::format("{} needs the `{}` of {} for `{}`, and no step brought it forth", model::to_string(step.address),
                    reference.output, model::to_string(reference.address), path);
    error.help =
        "this is a mistake in regent, nothing was sent: please report it with the output of `regent plan -o json`";
    return error;
}

/// What of `value` the step sends: for the part "federatedCredentials/ci" only that element, whose neighbours may still
/// wait.
const model::Value& sent_of(const plan::Step& step, const std::string& path, const model::Value& value) {
    const auto [attribute, element] = split_part(step.part);
    if (attribute != path || element.empty()) return value;
    const auto* member = value.find(element);
    return member == nullptr ? value : *member;
}

void note_principals(const model::Value& value, const Outputs& outputs, provider::StepInput& input) {
    if (const auto* list = value.as_list()) {
        for (const auto& item : *list) note_principals(item, outputs, input);
    } else if (const auto* map = value.as_map()) {
        for (const auto& [name, member] : *map) note_principals(member, outputs, input);
    } else if (auto text = value.text_or({}); outputs.is_known_principal(text)) {
        input.known_principals.insert(std::move(text));
    }
}

void hand_over_secret(const model::Reference& reference, const std::string& path, const Outputs& outputs,
                      const model::Secret& secret, PreparedStep& prepared) {
    prepared.input.secrets.emplace(path, secret);
    prepared.secret_owners.emplace(path, reference.address);
    if (auto id = outputs.find(reference.address, model::part_of(reference) + "/keyId")) {
        prepared.input.secret_key_ids.emplace(path, std::move(*id));
    }
}

}  // namespace

tl::expected<PreparedStep, provider::ProviderError> prepare(const plan::Step& step, const Outputs& outputs,
                                                            const SecretKeeper& secrets) {
    PreparedStep prepared{.step = step, .input = {}, .secret_owners = {}};
    prepared.input.own_outputs = outputs.of_run(step.address);
    for (auto& [path, value] : prepared.step.values) {
        value = outputs.fill_in(value);
        const bool written = step.changed.contains(path);
        if (written) note_principals(value, outputs, prepared.input);
        for (const auto& reference : model::references_in(sent_of(step, path, value))) {
            const auto* secret = is_secret_text(reference) ? secrets.find(reference) : nullptr;
            if (secret != nullptr && value.as_reference() != nullptr) {
                hand_over_secret(reference, path, outputs, *secret, prepared);
            } else if (written) {
                return tl::unexpected(nothing_known_of(step, path, reference));
            }
        }
    }
    return prepared;
}

}  // namespace regent::apply
