#include "manifest/manifest_writer.hpp"

#include "manifest/display_text.hpp"
#include "manifest/document.hpp"
#include "manifest/field_table.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/plain_text.hpp"
#include "manifest/rules_application.hpp"
#include "manifest/rules_credential.hpp"
#include "manifest/utf8.hpp"
#include "manifest/well_known_apis.hpp"
#include "manifest/yaml_writer.hpp"
#include "model/attributes.hpp"

#include <algorithm>

namespace regent::manifest {
namespace {

using model::Value;

Node mapping() {
    Node node;
    node.kind = Node::Kind::mapping;
    return node;
}
Node sequence() {
    Node node;
    node.kind = Node::Kind::sequence;
    return node;
}

/// Of what a person wrote into a portal, `${` is no variable.
std::string without_variables(std::string text) {
    for (auto at = text.find("${"); at != std::string::npos; at = text.find("${", at + 3)) text.insert(at, "$");
    return text;
}

Node scalar(std::string text, Style style = Style::plain) {
    Node node;
    node.kind = Node::Kind::scalar;
    node.style = style;
    node.text = std::move(text);
    return node;
}

/// A text: quoted where YAML would take it for something else, in lines where it has several.
Node text_node(const std::string& text) {
    const bool lines = text.find('\n') != std::string::npos;
    const bool plain = plain_type(text) == PlainType::text && !is_other_in_yaml_1_1(text);
    return scalar(without_variables(text), lines ? Style::block : plain ? Style::plain : Style::quoted);
}

Node& put(Node& into, std::string_view key, Node value) {
    into.entries.push_back({std::string(key), {}, std::move(value)});
    return into.entries.back().value;
}

/// The mapping at the dotted `path` below `into`, made where it is missing.
Node& below(Node& into, std::string_view path, Node value) {
    const auto dot = path.find('.');
    if (dot == std::string_view::npos) return put(into, path, std::move(value));
    const auto key = path.substr(0, dot);
    const auto it = std::find_if(into.entries.begin(), into.entries.end(), [&](const auto& e) { return e.key == key; });
    auto& next = it == into.entries.end() ? put(into, key, mapping()) : it->value;
    return below(next, path.substr(dot + 1), std::move(value));
}

/// The manifests' word for the service's: "AzureADMyOrg" is `single-tenant`.
std::string word_for(const Field* field, const std::string& text) {
    if (field == nullptr) return text;
    for (const auto& value : field->values)
        if (value.alias == text && !value.name.empty()) return std::string(value.name);
    return text;
}

Node scalar_node(const Value& value, const Field* field) {
    if (const auto* flag = value.as_bool()) return scalar(*flag ? "true" : "false");
    if (const auto* number = value.as_integer()) return scalar(std::to_string(*number));
    return text_node(word_for(field, value.text_or({})));
}

std::vector<std::string> sorted_texts(const Value& value) {
    std::vector<std::string> texts;
    if (const auto* list = value.as_list())
        for (const auto& element : *list) texts.push_back(element.text_or({}));
    std::sort(texts.begin(), texts.end());
    return texts;
}

Node list_node(const std::vector<std::string>& texts) {
    auto list = sequence();
    for (const auto& text : texts) list.items.push_back(text_node(text));
    return list;
}

/// Once, as the loader understands it once.
std::string with_placeholder(std::string uri, const std::string& app_id) {
    const auto at = app_id.empty() ? std::string::npos : lower_case(uri).find(app_id);
    // In capitals it would be another text when it is put in again.
    if (at != std::string::npos && uri.compare(at, app_id.size(), app_id) == 0)
        uri.replace(at, app_id.size(), app_id_placeholder);
    return uri;
}

class Writing {
public:
    explicit Writing(const ManifestDraft& draft) : draft_(draft), table_(table_of(draft.address.kind)) {}

