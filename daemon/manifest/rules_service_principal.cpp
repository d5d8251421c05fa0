#include "manifest/rules_service_principal.hpp"

#include "manifest/display_text.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "manifest/rules_uri.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

namespace regent::manifest {
namespace {

constexpr std::size_t max_text_length = 1024;

void check_texts(const Values& settings, Findings& findings) {
    for (const std::string_view key : {"description", "notes"}) {
        const auto* node = settings.node(key);
        if (node == nullptr || character_count(node->text) <= max_text_length) continue;
        findings.bad_value("RG0402", *node,
                           fmt::format("`{}` of a service principal has at most {} characters, not {}", key,
                                       max_text_length, character_count(node->text)));
    }
    for (const std::string_view key : {"homePageUrl", "loginUrl"}) {
        const auto* node = settings.node(key);
        if (node == nullptr || node->text.empty()) continue;
        const auto uri = split_uri(node->text);
        if ((uri.scheme == "https" || uri.scheme == "http") && !uri.host.empty() && !has_white_space(node->text))
            continue;
        findings.bad_value("RG0426", *node,
                           fmt::format("`{}` is an http or https URL, not {}", key, describe_node(*node)));
    }
}

/// How the portal and Graph show the thumbprint of a certificate, here.
void check_thumbprint(const Values& settings, Findings& findings) {
    constexpr std::size_t digits = 40;  // of SHA-1
    const auto* node = settings.node("preferredTokenSigningKeyThumbprint");
    if (node == nullptr || node->text.empty()) return;
    const auto wrong = node->text.find_first_not_of("0123456789abcdefABCDEF");
    if (node->text.size() == digits && wrong == std::string::npos) return;
    auto& d = findings.bad_value(
        "RG0488", *node,
        fmt::format("a thumbprint has {} hexadecimal digits, not {}", digits,
                    wrong == std::string::npos ? fmt::format("{}", node->text.size()) : in_quotes(node->text)));
    d.help = "take it from the portal, where the certificate that signs SAML tokens shows it, without blanks or colons";
}

void check_tags(const Values& spec, const Values& settings, Findings& findings) {
    std::map<std::string, const Node*> of_application;
    for (const auto* tag : spec.items("tags")) of_application.emplace(tag->text, tag);
    for (const auto* tag : settings.items("tags")) {
        if (tag->text.empty() || character_count(tag->text) > 256 || has_white_space(tag->text)) {
            findings.bad_value("RG0403", *tag, "a tag has 1 to 256 characters and no white space");
        } else if (lower_case(tag->text).starts_with("regent:")) {
            findings.bad_value("RG0404", *tag, "tags that begin with `regent:` are regent's own").help = "remove it";
        } else if (const auto twice = of_application.find(tag->text); twice != of_application.end()) {
            auto& d = findings.bad_value("RG0403", *tag,
                                         fmt::format("the tag {} is the application's already", in_quotes(tag->text)));
            d.secondary.push_back({twice->second->span, "first here"});
            d.notes.push_back(
                "a service principal has its application's tags beside its own; nobody can tell whose it is");
            d.help = "keep one of the two";
        }
    }
}

void check_assignments(const Values& list_holder, std::string_view key, Findings& findings) {
    std::map<std::string, const Node*> first;
    for (const auto* item : list_holder.items(key)) {
        const Values values(item, findings);
        std::string who;
        for (const std::string_view choice : {"user", "group", "servicePrincipal"}) {
            if (const auto id = values.text(choice)) who += lower_case(*id);
        }
        if (const auto* name = values.reference("applicationRef")) who += name->text;
        if (who.empty() || item->entries.empty()) continue;
        const auto [it, is_new] = first.emplace(who + " " + values.text("role").value_or(""), item);
        if (is_new) continue;
        auto& d = findings.error("RG0217", item->entries.front().key_span, "the same assignment stands here twice");
        d.secondary.push_back({it->second->entries.front().key_span, "first here"});
        d.help = "remove one of them";
    }
}

/// What is not managed cannot be given anything.
void check_managed(const Values& spec, const Values& settings, Findings& findings) {
    if (settings.boolean("create").value_or(true)) return;
    const std::string help = "remove `create: false`";
    for (const auto& field : {"accountEnabled", "appRoleAssignmentRequired", "assignments", "description", "notes",
                              "homePageUrl", "loginUrl", "preferredSingleSignOnMode", "samlSingleSignOnSettings",
                              "notificationEmailAddresses", "alternativeNames", "owners", "tags", "certificates",
                              "tokenEncryptionKey", "preferredTokenSigningKeyThumbprint"}) {
        if (const auto* entry = settings.entry(field))
            findings
                .error("RG0487", entry->key_span,
                       fmt::format("`{}` is declared of a service principal that is not managed", field))
                .help = help;
    }
    for (const auto* item : spec.items("permissions")) {
        const Values permission(item, findings);
        if (permission.boolean("adminConsent").value_or(false))
            findings
                .error("RG0487", permission.entry("adminConsent")->key_span,
                       "consent is given to a service principal, and this application's is not managed")
                .help = help;
    }
}

}  // namespace

void check_service_principal(const Values& spec, Findings& findings) {
    const auto settings = spec.mapping("servicePrincipal");
    check_managed(spec, settings, findings);
    check_texts(settings, findings);
    check_thumbprint(settings, findings);
    check_tags(spec, settings, findings);
    const auto assignments = settings.mapping("assignments");
    check_assignments(assignments, "usersAndGroups", findings);
    check_assignments(assignments, "applications", findings);
}

}  // namespace regent::manifest
