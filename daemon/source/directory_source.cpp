#include "source/collector.hpp"
#include "source/repository_name.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

/// True when `path`, links resolved, lies in `root` (which is canonical).
bool lies_within(const fs::path& root, const fs::path& path) {
    std::error_code error;
    const auto real = fs::canonical(path, error);
    if (error) return false;
    const auto relative = real.lexically_relative(root);
    return !relative.empty() && *relative.begin() != "..";
}

struct Close {
    int fd;
    ~Close() { ::close(fd); }
};

bool same_file(const struct stat& a, const struct stat& b) {
    const auto equal = [](const timespec& x, const timespec& y) {
        return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
    };
    return a.st_ino == b.st_ino && a.st_size == b.st_size && equal(a.st_mtim, b.st_mtim) && equal(a.st_ctim, b.st_ctim);
}

/// Reads at most `limit` + 1 bytes. Not blocking, or a FIFO in the folder would hold the service for ever.
tl::expected<std::string, SourceError> read_once(const fs::path& path, const std::string& shown, std::size_t limit,
                                                 bool& moved) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        const int code = errno;
        // An editor that saves by renaming leaves a moment without a file of this name.
        moved = code == ENOENT;
        return tl::unexpected(SourceError{fmt::format("{} cannot be read", shown),
                                          moved ? "it was there a moment ago" : "check its owner and its permissions"});
    }
    const Close closer{fd};
    struct stat before {};
    struct stat after {};
    if (::fstat(fd, &before) != 0 || !S_ISREG(before.st_mode)) return tl::unexpected(not_a_regular_file(shown));
    std::string bytes(std::min<std::size_t>(limit, static_cast<std::size_t>(before.st_size)) + 1, '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const auto count = ::read(fd, bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0)
            return tl::unexpected(SourceError{fmt::format("{} could not be read to its end", shown), "check the disk"});
        if (count == 0) break;
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    if (bytes.size() > limit) return tl::unexpected(too_large(shown, limit));
    moved = ::fstat(fd, &after) != 0 || !same_file(before, after) ||
            bytes.size() != static_cast<std::size_t>(before.st_size);
    return bytes;
}

