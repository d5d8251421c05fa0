#pragma once

#include "source/manifest_source.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace regent::source {

/// One state of a repository, to be read as often as needed: a folder on disk, or a commit. The paths that go in and
/// come out are relative to its root, '/' between folders.
///
/// Both calls fail rather than give a part: an absent file must never look like a removed object.
class ManifestTree {
public:
    virtual ~ManifestTree() = default;

    /// The manifests below `folders` ("." is all), each file once.
    [[nodiscard]] virtual tl::expected<ManifestSet, SourceError> read(
        const std::vector<std::string>& folders) const = 0;
    /// A file that a manifest names: an OpenAPI document. May not leave the root, also not through a link.
    [[nodiscard]] virtual tl::expected<std::string, SourceError> read_referenced(const std::string& path) const = 0;
    /// The names of the files in a folder that a manifest names, sorted. May not leave the root, either.
    [[nodiscard]] virtual tl::expected<std::vector<std::string>, SourceError> list_referenced(
        const std::string& folder) const = 0;
};

/// The folder `root` as it is at each call; see read_directory().
[[nodiscard]] std::unique_ptr<ManifestTree> open_directory(std::filesystem::path root, ReadLimits limits = {});

}  // namespace regent::source
