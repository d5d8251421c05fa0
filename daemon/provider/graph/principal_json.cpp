#include "provider/graph/principal_json.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "model/principal_secrets.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/graph/secrets_json.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace regent::provider::graph {
namespace {

using model::Value;
using nlohmann::json;
namespace path = model::path;

enum class PrincipalShape { flag, text, choice, thumbprint, texts };

struct PrincipalProperty {
    std::string_view path;
    const char* member;
    PrincipalShape shape;
};

constexpr std::array properties = {
    PrincipalProperty{path::principal_account_enabled, "accountEnabled", PrincipalShape::flag},
    PrincipalProperty{path::principal_assignment_required, "appRoleAssignmentRequired", PrincipalShape::flag},
    PrincipalProperty{path::principal_description, "description", PrincipalShape::text},
    PrincipalProperty{path::principal_notes, "notes", PrincipalShape::text},
    PrincipalProperty{path::principal_home_page_url, "homepage", PrincipalShape::text},
    PrincipalProperty{path::principal_login_url, "loginUrl", PrincipalShape::text},
    PrincipalProperty{path::principal_sign_on_mode, "preferredSingleSignOnMode", PrincipalShape::choice},
    PrincipalProperty{path::principal_notification_addresses, "notificationEmailAddresses", PrincipalShape::texts},
    PrincipalProperty{path::principal_alternative_names, "alternativeNames", PrincipalShape::texts},
    PrincipalProperty{path::principal_tags, "tags", PrincipalShape::texts},
    PrincipalProperty{path::principal_signing_key, "preferredTokenSigningKeyThumbprint", PrincipalShape::thumbprint},
};

std::optional<Value> value_of(const json& found, PrincipalShape shape) {
    if (found.is_null()) return Value{};
    if (shape == PrincipalShape::flag && found.is_boolean()) return Value(found.get<bool>());
    if ((shape == PrincipalShape::text || shape == PrincipalShape::choice) && found.is_string())
        return Value(found.get<std::string>());
    if (shape == PrincipalShape::thumbprint && found.is_string())
        return Value(model::upper_case(found.get<std::string>()));
    if (shape != PrincipalShape::texts || !found.is_array()) return std::nullopt;
    model::List texts;
    for (const auto& text : found) {
        if (!text.is_string()) return std::nullopt;
        texts.emplace_back(text.get<std::string>());
    }
    return Value(std::move(texts));
}

void leave_out_tags_of_regent(Value& tags) {
    if (auto* list = std::get_if<model::List>(&tags.held))
        std::erase_if(*list, [](const auto& tag) { return tag.text_or({}).rfind(tag_prefix, 0) == 0; });
}

json member_value(const Value& value, PrincipalShape shape) {
    // An empty text is no text to the directory, and no choice is none.
    const bool says_none = value == Value("") || (shape == PrincipalShape::choice && value == Value("none"));
    return value.is_null() || says_none ? json() : model::to_json(value);
}

}  // namespace

std::string_view principal_members() noexcept {
    return "id,appId,accountEnabled,appRoleAssignmentRequired,description,notes,homepage,loginUrl,"
           "preferredSingleSignOnMode,samlSingleSignOnSettings,notificationEmailAddresses,alternativeNames,tags,"
           "keyCredentials,passwordCredentials,tokenEncryptionKeyId,preferredTokenSigningKeyThumbprint";
}

ReadPrincipal read_principal(const json& principal) {
    ServicePrincipal read;
    read.id = lower_case(member_text(principal, "id"));
    const auto keep = [&read](std::string_view where, Value value) {
        if (!says_nothing(*model::attributes_of(model::kind::application)->find(where), value))
            read.attributes.insert_or_assign(std::string(where), std::move(value));
    };
    for (const auto& property : properties) {
        const auto* found = member(principal, property.member);
        auto value = found == nullptr ? std::nullopt : value_of(*found, property.shape);
        if (!value) return tl::unexpected(fmt::format("`{}` is not as documented", property.member));
        if (property.path == path::principal_tags) leave_out_tags_of_regent(*value);
        keep(property.path, std::move(*value));
    }
    const auto* saml = member(principal, "samlSingleSignOnSettings");
    if (saml == nullptr) return tl::unexpected(std::string("`samlSingleSignOnSettings` is missing"));
    keep(path::principal_relay_state, member_text(*saml, "relayState"));
    StrictReading reading;
    read.certificates = read_certificates(reading, principal, of_principal);
    const auto secrets = read_principal_secrets(reading, principal);
    if (!secrets.empty())
        read.attributes.emplace(model::path::principal_secrets, model::principal_secrets_value(secrets));
    if (!reading.problem().empty()) return tl::unexpected(reading.problem());
    return read;
}

json principal_body(const std::set<std::string, std::less<>>& changed, const model::Map& values) {
    auto body = json::object();
    const auto put = [&](std::string_view path, PrincipalShape shape, json& into) {
        const auto it = changed.contains(path) ? values.find(path) : values.end();
        if (it != values.end()) into = member_value(it->second, shape);
        return it != values.end();
    };
    for (const auto& property : properties) {
        json value;
        if (put(property.path, property.shape, value)) body[property.member] = std::move(value);
    }
    json relay_state;
    if (put(path::principal_relay_state, PrincipalShape::text, relay_state))
        body["samlSingleSignOnSettings"] = {{"relayState", std::move(relay_state)}};
    return body;
}

}  // namespace regent::provider::graph
