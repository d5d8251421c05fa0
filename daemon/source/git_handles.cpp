#include "source/git_handles.hpp"

#include "source/printable.hpp"

namespace regent::source {

void start_libgit2() {
    // A repository of another user is read, not obeyed: libgit2 runs no hooks and no programs that its configuration
    // names, which is what the ownership check guards git(1) against (CVE-2022-24765). See
    // decisions/0010-fetching-in-a-child-process.md.
    static const int started = [] {
        const int users = git_libgit2_init();
        git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
        return users;
    }();
    static_cast<void>(started);
}

std::string hex(const git_oid& id) {
    char text[GIT_OID_HEXSZ + 1];
    return git_oid_tostr(text, sizeof text, &id);
}

std::string last_git_error() {
    const auto* error = git_error_last();
    return error != nullptr && error->message != nullptr ? printable(error->message) : "no reason was given";
}

}  // namespace regent::source
