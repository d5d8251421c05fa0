// The page about one environment or all of them.

#include "service/page_objects.hpp"
#include "service/page_templates.hpp"
#include "service/page_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace regent::service {

using controller::EnvironmentStatus;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t credentials_on_page = 20;
constexpr std::size_t all_credentials_on_page = 1000;
constexpr std::size_t runs_on_page = 20;
constexpr std::size_t events_on_page = 10;
/// Of a message in a row; the page of a run or an object has all of it.
constexpr std::size_t message_in_overview = 160;

class Overview {
public:
    Overview(const Environments& environments, std::string path, const StatusPageInput& input, const PageFilter& filter)
        : environments_(environments), path_(std::move(path)), input_(input), filter_(filter), page_(input.now) {}

    std::string html() {
        const auto counts = counts_in(environments_);
        const bool one = environments_.size() == 1;
        const auto heading = one ? shown(environments_.front()->name) : std::string("All environments");
        page_.already_shown("heading", heading).flag("several", !one);
        auto banner = banner_of(environments_, input_);
        page_.part("summary", std::move(banner));
        add_environments();
        add_objects(page_, environments_, path_, input_, filter_);
        add_credentials();
        add_pending();
        add_history();
        add_services();
        const auto badge = title_badge();
        add_frame(page_, input_, fmt::format("{} {} · {} · regent", badge.sign, counts.words(), heading),
                  one ? environments_.front()->name : "", path_, filter_);
        return filled_page(overview_template, page_);
    }

private:
    PageData row() const { return PageData(input_.now); }
    bool several() const { return environments_.size() != 1; }

    Badge title_badge() const {
        Badge worst{"", "✓", "good"};
        for (const auto* environment : environments_) {
            const auto badge = badge_of(*environment, input_);
            if (badge.colour == "bad" || (worst.colour != "bad" && badge.colour != "good")) worst = badge;
        }
        return worst;
    }

    void add_environments() {
        std::vector<PageData> rows;
        if (several()) {
            for (const auto* environment : environments_) {
                const auto counts = counts_in({environment});
                auto made = row();
                made.already_shown("href", environment_path(environment->name))
                    .text("name", environment->name)
                    .badge("state", badge_of(*environment, input_))
                    .number("ready", counts[ObjectState::ready])
                    .number("total", counts.total)
                    .text("mode", environment->mode)
                    .text("revision", environment->in_force.text())
                    .time("next", environment->next_run);
                if (environment->last_run) {
                    made.badge("result", result_badge(environment->last_run->result))
                        .time("ran", environment->last_run->finished);
                } else {
                    made.nothing("result").nothing("ran");
                }
                rows.push_back(std::move(made));
            }
        }
        page_.already_shown("environments_caption",
                            count_words(rows.size(), "environment", "environments") + " of this service");
        page_.list("environments", rows);
    }

    void add_credentials() {
        std::size_t count = 0;
        for (const auto* environment : environments_) count += environment->credentials.size();
        const auto limit = filter_.all_credentials ? all_credentials_on_page : credentials_on_page;
        auto rows = credential_rows(environments_, input_, nullptr, limit);
        page_.number("credentials_count", count).flag("has_credentials", !rows.empty());
        page_.already_shown("credentials_caption", rows.size() < count
                                                       ? fmt::format("The {} that end first, of {}", rows.size(), count)
                                                       : std::string("Secrets and certificates, soonest end first"));
        auto all = filter_;
        all.all_credentials = true;
        const bool more = rows.size() < count && !filter_.all_credentials;
        page_.already_shown("more_credentials", more ? fmt::format("All {}", count) : std::string{});
        page_.already_shown("more_credentials_href", all.link(path_, "credentials"));
        page_.list("credentials", rows);
    }

    void add_pending() {
        std::vector<PageData> rows;
        for (const auto* environment : environments_) {
            if (environment->pending) rows.push_back(pending_row(*environment));
            if (auto watched = watched_row(*environment)) rows.push_back(std::move(*watched));
        }
        page_.number("pending_count", rows.size());
        page_.list("pending", rows);
    }

    PageData pending_row(const EnvironmentStatus& environment) const {
        const auto& plan = *environment.pending;
        std::string actions;
        for (const auto& [action, count] : plan.actions) {
            actions += (actions.empty() ? "" : ", ") + std::to_string(count) + " to " + shown(action);
        }
        const bool approvable = plan.why.find("approv") != std::string::npos;
        auto made = row();
        made.text("environment", several() ? environment.name : "")
            .already_shown("summary", actions.empty() ? "a plan" : actions)
            .text("why", plan.why)
            .text("plan_id", plan.plan_id.substr(0, 8))
            .already_shown("revision", revision_words(plan.revision))
            .text("approve", approvable
                                 ? fmt::format("regent approve -e {} {}", environment.name, plan.plan_id.substr(0, 8))
                                 : std::string{})
            .lines("text", plan.text);
        return made;
    }

