#include "cli/client_command_line.hpp"

#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/commands.hpp"
#include "cli/option_values.hpp"

#include <CLI/CLI.hpp>

namespace regent::cli {
namespace {

/// An option that takes "2h": CLI11 hands the text over, the value is seconds.
template <typename Target>
CLI::Option* duration_option(CLI::App* command, const std::string& name, Target& target, const std::string& help) {
    return command
        ->add_option_function<std::string>(
            name,
            [&target, name](const std::string& text) {
                const auto duration = parse_duration(text);
                if (!duration) throw CLI::ValidationError(name, "`" + text + "` is no time; write 30s, 15m, 2h or 3d");
                target = *duration;
            },
            help)
        ->type_name("TIME");
}

const CLI::Validator not_blank(
    [](const std::string& text) {
        return text.find_first_not_of(" \t\r\n") == std::string::npos ? "must not be empty" : "";
    },
    {});

}  // namespace

void ClientCommandLine::add_to(CLI::App& app) {
    app.add_option("--socket", client_.socket, "Where the service listens (default: /run/regent/regent.sock)")
        ->envname("REGENT_SOCKET");
    add_looking(app);
    add_asking(app);
}

void ClientCommandLine::add_looking(CLI::App& app) {
    auto* status = app.add_subcommand("status", "How the running service stands, and what needs you");
    status->add_flag("--exit-code", status_.exit_code, "Exit with 2 when something is not ready");
    status->footer("Output: text, json, yaml.");

    auto* get = app.add_subcommand("get", "A table of what the service looks after");
    get->add_option("what", get_.what, "KIND or KIND/NAME; without it everything");
    get->add_flag("-w,--watch", get_.watch, "Go on, and print what changes");
    get->footer("Output: table, wide, name, json, yaml. With --watch, json is a document a line.");

    app.add_subcommand("describe", "Everything about one object: conditions, differences, credentials, events")
        ->add_option("what", describe_what_, "The object, for example Application/portal")
        ->type_name("KIND/NAME")
        ->required();

    auto* events = app.add_subcommand("events", "What happened");
    events->add_option("--for", events_.object, "Only about KIND/NAME");
    duration_option(events, "--since", events_.since, "Only what is not older than this: 2h");
    events->add_option("--severity", events_.severity, "This one and worse: info, warning, error")
        ->check(one_of({"info", "warning", "error"}));
    events->add_flag("-w,--watch", events_.watch, "Go on, and print what happens");
    events->footer("Output: text, json, yaml. With --watch, json is a document a line.");

    auto* history = app.add_subcommand("history", "Runs, or with KIND/NAME the changes of one object");
    history->add_option("what", history_.words, "KIND/NAME, or: show RUN")->expected(0, 2);
    history->add_option("-n,--limit", history_.limit, "At most so many (default 20)")->check(whole_number(1, 1000));
    duration_option(history, "--since", history_.since, "Only what is not older than this: 2d");
    history->footer("Output: text, json, yaml.");

    auto* wait = app.add_subcommand("wait", "Wait until a condition of an object holds");
    wait->add_option("what", wait_.what, "The object, for example Application/portal")
        ->type_name("KIND/NAME")
        ->required();
    wait->add_option("--for", wait_.condition, "Ready, Synced, Stalled=True, …  (default Ready)");
    duration_option(wait, "--timeout", wait_.timeout, "How long (default 5m); then exit with 75");
}

void ClientCommandLine::add_asking(CLI::App& app) {
    auto* reconcile = app.add_subcommand("reconcile", "Run now, rather than when it is time");
    reconcile->add_option("what", reconcile_.what, "KIND/NAME: try this one again at once, too");
    reconcile->add_flag("--wait", reconcile_.wait, "Wait for the run's end and tell its result");
    duration_option(reconcile, "--timeout", reconcile_.timeout,
                    "How long --wait waits (default 15m); then exit with 75");
    reconcile->add_flag("--fetch", reconcile_.fetch, "Ask the source for something new first");
    reconcile->add_flag("--create-again", reconcile_.create_again,
                        "I have looked: the creation whose answer was lost did not happen");

    auto* rotate =
        app.add_subcommand("rotate", "A new client secret now; the old one goes after everybody has the new one");
    rotate->add_option("application", rotate_.application, "NAME or Application/NAME")->required();
    rotate->add_option("secret", rotate_.secret, "The secret's name in the manifest")->required();
    duration_option(
        rotate, "--keep-old", rotate_.keep_old,
        "How long the old one stays beside the new one, this time: 24h (default: `keepOld` of the manifest)");
    rotate->add_flag("--direct", rotate_.direct, "From here and with your own credentials, not by the service");
    rotate->add_flag("--yes,-y", rotate_.yes, "With --direct: do not ask");
    rotate->add_option("--expect-plan", rotate_.expect_plan, "With --direct: go on only if the plan has this id")
        ->check(plan_id());
    rotate
        ->add_option("--config", rotate_.machine_configuration,
                     "With --direct: the service's configuration, for what this machine may deliver (spec.delivery)")
        ->type_name("FILE");
    duration_option(rotate, "--timeout", rotate_.timeout,
                    "How long to wait for the service (default 15m); then exit with 75");

    auto* login = app.add_subcommand("login", "A person signs in, for services that `signIn` of the Environment names");
    login->add_flag("--service", login_.by_service,
                    "For the running service, which keeps the sign-in; needs no repository");
    login->footer(
        "Shows a code to be entered in a browser, anywhere; what comes back is kept in an encrypted file.\n"
        "Output: text, json. Exit codes: 0 signed in, 4 not signed in.");

    auto* pause = app.add_subcommand("pause", "Keep hands off one object, or off everything")->alias("suspend");
    pause->add_option("what", pause_.what, "KIND/NAME");
    pause->add_flag("--all", pause_.all, "Everything in the environment (without -e: in all)");
    pause->add_option("--reason", pause_.reason, "Why; whoever finds it paused will read this")
        ->required()
        ->check(not_blank);
    duration_option(pause, "--for", pause_.duration, "How long: 2h (default: until it is resumed)");

    auto* resume = app.add_subcommand("resume", "Go on after a pause");
    resume->add_option("what", resume_.what, "KIND/NAME");
    resume->add_flag("--all", resume_.all, "Everything that was paused with --all");

    app.add_subcommand("approve", "Let the service carry out the plan that waits")
        ->add_option("plan", plan_, "The id of the plan, 8 digits or more: `regent status` shows it")
        ->type_name("PLAN")
        ->required();
}

std::optional<ExitCode> ClientCommandLine::run(const std::string& command, const GlobalOptions& global,
                                               Terminal& terminal) {
    ServiceClient client(client_.socket);
    if (command == "status") return status(global, status_, client, terminal);
    if (command == "get") return get(global, get_, client, terminal);
    if (command == "describe") return describe(global, describe_what_, client, terminal);
    if (command == "events") return events(global, events_, client, terminal);
    if (command == "history") return history(global, history_, client, terminal);
    if (command == "wait") return wait(global, wait_, client, terminal);
    if (command == "reconcile") return reconcile(global, reconcile_, client, terminal);
    if (command == "rotate")
        return rotate_.direct ? rotate_directly(global, rotate_, terminal) : rotate(global, rotate_, client, terminal);
    if (command == "login")
        return login_.by_service ? login_by_service(global, client, terminal) : login(global, terminal);
    if (command == "pause") return pause(global, pause_, client, terminal);
    if (command == "resume") return resume(global, resume_, client, terminal);
    if (command == "approve") return approve(global, plan_, client, terminal);
    return std::nullopt;
}

}  // namespace regent::cli
