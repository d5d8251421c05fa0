#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "cli/run_waiting.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;

/// Asks for a run, and tells how it ended.
class Reconciling {
public:
    Reconciling(const GlobalOptions& global, const ReconcileOptions& options, ServiceClient& client, Terminal& terminal)
        : global_(global), options_(options), client_(client), terminal_(terminal) {}

    ExitCode run() {
        if (const auto known = name_what_is_meant(); !known) return fail(terminal_, known.error());
        const bool was_there = address_ && object().has_value();
        const auto answer = client_.post("/api/v1/reconcile", body());
        if (!answer) return fail(terminal_, answer.error());
        if (!options_.wait) {
            if (print_document(global_, *answer, {}, terminal_) == Printed::no) tell_asked();
            return ExitCode::ok;
        }
        const auto runs = wait_for_runs(part_of(*answer, "tickets"), options_.timeout, client_, terminal_);
        if (!runs) return runs.error();
        const auto status = client_.get("/api/v1/status");
        if (!status) return fail(terminal_, status.error());
        const auto look = options_.fetch ? tell_look(*status) : ExitCode::ok;
        const auto ended = tell_runs(*runs, *status);
        auto stands = ExitCode::ok;
        if (!runs->empty() && address_) stands = tell_object(was_there);
        if (!runs->empty() && !address_ && (ended == ExitCode::ok || ended == ExitCode::try_again))
            stands = tell_not_ready(*status);
        return most_telling({look, ended, stands});
    }

private:
    /// A fetch may bring environments and objects that nobody knows yet, so they are looked for after it.
    ClientResult<void> name_what_is_meant() {
        environment_ = global_.environment;
        if (!options_.what.empty()) {
            auto parsed = parse_object(options_.what);
            if (!parsed) return tl::unexpected(std::move(parsed.error()));
            address_ = std::move(*parsed);
        }
        if (options_.fetch && !(address_ && environment_.empty())) return {};
        const auto names = client_.environments(environment_);
        if (!names) return tl::unexpected(names.error());
        names_ = *names;
        if (!address_) return {};
        auto name = client_.the_environment(environment_);
        if (!name) return tl::unexpected(std::move(name.error()));
        environment_ = std::move(*name);
        return {};
    }

    [[nodiscard]] json body() const {
        auto body = json::object();
        if (!environment_.empty()) body["environment"] = environment_;
        if (address_) body["object"] = model::to_string(*address_);
        if (options_.fetch) body["fetch"] = true;
        if (options_.create_again) body["createAgain"] = true;
        return body;
    }

    void tell_asked() {
        const auto whose = !environment_.empty() ? environment_
                           : names_.empty()      ? std::string("every environment")
                                                 : fmt::to_string(fmt::join(names_, ", "));
        terminal_.out(fmt::format("A {}run of {} is asked for. `regent status` shows how it goes.\n",
                                  options_.fetch ? "look at the source and a " : "", whose));
    }

    [[nodiscard]] bool is_meant(const json& environment) const {
        return environment_.empty() || text_of(environment, "name") == environment_;
    }

    /// What kept the newest state of the source from being what the run was of.
    ExitCode tell_look(const json& status) {
        const auto& source = part_of(status, "source");
        if (const auto error = text_of(source, "error"); !error.empty()) {
            print_error(terminal_, fmt::format("the newest state of the source cannot be had: {}", error),
                        "what was read before stays in force");
            return ExitCode::failed;
        }
        bool known = false;
        for (const auto& environment : part_of(status, "environments")) {
            if (!is_meant(environment)) continue;
            known = true;
            if (number_of(environment, "manifestErrors") == 0) continue;
            tell_errors(environment, text_of(part_of(source, "newest"), "text"));
            return ExitCode::invalid_manifests;  // a commit is in force for all environments, or for none
        }
        if (known) return ExitCode::ok;
        const auto names = client_.environments(environment_);
        return fail(terminal_, names ? nothing_loaded() : names.error());
    }

    void tell_errors(const json& environment, const std::string& newest) {
        // Written line by line by the service: what may be in it was made visible there.
        if (environment.contains("manifestErrorText"))
            terminal_.err(environment["manifestErrorText"].get<std::string>() + "\n");
        const auto in_force = text_of(part_of(environment, "inForce"), "text");
        print_error(terminal_, fmt::format("{} has errors and is not applied", newest),
                    in_force.empty() ? std::string("nothing is in force yet")
                                     : fmt::format("{} stays in force until they are mended", in_force));
    }

