#include "manifest/overrides.hpp"

#include "manifest/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace regent::manifest {

namespace {

const Node* name_in(const Node& item) {
    const auto* name = item.is_mapping() ? item.find("name") : nullptr;
    return name != nullptr && name->is_scalar() ? name : nullptr;
}

bool is_named_list(const Node& node) {
    return node.is_sequence() &&
           std::all_of(node.items.begin(), node.items.end(), [](const Node& item) { return name_in(item) != nullptr; });
}

class Merger {
public:
    explicit Merger(const Origin& origin) : origin_(origin) {}

    void merge_mapping(Node& target, const Node& source) const {
        for (const auto& entry : source.entries) {
            const auto existing = std::find_if(target.entries.begin(), target.entries.end(),
                                               [&](const Entry& other) { return other.key == entry.key; });
            if (entry.value.is_null()) {
                if (existing != target.entries.end()) target.entries.erase(existing);
            } else if (existing == target.entries.end()) {
                target.entries.push_back({entry.key, entry.key_span, stamped(entry.value)});
            } else {
                merge(*existing, entry);
            }
        }
    }

private:
    void merge(Entry& target, const Entry& source) const {
        if (target.value.is_mapping() && source.value.is_mapping()) {
            merge_mapping(target.value, source.value);
            return;
        }
        const bool by_name = !source.value.items.empty() && is_named_list(source.value) && is_named_list(target.value);
        if (by_name) {
            merge_list(target.value, source.value);
            return;
        }
        target.value = stamped(source.value);
        target.key_span = source.key_span;
    }

    void merge_list(Node& target, const Node& source) const {
        for (const auto& item : source.items) {
            const auto& name = name_in(item)->text;
            const auto existing = std::find_if(target.items.begin(), target.items.end(),
                                               [&](const Node& other) { return name_in(other)->text == name; });
            if (existing == target.items.end()) {
                target.items.push_back(stamped(item));
            } else {
                merge_named_item(*existing, item);
            }
        }
    }

    // The name only says which item is meant: it stays where the manifest wrote it.
    void merge_named_item(Node& target, const Node& source) const {
        Node rest = source;
        std::erase_if(rest.entries, [](const Entry& entry) { return entry.key == "name"; });
        merge_mapping(target, rest);
    }

    [[nodiscard]] Node stamped(const Node& source) const {
        Node node = source;
        stamp(node);
        return node;
    }

    void stamp(Node& node) const {
        node.origins.push_back(origin_);
        // Nothing to take away here: a null in something new would only be taken for a value.
        std::erase_if(node.entries, [](const Entry& entry) { return entry.value.is_null(); });
        for (auto& entry : node.entries) stamp(entry.value);
        for (auto& item : node.items) stamp(item);
    }

    const Origin& origin_;
};

model::Diagnostic not_a_mapping(const Entry& entry) {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0305";
    diagnostic.message = fmt::format("`{}` of an override is not a mapping", entry.key);
    diagnostic.span = entry.value.span;
    diagnostic.label = "not a mapping";
    diagnostic.help = fmt::format("write the fields to change below `{}:`", entry.key);
    return diagnostic;
}

const Node* scalar_at(const Node& mapping, std::string_view key) {
    const auto* node = mapping.find(key);
    return node != nullptr && node->is_scalar() ? node : nullptr;
}

std::string_view kind_text(const Document& document) {
    const auto* kind = scalar_at(document.root, "kind");
    return kind == nullptr ? std::string_view() : kind->text;
}

std::string_view name_text(const Document& document) {
    const auto* metadata = document.root.find("metadata");
    const auto* name = metadata == nullptr ? nullptr : scalar_at(*metadata, "name");
    return name == nullptr ? std::string_view() : name->text;
}

/// The document of `kind` that was called `name` before; null pointer: none was.
const Document* renamed_from(std::string_view kind, std::string_view name, const std::vector<Document>& documents) {
    const auto was_called = [&](const Document& document) {
        const auto* metadata = document.root.find("metadata");
        const auto* names = metadata == nullptr ? nullptr : metadata->find("previousNames");
        return kind_text(document) == kind && names != nullptr &&
               std::any_of(names->items.begin(), names->items.end(),
                           [&](const Node& before) { return before.is_scalar() && before.text == name; });
    };
    const auto it = std::find_if(documents.begin(), documents.end(), was_called);
    return it == documents.end() ? nullptr : &*it;
}

model::Diagnostic target_not_found(const Node& kind, const Node& name, const std::vector<Document>& documents) {
    std::vector<std::string_view> names;
    for (const auto& document : documents) {
        if (kind_text(document) == kind.text && !name_text(document).empty()) names.push_back(name_text(document));
    }
    std::sort(names.begin(), names.end());
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0303";
    diagnostic.message = fmt::format("an override is for {} `{}`, which is in no manifest", kind.text, name.text);
    diagnostic.span = name.span;
    diagnostic.label = "not found";
    constexpr std::size_t most = 20;
    if (names.empty()) {
        diagnostic.notes.push_back(fmt::format("no manifest is of kind `{}`", kind.text));
    } else if (names.size() <= most) {
        diagnostic.notes.push_back(fmt::format("of kind `{}` are: {}", kind.text, fmt::join(names, ", ")));
    }
    diagnostic.help = did_you_mean_phrase(name.text, names);
    if (const auto* renamed = renamed_from(kind.text, name.text, documents))
        diagnostic.help = fmt::format("it was renamed: write `{}`", name_text(*renamed));
    if (diagnostic.help.empty()) diagnostic.help = "correct the target, or remove the override";
    return diagnostic;
}

}  // namespace

model::Diagnostics apply_override(Document& target, const Node& override_entry, const Origin& origin) {
    constexpr std::array<std::string_view, 2> parts{"management", "spec"};
    model::Diagnostics diagnostics;
    Node allowed;
    allowed.kind = Node::Kind::mapping;
    for (const auto part : parts) {
        const auto* entry = override_entry.find_entry(part);
        if (entry == nullptr || entry->value.is_null()) continue;
        if (entry->value.is_mapping()) {
            allowed.entries.push_back(*entry);
        } else {
            diagnostics.push_back(not_a_mapping(*entry));
        }
    }
    Merger(origin).merge_mapping(target.root, allowed);
    return diagnostics;
}

model::Diagnostics apply_overrides(std::vector<Document>& documents, const std::vector<Node>& overrides) {
    model::Diagnostics diagnostics;
    for (std::size_t i = 0; i < overrides.size(); ++i) {
        const auto* target = overrides[i].find("target");
        const auto* kind = target == nullptr ? nullptr : scalar_at(*target, "kind");
        const auto* name = target == nullptr ? nullptr : scalar_at(*target, "name");
        if (kind == nullptr || name == nullptr) continue;
        const auto found = std::find_if(documents.begin(), documents.end(), [&](const Document& document) {
            return kind_text(document) == kind->text && name_text(document) == name->text;
        });
        if (found == documents.end()) {
            diagnostics.push_back(target_not_found(*kind, *name, documents));
            continue;
        }
        const Origin origin{Origin::Kind::override_entry, fmt::format("overrides[{}]", i), overrides[i].span.begin()};
        auto more = apply_override(*found, overrides[i], origin);
        std::move(more.begin(), more.end(), std::back_inserter(diagnostics));
    }
    return diagnostics;
}

}  // namespace regent::manifest
