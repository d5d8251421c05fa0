#include "manifest/rules_name.hpp"

#include "manifest/load_plain.hpp"

#include <fmt/format.h>

namespace regent::manifest {

void check_name(const Node* name, std::string_view code, std::string_view what, Findings& findings) {
    if (!name || is_name(name->text)) return;
    auto& d = findings.bad_value(code, *name, fmt::format("{} cannot be {}", in_quotes(name->text), what));
    d.notes.push_back("1 to 63 lower-case letters, digits and `-`, beginning with a letter and not ending with `-`");
    if (const auto better = as_name(name->text); !better.empty()) d.help = fmt::format("for example `{}`", better);
}

}  // namespace regent::manifest
