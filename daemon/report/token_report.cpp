#include "report/token_report.hpp"

#include "report/paint.hpp"
#include "report/plan_json.hpp"
#include "report/text_layout.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace regent::report {
namespace {

using model::with_visible_controls;
using plan::TrustMatch;
using plan::TrustVerdict;

/// Near misses shown with their difference; an application may hold twenty.
constexpr std::size_t most_near_misses = 5;
/// https://docs.github.com/enterprise-cloud@latest/actions/reference/security/oidc
constexpr std::string_view github_issuer = "https://token.actions.githubusercontent.com";

std::string sentence_of_match(TrustMatch match) {
    switch (match) {
        case TrustMatch::exact:
            return "would be exchanged";
        case TrustMatch::audience:
            return "no credential with this issuer and subject has the audience";
        case TrustMatch::subject_case:
            return "a credential has this subject in other capitals, and capitals count";
        case TrustMatch::subject:
            return "credentials with this issuer are there, none with the subject";
        case TrustMatch::issuer:
            return "no credential has the issuer";
        case TrustMatch::not_known:
            return "its credentials are known only to the tenant: ask with --live";
    }
    return "";
}

struct Compared {
    const char* field;
    std::string wanted, given;
};

Compared compared(const TrustVerdict& verdict, const plan::TokenClaims& token) {
    const auto& credential = *verdict.credential;
    if (verdict.match == TrustMatch::issuer) return {"issuer", credential.issuer.text_or({}), token.issuer};
    if (verdict.match == TrustMatch::audience)
        return {"audience", credential.audience.text_or({}), token.audiences.empty() ? "" : token.audiences.front()};
    return {"subject", credential.subject.text_or({}), token.subject};
}

std::string help_for_issuer(const TrustVerdict& verdict) {
    using plan::IssuerLikeness;
    switch (verdict.issuer) {
        case IssuerLikeness::slash:
            return "the slash at its end counts";
        case IssuerLikeness::capitals:
            return "capitals count, also in a host's name";
        case IssuerLikeness::blanks:
            return "a blank before or behind it counts";
        case IssuerLikeness::scheme:
            return "`https://` is part of it: what issues tokens for Entra has it";
        case IssuerLikeness::port:
            return "a port counts, also the usual one";
        case IssuerLikeness::form:
            return "scheme, capitals, blanks, port and the slash at its end count";
        case IssuerLikeness::path:
            if (verdict.credential->issuer.text_or({}) == github_issuer)
                return "an enterprise of GitHub may have an issuer of its own, with its name at the end: write the "
                       "token's";
            return "the host is the same, and what follows it counts";
        case IssuerLikeness::host:
            return "few characters differ: is one of them misspelt?";
        case IssuerLikeness::same:
        case IssuerLikeness::other:
            return "the subject is this one, and another issuer vouches for it";
    }
    return "";
}

/// What to do about a near miss, when it is meant to match.
std::string help_for(const TrustVerdict& verdict, const plan::TokenClaims& token) {
    const auto wanted = verdict.credential->subject.text_or({});
    if (verdict.match == TrustMatch::subject && plan::without_github_ids(token.subject) == wanted) {
        return "the repository's subjects carry the ids of owner and repository now, as all made, renamed or moved "
               "since July 2026: write the token's";
    }
    if (verdict.match == TrustMatch::audience) return "have the token issued for the audience of the credential";
    return verdict.match == TrustMatch::issuer ? help_for_issuer(verdict) : "";
}

/// The nearest of each application: Entra looks at the credentials of the one application that is asked for.
std::vector<const TrustVerdict*> best_of_each(const std::vector<TrustVerdict>& verdicts) {
    std::vector<const TrustVerdict*> best;
    std::set<model::Address> seen;
    for (const auto& verdict : verdicts) {
        if (seen.insert(verdict.credential->application).second) best.push_back(&verdict);
    }
    return best;
}

class Text {
public:
    Text(const TokenReport& report, Colour colour) : report_(report), colour_(colour) {}

    std::string write() {
        token();
        if (report_.verdicts->empty()) {
            line(fmt::format("No {} of environment {} has a federated credential.",
                             report_.live ? "application that was read" : "manifest",
                             with_visible_controls(report_.environment)));
            return text_;
        }
        for (const auto& verdict : *report_.verdicts) {
            if (verdict.match == TrustMatch::exact) match(verdict);
        }
        near_misses();
        others();
        summary();
        return text_;
    }

private:
    void line(const std::string& text) { text_ += text + "\n"; }

    void token() {
        line(paint("The token", Tone::heading, colour_) +
             "   (its signature was not verified: who wrote it is not known)");
        line("  iss  " + with_visible_controls(report_.token.issuer));
        line("  sub  " + with_visible_controls(report_.token.subject));
        for (const auto& audience : report_.token.audiences) line("  aud  " + with_visible_controls(audience));
        for (const auto& note : report_.notes)
            line("  " + paint("note: ", Tone::warning, colour_) + with_visible_controls(note));
        line("");
    }

