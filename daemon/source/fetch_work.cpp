#include "source/fetch_work.hpp"

#include "source/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::source {

tl::unexpected<Problem> problem(std::string message, std::string help, bool own_copy) {
    return tl::unexpected(Problem{{std::move(message), std::move(help)}, own_copy});
}

FetchResult<NamedCommit> choose(const Listing& listing, const FetchRequest& request, const GitAddress& address) {
    const bool branch = !request.branch.empty();
    const std::string_view prefix = branch ? "refs/heads/" : "refs/tags/";
    const auto wanted = fmt::format("{}{}", prefix, branch ? request.branch : request.tag);
    std::vector<std::string> others;
    for (const auto& [name, id] : listing) {
        if (name == wanted) return NamedCommit{name, id};
        if (name.starts_with(prefix) && !name.ends_with("^{}"))
            others.push_back(printable(name.substr(prefix.size()), 60));
    }
    const auto* kind = branch ? "branch" : "tag";
    if (listing.empty()) {
        return problem(
            fmt::format("the repository {} has no branch and no tag", address.shown),
            fmt::format("it is new, or what it had was deleted: push a {} `{}`", kind, wanted.substr(prefix.size())));
    }
    const auto more = others.size() > 8 ? fmt::format(" and {} more", others.size() - 8) : "";
    others.resize(std::min<std::size_t>(others.size(), 8));
    return problem(fmt::format("there is no {} `{}` in {}", kind, wanted.substr(prefix.size()), address.shown),
                   others.empty() ? fmt::format("it has no {} at all", kind)
                                  : fmt::format("it may have been deleted or renamed; there are: {}{}",
                                                fmt::join(others, ", "), more));
}

FetchResult<GitObject> commit_of(git_repository* repository, const NamedCommit& wanted, const std::string& shown) {
    git_object* object = nullptr;
    if (git_object_lookup(&object, repository, &wanted.id, GIT_OBJECT_ANY) != 0)
        return problem(fmt::format("{} of {} cannot be read: {}", printable(wanted.reference), shown, last_git_error()),
                       "check the repository with `git fsck`", true);
    const GitObject owned(object);
    git_object* commit = nullptr;
    if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0)
        return problem(fmt::format("{} of {} names no commit", printable(wanted.reference), shown), "check the tag");
    return GitObject(commit);
}

}  // namespace regent::source
