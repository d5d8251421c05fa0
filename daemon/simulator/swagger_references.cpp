#include "simulator/swagger_check.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace regent::simulator {
namespace {

using nlohmann::json;

/// A `$ref` is one where it is a string; a schema may have a property of that name.
std::string reference_in(const json& object) {
    const auto it = object.find("$ref");
    return it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

const json* target_of(const json& document, const std::string& reference) {
    if (!starts_with(reference, "#/")) return nullptr;
    try {
        const json::json_pointer pointer(percent_decoded(reference.substr(1), false));
        return document.contains(pointer) ? &document.at(pointer) : nullptr;
    } catch (const json::exception&) {
        return nullptr;  // not a pointer
    }
}

const char* kind_of(const std::string& reference) {
    if (starts_with(reference, "#/parameters/")) return "parameter";
    return starts_with(reference, "#/responses/") ? "response" : "schema";
}

void check_targets(const json& document, const json& node, const std::string& pointer, SwaggerFindings& findings) {
    if (node.is_object()) {
        if (const auto reference = reference_in(node);
            !reference.empty() && target_of(document, reference) == nullptr) {
            findings.add(pointer, fmt::format("The {} reference '{}' was not found.", kind_of(reference), reference));
        }
        for (const auto& [name, value] : node.items()) {
            // Extensions and examples hold whatever they like.
            if (starts_with(name, "x-") || name == "example" || name == "examples" || name == "default" ||
                name == "enum")
                continue;
            check_targets(document, value, pointer_to(pointer, name), findings);
        }
    } else if (node.is_array()) {
        for (std::size_t i = 0; i < node.size(); ++i)
            check_targets(document, node[i], pointer_to(pointer, std::to_string(i)), findings);
    }
}

/// A chain of definitions that only refer to each other never says what they are. A schema that holds itself further
/// down (a tree, a linked list) is accepted: published connectors have such definitions.
void check_loops(const json& document, SwaggerFindings& findings) {
    const auto definitions = document.find("definitions");
    if (definitions == document.end() || !definitions->is_object()) return;
    for (const auto& [name, schema] : definitions->items()) {
        std::set<std::string> seen;
        const auto* at = &schema;
        while (at != nullptr && at->is_object()) {
            const auto reference = reference_in(*at);
            if (reference.empty()) break;
            if (!seen.insert(reference).second) {
                findings.add(pointer_to("definitions", name),
                             fmt::format("The schema reference '{}' leads back to itself.", reference));
                break;
            }
            at = target_of(document, reference);
        }
    }
}

}  // namespace

void check_swagger_references(const json& document, SwaggerFindings& findings) {
    check_targets(document, document, "", findings);
    check_loops(document, findings);
}

}  // namespace regent::simulator
