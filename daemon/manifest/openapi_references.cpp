#include "manifest/openapi_rules.hpp"

#include <fmt/format.h>

#include <set>

namespace regent::manifest {
namespace {

using Json = nlohmann::json;

class ReferencesCheck {
public:
    ReferencesCheck(const Json& document, OpenApiFindings& findings) : document_(document), findings_(findings) {}

    void walk(const Json& value, const std::string& pointer);
    void definitions();

private:
    bool is_endless(const Json& value, std::set<const Json*>& on_the_way) const;

    const Json& document_;
    OpenApiFindings& findings_;
};

/// What was to be there: said by the reference, or else by where it stands.
const SwaggerRule& reference_rule(std::string_view target, std::string_view pointer) {
    if (target.starts_with("#/definitions/")) return rule::schema_reference;
    if (target.starts_with("#/parameters/")) return rule::parameter_reference;
    if (target.starts_with("#/responses/")) return rule::response_reference;
    const auto parent = pointer.substr(0, pointer.rfind('/'));
    if (parent.ends_with("/parameters")) return rule::parameter_reference;
    return parent.ends_with("/responses") ? rule::response_reference : rule::schema_reference;
}

void ReferencesCheck::walk(const Json& value, const std::string& pointer) {
    if (value.is_array()) {
        for (std::size_t i = 0; i < value.size(); ++i) walk(value[i], fmt::format("{}/{}", pointer, i));
        return;
    }
    if (!value.is_object()) return;
    const auto reference = value.find("$ref");
    if (reference != value.end() && reference->is_string()) {
        const auto& target = reference->get_ref<const std::string&>();
        if (!resolve_reference(document_, target)) {
            auto& d = findings_.error(reference_rule(target, pointer), pointer + "/$ref",
                                      fmt::format("there is nothing at '{}'", target));
            d.notes.push_back(
                "references begin with '#/definitions/', '#/parameters/' or '#/responses/': other files are not read");
        }
        return;
    }
    for (const auto& [name, member] : value.items()) {
        const auto below = fmt::format("{}/{}", pointer, pointer_token(name));
        if (name == "properties" && member.is_object()) {
            for (const auto& [property, schema] : member.items())
                walk(schema, fmt::format("{}/{}", below, pointer_token(property)));
            continue;
        }
        // What stands there is data and no part of the description.
        const bool data = name == "example" || name == "examples" || name == "default" || name == "enum";
        if (!data && name.substr(0, 2) != "x-") walk(member, below);
    }
}

// A schema that is nothing but references to itself describes nothing; one that meets itself inside `properties` or
// `items` is a tree.
bool ReferencesCheck::is_endless(const Json& value, std::set<const Json*>& on_the_way) const {
    if (!value.is_object()) return false;
    if (!on_the_way.insert(&value).second) return true;
    bool endless = false;
    if (const auto reference = value.find("$ref"); reference != value.end() && reference->is_string()) {
        const auto* target = resolve_reference(document_, reference->get_ref<const std::string&>());
        endless = target && is_endless(*target, on_the_way);
    }
    if (const auto all = value.find("allOf"); all != value.end() && all->is_array())
        for (const auto& part : *all) endless = endless || is_endless(part, on_the_way);
    on_the_way.erase(&value);
    return endless;
}

void ReferencesCheck::definitions() {
    const auto all = document_.find("definitions");
    if (all == document_.end() || !all->is_object()) return;
    for (const auto& [name, schema] : all->items()) {
        std::set<const Json*> on_the_way;
        if (is_endless(schema, on_the_way))
            findings_.error(rule::schema_loop, "/definitions/" + pointer_token(name),
                            fmt::format("the schema '{}' is defined by itself", name));
    }
}

}  // namespace

const nlohmann::json* resolve_reference(const nlohmann::json& document, std::string_view reference) {
    if (reference.substr(0, 2) != "#/") return nullptr;
    const auto* at = &document;
    reference.remove_prefix(1);
    while (!reference.empty()) {
        reference.remove_prefix(1);
        const auto end = reference.find('/');
        std::string name;
        const auto token = reference.substr(0, end);
        for (std::size_t i = 0; i < token.size(); ++i) {
            const bool escaped = token[i] == '~' && i + 1 < token.size();
            name += escaped ? (token[++i] == '1' ? '/' : '~') : token[i];
        }
        if (!at->is_object()) return nullptr;
        const auto found = at->find(name);
        if (found == at->end()) return nullptr;
        at = &*found;
        reference.remove_prefix(end == std::string_view::npos ? reference.size() : end);
    }
    return at;
}

void check_openapi_references(const nlohmann::json& document, OpenApiFindings& findings) {
    ReferencesCheck check(document, findings);
    check.walk(document, "");
    check.definitions();
}

}  // namespace regent::manifest
