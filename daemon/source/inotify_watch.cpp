#include "source/git_address.hpp"
#include "source/source_watch.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

namespace regent::source {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t interesting = IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |
                                      IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
/// How soon what could not be watched is tried again.
constexpr std::chrono::seconds retry{2};
/// What links on a path may lead through at most, as in the kernel.
constexpr int max_watched_links = 40;

/// Folders to watch, and which names in them count.
struct Place {
    fs::path folder;
    std::set<std::string> only;  ///< empty: every name
    bool below = false;          ///< and all folders in it, apart from hidden ones
    bool required = false;       ///< its absence is trouble
};
using Layout = std::function<std::vector<Place>()>;

/// The folders that hold the links on the way to `path`: a link that is set anew changes what the path means, and
/// nothing happens in the folder it led to before.
void add_links_on(const fs::path& path, std::vector<Place>& places) {
    auto rest = path;
    for (int links = 0; links <= max_watched_links; ++links) {
        auto walked = rest.root_path();
        const auto parts = rest.relative_path();
        auto part = parts.begin();
        std::error_code error;
        while (part != parts.end() && !fs::is_symlink(walked / *part, error)) walked /= *part++;
        if (part == parts.end()) return;
        places.push_back({walked, {part->string()}});
        const auto target = fs::read_symlink(walked / *part, error);
        if (error) return;
        rest = walked / target;  // an absolute target replaces what is left of it
        while (++part != parts.end()) rest /= *part;
        rest = rest.lexically_normal();
    }
}

class InotifyWatch final : public FolderWatch {
public:
    InotifyWatch(Layout layout, std::chrono::milliseconds settle, std::function<void()> on_change)
        : layout_(std::move(layout)), settle_(settle), on_change_(std::move(on_change)) {}

    ~InotifyWatch() override {
        if (thread_.joinable()) {
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
            thread_.join();
        }
        if (inotify_ >= 0) ::close(inotify_);
        if (wake_ >= 0) ::close(wake_);
    }
    InotifyWatch(const InotifyWatch&) = delete;
    InotifyWatch& operator=(const InotifyWatch&) = delete;

    tl::expected<void, SourceError> start() {
        inotify_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (inotify_ < 0) {
            return tl::unexpected(SourceError{
                fmt::format("changes cannot be watched: {}", std::strerror(errno)),
                errno == EMFILE ? "raise the sysctl fs.inotify.max_user_instances; meanwhile the interval counts"
                                : "meanwhile the interval counts"});
        }
        wake_ = ::eventfd(0, EFD_CLOEXEC);
        if (wake_ < 0)
            return tl::unexpected(SourceError{fmt::format("no eventfd: {}", std::strerror(errno)), "check limits"});
        watch_everything();
        thread_ = std::thread([this] { run(); });
        return {};
    }

    std::string trouble() const override {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }

private:
    struct Watched {
        std::set<std::string> only;
        bool everything = false;
        bool below = false;
    };

    // Everything below runs on the thread, and before it starts.

    /// Sets what is missing and lets go of what is no longer part of the layout. Setting a watch on a folder that has
    /// one gives its number again, so this can be done as often as anything looks different.
    void watch_everything() {
        watched_before_.swap(watched_);
        watched_.clear();
        std::string trouble;
        for (const auto& place : layout_()) watch(place, trouble);
        for (const auto& [number, watched] : watched_before_) {
            if (!watched_.contains(number)) ::inotify_rm_watch(inotify_, number);
        }
        watched_before_.clear();
        const std::lock_guard lock(mutex_);
        // A change of what can be seen may have hidden a change of what is there.
        if (trouble != trouble_) dirty_ = true;
        trouble_ = std::move(trouble);
    }

