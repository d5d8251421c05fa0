#include "source/commit_signature.hpp"
#include "source/commit_tree.hpp"
#include "source/git_address.hpp"
#include "source/git_handles.hpp"
#include "source/printable.hpp"
#include "source/repository_name.hpp"
#include "source/source_watch.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

/// Each fetch that brings something leaves one pack; from here on they are put together.
constexpr std::size_t many_packs = 40;

tl::unexpected<SourceError> cannot_watch(std::string message, std::string help) {
    return tl::unexpected(SourceError{std::move(message), std::move(help)});
}

std::string short_id(const std::string& commit) {
    return commit.substr(0, 12);
}

GitRepository open_repository(const fs::path& path) {
    git_repository* repository = nullptr;
    if (git_repository_open_bare(&repository, path.c_str()) != 0) return nullptr;
    return GitRepository(repository);
}

std::optional<CommitInfo> read_commit(git_repository* repository, const std::string& commit, const std::string& name) {
    git_oid id;
    git_commit* found = nullptr;
    if (git_oid_fromstr(&id, commit.c_str()) != 0 || git_commit_lookup(&found, repository, &id) != 0)
        return std::nullopt;
    const GitCommit owned(found);
    CommitInfo info;
    info.branch = name;
    info.commit = commit;
    if (const auto* author = git_commit_author(found); author != nullptr)
        info.author = fmt::format("{} <{}>", printable(author->name, 120), printable(author->email, 120));
    const auto* summary = git_commit_summary(found);
    info.subject = printable(summary != nullptr ? summary : "", 200);
    info.committed_at = std::chrono::system_clock::from_time_t(git_commit_time(found));
    return info;
}

enum class Ancestry { same, descends, does_not, unknown };

Ancestry ancestry(git_repository* repository, const std::string& commit, const std::string& of) {
    if (commit == of) return Ancestry::same;
    git_oid newer;
    git_oid older;
    if (git_oid_fromstr(&newer, commit.c_str()) != 0 || git_oid_fromstr(&older, of.c_str()) != 0)
        return Ancestry::does_not;
    // A commit that did not come with the new one's history is no part of it.
    git_commit* old = nullptr;
    if (git_commit_lookup(&old, repository, &older) != 0) return Ancestry::does_not;
    git_commit_free(old);
    const int descends = git_graph_descendant_of(repository, &newer, &older);
    if (descends < 0) return Ancestry::unknown;
    return descends == 1 ? Ancestry::descends : Ancestry::does_not;
}

std::size_t count_packs(const fs::path& repository) {
    std::error_code error;
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack", error))
        count += entry.path().extension() == ".pack" ? 1 : 0;
    return count;
}

/// Makes the folder, or finds it to be regent's own.
tl::expected<void, SourceError> claim(const fs::path& path) {
    if (!path.is_absolute())
        return cannot_watch(fmt::format("the place for the local copy, {}, is not absolute", path.string()), "");
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    struct stat info {};
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
        return cannot_watch(fmt::format("the local copy {} cannot be made: {}", path.string(), std::strerror(errno)),
                            "the folder above must exist and belong to the user regent runs as; check the disk");
    }
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
        return cannot_watch(fmt::format("{} is not a folder", path.string()), "remove it: regent keeps its copy there");
    if (info.st_uid != ::geteuid()) {
        return cannot_watch(
            fmt::format("the local copy {} belongs to uid {}, and regent runs as uid {}", path.string(), info.st_uid,
                        ::geteuid()),
            fmt::format("chown -R it, or remove it: it is made anew (it holds nothing that is not in the "
                        "source)"));
    }
    if (fs::is_empty(path, error) || fs::exists(path / repository_mark, error)) {
        if (::chmod(path.c_str(), 0700) != 0 || error)
            return cannot_watch(fmt::format("the local copy {} cannot be used: {}", path.string(), error.message()),
                                "");
        return {};
    }
    return cannot_watch(fmt::format("{} holds something that is not regent's local copy", path.string()),
                        "name an empty folder: regent keeps a repository of its own there and touches no other");
}

class GitSource final : public ChangingSource {
public:
    GitSource(GitLocation location, std::string last_commit, FetchProgram program)
        : location_(std::move(location)),
          last_commit_(last_commit),
          in_force_(std::move(last_commit)),
          program_(std::move(program)),
          address_(parse_git_address(location_.url)),
          repository_(std::make_shared<BareRepository>()) {
        start_libgit2();
        repository_->path = location_.repository.lexically_normal();
        repository_->name = name_of_origin(location_.url);
        if (!repository_->path.has_filename()) repository_->path = repository_->path.parent_path();
    }

