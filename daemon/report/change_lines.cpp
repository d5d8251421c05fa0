#include "report/change_lines.hpp"

#include "model/attributes.hpp"
#include "report/definition.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace regent::report {
namespace {

/// The names that manifests use for Graph's audiences.
/// https://learn.microsoft.com/graph/api/resources/application#signinaudience-values
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> audiences = {
    {{"AzureADMyOrg", "single-tenant"},
     {"AzureADMultipleOrgs", "multi-tenant"},
     {"AzureADandPersonalMicrosoftAccount", "multi-tenant-and-personal"},
     {"PersonalMicrosoftAccount", "personal"}}};

/// The one audience that is usual for a federated credential; it goes without saying.
constexpr std::string_view usual_token_audience = "api://AzureADTokenExchange";

bool is_document(std::string_view path) {
    return path == model::path::definition;
}

std::string reference_text(const model::Reference& reference) {
    const auto known_after =
        model::to_text(model::Value(model::Reference{reference.address, reference.output, "", ""}));
    return model::with_visible_controls(reference.prefix + known_after + reference.suffix);
}

std::string permission_text(const model::Value& permission, const RunReport& report) {
    const auto* api = permission.find("api");
    const auto* name = permission.find("name");
    const auto* type = permission.find("type");
    if (api == nullptr || name == nullptr || type == nullptr) return model::to_text(permission);
    auto api_text = api->as_reference() != nullptr ? reference_text(*api->as_reference()) : api->text_or("");
    if (const auto known = report.api_names.find(api_text); known != report.api_names.end()) api_text = known->second;
    return model::with_visible_controls(
        fmt::format("{}: {} ({})", api_text, name->text_or(model::to_text(*name)), type->text_or("delegated")));
}

bool goes_without_saying(std::string_view member, const model::Value& value) {
    if (value.is_null() || value == model::Value("")) return true;
    return member == "audience" && value == model::Value(std::string(usual_token_audience));
}

std::string member_text(std::string_view member, const model::Value& value) {
    if (const auto* seconds = value.as_integer(); seconds != nullptr && member == "validForSeconds") {
        return "valid " + duration_text(*seconds);
    }
    if (const auto* seconds = value.as_integer(); seconds != nullptr && member == "rotateBeforeSeconds") {
        return "rotated " + duration_text(*seconds) + " before its end";
    }
    const auto* reference = value.as_reference();
    return fmt::format("{} {}", model::with_visible_controls(member),
                       reference != nullptr ? reference_text(*reference) : model::to_text(value));
}

/// Members of one element on one line. What is waited for is said once, however many members wait for it.
std::string members_text(const model::Map& members) {
    std::string known;
    std::set<std::string> waited_for;
    for (const auto& [name, value] : members) {
        if (goes_without_saying(name, value)) continue;
        if (const auto* reference = value.as_reference()) {
            waited_for.insert(reference_text(*reference));
        } else {
            known += (known.empty() ? "" : ", ") + member_text(name, value);
        }
    }
    for (const auto& reference : waited_for) known += (known.empty() ? "" : ", ") + reference;
    return known;
}

std::string element_text(const plan::Change& change, const model::Value& value, const RunReport& report) {
    if (change.element.empty()) return value_text(change.path, value, report);
    auto name = fmt::format("\"{}\"", model::with_visible_controls(change.element));
    if (value.is_null()) return name;
    const auto detail =
        value.as_map() != nullptr ? members_text(*value.as_map()) : value_text(change.path, value, report);
    return detail.empty() ? name : name + "   " + detail;
}

std::string or_not_set(std::string_view path, const model::Value& value, const RunReport& report) {
    return value.is_null() ? std::string("(not set)") : value_text(path, value, report);
}

std::string changed_members_text(const plan::Change& change, const RunReport& report) {
    static const model::Map none;
    const auto& before = change.before.as_map() == nullptr ? none : *change.before.as_map();
    const auto& after = change.after.as_map() == nullptr ? none : *change.after.as_map();
    std::set<std::string, std::less<>> names;
    for (const auto& [name, value] : before) names.insert(name);
    for (const auto& [name, value] : after) names.insert(name);
    std::string text;
    for (const auto& name : names) {
        const auto* was = change.before.find(name);
        const auto* is = change.after.find(name);
        const model::Value missing;
        const auto& a = was == nullptr ? missing : *was;
        const auto& b = is == nullptr ? missing : *is;
        if (a == b) continue;
        text += fmt::format("{}{} {} → {}", text.empty() ? "" : ", ", model::with_visible_controls(name),
                            or_not_set(name, a, report), or_not_set(name, b, report));
    }
    return text;
}

std::string set_text(const plan::Change& change, const RunReport& report) {
    if (change.before.as_map() != nullptr && change.after.as_map() != nullptr) {
        auto members = changed_members_text(change, report);
        if (change.element.empty()) return members;
        return fmt::format("\"{}\"   {}", model::with_visible_controls(change.element), members);
    }
    auto text = fmt::format("{} → {}", or_not_set(change.path, change.before, report),
                            or_not_set(change.path, change.after, report));
    if (change.element.empty()) return text;
    return fmt::format("\"{}\"   {}", model::with_visible_controls(change.element), text);
}

std::string sensitive_text(const plan::Change& change) {
    std::string text;
    if (!change.element.empty()) text = fmt::format("\"{}\"", model::with_visible_controls(change.element));
    if (!change.note.empty()) text += (text.empty() ? "" : ", ") + model::with_visible_controls(change.note);
    return text.empty() ? "(a secret)" : text;
}

std::string remark_for(const plan::Change& change, Fate fate) {
    std::vector<std::string> remarks;
    if (change.forces_replacement && fate == Fate::replaced) remarks.emplace_back("forces replacement");
    if (change.drift) {
        remarks.emplace_back(fate != Fate::left_alone ? "puts back the change made outside" : "was changed outside");
    }
    if (!change.note.empty() && !change.sensitive) remarks.push_back(model::with_visible_controls(change.note));
    if (change.risk == model::Risk::high && fate != Fate::left_alone) remarks.emplace_back("high risk");
    if (change.contributor) {
        remarks.push_back("from " + shown(*change.contributor) +
                          (change.place.known() ? ", " + shown(change.place) : ""));
    }
    return fmt::format("{}", fmt::join(remarks, "; "));
}

ChangeLine line_for(const plan::Change& change, const RunReport& report, Fate fate) {
    ChangeLine line{.path = change.path, .sign = ' ', .text = "", .remark = remark_for(change, fate)};
    const bool new_value = change.op == plan::Change::Op::set && change.before.is_null() && change.element.empty();
    if (change.op == plan::Change::Op::add) line.sign = '+';
    if (change.op == plan::Change::Op::remove) line.sign = '-';
    if (change.op == plan::Change::Op::set && !new_value) line.sign = '~';
    if (change.sensitive) {
        line.text = sensitive_text(change);
    } else if (change.op == plan::Change::Op::add) {
        line.text = element_text(change, change.after, report);
    } else if (change.op == plan::Change::Op::remove) {
        line.text = element_text(change, change.before, report);
    } else {
        line.text = new_value ? value_text(change.path, change.after, report) : set_text(change, report);
    }
    return line;
}

}  // namespace

