#include "service/status_page.hpp"

#include "service/fake_control.hpp"
#include "service/page_links.hpp"
#include "service/page_samples.hpp"
#include "service/page_templates.hpp"
#include "service/page_words.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using namespace regent::service;
using namespace regent::service::testing;
using namespace regent::controller;
using namespace std::chrono_literals;
using regent::tests::FakeControl;
using regent::tests::noon;
using regent::tests::object_in;

namespace fs = std::filesystem;

namespace {

/// Compares with tests/service/golden/<file>. REGENT_UPDATE_GOLDEN=1 writes the file instead, and the test still fails:
/// what was written has to be read before it counts.
void check_golden(const std::string& file, const std::string& text) {
    const auto path = fs::path(REGENT_SOURCE_DIR) / "tests" / "service" / "golden" / file;
    std::ostringstream kept;
    kept << std::ifstream(path, std::ios::binary).rdbuf();
    if (kept.str() == text) return;
    if (const auto* update = std::getenv("REGENT_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        FAIL_CHECK("rewritten, read it: " << path.string());
        return;
    }
    INFO("REGENT_UPDATE_GOLDEN=1 rewrites " << path.string());
    CHECK(text == kept.str());
}

bool has(const std::string& html, std::string_view text) {
    return html.find(text) != std::string::npos;
}

/// Between the tags, on one line.
std::string words_of(const std::string& html) {
    const auto body = std::regex_replace(html.substr(html.find("<body>")), std::regex("</t[dh]>"), " ");
    return std::regex_replace(std::regex_replace(body, std::regex("<[^>]*>"), ""), std::regex("\\s+"), " ");
}

/// Every tag with the names of its attributes, in order: what a text from outside must not change.
std::string structure_of(const std::string& html) {
    std::string structure;
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
        bool quoted = false;
        for (; at < html.size() && (quoted || html[at] != '>'); ++at) {
            if (html[at] == '"') quoted = !quoted;
            if (!quoted) structure += html[at];
        }
        structure += ">\n";
    }
    return structure;
}

std::vector<std::string> links_in(const std::string& html) {
    std::vector<std::string> links;
    const std::regex link("href=\"([^\"]*)\"");
    for (std::sregex_iterator at(html.begin(), html.end(), link), end; at != end; ++at) links.push_back((*at)[1]);
    return links;
}

std::string unescaped(std::string text) {
    for (const auto& [from, to] : {std::pair{"&amp;", "&"}, std::pair{"&#39;", "'"}}) {
        text = std::regex_replace(text, std::regex(from), to);
    }
    return text;
}

/// What tidy has against `html`. It is older than aria-current.
std::string complaints_of_tidy(const std::string& html) {
    const auto path = fs::temp_directory_path() / ("regent-page-" + std::to_string(::getpid()) + ".html");
    std::ofstream(path, std::ios::binary) << html;
    auto* pipe = ::popen(("tidy -e -q -utf8 '" + path.string() + "' 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string all;
    std::array<char, 4096> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        const std::string line(buffer.data());
        if (!has(line, "aria-current")) all += line;
    }
    const auto status = ::pclose(pipe);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) != 127);
    fs::remove(path);
    return all;
}

}  // namespace

TEST_CASE("the pages are as they were read and found good", "[service][page][golden]") {
    check_golden("calm.html", calm_sample().page("/").body);
    check_golden("busy.html", busy_sample().page("/").body);
    check_golden("prod.html", busy_sample().page("/e/prod").body);
    check_golden("object.html", busy_sample().page("/e/prod/Application/customer-portal").body);
    check_golden("stale.html", stale_sample().page("/").body);
    check_golden("empty.html", empty_sample().page("/").body);
    check_golden("lost.html", busy_sample().page("/e/nowhere").body);
}

TEST_CASE("the pages are valid HTML", "[service][page]") {
    for (const auto& body :
         {calm_sample().page("/").body, busy_sample().page("/").body, busy_sample().page("/e/dev").body,
          busy_sample().page("/e/prod/Application/customer-portal").body,
          busy_sample().page("/e/prod/Connector/arm-mi").body, stale_sample().page("/").body,
          empty_sample().page("/").body, large_sample(2000).page("/?page=3&refresh=1").body,
          busy_sample().page("/e/nowhere").body, sample_with_text("\"'<>&").page("/").body}) {
        CHECK(complaints_of_tidy(body) == "");
    }
}

