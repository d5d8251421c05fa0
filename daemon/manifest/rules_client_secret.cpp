#include "manifest/rules_client_secret.hpp"

#include "manifest/load_plain.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

using std::chrono::hours;

constexpr std::size_t max_vault_name = 24, min_vault_name = 3, max_secret_name = 127;

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool has_only_letters_digits_dashes(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool check_path(const Node& node, Findings& findings) {
    const std::string_view path = node.text;
    const auto complain = [&](std::string message, std::string help) {
        findings.bad_value("RG0487", node, std::move(message)).help = std::move(help);
        return false;
    };
    if (path.empty() || path.front() != '/')
        return complain(fmt::format("{} is no absolute path", in_quotes(path)),
                        "write the whole path: the file lies on the machine where regent runs");
    const auto segments = fmt::format("{}/", path);
    if (path.back() == '/' || segments.find("/../") != std::string::npos || segments.find("/./") != std::string::npos ||
        segments.find("//") != std::string::npos)
        return complain(fmt::format("{} is not the plain path of a file", in_quotes(path)),
                        "no `..`, no `.`, no `/` at its end or twice in a row");
    if (std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return complain("a path cannot hold control characters", "type it again");
    if (path.ends_with(".keyid"))
        return complain("names that end in `.keyid` are regent's own", "give the file another name");
    return true;
}

bool check_vault(const Values& vault, Findings& findings) {
    const auto* name = vault.node("vault");
    const auto* secret = vault.node("secret");
    if (name == nullptr || secret == nullptr) return false;
    const auto& text = name->text;
    const bool good_vault = text.size() >= min_vault_name && text.size() <= max_vault_name &&
                            has_only_letters_digits_dashes(text) && !(text.front() >= '0' && text.front() <= '9') &&
                            text.front() != '-' && text.back() != '-' && text.find("--") == std::string::npos;
    if (!good_vault) {
        auto& d = findings.bad_value("RG0488", *name, fmt::format("{} cannot be the name of a vault", in_quotes(text)));
        d.notes.push_back("3 to 24 letters, digits and single `-`, beginning with a letter and not ending with `-`");
        if (text.find("://") != std::string::npos || text.find('.') != std::string::npos)
            d.help = "write its name only: `contoso` of `https://contoso.vault.azure.net`";
        return false;
    }
    if (secret->text.empty() || secret->text.size() > max_secret_name ||
        !has_only_letters_digits_dashes(secret->text)) {
        findings
            .bad_value("RG0488", *secret,
                       fmt::format("{} cannot be the name of a secret in a vault", in_quotes(secret->text)))
            .notes.push_back("1 to 127 letters, digits and `-`");
        return false;
    }
    return true;
}

}  // namespace

SecretTimes times_of(const Values& secret) {
    return {secret.duration("validFor").value_or(hours(24 * 180)),
            secret.duration("rotateBefore").value_or(hours(24 * 30)),
            secret.duration("keepOld").value_or(std::chrono::seconds(0))};
}

void check_times(const Values& secret, const SecretTimes& times, const Node& name, Findings& findings) {
    const auto place = [&](std::string_view key) -> const Node& {
        const auto* node = secret.node(key);
        return node == nullptr ? name : *node;
    };
    if (times.rotate_before >= times.valid_for) return;  // RG0407
    if (times.keep_old >= times.valid_for - times.rotate_before) {
        auto& d = findings.bad_value("RG0486", place("keepOld"),
                                     "the old secret would still be there when the next one is due");
        d.notes.push_back("a secret is replaced `validFor` less `rotateBefore` after it was issued");
        d.help = "make `keepOld` shorter than that";
    }
}

bool check_delivery(const Values& entry, Findings& findings) {
    if (const auto file = entry.mapping("file"); file.exists()) {
        const auto* path = file.node("path");
        return path != nullptr && check_path(*path, findings);
    }
    if (const auto vault = entry.mapping("keyVault"); vault.exists()) return check_vault(vault, findings);
    const auto* command = entry.node("command");
    if (command == nullptr) return false;
    if (is_name(command->text)) return true;
    auto& d = findings.bad_value("RG0489", *command,
                                 fmt::format("{} cannot be the name of a command", in_quotes(command->text)));
    d.notes.push_back(
        "a manifest names a command, and the configuration of the machine says what it runs: whoever may write "
        "manifests must not be able to run programs as the service");
    d.help = "define it under `spec.delivery.commands` of the service's configuration, and write its name here";
    return false;
}

}  // namespace regent::manifest
