// The page about one object.

#include "service/page_templates.hpp"
#include "service/page_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace regent::service {

using controller::EnvironmentStatus;
using controller::ObjectStatus;

namespace {

constexpr std::size_t events_of_object = 20;
constexpr std::size_t changes_on_page = 50;
constexpr std::size_t fields_on_page = 200;

const ObjectStatus* find_object(const EnvironmentStatus& environment, std::string_view address) {
    const auto found = std::find_if(environment.objects.begin(), environment.objects.end(),
                                    [&](const auto& object) { return model::to_string(object.address) == address; });
    return found == environment.objects.end() ? nullptr : &*found;
}

class ObjectView {
public:
    ObjectView(const EnvironmentStatus& environment, const ObjectStatus& object, const StatusPageInput& input)
        : environment_(environment), object_(object), input_(input), page_(input.now) {}

    std::string html(const PageFilter& filter) {
        const auto& address = object_.address;
        const auto badge = badge_of(state_of(object_));
        const auto name = shown(address.name);
        auto kind = PageFilter{};
        kind.kind = address.kind;
        page_.already_shown("name", name)
            .text("kind", address.kind)
            .text("environment", environment_.name)
            .already_shown("environment_href", environment_path(environment_.name))
            .already_shown("kind_href", kind.link(environment_path(environment_.name), "objects"));
        add_banner();
        add_about();
        add_conditions();
        add_fields();
        add_waits();
        auto credentials = credential_rows({&environment_}, input_, &address, 100);
        page_.list("credentials", credentials, "has_credentials");
        add_past();
        add_frame(page_, input_, fmt::format("{} {} · {} · regent", badge.sign, name, shown(environment_.name)),
                  environment_.name, object_path(environment_.name, address), filter);
        return filled_page(object_template, page_);
    }

private:
    PageData row() const { return PageData(input_.now); }

    PageData line(const std::string& text) const {
        auto made = row();
        made.already_shown("text", text).nothing("when").nothing("after").nothing("flows");
        return made;
    }

    void add_banner() {
        const auto* ready = object_.condition("Ready");
        auto badge = badge_of(state_of(object_));
        std::string headline(badge.word);
        if (ready != nullptr) headline += ": " + std::string(to_string(ready->reason));
        if (object_.pause) headline = "Paused: " + shown(object_.pause->reason);
        std::vector<PageData> lines;
        const auto stale = why_stale(environment_, input_);
        if (!stale.empty()) {
            lines.push_back(
                line(fmt::format("What follows is how it stood at {}: {}.", utc_words(object_.last_read), headline)));
            headline = stale;
            badge = {"", "✗", "bad"};
        }
        if (ready != nullptr && !ready->message.empty()) {
            lines.push_back(line(with_period(shown(ready->message, max_sentence_bytes))));
        }
        if (!object_.error_help.empty())
            lines.push_back(line(with_period("Cure: " + shown(object_.error_help, max_sentence_bytes))));
        if (ready != nullptr) {
            auto since = row();
            since.already_shown("text", "For")
                .lasting("when", ready->since)
                .already_shown("after", ".")
                .nothing("flows");
            lines.push_back(std::move(since));
        }
        auto banner = row();
        banner.already_shown("colour", std::string(badge.colour))
            .already_shown("sign", std::string(badge.sign))
            .already_shown("headline", headline + ".")
            .list("lines", lines)
            .list("notices", {});
        page_.part("summary", std::move(banner));
    }

    void add_about() {
        const auto& place = object_.place;
        page_.text("place", place.known() ? model::to_string({place.file, place.line, 0}) : std::string{})
            .already_shown("place_href", forge_link(input_.status.source, environment_.in_force.commit, place))
            .text("policy", object_.policy)
            .text("remote_id", object_.remote_id)
            .time("read", object_.last_read)
            .time("changed", object_.last_change)
            .text("change", object_.last_change ? object_.last_change_summary : "")
            .time("next_try", object_.next_try)
            .already_shown("failures",
                           count_words(static_cast<std::size_t>(std::max(object_.failures, 0)), "failure", "failures"))
            .text("code", object_.error_code)
            .text("request", object_.request_id);
        const bool application = object_.address.kind == model::kind::application;
        page_.already_shown("portal_href", portal_link(object_))
            .already_shown("portal",
                           application ? "in Entra" : "Power Apps (there: the environment, Custom connectors)");
        std::vector<PageData> outputs;
        for (const auto& [name, value] : object_.outputs) {
            if (value == object_.remote_id) continue;
            auto made = row();
            made.text("output", name).text("value", value);
            outputs.push_back(std::move(made));
        }
        page_.list("outputs", outputs);
        if (object_.pause) {
            page_.already_shown("pause", shown(object_.pause->reason) + ", by " + shown(object_.pause->by))
                .time("pause_since", object_.pause->since)
                .time("pause_until", object_.pause->until);
        } else {
            page_.nothing("pause").nothing("pause_since").nothing("pause_until");
        }
        std::vector<PageData> remarks;
        for (const auto& remark : object_.remarks) {
            auto made = row();
            made.text("text", remark);
            remarks.push_back(std::move(made));
        }
        page_.list("remarks", remarks, "has_remarks");
    }

