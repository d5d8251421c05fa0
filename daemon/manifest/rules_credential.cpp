#include "manifest/rules_credential.hpp"

#include "manifest/display_text.hpp"
#include "manifest/known_issuers.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_uri.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace regent::manifest {
namespace {

constexpr std::size_t min_name_length = 3;
constexpr std::size_t max_name_length = 120;
constexpr std::size_t max_credential_text = 600;

bool is_credential_name(std::string_view name) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return name.size() >= min_name_length && name.size() <= max_name_length && alphanumeric(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return alphanumeric(c) || c == '-' || c == '_'; });
}

void check_name(const Node& name, Findings& findings) {
    if (is_credential_name(name.text)) return;
    auto& d = findings.bad_value("RG0430", name,
                                 fmt::format("{} cannot be the name of a federated credential", in_quotes(name.text)));
    d.notes.push_back(
        "3 to 120 letters, digits, `-` and `_`, beginning with a letter or digit; it can never be changed later");
    const auto better = as_name(name.text);
    if (better.size() >= min_name_length)
        d.help = fmt::format("for example `{}`", better);
    else
        d.help = "give it another name with `name`";
}

// Tokens are compared byte for byte: a blank that nobody sees is a sign-in that nobody understands.
bool has_stray_white_space(const Node& node, std::string_view what, Findings& findings) {
    if (!has_white_space(node.text)) return false;
    auto& d = findings.bad_value("RG0433", node, fmt::format("{} cannot contain white space", what));
    d.notes.push_back(
        "it is compared with the token's byte for byte; some white space (a no-break space, for instance) is not "
        "visible");
    d.help = "type it again instead of pasting it";
    return true;
}

void check_length(const Node& node, std::string_view what, Findings& findings) {
    const auto length = character_count(node.text);
    if (length > max_credential_text)
        findings.bad_value("RG0434", node,
                           fmt::format("{} has at most {} characters, not {}", what, max_credential_text, length));
}

void check_issuer(const Node& issuer, Findings& findings) {
    if (has_stray_white_space(issuer, "an issuer", findings)) return;
    const auto uri = split_uri(issuer.text);
    if (uri.scheme == "https" && !uri.host.empty()) return check_length(issuer, "an issuer", findings);
    auto& d =
        findings.bad_value("RG0431", issuer, fmt::format("an issuer is an https URL, not {}", describe_node(issuer)));
    d.notes.push_back(
        "it is the `iss` of the tokens: \"https://token.actions.githubusercontent.com\" for GitHub Actions");
    if (uri.scheme == "http")
        d.help = fmt::format("write `https{}`", std::string_view(issuer.text).substr(4));
    else if (uri.scheme.empty() && issuer.text.find('.') != std::string::npos)
        d.help = fmt::format("write `https://{}`", issuer.text);
}

void check_subject(const Node& subject, Findings& findings) {
    if (subject.text.empty()) {
        findings.bad_value("RG0432", subject, "a subject cannot be empty").help =
            "write the `sub` of the tokens, exactly";
        return;
    }
    if (subject.text.front() == ' ' || subject.text.back() == ' ' ||
        subject.text.find_first_of("\t\r\n") != std::string::npos) {
        has_stray_white_space(subject, "a subject", findings);
        return;
    }
    if (subject.text.find('*') != std::string::npos) {
        auto& d = findings.bad_value("RG0432", subject, "a subject cannot have wildcards");
        d.notes.push_back(
            "Entra compares it with the token's `sub` exactly; an asterisk stands for itself, and no token has one");
        d.help = "write one credential for each subject, or use a GitHub environment: `repo:ORG/REPO:environment:NAME`";
        return;
    }
    check_length(subject, "a subject", findings);
}

void add_flaw(const TrustFlaw& flaw, model::Diagnostic& d) {
    d.label = flaw.label;
    if (!flaw.notes.empty()) d.notes.push_back(fmt::format("its subjects are: {}", fmt::join(flaw.notes, "; ")));
    if (!flaw.suggestion.empty()) d.help = fmt::format("did you mean `{}`?", flaw.suggestion);
}

/// Warnings: what an issuer puts into its tokens can be changed by who runs it, and Entra takes any text.
void check_trust(const Node& issuer, const Node& subject, Findings& findings) {
    if (findings.is_bad(issuer) || findings.is_bad(subject)) return;
    if (const auto flaw = flaw_of_issuer(issuer.text)) {
        add_flaw(*flaw, findings.odd_value("RG0520", issuer, flaw->message));
    } else if (const auto wrong = flaw_of_subject(issuer.text, subject.text)) {
        add_flaw(*wrong, findings.odd_value("RG0521", subject, wrong->message));
    }
}

}  // namespace

void check_federated_credential(const Values& credential, const Node* name, Findings& findings) {
    if (name) check_name(*name, findings);
    const auto* issuer = credential.node("issuer");
    const auto* subject = credential.node("subject");
    if (issuer) check_issuer(*issuer, findings);
    if (subject) check_subject(*subject, findings);
    if (issuer && subject) check_trust(*issuer, *subject, findings);
    if (const auto* audience = credential.node("audience")) {
        if (audience->text.empty())
            findings.bad_value("RG0435", *audience, "a federated credential has exactly one audience").help =
                "remove the key: the cloud's own is the usual one";
        else if (!has_stray_white_space(*audience, "an audience", findings))
            check_length(*audience, "an audience", findings);
    }
    if (const auto* description = credential.node("description")) check_length(*description, "a description", findings);
}

std::string token_exchange_audience(std::string_view cloud) {
    if (cloud == "usgov" || cloud == "usgov-dod") return "api://AzureADTokenExchangeUSGov";
    if (cloud == "china") return "api://AzureADTokenExchangeChina";
    return "api://AzureADTokenExchange";
}

}  // namespace regent::manifest
