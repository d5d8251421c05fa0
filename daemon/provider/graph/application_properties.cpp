#include "provider/graph/application_properties.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace regent::provider::graph {
namespace {

using model::List;
using model::Map;
using model::Value;
using nlohmann::json;
namespace path = model::path;

/// A member of a claim that does not stand under its own name, since another one has it: its name.
constexpr std::string_view name_of_claim = "claim";

enum class Shape {
    text,    ///< empty: null
    flag,    ///< null: what the attribute falls back to
    number,  ///< the same
    word,    ///< of an enumeration; null: the same
    choice,  ///< the same, and what it falls back to is written as null
    texts,   ///< a list whose order means nothing
    words,   ///< words in one text, with commas
    claims,  ///< optional claims, by name
    add_ins
};

/// How the members of a group, such as those of `web`, stand to each other.
enum class Group {
    merges,   ///< a PATCH changes the members it names: seen for `web`, `api`, `info`, `spa` and `publicClient`
    travels,  ///< nobody promises that, so the other members are sent along where they say something
    whole     ///< the same, and this member always: without it the group is not valid
};

struct Property {
    std::string_view path;
    const char* place;  ///< in the application's JSON, as a pointer
    Shape shape = Shape::text;
    Group group = Group::merges;
};

// `redirectUriSettings` is never written beside `redirectUris`: the service refuses both in one request.
constexpr std::array table = {
    Property{path::display_name, "/displayName"},
    Property{path::description, "/description"},
    Property{path::notes, "/notes"},
    Property{path::sign_in_audience, "/signInAudience"},
    Property{path::identifier_uris, "/identifierUris", Shape::texts},
    Property{path::redirect_uris_web, "/web/redirectUris", Shape::texts},
    Property{path::redirect_uris_spa, "/spa/redirectUris", Shape::texts},
    Property{path::redirect_uris_native, "/publicClient/redirectUris", Shape::texts},
    Property{path::home_page_url, "/web/homePageUrl"},
    Property{path::logout_url, "/web/logoutUrl"},
    Property{path::implicit_id_token, "/web/implicitGrantSettings/enableIdTokenIssuance", Shape::flag, Group::whole},
    Property{path::implicit_access_token, "/web/implicitGrantSettings/enableAccessTokenIssuance", Shape::flag,
             Group::whole},
    Property{path::access_token_version, "/api/requestedAccessTokenVersion", Shape::number},
    Property{path::accept_mapped_claims, "/api/acceptMappedClaims", Shape::flag},
    Property{path::is_fallback_public_client, "/isFallbackPublicClient", Shape::flag},
    Property{path::is_device_only_auth_supported, "/isDeviceOnlyAuthSupported", Shape::flag},
    Property{path::native_authentication, "/nativeAuthenticationApisEnabled", Shape::word},
    Property{path::is_disabled, "/isDisabled", Shape::flag},
    Property{path::requires_post_response, "/oauth2RequirePostResponse", Shape::flag},
    Property{path::group_membership_claims, "/groupMembershipClaims", Shape::words},
    Property{path::optional_claims_id_token, "/optionalClaims/idToken", Shape::claims, Group::travels},
    Property{path::optional_claims_access_token, "/optionalClaims/accessToken", Shape::claims, Group::travels},
    Property{path::optional_claims_saml2_token, "/optionalClaims/saml2Token", Shape::claims, Group::travels},
    Property{path::marketing_url, "/info/marketingUrl"},
    Property{path::privacy_statement_url, "/info/privacyStatementUrl"},
    Property{path::support_url, "/info/supportUrl"},
    Property{path::terms_of_service_url, "/info/termsOfServiceUrl"},
    Property{path::saml_metadata_url, "/samlMetadataUrl"},
    Property{path::default_redirect_uri, "/defaultRedirectUri"},
    Property{path::service_management_reference, "/serviceManagementReference"},
    Property{path::signed_request_required, "/requestSignatureVerification/isSignedRequestRequired", Shape::flag,
             Group::whole},
    Property{path::weak_algorithms, "/requestSignatureVerification/allowedWeakAlgorithms", Shape::choice,
             Group::travels},
    Property{path::lock_enabled, "/servicePrincipalLockConfiguration/isEnabled", Shape::flag, Group::whole},
    Property{path::lock_all, "/servicePrincipalLockConfiguration/allProperties", Shape::flag, Group::travels},
    Property{path::lock_sign, "/servicePrincipalLockConfiguration/credentialsWithUsageSign", Shape::flag,
             Group::travels},
    Property{path::lock_verify, "/servicePrincipalLockConfiguration/credentialsWithUsageVerify", Shape::flag,
             Group::travels},
    Property{path::lock_encryption, "/servicePrincipalLockConfiguration/tokenEncryptionKeyId", Shape::flag,
             Group::travels},
    Property{path::blocked_countries, "/parentalControlSettings/countriesBlockedForMinors", Shape::texts,
             Group::travels},
    Property{path::age_group_rule, "/parentalControlSettings/legalAgeGroupRule", Shape::word, Group::whole},
    Property{path::blocks_azure_ad_graph, "/authenticationBehaviors/blockAzureADGraphAccess", Shape::flag,
             Group::travels},
    Property{path::removes_unverified_email, "/authenticationBehaviors/removeUnverifiedEmailClaim", Shape::flag,
             Group::travels},
    Property{path::requires_client_principal, "/authenticationBehaviors/requireClientServicePrincipal", Shape::flag,
             Group::travels},
    Property{path::add_ins, "/addIns", Shape::add_ins},
};

/// Found once: what is read of 20,000 applications is looked up a million times.
const model::Attribute& attribute_of(const Property& property) {
    static const auto attributes = [] {
        std::array<const model::Attribute*, table.size()> found{};
        for (std::size_t i = 0; i < table.size(); ++i)
            found[i] = model::attributes_of(model::kind::application)->find(table[i].path);
        return found;
    }();
    return *attributes[static_cast<std::size_t>(&property - table.data())];
}

/// "/web/redirectUris" as "web", "redirectUris".
std::vector<std::string> members_of(const Property& property) {
    std::vector<std::string> members;
    std::string_view rest(property.place);
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto end = std::min(rest.find('/'), rest.size());
        members.emplace_back(rest.substr(0, end));
        rest.remove_prefix(end);
    }
    return members;
}

