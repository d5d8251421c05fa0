#pragma once

#include "source/manifest_source.hpp"

#include <set>
#include <string>
#include <string_view>

namespace regent::source {

/// What a folder on disk and a commit have in common when their manifests are gathered: which names count, the limits,
/// the notes and the words. Two readers with two sets of rules would one day disagree about what is there.
class Collector {
public:
    explicit Collector(const ReadLimits& limits) : limits_(limits) {}

    [[nodiscard]] const ReadLimits& limits() const { return limits_; }

    /// False when the file was met before, by way of another folder; an error when there are too many.
    [[nodiscard]] tl::expected<bool, SourceError> begin(const std::string& path);
    [[nodiscard]] tl::expected<void, SourceError> add(const std::string& path, std::string text);
    /// Notes a file that says it is a manifest under a name that is none.
    void note_lookalike(const std::string& path, std::string_view text);
    void note(std::string text) { set_.notes.push_back(std::move(text)); }

    /// Everything, sorted.
    [[nodiscard]] ManifestSet take();

private:
    ReadLimits limits_;
    ManifestSet set_;
    std::set<std::string> seen_;
    std::size_t total_ = 0;
};

/// Names beginning with '.' and what editors leave behind: never read, never descended into.
[[nodiscard]] bool is_hidden_or_leftover(std::string_view name);
[[nodiscard]] bool is_manifest_name(std::string_view name);
/// "o.regent.YAML", "o.regent.yml": meant for a manifest. Passed over, what it declares would count as removed.
[[nodiscard]] bool is_misspelled_manifest_name(std::string_view name);
/// A YAML file with another name: looked into, to tell of a manifest that nobody reads.
[[nodiscard]] bool may_be_lookalike(std::string_view name);

[[nodiscard]] SourceError no_such_folder(const std::string& folder, std::vector<std::string> siblings);
[[nodiscard]] SourceError folder_outside(const std::string& folder);
[[nodiscard]] SourceError link_out_of_repository(const std::string& path);
[[nodiscard]] SourceError too_large(const std::string& path, std::size_t limit);
[[nodiscard]] SourceError not_a_regular_file(const std::string& path);
/// For files that manifests name.
[[nodiscard]] SourceError reference_outside(const std::string& path);
[[nodiscard]] SourceError reference_by_link(const std::string& path);
[[nodiscard]] SourceError reference_missing(const std::string& path);
/// A link that leads out of the repository, and is or may be one to a folder: manifests that were read there before
/// would count as removed.
[[nodiscard]] SourceError folder_by_link(const std::string& path);
[[nodiscard]] SourceError misspelled_name(const std::string& path);
/// Whether a folder may be called so, where nobody can look: files have an ending.
[[nodiscard]] bool may_be_folder(std::string_view name);
/// The same of a link that is one to a file, as it seems.
[[nodiscard]] std::string unfollowed_link(const std::string& path);

}  // namespace regent::source
