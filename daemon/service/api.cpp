#include "service/api.hpp"

#include "net/redact.hpp"
#include "service/api_arguments.hpp"
#include "service/first_look.hpp"
#include "service/status_json.hpp"
#include "service/writers.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace regent::service {
namespace {

using nlohmann::json;
using namespace controller;
using namespace std::chrono_literals;

Response with_json(const json& content, int status = 200) {
    Response response;
    response.status = status;
    response.body = dump(content);
    return response;
}

Response error_response(int status, std::string_view kind, const std::string& message, const std::string& help) {
    json error = {{"kind", kind}, {"message", message}};
    if (!help.empty()) error["help"] = help;
    return with_json(json{{"error", std::move(error)}}, status);
}

Response error_response(const ControlError& error) {
    switch (error.kind) {
        case ControlError::Kind::not_found:
            return error_response(404, "not_found", error.message, error.help);
        case ControlError::Kind::invalid:
            return error_response(400, "invalid", error.message, error.help);
        case ControlError::Kind::refused:
            return error_response(409, "refused", error.message, error.help);
        case ControlError::Kind::timed_out:
            return error_response(504, "timed_out", error.message, error.help);
    }
    return error_response(500, "bug", error.message, error.help);
}

Response not_found(const std::string& message, const std::string& help = {}) {
    return error_response(404, "not_found", message, help);
}

/// What is asked for may be there, and is not known yet.
Response not_yet(const FirstLook& outstanding) {
    auto response = error_response(503, "not_yet", outstanding.message, outstanding.help);
    response.headers.emplace_back("Retry-After", "2");
    return response;
}

json tickets_json(const std::vector<Control::Ticket>& tickets) {
    auto list = json::array();
    for (const auto& ticket : tickets)
        list.push_back(ticket.look == 0 ? fmt::format("{}:{}", ticket.environment, ticket.number)
                                        : fmt::format("{}:{}:{}", ticket.environment, ticket.number, ticket.look));
    return list;
}

/// Lists, oldest or newest first as they come.
template <typename Entry>
Response listed(const tl::expected<std::vector<Entry>, ControlError>& entries) {
    if (!entries) return error_response(entries.error());
    auto items = json::array();
    for (const auto& entry : *entries) items.push_back(to_json(entry));
    return with_json(json{{"items", std::move(items)}});
}

class Api {
public:
    Api(Control& control, ApiOptions options) : control_(control), options_(std::move(options)) {}

    [[nodiscard]] std::optional<Answer> operator()(const Request& request) const {
        const auto parts = segments(request.path);
        if (parts.size() < 2 || parts[0] != "api") return std::nullopt;
        if (parts[1] != "v1") return not_found("there is only v1 of this API");
        const std::vector<std::string> path(parts.begin() + 2, parts.end());
        try {
            if (request.method == "GET") return get(request, path);
            if (request.method == "POST") return post(request, path);
        } catch (const ArgumentError& error) {
            return error_response(400, "invalid", error.message, error.help);
        }
        auto response = error_response(405, "invalid", fmt::format("there is no {} here", request.method), "");
        response.headers.emplace_back("Allow", "GET, HEAD, POST");
        return response;
    }

private:
    [[nodiscard]] Answer get(const Request& request, const std::vector<std::string>& path) const {
        const auto name = path.empty() ? std::string() : path[0];
        if (path.size() == 1 && name == "status")
            return watched(request, [](const ServiceStatus& status) { return to_json(status); });
        if (name == "environments") return environments(request, path);
        if (path.size() == 1 && name == "events") return events(request);
        if (path.size() == 1 && name == "history") return listed(control_.history(history_filter(request)));
        if (path.size() == 2 && name == "history") return one_run(path[1]);
        if (path.size() == 1 && name == "changes") return listed(control_.changes(history_filter(request)));
        if (path.size() == 1 && name == "runs") return reconciliation(request);
        return not_found("the API has no such path", "docs/reference/api.md lists them");
    }