    std::string text() {
        std::string out;
        for (const auto& note : draft_.notes) out += "# " + printable(note) + "\n";
        Document document;
        document.root = mapping();
        auto& root = document.root;
        put(root, "apiVersion", scalar(std::string(api_version)));
        put(root, "kind", scalar(draft_.address.kind));
        put(put(root, "metadata", mapping()), "name", text_node(draft_.address.name));
        write_management(put(root, "management", mapping()));
        write_spec(put(root, "spec", mapping()));
        std::erase_if(root.entries, [](const auto& e) { return e.value.is_mapping() && e.value.entries.empty(); });
        return out + to_yaml(document);
    }

private:
    void write_management(Node& management) const {
        if (!draft_.adopt.empty()) {
            const bool connector = draft_.address.kind == model::kind::connector;
            put(put(management, "adopt", mapping()), connector ? "connector" : "appId", text_node(draft_.adopt));
        }
        if (draft_.policy == model::ManagementPolicy::observe) put(management, "policy", scalar("observe"));
        if (draft_.policy == model::ManagementPolicy::create_only) put(management, "policy", scalar("create-only"));
        if (!draft_.ignore.empty()) put(management, "ignore", list_node(draft_.ignore));
    }

    void write_spec(Node& spec) const {
        const auto* known = model::attributes_of(draft_.address.kind);
        for (const auto& row : attribute_forms(draft_.address.kind)) {
            const auto it = draft_.attributes.find(row.path);
            if (it == draft_.attributes.end() || draft_.without.contains(row.path)) continue;
            const auto* attribute = known->find(row.path);
            if (!row.always && is_what_absence_means(row, *attribute, it->second)) continue;
            below(spec, row.field, node_of(row, it->second));
        }
    }

    static bool is_what_absence_means(const AttributeForm& row, const model::Attribute& attribute, const Value& value) {
        switch (row.form) {
            case Form::not_importable:
            case Form::in_folder:
            case Form::consent:
                return true;
            case Form::folder:
                return false;
            case Form::presence:
                return value == Value(true);
            case Form::scalar:
                return value.is_null() || value == attribute.fallback;
            case Form::name_of_one:
            case Form::secret_from:
            case Form::named:
            case Form::exposed:
            case Form::shares:
                return value.as_map() == nullptr || value.as_map()->empty();
            default:
                return value.as_list() == nullptr || value.as_list()->empty();
        }
    }

    Node node_of(const AttributeForm& row, const Value& value) const {
        switch (row.form) {
            case Form::list:
                return list_node(sorted_texts(value));
            case Form::directory_objects:
                return objects_node(value);
            case Form::identifier_uris: {
                auto uris = sorted_texts(value);
                for (auto& uri : uris) uri = with_placeholder(std::move(uri), draft_.app_id);
                return list_node(uris);
            }
            case Form::permissions:
                return permissions_node(value);
            case Form::add_ins:
                return add_ins_node(value);
            case Form::named:
                return named_node(row, value);
            case Form::name_of_one:
                return text_node(text_of(value, "name"));
            case Form::exposed:
                return exposed_node(value);
            case Form::pre_authorized:
                return pre_authorized_node(value);
            case Form::folder:
                return text_node(draft_.folder);
            case Form::secret_from:
                return texts_node(value);
            case Form::shares:
                return shares_node(value);
            case Form::tags:
                return tags_node(value);
            case Form::clients: {
                auto list = sequence();
                for (const auto& client : sorted_texts(value)) list.items.push_back(client_node(client));
                return list;
            }
            case Form::presence: {
                auto presence = mapping();
                put(presence, "create", scalar("false"));
                return presence;
            }
            default:
                return scalar_node(value, table_->find("spec." + std::string(row.field)));
        }
    }

    static Node tags_node(const Value& value) {
        auto tags = mapping();
        for (const auto& tag : sorted_texts(value)) {
            const auto at = std::min(tag.find('='), tag.size());
            put(tags, tag.substr(0, at), text_node(tag.substr(std::min(at + 1, tag.size()))));
        }
        return tags;
    }

    /// Ids of users and service principals, with what they are called.
    Node objects_node(const Value& value) const {
        auto list = list_node(sorted_texts(value));
        for (auto& item : list.items) {
            if (const auto name = draft_.names.find(item.text); name != draft_.names.end()) item.comment = name->second;
        }
        return list;
    }

