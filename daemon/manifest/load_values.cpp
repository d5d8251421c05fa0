#include "manifest/load_values.hpp"

#include "manifest/load_plain.hpp"

namespace regent::manifest {

const Entry* Values::entry(std::string_view key) const {
    const auto* found = mapping_ ? mapping_->find_entry(key) : nullptr;
    return found && !found->value.is_null() && !findings_->is_bad(found->value) ? found : nullptr;
}

const Node* Values::node(std::string_view key) const {
    const auto* found = entry(key);
    return found ? &found->value : nullptr;
}

Values Values::mapping(std::string_view key) const {
    const auto* found = node(key);
    return {found && found->is_mapping() ? found : nullptr, *findings_};
}

std::optional<std::string> Values::text(std::string_view key) const {
    const auto* found = node(key);
    return found && found->is_scalar() ? std::optional(found->text) : std::nullopt;
}

std::optional<bool> Values::boolean(std::string_view key) const {
    const auto* found = node(key);
    return found && found->is_scalar() ? std::optional(found->text == "true") : std::nullopt;
}

std::optional<long long> Values::integer(std::string_view key) const {
    const auto* found = node(key);
    return found && found->is_scalar() ? parse_integer(found->text) : std::nullopt;
}

std::optional<std::chrono::seconds> Values::duration(std::string_view key) const {
    const auto* found = node(key);
    return found && found->is_scalar() ? parse_duration(found->text) : std::nullopt;
}

std::vector<const Node*> Values::items(std::string_view key) const {
    std::vector<const Node*> usable;
    const auto* found = node(key);
    if (!found || !found->is_sequence()) return usable;
    for (const auto& item : found->items)
        if (!item.is_null() && !findings_->is_bad(item)) usable.push_back(&item);
    return usable;
}

const Node* Values::reference(std::string_view key) const {
    return mapping(key).node("name");
}

}  // namespace regent::manifest
