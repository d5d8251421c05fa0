#include "formats/sarif.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/display_text.hpp"
#include "manifest/error_catalogue.hpp"

namespace regent::manifest {
namespace {

formats::SarifRule rule_of(const std::string& code) {
    for (const auto codes : {yaml_error_codes(), manifest_error_codes()}) {
        for (const auto& known : codes) {
            if (known.code == code) return {code, std::string(known.title), std::string(known.explanation)};
        }
    }
    return {code, code, {}};
}

formats::SarifResult result_of(const model::Diagnostic& diagnostic) {
    formats::SarifResult result;
    result.rule_id = diagnostic.code;
    result.level =
        diagnostic.severity == model::Severity::error ? formats::SarifLevel::error : formats::SarifLevel::warning;
    result.message = printable(diagnostic.message);
    for (const auto& note : diagnostic.notes) result.message += "\nnote: " + printable(note);
    if (!diagnostic.help.empty()) result.message += "\nhelp: " + printable(diagnostic.help);
    result.span = diagnostic.span;
    for (const auto& label : diagnostic.secondary) result.related.emplace_back(label.span, printable(label.text));
    return result;
}

}  // namespace

std::string render_sarif(const model::Diagnostics& diagnostics, const std::string& version) {
    std::vector<formats::SarifRule> rules;
    std::vector<formats::SarifResult> results;
    for (const auto& diagnostic : diagnostics) {
        rules.push_back(rule_of(diagnostic.code));
        results.push_back(result_of(diagnostic));
    }
    return formats::write_sarif(version, rules, results);
}

}  // namespace regent::manifest
