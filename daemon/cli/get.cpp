#include "cli/client_commands.hpp"
#include "cli/client_words.hpp"
#include "cli/messages.hpp"
#include "service/status_json.hpp"

#include <fmt/format.h>

#include <map>
#include <thread>
#include <utility>

namespace regent::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// What of the service's objects is asked for.
struct Selection {
    std::vector<std::string> environments;
    std::string kind, name;
};

ClientResult<Selection> selection_of(const GlobalOptions& global, const GetOptions& options, ServiceClient& client) {
    Selection selection;
    if (options.what.find('/') != std::string::npos) {
        auto address = parse_object(options.what);
        if (!address) return tl::unexpected(std::move(address.error()));
        selection.kind = std::move(address->kind);
        selection.name = std::move(address->name);
    } else if (!options.what.empty()) {
        auto kind = parse_kind(options.what);
        if (!kind) return tl::unexpected(std::move(kind.error()));
        selection.kind = std::move(*kind);
    }
    auto environments = client.environments(global.environment);
    if (!environments) return tl::unexpected(std::move(environments.error()));
    selection.environments = std::move(*environments);
    return selection;
}

/// What a service knows of a selection.
struct Answer {
    json items = json::array();
    json not_looked_at = json::array();  ///< environments of which it may not know everything yet, and why
};

ClientResult<Answer> objects(const Selection& selection, ServiceClient& client) {
    Answer found;
    for (const auto& environment : selection.environments) {
        auto target = fmt::format("/api/v1/environments/{}/objects", percent_encoded(environment));
        if (!selection.kind.empty()) target += "/" + selection.kind;
        auto answer = client.get(target);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        for (auto& item : (*answer)["items"])
            if (selection.name.empty() || item.value("name", std::string()) == selection.name)
                found.items.push_back(std::move(item));
        if (auto why = part_of(*answer, "notLookedAt"); !why.empty()) {
            why["environment"] = environment;
            found.not_looked_at.push_back(std::move(why));
        }
    }
    if (!found.items.empty() || selection.name.empty()) return found;
    if (!found.not_looked_at.empty())
        return tl::unexpected(ClientError{fmt::format("{}/{} is not known yet: {}", selection.kind, selection.name,
                                                      text_of(found.not_looked_at.front(), "message")),
                                          text_of(found.not_looked_at.front(), "help"), ExitCode::try_again});
    return tl::unexpected(ClientError{fmt::format("there is no {}/{}", selection.kind, selection.name),
                                      "`regent get` lists what there is", ExitCode::failed});
}

/// Says of which environments the service may not know everything yet.
void tell_not_looked_at(const Selection& selection, const Answer& found, Terminal& terminal) {
    if (selection.environments.empty()) terminal.err("The service has loaded no environment yet.\n");
    for (const auto& why : found.not_looked_at)
        terminal.err(fmt::format("{}{}; {}.\n", found.items.empty() ? "" : "What is shown may be old: ",
                                 text_of(why, "message"), text_of(why, "help")));
}

std::string message_of(const json& object, Time now) {
    if (const auto& pause = part_of(object, "pause"); !pause.empty()) return pause_text(pause, now);
    auto message = text_of(condition_of(object, "Ready"), "message");
    if (message.empty() && text_of(object, "policy") == "observe") message = "observed only";
    message = with_code(std::move(message), text_of(object, "errorCode"));
    return message;
}

class ObjectTable {
public:
    ObjectTable(const Selection& selection, bool wide)
        : with_environment_(selection.environments.size() > 1), wide_(wide) {}

    [[nodiscard]] std::vector<std::string> headings() const {
        std::vector<std::string> names;
        if (with_environment_) names.emplace_back("ENVIRONMENT");
        for (const char* name : {"KIND", "NAME", "READY", "REASON", "SYNCED", "REVISION", "CHANGED"})
            names.emplace_back(name);
        if (wide_)
            for (const char* name : {"READ", "POLICY", "FAILURES", "NEXT TRY", "MANIFEST"}) names.emplace_back(name);
        names.emplace_back("MESSAGE");
        return names;
    }

    [[nodiscard]] std::vector<Cell> row(const json& object, Time now) const {
        const auto& ready = condition_of(object, "Ready");
        const auto& synced = condition_of(object, "Synced");
        const auto synced_status = text_of(synced, "status");
        std::vector<Cell> cells;
        if (with_environment_) cells.push_back({text_of(object, "environment")});
        cells.push_back({text_of(object, "kind")});
        cells.push_back({text_of(object, "name")});
        cells.push_back(status_cell(text_of(ready, "status")));
        cells.push_back({part_of(object, "pause").empty() ? text_of(ready, "reason") : "Paused"});
        cells.push_back(status_cell(synced_status == "True" ? "yes" : synced_status == "False" ? "no" : "unknown"));
        const auto revision = short_commit(text_of(ready, "observedRevision"));
        cells.push_back({revision.empty() ? "-" : revision});
        cells.push_back({ago(time_of(object, "lastChangeAt"), now)});
        if (wide_) add_wide(object, now, cells);
        cells.push_back({message_of(object, now)});
        return cells;
    }

private:
    static void add_wide(const json& object, Time now, std::vector<Cell>& cells) {
        const auto& place = part_of(object, "place");
        const auto next = time_of(object, "nextTryAt");
        cells.push_back({ago(time_of(object, "lastReadAt"), now)});
        cells.push_back({text_of(object, "policy")});
        cells.push_back({std::to_string(number_of(object, "failures"))});
        cells.push_back({next ? clock_text(*next, now) : "-"});
        cells.push_back({place.empty() ? "-" : fmt::format("{}:{}", text_of(place, "file"), number_of(place, "line"))});
    }

