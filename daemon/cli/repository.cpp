#include "cli/repository.hpp"

namespace regent::cli {
namespace {

tl::expected<std::unique_ptr<source::ManifestTree>, controller::WorkspaceError> open_repository(
    const std::filesystem::path& directory) {
    auto root = source::find_repository(directory);
    if (root) return source::open_directory(std::move(*root));
    return tl::unexpected(
        controller::WorkspaceError{std::move(root.error().message), std::move(root.error().help), true, {}, {}});
}

}  // namespace

tl::expected<controller::Workspace, controller::WorkspaceError> open_workspace(const std::filesystem::path& directory,
                                                                               const std::string& name,
                                                                               controller::Documents documents) {
    const auto tree = open_repository(directory);
    if (!tree) return tl::unexpected(tree.error());
    return controller::open_workspace(**tree, name, documents);
}

tl::expected<std::vector<std::string>, controller::WorkspaceError> environment_names(
    const std::filesystem::path& directory) {
    const auto tree = open_repository(directory);
    if (!tree) return tl::unexpected(tree.error());
    return controller::environment_names(**tree);
}

model::Diagnostics mistakes_of(const controller::WorkspaceError& error) {
    if (!error.diagnostics.empty()) return error.diagnostics;
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0224";
    diagnostic.message = error.message;
    diagnostic.help = error.help;
    return {std::move(diagnostic)};
}

std::string path_in_git(const std::filesystem::path& directory) {
    const auto root = source::find_repository(directory);
    if (!root) return {};
    std::error_code error;
    const auto canonical = std::filesystem::canonical(*root, error);
    if (error) return {};
    // `.git` is a folder, or a file in work trees and submodules.
    for (auto above = canonical;; above = above.parent_path()) {
        if (std::filesystem::exists(above / ".git", error)) {
            const auto below = canonical.lexically_relative(above).generic_string();
            return below == "." ? std::string{} : below + "/";
        }
        if (above == above.parent_path()) return {};
    }
}

}  // namespace regent::cli