TEST_CASE("no text from outside becomes markup, an attribute, a script or a line of its own", "[service][page]") {
    const std::array<std::string, 9> attempts{
        "<script>alert(1)</script>",       "\"><img src=x onerror=alert(1)>",       "' onmouseover='alert(1)",
        "\" onmouseover=\"alert(1)",       "</title></head><body onload=alert(1)>", "javascript:alert(1)",
        "{{>head}}{{{title}}}{{=<% %>=}}", "a\nb\r\x1b[31m\u0085\u202egnp\u2066",   "<!--",
    };
    for (const std::string target : {"/", "/e/prod", "/e/prod/Application/customer-portal", "/e/prod?state=failing"}) {
        const auto harmless = sample_with_text("harmless").page(target);
        REQUIRE(harmless.status == 200);
        REQUIRE(has(harmless.body, "harmless"));
        for (const auto& attempt : attempts) {
            INFO(target << " with " << attempt);
            const auto page = sample_with_text(attempt).page(target);
            CHECK(page.status == 200);
            CHECK(structure_of(page.body) == structure_of(harmless.body));
            CHECK(page.body.find_first_of("\r\x1b") == std::string::npos);
            for (const auto* reordering : {"\u202e", "\u2066", "\u0085"}) CHECK_FALSE(has(page.body, reordering));
            for (const auto& link : links_in(page.body)) {
                INFO(link);
                CHECK((link.starts_with("/") || link.starts_with("#") || link.starts_with("https://")));
            }
        }
    }
}

TEST_CASE("the page has no script, no style of its own and nothing from elsewhere", "[service][page]") {
    for (const auto& page_template : {overview_template, object_template, message_template}) {
        CHECK(page_template.find("{{{") == std::string_view::npos);
        CHECK(page_template.find("{{&") == std::string_view::npos);
    }
    for (const auto& [name, text] : page_parts) {
        CHECK(text.find("{{{") == std::string_view::npos);
        CHECK(text.find("{{&") == std::string_view::npos);
    }
    const auto html = busy_sample().page("/").body;
    for (const auto* forbidden : {"<script", "<style", "style=\"", "<img", "<iframe", "<form", "src=\"", "url("}) {
        CHECK_FALSE(has(html, forbidden));
    }
    CHECK(style_sheet.find("url(") == std::string_view::npos);
    CHECK(style_sheet.find("@import") == std::string_view::npos);
}

TEST_CASE("what could sign somebody in is not shown, wherever it comes from", "[service][page]") {
    const std::string token = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    for (const std::string target : {"/", "/e/prod", "/e/prod/Application/customer-portal"}) {
        // Names are in links as they are: they are the manifests' own, and checked there.
        const auto html = sample_with_text(token).page(target).body;
        CHECK_FALSE(has(std::regex_replace(html, std::regex("href=\"[^\"]*\""), ""), "eyJ"));
    }
}

TEST_CASE("the top line says how things stand, in words", "[service][page]") {
    const auto calm = words_of(calm_sample().page("/").body);
    CHECK(has(calm, "✓ 5 of 5 ready."));
    CHECK(has(calm, "prod, main@9b1e77d by Bob, committed 2 d ago."));
    CHECK(has(calm, "Last run 40 s ago: no change."));
    const auto busy = words_of(busy_sample().page("/e/prod").body);
    CHECK(has(busy, "✗ 2 of 6 ready, 1 working, 1 paused, 2 need you."));
    CHECK(has(busy, "Last run 40 s ago: partly done."));
    const auto start = words_of(empty_sample().page("/").body);
    CHECK(has(start, "? Nothing looked at yet."));
    CHECK(has(words_of(empty_sample().page("/e/prod/Application/a").body), "the first run has not begun"));
    CHECK(has(start, "No run has ended yet."));
    CHECK(has(busy_sample().page("/e/prod").body, "<title>✗ 2 of 6 ready, 1 working, 1 paused, 2 need you · prod"));
}

