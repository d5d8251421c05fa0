// Faces of a plan that other people's programs read, or a browser.

#include "report/outside_faces.hpp"

#include "formats/junit.hpp"
#include "report/cases.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

using namespace regent;
using namespace regent::report;
using namespace regent::report::testing;

namespace {

/// Names of the elements that are open at the end of each tag; fails the test when the markup does not nest. Enough of
/// XML and HTML for what we write ourselves.
std::multiset<std::string> elements_of(const std::string& markup) {
    static const std::set<std::string> empty = {"!DOCTYPE", "meta", "br", "?xml"};
    std::multiset<std::string> names;
    std::vector<std::string> open;
    for (auto at = markup.find('<'); at != std::string::npos; at = markup.find('<', at + 1)) {
        const auto end = markup.find('>', at);
        REQUIRE(end != std::string::npos);
        auto tag = markup.substr(at + 1, end - at - 1);
        const auto name =
            tag.substr(tag.front() == '/' ? 1 : 0, tag.find_first_of(" /\n", 1) - (tag.front() == '/' ? 1 : 0));
        if (tag.front() == '/') {
            REQUIRE_FALSE(open.empty());
            CHECK(open.back() == tag.substr(1));
            open.pop_back();
            continue;
        }
        names.insert(name);
        if (tag.back() != '/' && !empty.contains(name)) open.push_back(name);
    }
    CHECK(open.empty());
    return names;
}

}  // namespace

TEST_CASE("a page in the browser has no script, fetches nothing, and nests", "[report][html]") {
    for (const auto& named_case : all_cases()) {
        DYNAMIC_SECTION(named_case.name) {
            const auto html = write_html(named_case.make()->report);
            const auto names = elements_of(html);
            for (const auto* refused : {"script", "img", "iframe", "link", "object", "svg", "form", "a"})
                CHECK(names.count(refused) == 0);
            CHECK(names.count("h1") == 1);
            CHECK(names.count("main") == 1);
            CHECK(html.find("default-src 'none'") != std::string::npos);
            CHECK(html.find("width=device-width") != std::string::npos);
            CHECK(html.find("prefers-color-scheme: dark") != std::string::npos);
            CHECK(html.find("url(") == std::string::npos);
        }
    }
}

TEST_CASE("markup from a tenant is text in every face", "[report][html][hostile]") {
    const auto made = case_named("hostile-names");
    const auto html = write_html(made->report);
    CHECK(html.find("&lt;img src=x onerror=alert(1)&gt;") != std::string::npos);
    elements_of(write_junit(made->report, false));
    // A workflow command begins a line; a name from a tenant never does.
    const auto commands = write_github(made->report);
    for (std::size_t at = 0; at < commands.size(); at = commands.find('\n', at) + 1) {
        CHECK(commands.compare(at, 2, "::") == 0);
    }
}

