#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/event_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

namespace regent::cli {
namespace {

using nlohmann::json;
using report::Colour;
using report::Tone;

/// Objects that wait for `address`.
std::string waiting_for(const json& objects, const std::string& address) {
    std::string text;
    for (const auto& object : part_of(objects, "items"))
        for (const auto& name : part_of(object, "waitsFor"))
            if (name == address)
                text +=
                    fmt::format("{}{}/{}", text.empty() ? "" : ", ", text_of(object, "kind"), text_of(object, "name"));
    return text;
}

class Description {
public:
    Description(const json& object, const json& objects, Time now, Colour colour)
        : object_(object), objects_(objects), now_(now), colour_(colour) {}

    std::string text() {
        const auto address = fmt::format("{}/{}", text_of(object_, "kind"), text_of(object_, "name"));
        text_ =
            fmt::format("{} in {}\n", report::paint(address, Tone::heading, colour_), text_of(object_, "environment"));
        facts(address);
        conditions();
        differences();
        error();
        return std::move(text_);
    }

private:
    void fact(std::string_view name, const std::string& value) {
        if (!value.empty()) text_ += fmt::format("  {:<14}{}\n", name, value);
    }
    void heading(std::string_view name) { text_ += "\n" + report::paint(name, Tone::heading, colour_) + "\n"; }

    void facts(const std::string& address) {
        const auto& place = part_of(object_, "place");
        fact("manifest",
             place.empty() ? "gone" : fmt::format("{}:{}", text_of(place, "file"), number_of(place, "line")));
        fact("policy", text_of(object_, "policy"));
        const auto id = text_of(object_, "remoteId");
        fact("id", id.empty() ? "not there" : id);
        for (const auto& [name, value] : part_of(object_, "outputs").items())
            if (value.is_string())
                fact(model::with_visible_controls(name), model::with_visible_controls(value.get<std::string>()));
        fact("last read",
             time_of(object_, "lastReadAt") ? ago(time_of(object_, "lastReadAt"), now_) + " ago" : "never");
        if (const auto changed = time_of(object_, "lastChangeAt"))
            fact("last change", fmt::format("{} ago: {}", ago(changed, now_), text_of(object_, "lastChange")));
        if (const auto& pause = part_of(object_, "pause"); !pause.empty()) fact("paused", pause_text(pause, now_));
        fact("waits for", names_of(part_of(object_, "waitsFor")));
        fact("waited for by", waiting_for(objects_, address));
        for (const auto& remark : part_of(object_, "remarks"))
            if (remark.is_string()) fact("remark", model::with_visible_controls(remark.get<std::string>()));
    }

    void conditions() {
        heading("Conditions");
        Table table({"TYPE", "STATUS", "REASON", "SINCE", "REVISION", "MESSAGE"});
        for (const auto& condition : part_of(object_, "conditions"))
            table.add({{text_of(condition, "type")},
                       status_cell(text_of(condition, "status")),
                       {text_of(condition, "reason")},
                       {ago(time_of(condition, "lastTransitionTime"), now_)},
                       {short_commit(text_of(condition, "observedRevision"))},
                       {text_of(condition, "message")}});
        text_ += table.text(colour_, "  ");
    }

    void differences() {
        if (part_of(object_, "differences").empty()) return;
        heading("Wanted against live");
        Table table({"FIELD", "WANTED", "LIVE", ""});
        for (const auto& field : part_of(object_, "differences")) {
            auto name = text_of(field, "path");
            if (const auto element = text_of(field, "element"); !element.empty()) name += " " + element;
            auto note = text_of(field, "note");
            if (field.value("drift", false)) note += note.empty() ? "changed outside" : "; changed outside";
            table.add({{name}, {text_of(field, "wanted")}, {text_of(field, "live")}, {note}});
        }
        text_ += table.text(colour_, "  ");
    }

