#include "report/change_lines.hpp"

#include "model/attributes.hpp"
#include "model/policy_keys.hpp"
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
    return path == model::path::definition || path == model::path::connection_parameters ||
           path == model::path::connection_parameter_sets || path == model::path::policies;
}

/// A file by its digest and size: "sha256 ab12cd34…, 144 bytes".
std::string content_text(const model::Value& value) {
    const auto content = value.text_or("");
    if (content.empty()) return "(none)";
    const auto digest = model::digest_of_content(content);
    const auto base64 = model::base64_of_content(content);
    const auto padding = static_cast<std::size_t>(std::count(base64.begin(), base64.end(), '='));
    const auto shown = fmt::format("sha256 {}…", digest.substr(digest.find(':') + 1, 8));
    return base64.empty() ? shown : fmt::format("{}, {} bytes", shown, base64.size() / 4 * 3 - padding);
}

std::string reference_text(const model::Reference& reference) {
    const auto known_after =
        model::to_text(model::Value(model::Reference{reference.address, reference.output, "", ""}));
    return model::with_visible_controls(reference.prefix + known_after + reference.suffix);
}

/// An application by the name that the report has for it, or else its id.
std::string application_text(const model::Value& application, const RunReport& report) {
    if (const auto* reference = application.as_reference()) return reference_text(*reference);
    auto text = application.text_or({});
    const auto known = report.api_names.find(text);
    return model::with_visible_controls(known == report.api_names.end() ? text : known->second);
}

/// A place of connectors by the name that manifests use, and by its id, which is what is sent.
std::string place_text(const model::Value& place, const RunReport& report) {
    const auto known = report.place_names.find(place.text_or({}));
    if (known == report.place_names.end()) return model::to_text(place);
    return model::with_visible_controls(fmt::format("{} ({})", known->second, known->first));
}

std::string pre_authorized_text(const model::Value& entry, const RunReport& report) {
    const auto* client = entry.find("client");
    const auto* scope = entry.find("scope");
    if (client == nullptr || scope == nullptr) return model::to_text(entry);
    const auto name = scope->text_or({});
    return fmt::format("{}: {}", application_text(*client, report),
                       name.empty() ? "no scope" : model::with_visible_controls(name));
}

std::string permission_text(const model::Value& permission, const RunReport& report) {
    const auto* api = permission.find("api");
    const auto* name = permission.find("name");
    const auto* type = permission.find("type");
    if (api == nullptr || name == nullptr || type == nullptr) return model::to_text(permission);
    return model::with_visible_controls(fmt::format("{}: {} ({})", application_text(*api, report),
                                                    name->text_or(model::to_text(*name)), type->text_or("delegated")));
}

/// "Orders.Read.All: group 1111…", and without a role what every user of an application has.
std::string assignment_text(const model::Value& assignment) {
    const auto* principal = assignment.find("principal");
    const auto* role = assignment.find("role");
    const auto* type = assignment.find("type");
    if (principal == nullptr || role == nullptr || type == nullptr) return model::to_text(assignment);
    const auto* reference = principal->as_reference();
    const auto role_text = role->text_or({});
    return model::with_visible_controls(
        fmt::format("{}: {} {}", role_text.empty() ? "default access" : role_text, type->text_or({}),
                    reference != nullptr ? reference_text(*reference) : principal->text_or({})));
}

bool goes_without_saying(std::string_view member, const model::Value& value) {
    if (value.is_null() || value == model::Value("")) return true;
    // Of a scope or role: what nearly all have, and an id that nobody reads.
    if (member == "id" || (member == "enabled" && value == model::Value(true))) return true;
    if (member == "who" && value == model::Value("admins-and-users")) return true;
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
    if (change.drift && fate != Fate::created) {
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

/// As the manifest has it, where a list is kept in two: what is what, the elements say.
std::string shown_path(const std::string& path) {
    if (path == model::path::consented_scopes || path == model::path::consented_roles)
        return "permissions.adminConsent";
    if (path == model::path::assigned_people || path == model::path::assigned_applications)
        return "servicePrincipal.assignments";
    return path;
}

ChangeLine line_for(const plan::Change& change, const RunReport& report, Fate fate) {
    ChangeLine line{.path = shown_path(change.path), .sign = ' ', .text = "", .remark = remark_for(change, fate)};
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
    if (resource.action == plan::Action::create) return Fate::created;
    return resource.action == plan::Action::replace ? Fate::replaced : Fate::applied;
}

model::Value as_in_manifest(std::string_view path, const model::Value& value) {
    // A manifest holds a file's name, and a report no file: its digest tells which one it was.
    if ((path == model::path::icon || path == model::path::script) && value.as_string() != nullptr)
        return std::string(model::digest_of_content(*value.as_string()));
    if (path == model::path::policies) return model::without_keys(path, value);
    if (path != model::path::sign_in_audience || value.as_string() == nullptr) return value;
    const auto it = std::find_if(audiences.begin(), audiences.end(),
                                 [&](const auto& audience) { return audience.first == *value.as_string(); });
    return it == audiences.end() ? value : model::Value(std::string(it->second));
}

std::string value_text(std::string_view path, const model::Value& value, const RunReport& report) {
    if (path == model::path::known_clients && value.as_list() == nullptr) return application_text(value, report);
    if (path == model::path::pre_authorized && value.as_map() != nullptr) return pre_authorized_text(value, report);
    if (const auto* reference = value.as_reference()) return reference_text(*reference);
    if (is_document(path) && (value == model::Value("{}") || value == model::Value("[]"))) return "(none)";
    if (is_document(path)) return definition_summary(model::without_keys(path, value));
    if (path == model::path::icon || path == model::path::script) return content_text(value);
    const bool permission = path == model::path::permissions || path == model::path::consented_scopes ||
                            path == model::path::consented_roles;
    if (permission && value.as_map() != nullptr) return permission_text(value, report);
    if ((path == model::path::assigned_people || path == model::path::assigned_applications) &&
        value.as_map() != nullptr)
        return assignment_text(value);
    if (value.as_map() != nullptr && (path == model::path::token_encryption_key ||
                                      path == model::path::principal_encryption_key || path == model::path::logo)) {
        const auto members = members_text(*value.as_map());
        return members.empty() ? "(none)" : members;
    }
    if (path == model::path::environment || path == model::path::resource_group) return place_text(value, report);
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

std::vector<plan::Change> outside_changes(const plan::ResourceChange& resource) {
    if (resource.gone_outside) return {};
    return outside_changes(resource.changes);
}

std::string deleted_outside(const plan::ResourceChange& resource) {
    if (!resource.gone_outside) return {};
    if (resource.reason == plan::Reason::restored) return "was deleted outside; it lies in the recycle bin";
    return resource.address.kind == model::kind::application ? "was deleted outside, also from the recycle bin"
                                                             : "was deleted outside";
}

}  // namespace regent::report
