#include "report/cases.hpp"
#include "report/outside_faces.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace regent;
using namespace regent::report;
using namespace regent::report::testing;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// The first byte that a terminal would act upon; newlines end our own lines and do not count.
std::string first_control(const std::string& text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool c1 = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        const bool ours = byte == '\n' || byte == '\t';
        if (c1 || byte == 0x7F || (byte < 0x20 && !ours)) return text.substr(i < 20 ? 0 : i - 20, 40);
    }
    return "";
}

std::string without_colour(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "\x1b[") == 0) {
            i = text.find('m', i);
        } else {
            plain += text[i];
        }
    }
    return plain;
}

/// Markdown without its fenced blocks and code spans, as CommonMark reads them: what could still be markup, a mention
/// or a tag.
std::string outside_of_code(const std::string& markdown) {
    std::string rest;
    std::string fence;
    for (const auto& line : lines_of(markdown)) {
        const auto ticks = line.find_first_not_of('`') == std::string::npos ? line.size() : line.find_first_not_of('`');
        if (fence.empty() && ticks >= 3 && line.find('`', ticks) == std::string::npos) {
            fence = line.substr(0, ticks);
        } else if (!fence.empty()) {
            if (ticks >= fence.size() && ticks == line.size()) fence.clear();
        } else {
            rest += line + "\n";
        }
    }
    std::string plain;
    for (std::size_t at = 0; at < rest.size();) {
        if (rest[at] != '`') {
            plain += rest[at++];
            continue;
        }
        auto end_of_run = [&](std::size_t from) {
            const auto end = rest.find_first_not_of('`', from);
            return end == std::string::npos ? rest.size() : end;
        };
        const auto opened = end_of_run(at);
        auto closing = rest.find('`', opened);
        while (closing != std::string::npos && end_of_run(closing) - closing != opened - at) {
            closing = rest.find('`', end_of_run(closing));
        }
        if (closing == std::string::npos) {
            plain += rest.substr(at, opened - at);
            at = opened;
        } else {
            at = end_of_run(closing);
        }
    }
    return plain;
}

