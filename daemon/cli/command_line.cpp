#include "cli/client_command_line.hpp"
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/messages.hpp"
#include "cli/option_values.hpp"
#include "cli/signals.hpp"
#include "cli/token_input.hpp"
#include "cli/usage_errors.hpp"
#include "cli/version.hpp"
#include "net/curl_transport.hpp"
#include "source/fetch_process.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace regent::cli {
namespace {

constexpr const char* examples = R"(
Examples:
  regent validate                          check every environment's manifests; no network
  regent plan -e dev                       what would change in `dev`
  regent plan -e dev --out plan.json       the same, kept for review
  regent apply plan.json                   carry out exactly that plan
  regent apply -e dev                      plan, ask, carry out
  regent import --app 7e7e7e7e-…           a manifest for an application that exists
  regent doctor -e dev                     whether sign-in and permissions suffice for what is planned
  regent rotate portal deploy              a new client secret, now
  regent status                            how the running service stands, and what needs you
  regent describe Application/portal       everything about one object
  regent explain RG0204                    the lesson behind an error
  regent explain Application.spec          what a manifest may say

Signing in: AZURE_CLIENT_ID with AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE, a managed identity with
            AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential, or files in $CREDENTIALS_DIRECTORY; as a person, where an
            Environment says so: `regent login`.
Exit codes: 0 done, 1 failed, 2 changes (plan --detailed-exitcode), 3 invalid manifests, 4 sign-in or permission, 5 partly done,
            6 refused by a guard, 7 the service cannot be reached, 64 wrong usage, 70 a bug, 75 try again later, 130 interrupted.
)";

/// For values that are a consent or a place to keep one: a script's unset variable must not pass for "none was given".
const CLI::Validator not_empty([](const std::string& text) { return text.empty() ? "must not be empty" : ""; }, {});

/// The command tree with everything its flags fill in.
struct CommandLine {
    CLI::App app{"regent keeps registrations in Entra as their manifests say", "regent"};
    GlobalOptions global;
    ValidateOptions validate_options;
    RenderOptions render_options;
    PlanOptions plan_options;
    ApplyOptions apply_options;
    DaemonOptions daemon_options;
    ImportOptions import_options;
    InitOptions init_options;
    SchemaOptions schema_options;
    ExplainTokenOptions explain_token_options;
    ClientCommandLine client;
    std::string explain_what, completion_shell, help_command, colour = "auto";
    bool show_version = false;
    long timeout = 60, grace = 120;
    std::size_t plan_max_deletes = 0, apply_max_deletes = 0;
    CLI::Option *plan_max = nullptr, *apply_max = nullptr;
    std::string plan_risk, apply_risk;

    CommandLine() {
        app.footer(examples);
        app.require_subcommand(0, 1);
        app.fallthrough();
        app.option_defaults()->always_capture_default(false);
        add_globals();
        add_validate();
        add_render();
        add_plan();
        add_apply();
        add_import();
        add_init();
        app.add_subcommand("doctor", "Clock, connections, sign-in and permissions, before anything is written")
            ->footer(
                "Output: text, json. Exit codes: 0 all is well, 4 sign-in or permission, 7 the service does not "
                "answer.");
        app.add_subcommand("logout", "Forget what `regent login` has kept");
        add_daemon();
        client.add_to(app);
        app.add_subcommand("explain", "What an error code, a kind, a field or a reason means")
            ->add_option("what", explain_what, "RG0204, Application, Application.spec.redirectUris, Drifted")
            ->required();
        add_explain_token();
        auto* schema = app.add_subcommand("schema", "JSON Schema of a kind, for editors");
        schema->add_option("kind", schema_options.kind, "Environment, Application, …; without it: all kinds in one");
        schema->add_option("--all", schema_options.all, "Write every schema into this folder")->type_name("DIR");
        app.add_subcommand("completion", "A completion script for bash, zsh or fish")
            ->add_option("shell", completion_shell, "bash, zsh or fish")
            ->required()
            ->check(one_of({"bash", "zsh", "fish"}));
        app.add_subcommand("version", "The version of this program")->footer("Output: text, json.");
        app.add_subcommand("help", "What a command does and takes; without one, which there are")
            ->add_option("command", help_command, "A command's name")
            ->type_name("COMMAND");
    }

