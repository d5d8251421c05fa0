#include "source/collector.hpp"
#include "source/git_handles.hpp"
#include "source/source_watch.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <thread>

namespace regent::source {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// A file that was written this recently may not be finished. A writer that rests longer in the middle of a file cannot
/// be told from one that is done.
constexpr auto freshness = 500ms;
/// How long a folder that keeps changing is waited for.
constexpr auto patience = 10s;
/// Beyond these, other files than manifests count by size and time only.
constexpr std::size_t max_hashed_bytes = std::size_t{256} * 1024 * 1024;
constexpr std::size_t max_surveyed = 200'000;

std::chrono::nanoseconds time_of(const timespec& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

/// What can be seen of a file without reading it.
struct Stamp {
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::chrono::nanoseconds written{};
    std::chrono::nanoseconds changed{};
    friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// Every file that could be a manifest or be named by one, by path.
using Survey = std::map<std::string, Stamp>;

tl::expected<Survey, SourceError> survey(const fs::path& root) {
    Survey found;
    std::error_code error;
    // Links to folders are not followed, as when manifests are read.
    auto it = fs::recursive_directory_iterator(root, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        const auto name = it->path().filename().string();
        std::error_code ignored;
        const bool folder = it->is_directory(ignored) && !it->is_symlink(ignored);
        if (is_hidden_or_leftover(name)) {
            if (folder) it.disable_recursion_pending();
            continue;
        }
        struct stat info {};
        if (folder || ::stat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
        found[it->path().lexically_relative(root).generic_string()] = {
            info.st_ino, static_cast<std::uint64_t>(info.st_size), time_of(info.st_mtim), time_of(info.st_ctim)};
        if (found.size() > max_surveyed) {
            return tl::unexpected(SourceError{fmt::format("{} holds more than {} files", root.string(), max_surveyed),
                                              "give manifests a folder of their own"});
        }
    }
    // Something that vanished while we looked is found missing by the next survey.
    if (error && error != std::errc::no_such_file_or_directory) {
        return tl::unexpected(
            SourceError{fmt::format("the folder {} cannot be listed: {}", root.string(), error.message()),
                        "check its owner and its permissions"});
    }
    return found;
}

/// The part that decides what a reading gives. Other files, a log beside the manifests, may change all the time.
Survey manifests_of(const Survey& all) {
    Survey manifests;
    for (const auto& entry : all) {
        if (is_manifest_name(entry.first)) manifests.insert(entry);
    }
    return manifests;
}

bool is_fresh(const Survey& files) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return std::any_of(files.begin(), files.end(), [&](const auto& entry) {
        // A time in the future says that some clock is wrong, not that somebody is writing.
        const auto age = time_of(now) - std::max(entry.second.written, entry.second.changed);
        return age >= -freshness && age < freshness;
    });
}

/// ext4 cuts a file first and sets its time when that is on its way to the disk: in between it is empty and looks old.
bool holds_empty(const Survey& files) {
    return std::any_of(files.begin(), files.end(), [](const auto& entry) { return entry.second.size == 0; });
}

bool is_set(const std::atomic<bool>* stop) {
    return stop != nullptr && *stop;
}

/// Calls `read` until no manifest changed while it ran, and none had just been written.
template <typename Read>
auto read_quietly(const fs::path& root, const std::atomic<bool>* stop, Read read)
    -> decltype(read(std::declval<const Survey&>())) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    Survey seen;
    auto unchanged_since = std::chrono::steady_clock::now();
    while (true) {
        const auto before = survey(root);
        if (!before) return tl::unexpected(before.error());
        const auto now = std::chrono::steady_clock::now();
        if (auto manifests = manifests_of(*before); manifests != seen) {
            seen = std::move(manifests);
            unchanged_since = now;
        }
        if (!is_fresh(seen) && (!holds_empty(seen) || now - unchanged_since >= freshness)) {
            auto result = read(*before);
            const auto after = survey(root);
            if (!after) return tl::unexpected(after.error());
            // A failure counts as much as a success: a file that was not there for a moment is no fault.
            if (seen == manifests_of(*after)) return result;
        }
        if (is_set(stop)) return tl::unexpected(SourceError{"stopped while reading the folder", ""});
        if (std::chrono::steady_clock::now() > deadline) {
            return tl::unexpected(
                SourceError{fmt::format("the manifests in {} have been changing for {} s without a pause",
                                        root.string(), std::chrono::seconds(patience).count()),
                            "have them written elsewhere and moved into place, or read a git repository instead"});
        }
        std::this_thread::sleep_for(25ms);
    }
}

/// The folder as it is at each call, but never in the middle of a change.
class QuietTree final : public ManifestTree {
public:
    QuietTree(fs::path root, ReadLimits limits) : root_(std::move(root)), limits_(limits) {}

    tl::expected<ManifestSet, SourceError> read(const std::vector<std::string>& folders) const override {
        return read_quietly(root_, nullptr, [&](const Survey&) { return read_directory(root_, folders, limits_); });
    }
    tl::expected<std::string, SourceError> read_referenced(const std::string& path) const override {
        return read_referenced_file(root_, path, limits_);
    }
    tl::expected<std::vector<std::string>, SourceError> list_referenced(const std::string& folder) const override {
        return list_referenced_folder(root_, folder);
    }

private:
    fs::path root_;
    ReadLimits limits_;
};

/// git's hash of contents.
std::string digest(std::string_view bytes) {
    git_oid id;
    git_odb_hash(&id, bytes.data(), bytes.size(), GIT_OBJECT_BLOB);
    return hex(id);
}

class DirectorySource final : public ChangingSource {
public:
    DirectorySource(fs::path root, ReadLimits limits) : root_(std::move(root)), limits_(limits) { start_libgit2(); }

    tl::expected<SourceState, SourceError> look(const std::atomic<bool>& stop) override {
        std::error_code error;
        const auto real = fs::canonical(root_, error);
        if (error || !fs::is_directory(real, error)) {
            return tl::unexpected(SourceError{
                fmt::format("the folder {} cannot be read: {}", root_.string(),
                            error ? error.message() : "it is not a folder"),
                "check the path and its permissions; a unit with ProtectHome= or PrivateTmp= does not see /home or "
                "/tmp"});
        }
        auto version = read_quietly(real, &stop, [&](const Survey& files) { return version_of(real, files); });
        if (!version) return tl::unexpected(std::move(version.error()));
        SourceState state;
        // By the name it was given: a link that leads elsewhere tomorrow is followed there.
        state.tree = std::make_shared<QuietTree>(root_, limits_);
        state.version = std::move(*version);
        return state;
    }

    std::optional<SourceState> look_back(const std::string&, const std::atomic<bool>&) override { return std::nullopt; }

    std::string location() const override { return root_.string(); }

private:
    tl::expected<std::string, SourceError> version_of(const fs::path& root, const Survey& files) const {
        std::string listing;
        std::size_t hashed = 0;
        for (const auto& [path, stamp] : files) {
            auto mark = fmt::format("{} {}", stamp.size, stamp.written.count());
            if (stamp.size <= limits_.max_referenced_bytes && hashed + stamp.size <= max_hashed_bytes) {
                hashed += stamp.size;
                // Not readable is a state of its own; whoever needs the file will say so.
                const auto text = read_referenced_file(root, path, limits_);
                mark = text ? digest(*text) : "unreadable";
            }
            listing += fmt::format("{} {}\n", mark, path);
        }
        return digest(listing);
    }

    fs::path root_;
    ReadLimits limits_;
};

}  // namespace

std::unique_ptr<ChangingSource> watch_directory(fs::path root, ReadLimits limits) {
    return std::make_unique<DirectorySource>(std::move(root), limits);
}

}  // namespace regent::source
