#include "source/git_handles.hpp"
#include "source/manifest_source.hpp"

#include <fmt/format.h>

namespace regent::source {
namespace {

bool is_clean(git_repository* repository) {
    git_status_options options;
    git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
    options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
    options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
    git_status_list* list = nullptr;
    if (git_status_list_new(&list, repository, &options) != 0) return false;
    const GitStatusList owned(list);
    return git_status_list_entrycount(list) == 0;
}

}  // namespace

std::string Revision::text() const {
    if (commit.empty()) return {};
    return fmt::format("{}{}, {}", branch.empty() ? "" : branch + "@", commit.substr(0, 7),
                       clean ? "clean" : "with local changes");
}

Revision revision_of(const std::filesystem::path& root) {
    start_libgit2();
    git_repository* opened = nullptr;
    if (git_repository_open_ext(&opened, root.c_str(), 0, nullptr) != 0) return {};
    const GitRepository repository(opened);
    git_reference* head = nullptr;
    if (git_repository_head(&head, opened) != 0) return {};
    const GitReference owned(head);
    Revision revision;
    if (git_reference_is_branch(head) != 0) revision.branch = git_reference_shorthand(head);
    if (const auto* id = git_reference_target(head); id != nullptr) {
        revision.commit = hex(*id);
    }
    revision.clean = is_clean(opened);
    return revision;
}

}  // namespace regent::source