    void add_globals() {
        app.add_option("-C,--directory", global.directory, "The repository, or a folder in it (default: here)")
            ->type_name("DIR")
            ->envname("REGENT_DIRECTORY");
        app.add_option("-e,--environment", global.environment, "Name of the Environment")
            ->type_name("ENVIRONMENT")
            ->envname("REGENT_ENVIRONMENT");
        app.add_option("-o,--output", global.output, "text, json, …; see each command")
            ->type_name("FORMAT")
            ->envname("REGENT_OUTPUT");
        app.add_option("--color", colour, "When to colour text")
            ->check(one_of({"auto", "always", "never"}))
            ->type_name("WHEN")
            ->envname("REGENT_COLOR");
        app.add_flag("--no-input", global.no_input, "Never ask; what would have been asked fails");
        app.add_flag("-q,--quiet", global.quiet, "Only the last line");
        app.add_flag("-v,--verbose", global.verbose, "Say more; repeat for more");
        app.add_option("--state-dir", global.state_directory, "Where history is kept")
            ->type_name("DIR")
            ->envname("REGENT_STATE_DIR");
        app.add_option("--timeout", timeout, "Seconds one request may take (default 60)")
            ->check(whole_number(1, 3600))
            ->envname("REGENT_TIMEOUT");
        app.add_option("--replication-grace", grace, "Seconds a write may stay invisible to reads (default 120)")
            ->check(whole_number(0, 3600))
            ->envname("REGENT_REPLICATION_GRACE");
        app.add_option("--parallel", global.parallel, "Steps under way at once (default 4)")
            ->check(whole_number(1, 32))
            ->envname("REGENT_PARALLEL");
        app.add_flag("--batch-writes", global.connection.batch_writes,
                     "Send writes on different applications together, as Graph's $batch")
            ->envname("REGENT_BATCH_WRITES");
        app.add_option("--transport", global.connection.transport,
                       "cpprest or curl: the HTTP library (default: the build's)")
            ->check(one_of({"cpprest", "curl"}))
            ->envname("REGENT_TRANSPORT");
        app.add_option("--ca-file", global.connection.ca_file, "More trusted certificates (PEM), for private endpoints")
            ->type_name("FILE")
            ->envname("REGENT_CA_FILE");
        app.add_option("--proxy", global.connection.proxy, "http://proxy:3128")->envname("REGENT_PROXY");
        app.add_flag("--version", show_version, "The version of this program");
    }

    void add_validate() {
        auto* command = app.add_subcommand(
            "validate", "Check manifests: syntax, fields, references, the services' rules. No network");
        command->add_option("path", validate_options.paths, "Tell only what concerns these files or folders")
            ->type_name("PATH");
        command->add_flag("--strict", validate_options.strict, "Warnings count as errors");
        command->add_flag("--offline", validate_options.offline,
                          "Accepted for scripts: validate never uses the network");
        command->footer(
            "Output: text, json, github (annotations), sarif, junit. Without -e all environments are checked.");
    }

    void add_render() {
        auto* command = app.add_subcommand("render", "The manifests after substitution and overrides");
        command->add_flag("--show-origin", render_options.show_origin, "Say behind each value where it comes from");
        command->add_option("--select", render_options.select, "Only KIND/NAME; repeat for more");
    }

    static void add_machine_configuration(CLI::App* command, std::filesystem::path& file) {
        command
            ->add_option("--config", file,
                         "The service's configuration, for what this machine may deliver (spec.delivery); without it "
                         "secrets that go to files and commands are left alone")
            ->type_name("FILE");
    }

