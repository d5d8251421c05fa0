#include "source/manifest_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <system_error>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

bool ends_with(std::string_view text, std::string_view suffix) {
    return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

bool is_hidden_or_leftover(const std::string& name) {
    return name.empty() || name.front() == '.' || name.back() == '~' || ends_with(name, ".swp") ||
           ends_with(name, ".tmp") || name == "4913";
}

/// True when `path`, links resolved, lies in `root` (which is canonical).
bool lies_within(const fs::path& root, const fs::path& path) {
    std::error_code error;
    const auto real = fs::canonical(path, error);
    if (error) return false;
    const auto relative = real.lexically_relative(root);
    return !relative.empty() && *relative.begin() != "..";
}

tl::expected<std::string, SourceError> read_bytes(const fs::path& path, const std::string& shown, std::size_t limit) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) {
        return tl::unexpected(
            SourceError{fmt::format("{} is not a regular file", shown), "remove it, or give it another name"});
    }
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        return tl::unexpected(
            SourceError{fmt::format("{} cannot be read", shown), "check its owner and its permissions"});
    }
    std::string bytes(limit + 1, '\0');
    stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (stream.bad())
        return tl::unexpected(SourceError{fmt::format("{} could not be read to its end", shown), "check the disk"});
    bytes.resize(static_cast<std::size_t>(stream.gcount()));
    if (bytes.size() > limit) {
        return tl::unexpected(
            SourceError{fmt::format("{} is larger than {} KiB", shown, limit / 1024), "split it into several files"});
    }
    return bytes;
}

class Reader {
public:
    Reader(fs::path root, const ReadLimits& limits) : root_(std::move(root)), limits_(limits) {}

    tl::expected<void, SourceError> read_folder(const std::string& folder) {
        const auto path = (root_ / folder).lexically_normal();
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            return tl::unexpected(
                SourceError{fmt::format("the source folder `{}` does not exist", folder),
                            "`spec.sources` of the Environment lists folders relative to the environment's file"});
        }
        if (!lies_within(root_, path) && fs::canonical(path) != root_) {
            return tl::unexpected(SourceError{fmt::format("the source folder `{}` lies outside the repository", folder),
                                              "keep all manifests of an environment in one repository"});
        }
        return walk(path);
    }

    ManifestSet take() {
        std::sort(set_.files.begin(), set_.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
        std::sort(set_.notes.begin(), set_.notes.end());
        return std::move(set_);
    }

private:
    tl::expected<void, SourceError> walk(const fs::path& folder) {
        std::error_code error;
        // Collected before they are opened: an error in the middle of a listing must not look like the end of it.
        std::vector<fs::directory_entry> entries;
        for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator();
             it.increment(error)) {
            entries.push_back(*it);
        }
        if (error) {
            return tl::unexpected(
                SourceError{fmt::format("the folder {} cannot be listed: {}", shown(folder), error.message()),
                            "check its owner and its permissions"});
        }
        std::sort(entries.begin(), entries.end());
        for (const auto& entry : entries) {
            if (is_hidden_or_leftover(entry.path().filename().string())) continue;
            if (auto read = visit(entry); !read) return read;
        }
        return {};
    }

    tl::expected<void, SourceError> visit(const fs::directory_entry& entry) {
        std::error_code error;
        const auto name = entry.path().filename().string();
        if (entry.is_symlink(error) && !lies_within(root_, entry.path())) {
            if (ends_with(name, manifest_suffix)) {
                return tl::unexpected(SourceError{
                    fmt::format("{} is a link that leads out of the repository, or nowhere", shown(entry.path())),
                    "copy the file into the repository"});
            }
            return {};
        }
        if (entry.is_directory(error)) {
            // A link to a folder inside the root is read where it really is, if that is a source at all.
            return entry.is_symlink(error) ? tl::expected<void, SourceError>{} : walk(entry.path());
        }
        if (!ends_with(name, manifest_suffix)) {
            note_lookalike(entry.path());
            return {};
        }
        return read_file(entry.path());
    }

    tl::expected<void, SourceError> read_file(const fs::path& path) {
        const auto relative = shown(path);
        if (!seen_.insert(relative).second) return {};
        if (set_.files.size() >= limits_.max_files) {
            return tl::unexpected(SourceError{fmt::format("there are more than {} manifest files", limits_.max_files),
                                              "check `spec.sources`; or split the environment"});
        }
        auto text = read_bytes(path, relative, limits_.max_file_bytes);
        if (!text) return tl::unexpected(std::move(text.error()));
        total_ += text->size();
        if (total_ > limits_.max_total_bytes) {
            return tl::unexpected(
                SourceError{fmt::format("the manifests are larger than {} MiB together", limits_.max_total_bytes >> 20),
                            "check `spec.sources`; or split the environment"});
        }
        set_.files.push_back({relative, std::move(*text)});
        return {};
    }

    void note_lookalike(const fs::path& path) {
        const auto extension = path.extension().string();
        if (extension != ".yaml" && extension != ".yml") return;
        auto text = read_bytes(path, shown(path), limits_.max_file_bytes);
        if (!text || text->find("apiVersion: regent/") == std::string::npos) return;
        set_.notes.push_back(fmt::format("{} looks like a manifest, but its name does not end in {}: it is not read",
                                         shown(path), manifest_suffix));
    }

    std::string shown(const fs::path& path) const { return path.lexically_relative(root_).generic_string(); }

    fs::path root_;
    ReadLimits limits_;
    ManifestSet set_;
    std::set<std::string> seen_;
    std::size_t total_ = 0;
};

