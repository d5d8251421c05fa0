#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/repository.hpp"
#include "cli/sign_in.hpp"
#include "controller/person_sign_in.hpp"
#include "model/value.hpp"
#include "net/system_clock.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

namespace regent::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

std::string visible_text(const std::string& text) {
    return model::with_visible_controls(text);
}

std::string services_of(const model::DelegatedSignIn& sign_in) {
    std::vector<std::string> names;
    if (sign_in.power_apps) names.emplace_back("Power Apps");
    if (sign_in.dataverse) names.emplace_back("Dataverse");
    if (sign_in.resource_manager) names.emplace_back("Azure Resource Manager");
    return fmt::format("{}", fmt::join(names, ", "));
}

/// `as`: whoever has to sign in, in words.
void show_code(const std::string& page, const std::string& code, const std::string& what, const std::string& as,
               Terminal& terminal) {
    terminal.err(fmt::format("To sign in for {}, open\n    {}\nand enter the code\n    {}\n{}\n", what,
                             visible_text(page), visible_text(code), as));
}

bool check_format(const GlobalOptions& global, Terminal& terminal) {
    if (global.output == "text" || global.output == "json") return true;
    print_error(terminal, fmt::format("there is no output format `{}` here", global.output), "text or json");
    return false;
}

bool check_people(const GlobalOptions& global, Terminal& terminal) {
    if (!check_format(global, terminal)) return false;
    if (!global.no_input) return true;
    print_error(terminal, "somebody has to open a page and enter a code, and --no-input says that nobody is here",
                "run `regent login` without it, once; afterwards nobody is asked");
    return false;
}

std::string who(const std::string& user) {
    return user.empty() ? "somebody whom the token does not name" : visible_text(user);
}

/// How the sign-in goes on, once it is no longer at `standing`.
ClientResult<json> next_state(ServiceClient& client, const json& question, const std::string& standing) {
    for (;;) {
        auto state = client.post("/api/v1/sign-in", question);
        if (!state || text_of(*state, "state") != standing) return state;
        std::this_thread::sleep_for(standing == "asking" ? 100ms : 1000ms);
    }
}

tl::expected<model::Environment, ExitCode> environment_of(const GlobalOptions& global, Terminal& terminal) {
    auto workspace = open_workspace(global.directory, global.environment);
    if (!workspace) {
        print_error(terminal, workspace.error(), global.colour);
        return tl::unexpected(workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests);
    }
    return std::move(workspace->environment);
}

}  // namespace

ExitCode login(const GlobalOptions& global, Terminal& terminal) {
    if (!check_people(global, terminal)) return ExitCode::usage;
    const auto environment = environment_of(global, terminal);
    if (!environment) return environment.error();
    auto connection = global.connection;
    connection.person = person_files(*environment, global);
    net::SystemClock clock;
    const auto grant = controller::log_in(*environment, connection, clock, [&](const net::DeviceCode& code) {
        const auto& account = environment->sign_in.account;
        show_code(
            code.verification_uri, code.user_code,
            fmt::format("{} of environment `{}`", services_of(environment->sign_in), environment->name),
            fmt::format("as {} of tenant {}. Client {}; the code ends in {}.", account.empty() ? "an account" : account,
                        environment->tenant_id, environment->sign_in.client_id, age_text(code.expires_in)),
            terminal);
    });
    if (!grant) {
        print_error(terminal, visible_text(grant.error().message), grant.error().help);
        return ExitCode::sign_in;
    }
    const auto path = controller::sign_in_path(*environment, connection.person);
    if (global.output == "json") {
        terminal.out(json{{"environment", environment->name},
                          {"user", grant->user},
                          {"objectId", grant->object_id},
                          {"file", path.string()}}
                         .dump(2) +
                     "\n");
        return ExitCode::ok;
    }
    terminal.out(fmt::format("Signed in as {}. Kept in {}, encrypted with the key in {}.\n", who(grant->user),
                             path.string(), connection.person.key.string()));
    return ExitCode::ok;
}

ExitCode login_by_service(const GlobalOptions& global, ServiceClient& client, Terminal& terminal) {
    if (!check_people(global, terminal)) return ExitCode::usage;
    const auto name = client.the_environment(global.environment);
    if (!name) return fail(terminal, name.error());
    const auto begun = client.post("/api/v1/sign-in", {{"environment", *name}});
    if (!begun) return fail(terminal, begun.error());
    const json question{{"environment", *name}, {"number", begun->at("number")}};
    auto state = next_state(client, question, "asking");
    if (state && text_of(*state, "state") == "waiting") {
        const auto ends = time_of(*state, "endsAt");
        show_code(text_of(*state, "verificationUri"), text_of(*state, "userCode"),
                  fmt::format("the service, environment `{}`", *name),
                  fmt::format("The code ends at {}.", ends ? short_date_time_text(*ends) : "an unknown time"),
                  terminal);
        state = next_state(client, question, "waiting");
    }
    if (!state) return fail(terminal, state.error());
    if (text_of(*state, "state") != "signedIn") {
        print_error(terminal, text_of(*state, "error"), text_of(*state, "help"));
        return ExitCode::sign_in;
    }
    const auto user = text_of(*state, "user");
    terminal.out(
        global.output == "json"
            ? json{{"environment", *name}, {"user", user}}.dump(2) + "\n"
            : fmt::format("Signed in as {}. The service keeps it, and looks at `{}` now.\n", who(user), *name));
    return ExitCode::ok;
}

ExitCode logout(const GlobalOptions& global, Terminal& terminal) {
    if (!check_format(global, terminal)) return ExitCode::usage;
    const auto environment = environment_of(global, terminal);
    if (!environment) return environment.error();
    const auto path = controller::sign_in_path(*environment, person_files(*environment, global));
    std::error_code error;
    const bool removed = std::filesystem::remove(path, error);
    if (error) {
        print_error(terminal, fmt::format("cannot remove {}: {}", path.string(), error.message()),
                    "remove it as the user that it belongs to");
        return ExitCode::failed;
    }
    if (global.output == "json") {
        terminal.out(json{{"environment", environment->name}, {"removed", removed}}.dump(2) + "\n");
        return ExitCode::ok;
    }
    terminal.out(removed ? fmt::format("Signed out of `{}`: {} is gone. The session itself ends when the account's "
                                       "sessions are revoked in Entra.\n",
                                       environment->name, path.string())
                         : fmt::format("Nobody was signed in for `{}`.\n", environment->name));
    return ExitCode::ok;
}

}  // namespace regent::cli
