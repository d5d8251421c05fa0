#include "source/commit_tree.hpp"

#include "source/collector.hpp"
#include "source/git_handles.hpp"
#include "source/repository_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace regent::source {
namespace {

/// Far deeper and larger than any checkout; a tree of trees that repeat each other could go on for ages.
constexpr std::size_t max_depth = 64;
constexpr std::size_t max_entries = 1'000'000;
/// As many links as the kernel follows in one path (path_resolution(7)).
constexpr int max_links = 40;

using Parts = std::vector<std::string>;

Parts split(std::string_view path) {
    Parts parts;
    while (!path.empty()) {
        const auto slash = std::min(path.find('/'), path.size());
        if (slash > 0) parts.emplace_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return parts;
}

std::string join(const Parts& parts) {
    return fmt::format("{}", fmt::join(parts, "/"));
}

/// Something in a commit, by its real place.
struct Found {
    Parts at;
    git_oid id{};
    git_filemode_t mode = GIT_FILEMODE_UNREADABLE;
    [[nodiscard]] bool is_folder() const { return mode == GIT_FILEMODE_TREE; }
    [[nodiscard]] bool is_link() const { return mode == GIT_FILEMODE_LINK; }
    [[nodiscard]] bool is_submodule() const { return mode == GIT_FILEMODE_COMMIT; }
    [[nodiscard]] bool is_file() const { return !is_folder() && !is_link() && !is_submodule(); }
};

enum class Absence { missing, outside };

/// One opening of the repository, with the objects of one commit.
class CommitReader {
public:
    CommitReader(const BareRepository& repository, const CommitPlace& place) : bare_(repository), place_(place) {
        start_libgit2();
    }

    tl::expected<void, SourceError> open() {
        git_repository* repository = nullptr;
        if (git_repository_open_bare(&repository, bare_.path.c_str()) != 0) return tl::unexpected(damage());
        repository_.reset(repository);
        git_odb* odb = nullptr;
        if (git_repository_odb(&odb, repository) != 0) return tl::unexpected(damage());
        odb_.reset(odb);
        git_oid id;
        git_commit* commit = nullptr;
        if (git_oid_fromstr(&id, place_.commit.c_str()) != 0 || git_commit_lookup(&commit, repository, &id) != 0)
            return tl::unexpected(damage());
        const GitCommit owned(commit);
        top_ = *git_commit_tree_id(commit);
        return enter_root();
    }

    /// The commit's folder that counts as the root.
    [[nodiscard]] const Found& root() const { return root_; }

    /// Follows `path` from `from` (a place below the root), links included, never above the root.
    tl::expected<std::optional<Found>, SourceError> find(const Parts& from, const Parts& path, Absence* why = nullptr) {
        if (why != nullptr) *why = Absence::missing;
        Parts rest(path.rbegin(), path.rend());
        std::vector<Found> chain{root_};
        if (auto entered = descend(chain, from); !entered) return tl::unexpected(std::move(entered.error()));
        int links = 0;
        while (!rest.empty()) {
            const auto part = std::move(rest.back());
            rest.pop_back();
            if (part == ".") continue;
            if (part == "..") {
                if (chain.size() == 1) {
                    if (why != nullptr) *why = Absence::outside;
                    return std::nullopt;
                }
                chain.pop_back();
                continue;
            }
            if (!chain.back().is_folder()) return std::nullopt;
            auto next = child(chain.back(), part);
            if (!next) return tl::unexpected(std::move(next.error()));
            if (!*next) return std::nullopt;
            if (!(*next)->is_link()) {
                chain.push_back(std::move(**next));
                continue;
            }
            if (++links > max_links) return std::nullopt;
            const auto target = bytes((*next)->id);
            if (!target) return tl::unexpected(damage());
            if (target->starts_with('/')) {
                if (why != nullptr) *why = Absence::outside;
                return std::nullopt;
            }
            const auto parts = split(*target);
            rest.insert(rest.end(), parts.rbegin(), parts.rend());
        }
        return std::move(chain.back());
    }

    tl::expected<std::vector<Found>, SourceError> list(const Found& folder) {
        git_tree* tree = nullptr;
        if (git_tree_lookup(&tree, repository_.get(), &folder.id) != 0) return tl::unexpected(damage());
        const GitTree owned(tree);
        std::vector<Found> entries;
        const auto count = git_tree_entrycount(tree);
        entries_ += count;
        if (entries_ > max_entries || folder.at.size() > max_depth) {
            return tl::unexpected(
                SourceError{fmt::format("commit {} holds more than {} files, or folders more than {} deep",
                                        place_.commit.substr(0, 7), max_entries, max_depth),
                            "check `spec.sources`, and who could push such a commit"});
        }
        for (std::size_t index = 0; index < count; ++index) {
            const auto* entry = git_tree_entry_byindex(tree, index);
            entries.push_back({below(folder.at, git_tree_entry_name(entry)), *git_tree_entry_id(entry),
                               git_tree_entry_filemode(entry)});
        }
        return entries;
    }

    /// The contents of a file; `shown` is its name for people.
    tl::expected<std::string, SourceError> text(const Found& file, const std::string& shown, std::size_t limit) {
        std::size_t size = 0;
        git_object_t type = GIT_OBJECT_ANY;
        if (git_odb_read_header(&size, &type, odb_.get(), &file.id) != 0) return tl::unexpected(damage());
        if (size > limit) return tl::unexpected(too_large(shown, limit));
        auto read = bytes(file.id);
        if (!read) return tl::unexpected(damage());
        return std::move(*read);
    }

    SourceError damage() {
        bare_.damaged = true;
        return {fmt::format("the local copy {} of the repository is damaged: {} cannot be read whole ({})",
                            bare_.path.string(), place_.commit.substr(0, 7), last_git_error()),
                "the next look fetches it afresh; if that does not help, check the disk"};
    }

private:
    tl::expected<void, SourceError> enter_root() {
        root_ = {{}, top_, GIT_FILEMODE_TREE};
        if (place_.path.empty()) return {};
        auto found = find({}, split(place_.path));
        if (!found) return tl::unexpected(std::move(found.error()));
        if (!*found || !(*found)->is_folder()) {
            return tl::unexpected(SourceError{
                fmt::format("there is no folder `{}` in commit {}", place_.path, place_.commit.substr(0, 7)),
                "check `path` of the source: it is relative to the repository's root, without a leading /"});
        }
        root_ = **found;
        root_.at.clear();
        return {};
    }

    static Parts below(const Parts& folder, std::string name) {
        auto at = folder;
        at.push_back(std::move(name));
        return at;
    }

    tl::expected<void, SourceError> descend(std::vector<Found>& chain, const Parts& path) {
        for (const auto& part : path) {
            auto next = child(chain.back(), part);
            if (!next) return tl::unexpected(std::move(next.error()));
            if (!*next) return tl::unexpected(damage());
            chain.push_back(std::move(**next));
        }
        return {};
    }

    tl::expected<std::optional<Found>, SourceError> child(const Found& folder, const std::string& name) {
        git_tree* tree = nullptr;
        if (git_tree_lookup(&tree, repository_.get(), &folder.id) != 0) return tl::unexpected(damage());
        const GitTree owned(tree);
        const auto* entry = git_tree_entry_byname(tree, name.c_str());
        if (entry == nullptr) return std::nullopt;
        return Found{below(folder.at, name), *git_tree_entry_id(entry), git_tree_entry_filemode(entry)};
    }

    std::optional<std::string> bytes(const git_oid& id) {
        git_blob* blob = nullptr;
        if (git_blob_lookup(&blob, repository_.get(), &id) != 0) return std::nullopt;
        const GitBlob owned(blob);
        return std::string(static_cast<const char*>(git_blob_rawcontent(blob)),
                           static_cast<std::size_t>(git_blob_rawsize(blob)));
    }

    const BareRepository& bare_;
    const CommitPlace& place_;
    GitRepository repository_;
    GitOdb odb_;
    git_oid top_{};
    Found root_;
    std::size_t entries_ = 0;
};

/// Walks the folders of a commit; the twin of the reader of folders on disk.
class Walk {
public:
    Walk(CommitReader& reader, const ReadLimits& limits) : reader_(reader), collector_(limits) {}

    tl::expected<void, SourceError> read_folder(const std::string& folder) {
        const auto path = std::filesystem::path(folder).lexically_normal();
        if (path.is_absolute() || (!path.empty() && *path.begin() == ".."))
            return tl::unexpected(folder_outside(folder));
        Absence why{};
        auto found = reader_.find({}, split(path.generic_string()), &why);
        if (!found) return tl::unexpected(std::move(found.error()));
        if (*found && (*found)->is_submodule()) return tl::unexpected(submodule(folder));
        if (!*found && why == Absence::outside) return tl::unexpected(folder_outside(folder));
        if (!*found || !(*found)->is_folder()) return tl::unexpected(no_such_folder(folder, folders_beside(path)));
        // Names as they were asked for: a folder that is a link keeps the link's name, as on disk.
        auto start = **found;
        auto shown = split(path.generic_string());
        std::erase(shown, ".");
        return walk(start, shown);
    }

    ManifestSet take() { return collector_.take(); }

private:
    std::vector<std::string> folders_beside(const std::filesystem::path& path) {
        std::vector<std::string> names;
        const auto parent = reader_.find({}, split(path.parent_path().generic_string()));
        if (!parent || !*parent || !(*parent)->is_folder()) return names;
        const auto entries = reader_.list(**parent);
        if (!entries) return names;
        for (const auto& entry : *entries) {
            if (entry.is_folder() && !is_hidden_or_leftover(entry.at.back())) names.push_back(entry.at.back());
        }
        return names;
    }

    tl::expected<void, SourceError> walk(const Found& folder, const Parts& shown) {
        auto entries = reader_.list(folder);
        if (!entries) return tl::unexpected(std::move(entries.error()));
        for (const auto& entry : *entries) {
            if (is_hidden_or_leftover(entry.at.back())) continue;
            auto name = shown;
            name.push_back(entry.at.back());
            if (auto read = visit(folder, entry, name); !read) return read;
        }
        return {};
    }

    tl::expected<void, SourceError> visit(const Found& folder, const Found& entry, const Parts& shown) {
        if (entry.is_submodule()) return tl::unexpected(submodule(join(shown)));
        if (entry.is_folder()) return walk(entry, shown);
        if (!entry.is_link()) return read_file(entry, shown);
        Absence why{};
        auto target = reader_.find(folder.at, {entry.at.back()}, &why);
        if (!target) return tl::unexpected(std::move(target.error()));
        if (*target && (*target)->is_file()) return read_file(**target, shown);
        if (*target && (*target)->is_submodule()) return tl::unexpected(submodule(join(shown)));
        // A link to a folder inside is read where it really is, if that is a source at all.
        if (*target) return {};
        if (is_manifest_name(shown.back())) return tl::unexpected(link_out_of_repository(join(shown)));
        // On disk it would be known whether there is a folder at the other end.
        if (may_be_folder(shown.back())) return tl::unexpected(folder_by_link(join(shown)));
        if (why == Absence::outside) collector_.note(unfollowed_link(join(shown)));
        return {};
    }

    tl::expected<void, SourceError> read_file(const Found& file, const Parts& shown) {
        const auto path = join(shown);
        if (!is_manifest_name(shown.back())) {
            if (is_misspelled_manifest_name(shown.back())) return tl::unexpected(misspelled_name(path));
            if (may_be_lookalike(shown.back())) note_lookalike(file, path);
            return {};
        }
        const auto first = collector_.begin(path);
        if (!first) return tl::unexpected(first.error());
        if (!*first) return {};
        auto text = reader_.text(file, path, collector_.limits().max_file_bytes);
        if (!text) return tl::unexpected(std::move(text.error()));
        return collector_.add(path, std::move(*text));
    }

    void note_lookalike(const Found& file, const std::string& path) {
        const auto text = reader_.text(file, path, collector_.limits().max_file_bytes);
        if (text) collector_.note_lookalike(path, *text);
    }

    static SourceError submodule(const std::string& path) {
        return {fmt::format("{} is a submodule: its files are not in this repository, and are not fetched", path),
                "copy the manifests into the repository, or name only folders without submodules in `spec.sources`"};
    }

    CommitReader& reader_;
    Collector collector_;
};

class CommitTree final : public ManifestTree {
public:
    CommitTree(std::shared_ptr<const BareRepository> repository, CommitPlace place, ReadLimits limits)
        : repository_(std::move(repository)), place_(std::move(place)), limits_(limits) {}

    tl::expected<ManifestSet, SourceError> read(const std::vector<std::string>& folders) const override {
        const std::shared_lock lock(repository_->in_use);
        CommitReader reader(*repository_, place_);
        if (auto opened = reader.open(); !opened) return tl::unexpected(std::move(opened.error()));
        Walk walk(reader, limits_);
        for (const auto& folder : folders) {
            if (auto read = walk.read_folder(folder); !read) return tl::unexpected(std::move(read.error()));
        }
        auto set = walk.take();
        set.revision = {place_.branch, place_.commit, true, name_within(repository_->name, place_.path)};
        return set;
    }

    tl::expected<std::string, SourceError> read_referenced(const std::string& path) const override {
        return with_referenced(path, [&](CommitReader& reader, const Found& found) {
            return found.is_file() ? reader.text(found, path, limits_.max_referenced_bytes)
                                   : tl::expected<std::string, SourceError>(tl::unexpected(not_a_regular_file(path)));
        });
    }

    tl::expected<std::vector<std::string>, SourceError> list_referenced(const std::string& folder) const override {
        using Names = tl::expected<std::vector<std::string>, SourceError>;
        return with_referenced(folder, [&](CommitReader& reader, const Found& found) -> Names {
            if (!found.is_folder()) return tl::unexpected(reference_missing(folder));
            auto entries = reader.list(found);
            if (!entries) return tl::unexpected(std::move(entries.error()));
            std::vector<std::string> names;
            for (const auto& entry : *entries) {
                const bool counts = entry.is_file() || entry.is_link();
                if (counts && !is_hidden_or_leftover(entry.at.back())) names.push_back(entry.at.back());
            }
            std::sort(names.begin(), names.end());
            return names;
        });
    }

private:
    /// What `use` makes of what a manifest refers to.
    template <typename Use>
    auto with_referenced(const std::string& path, Use use) const
        -> decltype(use(std::declval<CommitReader&>(), std::declval<const Found&>())) {
        const auto normal = std::filesystem::path(path).lexically_normal();
        if (normal.is_absolute() || (!normal.empty() && *normal.begin() == ".."))
            return tl::unexpected(reference_outside(path));
        const std::shared_lock lock(repository_->in_use);
        CommitReader reader(*repository_, place_);
        if (auto opened = reader.open(); !opened) return tl::unexpected(std::move(opened.error()));
        Absence why{};
        const auto found = reader.find({}, split(normal.generic_string()), &why);
        if (!found) return tl::unexpected(found.error());
        if (!*found && why == Absence::outside) return tl::unexpected(reference_by_link(path));
        if (!*found) return tl::unexpected(reference_missing(path));
        return use(reader, **found);
    }

    std::shared_ptr<const BareRepository> repository_;
    CommitPlace place_;
    ReadLimits limits_;
};

}  // namespace

std::unique_ptr<ManifestTree> open_commit(std::shared_ptr<const BareRepository> repository, CommitPlace place,
                                          ReadLimits limits) {
    return std::make_unique<CommitTree>(std::move(repository), std::move(place), limits);
}

bool is_readable(const BareRepository& repository, const CommitPlace& place) {
    const std::shared_lock lock(repository.in_use);
    CommitReader reader(repository, place);
    if (!reader.open()) return !repository.damaged;
    Walk walk(reader, {});
    // What is wrong with the manifests themselves is told by the one who reads them; here only damage counts.
    static_cast<void>(walk.read_folder("."));
    return !repository.damaged;
}

}  // namespace regent::source
