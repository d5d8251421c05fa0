#include "manifest/diagnostic_text.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <string>

using namespace regent;

namespace {

model::Diagnostic unknown_field() {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0204";
    diagnostic.message = "an Application has no field `redirectUrl` in `spec`";
    diagnostic.span = {"base/arm.regent.yaml", 3, 3, 3, 14, 35};
    diagnostic.label = "unknown field";
    diagnostic.help = "did you mean `redirectUris`?";
    return diagnostic;
}

const manifest::SourceText source{"base/arm.regent.yaml",
                                  "spec:\n      rotateBefore: 30d\n  redirectUrl:\n    web:\n\n    spa:\n"};

}  // namespace

TEST_CASE("a diagnostic shows its line, the lines around it, a caret and the help", "[manifest][diagnostic]") {
    CHECK(manifest::render_text({unknown_field()}, {source}) ==
          "error[RG0204]: an Application has no field `redirectUrl` in `spec`\n"
          " --> base/arm.regent.yaml:3:3\n"
          "  |\n"
          "2 |       rotateBefore: 30d\n"
          "3 |   redirectUrl:\n"
          "  |   ^^^^^^^^^^^ unknown field\n"
          "4 |     web:\n"
          "  |\n"
          "  = help: did you mean `redirectUris`?\n");
}

TEST_CASE("notes come before help, warnings say so, and diagnostics are a line apart", "[manifest][diagnostic]") {
    model::Diagnostic warning;
    warning.code = "RG0507";
    warning.severity = model::Severity::warning;
    warning.message = "Connector/arm-mi signs in by managed identity";
    warning.span = {"base/arm.regent.yaml", 4, 5, 4, 8, 0};
    warning.notes = {"first", "second"};
    warning.help = "wait";
    warning.subject = "document 3 (Connector/arm-mi)";
    CHECK(manifest::render_text({warning, unknown_field()}, {}) ==
          "warning[RG0507]: Connector/arm-mi signs in by managed identity\n"
          " --> base/arm.regent.yaml:4:5, document 3 (Connector/arm-mi)\n"
          "  = note: first\n"
          "  = note: second\n"
          "  = help: wait\n"
          "\n"
          "error[RG0204]: an Application has no field `redirectUrl` in `spec`\n"
          " --> base/arm.regent.yaml:3:3\n"
          "  = help: did you mean `redirectUris`?\n");
}

TEST_CASE("a second place in another file gets its own lines", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.secondary.push_back({{"environments/dev.regent.yaml", 10, 1, 10, 5, 0}, "declared here"});
    std::string text;
    for (int line = 1; line <= 12; ++line) text += "l" + std::to_string(line) + "xx\n";
    CHECK(manifest::render_text({diagnostic}, {source, {"environments/dev.regent.yaml", text}}) ==
          "error[RG0204]: an Application has no field `redirectUrl` in `spec`\n"
          "  --> base/arm.regent.yaml:3:3\n"
          "   |\n"
          " 2 |       rotateBefore: 30d\n"
          " 3 |   redirectUrl:\n"
          "   |   ^^^^^^^^^^^ unknown field\n"
          " 4 |     web:\n"
          "  ::: environments/dev.regent.yaml:10:1\n"
          "   |\n"
          " 9 | l9xx\n"
          "10 | l10xx\n"
          "   | ---- declared here\n"
          "11 | l11xx\n"
          "   |\n"
          "   = help: did you mean `redirectUris`?\n");
}

TEST_CASE("a span over several lines is underlined on its first", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.help.clear();
    diagnostic.span.end_line = 4;
    diagnostic.span.end_column = 2;
    CHECK_THAT(manifest::render_text({diagnostic}, {source}),
               Catch::Matchers::Contains("3 |   redirectUrl:\n  |   ^^^^^^^^^^^^ unknown field\n"));
}

