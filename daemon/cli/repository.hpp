#pragma once

#include "controller/workspace.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace regent::cli {

/// The repository around `directory` on disk: what a command on the command line works with.
[[nodiscard]] tl::expected<controller::Workspace, controller::WorkspaceError> open_workspace(
    const std::filesystem::path& directory, const std::string& name,
    controller::Documents documents = controller::Documents::dropped);
[[nodiscard]] tl::expected<std::vector<std::string>, controller::WorkspaceError> environment_names(
    const std::filesystem::path& directory);

}  // namespace regent::cli