    /// An administrator has consented to it. A permission without a name stands by its id, and ids have no consent
    /// here.
    bool is_consented(const Value& permission) const {
        if (is_guid(text_of(permission, "name"))) return false;
        for (const auto path : {model::path::consented_scopes, model::path::consented_roles}) {
            const auto it = draft_.attributes.find(path);
            const auto* list =
                it == draft_.attributes.end() || draft_.without.contains(path) ? nullptr : it->second.as_list();
            if (list != nullptr && std::find(list->begin(), list->end(), permission) != list->end()) return true;
        }
        return false;
    }

    Node permissions_node(const Value& value) const {
        struct Asked {
            std::vector<std::string> delegated, application, delegated_ids, application_ids;
        };
        std::map<std::pair<std::string, bool>, Asked> by_api;
        for (const auto& permission : *value.as_list()) {
            auto& asked = by_api[{text_of(permission, "api"), is_consented(permission)}];
            const auto name = text_of(permission, "name");
            const bool application = text_of(permission, "type") == "application";
            auto& names = is_guid(name) ? (application ? asked.application_ids : asked.delegated_ids)
                                        : (application ? asked.application : asked.delegated);
            names.push_back(name);
        }
        auto list = sequence();
        for (auto& [api, asked] : by_api) {
            auto entry = mapping();
            put(entry, "api", api_node(api.first));
            const std::pair<const char*, std::vector<std::string>*> members[] = {
                {"delegated", &asked.delegated},
                {"delegatedIds", &asked.delegated_ids},
                {"application", &asked.application},
                {"applicationIds", &asked.application_ids}};
            for (const auto& [key, names] : members) {
                std::sort(names->begin(), names->end());
                names->erase(std::unique(names->begin(), names->end()), names->end());
                if (!names->empty()) put(entry, key, list_node(*names));
            }
            if (api.second) put(entry, "adminConsent", scalar("true"));
            list.items.push_back(std::move(entry));
        }
        return list;
    }

    static Node add_ins_node(const Value& value) {
        auto list = sequence();
        for (const auto& add_in : *value.as_list()) {
            auto entry = mapping();
            for (const auto* member : {"type", "id"}) put(entry, member, text_node(text_of(add_in, member)));
            const auto* given = add_in.find("properties");
            const auto* properties = given == nullptr ? nullptr : given->as_map();
            if (properties != nullptr && !properties->empty()) {
                auto& into = put(entry, "properties", mapping());
                for (const auto& [key, property] : *properties) put(into, key, text_node(property.text_or({})));
            }
            list.items.push_back(std::move(entry));
        }
        return list;
    }

    Node api_node(const std::string& app_id) const {
        for (const auto& api : well_known_apis())
            if (api.app_id == app_id) return scalar(std::string(api.name));
        auto node = text_node(app_id);
        const auto name = draft_.names.find(app_id);
        node.comment = name == draft_.names.end() ? "has no service principal in the tenant" : name->second;
        return node;
    }

    Node exposed_node(const Value& value) const {
        auto list = sequence();
        for (const auto& [name, permission] : *value.as_map()) {
            auto entry = mapping();
            // A role without name stands under its id.
            const bool unnamed = text_of(permission, "id") == name;
            put(entry, unnamed ? "id" : "name", text_node(name));
            if (const auto* enabled = permission.find("enabled"); enabled != nullptr && *enabled == Value(false))
                put(entry, "enabled", scalar("false"));
            if (const auto* allowed = permission.find("allowed"))
                put(entry, "allowed", list_node(sorted_texts(*allowed)));
            const auto add = [&, &permission = permission](std::string_view member, std::string_view field,
                                                           const std::string& usual) {
                auto text = text_of(permission, member);
                if (!text.empty() && text != usual) below(entry, field, text_node(text));
            };
            add("who", "consent.who", "admins-and-users");
            add("title", "consent.title", name);
            if (permission.find("who") != nullptr) {
                add("description", "consent.description", {});
                add("userTitle", "consent.userTitle", {});
                add("userDescription", "consent.userDescription", {});
            } else {
                add("displayName", "displayName", unnamed ? std::string{} : name);
                add("description", "description", {});
            }
            list.items.push_back(std::move(entry));
        }
        return list;
    }

