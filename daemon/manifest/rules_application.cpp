#include "manifest/rules_application.hpp"

#include "manifest/display_text.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_name.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "manifest/rules_uri.hpp"
#include "manifest/well_known_apis.hpp"
#include "model/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace regent::manifest {
namespace {

constexpr std::size_t max_description_length = 1024;
constexpr std::size_t max_url_length = 255;
constexpr std::size_t max_tag_length = 256;
constexpr std::size_t max_personal_secrets = 2;
constexpr std::size_t max_permission_apis = 50;
constexpr std::size_t max_entries = 1200;
constexpr std::string_view validation_page =
    "https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation";

void too_long(const Node& node, std::string_view what, std::size_t limit, Findings& findings) {
    const auto length = character_count(node.text);
    if (length > limit)
        findings.bad_value("RG0402", node, fmt::format("{} has at most {} characters, not {}", what, limit, length));
}

void check_display_name(const Values& spec, bool personal, Findings& findings) {
    const auto* name = spec.node("displayName");
    if (!name) return;
    if (name->text.find_first_not_of(" \t\r\n") == std::string::npos) {
        findings.bad_value("RG0401", *name, "a display name cannot be empty").help =
            "write the name that people should see";
        return;
    }
    const std::size_t limit = personal ? 90 : 120;
    const auto length = character_count(name->text);
    if (length <= limit) return;
    auto& d = findings.bad_value(
        "RG0401", *name,
        fmt::format("the display name of {} has at most {} characters, not {}",
                    personal ? "an application for personal accounts" : "an application", limit, length));
    d.notes.push_back(std::string(validation_page));
}

void check_tags(const Values& spec, Findings& findings) {
    const auto tags = spec.items("tags");
    for (const auto* tag : tags) {
        if (tag->text.empty() || character_count(tag->text) > max_tag_length) {
            findings.bad_value(
                "RG0403", *tag,
                fmt::format("a tag has 1 to {} characters, not {}", max_tag_length, character_count(tag->text)));
        } else if (has_white_space(tag->text)) {
            findings.bad_value("RG0403", *tag, "a tag cannot contain white space").help = "write `-` instead";
        } else if (lower_case(tag->text).compare(0, 7, "regent:") == 0) {
            auto& d = findings.bad_value("RG0404", *tag, "tags that begin with `regent:` are regent's own");
            d.notes.push_back("they say whose an application is; regent sets them");
            d.help = "remove it";
        }
    }
    check_repetition(tags, "the tag", findings);
}

void bad_home_page(const Node& home, Findings& findings) {
    auto& d = findings.bad_value("RG0426", home,
                                 fmt::format("a home page is an http or https URL, not {}", describe_node(home)));
    if (split_uri("https://" + home.text).host.find('.') != std::string::npos &&
        home.text.find(':') == std::string::npos)
        d.help = fmt::format("write `https://{}`", home.text);
}

void check_home_page(const Node& home, Findings& findings) {
    // Empty is none. Should the service refuse to take it away, the refusal is explained.
    if (home.text.empty()) return;
    const auto uri = split_uri(home.text);
    if ((uri.scheme != "https" && uri.scheme != "http") || uri.host.empty() || has_white_space(home.text))
        bad_home_page(home, findings);
    else
        too_long(home, "a home page URL", max_url_length, findings);
}

void check_urls(const Values& spec, Findings& findings) {
    if (const auto* home = spec.node("homePageUrl")) check_home_page(*home, findings);
    if (const auto* logout = spec.node("logoutUrl")) {
        const auto uri = split_uri(logout->text);
        if (logout->text.empty()) return;
        if (uri.scheme != "https" || uri.host.empty() || has_white_space(logout->text)) {
            auto& d = findings.bad_value("RG0425", *logout, "a logout URL must be an https URL");
            if (uri.scheme == "http")
                d.help = fmt::format("write `https{}`; also for localhost", std::string_view(logout->text).substr(4));
        } else {
            too_long(*logout, "a logout URL", max_url_length, findings);
        }
    }
}

/// Only one that is added is checked, and not in every tenant: an application that has it already keeps it.
void warn_of_scheme(const Node& node, std::string_view scheme, Findings& findings) {
    if (scheme == "api" || scheme == "https" || scheme == "urn") return;
    auto& d = findings.odd_value("RG0523", node,
                                 fmt::format("Graph may refuse an identifier URI that begins with `{}:`", scheme));
    d.notes.push_back(
        "it is sure to take `api://` with an id, and `https://` on a domain that is verified in the tenant");
    d.notes.emplace_back("https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions");
    d.help = scheme == "http" ? fmt::format("write `https{}`, unless the application has this one already",
                                            std::string_view(node.text).substr(scheme.size()))
                              : "write `api://{appId}`, unless the application has this one already";
}

// https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions
void check_identifier_uri(const Node& node, bool personal, Findings& findings) {
    auto text = node.text;
    if (const auto at = text.find(app_id_placeholder); at != std::string::npos)
        text.replace(at, app_id_placeholder.size(), "00000000-0000-0000-0000-000000000000");
    const auto uri = split_uri(text);
    if (text.find_first_of("{}") != std::string::npos) {
        auto& d = findings.bad_value("RG0420", node, "an identifier URI cannot contain braces");
        d.notes.push_back("`{appId}`, once, stands for the application's id; variables are written `${name}`");
        if (lower_case(node.text).find("{appid}") != std::string::npos) d.help = "write `{appId}`, once";
        return;
    }
    if (has_white_space(text) || uri.scheme.empty() || (uri.scheme != "urn" && uri.host.empty())) {
        auto& d = findings.bad_value("RG0420", node, fmt::format("{} is no identifier URI", in_quotes(node.text)));
        d.notes.push_back(
            "such a URI is absolute and has no white space: \"api://{appId}\", \"api://contoso-orders\", "
            "\"https://contoso.example/orders\"");
        if (uri.scheme.empty() && !has_white_space(text)) d.help = fmt::format("write `api://{}`", node.text);
        return;
    }
    if (text.back() == '/') {
        auto& d = findings.bad_value("RG0421", node, "an identifier URI cannot end with `/`");
        d.help = fmt::format("write `{}`", std::string_view(node.text).substr(0, node.text.find_last_not_of('/') + 1));
        return;
    }
    warn_of_scheme(node, uri.scheme, findings);
    const std::size_t limit = personal ? 120 : 255;
    if (character_count(text) > limit) {
        auto& d = findings.bad_value(
            "RG0422", node,
            fmt::format("an identifier URI has at most {} characters here, not {}", limit, character_count(text)));
        d.notes.push_back(std::string(validation_page));
        return;
    }
    if (personal && (uri.scheme == "urn" || text.find_first_of("?#") != std::string::npos))
        findings
            .bad_value(
                "RG0423", node,
                "an application for personal accounts cannot have identifier URIs with `urn:`, a query or a fragment")
            .notes.push_back(std::string(validation_page));
}

void check_identifier_uris(const Values& spec, bool personal, Findings& findings) {
    const auto* direct = spec.entry("identifierUris");
    const auto* exposed = spec.mapping("exposes").entry("identifierUris");
    if (direct && exposed) {
        auto& d = findings.error("RG0219", exposed->key_span, "identifier URIs are listed in two places");
        d.label = "again here";
        d.secondary.push_back({direct->key_span, "first here"});
        d.help = "`spec.identifierUris` and `spec.exposes.identifierUris` are the same list: keep one";
    }
    const auto uris = direct ? spec.items("identifierUris") : spec.mapping("exposes").items("identifierUris");
    for (const auto* uri : uris) check_identifier_uri(*uri, personal, findings);
    check_repetition(uris, "the identifier URI", findings, Capitals::are_equal);
    if (personal && uris.size() > 50)
        findings.bad_value(
            "RG0422", *uris[50],
            fmt::format("an application for personal accounts has at most 50 identifier URIs, not {}", uris.size()));
}

void check_token_version(const Values& spec, bool personal, Findings& findings) {
    const auto* version = spec.node("requestedAccessTokenVersion");
    const auto* audience = spec.node("signInAudience");
    if (!personal || !audience || (version && version->text == "2")) return;
    const std::string message = "an application for personal accounts needs `requestedAccessTokenVersion: 2`";
    auto& d =
        version ? findings.bad_value("RG0405", *version, message) : findings.error("RG0405", audience->span, message);
    d.notes.push_back(std::string(validation_page));
    if (version)
        d.help = "write 2";
    else
        d.help = "add `requestedAccessTokenVersion: 2` to `spec`";
}

void check_permission_names(const std::vector<const Node*>& names, Findings& findings) {
    for (const auto* name : names) {
        if (is_guid(name->text)) {
            auto& d = findings.bad_value("RG0443", *name, "permissions are given by name, not by id");
            d.help =
                "write the name that the API publishes, for example `User.Read`; regent looks the id up. An id without "
                "a name stands in `delegatedIds` or `applicationIds`";
        } else if (name->text.empty() || has_white_space(name->text)) {
            auto& d =
                findings.bad_value("RG0443", *name, fmt::format("{} is no permission's name", in_quotes(name->text)));
            d.notes.push_back("a permission's name has no white space: `user_impersonation`, `User.Read.All`");
            d.help = "write each name on its own: `[openid, profile]`";
        }
    }
    check_repetition(names, "the permission", findings);
}

std::string near_api_help(std::string_view text) {
    if (const auto* meant = well_known_api_meant_by(text)) return fmt::format("did you mean `{}`?", meant->name);
    return near_name_help(lower_case(text), well_known_api_names());
}

void check_api(const Node& api, Findings& findings) {
    if (is_guid(api.text) || find_well_known_api(api.text)) return;
    auto& d = findings.bad_value("RG0440", api, fmt::format("no API is known as {}", in_quotes(api.text)));
    d.label = "not a well-known name";
    d.notes.push_back(fmt::format("well-known names: {}", listing(well_known_api_names())));
    d.notes.push_back("an API of this repository is named by `apiRef: {name: …}`, any other one by its application id");
    d.help = near_api_help(api.text);
}

/// An API may stand twice, once with consent and once without; each of its permissions has one place.
struct PermissionPlaces {
    std::map<std::string, const Node*> apis;   ///< by API and whether its permissions are consented to
    std::map<std::string, const Node*> names;  ///< by API, type and name
};

void check_places(const Values& permission, const Node& api, const std::string& key, PermissionPlaces& first,
                  Findings& findings) {
    const bool consented = permission.boolean("adminConsent").value_or(false);
    const auto [there, is_new] = first.apis.emplace(key + (consented ? " consented" : " asked for"), &api);
    if (!is_new) {
        auto& d = findings.bad_value(
            "RG0217", api, fmt::format("the permissions of {} are listed in two places", in_quotes(api.text)));
        d.label = "again here";
        d.secondary.push_back({there->second->span, "first here"});
        d.help = "put them into one entry";
        return;
    }
    std::map<std::string, const Node*> here;
    for (const std::string_view type : {"delegated", "application", "delegatedIds", "applicationIds"}) {
        for (const auto* name : permission.items(type)) {
            const auto place = fmt::format("{} {} {}", key, type, name->text);
            here.emplace(place, name);
            const auto other = first.names.find(place);
            if (other == first.names.end()) continue;
            auto& d = findings.bad_value(
                "RG0217", *name,
                fmt::format("the permission {} is listed with consent and without", in_quotes(name->text)));
            d.label = "again here";
            d.secondary.push_back({other->second->span, "first here"});
            d.help = "remove one of them";
        }
    }
    first.names.merge(here);
}

/// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation. An API may stand twice, with
/// consent and without.
void count_permissions(const std::vector<const Node*>& entries, bool personal, Findings& findings) {
    const std::size_t most = personal ? 200 : 400;
    const std::size_t most_of_api = personal ? 30 : most;
    const std::string_view who = personal ? "an application for personal accounts" : "an application";
    std::map<std::string, std::size_t> by_api;
    std::size_t count = 0;
    for (const auto* entry : entries) {
        const Values permission(entry, findings);
        const auto* named = permission.reference("apiRef");
        const auto* api = named ? named : permission.node("api");
        auto& of_api = by_api[(named ? "own " : "") + (api ? lower_case(api->text) : std::string{})];
        for (const std::string_view type : {"delegated", "application", "delegatedIds", "applicationIds"}) {
            for (const auto* name : permission.items(type)) {
                const bool too_many = ++count == most + 1;
                if (!too_many && ++of_api != most_of_api + 1) continue;
                findings
                    .bad_value("RG0442", *name,
                               fmt::format("{} asks for at most {} permissions{}", who, too_many ? most : most_of_api,
                                           too_many ? "" : " of one API"))
                    .notes.push_back(std::string(validation_page));
                if (too_many) return;
            }
        }
    }
}

void check_permissions(const Values& spec, bool personal, Findings& findings) {
    const auto entries = spec.items("permissions");
    PermissionPlaces first;
    for (const auto* entry : entries) {
        const Values permission(entry, findings);
        const auto* named = permission.reference("apiRef");
        if (const auto* api = named ? named : permission.node("api")) {
            if (!named) check_api(*api, findings);
            const auto* known = named ? nullptr : find_well_known_api(api->text);
            const auto key = named   ? to_string(model::Address{std::string(model::kind::application), api->text})
                             : known ? std::string(known->app_id)
                                     : lower_case(api->text);
            check_places(permission, *api, key, first, findings);
        }
        check_permission_names(permission.items("delegated"), findings);
        check_permission_names(permission.items("application"), findings);
        check_repetition(permission.items("delegatedIds"), "the permission", findings);
        check_repetition(permission.items("applicationIds"), "the permission", findings);
        const auto empty = [&](std::string_view key) {
            return !entry->find(key) || (entry->find(key)->is_sequence() && entry->find(key)->items.empty());
        };
        constexpr std::array members = {"delegated", "application", "delegatedIds", "applicationIds"};
        if (entry->is_mapping() && !entry->entries.empty() && std::all_of(members.begin(), members.end(), empty)) {
            auto& d = findings.error("RG0441", entry->entries.front().key_span, "this entry asks for no permission");
            d.help = "add `delegated: [...]` or `application: [...]`, or remove the entry";
        }
    }
    if (entries.size() > max_permission_apis)
        findings.bad_value("RG0442", *entries[max_permission_apis],
                           fmt::format("an application asks at most {} APIs for permissions, not {}",
                                       max_permission_apis, entries.size()));
    count_permissions(entries, personal, findings);
}

void check_secrets(const Values& spec, bool personal, Findings& findings) {
    const auto secrets = spec.items("clientSecrets");
    for (const auto* item : secrets) {
        const Values secret(item, findings);
        check_name(secret.node("name"), "RG0408", "the name of a secret", findings);
        const auto* life = secret.node("validFor");
        const auto* rotation = secret.node("rotateBefore");
        const bool misread = (!life && item->find("validFor")) || (!rotation && item->find("rotateBefore"));
        const auto valid_for = secret.duration("validFor").value_or(std::chrono::hours(24 * 180));
        const auto rotate_before = secret.duration("rotateBefore").value_or(std::chrono::hours(24 * 30));
        if (misread || rotate_before < valid_for) continue;
        auto& d = findings.bad_value("RG0407", rotation ? *rotation : *life,
                                     "`rotateBefore` must be shorter than `validFor`");
        d.notes.push_back("otherwise every run would find the secret too old and issue another one");
        if (!rotation) d.help = "add `rotateBefore`: without it, it is 30d";
        if (!life) d.help = "add `validFor`: without it, it is 180d";
    }
    if (personal && secrets.size() > max_personal_secrets)
        findings
            .bad_value("RG0406", *secrets[max_personal_secrets],
                       fmt::format("an application for personal accounts has at most {} client secrets, not {}",
                                   max_personal_secrets, secrets.size()))
            .notes.push_back(std::string(validation_page));
}

/// https://learn.microsoft.com/graph/api/resources/application: "the total number of values". What other documents
/// contribute, and what is there and stays, comes on top.
void check_size(const Values& spec, Findings& findings) {
    struct Counted {
        std::size_t count;
        std::string_view what;
    };
    const auto in = [&](std::string_view mapping, std::string_view list) {
        return spec.mapping(mapping).items(list).size();
    };
    std::size_t permissions = 0;
    for (const auto* entry : spec.items("permissions")) {
        const Values permission(entry, findings);
        for (const std::string_view type : {"delegated", "application", "delegatedIds", "applicationIds"})
            permissions += permission.items(type).size();
    }
    const std::array lists = {
        Counted{in("redirectUris", "web") + in("redirectUris", "spa") + in("redirectUris", "native"), "redirect URIs"},
        Counted{permissions, "permissions"}, Counted{in("exposes", "scopes"), "scopes"},
        Counted{in("exposes", "roles"), "roles"}, Counted{spec.items("tags").size(), "tags"}};
    std::size_t all = 0;
    std::string parts;
    for (const auto& list : lists) {
        all += list.count;
        if (list.count > 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", list.count, list.what);
    }
    if (all <= max_entries) return;
    const auto* name = spec.node("displayName");
    if (name == nullptr) return;
    auto& d = findings.bad_value(
        "RG0444", *name,
        fmt::format("an application holds at most {} entries over all of its lists, and this one has {}", max_entries,
                    all));
    d.notes.push_back(parts + "; Graph answers 403 Directory_ResourceSizeExceeded");
    d.help = "leave some out, or make two applications of it";
}

/// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
void check_cloud(const Values& spec, std::string_view cloud, Findings& findings) {
    const auto* audience = spec.node("signInAudience");
    const bool national = cloud == "usgov" || cloud == "usgov-dod" || cloud == "china";
    if (audience == nullptr || !national) return;
    auto& d = findings.bad_value("RG0409", *audience,
                                 fmt::format("no personal accounts sign in to applications of the cloud `{}`", cloud));
    d.notes.push_back("personal Microsoft accounts are accounts of the public cloud");
    d.help =
        "write `single-tenant` or `multi-tenant`, and give the public cloud's environment its own value with "
        "`overrides`";
}

}  // namespace

void check_application(const Values& spec, std::string_view audience, std::string_view cloud, Findings& findings) {
    const bool personal = admits_personal_accounts(audience);
    if (personal) check_cloud(spec, cloud, findings);
    check_display_name(spec, personal, findings);
    if (const auto* description = spec.node("description"))
        too_long(*description, "a description", max_description_length, findings);
    check_tags(spec, findings);
    check_urls(spec, findings);
    check_identifier_uris(spec, personal, findings);
    check_token_version(spec, personal, findings);
    check_permissions(spec, personal, findings);
    check_secrets(spec, personal, findings);
    check_size(spec, findings);
}

}  // namespace regent::manifest