bool holds_environments(const fs::path& folder) {
    std::error_code error;
    for (auto it = fs::directory_iterator(folder / "environments", error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        if (ends_with(it->path().filename().string(), manifest_suffix)) return true;
    }
    return false;
}

}  // namespace

tl::expected<fs::path, SourceError> find_repository(const fs::path& start) {
    std::error_code error;
    const auto first = fs::canonical(start, error);
    if (error)
        return tl::unexpected(
            SourceError{fmt::format("{}: {}", start.string(), error.message()), "give an existing folder with -C"});
    for (auto folder = first;; folder = folder.parent_path()) {
        if (holds_environments(folder)) return folder;
        if (folder == folder.root_path()) break;
    }
    return tl::unexpected(
        SourceError{fmt::format("no `environments/*{}` in {} or above it", manifest_suffix, first.string()),
                    "change into the repository, or name it with -C DIR"});
}

tl::expected<ManifestSet, SourceError> read_directory(const fs::path& root, const std::vector<std::string>& folders,
                                                      const ReadLimits& limits) {
    std::error_code error;
    const auto real = fs::canonical(root, error);
    if (error)
        return tl::unexpected(
            SourceError{fmt::format("{}: {}", root.string(), error.message()), "give an existing folder with -C"});
    Reader reader(real, limits);
    for (const auto& folder : folders) {
        if (auto read = reader.read_folder(folder); !read) return tl::unexpected(std::move(read.error()));
    }
    auto set = reader.take();
    set.revision = revision_of(real);
    return set;
}

tl::expected<std::string, SourceError> read_referenced_file(const fs::path& root, const std::string& path,
                                                            const ReadLimits& limits) {
    std::error_code error;
    const auto real = fs::canonical(root, error);
    const auto full = (real / path).lexically_normal();
    if (error || fs::path(path).is_absolute() || *fs::path(path).lexically_normal().begin() == "..") {
        return tl::unexpected(
            SourceError{fmt::format("{} lies outside the repository", path), "copy the file into the repository"});
    }
    if (!fs::exists(full, error))
        return tl::unexpected(
            SourceError{fmt::format("{} does not exist", path), "paths are relative to the file that names them"});
    if (!lies_within(real, full)) {
        return tl::unexpected(SourceError{fmt::format("{} is a link that leads out of the repository", path),
                                          "copy the file into the repository"});
    }
    return read_bytes(full, path, limits.max_referenced_bytes);
}

}  // namespace regent::source
