#include "report/plan_json.hpp"

#include "plan/obstacles.hpp"
#include "report/change_lines.hpp"
#include "report/credential_lines.hpp"
#include "report/risk_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace regent::report {
namespace {

using Json = nlohmann::ordered_json;

Json value_json(const model::Value& value) {
    return Json(model::to_json(value));
}

std::string waited_for(const model::Reference& reference) {
    return model::to_string(reference.address);
}

/// The shape of `value` with what is waited for in the places of its References; null where nothing is.
Json unknown_json(const model::Value& value) {
    if (const auto* reference = value.as_reference()) return waited_for(*reference);
    if (const auto* list = value.as_list()) {
        auto json = Json::array();
        for (const auto& item : *list) json.push_back(unknown_json(item));
        return json;
    }
    if (const auto* map = value.as_map()) {
        auto json = Json::object();
        for (const auto& [name, member] : *map) {
            if (!model::is_known(member)) json[name] = unknown_json(member);
        }
        return json;
    }
    return nullptr;
}

/// "redirectUris.web" names web inside redirectUris; a named element lies one deeper.
Json::json_pointer pointer_to(const std::string& path, const std::string& element) {
    Json::json_pointer pointer;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const auto dot = path.find('.', begin);
        pointer /= path.substr(begin, dot == std::string::npos ? dot : dot - begin);
        if (dot == std::string::npos) break;
        begin = dot + 1;
    }
    if (!element.empty()) pointer /= element;
    return pointer;
}

Json place_json(const model::Place& place) {
    if (place.file.empty()) return nullptr;
    auto json = Json{{"file", place.file.str()}};
    if (place.known()) json["line"] = place.line;
    return json;
}

std::string_view op_word(plan::Change::Op op) noexcept {
    switch (op) {
        case plan::Change::Op::add:
            return "add";
        case plan::Change::Op::remove:
            return "remove";
        case plan::Change::Op::set:
            return "set";
    }
    return "set";
}

Json actions_json(plan::Action action) {
    switch (action) {
        case plan::Action::none:
            return {"no-op"};
        case plan::Action::create:
            return {"create"};
        case plan::Action::adopt:
            return {"adopt"};
        case plan::Action::update:
            return {"update"};
        case plan::Action::replace:
            return {"delete", "create"};
        case plan::Action::remove:
            return {"delete"};
    }
    return {"update"};
}

/// The member of `into` at `pointer`, made where it is missing. Names in it are names: nlohmann takes those of digits
/// for places in a list. That something is there at all is a flag of its own above the fields it has
/// (`/servicePrincipal` and `/servicePrincipal/notes`), and makes room for them: what it holds says that it is there.
Json& member_at(Json& into, const Json::json_pointer& pointer) {
    if (pointer.empty()) return into;
    auto& parent = member_at(into, pointer.parent_pointer());
    if (!parent.is_object()) parent = Json::object();
    return parent[pointer.back()];
}

/// Puts `value` at `pointer`: as the value, or as one more member when the change is one of a set.
void put(Json& into, const Json::json_pointer& pointer, const plan::Change& change, Json value) {
    auto& member = member_at(into, pointer);
    const bool member_of_set = change.op != plan::Change::Op::set && change.element.empty();
    if (member_of_set) {
        if (!member.is_array()) member = Json::array();
        member.push_back(std::move(value));
    } else if (!member.is_object() || !value.is_boolean()) {
        member = std::move(value);
    }
}

bool has_unknown(const plan::ResourceChange& resource, const std::string& path) {
    for (const auto& change : resource.changes) {
        if (change.path == path && !model::is_known(change.after)) return true;
    }
    return false;
}

/// `rated`: changes that would be made have a risk, those that are left alone have none.
Json field_json(const plan::Change& change, bool replaced, bool rated) {
    Json json{{"path", pointer_to(change.path, change.element).to_string()}, {"op", op_word(change.op)}};
    if (change.sensitive) {
        json["sensitive"] = true;
    } else {
        json["before"] = value_json(as_in_manifest(change.path, change.before));
        json["after"] = value_json(as_in_manifest(change.path, change.after));
        if (!model::is_known(change.after)) json["after_unknown"] = unknown_json(change.after);
    }
    json["drift"] = change.drift;
    if (change.forces_replacement && replaced) json["forces_replacement"] = true;
    if (!change.note.empty()) json["note"] = change.note;
    if (rated) {
        json["risk"] = to_string(change.risk);
        if (!change.risk_reason.empty()) json["risk_reason"] = change.risk_reason;
    }
    if (change.contributor) json["contributor"] = model::to_string(*change.contributor);
    json["source"] = place_json(change.place);
    return json;
}