TEST_CASE("a page that nobody has renewed for two intervals says so first, and is not green", "[service][page]") {
    auto sample = calm_sample();  // an interval of ten minutes
    const auto stale = [&] { return has(sample.page("/").body, "<main id=\"main\" tabindex=\"-1\" class=\"stale\">"); };
    sample.now = noon + 20min;
    CHECK_FALSE(stale());
    sample.now = noon + 20min + 1s;
    CHECK(stale());
    CHECK(has(words_of(sample.page("/").body), "✗ The service has said nothing for 20 min; it should every 10 min."));
    CHECK(has(words_of(sample.page("/").body),
              "What follows is how things stood at 2026-09-14 12:04:10 UTC: 5 of 5 ready."));
    CHECK(has(sample.page("/e/prod/Connector/arm").body, "class=\"stale\""));
    CHECK(has(sample.page("/e/prod/Connector/arm").body, "banner bad"));

    // The service goes on, but this environment is not looked at.
    sample.status.taken = sample.now - 5s;
    CHECK(stale());
    CHECK(has(words_of(sample.page("/").body), "✗ Nothing has run in prod for 20 min; it should every 10 min."));
    CHECK(has(sample.page("/").body, "<title>✗ "));
    // A run that takes long is looking.
    auto& prod = sample.status.environments.front();
    prod.running = prod.last_run;
    prod.running->started = noon + 5min;
    prod.waiting_for = "graph: throttled, goes on in 3 s";
    CHECK_FALSE(stale());
    CHECK(has(words_of(sample.page("/").body), "A run is under way for 15 min; graph: throttled, goes on in 3 s."));
    // Before the first run: not at once.
    auto fresh = empty_sample();
    fresh.now = fresh.status.taken = noon + 2h;
    CHECK(has(fresh.page("/").body, "class=\"stale\""));
}

TEST_CASE("what holds things up is said at the top", "[service][page]") {
    auto sample = calm_sample();
    auto& prod = sample.status.environments.front();
    prod.manifest_errors = 3;
    prod.manifest_error_text = "error[RG0401]: …\n  --> base/a.regent.yaml:5\n";
    prod.frozen = "freeze window `weekend` until 2026-09-14T06:00:00Z";
    prod.pause = Pause{"prod", std::nullopt, "incident 4711", "bob (uid 1000)", noon - 1h, noon + 1h};
    prod.mode = "plan";
    sample.status.source.error = "cannot connect to git.example.org";
    sample.status.state = "cannot be written: disk full";
    const auto words = words_of(sample.page("/").body);
    CHECK(has(words, "The newest revision has 3 errors for prod; main@9b1e77d stays in force."));
    CHECK(has(words, "prod: freeze window `weekend` until 2026-09-14T06:00:00Z."));
    CHECK(has(words, "prod is paused by bob (uid 1000): incident 4711, until 2026-09-14 13:04:10 UTC."));
    CHECK(has(words, "prod is only looked at (mode plan)."));
    CHECK(has(words, "The source: cannot connect to git.example.org."));
    CHECK(has(words, "The database: cannot be written: disk full."));
    CHECK(has(words, "error[RG0401]: … --&gt; base/a.regent.yaml:5"));
    CHECK(has(sample.page("/").body, "banner bad"));
}

TEST_CASE("who needs somebody comes first, with reason and cure", "[service][page]") {
    const auto words = words_of(busy_sample().page("/").body);
    CHECK(
        has(words, "Needs you Application/customer-portal prod ✗ Failing PermissionDenied cannot grant admin consent"));
    CHECK(has(words,
              "Cure: an administrator grants it in the portal For 12 min · next try in 3 min · 3 failures in a row"));
    CHECK(has(words_of(calm_sample().page("/").body), "Needs you Nothing."));
}

TEST_CASE("objects that fail for one reason share a card", "[service][page]") {
    auto sample = large_sample(2000);
    sample.status.environments.front().objects[3].conditions.front() = {
        "Ready", ConditionStatus::no, ConditionReason::conflict, "something else", noon - 1min, ""};
    const auto words = words_of(sample.page("/").body);
    CHECK(has(words, "1959 of 2000 ready, 41 need you."));
    CHECK(has(words, "40 objects alike ✗ Failing ServiceError Graph answered 503 Service Unavailable three times"));
    CHECK(has(words, "and 28 more"));
    CHECK(has(words, "✗ Failing Conflict something else"));
}

