#include "manifest/rules_exposes.hpp"

#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_redirect_uri.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace regent::manifest {
namespace {

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t max_name = 120, max_scope_name_personal = 40, max_scopes_personal = 100;
constexpr std::size_t max_clients_personal = 100, max_scopes_of_client_personal = 30, max_pre_authorized_personal = 500;
constexpr std::string_view exposed_limits_page =
    "https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation";

bool is_scope_character(char c) {
    constexpr std::string_view signs = "!#$%&'()*+,-./:;<=>?@[]^_`{|}~";
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || signs.find(c) != std::string_view::npos;
}

/// One scope or role as the rules see it.
struct Permission {
    const Node* item = nullptr;
    const Node* name = nullptr;  ///< null pointer: a role without one
    const Node* id = nullptr;    ///< null pointer: none is pinned
    bool enabled = true;
    std::string title = {}, description = {};  ///< what an administrator reads; of a role: what people read
    [[nodiscard]] const Node& shown() const { return name ? *name : id ? *id : *item; }
};

class ExposesCheck {
public:
    ExposesCheck(const Values& spec, std::string_view audience, Findings& findings)
        : exposes_(spec.mapping("exposes")), personal_(admits_personal_accounts(audience)), findings_(findings) {}

    void check() {
        const auto scopes = permissions("scopes");
        const auto roles = permissions("roles");
        for (const auto& scope : scopes) check_name(scope, "a scope", personal_ ? max_scope_name_personal : max_name);
        if (personal_ && scopes.size() > max_scopes_personal)
            limit(scopes[max_scopes_personal].shown(),
                  fmt::format("an application for personal accounts exposes at most {} scopes, not {}",
                              max_scopes_personal, scopes.size()));
        for (const auto& role : roles) check_role(role);
        if (personal_ && !roles.empty()) warn_of_roles(roles.front());
        same_id_twice(scopes);
        same_id_twice(roles);
        for (const auto& scope : scopes)
            for (const auto& role : roles) check_pair(scope, role);
        check_pre_authorized(scopes);
        check_clients("knownClientApplications");
    }

private:
    std::vector<Permission> permissions(std::string_view key) const {
        std::vector<Permission> all;
        for (const auto* item : exposes_.items(key)) {
            const Values values(item, findings_);
            Permission permission{item, values.node("name"), values.node("id"),
                                  values.boolean("enabled").value_or(true)};
            const bool is_scope = key == "scopes";
            const auto texts = is_scope ? values.mapping("consent") : values;
            const auto name = permission.name ? permission.name->text : std::string{};
            permission.title = texts.text(is_scope ? "title" : "displayName").value_or(name);
            permission.description = texts.text("description").value_or("");
            all.push_back(std::move(permission));
        }
        return all;
    }

    model::Diagnostic& limit(const Node& node, std::string message) {
        auto& d = findings_.bad_value("RG0491", node, std::move(message));
        d.notes.push_back(std::string(exposed_limits_page));
        return d;
    }

    /// "Not supported", says the page; applications that have both are made all the same, by others than us.
    void warn_of_roles(const Permission& role) {
        auto& d = findings_.odd_value("RG0522", role.shown(),
                                      "Microsoft does not support roles where personal accounts may sign in");
        d.notes.push_back("Graph may refuse the application, and has been seen to take it: " +
                          std::string(exposed_limits_page));
        d.help = "if it is refused, remove the roles, or let work and school accounts only sign in";
    }

    void check_name(const Permission& permission, std::string_view what, std::size_t longest) {
        if (!permission.name) return;
        const auto& name = *permission.name;
        const auto wrong = [&](const std::string& why) -> model::Diagnostic& {
            auto& d = findings_.bad_value("RG0490", name, fmt::format("the name of {} {}", what, why));
            d.notes.push_back(
                "it stands in tokens: letters, digits and signs such as `.` and `_`, for example `Orders.Read`");
            return d;
        };
        if (name.text.empty()) {
            wrong("cannot be empty").help = "give it one; only a role can do without, and then has no `name` at all";
        } else if (has_white_space(name.text)) {
            wrong("cannot contain white space").help = "write `.` or `_` instead; for people there is a title";
        } else if (name.text.front() == '.') {
            wrong("cannot begin with `.`");
        } else if (name.text.size() > longest) {
            wrong(fmt::format("has at most {} characters{}, not {}", longest,
                              longest < max_name ? " in an application for personal accounts" : "", name.text.size()));
        } else if (!std::all_of(name.text.begin(), name.text.end(), is_scope_character)) {
            wrong(fmt::format("cannot be {}", in_quotes(name.text)));
        }
    }

    void check_role(const Permission& role) {
        check_name(role, "a role", max_name);
        const bool wrote_name = role.item->find("name") != nullptr, wrote_id = role.item->find("id") != nullptr;
        if (!wrote_name && !wrote_id) {
            auto& d =
                findings_.error("RG0490", role.item->entries.front().key_span, "this role has neither `name` nor `id`");
            d.notes.push_back(
                "a role without name is in no token, and can only be assigned; its id tells it from others");
            d.help = "add `name`, for example `name: Orders.Read.All`";
        }
        const auto* allowed = role.item->find("allowed");
        if (!allowed || !allowed->is_sequence() || !allowed->items.empty()) return;
        auto& d = findings_.bad_value("RG0492", *allowed, "a role that nobody can have");
        d.help = "write `[application]`, `[user]` or both";
    }