    tl::expected<SourceState, SourceError> look(const std::atomic<bool>& stop) override {
        if (!address_) return tl::unexpected(address_.error());
        if (auto claimed = claim(repository_->path); !claimed) return tl::unexpected(std::move(claimed.error()));
        std::vector<std::string> notes;
        auto commit = fetch_whole(notes, stop);
        if (!commit) return tl::unexpected(std::move(commit.error()));
        if (accepted_ && accepted_->version == *commit) {
            auto same = *accepted_;
            same.notes = std::move(notes);
            return same;
        }
        auto info = judge(*commit, notes, stop);
        if (!info) return tl::unexpected(std::move(info.error()));
        auto state = accept(std::move(*info), stop);
        state.notes = std::move(notes);
        return state;
    }

    std::optional<SourceState> look_back(const std::string& version, const std::atomic<bool>& stop) override {
        if (!address_) return std::nullopt;
        const std::shared_lock lock(repository_->in_use);
        const auto repository = open_repository(repository_->path);
        auto info = repository ? read_commit(repository.get(), version, name()) : std::nullopt;
        if (!info) return std::nullopt;
        if (location_.verification.mode == Verification::Mode::head &&
            !verify_commit(repository.get(), *info, location_.verification, stop))
            return std::nullopt;
        SourceState state;
        state.version = info->commit;
        state.tree = open_commit(repository_, place(info->commit), location_.limits);
        state.commit = std::move(info);
        return state;
    }

    void in_force(const std::string& version) override { in_force_ = version; }

    std::string location() const override {
        if (!address_) return "(an address that cannot be used)";
        const auto name = location_.branch.empty() ? location_.tag : location_.branch;
        return fmt::format("{} {}{}", address_->shown, printable(name),
                           location_.path.empty() ? "" : ", folder " + printable(location_.path));
    }

private:
    [[nodiscard]] const std::string& name() const {
        return location_.branch.empty() ? location_.tag : location_.branch;
    }
    [[nodiscard]] CommitPlace place(const std::string& commit) const { return {commit, name(), location_.path}; }

    FetchRequest request_into(const fs::path& repository) const {
        return {repository,        location_.url,        location_.branch,       location_.tag,
                location_.user,    location_.token_file, location_.ssh_key_file, location_.ssh_known_hosts_file,
                location_.ca_file, location_.proxy,      location_.timeout};
    }

    /// Fetches, and makes sure that what was fetched can be read; into a new repository if need be.
    tl::expected<std::string, SourceError> fetch_whole(std::vector<std::string>& notes, const std::atomic<bool>& stop) {
        std::string damage;
        if (repository_->damaged) {
            damage = "an object could not be read";
        } else {
            auto commit = fetch(request_into(repository_->path), program_, stop);
            if (!commit && !commit.error().own_copy_in_doubt) return tl::unexpected(std::move(commit.error().error));
            if (commit && (is_known(*commit) || is_readable(*repository_, place(*commit)))) return *commit;
            damage = commit ? "an object could not be read" : commit.error().error.message;
        }
        return fetch_afresh(damage, notes, stop);
    }

    [[nodiscard]] bool is_known(const std::string& commit) const { return accepted_ && accepted_->version == commit; }

    /// The old repository stays where it is until there is a whole new one.
    tl::expected<std::string, SourceError> fetch_afresh(const std::string& damage, std::vector<std::string>& notes,
                                                        const std::atomic<bool>& stop) {
        auto fresh = repository_->path;
        fresh += ".new";
        auto aside = repository_->path;
        aside += ".damaged";
        std::error_code error;
        if (auto claimed = claim(fresh); !claimed) return tl::unexpected(std::move(claimed.error()));
        fs::remove_all(fresh, error);
        if (auto claimed = claim(fresh); !claimed) return tl::unexpected(std::move(claimed.error()));
        auto commit = fetch(request_into(fresh), program_, stop);
        BareRepository made;
        made.path = fresh;
        if (!commit || !is_readable(made, place(*commit))) {
            fs::remove_all(fresh, error);
            auto failure = commit ? SourceError{"what was fetched cannot be read", "check the disk"}
                                  : std::move(commit.error().error);
            if (repository_->damaged) {
                failure.message += fmt::format(" (and the local copy {} is damaged: it must be fetched afresh)",
                                               repository_->path.string());
            }
            return tl::unexpected(std::move(failure));
        }
        const std::unique_lock alone(repository_->in_use);
        fs::remove_all(aside, error);
        fs::rename(repository_->path, aside, error);
        if (!error) fs::rename(fresh, repository_->path, error);
        if (error) {
            return cannot_watch(fmt::format("the damaged local copy {} cannot be replaced: {}",
                                            repository_->path.string(), error.message()),
                                "check the disk; you may remove it by hand");
        }
        repository_->damaged = false;
        notes.push_back(fmt::format("the local copy {} was damaged ({}): it was moved to {}, and fetched afresh",
                                    repository_->path.string(), damage, aside.string()));
        return *commit;
    }

