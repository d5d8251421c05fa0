#include "controller/import_look.hpp"

#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

namespace regent::controller {
namespace {

using model::Value;

/// What would be another thing when it is read from a manifest.
std::string how_it_differs(const plan::Change& change) {
    const auto* before = change.before.as_map();
    const auto* after = change.after.as_map();
    if (before == nullptr || after == nullptr) return "written in a manifest it would read differently";
    const auto shown = [](const Value* value) {
        return value == nullptr || value->is_null() ? std::string("nothing") : to_text(*value);
    };
    for (const auto& [name, value] : *after) {
        const auto* there = change.before.find(name);
        if (there == nullptr ? value.is_null() : *there == value) continue;
        return fmt::format("written in a manifest its {} would read {}, not {}", name, shown(&value), shown(there));
    }
    for (const auto& [name, value] : *before) {
        if (!after->contains(name))
            return fmt::format("written in a manifest it would lose its {} {}", name, shown(&value));
    }
    return "written in a manifest it would read differently";
}

std::string changed_element(const plan::Change& change) {
    const bool goes = change.op == plan::Change::Op::remove;
    return change.element.empty() && goes ? change.before.text_or({}) : change.element;
}

ImportLook look_at_plan(const plan::Plan& plan) {
    ImportLook found;
    if (!plan.problems.empty()) {
        found.why = plan.problems.front().message;
        found.wrong.push_back({std::string(model::path::permissions), {}, found.why});
        return found;
    }
    for (const auto& resource : plan.resources) {
        for (const auto& change : resource.changes) {
            found.why = how_it_differs(change);
            found.wrong.push_back({change.path, changed_element(change), found.why});
        }
    }
    for (const auto& withheld : plan.withheld) found.why = withheld.message;
    found.valid = found.wrong.empty() && plan.withheld.empty();
    return found;
}

/// What a line of `spec` belongs to.
struct SpecPlace {
    std::string field;    ///< dotted
    std::string element;  ///< of a list: as management.ignore calls it
};

std::string element_at(const manifest::Node& list, std::size_t line) {
    const manifest::Node* found = nullptr;
    for (const auto& item : list.items)
        if (item.span.line <= line) found = &item;
    if (found == nullptr || found->is_scalar()) return found == nullptr ? std::string{} : found->text;
    const auto* name = found->find("name") != nullptr ? found->find("name") : found->find("id");
    return name == nullptr ? std::string{} : name->text;
}

SpecPlace place_at(const manifest::Node& mapping, std::size_t line) {
    const manifest::Entry* found = nullptr;
    for (const auto& entry : mapping.entries)
        if (entry.key_span.line <= line) found = &entry;
    if (found == nullptr) return {};
    if (found->value.is_mapping() && found->key_span.line < line) {
        auto inner = place_at(found->value, line);
        if (!inner.field.empty()) return {found->key + "." + inner.field, std::move(inner.element)};
    }
    return {found->key, element_at(found->value, line)};
}

/// The attributes whose lines a mistake is about.
ImportLook blame(const ImportTrial& trial, std::string_view kind, const std::set<std::string, std::less<>>& without) {
    ImportLook found;
    const auto* spec = trial.documents.empty() ? nullptr : trial.documents.front().root.find("spec");
    for (const auto& diagnostic : trial.diagnostics) {
        if (diagnostic.severity != model::Severity::error) continue;
        found.why = fmt::format("{}, {}", diagnostic.message, diagnostic.code);
        const auto place = spec == nullptr ? SpecPlace{} : place_at(*spec, diagnostic.span.line);
        const auto& field = place.field;
        for (const auto& form : manifest::attribute_forms(kind)) {
            const bool required = form.path == model::path::display_name;
            const bool about_it = form.field == field || form.field.starts_with(field + ".");
            if (!field.empty() && about_it && !required && !without.contains(form.path))
                found.wrong.push_back({std::string(form.path), place.element, found.why});
        }
        break;  // one after the other: leaving one thing out may mend the next
    }
    return found;
}

}  // namespace

ImportLook look_at(const ImportTrial& trial, std::string_view kind, const std::set<std::string, std::less<>>& without) {
    return trial.plan ? look_at_plan(*trial.plan) : blame(trial, kind, without);
}

}  // namespace regent::controller