    Node client_node(const std::string& app_id) const {
        auto entry = mapping();
        auto& node = put(entry, "appId", text_node(app_id));
        if (const auto name = draft_.names.find(app_id); name != draft_.names.end()) node.comment = name->second;
        return entry;
    }

    Node pre_authorized_node(const Value& value) const {
        std::map<std::string, std::vector<std::string>> by_client;
        for (const auto& entry : *value.as_list()) {
            if (auto scope = text_of(entry, "scope"); !scope.empty())
                by_client[text_of(entry, "client")].push_back(scope);
        }
        auto list = sequence();
        for (auto& [client, scopes] : by_client) {
            std::sort(scopes.begin(), scopes.end());
            list.items.push_back(client_node(client));
            put(list.items.back(), "scopes", list_node(scopes));
        }
        return list;
    }

    /// Members under their own names, in the order of the field table; empty ones and the usual ones left out.
    Node named_node(const AttributeForm& row, const Value& value) const {
        const auto* field = table_->find("spec." + std::string(row.field));
        auto list = sequence();
        for (const auto& [name, element] : *value.as_map()) {
            auto entry = mapping();
            put(entry, "name", text_node(name));
            for (const auto& member : field->members) {
                const auto* given = element.find(member.name);
                if (given == nullptr || given->is_null() || *given == Value("") || is_usual(member, *given)) continue;
                put(entry, member.name,
                    given->as_list() != nullptr ? list_node(sorted_texts(*given)) : scalar_node(*given, &member));
            }
            list.items.push_back(std::move(entry));
        }
        return list;
    }

    static Node texts_node(const Value& value) {
        if (value.as_map() == nullptr) return text_node(value.text_or({}));
        auto node = mapping();
        for (const auto& [key, member] : *value.as_map()) put(node, key, texts_node(member));
        return node;
    }

    Node shares_node(const Value& value) const {
        const auto* field = table_->find("spec.shares");
        auto list = sequence();
        for (const auto& [id, share] : *value.as_map()) {
            auto entry = mapping();
            put(entry, "id", text_node(id));
            for (const auto& member : field->members) {
                if (const auto* given = share.find(member.name)) put(entry, member.name, scalar_node(*given, &member));
            }
            list.items.push_back(std::move(entry));
        }
        return list;
    }

    bool is_usual(const Field& member, const Value& value) const {
        if (member.name == "isMultiValued") return value == Value(false);
        if (member.name == "usage") return value == Value("Verify");
        return member.name == "audience" && value == Value(token_exchange_audience(draft_.cloud));
    }

    const ManifestDraft& draft_;
    const KindTable* table_;
};

/// U+00C0 to U+017F without their marks; blanks where there is no letter.
constexpr std::string_view latin_letters =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuu"
    "uuwwyyy"
    "zzzzzzs";
static_assert(latin_letters.size() == 0x180 - 0xC0);

char letter_of(char32_t character) {
    if (character < 0x80) return static_cast<char>(character);
    const auto index = static_cast<std::size_t>(character) - 0xC0;
    return character >= 0xC0 && index < latin_letters.size() ? latin_letters[index] : ' ';
}

}  // namespace

std::string write_manifest(const ManifestDraft& draft) {
    return Writing(draft).text();
}

std::string name_from(std::string_view display_name, std::string_view front) {
    std::string plain;
    while (!display_name.empty()) {
        const auto character = decode_utf8(display_name);
        plain += letter_of(character.value);
        display_name.remove_prefix(character.bytes);
    }
    constexpr std::string_view blanks_and_signs = " \t\r\n-_.([{#*&!'\"";
    plain.erase(0, std::min(plain.find_first_not_of(blanks_and_signs), plain.size()));
    // A name begins with a letter.
    if (!plain.empty() && plain.front() >= '0' && plain.front() <= '9') plain.insert(0, std::string(front) + "-");
    return as_name(plain);
}

std::optional<char32_t> unsayable_character(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        const auto value = character.value;
        const bool usual = value == '\t' || value == '\n' || value == '\r';
        const bool noncharacter = value == 0xFFFE || value == 0xFFFF;
        if ((is_control(value) && !usual) || is_bidi_override(value) || noncharacter) return value;
        text.remove_prefix(character.bytes);
    }
    return std::nullopt;
}

}  // namespace regent::manifest