Json fields_json(const std::vector<plan::Change>& changes, bool replaced, bool rated) {
    auto json = Json::array();
    for (const auto& change : changes) json.push_back(field_json(change, replaced, rated));
    return json;
}

/// The whole object: the empty JSON pointer.
Json deletion_json(const plan::ResourceChange& resource) {
    return {{"address", model::to_string(resource.address)},
            {"path", ""},
            {"op", op_word(plan::Change::Op::remove)},
            {"note", deleted_outside(resource)},
            {"source", place_json(resource.place)}};
}

void append_drift(Json& json, const model::Address& address, const std::vector<plan::Change>& outside) {
    for (const auto& change : outside) {
        Json entry{{"address", model::to_string(address)},
                   {"path", pointer_to(change.path, change.element).to_string()},
                   {"op", op_word(change.op)}};
        if (change.sensitive) {
            entry["sensitive"] = true;
        } else {
            entry["before"] = value_json(as_in_manifest(change.path, change.before));
            entry["after"] = value_json(as_in_manifest(change.path, change.after));
        }
        entry["source"] = place_json(change.place);
        json.push_back(std::move(entry));
    }
}

Json steps_json(const plan::Plan& plan) {
    auto json = Json::array();
    for (const auto& step : plan.steps) {
        Json entry{{"id", step.id},
                   {"wave", step.wave},
                   {"do", report::word_for(step)},
                   {"address", model::to_string(step.address)}};
        if (!step.part.empty()) entry["part"] = step.part;
        entry["after"] = step.after;
        if (!step.summary.empty()) entry["summary"] = step.summary;
        json.push_back(std::move(entry));
    }
    return json;
}

Json guards_json(const RunReport& report) {
    auto refusals = Json::array();
    for (const auto& refusal : report.refusals) refusals.push_back(refusal_json(refusal));
    return {{"deletes", {{"planned", report.plan->deletes}, {"allowed", report.max_deletes}}}, {"refusals", refusals}};
}

Json diagnostics_json(const plan::Plan& plan) {
    auto json = Json::array();
    for (const auto& problem : plan.problems) json.push_back(problem_json(problem));
    return json;
}

/// U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, as the three bytes of UTF-8 that begin with E2.
bool turns_text(std::string_view bytes) {
    const auto second = static_cast<unsigned char>(bytes[1]), third = static_cast<unsigned char>(bytes[2]);
    return (second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE))) ||
           (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

/// What is there and declared by no manifest, also of objects that need no change.
Json undeclared_json(const plan::Plan& plan) {
    auto json = Json::array();
    for (const auto& resource : plan.resources) {
        if (resource.undeclared.empty()) continue;
        json.push_back({{"address", model::to_string(resource.address)}, {"found", resource.undeclared}});
    }
    return json;
}

}  // namespace

nlohmann::ordered_json change_json(const plan::ResourceChange& resource) {
    const bool removed = resource.action == plan::Action::remove;
    auto before = Json::object(), after = Json::object(), unknown = Json::object(), sensitive = Json::object();
    for (const auto& change : resource.changes) {
        const auto pointer = pointer_to(change.path, change.element);
        if (change.sensitive) {
            member_at(sensitive, pointer) = true;
            continue;
        }
        if (change.op != plan::Change::Op::add && !change.before.is_null()) {
            put(before, pointer, change, value_json(as_in_manifest(change.path, change.before)));
        }
        if (change.op == plan::Change::Op::remove) continue;
        put(after, pointer, change, value_json(as_in_manifest(change.path, change.after)));
        if (has_unknown(resource, change.path) && (change.element.empty() || !model::is_known(change.after))) {
            put(unknown, pointer, change, unknown_json(change.after));
        }
    }
    Json json{{"address", model::to_string(resource.address)}, {"source", place_json(resource.place)}};
    if (!resource.remote_id.empty()) json["remote_id"] = resource.remote_id;
    json["actions"] = actions_json(resource.action);
    json["before"] = resource.action == plan::Action::create ? Json(nullptr) : before;
    json["after"] = removed ? Json(nullptr) : after;
    json["after_unknown"] = unknown;
    json["sensitive"] = sensitive;
    json["reason"] = to_string(resource.reason);
    json["fields"] = fields_json(resource.changes, resource.action == plan::Action::replace, true);
    json["risk"] = to_string(resource.risk);
    json["unchanged"] = resource.unchanged;
    if (!resource.ignored.empty()) json["ignored"] = resource.ignored;
    if (!resource.warnings.empty()) json["warnings"] = resource.warnings;
    return json;
}

