#include "provider/connectors/machine_secret.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/backend.hpp"
#include "provider/connectors/sign_in.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace regent::provider::connectors {
namespace {

constexpr std::streamsize max_bytes = 4096;

bool is_plain_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

/// It goes into JSON.
bool is_text(const std::string& bytes) {
    const auto written = nlohmann::json(bytes).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return nlohmann::json::parse(written) == bytes;
}

/// Power Apps keeps a secret as long as the block that it is in is not sent again.
bool power_apps_is_sent_a_secret(const plan::Step& step) {
    const auto goes = [&](std::string_view path) { return step.changed.contains(path); };
    return step.work == plan::Work::create || goes(model::path::client_secret_from) ||
           goes(model::path::connection_parameters) || goes(model::path::connection_parameter_sets);
}

/// Resource Manager replaces a connector whole; only tags can be changed by themselves.
bool logic_apps_is_sent_a_secret(const plan::Step& step) {
    return step.work == plan::Work::create ||
           std::any_of(step.changed.begin(), step.changed.end(),
                       [](const auto& path) { return path != model::path::tags && path != model::path::marks; });
}

bool saves(const plan::Step& step) {
    return step.part.empty() && (step.work == plan::Work::create || step.work == plan::Work::adopt ||
                                 step.work == plan::Work::update || step.work == plan::Work::complete);
}

}  // namespace

std::map<std::string, std::string> machine_secret_names(std::string_view from) {
    std::map<std::string, std::string> names;
    if (from.empty()) return names;
    names.emplace("", from.substr(0, from.find('/')));
    const auto sets = from.find("/{");
    if (sets == std::string_view::npos) return names;
    const auto read = nlohmann::json::parse(from.substr(sets + 1), nullptr, false);
    if (!read.is_object()) return names;
    for (const auto& [set, name] : read.items())
        if (name.is_string()) names.insert_or_assign(set, name.get<std::string>());
    return names;
}

std::map<std::string, std::string> machine_secrets_for(const plan::Step& step) {
    if (step.address.kind != model::kind::connector || !saves(step)) return {};
    auto from = value_text(step.values, model::path::client_secret_from);
    const auto backend = backend_of(step);
    if (backend == model::backend::environment)
        return power_apps_is_sent_a_secret(step) ? machine_secret_names(from) : std::map<std::string, std::string>{};
    if (backend != model::backend::logicapps || !logic_apps_is_sent_a_secret(step)) return {};
    // What a manifest leaves to others is sent again as it is.
    if (from.empty() && step.observed && step.work != plan::Work::create)
        from = value_text(step.observed->attributes, model::path::client_secret_from);
    return machine_secret_names(from);
}

std::set<std::string> machine_keys_for(const plan::Step& step) {
    const auto policies = step.values.find(model::path::policies);
    const bool sends_them = policies != step.values.end() && step.address.kind == model::kind::connector &&
                            saves(step) &&
                            (step.work == plan::Work::create || step.changed.contains(model::path::policies));
    return sends_them ? model::names_of_keys(policies->second) : std::set<std::string>{};
}

tl::expected<KeyedStep, ProviderError> with_machine_keys(const plan::Step& step, const MachineSecretReader& read) {
    KeyedStep keyed{step, {}};
    for (const auto& name : machine_keys_for(step)) {
        auto key = read ? read(name) : machine_secret(name);
        if (!key) return tl::unexpected(missing_machine_secret(step.address, name, key.error()));
        keyed.keys.emplace(name, std::move(*key));
    }
    if (keyed.keys.empty()) return keyed;
    auto& policies = keyed.step.values.find(model::path::policies)->second;
    policies = model::with_keys(policies.text_or({}), keyed.keys);
    return keyed;
}

std::string without_secret(std::string words, const model::Secret& secret) {
    if (secret.empty()) return words;
    const auto& text = secret.reveal();
    for (auto at = words.find(text); at != std::string::npos; at = words.find(text, at + 3))
        words.replace(at, text.size(), "***");
    return words;
}

ProviderError missing_machine_secret(const model::Address& address, const std::string& name, const std::string& why) {
    return {.kind = ErrorKind::rejected,
            .message = fmt::format("the secret \"{}\" that {} is to have is not on this machine: {}", name,
                                   to_string(address), why),
            .service = {},
            .request_id = {},
            .time = {},
            .help = fmt::format("put it into the file connector.{} of the credentials directory; in the unit: "
                                "LoadCredential=connector.{}:/path",
                                name, name),
            .retry_after = {},
            .code = "RG0720"};
}

tl::expected<model::Secret, std::string> machine_secret(const std::string& name) {
    if (!is_plain_name(name)) return tl::unexpected(std::string("its name is none that a secret can have"));
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    if (folder == nullptr || *folder == '\0') return tl::unexpected(std::string("$CREDENTIALS_DIRECTORY is not set"));
    const auto path = fmt::format("{}/connector.{}", folder, name);
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return tl::unexpected(fmt::format("there is no file {}", path));
    if ((status.st_mode & S_IROTH) != 0)
        return tl::unexpected(fmt::format("everybody on this machine can read {}", path));
    std::ifstream file(path, std::ios::binary);
    std::string text(static_cast<std::size_t>(max_bytes) + 1, '\0');
    file.read(text.data(), max_bytes + 1);
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || text.size() > static_cast<std::size_t>(max_bytes))
        return tl::unexpected(fmt::format("{} cannot be read, or is no secret", path));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) return tl::unexpected(fmt::format("{} is empty", path));
    if (!is_text(text)) return tl::unexpected(fmt::format("{} is no text (UTF-8)", path));
    return model::Secret(std::move(text));
}

}  // namespace regent::provider::connectors