    /// With `?after=N`, not before there is a status above N, or `wait` is over.
    template <typename Content>
    [[nodiscard]] Answer watched(const Request& request, Content content) const {
        auto now = [this, content] {
            const auto number = control_.status_number();  // first: a newer status under an older number is seen again
            auto body = content(*control_.status());
            body["number"] = number;
            return with_json(body);
        };
        const auto after = number_argument(request, "after");
        if (!after || control_.status_number() > *after) return now();
        Answer answer{Response{}};
        answer.patience = wait_argument(request);
        // The answer that ends a vain wait is made now, and says the same as one made then: nothing was published.
        answer.response = now();
        answer.later = [this, now, seen = *after]() -> std::optional<Response> {
            if (control_.status_number() <= seen) return std::nullopt;
            return now();
        };
        return answer;
    }

    [[nodiscard]] Answer environments(const Request& request, const std::vector<std::string>& path) const {
        if (path.size() == 1)
            return watched(request, [](const ServiceStatus& status) {
                auto names = json::array();
                for (const auto& environment : status.environments)
                    names.push_back(json{{"name", environment.name}, {"mode", environment.mode}});
                return json{{"items", std::move(names)}};
            });
        const auto status = control_.status();
        const auto* environment = status->environment(path[1]);
        if (environment == nullptr) return no_environment(*status, path[1]);
        if (path.size() == 2)
            return watched(request, [name = path[1]](const ServiceStatus& newest) {
                const auto* found = newest.environment(name);
                return found == nullptr ? json::object() : to_json(*found);
            });
        if (path.size() == 3 && path[2] == "plan") return plan(*environment);
        if (path[2] != "objects" || path.size() > 5) return not_found("an environment has `objects` and a `plan`");
        const auto kind = path.size() > 3 ? path[3] : std::string();
        const auto name = path.size() > 4 ? path[4] : std::string();
        if (name.empty()) return objects(request, path[1], kind);
        return object(request, *environment, {kind, name});
    }

    [[nodiscard]] static Response no_environment(const ServiceStatus& status, const std::string& name) {
        std::string known;
        for (const auto& environment : status.environments)
            known += (known.empty() ? "" : ", ") + fmt::format("`{}`", environment.name);
        return not_found(fmt::format("there is no environment `{}`", name),
                         known.empty() ? "no environment has been loaded yet" : fmt::format("there is {}", known));
    }

    [[nodiscard]] static Response plan(const EnvironmentStatus& environment) {
        json body = {{"environment", environment.name}, {"pending", nullptr}};
        if (environment.pending) body["pending"] = to_json(*environment.pending, true);
        return with_json(body);
    }

    [[nodiscard]] Answer objects(const Request& request, const std::string& environment,
                                 const std::string& kind) const {
        return watched(request, [environment, kind](const ServiceStatus& status) {
            auto body = json{{"environment", environment}, {"items", json::array()}};
            const auto* found = status.environment(environment);
            if (found == nullptr) return body;
            for (const auto& object : found->objects)
                if (kind.empty() || object.address.kind == kind) body["items"].push_back(to_json(object, environment));
            add_first_look(body, *found);
            return body;
        });
    }

    /// What follows is what was remembered.
    static void add_first_look(json& body, const EnvironmentStatus& environment) {
        if (const auto outstanding = outstanding_look(environment))
            body["notLookedAt"] = {{"message", outstanding->message}, {"help", outstanding->help}};
    }

    static const ObjectStatus* find(const EnvironmentStatus& environment, const model::Address& address) {
        const auto& objects = environment.objects;
        const auto found = std::find_if(objects.begin(), objects.end(),
                                        [&](const ObjectStatus& object) { return object.address == address; });
        return found == objects.end() ? nullptr : &*found;
    }

    [[nodiscard]] Answer object(const Request& request, const EnvironmentStatus& environment,
                                const model::Address& address) const {
        const bool known = find(environment, address) != nullptr;
        if (const auto outstanding = outstanding_look(environment); outstanding && !known) return not_yet(*outstanding);
        if (!known)
            return not_found(fmt::format("{} has no {}", environment.name, model::to_string(address)),
                             "`regent get` lists what there is");
        return watched(request, [name = environment.name, address](const ServiceStatus& status) {
            const auto* found_environment = status.environment(name);
            const auto* found = found_environment == nullptr ? nullptr : find(*found_environment, address);
            auto body =
                json{{"environment", name}, {"object", found == nullptr ? json(nullptr) : to_json(*found, name)}};
            if (found_environment != nullptr) add_first_look(body, *found_environment);
            return body;
        });
    }