nlohmann::ordered_json withheld_json(const plan::Withheld& withheld) {
    return {{"address", model::to_string(withheld.address)},
            {"source", place_json(withheld.place)},
            {"why", to_string(withheld.why)},
            {"obstacle", plan::is_obstacle(withheld)},
            {"message", withheld.message},
            {"help", withheld.help},
            {"fields", fields_json(withheld.changes, false, false)}};
}

nlohmann::ordered_json refusal_json(const plan::Refusal& refusal) {
    return {{"guard", to_string(refusal.guard)},
            {"code", code_of(refusal.guard)},
            {"message", refusal.message},
            {"help", refusal.help}};
}

nlohmann::ordered_json problem_json(const model::Diagnostic& problem) {
    return {{"severity", problem.severity == model::Severity::error ? "error" : "warning"},
            {"code", problem.code},
            {"message", problem.message},
            {"source", place_json(problem.span.begin())},
            {"help", problem.help}};
}

nlohmann::ordered_json drift_json(const plan::Plan& plan) {
    auto json = Json::array();
    for (const auto& resource : plan.resources) {
        if (resource.gone_outside) json.push_back(deletion_json(resource));
        append_drift(json, resource.address, outside_changes(resource));
    }
    for (const auto& withheld : plan.withheld) append_drift(json, withheld.address, outside_changes(withheld.changes));
    return json;
}

nlohmann::ordered_json risks_json(const RunReport& report) {
    auto json = Json::array();
    for (const auto& note : plan::risk_notes(*report.plan)) {
        Json entry{{"risk", to_string(note.risk)}, {"address", model::to_string(note.resource->address)}};
        if (note.change != nullptr) entry["path"] = pointer_to(note.change->path, note.change->element).to_string();
        entry["reason"] = note.reason;
        entry["source"] = place_json(note.place());
        json.push_back(std::move(entry));
    }
    return json;
}

nlohmann::ordered_json plan_id_json(const plan::Plan& plan) {
    return is_missing(plan) ? Json(nullptr) : Json("sha256:" + plan.id);
}

nlohmann::ordered_json summary_json(const plan::Plan& plan) {
    const auto& s = plan.summary;
    return {
        {"create", s.create}, {"adopt", s.adopt},         {"update", s.update},   {"replace", s.replace},
        {"delete", s.remove}, {"unchanged", s.unchanged}, {"secrets", s.secrets}, {"withheld", plan.withheld.size()}};
}

std::string dump(const nlohmann::ordered_json& json, int indent) {
    const auto text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
    // The library escapes what JSON demands, which ends at U+001F; terminals act on these as well, and show what stands
    // around U+202E and its kin in another order. They only occur inside strings.
    std::string safe;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte == 0x7F) {
            safe += "\\u007f";
        } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
            safe += fmt::format("\\u{:04x}", next);
            ++i;
        } else if (byte == 0xE2 && i + 2 < text.size() && turns_text(text.substr(i, 3))) {
            // In three bytes of UTF-8, each of the last two holds six bits.
            const auto last = static_cast<unsigned char>(text[i + 2]);
            safe += fmt::format("\\u{:04x}", 0x2000U + ((next & 0x3FU) << 6U) + (last & 0x3FU));
            i += 2;
        } else {
            safe += text[i];
        }
    }
    return safe;
}

std::string write_json(const RunReport& report) {
    const auto& plan = *report.plan;
    auto changes = Json::array();
    for (const auto& resource : plan.resources) {
        if (resource.action != plan::Action::none) changes.push_back(change_json(resource));
    }
    auto withheld = Json::array();
    for (const auto& entry : plan.withheld) withheld.push_back(withheld_json(entry));
    Json document{{"format_version", format_version},
                  {"plan_id", plan_id_json(plan)},
                  {"environment", plan.environment},
                  {"owner", plan.owner},
                  {"tenant_id", plan.tenant_id},
                  {"revision", report.revision},
                  {"timestamp", report.timestamp},
                  {"errored", !plan.problems.empty()},
                  {"read",
                   {{"objects", report.objects_read},
                    {"requests", report.requests},
                    {"seconds", static_cast<double>(report.read_took.count()) / 1000.0}}},
                  {"summary", summary_json(plan)},
                  {"risks", risks_json(report)},
                  {"changes", changes},
                  {"drift", drift_json(plan)},
                  {"undeclared", undeclared_json(plan)},
                  {"credentials", credentials_json(plan)},
                  {"diagnostics", diagnostics_json(plan)},
                  {"withheld", withheld},
                  {"steps", steps_json(plan)},
                  {"guards", guards_json(report)}};
    if (report.cloud)
        document["cloud"] = {
            {"metadata", report.cloud->metadata}, {"login", report.cloud->login}, {"graph", report.cloud->graph}};
    return dump(document, 2) + "\n";
}

}  // namespace regent::report