const std::vector<std::string>& known_members_of(const Property& property) {
    static const auto all = [] {
        std::array<std::vector<std::string>, table.size()> members;
        std::transform(table.begin(), table.end(), members.begin(), members_of);
        return members;
    }();
    return all[static_cast<std::size_t>(&property - table.data())];
}

bool is_read(const Property& property, const Paths& on_demand) {
    return !attribute_of(property).on_demand || on_demand.contains(property.path);
}

// ---- reading

List read_words(const std::string& text) {
    List words;
    std::size_t begin = 0;
    while (begin < text.size()) {
        const auto end = std::min(text.find(',', begin), text.size());
        const auto first = text.find_first_not_of(' ', begin);
        const auto last = text.find_last_not_of(' ', end == begin ? begin : end - 1);
        if (first < end) words.emplace_back(text.substr(first, last - first + 1));
        begin = end + 1;
    }
    std::sort(words.begin(), words.end());
    return words;
}

/// With the members that say something.
Map claim_value(const json& claim) {
    Map value;
    if (auto source = member_text(claim, "source"); !source.empty()) value.emplace("source", std::move(source));
    if (const auto* essential = member(claim, "essential"); essential != nullptr && *essential == true)
        value.emplace("essential", true);
    List properties;
    if (const auto* given = member(claim, "additionalProperties"); given != nullptr && given->is_array()) {
        for (const auto& property : *given)
            if (property.is_string()) properties.emplace_back(property.get<std::string>());
    }
    std::sort(properties.begin(), properties.end());
    if (!properties.empty()) value.emplace("additionalProperties", std::move(properties));
    return value;
}

/// What tells a claim from others of its name: its source, and its number where that is the same, too.
std::string distinction_of(const std::string& source, std::size_t number) {
    if (number < 2) return source;
    return source.empty() ? fmt::format("{}", number) : fmt::format("{}, {}", source, number);
}