/// A file that is being written while it is read is read again: half a file must never pass for a whole one.
tl::expected<std::string, SourceError> read_bytes(const fs::path& path, const std::string& shown, std::size_t limit) {
    for (int attempt = 0; attempt < 20; ++attempt) {
        bool moved = false;
        auto bytes = read_once(path, shown, limit, moved);
        if (!moved) return bytes;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    return tl::unexpected(SourceError{fmt::format("{} changes all the time while it is read", shown),
                                      "have its writer write a new file and rename it into place"});
}

/// Sorted. An error in the middle of a listing must not look like the end of it.
tl::expected<std::vector<fs::directory_entry>, SourceError> entries_of(const fs::path& folder,
                                                                       const std::string& shown) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    for (auto it = fs::directory_iterator(folder, error); !error && it != fs::directory_iterator(); it.increment(error))
        entries.push_back(*it);
    if (error) {
        return tl::unexpected(SourceError{fmt::format("the folder {} cannot be listed: {}", shown, error.message()),
                                          "check its owner and its permissions"});
    }
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool leads_out(const std::string& path) {
    const auto normal = fs::path(path).lexically_normal();
    return normal.is_absolute() || (!normal.empty() && *normal.begin() == "..");
}

class Reader {
public:
    Reader(fs::path root, const ReadLimits& limits) : root_(std::move(root)), collector_(limits) {}

    tl::expected<void, SourceError> read_folder(const std::string& folder) {
        const auto path = (root_ / folder).lexically_normal();
        const auto relative = fs::path(folder).lexically_normal();
        if (relative.is_absolute() || (!relative.empty() && *relative.begin() == ".."))
            return tl::unexpected(folder_outside(folder));
        std::error_code error;
        if (!fs::is_directory(path, error)) return tl::unexpected(no_such_folder(folder, folders_beside(path)));
        if (!lies_within(root_, path) && fs::canonical(path) != root_) return tl::unexpected(folder_outside(folder));
        return walk(path);
    }

    ManifestSet take() { return collector_.take(); }

private:
    static std::vector<std::string> folders_beside(const fs::path& path) {
        std::vector<std::string> names;
        std::error_code error;
        for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end;
             entry.increment(error)) {
            const auto name = entry->path().filename().string();
            std::error_code unknown;
            if (!is_hidden_or_leftover(name) && entry->is_directory(unknown)) names.push_back(name);
        }
        return names;
    }

    tl::expected<void, SourceError> walk(const fs::path& folder) {
        const auto entries = entries_of(folder, shown(folder));
        if (!entries) return tl::unexpected(entries.error());
        for (const auto& entry : *entries) {
            if (is_hidden_or_leftover(entry.path().filename().string())) continue;
            if (auto read = visit(entry); !read) return read;
        }
        return {};
    }

    tl::expected<void, SourceError> visit(const fs::directory_entry& entry) {
        std::error_code error;
        const auto name = entry.path().filename().string();
        if (entry.is_symlink(error) && !lies_within(root_, entry.path())) {
            if (is_manifest_name(name)) return tl::unexpected(link_out_of_repository(shown(entry.path())));
            const bool is_lost = !entry.exists(error) && may_be_folder(name);
            if (entry.is_directory(error) || is_lost) return tl::unexpected(folder_by_link(shown(entry.path())));
            return {};
        }
        if (entry.is_directory(error)) {
            // A link to a folder inside the root is read where it really is, if that is a source at all.
            return entry.is_symlink(error) ? tl::expected<void, SourceError>{} : walk(entry.path());
        }
        if (!is_manifest_name(name)) {
            if (is_misspelled_manifest_name(name)) return tl::unexpected(misspelled_name(shown(entry.path())));
            if (may_be_lookalike(name)) note_lookalike(entry.path());
            return {};
        }
        return read_file(entry.path());
    }

    tl::expected<void, SourceError> read_file(const fs::path& path) {
        const auto relative = shown(path);
        const auto first = collector_.begin(relative);
        if (!first) return tl::unexpected(first.error());
        if (!*first) return {};
        auto text = read_bytes(path, relative, collector_.limits().max_file_bytes);
        if (!text) return tl::unexpected(std::move(text.error()));
        return collector_.add(relative, std::move(*text));
    }

    void note_lookalike(const fs::path& path) {
        const auto text = read_bytes(path, shown(path), collector_.limits().max_file_bytes);
        if (text) collector_.note_lookalike(shown(path), *text);
    }

    std::string shown(const fs::path& path) const { return path.lexically_relative(root_).generic_string(); }

    fs::path root_;
    Collector collector_;
};

bool holds_environments(const fs::path& folder) {
    std::error_code error;
    for (auto it = fs::directory_iterator(folder / "environments", error); !error && it != fs::directory_iterator();
         it.increment(error)) {
        if (is_manifest_name(it->path().filename().string())) return true;
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
    set.revision.repository = name_of_folder(root);
    return set;
}

tl::expected<std::string, SourceError> read_referenced_file(const fs::path& root, const std::string& path,
                                                            const ReadLimits& limits) {
    std::error_code error;
    const auto real = fs::canonical(root, error);
    const auto full = (real / path).lexically_normal();
    if (error || leads_out(path)) return tl::unexpected(reference_outside(path));
    if (!fs::exists(full, error)) return tl::unexpected(reference_missing(path));
    if (!lies_within(real, full)) return tl::unexpected(reference_by_link(path));
    return read_bytes(full, path, limits.max_referenced_bytes);
}

tl::expected<std::vector<std::string>, SourceError> list_referenced_folder(const fs::path& root,
                                                                           const std::string& folder) {
    std::error_code error;
    const auto real = fs::canonical(root, error);
    const auto full = (real / folder).lexically_normal();
    if (error || leads_out(folder)) return tl::unexpected(reference_outside(folder));
    if (!fs::is_directory(full, error)) return tl::unexpected(reference_missing(folder));
    if (!lies_within(real, full) && fs::canonical(full, error) != real)
        return tl::unexpected(reference_by_link(folder));
    const auto entries = entries_of(full, folder);
    if (!entries) return tl::unexpected(entries.error());
    std::vector<std::string> names;
    for (const auto& entry : *entries) {
        const bool is_folder = entry.is_directory(error) && !entry.is_symlink(error);
        auto name = entry.path().filename().string();
        if (!is_folder && !is_hidden_or_leftover(name)) names.push_back(std::move(name));
    }
    return names;
}

}  // namespace regent::source