Fate fate_of(const plan::ResourceChange& resource) noexcept {
    return resource.action == plan::Action::replace ? Fate::replaced : Fate::applied;
}

model::Value as_in_manifest(std::string_view path, const model::Value& value) {
    if (path != model::path::sign_in_audience || value.as_string() == nullptr) return value;
    const auto it = std::find_if(audiences.begin(), audiences.end(),
                                 [&](const auto& audience) { return audience.first == *value.as_string(); });
    return it == audiences.end() ? value : model::Value(std::string(it->second));
}

std::string value_text(std::string_view path, const model::Value& value, const RunReport& report) {
    if (const auto* reference = value.as_reference()) return reference_text(*reference);
    if (is_document(path)) return definition_summary(value);
    if (path == model::path::permissions && value.as_map() != nullptr) return permission_text(value, report);
    if (value.as_map() != nullptr && (path == model::path::token_encryption_key || path == model::path::logo)) {
        const auto members = members_text(*value.as_map());
        return members.empty() ? "(none)" : members;
    }
    if (path == model::path::sign_in_audience) {
        const auto friendly = as_in_manifest(path, value);
        return friendly == value ? model::to_text(value) : friendly.text_or("");
    }
    return model::to_text(value);
}

std::vector<ChangeLine> change_lines(const std::vector<plan::Change>& changes, const RunReport& report, Fate fate) {
    std::vector<ChangeLine> lines;
    lines.reserve(changes.size());
    for (const auto& change : changes) lines.push_back(line_for(change, report, fate));
    return lines;
}

std::vector<plan::Change> outside_changes(const std::vector<plan::Change>& changes) {
    std::vector<plan::Change> outside;
    for (const auto& change : changes) {
        if (!change.drift) continue;
        auto turned = change;
        std::swap(turned.before, turned.after);
        if (change.op == plan::Change::Op::add) turned.op = plan::Change::Op::remove;
        if (change.op == plan::Change::Op::remove) turned.op = plan::Change::Op::add;
        turned.drift = false;
        turned.forces_replacement = false;
        turned.note.clear();
        turned.contributor.reset();
        outside.push_back(std::move(turned));
    }
    return outside;
}

}  // namespace regent::report
