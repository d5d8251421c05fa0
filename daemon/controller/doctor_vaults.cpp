#include "controller/doctor.hpp"
#include "model/attributes.hpp"
#include "model/secret_delivery.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string_view>

namespace regent::controller {
namespace {

using State = model::ObservedDelivery::State;

constexpr auto role = "`Key Vault Secrets Officer`, or Set and List in its access policy";

/// By vault, what is handed over to it: "Application/portal: secret "deploy"".
std::map<std::string, std::vector<std::string>> handed_over(const plan::Plan& plan) {
    std::map<std::string, std::vector<std::string>> by_vault;
    for (const auto& step : plan.steps) {
        const auto target = step.values.find(model::path::secret_deliveries);
        if (target == step.values.end() || model::text_of(target->second, "type") != model::delivery::key_vault)
            continue;
        by_vault[model::text_of(target->second, "vault")].push_back(
            fmt::format("{}: {}", to_string(step.address), model::delivery_words(target->second)));
    }
    return by_vault;
}

}  // namespace

Findings check_vaults(const plan::Plan& plan, const model::Snapshot& observed) {
    Findings findings;
    constexpr std::string_view kind = "keyVault:";
    for (const auto& [address, deliveries] : observed.deliveries) {
        for (const auto& delivery : deliveries) {
            const bool is_unknown = delivery.state == State::unknown || delivery.state == State::refused;
            if (!is_unknown || !delivery.target.starts_with(kind)) continue;
            findings.push_back(
                {Finding::Verdict::failed, "vault",
                 fmt::format("Key Vault {}, for the secret \"{}\" of {}, cannot be looked at: {}",
                             delivery.target.substr(kind.size()), delivery.secret, to_string(address), delivery.note),
                 fmt::format("regent needs {}; until then no new secret is issued for it", role),
                 delivery.state == State::refused});
        }
    }
    for (const auto& [vault, secrets] : handed_over(plan)) {
        findings.push_back(
            {Finding::Verdict::warning, "vault",
             fmt::format("Key Vault {} lets regent list; whether it may set as well is known once it is tried:\n{}",
                         vault, fmt::join(secrets, "\n")),
             fmt::format("it needs {}", role), false});
    }
    return findings;
}

}  // namespace regent::controller
