#include "source/manifest_source.hpp"

#include <fmt/format.h>
#include <git2.h>

#include <memory>

namespace regent::source {
namespace {

/// libgit2 counts its users; the last one out frees it.
struct Library {
    Library() { git_libgit2_init(); }
    ~Library() { git_libgit2_shutdown(); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Repository = std::unique_ptr<git_repository, Deleter<git_repository_free>>;
using Ref = std::unique_ptr<git_reference, Deleter<git_reference_free>>;
using StatusList = std::unique_ptr<git_status_list, Deleter<git_status_list_free>>;

bool is_clean(git_repository* repository) {
    git_status_options options = GIT_STATUS_OPTIONS_INIT;
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
    git_status_list* list = nullptr;
    if (git_status_list_new(&list, repository, &options) != 0) return false;
    const StatusList owned(list);
    return git_status_list_entrycount(list) == 0;
}

}  // namespace

std::string Revision::text() const {
    if (commit.empty()) return {};
    return fmt::format("{}{}, {}", branch.empty() ? "" : branch + "@", commit.substr(0, 7),
                       clean ? "clean" : "with local changes");
}

Revision revision_of(const std::filesystem::path& root) {
    const Library library;
    git_repository* opened = nullptr;
    if (git_repository_open_ext(&opened, root.c_str(), 0, nullptr) != 0) return {};
    const Repository repository(opened);
    git_reference* head = nullptr;
    if (git_repository_head(&head, opened) != 0) return {};
    const Ref owned(head);
    Revision revision;
    if (git_reference_is_branch(head) != 0) revision.branch = git_reference_shorthand(head);
    if (const auto* id = git_reference_target(head); id != nullptr) {
        char text[GIT_OID_HEXSZ + 1];
        revision.commit = git_oid_tostr(text, sizeof text, id);
    }
    revision.clean = is_clean(opened);
    return revision;
}

}  // namespace regent::source