std::size_t occurrences(const std::string& text, const std::string& of) {
    std::size_t count = 0;
    for (auto at = text.find(of); at != std::string::npos; at = text.find(of, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("no name from a tenant gets a control character through any face", "[report][hostile]") {
    const auto made = case_named("hostile-names");
    const auto& report = made->report;
    CHECK(first_control(write_text(report, {})).empty());
    CHECK(first_control(write_json(report)).empty());
    CHECK(first_control(write_jsonl(report)).empty());
    CHECK(first_control(write_markdown(report)).empty());
    CHECK(first_control(write_diff(report, Colour::off)).empty());
    CHECK(first_control(write_html(report)).empty());
    CHECK(first_control(write_sarif(report)).empty());
    CHECK(first_control(write_junit(report, false)).empty());
    CHECK(first_control(write_github(report)).empty());
}

TEST_CASE("no name from a tenant begins a line of its own", "[report][hostile]") {
    const auto made = case_named("hostile-names");
    for (const auto& text :
         {write_text(made->report, {}), write_markdown(made->report), write_diff(made->report, Colour::off)}) {
        for (const auto& line : lines_of(text)) {
            INFO(line);
            CHECK_FALSE(line.starts_with("Apply complete"));
            CHECK_FALSE(line.starts_with("@everyone"));
        }
    }
}

TEST_CASE("in Markdown a name from a tenant is always inside code", "[report][hostile][markdown]") {
    const auto made = case_named("hostile-names");
    const auto text = outside_of_code(write_markdown(made->report));
    INFO(text);
    CHECK(text.find("puts back 3 changes made outside") != std::string::npos);
    CHECK(text.find("@everyone") == std::string::npos);
    CHECK(text.find("<img") == std::string::npos);
    CHECK(text.find("<!-- regent:plan:dev -->") == 0);
}

TEST_CASE("a row of the Markdown table has five cells whatever the names are", "[report][hostile][markdown]") {
    const auto made = case_named("hostile-names");
    std::size_t rows = 0;
    for (const auto& line : lines_of(write_markdown(made->report))) {
        if (!line.starts_with("| ")) continue;
        ++rows;
        CHECK(occurrences(line, "|") - occurrences(line, "\\|") == 6);
    }
    CHECK(rows == 3);
}

TEST_CASE("colours add nothing but colour", "[report]") {
    for (const auto& named_case : all_cases()) {
        DYNAMIC_SECTION(named_case.name) {
            const auto made = named_case.make();
            TextOptions coloured;
            coloured.colour = Colour::on;
            const auto text = write_text(made->report, coloured);
            CHECK(text.find("\x1b[") != std::string::npos);
            CHECK(without_colour(text) == write_text(made->report, {}));
            CHECK(without_colour(write_diff(made->report, Colour::on)) == write_diff(made->report, Colour::off));
        }
    }
}

TEST_CASE("the last line is the summary, and quiet leaves nothing else", "[report]") {
    const auto made = case_named("tutorial");
    CHECK(lines_of(write_text(made->report, {})).back() == "Plan: 3 to create, 1 secret to issue. 0 unchanged.");
    TextOptions quiet;
    quiet.quiet = true;
    CHECK(write_text(made->report, quiet) == "Plan: 3 to create, 1 secret to issue. 0 unchanged.\n");
}

TEST_CASE("a run with nothing to do says so in one sentence", "[report]") {
    const auto made = case_named("nothing-to-do");
    auto& report = made->report;
    CHECK(write_text(report, {}) == "No changes. All 6 objects in dev match main@4f2c1ab (checked in 2.1s).\n");
    SECTION("outside a repository") {
        report.revision.clear();
        CHECK(write_text(report, {}) == "No changes. All 6 objects in dev match the manifests (checked in 2.1s).\n");
    }
    SECTION("one object") {
        made->plan.documents = 1;
        CHECK(write_text(report, {}) == "No changes. The one object in dev matches main@4f2c1ab (checked in 2.1s).\n");
    }
    SECTION("no manifests") {
        made->plan.documents = 0;
        CHECK(write_text(report, {}) == "No changes. No manifest asks for anything in dev (checked in 2.1s).\n");
    }
    SECTION("the diff is empty") {
        CHECK(write_diff(report, Colour::off).empty());
    }
}

TEST_CASE("unchanged objects are listed when asked for", "[report]") {
    const auto made = case_named("nothing-to-do");
    TextOptions options;
    options.show_unchanged = true;
    const auto text = write_text(made->report, options);
    CHECK(text.find("Unchanged\n    Application/arm-connector") != std::string::npos);
    CHECK(lines_of(text).back().starts_with("No changes. All 6 objects"));
}

TEST_CASE("the drift report tells only what was changed outside", "[report][drift]") {
    TextOptions options;
    options.drift_only = true;
    const auto drift = case_named("drift-adopt-delete");
    const auto text = write_text(drift->report, options);
    CHECK(text.find("\"Orders API (dev)\" → \"Orders (old)\"") != std::string::npos);
    CHECK(text.find("+ \"manual-test\"") != std::string::npos);
    CHECK(text.find("What apply would do") == std::string::npos);
    CHECK(lines_of(text).back() == "Drift: 2 changes made outside, on 1 object in dev.");

    const auto none = case_named("tutorial");
    CHECK(lines_of(write_text(none->report, options)).back() == "No drift. Nothing in dev was changed outside.");
}

TEST_CASE("the JSON report is one document that a policy check can search", "[report][json]") {
    const auto json = nlohmann::json::parse(write_json(case_named("drift-adopt-delete")->report));
    CHECK(json.at("format_version") == "1.1");
    CHECK(json.at("plan_id").get<std::string>().starts_with("sha256:7d0a4c19"));
    CHECK(json.at("summary").at("delete") == 1);
    CHECK(json.at("guards").at("deletes") == nlohmann::json{{"planned", 1}, {"allowed", 2}});
    const auto& changes = json.at("changes");
    REQUIRE(changes.size() == 3);  // what needs no change is counted, not listed
    CHECK(changes.at(0).at("actions") == nlohmann::json{"adopt"});
    CHECK(changes.at(0).at("after").at("redirectUris").at("spa") ==
          nlohmann::json{"https://portal.dev.contoso.example/"});
    CHECK(changes.at(0).at("before").at("redirectUris").at("spa") == nlohmann::json{"http://localhost:3000/"});
    CHECK(changes.at(0).at("fields").at(0).at("source") ==
          nlohmann::json{{"file", "shop/redirect.regent.yaml"}, {"line", 8}});
    CHECK(changes.at(2).at("actions") == nlohmann::json{"delete"});
    CHECK(changes.at(2).at("after").is_null());
    const auto& drift = json.at("drift");
    REQUIRE(drift.size() == 2);
    CHECK(drift.at(1).at("path") == "/federatedCredentials/manual-test");
    CHECK(drift.at(1).at("op") == "add");
}

TEST_CASE("JSON has room for what is there at all beside what it holds, in either order", "[report][json]") {
    const auto made = case_named("tutorial");
    auto& changes = made->plan.resources.at(0).changes;
    const auto there = set("servicePrincipal", model::Value(false), true);
    const auto notes = set("servicePrincipal.notes", {}, "on call: 4711");
    const bool there_first = GENERATE(true, false);
    changes = there_first ? std::vector{there, notes} : std::vector{notes, there};
    const auto json = nlohmann::json::parse(write_json(made->report));
    const auto& change = json.at("changes").at(0);
    CHECK(change.at("after").at("servicePrincipal") == nlohmann::json{{"notes", "on call: 4711"}});
    CHECK(change.at("fields").size() == 2);
}

TEST_CASE("JSON takes a name of digits for a name", "[report][json]") {
    const auto made = case_named("tutorial");
    const model::Value credential = model::Map{{"issuer", "https://gitlab.com"}, {"subject", "s"}};
    made->plan.resources.at(0).changes = {named(add("federatedCredentials", credential), "4711000"),
                                          named(add("federatedCredentials", credential), "a/b~c"),
                                          named(add("federatedCredentials", credential), "0")};
    const auto json = nlohmann::json::parse(write_json(made->report));
    const auto& after = json.at("changes").at(0).at("after").at("federatedCredentials");
    CHECK(after.is_object());
    CHECK(after.size() == 3);
    CHECK(after.at("4711000").at("subject") == "s");
    CHECK(json.at("changes").at(0).at("fields").at(1).at("path") == "/federatedCredentials/a~1b~0c");
}

TEST_CASE("a replacement is a delete and a create for whoever searches the JSON", "[report][json]") {
    const auto json = nlohmann::json::parse(write_json(case_named("replace")->report));
    CHECK(json.at("changes").at(0).at("actions") == nlohmann::json{"delete", "create"});
    CHECK(json.at("changes").at(0).at("fields").at(0).at("forces_replacement") == true);
}

TEST_CASE("an attribute that could force a replacement is no reason where nothing is replaced", "[report]") {
    const auto made = case_named("tutorial");
    for (auto& resource : made->plan.resources) resource.changes.front().forces_replacement = true;
    CHECK(write_text(made->report, {}).find("forces replacement") == std::string::npos);
    CHECK(write_json(made->report).find("forces_replacement") == std::string::npos);
}

TEST_CASE("a plan with mistakes never says that there is nothing to do", "[report]") {
    const auto made = case_named("nothing-to-do");
    model::Diagnostic problem;
    problem.code = "RG0709";
    problem.message = "Microsoft Graph has no delegated permission `User.Raed`";
    problem.span = {
        .file = "base/portal.regent.yaml", .line = 12, .column = 20, .end_line = 12, .end_column = 29, .byte = 0};
    problem.help = "did you mean `User.Read`?";
    made->plan.problems.push_back(problem);

    const auto text = write_text(made->report, {});
    CHECK(text.find("No changes") == std::string::npos);
    CHECK(lines_of(text).back() == "Plan: nothing to do. 2 unchanged. 1 mistake to mend first.");
    const auto json = nlohmann::json::parse(write_json(made->report));
    CHECK(json.at("errored") == true);
    CHECK(json.at("diagnostics").at(0).at("code") == "RG0709");
    CHECK(json.at("diagnostics").at(0).at("source").at("line") == 12);
    CHECK(write_jsonl(made->report).find(R"("type":"diagnostic")") != std::string::npos);
    const auto markdown = write_markdown(made->report);
    CHECK(markdown.find("no changes") == std::string::npos);
    CHECK(markdown.find("`base/portal.regent.yaml:12`") != std::string::npos);
}

TEST_CASE("a stream says that there is no plan, and has no empty ids or times", "[report][jsonl]") {
    for (const auto& line : lines_of(write_jsonl(case_named("no-plan")->report))) {
        const auto json = nlohmann::json::parse(line);
        CHECK(json.at("@timestamp") == "2026-09-14T09:02:11Z");
        if (json.at("type") == "version") CHECK(json.at("version").at("plan_id").is_null());
        if (json.at("type") == "change_summary") {
            CHECK(json.at("@level") == "error");
            CHECK(json.at("@message") == "No plan: 1 mistake to mend first; nothing was read of the tenant.");
        }
    }
}

TEST_CASE("what is not known yet says what it waits for, in the shape of the value", "[report][json]") {
    const auto json = nlohmann::json::parse(write_json(case_named("tutorial")->report));
    const auto& app = json.at("changes").at(0);
    CHECK(app.at("before").is_null());
    CHECK(app.at("after").at("redirectUris").at("web") == nlohmann::json{nullptr, nullptr});
    CHECK(app.at("after_unknown").at("redirectUris").at("web") == nlohmann::json{"Connector/arm", "Connector/arm-mi"});
    CHECK(app.at("after_unknown").at("federatedCredentials").at("arm-mi").at("subject") == "Connector/arm-mi");
    CHECK(app.at("sensitive") == nlohmann::json{{"clientSecrets", {{"arm", true}}}});
    CHECK_FALSE(app.at("after").contains("clientSecrets"));
}

TEST_CASE("names that are no UTF-8 do not stop a report", "[report][hostile]") {
    const auto made = case_named("tutorial");
    made->plan.resources.front().changes.front().after = "caf\xE9";
    CHECK_NOTHROW(write_json(made->report));
    CHECK_NOTHROW(write_jsonl(made->report));
    CHECK(nlohmann::json::parse(write_json(made->report)).at("changes").at(0).at("after").at("displayName") ==
          "caf\xEF\xBF\xBD");
}

TEST_CASE("every line of the stream is an object that can be read on its own", "[report][jsonl]") {
    std::vector<std::string> types;
    for (const auto& line : lines_of(write_jsonl(case_named("drift-adopt-delete")->report))) {
        const auto json = nlohmann::json::parse(line);
        for (const auto* key : {"@level", "@message", "@timestamp", "type"}) CHECK(json.contains(key));
        CHECK_FALSE(json.at("@message").get<std::string>().empty());
        types.push_back(json.at("type"));
    }
    CHECK(types == std::vector<std::string>{"version", "resource_drift", "resource_drift", "planned_change",
                                            "planned_change", "planned_change", "risk", "risk", "risk", "risk", "risk",
                                            "risk", "risk", "change_summary"});
}

TEST_CASE("refusals and what is withheld are in the stream", "[report][jsonl]") {
    const auto refused = write_jsonl(case_named("refusals")->report);
    CHECK(occurrences(refused, R"("type":"refusal")") == 2);
    CHECK(refused.find(R"("@level":"error")") != std::string::npos);
    CHECK(occurrences(write_jsonl(case_named("withheld")->report), R"("type":"withheld")") == 2);
}

TEST_CASE("a comment for a huge plan stays below what a forge accepts", "[report][markdown]") {
    Case large;
    for (int i = 0; i < 3000; ++i) {
        auto& resource =
            large.resource({"Application", "app-" + std::to_string(i)}, plan::Action::create, plan::Reason::not_found,
                           {"base/apps.regent.yaml", static_cast<std::size_t>(i + 1), 1});
        resource.changes = {set("displayName", {}, std::string(200, 'n'))};
    }
    large.plan.summary.create = 3000;
    const auto text = write_markdown(large.report);
    CHECK(text.size() < 65'536);
    CHECK(text.find("2800 more") != std::string::npos);
    CHECK(text.find("left out here") != std::string::npos);
    CHECK(text.find("**3000 to create. 0 unchanged.**") != std::string::npos);
}

TEST_CASE("an API without a known name is shown by its id", "[report]") {
    const auto made = case_named("tutorial");
    made->report.api_names.clear();
    CHECK(write_text(made->report, {}).find("+ 797f4846-ba00-4fd7-ba43-dac1f8f63013: user_impersonation (delegated)") !=
          std::string::npos);
}
