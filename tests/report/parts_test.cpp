#include "report/cases.hpp"
#include "report/definition.hpp"
#include "report/markdown_text.hpp"
#include "report/plan_file.hpp"
#include "report/wording.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::report;

namespace {

std::string drawn(const std::vector<DiffLine>& lines) {
    std::string text;
    for (const auto& line : lines) text += std::string(1, line.sign) + line.text + "|";
    return text;
}

std::vector<std::string> letters(const std::string& text) {
    std::vector<std::string> lines;
    for (const char c : text) lines.emplace_back(1, c);
    return lines;
}

std::string plan_file_with(const std::string& version, const std::string& id = "sha256:" + std::string(64, 'a')) {
    return R"({"format_version": ")" + version + R"(", "plan_id": ")" + id + R"(", "environment": "dev", "later": 1})";
}

}  // namespace

TEST_CASE("durations are written as manifests write them", "[report]") {
    CHECK(duration_text(180LL * 86'400) == "180d");
    CHECK(duration_text(12LL * 3'600) == "12h");
    CHECK(duration_text(90LL * 60) == "90m");
    CHECK(duration_text(61) == "61s");
    CHECK(duration_text(0) == "0s");
}

TEST_CASE("how long something took is written with the digits that matter", "[report]") {
    using std::chrono::milliseconds;
    CHECK(took_text(milliseconds(85)) == "85ms");
    CHECK(took_text(milliseconds(2400)) == "2.4s");
    CHECK(took_text(milliseconds(161'000)) == "2m41s");
}

TEST_CASE("a line diff keeps what both have and shows a few lines around a change", "[report][diff]") {
    CHECK(drawn(line_diff(letters("abcdef"), letters("abxdef"), 1)) == " ...| b|-c|+x| d| ...|");
    CHECK(drawn(line_diff(letters("abc"), letters("abc"), 3)) == " ...|");
    CHECK(drawn(line_diff({}, letters("ab"), 3)) == "+a|+b|");
    CHECK(drawn(line_diff(letters("ab"), {}, 3)) == "-a|-b|");
    CHECK(drawn(line_diff(letters("aba"), letters("ababa"), 0)) == " ...|+b|+a|");
    CHECK(drawn(line_diff(letters("axbyc"), letters("abc"), 0)) == " ...|-x| ...|-y| ...|");
}

TEST_CASE("a diff of two large and different documents ends", "[report][diff]") {
    std::vector<std::string> before, after;
    for (int i = 0; i < 5000; ++i) {
        before.push_back("before " + std::to_string(i));
        after.push_back("after " + std::to_string(i));
    }
    CHECK(line_diff(before, after, 3).size() == 10'000);
}

TEST_CASE("a definition is told apart by its operations and its digest", "[report]") {
    const auto one = definition_summary(R"({"paths":{"/a":{"get":{},"parameters":[]}}})");
    CHECK(one.starts_with("1 operation, sha256 "));
    CHECK(definition_summary(R"({"paths":{"/a":{"get":{},"post":{}},"/b":{"delete":{}}}})")
              .starts_with("3 operations, "));
    CHECK(definition_summary("not json").starts_with("8 bytes, sha256 "));
    CHECK(one != definition_summary(R"({"paths":{"/b":{"get":{}}}})"));
}

TEST_CASE("a code span holds any text", "[report][markdown]") {
    CHECK(code_span("plain") == "`plain`");
    CHECK(code_span("a`b") == "``a`b``");
    CHECK(code_span("`a`") == "`` `a` ``");
    CHECK(code_span("a```b") == "````a```b````");
    CHECK(code_span("two\nlines") == "`two\xE2\x90\x8Alines`");
    CHECK(code_span("").empty());
    CHECK(code_cell("a|b") == "`a\\|b`");
}

TEST_CASE("a fence is longer than any inside", "[report][markdown]") {
    CHECK(fenced("text", "diff") == "```diff\ntext\n```\n");
    CHECK(fenced("a ```` b\n", "") == "`````\na ```` b\n`````\n");
}

TEST_CASE("the JSON report is a plan file", "[report][plan_file]") {
    const auto file = read_plan_file(write_json(testing::case_named("tutorial")->report));
    REQUIRE(file);
    CHECK(file->plan_id == "7d0a4c19e2b6" + std::string(52, '0'));
    CHECK(file->environment == "dev");
}

TEST_CASE("a plan file of a newer minor format is read, of a newer major one refused", "[report][plan_file]") {
    CHECK(read_plan_file(plan_file_with("1.7")));
    const auto refused = read_plan_file(plan_file_with("2.0"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == "this plan file has format 2.0, and this regent reads up to 1.x");
    CHECK_FALSE(refused.error().help.empty());
}

TEST_CASE("what is no plan file is refused with the reason", "[report][plan_file]") {
    struct Row {
        std::string text, reason;
    };
    const auto row =
        GENERATE(Row{"", "not a JSON object"}, Row{"[]", "not a JSON object"}, Row{"{}", "no `format_version`"},
                 Row{plan_file_with("one"), "no `format_version`"}, Row{plan_file_with("1"), "no `format_version`"},
                 Row{plan_file_with("1.0", "7d0a4c19"), "`plan_id`"},
                 Row{plan_file_with("1.0", "sha256:" + std::string(63, 'a') + "G"), "`plan_id`"},
                 Row{R"({"format_version":"1.0","plan_id":"sha256:)" + std::string(64, 'a') + R"("})", "`environment`"},
                 Row{R"({"format_version":1})", "no `format_version`"});
    CAPTURE(row.text);
    const auto refused = read_plan_file(row.text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.find(row.reason) != std::string::npos);
}

TEST_CASE("a secret that takes the place of one that ended is not told as one that never was", "[report]") {
    plan::ResourceChange portal;
    portal.reason = plan::Reason::secret_missing;
    plan::Change issued, ended;
    issued.path = ended.path = "clientSecrets";
    issued.element = ended.element = "file";
    issued.op = plan::Change::Op::add;
    ended.op = plan::Change::Op::remove;
    ended.superseded = true;
    portal.changes = {issued, ended};
    CHECK(sentence_for(portal) == "because its secret has ended");

    portal.changes = {issued};
    CHECK(sentence_for(portal) == "because it has no secret of that name");
    auto missing = issued;
    missing.element = "vault";
    portal.changes = {issued, ended, missing};
    CHECK(sentence_for(portal) == "because it has no secret of that name");
    portal.changes = {};
    CHECK(sentence_for(portal) == "because it has no secret of that name");
}