    void add_plan() {
        auto* command = app.add_subcommand("plan", "What would change. Writes nothing anywhere");
        command->add_flag("--detailed-exitcode", plan_options.detailed_exitcode,
                          "Exit with 2 when there is something to do");
        command->add_option("--out", plan_options.out, "Write the plan (JSON) to this file, for `regent apply FILE`")
            ->type_name("FILE")
            ->check(not_empty);
        command->add_flag("--show-unchanged", plan_options.show_unchanged, "List objects that need nothing, too");
        command->add_flag("--drift-only", plan_options.drift_only, "Only what was changed outside");
        plan_max =
            command->add_option("--max-deletes", plan_max_deletes, "Deletions allowed, instead of policy.maxDeletes")
                ->check(whole_number())  // sees the text: -1 would become the largest number there is
                ->envname("REGENT_MAX_DELETES");
        add_fail_on_risk(*command, plan_risk);
        add_select(*command, plan_options.select);
        add_machine_configuration(command, plan_options.machine_configuration);
        command->footer("Output: text, json, jsonl, markdown, diff, html, sarif, junit, github (annotations).");
    }

    void add_apply() {
        auto* command =
            app.add_subcommand("apply", "Carry out what plan shows, then read back that nothing is left to do");
        command
            ->add_option("planfile", apply_options.plan_file,
                         "A plan written by `regent plan --out`: applied only if it still is the plan")
            ->type_name("FILE")
            ->check(not_empty);
        command
            ->add_option("--expect-plan", apply_options.expect_plan,
                         "Go on only if the plan has this id (8 digits or more)")
            ->check(plan_id());
        command->add_flag("--yes,-y", apply_options.yes, "Do not ask");
        command
            ->add_option("--confirm-delete", apply_options.confirm_delete,
                         "The environment's name: agrees to a plan that deletes")
            ->type_name("ENVIRONMENT")
            ->check(not_empty);
        apply_max =
            command->add_option("--max-deletes", apply_max_deletes, "Deletions allowed, instead of policy.maxDeletes")
                ->check(whole_number())  // sees the text: -1 would become the largest number there is
                ->envname("REGENT_MAX_DELETES");
        add_fail_on_risk(*command, apply_risk);
        add_select(*command, apply_options.select);
        add_machine_configuration(command, apply_options.machine_configuration);
        command->footer("Output: text, jsonl. Ctrl-C finishes the running steps and stops.");
    }

    static void add_fail_on_risk(CLI::App& command, std::string& level) {
        command.add_option("--fail-on-risk", level, "Exit with 6 when a change is of this risk or a higher one")
            ->check(one_of({"low", "medium", "high"}))
            ->type_name("RISK")
            ->envname("REGENT_FAIL_ON_RISK");
    }

    void add_import() {
        auto* command =
            app.add_subcommand("import", "Write manifests for objects that exist. Changes nothing in the tenant");
        command->add_option("--app", import_options.app_ids, "Application (client) id; repeat for more")
            ->type_name("ID")
            ->check(not_empty);
        command->add_option("--name", import_options.names, "Display name, exactly; repeat for more")
            ->type_name("NAME")
            ->check(not_empty);
        command
            ->add_option("--filter", import_options.filters,
                         "An OData filter, as `az ad app list --filter` takes it: \"startswith(displayName,'crm-')\"")
            ->type_name("ODATA")
            ->check(not_empty);
        command->add_flag("--all", import_options.all, "Every application of the tenant");
        command
            ->add_option(
                "--connector", import_options.connectors,
                "A custom connector, by display name or by name (shared_…, or the resource's in Azure); repeat "
                "for more")
            ->type_name("NAME")
            ->check(not_empty);
        command
            ->add_option("--environment-name", import_options.environment_name,
                         "A Power Platform environment, by alias or id: where --connector looks; by itself, all of its "
                         "connectors")
            ->type_name("NAME")
            ->check(not_empty);
        command
            ->add_option("--resource-group", import_options.resource_group,
                         "The same for connectors of Logic Apps: a resource group, by alias or id")
            ->type_name("NAME")
            ->check(not_empty);
        command->add_option("--out", import_options.out, "Folder to write to, or - for standard output")
            ->type_name("DIR")
            ->check(not_empty);
        command->add_option("--policy", import_options.policy, "observe (default), create-only or full: see adopting")
            ->check(one_of({"observe", "create-only", "full"}));
        command->footer(
            "One file for each object, for a connector with a folder of its definition, properties, icon and script; "
            "no "
            "file is overwritten. What a manifest cannot say is a comment in it.");
    }