/// By name. Of several of one name, all but the first have a name that no manifest can write, and say their own as a
/// member. Answers come in any order: which one is the first does not depend on it. One without a source is.
Map read_claims(StrictReading& reading, const json* parent, const char* name) {
    Map claims;
    const auto* list = reading.array(parent, name);
    if (list == nullptr) return claims;
    std::map<std::string, std::map<std::string, std::vector<Map>>> all;
    for (const auto& claim : *list)
        all[reading.required_text(&claim, "name")][member_text(claim, "source")].push_back(claim_value(claim));
    for (auto& [claim_name, by_source] : all) {
        for (auto& [source, values] : by_source) {
            std::sort(values.begin(), values.end());
            for (std::size_t i = 0; i < values.size(); ++i) {
                auto key = claim_name;
                for (auto number = i + 1; claims.contains(key) || (key != claim_name && all.contains(key)); ++number)
                    key = fmt::format("{} ({})", claim_name, distinction_of(source, number));
                if (key != claim_name) values[i].emplace(name_of_claim, claim_name);
                claims.emplace(std::move(key), std::move(values[i]));
            }
        }
    }
    return claims;
}

/// Several values of one key are a list, which no manifest can write.
void add_value(Map& values, const std::string& key, const std::string& value) {
    auto& there = values[key];
    if (there.is_null()) {
        there = value;
        return;
    }
    auto all = there.as_list() == nullptr ? List{there} : *there.as_list();
    all.emplace_back(value);
    std::sort(all.begin(), all.end());
    there = std::move(all);
}

List read_add_ins(StrictReading& reading, const json* parent, const char* name) {
    List add_ins;
    const auto* list = reading.array(parent, name);
    if (list == nullptr) return add_ins;
    for (const auto& add_in : *list) {
        Map values;
        if (const auto* given = reading.array(&add_in, "properties")) {
            for (const auto& property : *given)
                add_value(values, member_text(property, "key"), member_text(property, "value"));
        }
        add_ins.emplace_back(Map{{"type", member_text(add_in, "type")},
                                 {"id", lower_case(member_text(add_in, "id"))},
                                 {"properties", std::move(values)}});
    }
    return add_ins;
}

Value read_value(StrictReading& reading, const json* parent, const char* name, const Property& property) {
    const auto& fallback = attribute_of(property).fallback;
    switch (property.shape) {
        case Shape::text:
            return reading.text(parent, name);
        case Shape::flag:
            return reading.flag(parent, name);
        case Shape::number:
            return reading.number(parent, name, fallback.as_integer() == nullptr ? 0 : *fallback.as_integer());
        case Shape::word:
        case Shape::choice: {
            auto word = reading.text(parent, name);
            return word.empty() ? fallback : Value(std::move(word));
        }
        case Shape::texts:
            return reading.texts(parent, name);
        case Shape::words:
            return read_words(reading.text(parent, name));
        case Shape::claims:
            return read_claims(reading, parent, name);
        case Shape::add_ins:
            return read_add_ins(reading, parent, name);
    }
    return {};
}

// ---- writing

json texts_json(const Value& value) {
    auto texts = json::array();
    if (const auto* elements = value.as_list()) {
        for (const auto& element : *elements) texts.push_back(element.text_or({}));
    }
    return texts;
}

json words_json(const Value& value) {
    std::string words;
    for (const auto& word : texts_json(value)) words += (words.empty() ? "" : ",") + word.get<std::string>();
    return words.empty() ? json() : json(words);
}

json claims_json(const Value& value) {
    auto claims = json::array();
    const auto* named = value.as_map();
    if (named == nullptr) return claims;
    for (const auto& [key, claim] : *named) {
        const auto* source = claim.find("source");
        const auto* essential = claim.find("essential");
        const auto* additional = claim.find("additionalProperties");
        const auto* name = claim.find(name_of_claim);
        claims.push_back({{"name", name == nullptr ? key : name->text_or(key)},
                          {"source", source == nullptr ? json() : json(source->text_or({}))},
                          {"essential", essential != nullptr && *essential == Value(true)},
                          {"additionalProperties", additional == nullptr ? json::array() : texts_json(*additional)}});
    }
    return claims;
}

