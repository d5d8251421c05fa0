#include "manifest/document.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {

const Entry* Node::find_entry(std::string_view key) const noexcept {
    const auto found =
        std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.key == key; });
    return found == entries.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const noexcept {
    const auto* entry = find_entry(key);
    return entry == nullptr ? nullptr : &entry->value;
}

std::string subject_of(const Document& document) {
    if (document.of <= 1) return {};
    const auto* kind = document.root.find("kind");
    const auto* metadata = document.root.find("metadata");
    const auto* name = metadata == nullptr ? nullptr : metadata->find("name");
    const auto text_of = [](const Node* node) {
        return node != nullptr && node->is_scalar() ? node->text : std::string();
    };
    const auto kind_text = text_of(kind);
    const auto name_text = text_of(name);
    if (kind_text.empty()) return fmt::format("document {}", document.number);
    if (name_text.empty()) return fmt::format("document {} ({})", document.number, kind_text);
    return fmt::format("document {} ({}/{})", document.number, kind_text, name_text);
}

}  // namespace regent::manifest
