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

}  // namespace regent::cli
