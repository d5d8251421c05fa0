#include "manifest/load_connector.hpp"
#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"
#include "model/file_content.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace regent::manifest {
namespace {

/// https://learn.microsoft.com/connectors/custom-connectors/write-code
constexpr std::size_t max_script_bytes = std::size_t{1024} * 1024;

constexpr std::size_t max_icon_bytes = std::size_t{1024} * 1024;

constexpr std::string_view png_signature = "\x89PNG\r\n\x1A\n";

void declare_content(model::Declaration& declaration, std::string_view path, const ConnectorFile& file,
                     std::string_view bytes) {
    declaration.attributes[std::string(path)] = {.value = bytes.empty() ? std::string{} : model::file_content(bytes),
                                                 .elements = {},
                                                 .span = file.entry->key_span};
}

/// Then there is an error, which names the file.
bool asks_for_script(const model::Declaration& declaration) {
    const auto operations = declaration.attributes.find(model::path::script_operations);
    return operations != declaration.attributes.end() && !operations->second.elements.empty();
}

/// What may be a script lies in the folder and is not taken: the operations would behave otherwise than its author saw.
void tell_unnamed_scripts(const LoadJob& job, const ConnectorFiles& files, const model::Declaration& declaration) {
    if (files.unnamed_scripts.empty() || asks_for_script(declaration)) return;
    const auto& names = files.unnamed_scripts;
    auto& d = job.findings.odd_value(
        "RG0626", job.spec.entry("files")->value,
        fmt::format("`{}` in this folder is not taken for the connector's script", fmt::join(names, "`, `")));
    d.notes.push_back("a script is called `script.csx` or `script.cs`, in any case, or as settings.json says");
    d.help = names.size() == 1 ? fmt::format("write `script: {}`, or `script: \"\"` when there is to be none", names[0])
                               : "name the one that is meant with `script`, or write `script: \"\"`";
}

}  // namespace

void load_icon(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration) {
    if (!files.icon) return;
    if (files.icon->path.empty()) return declare_content(declaration, model::path::icon, *files.icon, {});
    const auto bytes = connector_bytes(job, *files.icon, "RG0621", "the icon");
    if (!bytes) return;
    const auto& at = files.icon->entry->value;
    if (bytes->substr(0, png_signature.size()) != png_signature) {
        auto& d = job.findings.bad_value("RG0625", at, fmt::format("`{}` is no PNG file", files.icon->path));
        d.label = bytes->empty() ? "empty" : "its first bytes are another format's";
        d.help = "convert it; its name decides nothing";
        return;
    }
    if (bytes->size() >= max_icon_bytes) {
        auto& d = job.findings.bad_value("RG0625", at, fmt::format("the icon `{}` is too large", files.icon->path));
        d.label = fmt::format("{} bytes", bytes->size());
        d.help = "it is shown at 144 by 144 pixels: make it smaller than 1 MB";
        return;
    }
    declare_content(declaration, model::path::icon, *files.icon, *bytes);
}

void load_script(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration) {
    if (!files.script) return tell_unnamed_scripts(job, files, declaration);
    if (files.script->path.empty()) return declare_content(declaration, model::path::script, *files.script, {});
    const auto bytes = connector_bytes(job, *files.script, "RG0621", "the script");
    if (!bytes) return;
    const auto& at = files.script->entry->value;
    if (bytes->empty() || bytes->size() > max_script_bytes) {
        auto& d = job.findings.bad_value("RG0626", at,
                                         fmt::format("the script `{}` is {}", files.script->path,
                                                     bytes->empty() ? "empty" : "larger than the service takes"));
        d.label = fmt::format("{} bytes", bytes->size());
        d.notes.push_back("https://learn.microsoft.com/connectors/custom-connectors/write-code: at most 1 MB");
        if (bytes->empty()) d.help = "write `script: \"\"` when there is to be none";
        return;
    }
    if (bytes->find("ScriptBase") == std::string::npos) {
        auto& d = job.findings.odd_value("RG0626", at,
                                         fmt::format("`{}` defines no class from `ScriptBase`", files.script->path));
        d.notes.push_back("the service calls `public class Script : ScriptBase`, its method `ExecuteAsync`");
    }
    declare_content(declaration, model::path::script, *files.script, *bytes);
}

void load_shares(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("shares");
    if (!entry) return;
    auto& attribute = declaration.attributes[std::string(model::path::shares)];
    attribute.span = entry->key_span;
    const auto spelled = [](const std::string& text, std::string_view prefix) {
        return text.substr(0, prefix.size()) == prefix ? text : std::string{};
    };
    for (const auto* item : job.spec.items("shares")) {
        const Values share(item, job.findings);
        const auto id = share.text("id");
        if (!id) continue;
        const auto role = share.text("role").value_or("view");
        const auto type = share.text("type").value_or("group");
        const auto service_role = !spelled(role, "Can").empty() ? role
                                  : role == "edit"              ? "CanEdit"
                                  : role == "view-and-share"    ? "CanViewWithShare"
                                                                : "CanView";
        auto service_type = type;
        service_type.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(service_type.front())));
        const auto name = lower_case(*id);
        const bool twice = std::any_of(attribute.elements.begin(), attribute.elements.end(),
                                       [&](const auto& element) { return element.name == name; });
        if (twice) {
            job.findings.bad_value("RG0217", *item, fmt::format("`shares` names {} twice", *id)).help =
                "remove one of them: an id has one role";
            continue;
        }
        attribute.elements.push_back({.name = name,
                                      .value = model::Map{{"type", service_type}, {"role", service_role}},
                                      .span = item->span,
                                      .contributor = {}});
    }
}

}  // namespace regent::manifest
