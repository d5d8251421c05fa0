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

/// What kept a repository from being read, as mistakes like others: its own ones, or one that says why (RG0224).
[[nodiscard]] model::Diagnostics mistakes_of(const controller::WorkspaceError& error);

/// Where the repository of `directory` lies in the git repository around it, as what stands before its paths there:
/// "infra/identity/". Empty at git's root, and outside of git.
[[nodiscard]] std::string path_in_git(const std::filesystem::path& directory);

}  // namespace regent::cli