    void watch(const Place& place, std::string& trouble) {
        const int number = ::inotify_add_watch(inotify_, place.folder.c_str(), interesting);
        if (number < 0) {
            if (place.required || (errno != ENOENT && errno != ENOTDIR)) tell(place.folder, errno, trouble);
            return;
        }
        auto& watched = watched_[number];
        watched.everything = watched.everything || place.only.empty();
        watched.only.insert(place.only.begin(), place.only.end());
        if (!place.below || watched.below) return;
        watched.below = true;
        // Listed after the watch is set: a folder made in between is either listed or told of.
        std::error_code error;
        for (auto it = fs::directory_iterator(place.folder, error); !error && it != fs::directory_iterator();
             it.increment(error)) {
            std::error_code ignored;
            const auto name = it->path().filename().string();
            if (it->is_symlink(ignored)) {
                watch_target_of(it->path(), trouble);
            } else if (it->is_directory(ignored) && !name.starts_with('.')) {
                watch({it->path(), {}, true, false}, trouble);
            }
        }
        if (error && error != std::errc::no_such_file_or_directory) tell(place.folder, error.value(), trouble);
    }

    /// A manifest may be a link to a file in a folder that would not be watched (Kubernetes mounts a ConfigMap so).
    void watch_target_of(const fs::path& link, std::string& trouble) {
        std::error_code error;
        const auto target = fs::canonical(link, error);
        if (error) return;
        const auto folder = fs::is_directory(target, error) ? target : target.parent_path();
        watch({folder, {}, false, false}, trouble);
    }

    static void tell(const fs::path& folder, int code, std::string& trouble) {
        if (!trouble.empty()) return;
        const auto* help =
            code == ENOSPC ? "raise the sysctl fs.inotify.max_user_watches" : "check the path and its permissions";
        trouble = fmt::format("{} cannot be watched: {} ({}; meanwhile the interval counts)", folder.string(),
                              code == ENOSPC ? "the limit of watches is reached" : std::strerror(code), help);
    }

