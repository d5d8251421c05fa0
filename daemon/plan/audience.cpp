#include "plan/audience.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {
namespace {

using model::Value;

// https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
constexpr std::size_t most_secrets = 2, most_redirect_uris = 100, most_identifier_uris = 50,
                      longest_identifier_uri = 120, most_scopes = 100, longest_scope = 40, longest_name = 90;

bool is_for_work_accounts_only(std::string_view uri) {
    return uri.find_first_of("*?") != std::string_view::npos;
}

bool is_odd_identifier(const std::string& uri) {
    return uri.size() > longest_identifier_uri || uri.rfind("urn:", 0) == 0 ||
           uri.find_first_of("?#") != std::string::npos;
}

/// As the directory counts: a character of several bytes is one.
std::size_t characters_in(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

/// What stands in the way of an audience with personal accounts, once the rest of a plan is carried out.
class Objections {
public:
    Objections(const Item& item, const SecretPlan* secrets) : item_(item), secrets_(secrets) {}

    std::vector<std::string> find() {
        count_secrets();
        look_at_redirect_uris();
        look_at_identifier_uris();
        look_at_scopes();
        look_at_roles();
        const auto version = left_of(model::path::access_token_version);
        if (version != Value(2)) objections_.emplace_back("`requestedAccessTokenVersion` is not 2");
        if (characters_in(left_of(model::path::display_name).text_or({})) > longest_name)
            objections_.push_back(fmt::format("its display name has more than {} characters", longest_name));
        return std::move(objections_);
    }

private:
    /// As the plan leaves it.
    Value left_of(std::string_view path) const {
        for (const auto& resolved : item_.attributes) {
            if (resolved.attribute->path == path) return diff(resolved, nullptr, observed_marks(item_.observed)).whole;
        }
        const auto it = item_.observed->attributes.find(path);
        return it == item_.observed->attributes.end() ? Value{} : it->second;
    }

    void count_secrets() {
        auto count = item_.observed->secrets.size();
        if (secrets_ != nullptr) count += secrets_->issues.size() - std::min(secrets_->drops.size(), count);
        if (count > most_secrets)
            objections_.push_back(fmt::format("it would have {} client secrets, and may have {}", count, most_secrets));
    }

    void look_at_redirect_uris() {
        std::size_t count = 0;
        for (const auto path : model::path::redirect_uris) {
            const auto uris = left_of(path);
            if (uris.as_list() == nullptr) continue;
            count += uris.as_list()->size();
            for (const auto& uri : *uris.as_list()) {
                if (const auto text = uri.text_or({}); is_for_work_accounts_only(text))
                    objections_.push_back(fmt::format("the redirect URI {} has a wildcard or a query", text));
            }
        }
        if (count > most_redirect_uris)
            objections_.push_back(
                fmt::format("it would have {} redirect URIs, and may have {}", count, most_redirect_uris));
    }

    void look_at_identifier_uris() {
        const auto uris = left_of(model::path::identifier_uris);
        if (uris.as_list() == nullptr) return;
        for (const auto& uri : *uris.as_list()) {
            if (const auto text = uri.text_or({}); is_odd_identifier(text))
                objections_.push_back(
                    fmt::format("the identifier URI {} is longer than {} characters, or a `urn:`, or has a query or a "
                                "fragment",
                                text, longest_identifier_uri));
        }
        if (uris.as_list()->size() > most_identifier_uris)
            objections_.push_back(fmt::format("it would have {} identifier URIs, and may have {}",
                                              uris.as_list()->size(), most_identifier_uris));
    }

    void look_at_scopes() {
        const auto scopes = left_of(model::path::exposed_scopes);
        if (scopes.as_map() == nullptr) return;
        for (const auto& [name, scope] : *scopes.as_map()) {
            if (name.size() > longest_scope)
                objections_.push_back(
                    fmt::format("the name of the scope {} has more than {} characters", name, longest_scope));
        }
        if (scopes.as_map()->size() > most_scopes)
            objections_.push_back(
                fmt::format("it would expose {} scopes, and may expose {}", scopes.as_map()->size(), most_scopes));
    }

    /// Declared ones the loader has warned of (RG0522), and it is the service that decides.
    void look_at_roles() {
        const auto roles = left_of(model::path::exposed_roles);
        if (roles.as_map() == nullptr) return;
        for (const auto& [name, role] : *roles.as_map()) {
            if (!is_declared(model::path::exposed_roles, name))
                objections_.push_back(fmt::format("it has the app role {}, which no manifest declares", name));
        }
    }

    bool is_declared(std::string_view path, const std::string& name) const {
        const auto it = item_.desired->attributes.find(path);
        if (it == item_.desired->attributes.end()) return false;
        const auto& elements = it->second.elements;
        return std::any_of(elements.begin(), elements.end(), [&](const auto& one) { return one.name == name; });
    }

    const Item& item_;
    const SecretPlan* secrets_;
    std::vector<std::string> objections_;
};

Withheld withheld(const Item& item, const ResolvedAttribute& audience, const std::vector<std::string>& objections) {
    Withheld withheld;
    withheld.why = Withheld::Why::no_place;
    withheld.address = item.desired->address;
    withheld.place = audience.desired->span.known() ? audience.desired->span.begin() : item.desired->place;
    withheld.message = fmt::format("cannot let personal accounts sign in yet: {}", fmt::join(objections, "; "));
    withheld.help =
        "declare the lists that these are in, without them, or take them away by hand; an old secret leaves "
        "when its time beside its successor is over";
    return withheld;
}

}  // namespace

bool admits_personal_accounts(const Value& audience) {
    const auto text = audience.text_or({});
    return text == "AzureADandPersonalMicrosoftAccount" || text == "PersonalMicrosoftAccount";
}

bool lets_personal_accounts_in(const Change& change) {
    return change.path == model::path::sign_in_audience && admits_personal_accounts(change.after) &&
           !admits_personal_accounts(change.before);
}

void withhold_audiences_without_room(Items& items, const Secrets& secrets, Plan& plan) {
    for (auto& [address, item] : items) {
        if (address.kind != model::kind::application || item.observed == nullptr || !item.is_written()) continue;
        const auto audience = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
            return resolved.attribute->path == model::path::sign_in_audience;
        });
        if (audience == item.attributes.end()) continue;
        const auto changes = diff(*audience, nullptr, {}).changes;
        if (changes.empty() || !lets_personal_accounts_in(changes.front())) continue;
        const auto own = secrets.applications.find(address);
        const auto objections = Objections(item, own == secrets.applications.end() ? nullptr : &own->second).find();
        if (objections.empty()) continue;
        plan.withheld.push_back(withheld(item, *audience, objections));
        item.attributes.erase(audience);
    }
}

}  // namespace regent::plan
