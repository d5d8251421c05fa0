#include "source/git_handles.hpp"

#include "source/printable.hpp"

namespace regent::source {

void start_libgit2() {
    static const int users = git_libgit2_init();
    static_cast<void>(users);
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
