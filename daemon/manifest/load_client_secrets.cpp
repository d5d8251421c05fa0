#include "manifest/load_declaration.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_client_secret.hpp"
#include "model/attributes.hpp"
#include "model/secret_delivery.hpp"

#include <chrono>

namespace regent::manifest {
namespace {

using model::Map;
using model::Value;

void put_text(Map& target, const Values& from, std::string_view key, const char* as) {
    if (const auto text = from.text(key)) target.insert_or_assign(as, *text);
}

Value target_of(const Values& entry) {
    Map target;
    if (const auto file = entry.mapping("file"); file.exists()) {
        target["type"] = std::string(model::delivery::file);
        put_text(target, file, "path", "path");
        put_text(target, file, "owner", "owner");
        put_text(target, file, "group", "group");
    } else if (const auto vault = entry.mapping("keyVault"); vault.exists()) {
        target["type"] = std::string(model::delivery::key_vault);
        // Names of vaults and secrets are the same in capitals.
        target["vault"] = lower_case(vault.text("vault").value_or(""));
        target["name"] = lower_case(vault.text("secret").value_or(""));
    } else if (const auto command = entry.text("command")) {
        target["type"] = std::string(model::delivery::command);
        target["name"] = *command;
    }
    return target;
}

Value targets_of(const LoadJob& job, const Values& secret) {
    model::List targets;
    for (const auto* node : secret.items("deliverTo")) {
        const Values entry(node, job.findings);
        if (!check_delivery(entry, job.findings)) continue;
        auto target = target_of(entry);
        if (target.find("type") == nullptr) continue;
        targets.push_back(std::move(target));
    }
    return targets;
}

}  // namespace

void load_client_secrets(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("clientSecrets");
    if (!entry) return;
    auto& secrets = declaration.attributes[std::string(model::path::client_secrets)];
    secrets.span = entry->key_span;
    secrets.exclusive = true;
    for (const auto* item : job.spec.items("clientSecrets")) {
        const Values secret(item, job.findings);
        const auto* name = secret.node("name");
        if (!name) continue;
        const SecretTimes times = times_of(secret);
        check_times(secret, times, *name, job.findings);
        Map value{{"validForSeconds", static_cast<std::int64_t>(times.valid_for.count())},
                  {"rotateBeforeSeconds", static_cast<std::int64_t>(times.rotate_before.count())}};
        if (times.keep_old.count() > 0)
            value.emplace("keepOldSeconds", static_cast<std::int64_t>(times.keep_old.count()));
        if (secret.entry("deliverTo") != nullptr) value.emplace("deliverTo", targets_of(job, secret));
        secrets.elements.push_back(
            {.name = name->text, .value = std::move(value), .span = name->span, .contributor = {}});
    }
}

}  // namespace regent::manifest
