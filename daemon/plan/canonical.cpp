#include "plan/canonical.hpp"

#include "model/ascii.hpp"
#include "model/connector_settings.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

/// Graph gives these texts back trimmed, and an empty one as null.
bool is_free_text(std::string_view path) {
    return path == model::path::display_name || path == model::path::description || path == model::path::notes ||
           path == model::path::principal_description || path == model::path::principal_notes;
}

std::string without_outer_blanks(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

model::List canonical_set(model::List elements) {
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    return elements;
}

model::Value canonical(const model::Attribute& attribute, model::Value value) {
    if (attribute.compare == model::Compare::set) {
        return canonical_set(value.as_list() != nullptr ? *value.as_list() : model::List{});
    }
    if (attribute.compare == model::Compare::named)
        return value.as_map() != nullptr ? value : model::Value(model::Map{});
    if (value.is_null()) return attribute.fallback;
    if (const auto* text = value.as_string()) {
        if (is_free_text(attribute.path)) return without_outer_blanks(*text);
        if (model::is_guid(*text)) return model::lower_case(*text);
    }
    return value;
}

bool same_value(const model::Attribute& attribute, const model::Value& a, const model::Value& b) {
    if (a == b) return true;
    const auto* x = a.as_string();
    const auto* y = b.as_string();
    if (x == nullptr || y == nullptr) return false;
    if (attribute.compare == model::Compare::parameters) return model::same_settings(*x, *y);
    return attribute.compare == model::Compare::content && model::digest_of_content(*x) == model::digest_of_content(*y);
}

}  // namespace regent::plan
