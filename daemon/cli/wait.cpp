#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <thread>

namespace regent::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::array<std::string_view, 5> types = {"Ready", "Synced", "Reconciling", "Stalled", "CredentialsValid"};
constexpr std::array<std::string_view, 3> statuses = {"True", "False", "Unknown"};

struct Wanted {
    std::string type, status;
};

/// "Ready" or "Ready=False".
ClientResult<Wanted> parse_condition(const std::string& text) {
    const auto equals = text.find('=');
    Wanted wanted{text.substr(0, equals), equals == std::string::npos ? "True" : text.substr(equals + 1)};
    if (std::find(types.begin(), types.end(), wanted.type) == types.end()) {
        const auto near = manifest::did_you_mean_phrase(wanted.type, types);
        return tl::unexpected(ClientError{
            fmt::format("there is no condition `{}`", wanted.type),
            near.empty() ? fmt::format("conditions are {}", fmt::join(types, ", ")) : near, ExitCode::usage});
    }
    if (std::find(statuses.begin(), statuses.end(), wanted.status) == statuses.end())
        return tl::unexpected(ClientError{fmt::format("a condition is never `{}`", wanted.status),
                                          "True, False or Unknown", ExitCode::usage});
    return wanted;
}

}  // namespace

ExitCode wait(const GlobalOptions& global, const WaitOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    const auto wanted = parse_condition(options.condition);
    if (!wanted) return fail(terminal, wanted.error());
    const auto address = parse_object(options.what);
    if (!address) return fail(terminal, address.error());
    const auto environment = client.the_environment(global.environment);
    if (!environment) return fail(terminal, environment.error());
    const auto name = model::to_string(*address);
    const auto target = fmt::format("/api/v1/environments/{}/objects/{}/{}", percent_encoded(*environment),
                                    address->kind, percent_encoded(address->name));

    const auto until = std::chrono::steady_clock::now() + options.timeout;
    auto answer = client.get(target);
    while (true) {
        if (!answer && answer.error().code != ExitCode::try_again) return fail(terminal, answer.error());
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (!answer) {
            if (left <= 0ms) return fail(terminal, answer.error());
            std::this_thread::sleep_for(std::min(left, 2000ms));
            answer = client.get(target);
            continue;
        }
        const auto& object = part_of(*answer, "object");
        const auto& condition = condition_of(object, wanted->type);
        // Conditions that only say something unusual are left out otherwise.
        const auto status = condition.empty() ? std::string("Unknown") : text_of(condition, "status");
        const bool absent_is_false = condition.empty() && (wanted->type == "Reconciling" || wanted->type == "Stalled");
        if (status == wanted->status || (absent_is_false && wanted->status == "False")) {
            if (print_document(global, object, {}, terminal) == Printed::no && !global.quiet)
                terminal.out(
                    fmt::format("{} is {}={} ({})\n", name, wanted->type, status, text_of(condition, "reason")));
            return ExitCode::ok;
        }
        if (left <= 0ms) {
            print_error(terminal,
                        fmt::format("{} is still {}={} ({}) after {}", name, wanted->type, status,
                                    text_of(condition, "reason"), long_age_text(options.timeout)),
                        fmt::format("{}`regent describe {} -e {}` shows why",
                                    condition.value("message", std::string()).empty()
                                        ? ""
                                        : condition.value("message", std::string()) + "; ",
                                    name, *environment));
            return ExitCode::try_again;
        }
        const auto round = std::min(left, std::chrono::milliseconds(30s));
        answer = client.get(
            fmt::format("{}?after={}&wait={}ms", target, answer->value("number", std::uint64_t{0}), round.count()),
            round + 10s);
    }
}

}  // namespace regent::cli
