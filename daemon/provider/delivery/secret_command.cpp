#include "provider/delivery/secret_command.hpp"

#include "provider/delivery/private_file.hpp"
#include "provider/delivery/run_program.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

namespace regent::provider::delivery {
namespace {

using nlohmann::json;

/// The record of a command that refused the first secret it was given.
const std::string nothing_given = "{\"keyId\": \"\"}\n";

const model::DeliveryCommand* command_named(const std::string& name, const model::LocalDelivery& local) {
    const auto it = std::find_if(local.commands.begin(), local.commands.end(),
                                 [&](const auto& command) { return command.name == name; });
    return it == local.commands.end() ? nullptr : &*it;
}

std::string why_not(const std::string& name, const model::LocalDelivery& local) {
    if (command_named(name, local) == nullptr)
        return fmt::format("this machine's configuration defines no command `{}`", name);
    if (local.records.empty()) return "nobody says where it is written down which secret it was given last (`records`)";
    return {};
}

/// One record per environment and command.
std::string record_name(const std::string& environment_key, const std::string& command) {
    std::string name;
    for (const unsigned char c : fmt::format("{} {}", environment_key, command)) {
        if (std::isalnum(c) != 0 || c == '-' || c == '.') {
            name += static_cast<char>(c);
        } else {
            name += fmt::format("_{:02x}", c);
        }
    }
    return name + ".json";
}

std::array<std::string, 1> folders_of(const model::LocalDelivery& local) {
    return {local.records};
}

}  // namespace

Held look_at_command(const model::Value& target, const model::LocalDelivery& local,
                     const std::string& environment_key) {
    const auto name = member(target, "name");
    if (auto problem = why_not(name, local); !problem.empty()) return unknown(std::move(problem));
    std::error_code error;
    if (!std::filesystem::exists(local.records, error)) return holding_something();
    const AllowedFolder folder(local.records + "/" + record_name(environment_key, name), folders_of(local));
    if (!folder.is_open()) return unknown("its record: " + folder.problem());
    std::string problem;
    const auto record = read_small_file(folder.descriptor(), folder.name(), problem);
    if (!problem.empty()) return unknown("its record cannot be read: " + problem);
    if (!record) return holding_something();
    const auto parsed = json::parse(*record, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("keyId") || !parsed["keyId"].is_string()) return holding_something();
    auto key_id = parsed["keyId"].get<std::string>();
    return key_id.empty() ? empty_handed() : holding(std::move(key_id));
}

Delivered run_command(const model::Value& target, const model::LocalDelivery& local, const std::string& environment_key,
                      const Parcel& parcel) {
    const auto where = model::delivery_words(target);
    const auto name = member(target, "name");
    const auto failed = [&](ErrorKind kind, const std::string& why, std::string help) {
        return tl::unexpected(not_delivered(kind, parcel, where, why, std::move(help)));
    };
    if (const auto problem = why_not(name, local); !problem.empty())
        return failed(ErrorKind::rejected, problem,
                      "commands are defined by `spec.delivery.commands` of the machine's configuration");
    const auto& command = *command_named(name, local);
    std::error_code error;
    std::filesystem::create_directories(local.records, error);
    ::chmod(local.records.c_str(), 0700);
    const AllowedFolder folder(local.records + "/" + record_name(environment_key, name), folders_of(local));
    if (!folder.is_open())
        return failed(ErrorKind::rejected, "its record: " + folder.problem(), "look at the folder's permissions");
    std::string problem;
    const auto before = read_small_file(folder.descriptor(), folder.name(), problem);
    if (problem.empty()) problem = remove_file(folder.descriptor(), folder.name());
    if (!problem.empty())
        return failed(ErrorKind::rejected, "its record: " + problem, "look at the folder's permissions");
    if (parcel.progress) parcel.progress(fmt::format("running {}", command.run.front()));
    const std::vector<std::string> environment{
        "PATH=/usr/local/bin:/usr/bin:/bin", "REGENT_APPLICATION=" + parcel.application,
        "REGENT_APP_ID=" + parcel.app_id,    "REGENT_SECRET=" + parcel.secret,
        "REGENT_KEY_ID=" + parcel.key_id,    "REGENT_ENDS_AT=" + parcel.ends_at};
    const auto end = run_program(command.run, environment, parcel.value.reveal(), command.timeout);
    const auto remember = [&](const std::string& text) {
        const auto partial = "." + folder.name() + ".new";
        auto wrong = write_new_file(folder.descriptor(), partial, text, {});
        return wrong.empty() ? rename_file(folder.descriptor(), partial, folder.name()) : wrong;
    };
    if (!end.done) {
        // Whoever ends with an error has changed nothing: that is the agreement. Who was killed has not said anything.
        const bool unchanged = !end.may_have_run || end.words.starts_with("it ended with");
        if (unchanged) (void)remember(before.value_or(nothing_given));
        return failed(ErrorKind::transient, end.words,
                      "its own log may say more: regent shows nothing of its output, which could hold the secret");
    }
    problem = remember(
        json{{"keyId", parcel.key_id}, {"application", parcel.application}, {"secret", parcel.secret}}.dump(2) + "\n");
    if (!problem.empty())
        return failed(ErrorKind::transient, "its record: " + problem,
                      "look at the folder's permissions and at the disk");
    return {};
}

}  // namespace regent::provider::delivery
