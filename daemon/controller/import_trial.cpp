#include "controller/import_trial.hpp"

#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"
#include "plan/planner.hpp"

namespace regent::controller {

ImportTrial try_import(const Workspace& workspace, const model::Address& address, const std::string& text,
                       const manifest::FileReader& read_file, const model::ObservedResource& resource,
                       const std::map<std::string, model::ApiPermissions>& apis,
                       std::chrono::system_clock::time_point now) {
    ImportTrial trial;
    const auto failed = [&](model::Diagnostics diagnostics) {
        trial.diagnostics = std::move(diagnostics);
        return model::has_errors(trial.diagnostics);
    };
    auto read = manifest::read_yaml({address.name + ".regent.yaml", text});
    if (failed(std::move(read.diagnostics))) return trial;
    trial.documents = std::move(read.documents);
    for (auto& document : trial.documents)
        if (failed(manifest::substitute(document, {}))) return trial;
    auto loaded = manifest::load(trial.documents, {workspace.environment, read_file});
    if (failed(std::move(loaded.diagnostics))) return trial;
    for (auto& declaration : loaded.declarations) declaration.management.policy = model::ManagementPolicy::full;
    auto built = plan::build_desired_graph(workspace.environment, loaded.declarations);
    if (failed(std::move(built.diagnostics))) return trial;
    model::Snapshot snapshot;
    snapshot.taken_at = now;
    snapshot.apis = apis;
    auto observed = resource;
    observed.address = address;
    observed.ownership = model::Ownership::unclaimed;
    snapshot.resources.emplace(address, std::move(observed));
    trial.plan = plan::make_plan(built.graph, snapshot, {}, now);
    return trial;
}

}  // namespace regent::controller