    void same_id_twice(const std::vector<Permission>& permissions) {
        std::map<std::string, const Node*> first;
        for (const auto& permission : permissions) {
            if (!permission.id) continue;
            const auto [it, is_new] = first.emplace(lower_case(permission.id->text), permission.id);
            if (!is_new) again("RG0217", *permission.id, *it->second, "this id is given twice", "remove one of them");
        }
    }

    model::Diagnostic& again(std::string_view code, const Node& second, const Node& first, std::string message,
                             std::string help) {
        auto& d = findings_.bad_value(code, second, std::move(message));
        d.label = "again here";
        d.secondary.push_back({first.span, "first here"});
        d.help = std::move(help);
        return d;
    }

    /// A scope and a role are different permissions, or one permission in both shapes: then alike in all they share.
    void check_pair(const Permission& scope, const Permission& role) {
        const bool same_name = scope.name && role.name && scope.name->text == role.name->text;
        const auto id_of = [](const Permission& p) { return p.id ? lower_case(p.id->text) : std::string{}; };
        const bool same_id = scope.id && role.id && id_of(scope) == id_of(role);
        if (same_id && !same_name) {
            again("RG0493", role.shown(), scope.shown(), "a scope and a role of different names have the same id",
                  "give one of them another id");
        } else if (same_name && id_of(scope) != id_of(role)) {
            again("RG0493", *role.name, *scope.name,
                  fmt::format("the scope and the role {} have different ids", in_quotes(role.name->text)),
                  "give both the same `id`, or none: then they get the same one");
        } else if (same_name && scope.enabled != role.enabled) {
            again("RG0493", *role.name, *scope.name,
                  fmt::format("of the scope and the role {} only one is enabled", in_quotes(role.name->text)),
                  "they are one permission to the service: enable both, or none");
        } else if (same_name && (scope.title != role.title || scope.description != role.description)) {
            const bool title = scope.title != role.title;
            again("RG0493", *role.name, *scope.name,
                  fmt::format("the scope and the role {} have different {}", in_quotes(role.name->text),
                              title ? "titles" : "descriptions"),
                  title ? "they are one permission to the service: give `consent.title` and `displayName` the same text"
                        : "they are one permission to the service: give both the same `description`");
        }
    }

    /// Clients of a list, each once; the entries that could be read.
    std::vector<const Node*> check_clients(std::string_view key) {
        auto items = exposes_.items(key);
        std::map<std::string, const Node*> first;
        for (const auto* item : items) {
            const Values values(item, findings_);
            const auto* client = values.node("appId") ? values.node("appId") : values.reference("applicationRef");
            if (!client) continue;
            const auto [it, is_new] = first.emplace(lower_case(client->text), client);
            if (!is_new)
                again("RG0217", *client, *it->second,
                      fmt::format("{} is in `spec.exposes.{}` twice", in_quotes(client->text), key),
                      "put it into one entry");
        }
        return items;
    }

    void check_pre_authorized(const std::vector<Permission>& scopes) {
        constexpr std::string_view key = "preAuthorizedApplications";
        const auto items = check_clients(key);
        std::vector<std::string_view> names;
        for (const auto& scope : scopes)
            if (scope.name) names.push_back(scope.name->text);
        const bool declared = exposes_.entry("scopes") != nullptr;
        std::size_t count = 0;
        for (const auto* item : items) {
            const Values values(item, findings_);
            const auto wanted = values.items("scopes");
            const auto* list = values.node("scopes");
            if (list && list->is_sequence() && list->items.empty())
                findings_.bad_value("RG0494", *list, "this entry pre-authorizes nothing").help =
                    "name a scope, or remove the entry";
            check_repetition(wanted, "the scope", findings_);
            for (const auto* scope : wanted)
                if (declared) check_own_scope(*scope, names);
            if (personal_ && wanted.size() > max_scopes_of_client_personal)
                limit(*wanted[max_scopes_of_client_personal],
                      fmt::format("where personal accounts may sign in, a client is pre-authorized for at most {} "
                                  "scopes, not {}",
                                  max_scopes_of_client_personal, wanted.size()));
            count += wanted.size();
        }
        if (!personal_) return;
        if (items.size() > max_clients_personal)
            limit(*items[max_clients_personal],
                  fmt::format("where personal accounts may sign in, at most {} clients are pre-authorized, not {}",
                              max_clients_personal, items.size()));
        if (count > max_pre_authorized_personal)
            limit(*items.back(), fmt::format("where personal accounts may sign in, at most {} scopes are "
                                             "pre-authorized, all clients together, not {}",
                                             max_pre_authorized_personal, count));
    }

    void check_own_scope(const Node& scope, const std::vector<std::string_view>& names) {
        if (std::find(names.begin(), names.end(), scope.text) != names.end()) return;
        auto& d = findings_.bad_value("RG0494", scope,
                                      fmt::format("this application exposes no scope {}", in_quotes(scope.text)));
        d.label = "not in `spec.exposes.scopes`";
        if (!names.empty()) d.notes.push_back(fmt::format("its scopes: {}", listing(names)));
        d.help = near_name_help(scope.text, names);
    }

    Values exposes_;
    bool personal_;
    Findings& findings_;
};

}  // namespace

void check_exposes(const Values& spec, std::string_view audience, Findings& findings) {
    ExposesCheck(spec, audience, findings).check();
}

}  // namespace regent::manifest
