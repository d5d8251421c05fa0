#include "manifest/explain.hpp"

#include "manifest/error_catalogue.hpp"
#include "manifest/field_table.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace regent::manifest {
namespace {

constexpr std::size_t width = 80;

/// `text` in lines of at most `width` characters, each behind `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
    std::string lines;
    std::string line(indent, ' ');
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        if (line.size() > indent && line.size() + 1 + word.size() > width) {
            lines += line + "\n";
            line.assign(indent, ' ');
        }
        if (line.size() > indent) line += ' ';
        line += word;
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return line.size() > indent ? lines + line + "\n" : lines;
}

std::string type_of(const Field& field) {
    if (field.type != FieldType::list) return describe_type(field);
    Field item = field;
    item.type = field.item;
    const auto order = field.order == ListOrder::named     ? ", told apart by `name`"
                       : field.order == ListOrder::ordered ? ", in this order"
                                                           : ", in any order";
    return fmt::format("a list of: {}{}", describe_type(item), order);
}

std::string listed(std::span<const Field> fields) {
    std::string text;
    for (const auto& field : fields) {
        text += fmt::format("  {}{}\n", field.name, field.required ? " (required)" : "");
        text += wrapped(field.help, 6);
    }
    return text;
}

constexpr std::string_view not_managed = "not managed: what the tenant holds stays";

bool has(std::span<const std::string_view> names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What it means that `field` is absent below `parent` (null pointer: at the document's root).
std::string absence_of(const KindTable& table, const Field* parent, const Field& field, bool in_an_element) {
    if (!field.default_text.empty()) return std::string(field.default_text);
    const auto choice = parent == nullptr ? std::span<const std::string_view>{} : parent->exactly_one_of;
    std::vector<std::string> others;
    for (const auto name : choice)
        if (name != field.name && name != field.together_with) others.push_back(fmt::format("`{}`", name));
    if (has(choice, field.name) || has(choice, field.together_with))
        return fmt::format("{} is given instead", fmt::join(others, " or "));
    const bool has_defaults = std::any_of(field.members.begin(), field.members.end(),
                                          [](const auto& member) { return !member.default_text.empty(); });
    const bool is_of_a_tenant = table.kind == "Application" || table.kind == "Connector";
    // An element of a list is declared as a whole, and so is what a contribution brings.
    if (in_an_element || !is_of_a_tenant)
        return has_defaults                       ? "what its members say of themselves"
               : field.type == FieldType::boolean ? "false"
                                                  : "none";
    return std::string(not_managed);
}

std::string about(const Field& field, std::string_view path, const std::string& absence) {
    auto text = fmt::format("{}\n\n", path) + wrapped(fmt::format("{}.", field.help), 2) + "\n";
    text += wrapped(fmt::format("type:     {}", type_of(field)), 2);
    for (const auto& value : field.values) {
        const auto alias = value.alias.empty() ? std::string{} : fmt::format(" (also {})", value.alias);
        text += wrapped(fmt::format("- {}{}: {}", value.name, alias, value.help), 12);
    }
    if (field.required)
        text += "  required: yes\n";
    else
        text += wrapped(fmt::format("absent:   {}", absence), 2);
    if (field.type == FieldType::list && absence == not_managed)
        text += "  empty:    `[]` means that there must be none\n";
    if (field.immutable) text += "  change:   replaces the object\n";
    if (field.late) text += "  order:    can be set after creation, so it may refer to what comes later\n";
    if (field.secret) text += "  secret:   names a secret; its value is never shown\n";
    for (const auto name : field.exactly_one_of)
        text += fmt::format("  {}    {}\n", name == field.exactly_one_of.front() ? "one of:" : "       ", name);
    text += fmt::format("  since:    {}\n", field.since);
    if (!field.members.empty()) text += "\nfields:\n" + listed(field.members);
    if (!field.example.empty()) text += fmt::format("\nexample:\n  {}: {}\n", field.name, field.example);
    return text;
}

std::string about(const KindTable& table) {
    auto text = fmt::format("{}\n\n", table.kind) + wrapped(fmt::format("{}.", table.help), 2) + "\nfields:\n" +
                listed(table.fields);
    if (const auto* spec = table.find("spec")) text += "\nfields of spec:\n" + listed(spec->members);
    text += "\nexample:\n";
    std::string_view rest = table.example;
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        text += fmt::format("  {}\n", line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    return text;
}

const ErrorCode* find_code(std::string_view code) {
    for (const auto codes : {yaml_error_codes(), manifest_error_codes()})
        for (const auto& entry : codes)
            if (lower_case(entry.code) == lower_case(code)) return &entry;
    return nullptr;
}

// `above` by value: callers hand in an element of `paths`.
void collect(std::span<const Field> fields, std::string above, std::vector<std::string>& paths) {
    for (const auto& field : fields) {
        paths.push_back(fmt::format("{}.{}", above, field.name));
        collect(field.members, paths.back(), paths);
    }
}

std::vector<std::string> everything() {
    std::vector<std::string> names;
    for (const auto& table : kind_tables()) {
        names.emplace_back(table.kind);
        collect(table.fields, names.back(), names);
    }
    for (const auto codes : {yaml_error_codes(), manifest_error_codes()})
        for (const auto& entry : codes) names.emplace_back(entry.code);
    return names;
}

}  // namespace

std::optional<std::string> explain(std::string_view what) {
    if (const auto* code = find_code(what)) {
        auto text = fmt::format("{}: {}\n\n{}", code->code, code->title, code->explanation);
        if (text.back() != '\n') text += '\n';
        return text;
    }
    const auto dot = what.find('.');
    const auto* table = table_of(what.substr(0, dot));
    if (!table) return std::nullopt;
    if (dot == std::string_view::npos) return about(*table);
    const auto path = what.substr(dot + 1);
    const auto* field = table->find(path);
    if (!field) return std::nullopt;
    const Field* parent = nullptr;
    bool in_an_element = false;
    for (auto at = path.find('.'); at != std::string_view::npos; at = path.find('.', at + 1)) {
        parent = table->find(path.substr(0, at));
        in_an_element = in_an_element || parent->type == FieldType::list;
    }
    return about(*field, what, absence_of(*table, parent, *field, in_an_element));
}

std::string explain_nothing_found(std::string_view what) {
    const auto names = everything();
    auto text = fmt::format("nothing is called `{}`", what);
    const auto near = near_name_help(what, {names.begin(), names.end()});
    if (!near.empty()) return fmt::format("{}; {}", text, near);
    // "spec.redirectUris" without its kind is the usual slip.
    for (const auto& name : names)
        if (name.size() > what.size() && name.compare(name.size() - what.size(), what.size(), what) == 0 &&
            name[name.size() - what.size() - 1] == '.')
            return fmt::format("{}; did you mean `{}`?", text, name);
    return fmt::format(
        "{}; ask for an error code (`RG0204`), a kind (`Application`) or a field (`Application.spec.redirectUris`)",
        text);
}

}  // namespace regent::manifest