json add_ins_json(const Value& value) {
    auto add_ins = json::array();
    const auto* elements = value.as_list();
    if (elements == nullptr) return add_ins;
    for (const auto& element : *elements) {
        const auto text = [&](const char* name) {
            const auto* found = element.find(name);
            return found == nullptr ? std::string{} : found->text_or({});
        };
        auto pairs = json::array();
        const auto* given = element.find("properties");
        if (const auto* map = given == nullptr ? nullptr : given->as_map()) {
            for (const auto& [key, property] : *map) {
                for (const auto& one : property.as_list() == nullptr ? List{property} : *property.as_list())
                    pairs.push_back({{"key", key}, {"value", one.text_or({})}});
            }
        }
        const auto id = text("id");
        add_ins.push_back(
            {{"type", text("type")}, {"id", id.empty() ? json() : json(id)}, {"properties", std::move(pairs)}});
    }
    return add_ins;
}

json value_json(const Property& property, const Value& value) {
    switch (property.shape) {
        case Shape::text:
        case Shape::word: {
            const auto text = value.text_or({});
            return text.empty() ? json() : json(text);
        }
        case Shape::choice:
            return value == attribute_of(property).fallback ? json() : json(value.text_or({}));
        case Shape::flag:
            return value == Value(true);
        case Shape::number:
            return value.as_integer() == nullptr ? json() : json(*value.as_integer());
        case Shape::texts:
            return texts_json(value);
        case Shape::words:
            return words_json(value);
        case Shape::claims:
            return claims_json(value);
        case Shape::add_ins:
            return add_ins_json(value);
    }
    return {};
}

const Value* find(const Map& map, std::string_view wanted) {
    const auto it = map.find(wanted);
    return it == map.end() ? nullptr : &it->second;
}

/// Whether a member that nobody changed goes along, as one of its group is written.
bool goes_along(const Property& property, const Value* value) {
    if (property.group == Group::whole) return true;
    if (property.group == Group::merges || value == nullptr) return false;
    const auto empty = (value->as_list() != nullptr && value->as_list()->empty()) ||
                       (value->as_map() != nullptr && value->as_map()->empty());
    return !empty && *value != attribute_of(property).fallback;
}

std::string group_of(const Property& property) {
    const std::string place(property.place);
    return place.substr(0, place.rfind('/'));
}

/// With commas, each once.
template <typename Predicate>
std::string members_where(Predicate is_asked) {
    std::vector<std::string> members;
    for (const auto& property : table) {
        if (!is_asked(property)) continue;
        auto member = known_members_of(property).front();
        if (std::find(members.begin(), members.end(), member) == members.end()) members.push_back(std::move(member));
    }
    std::string text;
    for (const auto& member : members) text += (text.empty() ? "" : ",") + member;
    return text;
}

}  // namespace

std::string property_members(const Paths& on_demand) {
    return members_where([&](const Property& property) { return is_read(property, on_demand); });
}

std::string members_on_demand(const Paths& on_demand) {
    return members_where([&](const Property& property) {
        return attribute_of(property).on_demand && on_demand.contains(property.path);
    });
}

void read_properties(StrictReading& reading, const json& application, const Paths& on_demand, Map& into) {
    for (const auto& property : table) {
        if (!is_read(property, on_demand)) continue;
        const auto& members = known_members_of(property);
        const json* parent = &application;
        for (std::size_t i = 0; i + 1 < members.size(); ++i) parent = reading.object(parent, members[i].c_str());
        const auto* name = members.back().c_str();
        // Of a group that applications rarely have, a member that is left out is one that says nothing.
        if (property.group == Group::travels && parent != nullptr && member(*parent, name) == nullptr) parent = nullptr;
        auto value = read_value(reading, parent, name, property);
        if (!says_nothing(attribute_of(property), value))
            into.insert_or_assign(std::string(property.path), std::move(value));
    }
}

json property_body(const Paths& changed, const Map& values, const model::ObservedResource* observed) {
    Paths groups;
    for (const auto& property : table) {
        if (changed.contains(property.path) && property.group != Group::merges) groups.insert(group_of(property));
    }
    auto body = json::object();
    for (const auto& property : table) {
        const bool is_changed = changed.contains(property.path);
        const auto* value = find(values, property.path);
        if (is_changed && value == nullptr) continue;
        if (!is_changed) {
            if (!groups.contains(group_of(property))) continue;
            if (value == nullptr && observed != nullptr) value = find(observed->attributes, property.path);
            if (!goes_along(property, value)) continue;
        }
        body[json::json_pointer(property.place)] =
            value_json(property, value == nullptr ? attribute_of(property).fallback : *value);
    }
    return body;
}

}  // namespace regent::provider::graph
