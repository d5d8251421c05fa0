#include "source/collector.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::source {
namespace {

std::string in_small_letters(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

}  // namespace

tl::expected<bool, SourceError> Collector::begin(const std::string& path) {
    if (!seen_.insert(path).second) return false;
    if (set_.files.size() >= limits_.max_files) {
        return tl::unexpected(SourceError{fmt::format("there are more than {} manifest files", limits_.max_files),
                                          "check `spec.sources`; or split the environment"});
    }
    return true;
}

tl::expected<void, SourceError> Collector::add(const std::string& path, std::string text) {
    total_ += text.size();
    if (total_ > limits_.max_total_bytes) {
        return tl::unexpected(
            SourceError{fmt::format("the manifests are larger than {} MiB together", limits_.max_total_bytes >> 20),
                        "check `spec.sources`; or split the environment"});
    }
    set_.files.push_back({path, std::move(text)});
    return {};
}

void Collector::note_lookalike(const std::string& path, std::string_view text) {
    if (text.find("apiVersion: regent/") == std::string_view::npos) return;
    note(fmt::format("{} looks like a manifest, but its name does not end in {}: it is not read", path,
                     manifest_suffix));
}

ManifestSet Collector::take() {
    std::sort(set_.files.begin(), set_.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    std::sort(set_.notes.begin(), set_.notes.end());
    set_.notes.erase(std::unique(set_.notes.begin(), set_.notes.end()), set_.notes.end());
    return std::move(set_);
}

bool is_hidden_or_leftover(std::string_view name) {
    return name.empty() || name.front() == '.' || name.back() == '~' || name.ends_with(".swp") ||
           name.ends_with(".tmp") || name == "4913";
}

bool is_manifest_name(std::string_view name) {
    return name.ends_with(manifest_suffix);
}

bool is_misspelled_manifest_name(std::string_view name) {
    const auto lower = in_small_letters(name);
    return !is_manifest_name(name) && (lower.ends_with(manifest_suffix) || lower.ends_with(".regent.yml"));
}

bool may_be_lookalike(std::string_view name) {
    const auto lower = in_small_letters(name);
    return !is_manifest_name(name) && (lower.ends_with(".yaml") || lower.ends_with(".yml"));
}

bool may_be_folder(std::string_view name) {
    return name.find('.') == std::string_view::npos;
}

SourceError no_such_folder(const std::string& folder, std::vector<std::string> siblings) {
    return {fmt::format("the source folder `{}` does not exist", folder),
            "`spec.sources` of the Environment lists folders relative to the environment's file", folder,
            std::move(siblings)};
}

SourceError folder_outside(const std::string& folder) {
    return {fmt::format("the source folder `{}` lies outside the repository", folder),
            "keep all manifests of an environment in one repository"};
}

SourceError link_out_of_repository(const std::string& path) {
    return {fmt::format("{} is a link that leads out of the repository, or nowhere", path),
            "copy the file into the repository"};
}

SourceError too_large(const std::string& path, std::size_t limit) {
    return {fmt::format("{} is larger than {} KiB", path, limit / 1024), "split it into several files"};
}

SourceError not_a_regular_file(const std::string& path) {
    return {fmt::format("{} is not a regular file", path), "remove it, or give it another name"};
}

SourceError reference_outside(const std::string& path) {
    return {fmt::format("{} lies outside the repository", path), "copy the file into the repository"};
}

SourceError reference_by_link(const std::string& path) {
    return {fmt::format("{} is a link that leads out of the repository", path), "copy the file into the repository"};
}

SourceError reference_missing(const std::string& path) {
    return {fmt::format("{} does not exist", path), "paths are relative to the file that names them"};
}

SourceError folder_by_link(const std::string& path) {
    return {
        fmt::format("{} is a link that leads out of the repository, or nowhere: manifests that may be there cannot be "
                    "read, and would count as removed",
                    path),
        "copy the folder into the repository, or take the link away"};
}

SourceError misspelled_name(const std::string& path) {
    return {
        fmt::format("the name of {} does not end in {}, in small letters: it is not read, and what it declares would "
                    "count as removed",
                    path, manifest_suffix),
        "rename it; a file that is to be passed over gets a name that begins with a dot"};
}

std::string unfollowed_link(const std::string& path) {
    return fmt::format("{} is a link that leads out of the repository: manifests that may be there are not read", path);
}

}  // namespace regent::source
