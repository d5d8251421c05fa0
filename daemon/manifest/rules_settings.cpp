#include "manifest/display_text.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/load_settings.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "manifest/rules_uri.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

void check_page(const Node* page, std::string_view what, Findings& findings) {
    if (page == nullptr || page->text.empty()) return;
    const auto uri = split_uri(page->text);
    if ((uri.scheme == "https" || uri.scheme == "http") && !uri.host.empty() && !has_white_space(page->text)) return;
    auto& d = findings.bad_value("RG0427", *page,
                                 fmt::format("{} is an http or https URL, not {}", what, describe_node(*page)));
    if (split_uri("https://" + page->text).host.find('.') != std::string::npos &&
        page->text.find(':') == std::string::npos && !has_white_space(page->text))
        d.help = fmt::format("write `https://{}`", page->text);
}

void check_countries(const Values& parental, Findings& findings) {
    const auto countries = parental.items("countriesBlockedForMinors");
    for (const auto* country : countries) {
        const auto& text = country->text;
        const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
        const bool has_two = text.size() == 2 && std::all_of(text.begin(), text.end(), is_letter);
        if (has_two && std::all_of(text.begin(), text.end(), [](char c) { return c <= 'Z'; })) continue;
        auto& d = findings.bad_value(
            "RG0428", *country,
            fmt::format("a country is written as its ISO code of two capital letters, not {}", in_quotes(text)));
        if (has_two) {
            auto upper = text;
            for (auto& c : upper) c = static_cast<char>(c >= 'a' ? c - 'a' + 'A' : c);
            d.help = fmt::format("write `{}`", upper);
        }
    }
    check_repetition(countries, "the country", findings);
}

void check_claims(const Values& claims, Findings& findings) {
    for (const auto* token : {"idToken", "accessToken", "saml2Token"}) {
        for (const auto* item : claims.items(token)) {
            const Values claim(item, findings);
            const auto* name = claim.node("name");
            if (name != nullptr && (name->text.empty() || has_white_space(name->text)))
                findings.bad_value("RG0429", *name, "the name of a claim has no white space and is not empty");
            check_repetition(claim.items("additionalProperties"), "the property", findings);
        }
    }
}

void check_membership_claims(const Values& spec, Findings& findings) {
    const auto claims = spec.items("groupMembershipClaims");
    check_repetition(claims, "the claim", findings);
    for (const auto* claim : claims) {
        if (claim->text != "None" || claims.size() == 1) continue;
        findings.bad_value("RG0429", *claim, "`None` stands alone").help = "remove `None`, or everything beside it";
    }
}

}  // namespace

void check_settings(const Values& spec, Findings& findings) {
    const auto info = spec.mapping("info");
    check_page(info.node("marketingUrl"), "a marketing page", findings);
    check_page(info.node("privacyStatementUrl"), "a privacy statement", findings);
    check_page(info.node("supportUrl"), "a support page", findings);
    check_page(info.node("termsOfServiceUrl"), "terms of service", findings);
    check_page(spec.node("samlMetadataUrl"), "the place of SAML metadata", findings);
    check_countries(spec.mapping("parentalControlSettings"), findings);
    check_claims(spec.mapping("optionalClaims"), findings);
    check_membership_claims(spec, findings);
}

}  // namespace regent::manifest
