#pragma once

#include "controller/workspace.hpp"
#include "manifest/loader.hpp"
#include "plan/plan.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace regent::controller {

/// What became of a manifest that was read as if it stood in the repository, with its object in the tenant.
struct ImportTrial {
    std::vector<manifest::Document> documents;  ///< as far as they could be read
    model::Diagnostics diagnostics;             ///< with errors: there is no plan
    std::optional<plan::Plan> plan;
};

/// Reads `text` as NAME.regent.yaml and plans it against `resource`, which nobody has claimed. Whatever its policy, it
/// is tried as one that would be carried out: that shows most.
[[nodiscard]] ImportTrial try_import(const Workspace& workspace, const model::Address& address, const std::string& text,
                                     const manifest::FileReader& read_file, const model::ObservedResource& resource,
                                     const std::map<std::string, model::ApiPermissions>& apis,
                                     std::chrono::system_clock::time_point now);

}  // namespace regent::controller