    void add_init() {
        auto* command =
            app.add_subcommand("init", "Begin a repository: an environment, a sample, checks, editor settings");
        command->add_option("directory", init_options.directory, "Where (default: here)")->type_name("DIR");
        command->add_option("--ci", init_options.ci, "github (default) or none: a workflow that validates and plans")
            ->check(one_of({"github", "none"}));
        command->footer("No file is overwritten.");
    }

    void add_daemon() {
        auto* command = app.add_subcommand("daemon", "The service: keeps every environment as its manifests say");
        command->add_option("--config", daemon_options.config, "Its configuration (default /etc/regent/regent.yaml)")
            ->envname("REGENT_CONFIG");
        command->add_flag("--once", daemon_options.once, "Look once at every environment, and end");
        command->footer("SIGHUP reads the configuration again; SIGTERM finishes the running steps and stops.");
    }

    static void add_select(CLI::App& command, std::vector<std::string>& names) {
        command
            .add_option("--select", names,
                        "Only KIND/NAME, with what it needs; repeat for more. Nothing else is touched or removed")
            ->type_name("KIND/NAME")
            ->allow_extra_args(false)
            ->check(not_empty);
    }

    void add_explain_token() {
        auto* command = app.add_subcommand(
            "explain-token", "Which federated credential would take a token, and what differs in the near ones");
        command
            ->add_option("file", explain_token_options.file,
                         "A JWT or its claims as JSON; `-`, or no name: standard input. Never the token itself")
            ->type_name("FILE");
        command->add_flag("--live", explain_token_options.live, "Ask the tenant instead of the manifests");
        command->footer(
            "Output: text, json. Exits with 0 when a credential would take it, else with 1; with 3 when "
            "the manifests have errors, with 64 when this is no token.");
    }

    void finish() {
        global.colour = colour == "always"  ? ColourChoice::always
                        : colour == "never" ? ColourChoice::never
                                            : ColourChoice::automatic;
        plan_options.fail_on_risk = model::parse_risk(plan_risk);
        apply_options.fail_on_risk = model::parse_risk(apply_risk);
        global.connection.timeout = std::chrono::seconds(timeout);
        global.connection.replication_grace = std::chrono::seconds(grace);
        daemon_options.socket = client.socket();
        if (plan_max->count() > 0) plan_options.max_deletes = plan_max_deletes;
        if (apply_max->count() > 0) apply_options.max_deletes = apply_max_deletes;
    }
};

/// A connection that cannot be made as asked for, before anything is tried.
std::optional<UsageError> wrong_connection(const GlobalOptions& global) {
    const auto& connection = global.connection;
    if (!connection.proxy.empty() && !net::is_proxy_address(connection.proxy))  // not quoted: it may hold a password
        return UsageError{"the proxy is not an address of the form http://host:port",
                          "--proxy http://proxy:3128, or the same in REGENT_PROXY"};
    if (!connection.ca_file.empty() && !std::ifstream(connection.ca_file))
        return UsageError{fmt::format("the certificates of --ca-file {} cannot be read", connection.ca_file),
                          "a file in PEM"};
    return std::nullopt;
}

/// `-o` given to a command with one form of output is a mistake of whoever reads it next. In the environment it is
/// meant for the others.
std::optional<UsageError> wrong_output(const CommandLine& line, const std::string& command) {
    constexpr std::array<std::string_view, 7> without = {"explain", "init",       "logout", "render",
                                                         "schema",  "completion", "help"};
    if (std::find(without.begin(), without.end(), command) == without.end() || line.global.output == "text")
        return std::nullopt;
    const auto* set = std::getenv("REGENT_OUTPUT");
    if (set != nullptr && line.global.output == set) return std::nullopt;
    if (command == "schema" && line.global.output == "json") return std::nullopt;
    if (command == "render" && line.global.output == "yaml") return std::nullopt;
    return UsageError{fmt::format("{} has no output format `{}`", command, line.global.output),
                      command == "schema"   ? "it writes JSON"
                      : command == "render" ? "it writes YAML"
                                            : "it has one, text: leave `-o` out"};
}