    static std::string where(const plan::TrustedCredential& credential) {
        return credential.place.known() ? shown(credential.place) : "declared by no manifest";
    }

    void match(const TrustVerdict& verdict) {
        const auto& credential = *verdict.credential;
        line(fmt::format("{}  {}, credential \"{}\"   {}", paint("matches", Tone::create, colour_),
                         shown(credential.application), with_visible_controls(credential.name), where(credential)));
        ++matches_;
    }

    void near_misses() {
        std::size_t left_out = 0, shown_ones = 0;
        for (const auto& verdict : *report_.verdicts) {
            if (!verdict.near_miss) continue;
            if (matches_ > 0 && is_of_others(verdict)) continue;  // others' workflows, and no riddle
            if (++shown_ones > most_near_misses) {
                ++left_out;
                continue;
            }
            near_miss(verdict);
        }
        if (left_out > 0) line(fmt::format("{} more, less like it\n", left_out));
    }

    static bool is_of_others(const TrustVerdict& verdict) {
        return verdict.match == TrustMatch::subject ||
               (verdict.match == TrustMatch::issuer && verdict.issuer == plan::IssuerLikeness::other);
    }

    void near_miss(const TrustVerdict& verdict) {
        const auto& credential = *verdict.credential;
        const auto [field, wanted, given] = compared(verdict, report_.token);
        line(fmt::format("{}     {}, credential \"{}\"   {}", paint("not", Tone::remove, colour_),
                         shown(credential.application), with_visible_controls(credential.name), where(credential)));
        line(fmt::format("  {:<9} {}", field, with_visible_controls(wanted)));
        line(fmt::format("  {:<9} {}", "token's", with_visible_controls(given)));
        const auto column = width_of(with_visible_controls(given.substr(0, verdict.differs_at)));
        line(std::string(12 + column, ' ') + paint("^ differs from here", Tone::remove, colour_));
        if (const auto help = help_for(verdict, report_.token); !help.empty()) line("  = help: " + help);
        line("");
    }

    /// By application, what Entra would answer to who asks for it with this token.
    void others() {
        std::map<TrustMatch, std::vector<std::string>> by_answer;
        for (const auto* verdict : best_of_each(*report_.verdicts)) {
            if (verdict->match != TrustMatch::exact)
                by_answer[verdict->match].push_back(shown(verdict->credential->application));
        }
        for (const auto& [match, applications] : by_answer) {
            const auto code = std::string(entra_code_of(match));
            line(fmt::format("{}  {}: {}", padded(code, 13), fmt::join(applications, ", "), sentence_of_match(match)));
        }
    }

    void summary() {
        const auto where = fmt::format("{} of environment {}", report_.live ? "the tenant" : "the manifests",
                                       with_visible_controls(report_.environment));
        if (matches_ > 0)
            line(fmt::format("{} in {} would take this token.", count_of(matches_, "credential"), where));
        else
            line(fmt::format("No credential in {} would take this token.", where));
    }

    const TokenReport& report_;
    Colour colour_;
    std::string text_;
    std::size_t matches_ = 0;
};

}  // namespace

std::string write_text(const TokenReport& report, Colour colour) {
    return Text(report, colour).write();
}

std::string write_json(const TokenReport& report) {
    using Json = nlohmann::ordered_json;
    auto verdicts = Json::array();
    for (const auto& verdict : *report.verdicts) {
        const auto& credential = *verdict.credential;
        Json entry{{"application", model::to_string(credential.application)},
                   {"credential", credential.name},
                   {"match", to_string(verdict.match)},
                   {"near_miss", verdict.near_miss}};
        if (verdict.match != TrustMatch::exact && verdict.match != TrustMatch::not_known) {
            entry["code"] = entra_code_of(verdict.match);
            const auto [field, wanted, given] = compared(verdict, report.token);
            entry["differs"] = {
                {"field", field}, {"credential", wanted}, {"token", given}, {"byte", verdict.differs_at}};
        }
        entry["source"] = credential.place.known()
                              ? Json{{"file", credential.place.file}, {"line", credential.place.line}}
                              : Json(nullptr);
        verdicts.push_back(std::move(entry));
    }
    const Json document{
        {"format_version", "1.0"},
        {"environment", report.environment},
        {"live", report.live},
        {"signature_verified", false},
        {"token", {{"iss", report.token.issuer}, {"sub", report.token.subject}, {"aud", report.token.audiences}}},
        {"notes", report.notes},
        {"matches", report.matches()},
        {"credentials", verdicts}};
    return dump(document, 2) + "\n";
}

}  // namespace regent::report