TEST_CASE("text is escaped once, and what XML does not have is replaced", "[formats]") {
    CHECK(formats::escaped_markup("<a href=\"x\" title='y'>&</a>") ==
          "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
    CHECK(formats::escaped_markup(std::string("a\0b", 3)) ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(formats::escaped_markup("\x1B\x7F\xC2\x9B") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(formats::escaped_markup("\xE9 \xC0\xAF \xED\xA0\x80 \xEF\xBF\xBF").find_first_of("\xE9\xC0\xED") ==
          std::string::npos);
    CHECK(formats::escaped_markup("gr\xC3\xBC\xC3\x9F \xF0\x9F\x8C\x8D\n") == "gr\xC3\xBC\xC3\x9F \xF0\x9F\x8C\x8D\n");
}

TEST_CASE("a SARIF log has what code scanning reads", "[report][sarif]") {
    for (const auto& named_case : all_cases()) {
        DYNAMIC_SECTION(named_case.name) {
            const auto log = nlohmann::json::parse(write_sarif(named_case.make()->report));
            CHECK(log.at("version") == "2.1.0");
            REQUIRE(log.at("runs").size() == 1);
            const auto& run = log.at("runs").at(0);
            const auto& driver = run.at("tool").at("driver");
            CHECK(driver.at("name") == "regent");
            for (const auto& result : run.at("results")) {
                const auto& rule = driver.at("rules").at(result.at("ruleIndex").get<std::size_t>());
                CHECK(rule.at("id") == result.at("ruleId"));
                CHECK_FALSE(rule.at("shortDescription").at("text").get<std::string>().empty());
                CHECK_FALSE(result.at("message").at("text").get<std::string>().empty());
                REQUIRE(result.at("locations").size() == 1);  // GitHub refuses a log with a result that has none
                const auto& where = result.at("locations").at(0).at("physicalLocation");
                const auto uri = where.at("artifactLocation").at("uri").get<std::string>();
                CHECK(uri.rfind("identity/", 0) == 0);
                CHECK(uri.find_first_of(" |<>\"") == std::string::npos);
                if (where.contains("region")) CHECK(where.at("region").at("startLine").get<int>() >= 1);
            }
        }
    }
}

TEST_CASE("SARIF levels follow the risk", "[report][sarif]") {
    const auto log = nlohmann::json::parse(write_sarif(case_named("risks")->report));
    std::vector<std::string> levels;
    for (const auto& result : log.at("runs").at(0).at("results"))
        levels.push_back(result.at("ruleId").get<std::string>() + " " + result.at("level").get<std::string>());
    CHECK(levels == std::vector<std::string>{"refused error", "risk-high error", "risk-high error", "risk-high error",
                                             "risk-medium warning"});
}

TEST_CASE("a nightly check fails for what was changed outside, not for what a manifest newly asks", "[report][junit]") {
    const auto made = case_named("drift-adopt-delete");
    const auto nightly = write_junit(made->report, true);
    CHECK(nightly.find("failures=\"1\"") != std::string::npos);
    CHECK(nightly.find("type=\"drift\" message=\"2 changes made outside\"") != std::string::npos);
    const auto whole = write_junit(made->report, false);
    CHECK(whole.find("tests=\"4\" failures=\"3\"") != std::string::npos);
    CHECK(whole.find("file=\"identity/base/orders-api.regent.yaml\" line=\"1\"") != std::string::npos);
}

TEST_CASE("annotations lead to the line of a risk, and the summary is never left out", "[report][github]") {
    const auto made = case_named("risks");
    const auto text = write_github(made->report);
    CHECK(text.find("::warning file=identity/base/orders-api.regent.yaml,line=12,title=high risk::") !=
          std::string::npos);
    const auto change = made->plan.resources.at(0).changes.at(1);
    for (int i = 0; i < 20; ++i) made->plan.resources.at(0).changes.push_back(change);
    const auto many = write_github(made->report);
    CHECK(many.find("more, see the log") != std::string::npos);
    CHECK(many.find("::notice title=regent plan dev::Plan: 1 to update") != std::string::npos);
}

TEST_CASE("a risk that changes nothing of the plan is told in every face, the riskiest first", "[report][risk]") {
    const auto made = case_named("risks");
    for (const auto& text : {write_text(made->report, {}), write_markdown(made->report), write_html(made->report),
                             write_jsonl(made->report), write_json(made->report)}) {
        const auto high = text.find("Global Administrator"), low = text.find("one more secret to keep");
        REQUIRE(high != std::string::npos);
        REQUIRE(low != std::string::npos);
    }
    const auto text = write_text(made->report, {});
    CHECK(text.find("Risks   3 high, 1 medium") != std::string::npos);
    CHECK(text.find("any pull request") == std::string::npos);
}

TEST_CASE("what cannot be done is an error at its manifest's line, and what only waits is none", "[report][withheld]") {
    const auto made = case_named("withheld");
    auto waiting = made->plan.withheld.back();
    waiting.why = plan::Withheld::Why::not_seen_yet;
    waiting.address = {"Connector", "late"};
    waiting.place = {"base/late.regent.yaml", 7, 1};
    waiting.message = "it was made a minute ago";
    made->plan.withheld.insert(made->plan.withheld.begin(), waiting);

    std::vector<std::string> results;
    const auto log = nlohmann::json::parse(write_sarif(made->report));
    for (const auto& result : log.at("runs").at(0).at("results")) {
        const auto& where = result.at("locations").at(0).at("physicalLocation");
        results.push_back(result.at("ruleId").get<std::string>() + " " + result.at("level").get<std::string>() + " " +
                          where.at("artifactLocation").at("uri").get<std::string>() + ":" +
                          std::to_string(where.at("region").at("startLine").get<int>()));
    }
    CHECK(results == std::vector<std::string>{"cannot-be-done error identity/base/arm-connector.regent.yaml:25",
                                              "waits warning identity/base/late.regent.yaml:7",
                                              "drift note identity/base/legacy.regent.yaml:1"});

    const auto commands = write_github(made->report);
    CHECK(commands.find("::error file=identity/base/arm-connector.regent.yaml,line=25,title=cannot be done::") !=
          std::string::npos);
    CHECK(commands.find("::warning file=identity/base/late.regent.yaml,line=7,title=waits::") != std::string::npos);
    CHECK(commands.find("file=identity/base/legacy") == std::string::npos);

    const auto whole = write_junit(made->report, false), nightly = write_junit(made->report, true);
    CHECK(whole.find("type=\"cannot-be-done\"") != std::string::npos);
    CHECK(whole.find("failures=\"2\" errors=\"0\" skipped=\"1\"") != std::string::npos);
    CHECK(nightly.find("cannot-be-done") == std::string::npos);
}

TEST_CASE("what a plan warns of is told in every face that leads to lines", "[report][warning]") {
    const auto made = case_named("drift-adopt-delete");
    made->report.findings.push_back({.code = "RG0522",
                                     .severity = model::Severity::warning,
                                     .message = "roles where personal accounts may sign in",
                                     .span = {.file = "base/portal.regent.yaml", .line = 12, .column = 5},
                                     .label = {},
                                     .secondary = {},
                                     .notes = {},
                                     .help = "leave `exposes.roles` out",
                                     .subject = {}});
    auto& changed = made->plan.resources.front();
    REQUIRE(changed.changes.front().place.known());
    const auto line = std::to_string(changed.changes.front().place.line);
    changed.warnings = {changed.changes.front().path + ": odd (RG0720, this step would fail); mend it"};
    const auto name = changed.address.kind + "/" + changed.address.name;

    const auto log = nlohmann::json::parse(write_sarif(made->report));
    std::map<std::string, nlohmann::json> by_rule;
    for (const auto& result : log.at("runs").at(0).at("results")) {
        if (result.at("level") == "warning") by_rule.emplace(result.at("ruleId"), result);
    }
    REQUIRE(by_rule.contains("RG0522"));
    REQUIRE(by_rule.contains("RG0720"));
    REQUIRE(by_rule.contains("warning"));  // "2 connections in `sales` still use it"
    const auto& where = by_rule["RG0522"].at("locations").at(0).at("physicalLocation");
    CHECK(where.at("artifactLocation").at("uri") == "identity/base/portal.regent.yaml");
    CHECK(where.at("region").at("startLine") == 12);
    CHECK(by_rule["RG0522"].at("message").at("text").get<std::string>().find("leave `exposes.roles` out") !=
          std::string::npos);
    CHECK(by_rule["RG0720"].at("message").at("text").get<std::string>().rfind(name + ": ", 0) == 0);
    CHECK(std::to_string(
              by_rule["RG0720"].at("locations").at(0).at("physicalLocation").at("region").at("startLine").get<int>()) ==
          line);

    const auto commands = write_github(made->report);
    CHECK(commands.find("::warning file=identity/base/portal.regent.yaml,line=12") != std::string::npos);
    CHECK(commands.find("title=RG0522::roles where personal accounts may sign in") != std::string::npos);
    CHECK(commands.find(",line=" + line + ",title=RG0720::" + name) != std::string::npos);
    CHECK(commands.find("title=warning::") != std::string::npos);

    for (const bool nightly : {false, true}) {
        const auto before = write_junit(case_named("drift-adopt-delete")->report, nightly);
        const auto junit = write_junit(made->report, nightly);
        elements_of(junit);
        CHECK(junit.find("<system-out>warning: roles where personal") != std::string::npos);
        CHECK(junit.find("2 connections in `sales` still use it") != std::string::npos);
        // A warning makes nothing fail.
        const auto failures = [](const std::string& text) { return text.substr(text.find("failures="), 12); };
        CHECK(failures(junit) == failures(before));
    }

    const auto diff = write_diff(made->report, Colour::off);
    CHECK(diff.find(" # warning: 2 connections in `sales` still use it") != std::string::npos);
    for (auto& resource : made->plan.resources) resource.action = plan::Action::none;
    CHECK(write_diff(made->report, Colour::off).empty());
}