ExitCode help(const CLI::App& app, const std::string& command, Terminal& terminal) {
    if (command.empty()) {
        // Its own help() would be that of the command `help`.
        terminal.out(app.get_formatter()->make_help(&app, app.get_name(), CLI::AppFormatMode::Normal));
        return ExitCode::ok;
    }
    const auto commands = app.get_subcommands([&](const CLI::App* one) { return one->check_name(command); });
    if (commands.empty()) {
        const auto error = unknown_command(command, app);
        print_error(terminal, error.message, error.help);
        return ExitCode::usage;
    }
    terminal.out(commands.front()->help(app.get_name()));
    return ExitCode::ok;
}

ExitCode dispatch(CommandLine& line, Terminal& terminal) {
    const auto& chosen = line.app.get_subcommands();
    if (line.show_version) return version(line.global, terminal);
    if (chosen.empty()) {
        terminal.err(line.app.help());
        return ExitCode::usage;
    }
    const auto name = chosen.front()->get_name();
    if (name == "validate") return validate(line.global, line.validate_options, terminal);
    if (name == "render") return render(line.global, line.render_options, terminal);
    if (name == "plan") return plan(line.global, line.plan_options, terminal);
    if (name == "apply") return apply(line.global, line.apply_options, terminal);
    if (name == "import") return import_manifests(line.global, line.import_options, terminal);
    if (name == "init") return init(line.global, line.init_options, terminal);
    if (name == "doctor") return doctor(line.global, terminal);
    if (name == "logout") return logout(line.global, terminal);
    if (name == "daemon") return daemon(line.global, line.daemon_options, terminal);
    if (name == "explain") return explain(line.explain_what, terminal);
    if (name == "explain-token") return explain_token(line.global, line.explain_token_options, terminal);
    if (name == "schema") return schema(line.schema_options, terminal);
    if (name == "help") return help(line.app, line.help_command, terminal);
    if (name == "completion") {
        terminal.out(completion_script(line.app, line.completion_shell));
        return ExitCode::ok;
    }
    if (const auto code = line.client.run(name, line.global, terminal)) return *code;
    return version(line.global, terminal);
}

}  // namespace

ExitCode run(int argc, const char* const* argv, Terminal& terminal) {
    // Not for people: the service calls itself so, to fetch in a process that it can end (source/fetch_process.hpp).
    if (argc > 1 && std::string_view(argv[1]) == "internal-fetch")
        return static_cast<ExitCode>(source::run_fetch({argv + 2, argv + argc}));
    HeldHangup hangup;
    // Many messages quote what they did not understand, and this must not be shown once more.
    if (std::any_of(argv, argv + argc, [](const char* argument) { return is_like_token(argument); })) {
        print_error(
            terminal, "a token is never given as an argument",
            "others see arguments, and the shell keeps them: treat it as known to others. `regent explain-token` "
            "reads from a file or standard input");
        return ExitCode::usage;
    }
    try {
        CommandLine line;
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        try {
            line.app.parse(argc, argv);
        } catch (const CLI::CallForHelp&) {
            terminal.out(line.app.help());
            return ExitCode::ok;
        } catch (const CLI::ParseError& error) {
            const auto swallowed = swallowed_flag(arguments, line.app);
            const auto wrong = swallowed ? *swallowed : usage_error(error, arguments, line.app);
            print_error(terminal, wrong.message, wrong.help);
            return ExitCode::usage;
        }
        line.finish();
        auto wrong = swallowed_flag(arguments, line.app);
        if (!wrong) wrong = wrong_connection(line.global);
        if (const auto& chosen = line.app.get_subcommands(); !wrong && !chosen.empty())
            wrong = wrong_output(line, chosen.front()->get_name());
        if (wrong) {
            print_error(terminal, wrong->message, wrong->help);
            return ExitCode::usage;
        }
        if (line.app.got_subcommand("daemon")) {
            hangup.keep();
        } else {
            hangup.let_go();
        }
        return dispatch(line, terminal);
    } catch (const std::exception& error) {
        print_error(terminal, fmt::format("a bug in regent: {}", error.what()),
                    "please report it with the command you ran; nothing more was done");
        return ExitCode::bug;
    }
}

}  // namespace regent::cli