TEST_CASE("filters are links, and keep each other", "[service][page]") {
    const auto sample = busy_sample();
    const auto page = sample.page("/e/prod?state=ready&kind=Application&refresh=1").body;
    CHECK(has(words_of(page), "2 of 6 objects"));
    CHECK(has(page, "href=\"/e/prod?kind=Application&amp;refresh=1#objects\""));  // all states
    CHECK(has(page, "href=\"/e/prod?state=ready&amp;refresh=1#objects\" >") == false);
    CHECK(has(page, "href=\"/e/prod?state=ready&amp;refresh=1#objects\""));  // all kinds
    CHECK(has(page, "<meta http-equiv=\"refresh\" content=\"60\">"));
    CHECK_FALSE(has(sample.page("/e/prod").body, "http-equiv"));
    CHECK(has(words_of(sample.page("/e/prod?kind=Nothing").body), "None is like this."));
    // What makes no sense is left out rather than refused.
    CHECK(has(words_of(sample.page("/e/prod?state=sideways&page=-1&begins=abc").body), "6 objects, those that need"));
}

TEST_CASE("two thousand objects come in pages, all of them, each once", "[service][page]") {
    const auto sample = large_sample(2000);
    std::string target = "/";
    std::set<std::string> objects;
    int pages = 0;
    while (!target.empty()) {
        const auto page = sample.page(target).body;
        CHECK(page.size() < 120'000);
        ++pages;
        const auto table = page.substr(page.find("<table class=\"objects\">"));
        std::size_t rows = 0;
        for (const auto& link : links_in(table.substr(0, table.find("</table>")))) {
            ++rows;
            CHECK(objects.insert(link).second);
        }
        CHECK(rows == 100);
        std::smatch next;
        const std::regex next_link("rel=\"next\" href=\"([^\"#]*)#objects\"");
        target = std::regex_search(page, next, next_link) ? unescaped(next[1]) : "";
    }
    CHECK(pages == 20);
    CHECK(objects.size() == 2000);
    CHECK(has(words_of(sample.page("/?begins=b").body), "77 of 2000 objects"));
    CHECK(has(words_of(sample.page("/?page=999").body), "1901 to 2000 of 2000, page 20 of 20"));
    CHECK(has(words_of(sample.page("/").body), "The 20 that end first, of 2001"));
}

TEST_CASE("every link of a page leads to a page", "[service][page]") {
    for (const auto& sample : {busy_sample(), calm_sample(), large_sample(300)}) {
        for (const std::string from : {"/", "/e/prod", "/e/prod/Application/arm-connector"}) {
            for (auto link : links_in(sample.page(from).body)) {
                link = unescaped(link);
                link = link.substr(0, link.find('#'));
                const bool ours = link == "/" || link.starts_with("/?") || link.starts_with("/e/");
                if (!ours) continue;
                INFO(from << " links to " << link);
                CHECK(sample.page(link).status == 200);
            }
        }
    }
}

TEST_CASE("an object's page says what is wanted, what is live and who waits", "[service][page]") {
    const auto sample = busy_sample();
    const auto html = sample.page("/e/prod/Application/customer-portal").body;
    const auto words = words_of(html);
    CHECK(has(words, "Failing: PermissionDenied."));
    CHECK(has(html,
              "https://github.com/contoso/identities/blob/9b1e77d0c3a84f2f9d7a5c1e2b3f405162738495/base/"
              "customer-portal.regent.yaml#L5"));
    CHECK(has(html,
              "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/"
              "appId/11c8fdd6-8b5f-4d54-9c55-7d1fa5ae9b34"));
    CHECK(has(words, "displayName Customer portal Customer portal (old) ≠ Changed outside"));
    CHECK(has(words, "Is waited for by Connector/arm-mi"));
    CHECK(has(words, "regent explain RG0704"));
    const auto waiting = words_of(sample.page("/e/prod/Connector/arm-mi").body);
    CHECK(has(waiting, "Waits for Application/customer-portal ✗ Failing"));
}

TEST_CASE("objects that wait in a circle have a page all the same", "[service][page]") {
    auto sample = busy_sample();
    object_in(sample.status, "prod", {"Connector", "arm-mi"}).waits_for = {"Connector/arm-mi"};
    CHECK(sample.page("/e/prod/Connector/arm-mi").status == 200);
}

TEST_CASE("what is not there is not found", "[service][page]") {
    const auto sample = busy_sample();
    for (const auto* target : {"/e/nowhere", "/e/prod/Application/nobody", "/e", "/e/prod/Application", "/x"}) {
        INFO(target);
        CHECK(sample.page(target).status == 404);
    }
}

TEST_CASE("the routes answer pages and the style sheet, and leave the rest to others", "[service][page]") {
    FakeControl control;
    const auto route = status_page_routes(control, [] { return noon + 40s; });
    const auto ask = [&](const std::string& target, const std::string& method = "GET") {
        Request request;
        request.method = method;
        REQUIRE(parse_target(target, request));
        return route(request);
    };
    const auto page = ask("/e/prod?state=ready");
    REQUIRE(page);
    CHECK(page->response.status == 200);
    CHECK(page->response.content_type == "text/html; charset=utf-8");
    CHECK(has(page->response.body, "Some objects"));
    const auto style = ask("/style.css");
    REQUIRE(style);
    CHECK(style->response.content_type == "text/css; charset=utf-8");
    CHECK_FALSE(ask("/metrics"));
    CHECK_FALSE(ask("/api/v1/status"));
    CHECK_FALSE(ask("/", "POST"));
    CHECK(ask("/e/nowhere")->response.status == 404);
}

TEST_CASE("links to a line of a manifest exist where the forge is known", "[service][page]") {
    SourceStatus source;
    source.kind = "git";
    const regent::model::Place place{"base/a b.regent.yaml", 7, 1};
    const auto link = [&](std::string location) {
        source.location = std::move(location);
        return forge_link(source, "4f2c1ab", place);
    };
    CHECK(link("https://github.com/o/r.git") == "https://github.com/o/r/blob/4f2c1ab/base/a%20b.regent.yaml#L7");
    CHECK(link("git@github.com:o/r.git") == "https://github.com/o/r/blob/4f2c1ab/base/a%20b.regent.yaml#L7");
    CHECK(link("ssh://git@gitlab.example.org/g/s/r") ==
          "https://gitlab.example.org/g/s/r/-/blob/4f2c1ab/base/a%20b.regent.yaml#L7");
    CHECK(link("https://dev.azure.com/o/p/_git/r") ==
          "https://dev.azure.com/o/p/_git/r?path=/base/a%20b.regent.yaml&version=GC4f2c1ab&line=7&lineEnd=8&"
          "lineStartColumn=1&lineEndColumn=1");
    CHECK(link("https://bitbucket.org/o/r") == "https://bitbucket.org/o/r/src/4f2c1ab/base/a%20b.regent.yaml#lines-7");
    for (const auto* unknown :
         {"https://git.example.org/o/r.git", "/srv/git/r", "file:///srv/r", "http://github.com/o/r",
          "javascript://github.com/%0aalert(1)", "https://github.com", ""}) {
        CHECK(link(unknown).empty());
    }
}

TEST_CASE("durations and times are short words", "[service][page]") {
    CHECK(duration_words(0s) == "0 s");
    CHECK(duration_words(59s) == "59 s");
    CHECK(duration_words(60s) == "1 min");
    CHECK(duration_words(59min) == "59 min");
    CHECK(duration_words(47h) == "47 h");
    CHECK(duration_words(48h) == "2 d");
    CHECK(duration_words(-5s) == "0 s");
    CHECK(relative_words(noon, noon + 40s) == "40 s ago");
    CHECK(relative_words(noon, noon) == "now");
    CHECK(relative_words(noon + 3min, noon) == "in 3 min");
    CHECK(local_words(noon, 120min) == "2026-09-14 14:04:10 +02:00");
    CHECK(local_words(noon, -210min) == "2026-09-14 08:34:10 -03:30");
}

TEST_CASE("how an object stands is one word", "[service][page]") {
    ObjectStatus object;
    CHECK(state_of(object) == ObjectState::unknown);
    const auto with = [&](ConditionStatus status, ConditionReason reason) {
        object.conditions = {{"Ready", status, reason, "", noon, ""}};
        return state_of(object);
    };
    CHECK(with(ConditionStatus::yes, ConditionReason::in_sync) == ObjectState::ready);
    CHECK(with(ConditionStatus::no, ConditionReason::drifted) == ObjectState::differs);
    CHECK(with(ConditionStatus::no, ConditionReason::waiting_for_reference) == ObjectState::working);
    CHECK(with(ConditionStatus::unknown, ConditionReason::progressing) == ObjectState::working);
    CHECK(with(ConditionStatus::no, ConditionReason::throttled) == ObjectState::working);
    CHECK(with(ConditionStatus::no, ConditionReason::service_error) == ObjectState::failing);
    CHECK(with(ConditionStatus::no, ConditionReason::guard_refused) == ObjectState::failing);
    CHECK(with(ConditionStatus::unknown, ConditionReason::paused) == ObjectState::paused);
    object.pause = Pause{};
    CHECK(with(ConditionStatus::no, ConditionReason::service_error) == ObjectState::paused);
}