    static ExitCode code_of(const json& run) {
        const auto result = text_of(run, "result");
        // There was something to do, and it was left alone: paused, frozen, `mode: plan`.
        if (result == "noop" && !text_of(run, "error").empty()) return ExitCode::refused;
        // As an apply of one's own ends with, of which the run is the service's.
        const auto error = text_of(run, "errorCode");
        if (result == "failed" && (error == "RG0702" || error == "RG0703" || error == "RG0708"))
            return ExitCode::try_again;
        if (result == "failed" && (error == "RG0701" || error == "RG0704")) return ExitCode::sign_in;
        return code_of_result(result);
    }

    [[nodiscard]] std::string words_for(const json& run) const {
        const auto changed = number_of(run, "created") + number_of(run, "adopted") + number_of(run, "updated") +
                             number_of(run, "removed");
        auto text = fmt::format("{}: run {}", text_of(run, "environment"), number_of(run, "id"));
        if (const auto commit = text_of(run, "revision"); options_.fetch && !commit.empty())
            text += " of " + short_commit(commit);
        text += fmt::format(" {}: {} read, {} changed", text_of(run, "result"), number_of(run, "read"), changed);
        if (const auto failed = number_of(run, "failed"); failed > 0) text += fmt::format(", {} failed", failed);
        if (const auto error = text_of(run, "error"); !error.empty()) text += ". " + error;
        return text + "\n";
    }

    /// As a document: the environments as they stand, each with the run that was waited for; later ones may have ended.
    ExitCode tell_runs(const json& runs, const json& status) {
        auto worst = ExitCode::ok;
        const bool document = global_.output == "json" || global_.output == "yaml";
        for (const auto& run : runs) {
            worst = most_telling({worst, code_of(run)});
            if (!document) terminal_.out(words_for(run));
        }
        if (!document) return worst;
        auto items = json::array();
        for (const auto& environment : part_of(status, "environments")) {
            if (!is_meant(environment)) continue;
            items.push_back(environment);
            for (const auto& run : runs)
                if (text_of(run, "environment") == text_of(environment, "name")) items.back()["run"] = run;
        }
        static_cast<void>(print_document(
            global_, json{{"items", std::move(items)}, {"source", part_of(status, "source")}}, {}, terminal_));
        return worst;
    }

    [[nodiscard]] ClientResult<json> object() const {
        return client_.get(fmt::format("/api/v1/environments/{}/objects/{}/{}", percent_encoded(environment_),
                                       address_->kind, percent_encoded(address_->name)));
    }

    /// What an apply of one's own would have told under "Cannot be done".
    ExitCode tell_not_ready(const json& status) {
        auto code = ExitCode::ok;
        for (const auto& environment : part_of(status, "environments")) {
            if (!is_meant(environment)) continue;
            for (const auto& object : part_of(environment, "needsYou")) {
                const auto& ready = condition_of(object, "Ready");
                if (text_of(ready, "status") != "False") continue;
                code = most_telling({code, code_of_object(ready)});
                tell_ready(fmt::format("{}/{}", text_of(object, "kind"), text_of(object, "name")), ready);
            }
        }
        return code;
    }

    /// What waits is carried on with by itself.
    static ExitCode code_of_object(const json& ready) {
        return text_of(ready, "reason") == "WaitingForReference" ? ExitCode::try_again : ExitCode::partly_done;
    }

    void tell_ready(const std::string& name, const json& ready) {
        const auto message = text_of(ready, "message");
        if (global_.output.empty() || global_.output == "text")
            terminal_.out(fmt::format("{}: Ready={} ({}){}\n", name, text_of(ready, "status"), text_of(ready, "reason"),
                                      message.empty() ? "" : ": " + message));
    }

    ExitCode tell_object(bool was_there) {
        const auto answer = object();
        if (!answer) return was_there ? ExitCode::ok : fail(terminal_, answer.error());  // it left with this very run
        const auto& ready = condition_of(part_of(*answer, "object"), "Ready");
        tell_ready(model::to_string(*address_), ready);
        return text_of(ready, "status") == "False" ? code_of_object(ready) : ExitCode::ok;
    }

    const GlobalOptions& global_;
    const ReconcileOptions& options_;
    ServiceClient& client_;
    Terminal& terminal_;
    std::optional<model::Address> address_;
    std::string environment_;  ///< empty: all
    std::vector<std::string> names_;
};

}  // namespace

ExitCode reconcile(const GlobalOptions& global, const ReconcileOptions& options, ServiceClient& client,
                   Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    return Reconciling(global, options, client, terminal).run();
}

}  // namespace regent::cli