    bool with_environment_, wide_;
};

std::string key_of(const json& object) {
    return fmt::format("{} {}/{}", object.value("environment", std::string()), object.value("kind", std::string()),
                       object.value("name", std::string()));
}

std::string names_text(const json& items) {
    std::string text;
    for (const auto& item : items) text += fmt::format("{}/{}\n", text_of(item, "kind"), text_of(item, "name"));
    return text;
}

ExitCode print_once(const GlobalOptions& global, const Selection& selection, const Answer& found, Terminal& terminal) {
    const auto& items = found.items;
    json document{{"items", items}};
    if (!found.not_looked_at.empty()) document["notLookedAt"] = found.not_looked_at;
    tell_not_looked_at(selection, found, terminal);
    switch (print_document(global, document, {"wide", "name"}, terminal)) {
        case Printed::wrong:
            return ExitCode::usage;
        case Printed::yes:
            return ExitCode::ok;
        case Printed::no:
            break;
    }
    if (global.output == "name") {
        terminal.out(names_text(items));
        return ExitCode::ok;
    }
    if (items.empty()) {
        if (found.not_looked_at.empty() && !selection.environments.empty()) terminal.err("No objects.\n");
        return ExitCode::ok;
    }
    const ObjectTable columns(selection, global.output == "wide");
    Table table(columns.headings());
    const auto now = std::chrono::system_clock::now();
    for (const auto& item : items) table.add(columns.row(item, now));
    terminal.out(table.text(colour_of(global, terminal)));
    return ExitCode::ok;
}

/// Prints everything, and from then on what has changed, a line for each object; with -o json a document a line.
class Watch {
public:
    Watch(const GlobalOptions& global, Selection selection, ServiceClient& client, Terminal& terminal)
        : global_(global),
          selection_(std::move(selection)),
          client_(client),
          terminal_(terminal),
          columns_(selection_, global.output == "wide") {}

    ExitCode run() {
        std::uint64_t seen = 0;
        bool first = true;
        auto answer = client_.get("/api/v1/environments");
        while (true) {
            if (!answer && answer.error().code != ExitCode::try_again) return fail(terminal_, answer.error());
            if (answer)
                seen = answer->value("number", seen);
            else
                std::this_thread::sleep_for(2s);  // too many wait there already
            const auto found = objects(selection_, client_);
            if (!found && found.error().code != ExitCode::try_again) return fail(terminal_, found.error());
            if (found) {
                if (std::exchange(first, false)) tell_not_looked_at(selection_, *found, terminal_);
                print_changes(found->items);
            }
            answer = client_.get(fmt::format("/api/v1/environments?after={}&wait=30s", seen), 60s);
        }
    }

private:
    void print_changes(const json& items) {
        Table table(shown_.empty() && global_.output != "json" ? columns_.headings() : std::vector<std::string>());
        const auto now = std::chrono::system_clock::now();
        for (const auto& item : items) {
            auto& before = shown_[key_of(item)];
            auto essence = item;
            essence.erase("lastReadAt");  // changes with every run
            if (before == essence) continue;
            before = std::move(essence);
            if (global_.output == "json")
                terminal_.out(item.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
            else if (global_.output == "name")
                terminal_.out(names_text(json::array({item})));
            else
                table.add(columns_.row(item, now));
        }
        if (!table.empty()) terminal_.out(table.text(colour_of(global_, terminal_)));
    }

    const GlobalOptions& global_;
    Selection selection_;
    ServiceClient& client_;
    Terminal& terminal_;
    ObjectTable columns_;
    std::map<std::string, json> shown_;
};

}  // namespace

ExitCode get(const GlobalOptions& global, const GetOptions& options, ServiceClient& client, Terminal& terminal) {
    if (!check_output(global, {"wide", "name"}, terminal)) return ExitCode::usage;
    if (options.watch && global.output == "yaml") {
        print_error(terminal, "--watch has no output `yaml`", "-o json prints a document a line");
        return ExitCode::usage;
    }
    auto selection = selection_of(global, options, client);
    if (!selection) return fail(terminal, selection.error());
    if (options.watch) {
        if (selection->environments.empty()) return fail(terminal, nothing_loaded());
        return Watch(global, std::move(*selection), client, terminal).run();
    }
    const auto found = objects(*selection, client);
    if (!found) return fail(terminal, found.error());
    return print_once(global, *selection, *found, terminal);
}

}  // namespace regent::cli