    /// Whether a commit may be what is read from now on.
    tl::expected<CommitInfo, SourceError> judge(const std::string& commit, std::vector<std::string>& notes,
                                                const std::atomic<bool>& stop) {
        const std::shared_lock lock(repository_->in_use);
        const auto repository = open_repository(repository_->path);
        auto info = repository ? read_commit(repository.get(), commit, name()) : std::nullopt;
        if (!info) {
            repository_->damaged = true;
            return cannot_watch(
                fmt::format("commit {} cannot be read from the local copy: {}", short_id(commit), last_git_error()),
                "the next look fetches it afresh");
        }
        if (auto fine = check_descent(repository.get(), *info, notes); !fine)
            return tl::unexpected(std::move(fine.error()));
        if (location_.verification.mode == Verification::Mode::head) {
            auto fine = verify_commit(repository.get(), *info, location_.verification, stop);
            if (!fine) return tl::unexpected(std::move(fine.error()));
        }
        return std::move(*info);
    }

    [[nodiscard]] bool rewind_is_allowed(const std::string& commit) const {
        return location_.allow_rewind.size() >= 7 && commit.starts_with(location_.allow_rewind);
    }

    /// From the commit read last. Where that one had errors and was never in force, from the one that is: the branch
    /// was taken back to it, or mended on top of it.
    Ancestry descent(git_repository* repository, const std::string& commit) const {
        if (rewind_is_allowed(commit)) return Ancestry::descends;
        const auto known = ancestry(repository, commit, last_commit_);
        if (known != Ancestry::does_not || in_force_.empty() || in_force_ == last_commit_) return known;
        const auto from_force = ancestry(repository, commit, in_force_);
        return from_force == Ancestry::same || from_force == Ancestry::descends ? Ancestry::descends : known;
    }

    tl::expected<void, SourceError> check_descent(git_repository* repository, const CommitInfo& info,
                                                  std::vector<std::string>& notes) {
        if (last_commit_.empty()) return {};
        const bool branch = location_.tag.empty();
        switch (descent(repository, info.commit)) {
            case Ancestry::same:
                return {};
            case Ancestry::descends:
                // For a branch that is its trade; a tag is seldom moved, and somebody may want to know.
                if (!branch && info.commit != last_commit_) {
                    notes.push_back(fmt::format("the tag `{}` was moved from {} to {}", printable(location_.tag),
                                                short_id(last_commit_), describe(info)));
                }
                return {};
            case Ancestry::unknown:
                repository_->damaged = true;
                return cannot_watch(fmt::format("the history of {} cannot be read from the local copy: {}",
                                                short_id(info.commit), last_git_error()),
                                    "the next look fetches it afresh");
            case Ancestry::does_not:
                break;
        }
        const auto help = fmt::format(
            "if it is meant, set `allowRewind: {}` in the source and reload; until then the "
            "state of {} stays in force",
            info.commit, short_id(in_force_.empty() ? last_commit_ : in_force_));
        if (!branch) {
            return cannot_watch(
                fmt::format("the tag `{}` was moved to {}, which does not descend from {}, the commit read "
                            "last",
                            printable(location_.tag), describe(info), short_id(last_commit_)),
                help);
        }
        return cannot_watch(
            fmt::format("the branch `{}` is now at {}, which does not descend from {}, the commit read last: "
                        "the history was rewritten (a force-push), or this is another branch",
                        printable(location_.branch), describe(info), short_id(last_commit_)),
            help);
    }

    SourceState accept(CommitInfo info, const std::atomic<bool>& stop) {
        remember(info.commit);
        const bool goes_on = last_commit_.empty() || !rewind_is_allowed(info.commit);
        last_commit_ = info.commit;
        // Not when the old commit is no part of the new history: somebody may still be reading it.
        if (goes_on && count_packs(repository_->path) >= many_packs) {
            const std::unique_lock alone(repository_->in_use);
            pack_repository(repository_->path, program_, stop);
        }
        SourceState state;
        state.version = info.commit;
        state.tree = open_commit(repository_, place(info.commit), location_.limits);
        state.commit = std::move(info);
        accepted_ = state;
        return state;
    }

    /// Keeps the commit from being packed away. Failing is no harm: it was read.
    void remember(const std::string& commit) const {
        const std::shared_lock lock(repository_->in_use);
        const auto repository = open_repository(repository_->path);
        git_oid id;
        if (!repository || git_oid_fromstr(&id, commit.c_str()) != 0) return;
        git_reference* made = nullptr;
        if (git_reference_create(&made, repository.get(), accepted_reference, &id, 1, nullptr) == 0)
            git_reference_free(made);
    }

    GitLocation location_;
    std::string last_commit_;  ///< read last: what a force-push is judged against
    std::string in_force_;     ///< an earlier one, while the one read last has errors
    FetchProgram program_;
    tl::expected<GitAddress, SourceError> address_;
    std::shared_ptr<BareRepository> repository_;
    std::optional<SourceState> accepted_;
};

}  // namespace

std::unique_ptr<ChangingSource> watch_git(GitLocation location, std::string last_commit, FetchProgram program) {
    return std::make_unique<GitSource>(std::move(location), std::move(last_commit), std::move(program));
}

}  // namespace regent::source