    [[nodiscard]] Answer events(const Request& request) const {
        const auto filter = history_filter(request);
        auto found = control_.events(filter);
        if (!found || !found->empty() || !request.parameter("wait")) return listed(found);
        Answer answer = listed(found);
        answer.patience = wait_argument(request);
        // The history is a database: it is asked when something was published, and once in a second all the same.
        auto seen = std::make_shared<std::pair<std::uint64_t, int>>(control_.status_number(), 0);
        answer.later = [this, filter, seen]() -> std::optional<Response> {
            constexpr int rounds = 10;
            const auto number = control_.status_number();
            if (number == seen->first && ++seen->second < rounds) return std::nullopt;
            *seen = {number, 0};
            auto newer = control_.events(filter);
            if (newer && newer->empty()) return std::nullopt;
            return listed(newer);
        };
        return answer;
    }

    [[nodiscard]] Response one_run(const std::string& id) const {
        HistoryFilter filter;
        filter.run = run_number(id);
        auto runs = control_.history(filter);
        if (!runs) return error_response(runs.error());
        if (runs->empty())
            return not_found(fmt::format("there is no run {} in the history", id), "`regent history` lists runs");
        constexpr std::size_t most_changes = 10000;
        filter.limit = most_changes;
        const auto changes = control_.changes(filter);
        if (!changes) return error_response(changes.error());
        auto items = json::array();
        for (const auto& change : *changes) items.push_back(to_json(change));
        return with_json(json{{"run", to_json(runs->front())}, {"changes", std::move(items)}});
    }

    /// Whether the runs that a POST to `reconcile` asked for have ended, and how.
    [[nodiscard]] Answer reconciliation(const Request& request) const {
        const auto tickets = tickets_argument(request);
        const auto outstanding = [this, tickets] {
            std::vector<Control::Ticket> left;
            for (const auto& ticket : tickets)
                if (!control_.done(ticket)) left.push_back(ticket);
            return left;
        };
        const auto said = [this, tickets](const std::vector<Control::Ticket>& left) {
            json body{{"done", left.empty()}, {"outstanding", tickets_json(left)}};
            if (left.empty()) body["runs"] = answering_runs(tickets);
            return with_json(body);
        };
        const auto left = outstanding();
        Answer answer = said(left);
        if (left.empty() || !request.parameter("wait")) return answer;
        answer.patience = wait_argument(request);
        answer.later = [outstanding, said]() -> std::optional<Response> {
            const auto still = outstanding();
            if (!still.empty()) return std::nullopt;
            return said(still);
        };
        return answer;
    }

    [[nodiscard]] json answering_runs(const std::vector<Control::Ticket>& tickets) const {
        auto runs = json::array();
        for (const auto& ticket : tickets) {
            for (const auto& [environment, run] : control_.answers(ticket)) {
                runs.push_back(to_json(run));
                runs.back()["environment"] = environment;
            }
        }
        return runs;
    }

    [[nodiscard]] Response post(const Request& request, const std::vector<std::string>& path) const {
        static constexpr std::array<std::string_view, 6> actions = {"reconcile", "pause",  "resume",
                                                                    "approve",   "rotate", "sign-in"};
        if (path.size() != 1 || std::find(actions.begin(), actions.end(), path[0]) == actions.end())
            return not_found("the API has no such action", "docs/reference/api.md lists them");
        if (!request.peer)
            return error_response(403, "forbidden", "what changes something is asked for on the unix socket only",
                                  options_.socket);
        if (!may_write(*request.peer, options_.group))
            return error_response(
                403, "forbidden", fmt::format("{} may look, but not ask for changes", name_of(*request.peer)),
                fmt::format("an administrator can add you: `usermod -aG {} NAME`, then sign in again", options_.group));
        const auto by = name_of(*request.peer);
        const Arguments arguments(request.body);
        if (path[0] == "reconcile") return reconcile(arguments, by);
        if (path[0] == "pause") return pause(arguments, by);
        if (path[0] == "rotate") return rotate(arguments, by);
        if (path[0] == "resume") return resume(arguments, by);
        if (path[0] == "sign-in") return sign_in(arguments, by);
        return approve(arguments, by);
    }

