#include "controller/importing.hpp"

#include "controller/import_maker.hpp"
#include "controller/import_names.hpp"
#include "controller/importing_connectors.hpp"
#include "manifest/manifest_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::controller {
namespace {

using model::SurveyedApplication;

/// Who manages it already; empty: nobody.
std::string manager_of(const Workspace& workspace, const SurveyedApplication& application) {
    const auto app_id = app_id_of(application.resource);
    for (const auto& [address, resource] : workspace.graph.resources) {
        const bool ours = address == application.resource.address;
        if (ours || (address.kind == model::kind::application && resource.management.adopt == app_id))
            return fmt::format("managed already: {} ({})", to_string(address), to_string(resource.place));
    }
    if (application.resource.ownership == model::Ownership::foreign)
        return fmt::format("belongs to {}", application.resource.owner);
    return {};
}

std::set<std::string> names_of_applications(const Workspace& workspace) {
    std::set<std::string> names;
    for (const auto& [address, resource] : workspace.graph.resources)
        if (address.kind == model::kind::application) names.insert(address.name);
    return names;
}

Nameless nameless_application(const SurveyedApplication& application) {
    const auto id = app_id_of(application.resource);
    constexpr std::size_t first_digits = 8;
    // Two ids that begin alike: the whole of it tells them apart.
    return {.id = id,
            .given = application.resource.address.name,
            .wish = manifest::name_from(display_name_of(application.resource)),
            .otherwise = "app",
            .tails = {id.substr(0, first_digits), id}};
}

void write_application_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                               std::chrono::system_clock::time_point now, Import& import) {
    std::vector<const SurveyedApplication*> unmanaged;
    std::vector<Nameless> without_name;
    for (const auto& application : survey.applications) {
        auto manager = manager_of(workspace, application);
        if (manager.empty()) {
            unmanaged.push_back(&application);
            without_name.push_back(nameless_application(application));
        } else {
            const auto& resource = application.resource;
            import.others.push_back({app_id_of(resource), display_name_of(resource), std::move(manager), true});
        }
    }
    const auto names = import_names(without_name, names_of_applications(workspace));
    for (const auto* application : unmanaged) {
        const auto id = app_id_of(application->resource);
        auto made = make_manifest(workspace, survey, *application, names.at(id), policy, now);
        if (made) {
            import.manifests.push_back(std::move(*made));
        } else {
            import.others.push_back({id, display_name_of(application->resource), std::move(made.error()), false});
        }
    }
}

}  // namespace

Import write_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                     std::chrono::system_clock::time_point now) {
    Import import;
    write_application_imports(workspace, survey, policy, now, import);
    write_connector_imports(workspace, survey, policy, now, import);
    std::sort(import.manifests.begin(), import.manifests.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    return import;
}

}  // namespace regent::controller