TEST_CASE("a long line is cut around the caret", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.span = {"a.yaml", 1, 301, 1, 304, 300};
    const manifest::SourceText long_line{"a.yaml", std::string(300, 'a') + "bcd" + std::string(300, 'e') + "\n"};
    manifest::TextOptions options;
    options.source_width = 40;
    CHECK_THAT(manifest::render_text({diagnostic}, {long_line}, options),
               Catch::Matchers::Contains("1 | …" + std::string(13, 'a') + "bcd" + std::string(24, 'e') + "…\n" +  //
                                         "  | " + std::string(14, ' ') + "^^^ unknown field\n"));
}

TEST_CASE("a second mark that is cut away stands on the ellipsis", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.span = {"a.yaml", 1, 301, 1, 304, 300};
    diagnostic.secondary.push_back({{"a.yaml", 1, 2, 1, 5, 1}, "far left"});
    diagnostic.secondary.push_back({{"a.yaml", 1, 501, 1, 502, 500}, "far right"});
    const manifest::SourceText long_line{"a.yaml", std::string(600, 'a')};
    manifest::TextOptions options;
    options.source_width = 40;
    CHECK_THAT(manifest::render_text({diagnostic}, {long_line}, options),
               Catch::Matchers::Contains("1 | …" + std::string(40, 'a') + "…\n" +                 //
                                         "  | - far left\n" +                                     //
                                         "  | " + std::string(14, ' ') + "^^^ unknown field\n" +  //
                                         "  | " + std::string(41, ' ') + "- far right\n"));
}

TEST_CASE("a caret stands under wide characters, tabs and marks that take no room", "[manifest][diagnostic]") {
    const auto caret_line = [](const std::string& text, std::size_t column, std::size_t end) {
        model::Diagnostic diagnostic;
        diagnostic.span = {"a.yaml", 1, column, 1, end, 0};
        const auto shown = manifest::render_text({diagnostic}, {{"a.yaml", text}});
        const auto caret = shown.rfind("  | ");
        return shown.substr(caret + 4, shown.find('\n', caret) - caret - 4);
    };
    CHECK(caret_line("ポx", 2, 3) == "  ^");
    CHECK(caret_line("xポ", 2, 3) == " ^^");
    CHECK(caret_line("e\u0301x", 3, 4) == " ^");
    CHECK(caret_line("\tx", 2, 3) == "    ^");
    CHECK(caret_line("ab\tx", 4, 5) == "    ^");
    CHECK(caret_line("ab", 3, 3) == "  ^");
    CHECK(caret_line("ab", 9, 12) == "  ^");
}

TEST_CASE("nothing that a file holds can steer the terminal", "[manifest][diagnostic]") {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0204";
    diagnostic.message = "no field `\x1b[2J\n`";
    diagnostic.span = {"a\x1b.yaml", 1, 1, 1, 2, 0};
    diagnostic.label = "here\r";
    diagnostic.notes = {"\x07"};
    diagnostic.help = "\u202eevil";
    diagnostic.subject = "document 1 (X/\x1b)";
    const auto text = manifest::render_text({diagnostic}, {{"a\x1b.yaml", "k\x1b[31m: \xFF\x7F\u202e\n"}});
    for (const char c : {'\x1b', '\r', '\x07', '\x7F', '\xFF'}) CHECK(text.find(c) == std::string::npos);
    CHECK(text.find("\u202e") == std::string::npos);
    CHECK_THAT(text, Catch::Matchers::Contains("no field `␛[2J␊`"));
    CHECK_THAT(text, Catch::Matchers::Contains("1 | k␛[31m: \uFFFD␡<U+202E>\n"));
    const auto github = manifest::render_github({diagnostic});
    CHECK(github.find('\x1b') == std::string::npos);
}

TEST_CASE("colour is added, and takes nothing away", "[manifest][diagnostic]") {
    manifest::TextOptions options;
    options.colour = true;
    auto text = manifest::render_text({unknown_field()}, {source}, options);
    CHECK_THAT(text, Catch::Matchers::StartsWith("\x1b[1;31merror[RG0204]\x1b[0m"));
    std::string stripped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b') {
            i = text.find('m', i);
        } else {
            stripped += text[i];
        }
    }
    CHECK(stripped == manifest::render_text({unknown_field()}, {source}));
}

