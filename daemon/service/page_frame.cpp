// What all pages of the status share: the top line, the tabs, the footer, and rows that several of them have.

#include "service/event_words.hpp"
#include "service/page_templates.hpp"
#include "service/page_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace regent::service {

using controller::EnvironmentStatus;
using controller::EventSeverity;
using controller::Time;
using namespace std::chrono_literals;

namespace {

/// Endings sooner than this are worth a word.
constexpr auto soon = 14 * 24h;

bool failed(const controller::RunStatus& run) {
    return run.result == "failed" || run.result == "partly" || run.result == "refused";
}

Badge worst_of(const Environments& environments, const StatusPageInput& input) {
    Badge worst{"Nothing is known yet", "?", "warn"};
    const auto rank = [](const Badge& badge) {
        if (badge.colour == "bad") return 4;
        if (badge.colour == "warn") return 3;
        if (badge.colour == "info") return 2;
        return badge.colour == "quiet" ? 1 : 0;
    };
    int so_far = -1;
    for (const auto* environment : environments) {
        const auto badge = badge_of(*environment, input);
        if (rank(badge) > so_far) {
            so_far = rank(badge);
            worst = badge;
        }
    }
    return worst;
}

PageData line(const StatusPageInput& input, const std::string& text, const std::optional<Time>& when = {},
              const std::string& after = ".") {
    PageData row(input.now);
    row.already_shown("text", text).time("when", when).already_shown("after", after).flag("flows", true);
    return row;
}

PageData notice(const StatusPageInput& input, std::string_view sign, std::string_view colour, const std::string& text) {
    PageData row(input.now);
    row.already_shown("sign", std::string(sign)).already_shown("colour", std::string(colour));
    row.text("text", text);
    return row;
}

/// "main@4f2c1ab by Bob, committed".
std::string in_force_words(const EnvironmentStatus& environment) {
    const auto& revision = environment.in_force;
    std::string words = shown(environment.name) + ", " + shown(revision.text());
    if (!revision.author.empty()) words += " by " + author_words(revision.author);
    if (revision.committed_at) words += ", committed";
    return words;
}

std::optional<Time> last_change_of(const EnvironmentStatus& environment) {
    std::optional<Time> last;
    for (const auto& object : environment.objects) {
        if (object.last_change && (!last || *object.last_change > *last)) last = object.last_change;
    }
    return last;
}

void add_lines(std::vector<PageData>& lines, const EnvironmentStatus& environment, const StatusPageInput& input) {
    lines.push_back(line(input, in_force_words(environment), environment.in_force.committed_at));
    if (const auto changed = last_change_of(environment)) lines.push_back(line(input, "Last changed", changed));
    if (environment.running) {
        auto running = line(input, "A run is under way for", environment.running->started,
                            environment.waiting_for.empty() ? "." : "; " + shown(environment.waiting_for) + ".");
        running.lasting("when", environment.running->started);
        lines.push_back(std::move(running));
    }
    if (environment.last_run) {
        const auto badge = result_badge(environment.last_run->result);
        std::string result(badge.word);
        std::transform(result.begin(), result.end(), result.begin(),
                       [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
        lines.push_back(line(input, "Last run", environment.last_run->finished, ": " + result + "."));
    } else if (!environment.running) {
        lines.push_back(line(input, "No run has ended yet"));
    }
    if (environment.next_run && !environment.running) {
        const bool overdue = *environment.next_run < input.now;
        lines.push_back(line(input, overdue ? "The next run was due" : "Next run", environment.next_run));
    }
}

void add_notices(std::vector<PageData>& notices, const EnvironmentStatus& environment, const StatusPageInput& input) {
    const auto say = [&](std::string_view sign, std::string_view colour, const std::string& text) {
        notices.push_back(notice(input, sign, colour, with_period(text)));
    };
    const auto& name = environment.name;
    if (environment.last_run && failed(*environment.last_run)) {
        const auto& run = *environment.last_run;
        std::string words = fmt::format("The last run of {} {}", name,
                                        run.result == "refused" ? "was refused" : "did not do all of its work");
        if (!run.error.empty()) words += ": " + run.error;
        if (!run.error_help.empty()) words += "; " + run.error_help;
        if (!run.error_code.empty()) words += fmt::format(" (regent explain {})", run.error_code);
        say("✗", "bad", words);
    }
    if (environment.manifest_errors > 0) {
        say("✗", "bad",
            fmt::format("The newest revision has {} for {}; {} stays in force",
                        count_words(environment.manifest_errors, "error", "errors"), name,
                        environment.in_force.text()));
    }
    if (environment.pause) {
        const auto& pause = *environment.pause;
        std::string words = fmt::format("{} is paused by {}: {}", name, pause.by, pause.reason);
        if (pause.until) words += ", until " + utc_words(*pause.until);
        say("‖", "warn", words);
    }
    if (!environment.frozen.empty()) say("‖", "warn", fmt::format("{}: {}", name, environment.frozen));
    if (environment.mode == "plan") {
        say("…", "info", fmt::format("{} is only looked at (mode plan)", name));
    } else if (environment.pending) {
        say("…", "info", fmt::format("{} has a plan that is not carried out: {}", name, environment.pending->why));
    }
}

}  // namespace

std::string with_period(std::string text) {
    if (!text.empty() && text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
    return text;
}

std::size_t StateCounts::needing() const {
    std::size_t count = 0;
    for (const auto state : all_object_states) {
        if (needs_somebody(state)) count += (*this)[state];
    }
    return count;
}

std::string StateCounts::words() const {
    if (total == 0) return looked ? "No objects" : "Nothing looked at yet";
    auto words = fmt::format("{} of {} ready", (*this)[ObjectState::ready], total);
    if (const auto count = (*this)[ObjectState::working]; count > 0) words += fmt::format(", {} working", count);
    if (const auto count = (*this)[ObjectState::paused]; count > 0) words += fmt::format(", {} paused", count);
    if (const auto count = needing(); count > 0)
        words += fmt::format(", {} {} you", count, count == 1 ? "needs" : "need");
    return words;
}

StateCounts counts_in(const Environments& environments) {
    StateCounts counts;
    for (const auto* environment : environments) {
        for (const auto& object : environment->objects) counts.add(state_of(object));
        counts.looked = counts.looked && environment->looked_at;
    }
    return counts;
}

std::string why_stale(const EnvironmentStatus& environment, const StatusPageInput& input) {
    const auto limit = 2 * input.status.interval;
    const auto interval = duration_words(input.status.interval);
    if (input.now - input.status.taken > limit) {
        return fmt::format("The service has said nothing for {}; it should every {}",
                           duration_words(input.now - input.status.taken), interval);
    }
    // A run that takes long is a run: what holds it up is said beside it.
    if (environment.running) return {};
    const auto looked = environment.last_run ? environment.last_run->finished : input.status.started;
    if (input.now - looked <= limit) return {};
    return fmt::format("Nothing has run in {} for {}; it should every {}", shown(environment.name),
                       duration_words(input.now - looked), interval);
}

Badge badge_of(const EnvironmentStatus& environment, const StatusPageInput& input) {
    if (!why_stale(environment, input).empty()) return {"Out of date", "✗", "bad"};
    const auto counts = counts_in({&environment});
    if (counts[ObjectState::failing] > 0 || (environment.last_run && failed(*environment.last_run))) {
        return {"Needs you", "✗", "bad"};
    }
    if (counts.needing() > 0) return {"Needs you", "≠", "warn"};
    if (environment.manifest_errors > 0) return {"Errors in git", "✗", "warn"};
    if (environment.pause || !environment.frozen.empty()) return {"Paused", "‖", "quiet"};
    if (!environment.looked_at) return {"Not looked at yet", "?", "warn"};
    if (counts[ObjectState::working] > 0) return {"Working", "…", "info"};
    return {"As it should be", "✓", "good"};
}

PageData banner_of(const Environments& environments, const StatusPageInput& input) {
    const auto counts = counts_in(environments);
    auto badge = worst_of(environments, input);
    auto headline = counts.words();
    if (environments.empty()) headline = "No environment yet";
    std::vector<PageData> lines;
    std::vector<PageData> notices;
    std::string stale;
    for (const auto* environment : environments) {
        const auto why = why_stale(*environment, input);
        if (!why.empty() && stale.empty()) stale = why;
    }
    if (!stale.empty()) {
        lines.push_back(line(
            input, fmt::format("What follows is how things stood at {}: {}", utc_words(input.status.taken), headline)));
        headline = stale;
    }
    if (input.status.state != "ok" && !input.status.state.empty()) {
        badge = {"", "✗", "bad"};
        notices.push_back(notice(input, "✗", "bad", with_period("The database: " + input.status.state)));
    }
    if (!input.status.source.error.empty()) {
        if (badge.colour != "bad") badge = {"", "✗", "warn"};
        notices.push_back(notice(input, "✗", "bad", with_period("The source: " + input.status.source.error)));
    }
    for (const auto* environment : environments) {
        // Of several, the table below the line says the rest.
        if (environments.size() == 1) add_lines(lines, *environment, input);
        add_notices(notices, *environment, input);
    }
    PageData banner(input.now);
    banner.badge("badge", badge)
        .already_shown("colour", std::string(badge.colour))
        .already_shown("sign", std::string(badge.sign))
        .already_shown("headline", headline + ".")
        .list("lines", lines)
        .list("notices", notices);
    return banner;
}

void add_frame(PageData& page, const StatusPageInput& input, const std::string& title, const std::string& environment,
               const std::string& path, const PageFilter& filter) {
    const auto& status = input.status;
    std::vector<PageData> tabs;
    if (status.environments.size() > 1) {
        Environments all;
        for (const auto& each : status.environments) all.push_back(&each);
        const auto tab = [&](const std::string& name, const std::string& href, const Badge& badge, bool current) {
            PageData row(input.now);
            row.text("name", name).already_shown("href", href).flag("current", current);
            row.already_shown("word", std::string(badge.word)).already_shown("sign", std::string(badge.sign));
            row.already_shown("colour", std::string(badge.colour));
            tabs.push_back(std::move(row));
        };
        tab("All", "/", worst_of(all, input), path == "/");
        for (const auto* each : all) {
            tab(each->name, environment_path(each->name), badge_of(*each, input), each->name == environment);
        }
    }
    auto other = filter;
    other.refresh = !filter.refresh;
    bool stale = false;
    for (const auto& each : status.environments) {
        if (environment.empty() || each.name == environment) stale = stale || !why_stale(each, input).empty();
    }
    page.already_shown("title", title)
        .flag("stale", stale)
        .text("instance", status.instance)
        .list("tabs", tabs, "has_environments")
        .text("version", status.version)
        .already_shown("uptime", duration_words(input.now - status.started))
        .already_shown("started", utc_words(status.started))
        .already_shown("started_iso", utc_text(status.started))
        .already_shown("now_utc", utc_words(input.now))
        .already_shown("now_iso", utc_text(input.now))
        .already_shown("now_local", input.local_offset == 0min ? "" : local_words(input.now, input.local_offset))
        .flag("refreshing", filter.refresh)
        .already_shown("refresh_href", path.empty() ? "" : other.link(path));
}

std::vector<PageData> credential_rows(const Environments& environments, const StatusPageInput& input,
                                      const model::Address* application, std::size_t limit) {
    std::vector<std::pair<const controller::CredentialStatus*, const EnvironmentStatus*>> all;
    for (const auto* environment : environments) {
        for (const auto& credential : environment->credentials) {
            if (application == nullptr || credential.application == *application) {
                all.emplace_back(&credential, environment);
            }
        }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const auto& a, const auto& b) { return a.first->ends_at < b.first->ends_at; });
    if (all.size() > limit) all.resize(limit);
    std::vector<PageData> rows;
    for (const auto& [credential, environment] : all) {
        PageData row(input.now);
        const auto left = credential->ends_at - input.now;
        // What regent renews in time is nobody's worry.
        const bool renewed =
            credential->declared && credential->rotates_at && *credential->rotates_at < credential->ends_at;
        if (left <= 0s) {
            row.badge("urgency", {"Ended", "✗", "bad"});
        } else if (left < soon && !renewed) {
            row.badge("urgency", {"Soon", "!", "warn"});
        } else {
            row.nothing("urgency");
        }
        std::string consumers;
        for (const auto& consumer : credential->consumers)
            consumers += (consumers.empty() ? "" : ", ") + shown(consumer);
        const auto& owner = credential->application;
        const bool known = std::any_of(environment->objects.begin(), environment->objects.end(),
                                       [&](const auto& object) { return object.address == owner; });
        row.already_shown("href", known ? object_path(environment->name, owner) : std::string{})
            .text("application", owner.name)
            .text("environment", environments.size() > 1 ? environment->name : "")
            .text("name", credential->name.empty() ? "(no name)" : credential->name, max_piece_bytes)
            .already_shown("what", std::string(model::words_of(credential->type)) +
                                       (credential->declared ? "" : ", no manifest declares it"))
            .time("ends", credential->ends_at)
            .time("rotates", credential->declared ? credential->rotates_at : std::optional<Time>{})
            .already_shown("no_rotation", credential->declared ? "not by regent" : "by hand")
            .already_shown("consumers", consumers)
            .text("key_id", credential->key_id);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<PageData> event_rows(const StatusPageInput& input, std::size_t limit, bool with_subject) {
    auto events = input.events;
    std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.time > b.time; });
    if (events.size() > limit) events.resize(limit);
    std::vector<PageData> rows;
    for (const auto& event : events) {
        PageData row(input.now);
        const bool error = event.severity == EventSeverity::error;
        const bool warning = event.severity == EventSeverity::warning;
        row.already_shown("colour", error     ? "bad"
                                    : warning ? "warn"
                                              : "info")
            .already_shown("sign", error     ? "✗"
                                   : warning ? "!"
                                             : "·")
            .already_shown("word", error     ? "Error"
                                   : warning ? "Warning"
                                             : "Notice")
            .time("when", event.time);
        if (with_subject) {
            row.already_shown("text", sentence_of(event));
        } else {
            auto text = std::string(words_for(event.type));
            if (!event.message.empty()) text += ": " + shown(event.message, max_sentence_bytes);
            row.already_shown("text", text);
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string author_words(std::string_view author) {
    const auto address = author.find(" <");
    return shown(address == 0 ? author : author.substr(0, address));
}

std::string revision_words(std::string_view commit) {
    return shown(commit.substr(0, 7));
}

std::string message_page(const std::string& heading, const std::string& text, const StatusPageInput& input) {
    PageData page(input.now);
    add_frame(page, input, heading + " · regent", "", "", {});
    page.already_shown("heading", heading).already_shown("text", text);
    return filled_page(message_template, page);
}

}  // namespace regent::service
