#pragma once

#include "manifest/document.hpp"
#include "manifest/field_table.hpp"
#include "manifest/load_findings.hpp"

namespace regent::manifest {

/// Checks the shape of a whole document against its kind's table: unknown, missing and unsupported fields, types,
/// enumerations, choices. Nodes that failed are marked in `findings`, so that whoever reads values afterwards passes
/// over them.
void check_fields(const KindTable& table, const Node& root, Findings& findings);

/// "an Application", "a Connector".
[[nodiscard]] std::string with_article(std::string_view kind);

/// ", did you mean …?" questions for `help`: "did you mean `redirectUris`?"; empty when nothing is near.
[[nodiscard]] std::string near_name_help(std::string_view word, const std::vector<std::string_view>& names);

/// "a, b, c" in backticks, for notes that list what there is.
[[nodiscard]] std::string listing(const std::vector<std::string_view>& names);

}  // namespace regent::manifest
