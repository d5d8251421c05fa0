#include "source/fetch_local.hpp"

#include "source/own_copy.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

/// Copies what is missing for `commit` from `source` as one pack.
bool copy_missing(git_repository* own, git_repository* source, const git_oid& commit) {
    git_packbuilder* builder = nullptr;
    if (git_packbuilder_new(&builder, source) != 0) return false;
    const GitPackbuilder pack(builder);
    git_packbuilder_set_threads(builder, 1);
    git_revwalk* walk = nullptr;
    if (git_revwalk_new(&walk, source) != 0) return false;
    const GitRevwalk owned(walk);
    if (git_revwalk_push(walk, &commit) != 0) return false;
    for (const char* name : {fetched_reference, accepted_reference}) {
        git_oid have;
        git_object* known = nullptr;
        if (git_reference_name_to_id(&have, own, name) != 0) continue;
        if (git_object_lookup(&known, source, &have, GIT_OBJECT_COMMIT) != 0) continue;  // rewritten and cleaned away
        const GitObject found(known);
        if (git_revwalk_hide(walk, &have) != 0) return false;
    }
    const auto folder = fs::path(git_repository_path(own)) / "objects/pack";
    return git_packbuilder_insert_walk(builder, walk) == 0 &&
           git_packbuilder_write(builder, folder.c_str(), 0600, nullptr, nullptr) == 0;
}

FetchResult<Listing> list_local(git_repository* source, const GitAddress& address) {
    git_reference_iterator* iterator = nullptr;
    if (git_reference_iterator_new(&iterator, source) != 0)
        return problem(fmt::format("the references of {} cannot be read: {}", address.shown, last_git_error()), "");
    Listing listing;
    const char* name = nullptr;
    while (git_reference_next_name(&name, iterator) == 0) {
        git_oid id;
        if (git_reference_name_to_id(&id, source, name) == 0) listing.push_back({name, id});
    }
    git_reference_iterator_free(iterator);
    return listing;
}

}  // namespace

FetchResult<void> look_at_local(const GitAddress& address) {
    struct stat info {};
    const auto& path = address.path;
    if (::stat(path.c_str(), &info) != 0) {
        return problem(fmt::format("the repository {} cannot be found: {}", path.string(), std::strerror(errno)),
                       "check the path; a unit with ProtectHome= or PrivateTmp= does not see /home or /tmp");
    }
    if (!S_ISDIR(info.st_mode)) return problem(fmt::format("{} is not a folder", path.string()), "check `url`");
    for (const auto* part : {".", ".git", "refs", ".git/refs", "objects", ".git/objects"}) {
        if (::stat((path / part).c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0 &&
            (info.st_mode & S_ISVTX) == 0) {
            return problem(fmt::format("every user of this machine may write to {}, and so decide what regent does",
                                       (path / part).lexically_normal().string()),
                           "chmod -R o-w");
        }
    }
    if (::access(path.c_str(), R_OK | X_OK) != 0) {
        return problem(fmt::format("the repository {} may not be read by the user regent runs as (uid {})",
                                   path.string(), ::geteuid()),
                       "give that user, or a group it is in, the right to read all of it");
    }
    return {};
}

FetchResult<std::string> fetch_local(git_repository* own, const FetchRequest& request, const GitAddress& address) {
    const auto unreadable = [&] {
        return problem(fmt::format("the repository {} cannot be read: {}", address.shown, last_git_error()),
                       "check that it is a git repository, whole (git fsck) and not a shallow clone, and that the user "
                       "regent runs as may read all of it");
    };
    git_repository* opened = nullptr;
    if (git_repository_open_ext(&opened, address.path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0)
        return unreadable();
    const GitRepository source(opened);
    const auto listing = list_local(opened, address);
    if (!listing) return tl::unexpected(listing.error());
    const auto wanted = choose(*listing, request, address);
    if (!wanted) return tl::unexpected(wanted.error());
    const auto commit = commit_of(opened, *wanted, address.shown);
    if (!commit) return tl::unexpected(Problem{commit.error().error});
    const auto& id = *git_object_id(commit->get());
    git_oid have;
    const bool known = git_reference_name_to_id(&have, own, fetched_reference) == 0 && git_oid_equal(&have, &id) != 0;
    if (!known && !copy_missing(own, opened, id)) return unreadable();
    git_object* copied = nullptr;
    if (git_object_lookup(&copied, own, &id, GIT_OBJECT_COMMIT) != 0)
        return problem(fmt::format("what was copied is not there: {}", last_git_error()), "check the disk", true);
    git_object_free(copied);
    return keep_commit(own, id);
}

}  // namespace regent::source
