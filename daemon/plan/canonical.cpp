#include "plan/canonical.hpp"

#include "model/connector_settings.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

/// Graph gives these texts back trimmed, and an empty one as null.
bool is_free_text(std::string_view path) {
    return path == model::path::display_name || path == model::path::description || path == model::path::notes ||
           path == model::path::principal_description || path == model::path::principal_notes;
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_guid(const std::string& text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : std::isxdigit(static_cast<unsigned char>(text[i])) == 0) return false;
    }
    return true;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
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
        if (is_free_text(attribute.path)) return trimmed(*text);
        if (is_guid(*text)) return lower(*text);
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
