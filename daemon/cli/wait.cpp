#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>
#include <utility>

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

using Clock = std::chrono::steady_clock;

/// Asks about one object until a condition holds. A service that knows nothing of it yet, because it is still reading
/// its manifests or the tenant for the first time, is waited for as well; what it remembers from before it was started
/// counts for nothing.
class Wait {
public:
    Wait(const GlobalOptions& global, const WaitOptions& options, Wanted wanted, model::Address address,
         ServiceClient& client, Terminal& terminal)
        : global_(global),
          options_(options),
          wanted_(std::move(wanted)),
          address_(std::move(address)),
          name_(model::to_string(address_)),
          client_(client),
          terminal_(terminal),
          until_(Clock::now() + options.timeout) {}

    ExitCode run() {
        std::uint64_t seen = 0;
        for (bool first = true;; first = false) {
            const auto answer = ask(first ? std::nullopt : std::optional(seen));
            if (!answer && answer.error().code != ExitCode::try_again) return fail(terminal_, answer.error());
            if (!answer) {
                if (left() <= 0ms) return fail(terminal_, answer.error());
                std::this_thread::sleep_for(std::min(left(), 2000ms));
                continue;
            }
            seen = answer->value("number", std::uint64_t{0});
            const auto& object = part_of(*answer, "object");
            const auto& not_looked_at = part_of(*answer, "notLookedAt");
            if (not_looked_at.empty() && holds(object)) return tell(object);
            if (left() <= 0ms) return not_looked_at.empty() ? give_up(object) : nobody_looked(not_looked_at);
        }
    }

private:
    [[nodiscard]] std::chrono::milliseconds left() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(until_ - Clock::now());
    }

    /// With `after`, not before something newer than that was published, or half a minute is over.
    ClientResult<json> ask(std::optional<std::uint64_t> after) {
        if (environment_.empty()) {
            auto environment = client_.the_environment(global_.environment);
            if (!environment) return tl::unexpected(std::move(environment.error()));
            environment_ = std::move(*environment);
        }
        const auto target = fmt::format("/api/v1/environments/{}/objects/{}/{}", percent_encoded(environment_),
                                        address_.kind, percent_encoded(address_.name));
        if (!after) return client_.get(target);
        const auto round = std::max(1ms, std::min(left(), std::chrono::milliseconds(30s)));
        return client_.get(fmt::format("{}?after={}&wait={}ms", target, *after, round.count()), round + 10s);
    }

    /// Conditions that only say something unusual are left out otherwise.
    [[nodiscard]] std::string status_in(const json& object) const {
        const auto& condition = condition_of(object, wanted_.type);
        if (!condition.empty()) return text_of(condition, "status");
        return wanted_.type == "Reconciling" || wanted_.type == "Stalled" ? "False" : "Unknown";
    }
    [[nodiscard]] bool holds(const json& object) const { return status_in(object) == wanted_.status; }

    ExitCode tell(const json& object) {
        if (print_document(global_, object, {}, terminal_) == Printed::no && !global_.quiet)
            terminal_.out(fmt::format("{} is {}={} ({})\n", name_, wanted_.type, wanted_.status,
                                      text_of(condition_of(object, wanted_.type), "reason")));
        return ExitCode::ok;
    }

    ExitCode give_up(const json& object) {
        const auto& condition = condition_of(object, wanted_.type);
        const auto message = text_of(condition, "message");
        print_error(terminal_,
                    fmt::format("{} is still {}={} ({}) after {}", name_, wanted_.type, status_in(object),
                                text_of(condition, "reason"), long_age_text(options_.timeout)),
                    fmt::format("{}`regent describe {} -e {}` shows why", message.empty() ? "" : message + "; ", name_,
                                environment_));
        return ExitCode::try_again;
    }

    ExitCode nobody_looked(const json& why) {
        print_error(terminal_,
                    fmt::format("how {} is, is not known after {}: {}", name_, long_age_text(options_.timeout),
                                text_of(why, "message")),
                    text_of(why, "help"));
        return ExitCode::try_again;
    }

    const GlobalOptions& global_;
    const WaitOptions& options_;
    const Wanted wanted_;
    const model::Address address_;
    const std::string name_;
    ServiceClient& client_;
    Terminal& terminal_;
    const Clock::time_point until_;
    std::string environment_;  ///< known once the service has loaded its manifests
};

}  // namespace

ExitCode wait(const GlobalOptions& global, const WaitOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    auto wanted = parse_condition(options.condition);
    if (!wanted) return fail(terminal, wanted.error());
    auto address = parse_object(options.what);
    if (!address) return fail(terminal, address.error());
    return Wait(global, options, std::move(*wanted), std::move(*address), client, terminal).run();
}

}  // namespace regent::cli
