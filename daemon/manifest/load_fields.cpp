#include "manifest/load_fields.hpp"

#include "manifest/load_plain.hpp"
#include "manifest/suggestion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace regent::manifest {
namespace {

/// Where the walk stands: what the place is called for people, for tables, and where its key was written.
struct Spot {
    std::string shown;  ///< "spec.federatedCredentials[0]"
    std::string path;   ///< "spec.federatedCredentials"
    model::Span span;   ///< of the key, or of the first key of a list's member

    [[nodiscard]] Spot member(const Entry& entry) const {
        const auto below = [&](const std::string& above) {
            return above.empty() ? entry.key : above + "." + entry.key;
        };
        return {below(shown), below(path), entry.key_span};
    }
    [[nodiscard]] Spot item(std::size_t index, const Node& node) const {
        const auto& at = node.entries.empty() ? node.span : node.entries.front().key_span;
        return {fmt::format("{}[{}]", shown, index), path, at};
    }
    /// " in `spec`", or nothing at the top of the document.
    [[nodiscard]] std::string where() const { return shown.empty() ? std::string{} : fmt::format(" in `{}`", shown); }
};

class FieldCheck {
public:
    FieldCheck(const KindTable& table, Findings& findings) : table_(table), findings_(findings) {}

    void document(const Node& root) { members(root, table_.fields, nullptr, {{}, {}, root.span}); }

private:
    void value(const Node& node, const Field& field, const Spot& spot);
    void members(const Node& node, std::span<const Field> fields, const Field* owner, const Spot& spot);
    std::string_view unknown(const Entry& entry, std::span<const Field> fields, const Spot& spot);
    void missing(const Field& field, const Spot& spot);
    bool togetherness(const Node& node, std::span<const Field> fields, const std::set<std::string_view>& meant);
    void choice(const Node& node, const Field& owner, const Spot& spot);
    void says_nothing(const Field& field, const Spot& spot);
    void list(const Node& node, const Field& field, const Spot& spot);
    void names_of(const Node& list, const Spot& spot);
    void free_keys(const Node& node, const Field& field, const Spot& spot);
    void scalar(const Node& node, const Field& field, FieldType type, const Spot& spot);
    void text(const Node& node, const Spot& spot);
    void boolean(const Node& node, const Spot& spot);
    void integer(const Node& node, const Field& field, const Spot& spot);
    void duration(const Node& node, const Spot& spot);
    void guid(const Node& node, const Spot& spot);
    void enumeration(const Node& node, const Field& field, const Spot& spot);
    void reference(const Node& node, const Field& field, const Spot& spot);
    void redirect_target(const Node& node, const Field& field, const Spot& spot);
    void owner(const Node& node, const Spot& spot);
    model::Diagnostic& wrong_type(const Node& node, std::string_view expected, const Spot& spot);

