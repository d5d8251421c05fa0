#include "manifest/load_extensions.hpp"

#include "manifest/rules_redirect_uri.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

/// It becomes part of "extension_<application id>_<name>", a name of the directory's schema.
bool is_extension_name(const Node& name, Findings& findings) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    if (!name.text.empty() && std::all_of(name.text.begin(), name.text.end(), is_allowed)) return true;
    auto& d = findings.bad_value("RG0486", name,
                                 fmt::format("an extension property cannot be called {}", in_quotes(name.text)));
    d.notes.push_back("its name has letters, digits and `_` only");
    if (name.text.rfind("extension_", 0) == 0) d.help = "leave `extension_…_` out: the service puts it in front";
    return false;
}

}  // namespace

void load_extensions(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("extensionProperties");
    if (entry == nullptr) return;
    auto& extensions = declaration.attributes[std::string(model::path::extension_properties)];
    extensions.span = entry->key_span;
    for (const auto* item : job.spec.items("extensionProperties")) {
        const Values extension(item, job.findings);
        const auto* name = extension.node("name");
        if (name == nullptr || !is_extension_name(*name, job.findings)) continue;
        const auto given = extension.items("targetObjects");
        check_repetition(given, "the target", job.findings);
        if (given.empty() && item->find("targetObjects") != nullptr) {
            job.findings.error("RG0486", name->span, "an extension property is for at least one kind of object").help =
                "name some in `targetObjects`: `[User]`";
            continue;
        }
        model::List targets;
        for (const auto* target : given) targets.emplace_back(target->text);
        std::sort(targets.begin(), targets.end());
        extensions.elements.push_back(
            {.name = name->text,
             .value = model::Map{{"dataType", extension.text("dataType").value_or("String")},
                                 {"targetObjects", std::move(targets)},
                                 {"isMultiValued", extension.boolean("isMultiValued").value_or(false)}},
             .span = name->span,
             .contributor = {}});
    }
}

}  // namespace regent::manifest