    void add_conditions() {
        std::vector<PageData> rows;
        for (const auto& condition : object_.conditions) {
            auto made = row();
            made.text("type", condition.type)
                .badge("status", condition_badge(condition))
                .already_shown("reason", std::string(to_string(condition.reason)))
                .text("message", condition.message)
                .time("since", condition.since)
                .already_shown("revision", revision_words(condition.observed_revision));
            rows.push_back(std::move(made));
        }
        page_.list("conditions", rows);
    }

    void add_fields() {
        std::vector<PageData> rows;
        for (const auto& field : object_.differences) {
            if (rows.size() == fields_on_page) break;
            auto made = row();
            made.text("path", field.path, max_piece_bytes)
                .text("element", field.element, max_piece_bytes)
                .text("wanted", field.wanted)
                .text("live", field.live)
                .text("note", field.note)
                .flag("drift", field.drift);
            rows.push_back(std::move(made));
        }
        page_.list("fields", rows, "has_fields");
    }

    PageData link_to(const std::string& address) const {
        auto made = row();
        made.text("address", address);
        const auto* object = find_object(environment_, address);
        if (object != nullptr) {
            made.already_shown("href", object_path(environment_.name, object->address))
                .badge("state", badge_of(state_of(*object)));
        } else {
            made.nothing("href").nothing("state");
        }
        made.flag("has_more", false).list("more", {});
        return made;
    }

    void add_waits() {
        const auto own = model::to_string(object_.address);
        std::vector<PageData> waits;
        for (const auto& address : object_.waits_for) {
            auto made = link_to(address);
            std::vector<PageData> more;
            // Two levels: who waits in a circle would wait here forever.
            if (const auto* object = find_object(environment_, address)) {
                for (const auto& next : object->waits_for) more.push_back(link_to(next));
            }
            made.list("more", more, "has_more");
            waits.push_back(std::move(made));
        }
        std::vector<PageData> waiting;
        for (const auto& object : environment_.objects) {
            if (std::find(object.waits_for.begin(), object.waits_for.end(), own) == object.waits_for.end()) continue;
            waiting.push_back(link_to(model::to_string(object.address)));
        }
        page_.flag("independent", waits.empty() && waiting.empty());
        page_.list("waits", waits, "has_waits");
        page_.list("waiting", waiting, "has_waiting");
    }

    void add_past() {
        auto entries = input_.changes;
        std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.time > b.time; });
        if (entries.size() > changes_on_page) entries.resize(changes_on_page);
        std::vector<PageData> changes;
        for (const auto& entry : entries) {
            auto made = row();
            made.time("when", entry.time)
                .already_shown("run", std::to_string(entry.run))
                .text("action", entry.action)
                .text("path", entry.path, max_piece_bytes)
                .text("element", entry.element, max_piece_bytes)
                .text("before", entry.before)
                .text("after", entry.after)
                .flag("drift", entry.drift);
            changes.push_back(std::move(made));
        }
        auto events = event_rows(input_, events_of_object, false);
        page_.already_shown("history_unreadable", shown(input_.history_error, max_sentence_bytes));
        page_.flag("quiet", changes.empty() && events.empty() && input_.history_error.empty());
        page_.list("changes", changes, "has_changes");
        page_.list("events", events, "has_events");
    }

    const EnvironmentStatus& environment_;
    const ObjectStatus& object_;
    const StatusPageInput& input_;
    PageData page_;
};

}  // namespace

std::string object_page(const EnvironmentStatus& environment, const ObjectStatus& object, const StatusPageInput& input,
                        const PageFilter& filter) {
    return ObjectView(environment, object, input).html(filter);
}

}  // namespace regent::service