    [[nodiscard]] Response reconcile(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "object", "fetch", "createAgain"});
        const auto tickets = control_.reconcile({.environment = arguments.text("environment"),
                                                 .address = arguments.address("object"),
                                                 .fetch = arguments.flag("fetch"),
                                                 .create_again = arguments.flag("createAgain"),
                                                 .by = by,
                                                 .rotate = {},
                                                 .keep_old = {}});
        if (!tickets) return error_response(tickets.error());
        return with_json(json{{"tickets", tickets_json(*tickets)}, {"by", by}}, 202);
    }

    [[nodiscard]] Response rotate(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "object", "secret", "keepOldSeconds"});
        controller::ReconcileRequest request;
        request.environment = arguments.text("environment");
        request.address = arguments.address("object");
        request.rotate = arguments.text("secret");
        request.keep_old = arguments.seconds("keepOldSeconds");
        request.by = by;
        if (!request.address || request.rotate.empty())
            throw ArgumentError{"whose secret, and which one?",
                                "`object` is Application/NAME, `secret` its name there"};
        const auto tickets = control_.reconcile(request);
        if (!tickets) return error_response(tickets.error());
        return with_json(json{{"tickets", tickets_json(*tickets)}, {"by", by}}, 202);
    }

    [[nodiscard]] Response pause(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "object", "reason", "seconds"});
        PauseRequest request{.environment = arguments.text("environment"),
                             .address = arguments.address("object"),
                             .reason = arguments.text("reason"),
                             .duration = arguments.seconds("seconds"),
                             .by = by};
        if (request.reason.empty())
            throw ArgumentError{"a pause needs a reason", "whoever finds it paused next week will want to know"};
        return done(control_.pause(request), by);
    }

    [[nodiscard]] Response resume(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "object"});
        return done(control_.resume(arguments.text("environment"), arguments.address("object"), by), by);
    }

    [[nodiscard]] Response approve(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "plan"});
        const auto plan = arguments.text("plan");
        constexpr std::size_t shortest = 8;
        if (plan.size() < shortest)
            throw ArgumentError{"a plan is named by 8 digits of its id or more", "`regent status` shows it"};
        const auto approval = control_.approve(arguments.text("environment"), plan, by);
        if (!approval) return error_response(approval.error());
        json answer{{"by", by}};
        if (!approval->news) answer["alreadyApprovedBy"] = approval->by;
        if (!approval->pause.empty()) answer["paused"] = net::redact(approval->pause);
        return with_json(answer);
    }

    /// Begins a sign-in; with `number` says how that one stands. A question as well, but whoever sees the code can use
    /// it, so only those see it who may ask for one.
    [[nodiscard]] Response sign_in(const Arguments& arguments, const std::string& by) const {
        arguments.only({"environment", "number"});
        const auto environment = control_.environment(arguments.text("environment"));
        if (!environment) return error_response(environment.error());
        if (options_.sign_ins == nullptr) return not_found("nobody can sign in here");
        const auto number = arguments.number("number");
        if (!number) return with_json(sign_in_json(options_.sign_ins->begin(*environment, by)), 202);
        const auto state = options_.sign_ins->look(environment->name, *number);
        if (!state)
            return not_found(fmt::format("there is no sign-in {} for `{}` any more", *number, environment->name),
                             "somebody began another one, or the service was started anew");
        return with_json(sign_in_json(*state));
    }

    static json sign_in_json(const PersonSignIns::State& state) {
        json body{{"number", state.number}, {"state", to_string(state.standing)}};
        const auto put = [&body](const char* name, const std::string& value) {
            if (!value.empty()) body[name] = value;
        };
        put("verificationUri", state.verification_uri);
        put("userCode", state.user_code);
        if (!state.user_code.empty()) body["endsAt"] = rfc3339(state.ends_at);
        put("user", state.user);
        put("error", state.error);
        put("help", state.help);
        return body;
    }

    [[nodiscard]] static Response done(const tl::expected<void, ControlError>& result, const std::string& by) {
        if (!result) return error_response(result.error());
        return with_json(json{{"by", by}});
    }

    Control& control_;
    ApiOptions options_;
};

}  // namespace

Route api_routes(Control& control, ApiOptions options) {
    return Api(control, std::move(options));
}

}  // namespace regent::service