    /// Objects that are only observed are in no plan; what they differ in is.
    std::optional<PageData> watched_row(const EnvironmentStatus& environment) const {
        std::size_t objects = 0;
        std::string text;
        for (const auto& object : environment.objects) {
            if (object.policy != "observe" || object.differences.empty()) continue;
            ++objects;
            text += model::to_string(object.address) + "\n";
            for (const auto& field : object.differences) {
                text += "  " + field.path + (field.element.empty() ? "" : " \"" + field.element + "\"") + ": " +
                        (field.live.empty() ? "nothing" : field.live) + " instead of " +
                        (field.wanted.empty() ? "nothing" : field.wanted) + "\n";
            }
        }
        if (objects == 0) return std::nullopt;
        auto made = row();
        made.text("environment", several() ? environment.name : "")
            .already_shown("summary", count_words(objects, "object differs", "objects differ"))
            .already_shown("why", "Only observed (policy observe)")
            .nothing("plan_id")
            .nothing("revision")
            .nothing("approve")
            .lines("text", text);
        return made;
    }

    void add_history() {
        auto entries = input_.history;
        if (!several()) {
            std::erase_if(entries, [&](const auto& entry) { return entry.environment != environments_.front()->name; });
        }
        std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
        if (entries.size() > runs_on_page) entries.resize(runs_on_page);
        std::vector<PageData> rows;
        rows.reserve(entries.size());
        for (const auto& entry : entries) rows.push_back(run_row(entry));
        auto events = event_rows(input_, events_on_page, true);
        page_.already_shown("history_unreadable", shown(input_.history_error, max_sentence_bytes));
        page_.list("history", rows, "has_history");
        page_.list("events", events, "has_events");
    }

    PageData run_row(const controller::HistoryEntry& entry) const {
        const auto& run = entry.run;
        const bool quiet = run.result == "noop";
        std::string what;
        const auto add = [&](std::size_t count, const char* word) {
            if (count > 0) what += fmt::format("{}{} {}", what.empty() ? "" : ", ", count, word);
        };
        add(run.created, "created");
        add(run.adopted, "adopted");
        add(run.updated, "updated");
        add(run.removed, "removed");
        add(run.secrets, run.secrets == 1 ? "secret issued" : "secrets issued");
        add(run.failed, "failed");
        if (!run.error.empty()) what += (what.empty() ? "" : "; ") + shown(run.error, message_in_overview);
        if (entry.count > 1) {
            what = fmt::format("{}{} since {}", what.empty() ? "" : what + "; ",
                               quiet ? count_words(entry.count, "run without change", "runs without change")
                                     : count_words(entry.count, "run like this", "runs like this"),
                               utc_words(run.started));
        }
        if (what.empty()) what = "nothing to do";
        auto made = row();
        made.time("when", entry.last.time_since_epoch().count() == 0 ? run.finished : entry.last)
            .text("environment", entry.environment)
            .already_shown("run", std::to_string(run.id))
            .badge("result", result_badge(run.result))
            .already_shown("what", what)
            .text("code", run.error_code)
            .already_shown("revision", revision_words(run.revision))
            .text("trigger", run.trigger)
            .already_shown("took", entry.count > 1 ? std::string{} : took_words(run))
            .flag("quiet", quiet);
        return made;
    }

    static std::string took_words(const controller::RunStatus& run) {
        if (run.finished <= run.started) return {};
        const auto took = run.finished - run.started;
        if (took >= 60s) return duration_words(took);
        return fmt::format("{:.1f} s", std::chrono::duration<double>(took).count());
    }

    void add_services() {
        const auto& source = input_.status.source;
        auto made = row();
        made.already_shown("kind", source.kind == "git" ? "Repository" : "Folder")
            .text("location", source.location)
            .text("revision", source.newest.text())
            .already_shown("author", author_words(source.newest.author))
            .text("subject", source.newest.subject, max_piece_bytes)
            .time("committed", source.newest.committed_at)
            .time("fetched", source.last_fetch)
            .time("succeeded",
                  source.last_success != source.last_fetch ? source.last_success : std::optional<controller::Time>{})
            .already_shown("fetches", fmt::format("{} good, {} failed", source.fetches_ok, source.fetches_failed))
            .text("error", source.error)
            .number("files", source.files)
            .text("verification", source.verification);
        page_.part("source", std::move(made));

        std::vector<PageData> invalid;
        std::vector<PageData> services;
        for (const auto* environment : environments_) {
            if (environment->manifest_errors > 0) {
                auto errors = row();
                errors.text("title", fmt::format("{}: {} in the newest revision", environment->name,
                                                 count_words(environment->manifest_errors, "error", "errors")));
                errors.lines("text", environment->manifest_error_text);
                invalid.push_back(std::move(errors));
            }
            for (const auto& service : environment->services) services.push_back(service_row(*environment, service));
        }
        page_.list("invalid", invalid);
        page_.list("services", services, "has_services");
    }

    PageData service_row(const EnvironmentStatus& environment, const controller::ServiceCounters& service) const {
        auto made = row();
        made.text("name", service.name)
            .text("environment", environment.name)
            .number("requests", service.requests)
            .number("retries", service.retries)
            .number("throttled", service.throttled)
            .already_shown("waited", duration_words(service.waited))
            .text("error", service.last_error)
            .time("at", service.last_error.empty() ? std::optional<controller::Time>{} : service.last_error_at);
        return made;
    }

    const Environments& environments_;
    const std::string path_;
    const StatusPageInput& input_;
    const PageFilter& filter_;
    PageData page_;
};

}  // namespace

std::string overview_page(const Environments& environments, const std::string& path, const StatusPageInput& input,
                          const PageFilter& filter) {
    return Overview(environments, path, input, filter).html();
}

}  // namespace regent::service
