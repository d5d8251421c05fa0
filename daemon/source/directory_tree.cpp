#include "source/manifest_tree.hpp"

namespace regent::source {
namespace {

class DirectoryTree final : public ManifestTree {
public:
    DirectoryTree(std::filesystem::path root, ReadLimits limits) : root_(std::move(root)), limits_(limits) {}

    tl::expected<ManifestSet, SourceError> read(const std::vector<std::string>& folders) const override {
        return read_directory(root_, folders, limits_);
    }
    tl::expected<std::string, SourceError> read_referenced(const std::string& path) const override {
        return read_referenced_file(root_, path, limits_);
    }
    tl::expected<std::vector<std::string>, SourceError> list_referenced(const std::string& folder) const override {
        return list_referenced_folder(root_, folder);
    }

private:
    std::filesystem::path root_;
    ReadLimits limits_;
};

}  // namespace

std::unique_ptr<ManifestTree> open_directory(std::filesystem::path root, ReadLimits limits) {
    return std::make_unique<DirectoryTree>(std::move(root), limits);
}

}  // namespace regent::source
