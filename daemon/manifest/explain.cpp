#include "manifest/explain.hpp"

#include "manifest/error_catalogue.hpp"
#include "manifest/field_table.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"

#include <fmt/format.h>

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

std::string about(const Field& field, std::string_view path) {
    auto text = fmt::format("{}\n\n", path) + wrapped(fmt::format("{}.", field.help), 2) + "\n";
    text += wrapped(fmt::format("type:     {}", type_of(field)), 2);
    for (const auto& value : field.values) {
        const auto alias = value.alias.empty() ? std::string{} : fmt::format(" (also {})", value.alias);
        text += wrapped(fmt::format("- {}{}: {}", value.name, alias, value.help), 12);
    }
    if (field.required)
        text += "  required: yes\n";
    else
        text +=
            wrapped(fmt::format("absent:   {}", field.default_text.empty() ? "not managed: what the tenant holds stays"
                                                                           : field.default_text),
                    2);
    if (field.type == FieldType::list && field.default_text.empty())
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
    const auto* field = table->find(what.substr(dot + 1));
    return field ? std::optional(about(*field, what)) : std::nullopt;
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
