#pragma once

#include "manifest/document.hpp"
#include "manifest/field_table.hpp"
#include "manifest/load_findings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// The usable values of one mapping that check_fields() has passed: what is absent, empty or was complained about reads
/// as nothing.
class Values {
public:
    /// `mapping` may be a null pointer: then there are no values.
    Values(const Node* mapping, const Findings& findings) : mapping_(mapping), findings_(&findings) {}

    [[nodiscard]] bool exists() const noexcept { return mapping_ != nullptr; }
    /// The mapping itself; null pointer when there is none.
    [[nodiscard]] const Node* mapping_node() const noexcept { return mapping_; }
    /// The key with its value; null pointer when the value is not usable.
    [[nodiscard]] const Entry* entry(std::string_view key) const;
    [[nodiscard]] const Node* node(std::string_view key) const;
    [[nodiscard]] Values mapping(std::string_view key) const;
    [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
    [[nodiscard]] std::optional<long long> integer(std::string_view key) const;
    [[nodiscard]] std::optional<std::chrono::seconds> duration(std::string_view key) const;
    /// The usable members of a list; empty when there is no list.
    [[nodiscard]] std::vector<const Node*> items(std::string_view key) const;
    /// The node of `name` in `{name: x}` under `key`.
    [[nodiscard]] const Node* reference(std::string_view key) const;

private:
    const Node* mapping_;
    const Findings* findings_;
};

}  // namespace regent::manifest