    const KindTable& table_;
    Findings& findings_;
};

std::vector<std::string_view> names(std::span<const Field> fields) {
    std::vector<std::string_view> all;
    for (const auto& field : fields) all.push_back(field.name);
    return all;
}

model::Diagnostic& FieldCheck::wrong_type(const Node& node, std::string_view expected, const Spot& spot) {
    return findings_.bad_value("RG0206", node,
                               fmt::format("`{}` must be {}, not {}", spot.shown, expected, describe_node(node)));
}

// Answers with the field that was probably meant, so that it is not said to be missing as well; empty when nobody
// knows.
std::string_view FieldCheck::unknown(const Entry& entry, std::span<const Field> fields, const Spot& spot) {
    const auto below = spot.member(entry);
    if (const auto* unsupported = unsupported_field(table_.kind, below.path)) {
        auto& d = findings_.error("RG0210", entry.key_span,
                                  fmt::format("`{}` is not supported by this version", below.shown));
        d.label = "not supported";
        d.help = unsupported->instead;
        return unsupported->stands_for;
    }
    auto& d =
        findings_.error("RG0204", entry.key_span,
                        fmt::format("{} has no field `{}`{}", with_article(table_.kind), entry.key, spot.where()));
    d.label = "unknown field";
    auto right = known_wrong_name(fields, entry.key);
    const auto near = right.empty() ? did_you_mean(entry.key, names(fields)) : std::nullopt;
    if (near) right = find_field(fields, *near)->name;
    if (!right.empty())
        d.help = fmt::format("did you mean `{}`?", right);
    else if (fields.empty())
        d.notes.push_back("it takes no fields: write `{}`");
    else
        d.notes.push_back(fmt::format("fields here: {}", listing(names(fields))));
    return right.substr(0, right.find('.'));
}

void FieldCheck::missing(const Field& field, const Spot& spot) {
    auto& d = findings_.error("RG0205", spot.span,
                              fmt::format("{} needs `{}`{}", with_article(table_.kind), field.name, spot.where()));
    d.label = fmt::format("`{}` is missing", field.name);
    d.notes.push_back(fmt::format("`{}`: {}", field.name, field.help));
    d.help = fmt::format("add it, for example `{}: {}`", field.name, field.example);
}

// Members that only make sense in pairs. True when it complained: then the choice among them is not complained about as
// well.
bool FieldCheck::togetherness(const Node& node, std::span<const Field> fields,
                              const std::set<std::string_view>& meant) {
    bool complained = false;
    for (const auto& field : fields) {
        if (field.together_with.empty()) continue;
        const auto* entry = node.find_entry(field.name);
        if (!entry || node.find(field.together_with) || meant.count(field.together_with)) continue;
        auto& d = findings_.error("RG0216", entry->key_span,
                                  fmt::format("`{}` stands without `{}`", field.name, field.together_with));
        d.label = fmt::format("`{}` is missing", field.together_with);
        if (node.find("connectorRef"))
            d.help = fmt::format("remove `{}`: a `connectorRef` brings issuer and subject", field.name);
        else
            d.help = fmt::format("add `{}`", field.together_with);
        complained = true;
    }
    return complained;
}

void FieldCheck::choice(const Node& node, const Field& owner, const Spot& spot) {
    std::vector<const Entry*> there;
    for (const auto name : owner.exactly_one_of)
        if (const auto* entry = node.find_entry(name)) there.push_back(entry);
    if (there.size() == 1) return;
    std::sort(there.begin(), there.end(), [](auto* a, auto* b) { return a->key_span.byte < b->key_span.byte; });
    const auto alternatives = listing({owner.exactly_one_of.begin(), owner.exactly_one_of.end()});
    if (there.empty()) {
        auto& d = findings_.error("RG0209", spot.span, fmt::format("`{}` needs one of {}", spot.shown, alternatives));
        for (const auto name : owner.exactly_one_of)
            if (const auto* field = find_field(owner.members, name))
                d.notes.push_back(fmt::format("`{}`: {}", name, field->help));
        return;
    }
    auto& d = findings_.error("RG0209", there[1]->key_span,
                              fmt::format("`{}` takes only one of {}", spot.shown, alternatives));
    d.label = "second one";
    d.secondary.push_back({there[0]->key_span, "first one"});
    d.help = "remove one of them";
}

void FieldCheck::members(const Node& node, std::span<const Field> fields, const Field* owner, const Spot& spot) {
    std::set<std::string_view> meant;
    for (const auto& entry : node.entries) {
        const auto* field = find_field(fields, entry.key);
        if (!field)
            meant.insert(unknown(entry, fields, spot));
        else
            value(entry.value, *field, spot.member(entry));
    }
    const auto is_there = [&](std::string_view name) { return node.find_entry(name) != nullptr; };
    const auto is_said = [&](std::string_view said) {
        const auto equals = said.find('=');
        const auto* there = equals == std::string_view::npos ? nullptr : node.find(said.substr(0, equals));
        return there && there->is_scalar() && there->text == said.substr(equals + 1);
    };
    for (const auto& field : fields)
        if (field.required && !node.find(field.name) && !meant.count(field.name) &&
            std::none_of(field.unless.begin(), field.unless.end(), is_there) && !is_said(field.unless_said))
            missing(field, spot);
    if (togetherness(node, fields, meant) || !owner || owner->exactly_one_of.empty()) return;
    const auto is_meant = [&](std::string_view name) { return meant.count(name) != 0; };
    if (std::none_of(owner->exactly_one_of.begin(), owner->exactly_one_of.end(), is_meant)) choice(node, *owner, spot);
}

void FieldCheck::value(const Node& node, const Field& field, const Spot& spot) {
    if (findings_.is_bad(node)) return;  // told before the fields were looked at
    if (node.is_null() && field.type != FieldType::any) {
        findings_.mark_bad(node);
        auto& d = findings_.error("RG0207", node.span.known() ? node.span : spot.span,
                                  fmt::format("`{}` has no value", spot.shown));
        d.span = spot.span;
        if (field.type == FieldType::list)
            d.help = fmt::format(
                "write `{}: []` for an empty list, or remove the key: then regent leaves the field alone", field.name);
        else if (!field.instead_of_empty.empty())
            d.help = fmt::format("write {}, or remove the key: then regent leaves it alone", field.instead_of_empty);
        else if (field.type == FieldType::mapping || field.type == FieldType::text_map ||
                 field.type == FieldType::scalar_map)
            d.help = fmt::format("write `{}: {{}}` when it is meant to be empty, or remove the key", field.name);
        else
            d.help = fmt::format("write a value, for example `{}: {}`, or remove the key", field.name, field.example);
        if (field.example.substr(0, 2) == "\"#") d.notes.push_back("without quotes, `#` begins a comment");
        return;
    }
    switch (field.type) {
        case FieldType::any:
            return;
        case FieldType::list:
            return list(node, field, spot);
        case FieldType::text_map:
        case FieldType::scalar_map:
            return free_keys(node, field, spot);
        case FieldType::mapping: {
            if (node.is_mapping() && node.entries.empty() && !field.instead_of_empty.empty())
                return says_nothing(field, spot);
            if (node.is_mapping()) return members(node, field.members, &field, spot);
            auto& d = wrong_type(node, "a mapping", spot);
            if (!field.members.empty())
                d.notes.push_back(fmt::format("its keys are {}", listing(names(field.members))));
            d.help = fmt::format("for example `{}: {}`", field.name, field.example);
            return;
        }
        default:
            return scalar(node, field, field.type, spot);
    }
}

/// Where something hangs on each member, `{}` could mean that all of it goes, or that nobody thought of any of it.
void FieldCheck::says_nothing(const Field& field, const Spot& spot) {
    auto& d = findings_.error("RG0226", spot.span, fmt::format("`{}` is `{{}}`, which says nothing", spot.shown));
    d.help = fmt::format("write {}, or remove the key: then regent leaves it alone", field.instead_of_empty);
}

void FieldCheck::list(const Node& node, const Field& field, const Spot& spot) {
    if (!node.is_sequence()) {
        auto& d = wrong_type(node, "a list", spot);
        if (node.is_scalar())
            d.help = fmt::format("write `{}: [{}]`, or put it on a line of its own behind `- `", field.name, node.text);
        else
            d.help = "put `- ` in front of its first key, and two blanks in front of the others";
        return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const auto& item = node.items[i];
        const auto at = spot.item(i, item);
        if (findings_.is_bad(item)) continue;
        if (item.is_null() && field.item != FieldType::any) {
            auto& d = findings_.bad_value("RG0207", item, fmt::format("`{}` has no value", at.shown));
            d.help = "remove the line, or write a value behind `- `";
        } else if (field.item == FieldType::mapping) {
            if (item.is_mapping())
                members(item, field.members, &field, at);
            else
                wrong_type(item, "a mapping", at)
                    .notes.push_back(fmt::format("its keys are {}", listing(names(field.members))));
        } else {
            scalar(item, field, field.item, at);
        }
    }
    if (field.order == ListOrder::named) names_of(node, spot);
}

// Lists of named things are merged by name and told apart by it.
void FieldCheck::names_of(const Node& list, const Spot& spot) {
    std::map<std::string_view, const Node*> first;
    for (const auto& item : list.items) {
        const auto* name = item.find("name");
        if (!name || !name->is_scalar()) continue;
        const auto [it, is_new] = first.emplace(name->text, name);
        if (is_new) continue;
        auto& d = findings_.bad_value("RG0217", *name, fmt::format("`{}` names \"{}\" twice", spot.shown, name->text));
        d.label = "again here";
        d.secondary.push_back({it->second->span, "first here"});
        d.help = "give one of them another name, or remove it";
    }
}

void FieldCheck::free_keys(const Node& node, const Field& field, const Spot& spot) {
    if (!node.is_mapping()) {
        wrong_type(node, describe_type(field), spot).help =
            fmt::format("for example `{}: {}`", field.name, field.example);
        return;
    }
    for (const auto& entry : node.entries) {
        const auto at = spot.member(entry);
        if (findings_.is_bad(entry.value)) continue;
        if (entry.value.is_scalar()) {
            if (field.type == FieldType::text_map) text(entry.value, at);
            continue;
        }
        if (entry.value.is_null()) {
            auto& d = findings_.error("RG0207", entry.key_span, fmt::format("`{}` has no value", at.shown));
            d.help = "write a value, `\"\"` for empty text, or remove the key";
            findings_.mark_bad(entry.value);
            continue;
        }
        auto& d =
            wrong_type(entry.value, field.type == FieldType::text_map ? "text" : "text, a number or a boolean", at);
        if (entry.value.is_null()) d.span = entry.key_span;
    }
}

void FieldCheck::scalar(const Node& node, const Field& field, FieldType type, const Spot& spot) {
    if (type == FieldType::any) return;
    if (type == FieldType::reference) return reference(node, field, spot);
    if (type == FieldType::redirect_target) return redirect_target(node, field, spot);
    if (type == FieldType::owner) return owner(node, spot);
    if (!node.is_scalar()) {
        Field expected = field;
        expected.type = type;
        auto& d = wrong_type(node, describe_type(expected), spot);
        if (node.is_mapping() && node.in_flow && node.entries.size() == 1 && node.entries.front().value.is_null())
            d.help = "braces begin a mapping in YAML: put text that contains them in quotes";
        return;
    }
    switch (type) {
        case FieldType::boolean:
            return boolean(node, spot);
        case FieldType::integer:
            return integer(node, field, spot);
        case FieldType::duration:
            return duration(node, spot);
        case FieldType::guid:
            return guid(node, spot);
        case FieldType::enumeration:
            return enumeration(node, field, spot);
        default:
            return text(node, spot);
    }
}

void FieldCheck::text(const Node& node, const Spot& spot) {
    if (node.style != Style::plain || !node.origins.empty()) return;
    const auto type = plain_type(node.text);
    if (type == PlainType::text || type == PlainType::null) return;
    auto& d =
        findings_.odd_value("RG0501", node,
                            fmt::format("`{}` is text, and `{}` without quotes is {} to other YAML tools", spot.shown,
                                        node.text, type == PlainType::number ? "a number" : "a boolean"));
    d.notes.push_back(fmt::format("regent takes it as the text \"{}\"", node.text));
    d.help = fmt::format("write `\"{}\"`", node.text);
}

void FieldCheck::boolean(const Node& node, const Spot& spot) {
    const auto lower = lower_case(node.text);
    if (node.style == Style::plain && (node.text == "true" || node.text == "false")) return;
    auto& d = wrong_type(node, "`true` or `false`", spot);
    if (node.style != Style::plain && (lower == "true" || lower == "false"))
        d.help = fmt::format("remove the quotes: `{}`", lower);
    else if (lower == "yes" || lower == "on" || lower == "true" || lower == "y" || lower == "1")
        d.help = "write `true`";
    else if (lower == "no" || lower == "off" || lower == "false" || lower == "n" || lower == "0")
        d.help = "write `false`";
}

void FieldCheck::integer(const Node& node, const Field& field, const Spot& spot) {
    const auto number = parse_integer(node.text);
    if (node.style != Style::plain || !number) {
        auto& d = wrong_type(node, "a whole number", spot);
        if (number) d.help = fmt::format("remove the quotes: `{}`", node.text);
        return;
    }
    if (*number >= field.minimum && (field.maximum == 0 || *number <= field.maximum)) return;
    auto& d = findings_.bad_value("RG0214", node, fmt::format("`{}` cannot be {}", spot.shown, *number));
    if (field.maximum == 0)
        d.notes.push_back(fmt::format("it must be greater than or equal to {}", field.minimum));
    else
        d.notes.push_back(fmt::format("it must be at least {} and at most {}", field.minimum, field.maximum));
}

void FieldCheck::duration(const Node& node, const Spot& spot) {
    if (parse_duration(node.text)) return;
    auto& d = findings_.bad_value("RG0212", node,
                                  fmt::format("`{}` must be a duration, not {}", spot.shown, describe_node(node)));
    d.notes.push_back(
        "a duration is a whole number and a unit: `180d`, `12h`, `30m`; more than zero, at most 100 years");
    const auto number = parse_integer(node.text);
    if (number && *number > 0) {
        d.help = fmt::format("add the unit: `{}d` for days", *number);
    } else if (node.text.size() > 1 && node.text.back() == 'w') {
        const auto weeks = parse_integer(std::string_view(node.text).substr(0, node.text.size() - 1));
        if (weeks && *weeks > 0 && *weeks < 5000) d.help = fmt::format("weeks are not a unit here: `{}d`", *weeks * 7);
    }
}

void FieldCheck::guid(const Node& node, const Spot& spot) {
    if (is_guid(node.text)) return;
    auto& d = findings_.bad_value("RG0213", node,
                                  fmt::format("`{}` must be a GUID, not {}", spot.shown, describe_node(node)));
    d.notes.push_back("a GUID has 32 hexadecimal digits in groups of 8-4-4-4-12: 11111111-1111-1111-1111-111111111111");
    if (node.text.size() > 2 && node.text.front() == '{' && node.text.back() == '}') d.help = "remove the braces";
}

void FieldCheck::enumeration(const Node& node, const Field& field, const Spot& spot) {
    std::vector<std::string_view> spellings;
    for (const auto& value : field.values) {
        if (node.text == value.name || (!value.alias.empty() && node.text == value.alias)) return;
        spellings.push_back(value.name);
        if (!value.alias.empty()) spellings.push_back(value.alias);
    }
    if (spot.path == "apiVersion") {
        auto& d =
            findings_.bad_value("RG0202", node, fmt::format("no manifest format is called {}", in_quotes(node.text)));
        d.label = "unknown version";
        d.help = fmt::format("write `apiVersion: {}`", api_version);
        return;
    }
    auto& d = findings_.bad_value("RG0208", node, fmt::format("`{}` cannot be {}", spot.shown, in_quotes(node.text)));
    auto one_value = field;  // of a list, too
    one_value.type = FieldType::enumeration;
    d.notes.push_back(fmt::format("it is {}", describe_type(one_value)));
    d.help = near_name_help(node.text, spellings);
}

void FieldCheck::reference(const Node& node, const Field& field, const Spot& spot) {
    static constexpr std::array members_of_reference = {
        Field{.name = "name", .required = true, .help = "metadata.name of the other document", .example = "arm"}};
    if (node.is_mapping()) return members(node, members_of_reference, nullptr, spot);
    auto& d = wrong_type(node, "a reference, `{name: …}`", spot);
    if (node.is_scalar()) d.help = fmt::format("write `{}: {{name: {}}}`", field.name, node.text);
}

void FieldCheck::redirect_target(const Node& node, const Field&, const Spot& spot) {
    static constexpr std::array members_of_target = {Field{.name = "connectorRef",
                                                           .type = FieldType::reference,
                                                           .target = "Connector",
                                                           .required = true,
                                                           .help = "the connector whose redirect URL it is",
                                                           .example = "{name: arm}"}};
    if (node.is_scalar()) return text(node, spot);
    if (node.is_mapping()) return members(node, members_of_target, nullptr, spot);
    wrong_type(node, "a URL or `connectorRef: {name: …}`", spot);
}

void FieldCheck::owner(const Node& node, const Spot& spot) {
    static constexpr std::array members_of_owner = {Field{.name = "applicationRef",
                                                          .type = FieldType::reference,
                                                          .target = "Application",
                                                          .required = true,
                                                          .help = "the application whose service principal it is",
                                                          .example = "{name: deployer}"}};
    if (node.is_scalar()) return guid(node, spot);
    if (node.is_mapping()) return members(node, members_of_owner, nullptr, spot);
    wrong_type(node, "an object id or `applicationRef: {name: …}`", spot);
}

}  // namespace

void check_fields(const KindTable& table, const Node& root, Findings& findings) {
    FieldCheck(table, findings).document(root);
}

std::string with_article(std::string_view kind) {
    const bool vowel = !kind.empty() && std::string_view("AEIOU").find(kind.front()) != std::string_view::npos;
    return fmt::format("{} {}", vowel ? "an" : "a", kind);
}

std::string near_name_help(std::string_view word, const std::vector<std::string_view>& candidates) {
    return did_you_mean_phrase(word, candidates);
}

std::string listing(const std::vector<std::string_view>& all) {
    std::vector<std::string> quoted;
    quoted.reserve(all.size());
    for (const auto name : all) quoted.push_back(fmt::format("`{}`", name));
    return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace regent::manifest
