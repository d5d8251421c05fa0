#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace regent::source {

struct SourceError {
    std::string message;
    std::string help;
    std::string missing_folder = {};         ///< the one of those asked for that is not there
    std::vector<std::string> siblings = {};  ///< folders that are there instead: names, in no order
};

/// One file's bytes, named as people name it: relative to the repository's root, '/' between folders.
struct ManifestFile {
    std::string path;
    std::string text;
};

/// What state of the repository was read.
struct Revision {
    std::string branch;           ///< empty when detached or outside git
    std::string commit;           ///< 40 hex digits; empty outside git
    bool clean = true;            ///< nothing below the root differs from the commit
    std::string repository = {};  ///< which one: see repository_name.hpp
    /// "main@4f2c1ab, clean"; empty outside git.
    [[nodiscard]] std::string text() const;
};

/// Everything that one read of a source gave. Complete or not there at all: a file that could not be read fails the
/// whole.
struct ManifestSet {
    Revision revision;
    std::vector<ManifestFile> files;  ///< sorted by path
    /// "base/app.yaml looks like a manifest, but its name does not end in .regent.yaml": read by nobody, and said so.
    std::vector<std::string> notes;
};

/// Bounds of what is read. Far above any real repository; beyond them something is wrong.
struct ReadLimits {
    std::size_t max_files = 20'000;
    std::size_t max_file_bytes = 256u * 1024;  ///< of a manifest
    std::size_t max_referenced_bytes =
        8u * 1024 * 1024;  ///< of a file that a manifest names (an OpenAPI document, an icon)
    std::size_t max_total_bytes = 64u * 1024 * 1024;
};

/// The suffix that makes a file a manifest.
inline constexpr std::string_view manifest_suffix = ".regent.yaml";

/// Looks from `start` upwards for the folder that holds `environments/*.regent.yaml`. That folder is the repository's
/// root for regent, whether or not git knows it.
[[nodiscard]] tl::expected<std::filesystem::path, SourceError> find_repository(const std::filesystem::path& start);

/// Reads the manifests below `folders` (relative to `root`, may be "."), each file once.
///
/// Names beginning with '.', editors' leftovers and symbolic links that lead out of the root are not followed. A folder
/// that does not exist, a file that cannot be read or is too large, and two folders of which none holds a manifest are
/// errors: an absent file must never look like a removed object.
[[nodiscard]] tl::expected<ManifestSet, SourceError> read_directory(const std::filesystem::path& root,
                                                                    const std::vector<std::string>& folders,
                                                                    const ReadLimits& limits = {});

/// Reads one file that a manifest refers to. `path` is relative to the root and may not leave it, also not through a
/// link.
[[nodiscard]] tl::expected<std::string, SourceError> read_referenced_file(const std::filesystem::path& root,
                                                                          const std::string& path,
                                                                          const ReadLimits& limits = {});

/// The names of the files in a folder that a manifest refers to, sorted; links count as files. Leaves out what
/// read_directory() never looks at.
[[nodiscard]] tl::expected<std::vector<std::string>, SourceError> list_referenced_folder(
    const std::filesystem::path& root, const std::string& folder);

/// The commit of the git repository around `root`, through libgit2; an empty Revision outside of one.
[[nodiscard]] Revision revision_of(const std::filesystem::path& root);

}  // namespace regent::source