TEST_CASE("the JSON form counts, and names ranges by line, column and byte", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.notes = {"a note"};
    diagnostic.secondary.push_back({{"base/arm.regent.yaml", 1, 1, 1, 5, 0}, "first here"});
    const auto document = nlohmann::json::parse(manifest::render_json({diagnostic}, {source}));
    CHECK(document["valid"] == false);
    CHECK(document["error_count"] == 1);
    CHECK(document["warning_count"] == 0);
    const auto& one = document["diagnostics"][0];
    CHECK(one["code"] == "RG0204");
    CHECK(one["severity"] == "error");
    CHECK(one["detail"] == "a note\ndid you mean `redirectUris`?");
    CHECK(one["range"]["filename"] == "base/arm.regent.yaml");
    CHECK(one["range"]["start"] == nlohmann::json({{"line", 3}, {"column", 3}, {"byte", 35}}));
    CHECK(one["range"]["end"]["column"] == 14);
    CHECK(one["snippet"]["code"] == "  redirectUrl:");
    CHECK(one["snippet"]["highlight_start_offset"] == 2);
    CHECK(one["snippet"]["highlight_end_offset"] == 13);
    CHECK(one["related"][0]["message"] == "first here");
}

TEST_CASE("the JSON form is JSON whatever bytes a file holds", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.span = {"a.yaml", 1, 1, 1, 2, 0};
    const auto document = nlohmann::json::parse(manifest::render_json({diagnostic}, {{"a.yaml", "\xFF\x1b\n"}}));
    CHECK(document["diagnostics"][0]["snippet"]["code"] == "\uFFFD\x1b");
    CHECK(nlohmann::json::parse(manifest::render_json({}, {}))["valid"] == true);
}

TEST_CASE("a GitHub annotation escapes what would end it", "[manifest][diagnostic]") {
    auto diagnostic = unknown_field();
    diagnostic.message = "50% of it";
    diagnostic.span.file = "a,b:c.yaml";
    CHECK(manifest::render_github({diagnostic}) ==
          "::error file=a%2Cb%3Ac.yaml,line=3,col=3,endColumn=14,title=RG0204::50%25 of it%0Ahelp: did you mean "
          "`redirectUris`?\n");
    diagnostic.help.clear();
    diagnostic.span.end_line = 5;
    CHECK(manifest::render_github({diagnostic}) ==
          "::error file=a%2Cb%3Ac.yaml,line=3,endLine=5,title=RG0204::50%25 of it\n");
}

TEST_CASE("the annotations that GitHub would drop become ordinary lines, and it says how many",
          "[manifest][diagnostic]") {
    auto warning = unknown_field();
    warning.severity = model::Severity::warning;
    model::Diagnostics diagnostics(22, unknown_field());
    diagnostics.push_back(warning);
    const auto text = manifest::render_github(diagnostics);
    const auto count = [&text](const std::string& wanted) {
        std::size_t found = 0;
        for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) ++found;
        return found;
    };
    CHECK(count("::error ") == 10);
    CHECK(count("::warning ") == 1);
    CHECK(count("\nerror[RG0204]: base/arm.regent.yaml:3:3: ") == 12);
    CHECK_THAT(text, Catch::Matchers::Contains("12 more, see the log"));
}

TEST_CASE("mistakes are counted in words", "[manifest][diagnostic]") {
    auto warning = unknown_field();
    warning.severity = model::Severity::warning;
    CHECK(manifest::count_phrase({}) == "no errors");
    CHECK(manifest::count_phrase({warning}) == "no errors, 1 warning");
    CHECK(manifest::count_phrase({unknown_field(), unknown_field(), warning, warning}) == "2 errors, 2 warnings");
}
