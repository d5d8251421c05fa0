#include "source/own_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

namespace regent::source {

namespace fs = std::filesystem;

namespace {

bool holds_packs(const fs::path& repository) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack", error)) {
        if (entry.path().extension() == ".pack") return true;
    }
    return false;
}

bool references_are_whole(git_repository* repository) {
    for (const char* name : {fetched_reference, accepted_reference}) {
        git_oid id;
        const int code = git_reference_name_to_id(&id, repository, name);
        if (code == GIT_ENOTFOUND) continue;
        git_object* commit = nullptr;
        if (code != 0 || git_object_lookup(&commit, repository, &id, GIT_OBJECT_ANY) != 0) return false;
        const GitObject owned(commit);
        git_object* tree = nullptr;
        if (git_object_peel(&tree, commit, GIT_OBJECT_TREE) != 0) return false;
        git_object_free(tree);
    }
    return true;
}

}  // namespace

FetchResult<void> lock_own_copy(const fs::path& repository) {
    const int fd = ::open((repository / repository_mark).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return problem(fmt::format("{} cannot be written: {}", repository.string(), std::strerror(errno)),
                       "it must belong to the user regent runs as; check the disk");
    }
    // A predecessor that was killed a moment ago may still be on its way out.
    for (int attempt = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++attempt) {
        if (attempt == 40) {
            return problem(fmt::format("another process is fetching into {}", repository.string()),
                           "is a second regent running with the same state?");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
}

void remove_leftovers(const fs::path& repository) {
    std::error_code error;
    std::vector<fs::path> leftovers;
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack", error)) {
        const auto extension = entry.path().extension();
        if (extension != ".pack" && extension != ".idx") leftovers.push_back(entry.path());
    }
    for (const auto* folder : {"refs", "."}) {
        for (const auto& entry : fs::recursive_directory_iterator(repository / folder, error)) {
            if (entry.path().extension() == ".lock") leftovers.push_back(entry.path());
        }
    }
    for (const auto& leftover : leftovers) fs::remove(leftover, error);
}

FetchResult<GitRepository> open_own_copy(const fs::path& repository) {
    git_repository* opened = nullptr;
    if (git_repository_open_bare(&opened, repository.c_str()) == 0) return GitRepository(opened);
    if (holds_packs(repository)) {
        return problem(fmt::format("the local copy {} is damaged: {}", repository.string(), last_git_error()), "",
                       true);
    }
    git_repository_init_options options;
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.mode = 0700;
    if (git_repository_init_ext(&opened, repository.c_str(), &options) != 0) {
        return problem(fmt::format("no repository can be made at {}: {}", repository.string(), last_git_error()),
                       "check the disk and the folder's permissions", true);
    }
    return GitRepository(opened);
}

FetchResult<void> check_own_copy(git_repository* repository, const fs::path& path) {
    if (references_are_whole(repository)) return {};
    return problem(fmt::format("the local copy {} is damaged: {}", path.string(), last_git_error()), "", true);
}

FetchResult<std::string> keep_commit(git_repository* repository, const git_oid& commit) {
    git_reference* reference = nullptr;
    if (git_reference_create(&reference, repository, fetched_reference, &commit, 1, nullptr) != 0)
        return problem(fmt::format("the local copy cannot be written: {}", last_git_error()), "check the disk", true);
    git_reference_free(reference);
    return hex(commit);
}

FetchResult<std::string> pack_own_copy(const fs::path& path) {
    auto opened = open_own_copy(path);
    if (!opened) return tl::unexpected(opened.error());
    const auto failed = [&] { return problem(last_git_error(), ""); };
    git_packbuilder* builder = nullptr;
    if (git_packbuilder_new(&builder, opened->get()) != 0) return failed();
    const GitPackbuilder pack(builder);
    git_revwalk* walk = nullptr;
    if (git_revwalk_new(&walk, opened->get()) != 0) return failed();
    const GitRevwalk owned(walk);
    if (git_revwalk_push_glob(walk, "refs/regent/*") != 0) return failed();
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(path / "objects/pack")) old.push_back(entry.path());
    if (git_packbuilder_insert_walk(builder, walk) != 0 ||
        git_packbuilder_write(builder, nullptr, 0600, nullptr, nullptr) != 0) {
        return failed();
    }
    const auto name = fmt::format("pack-{}", hex(*git_packbuilder_hash(builder)));
    if (!fs::exists(path / "objects/pack" / (name + ".pack")) || !fs::exists(path / "objects/pack" / (name + ".idx")))
        return problem("the new pack is not where it should be", "");
    for (const auto& file : old) {
        if (file.stem() != name) fs::remove(file);
    }
    return std::string();
}

}  // namespace regent::source