    void error() {
        const auto code = text_of(object_, "errorCode"), help = text_of(object_, "errorHelp");
        const auto failures = number_of(object_, "failures");
        if (code.empty() && help.empty() && failures == 0) return;
        heading("Trouble");
        fact("code", code.empty() ? "" : fmt::format("{} (regent explain {})", code, code));
        fact("failed", failures == 0 ? "" : report::count_of(failures, "time") + " in a row");
        if (const auto next = time_of(object_, "nextTryAt")) fact("next try", clock_text(*next, now_));
        fact("request id", text_of(object_, "requestId"));
        fact("help", help);
    }

    const json& object_;
    const json& objects_;
    Time now_;
    Colour colour_;
    std::string text_;
};

/// The credentials of an application.
std::string credentials_text(const json& environment, const model::Address& address, Time now, Colour colour) {
    Table table({"CREDENTIAL", "TYPE", "ENDS", "ROTATES", "FOR"});
    for (const auto& credential : part_of(environment, "credentials")) {
        if (address.kind != model::kind::application || credential.value("application", std::string()) != address.name)
            continue;
        const auto ends = time_of(credential, "endsAt"), rotates = time_of(credential, "rotatesAt"),
                   leaves = time_of(credential, "leavesAt");
        const bool over = ends && *ends < now;
        table.add({{text_of(credential, "name")},
                   {text_of(credential, "type")},
                   {ends ? fmt::format("{}{}", over ? "ended " : "in ",
                                       age_text(std::chrono::duration_cast<std::chrono::seconds>(over ? now - *ends
                                                                                                      : *ends - now)) +
                                           (over ? " ago" : ""))
                         : "never",
                    over ? Tone::remove : Tone::plain},
                   {rotates                               ? short_date_time_text(*rotates)
                    : leaves                              ? "leaves " + short_date_time_text(*leaves)
                    : credential.value("declared", false) ? "-"
                                                          : "not declared"},
                   {names_of(part_of(credential, "consumers"))}});
    }
    return table.empty() ? ""
                         : "\n" + report::paint("Credentials", Tone::heading, colour) + "\n" + table.text(colour, "  ");
}

}  // namespace

ExitCode describe(const GlobalOptions& global, const std::string& what, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {}, terminal)) return ExitCode::usage;
    const auto address = parse_object(what);
    if (!address) return fail(terminal, address.error());
    const auto name = client.the_environment(global.environment);
    if (!name) return fail(terminal, name.error());
    const auto base = "/api/v1/environments/" + percent_encoded(*name);
    const auto answer =
        client.get(fmt::format("{}/objects/{}/{}", base, address->kind, percent_encoded(address->name)));
    if (!answer) return fail(terminal, answer.error());
    const auto& object = part_of(*answer, "object");
    switch (print_document(global, object, {}, terminal)) {
        case Printed::wrong:
            return ExitCode::usage;
        case Printed::yes:
            return ExitCode::ok;
        case Printed::no:
            break;
    }
    const auto objects = client.get(base + "/objects");
    if (!objects) return fail(terminal, objects.error());
    const auto environment = client.get(base);
    if (!environment) return fail(terminal, environment.error());
    const auto events = client.get(fmt::format("/api/v1/events?limit=10&environment={}&object={}",
                                               percent_encoded(*name), percent_encoded(model::to_string(*address))));
    const auto now = std::chrono::system_clock::now();
    const auto colour = colour_of(global, terminal);
    auto text =
        Description(object, *objects, now, colour).text() + credentials_text(*environment, *address, now, colour);
    // A damaged history is no reason to show nothing.
    if (events && !part_of(*events, "items").empty())
        text += "\n" + report::paint("Events", Tone::heading, colour) + "\n" +
                event_table(part_of(*events, "items"), false, colour, "  ");
    if (const auto& why = part_of(*answer, "notLookedAt"); !why.empty())
        terminal.err(fmt::format("What is shown may be old: {}; {}.\n", text_of(why, "message"), text_of(why, "help")));
    terminal.out(text);
    return ExitCode::ok;
}

}  // namespace regent::cli