    void run() {
        while (true) {
            std::array<pollfd, 2> events{pollfd{inotify_, POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
            ::poll(events.data(), events.size(), next_timeout());
            if (events[1].revents != 0) return;
            if (events[0].revents != 0) read_events();
            if (outdated_ || (has_trouble() && Clock::now() >= retry_at_)) {
                outdated_ = false;
                retry_at_ = Clock::now() + retry;
                watch_everything();
            }
            note_dirt();
            if (is_due()) {
                first_ = last_ = {};
                on_change_();
            }
        }
    }

    [[nodiscard]] bool has_trouble() const {
        const std::lock_guard lock(mutex_);
        return !trouble_.empty();
    }

    void note_dirt() {
        if (!dirty_) return;
        dirty_ = false;
        last_ = Clock::now();
        if (first_ == Clock::time_point{}) first_ = last_;
    }

    [[nodiscard]] Clock::time_point due() const { return std::min(last_ + settle_, first_ + 10 * settle_); }
    [[nodiscard]] bool is_due() const { return first_ != Clock::time_point{} && Clock::now() >= due(); }

    [[nodiscard]] int next_timeout() const {
        auto until = Clock::time_point::max();
        if (first_ != Clock::time_point{}) until = due();
        if (has_trouble()) until = std::min(until, retry_at_);
        if (until == Clock::time_point::max()) return -1;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
        return static_cast<int>(std::clamp<long>(left, 0, 60'000));
    }

    void read_events() {
        alignas(inotify_event) std::array<char, std::size_t{64} * 1024> buffer;
        // At most this much at a time: a folder that never rests must not keep us from stopping.
        for (int round = 0; round < 16; ++round) {
            const auto count = ::read(inotify_, buffer.data(), buffer.size());
            if (count <= 0) return;
            for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
                const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
                handle(*event);
                at += sizeof(inotify_event) + event->len;
            }
        }
    }

    void handle(const inotify_event& event) {
        constexpr std::uint32_t lost = IN_Q_OVERFLOW | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF;
        if ((event.mask & lost) != 0) {
            dirty_ = outdated_ = true;
            return;
        }
        const auto found = watched_.find(event.wd);
        if (found == watched_.end()) return;  // also of a watch that we let go of ourselves
        if ((event.mask & IN_IGNORED) != 0) {
            dirty_ = outdated_ = true;
            watched_.erase(found);
            return;
        }
        const std::string name = event.len > 0 ? event.name : "";
        if (!found->second.everything && !found->second.only.contains(name)) return;
        if (name.ends_with(".lock")) return;  // git's way of writing: the rename that follows counts
        dirty_ = true;
        // A folder or a link may have come, gone or become another.
        if ((event.mask & (IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)) != 0) outdated_ = true;
    }

    Layout layout_;
    std::chrono::milliseconds settle_;
    std::function<void()> on_change_;
    int inotify_ = -1;
    int wake_ = -1;
    std::map<int, Watched> watched_, watched_before_;
    bool dirty_ = false;
    bool outdated_ = false;
    Clock::time_point first_{}, last_{}, retry_at_{};
    mutable std::mutex mutex_;
    std::string trouble_;
    std::thread thread_;
};

tl::expected<std::unique_ptr<FolderWatch>, SourceError> start(Layout layout, std::chrono::milliseconds settle,
                                                              std::function<void()> on_change) {
    auto watch = std::make_unique<InotifyWatch>(std::move(layout), settle, std::move(on_change));
    if (auto started = watch->start(); !started) return tl::unexpected(std::move(started.error()));
    return watch;
}

/// The first line of a file such as `.git` or `commondir`, without `prefix`; empty when it is not there.
std::string pointer(const fs::path& file, std::string_view prefix) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    return line.starts_with(prefix) ? line.substr(prefix.size()) : std::string();
}

/// Where git keeps the references of the repository at `path`: its own folder, and the one shared by all work trees
/// (gitrepository-layout(5)).
std::vector<Place> places_of_repository(const fs::path& path) {
    std::error_code error;
    auto folder = path;
    if (fs::is_directory(path / ".git", error)) {
        folder = path / ".git";
    } else if (const auto target = pointer(path / ".git", "gitdir: "); !target.empty()) {
        folder = (path / target).lexically_normal();
    }
    auto common = folder;
    if (const auto target = pointer(folder / "commondir", ""); !target.empty())
        common = (folder / target).lexically_normal();
    const std::set<std::string> names{"HEAD", "packed-refs", "refs", "commondir", "reftable"};
    std::vector<Place> places{{folder, names, false, true}};
    if (common != folder) places.push_back({common, names, false, true});
    places.push_back({common / "refs", {}, true, true});
    places.push_back({common / "reftable", {}, true, false});
    // The repository may be replaced as a whole.
    if (path.has_filename()) places.push_back({path.parent_path(), {path.filename().string()}});
    if (folder != path) places.push_back({path, {".git"}});
    add_links_on(path, places);
    return places;
}

}  // namespace

tl::expected<std::unique_ptr<FolderWatch>, SourceError> watch_folder(fs::path root, std::chrono::milliseconds settle,
                                                                     std::function<void()> on_change) {
    std::error_code error;
    root = fs::absolute(root, error).lexically_normal();
    if (!root.has_filename()) root = root.parent_path();
    return start(
        [root] {
            std::vector<Place> places{{root, {}, true, true}};
            if (root.has_filename()) places.push_back({root.parent_path(), {root.filename().string()}});
            add_links_on(root, places);
            return places;
        },
        settle, std::move(on_change));
}

tl::expected<std::unique_ptr<FolderWatch>, SourceError> watch_repository(const std::string& url,
                                                                         std::chrono::milliseconds settle,
                                                                         std::function<void()> on_change) {
    const auto address = parse_git_address(url);
    if (!address) return tl::unexpected(address.error());
    if (address->kind != GitAddress::Kind::local) {
        return tl::unexpected(SourceError{fmt::format("{} is on another machine and cannot be watched", address->shown),
                                          "the fetch interval counts; a webhook may ask for a look in between"});
    }
    auto path = address->path;
    if (!path.has_filename()) path = path.parent_path();
    return start([path] { return places_of_repository(path); }, settle, std::move(on_change));
}

}  // namespace regent::source
