#pragma once

#include <git2.h>

#include <memory>
#include <string>

namespace regent::source {

template <auto Free>
struct GitDeleter {
    template <typename T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using GitRepository = std::unique_ptr<git_repository, GitDeleter<git_repository_free>>;
using GitConfig = std::unique_ptr<git_config, GitDeleter<git_config_free>>;
using GitConfigIterator = std::unique_ptr<git_config_iterator, GitDeleter<git_config_iterator_free>>;
using GitReference = std::unique_ptr<git_reference, GitDeleter<git_reference_free>>;
using GitStatusList = std::unique_ptr<git_status_list, GitDeleter<git_status_list_free>>;
using GitCommit = std::unique_ptr<git_commit, GitDeleter<git_commit_free>>;
using GitTree = std::unique_ptr<git_tree, GitDeleter<git_tree_free>>;
using GitTreeEntry = std::unique_ptr<git_tree_entry, GitDeleter<git_tree_entry_free>>;
using GitBlob = std::unique_ptr<git_blob, GitDeleter<git_blob_free>>;
using GitObject = std::unique_ptr<git_object, GitDeleter<git_object_free>>;
using GitOdb = std::unique_ptr<git_odb, GitDeleter<git_odb_free>>;
using GitRemote = std::unique_ptr<git_remote, GitDeleter<git_remote_free>>;
using GitRevwalk = std::unique_ptr<git_revwalk, GitDeleter<git_revwalk_free>>;
using GitPackbuilder = std::unique_ptr<git_packbuilder, GitDeleter<git_packbuilder_free>>;

/// Starts libgit2, once for the process: starting reads the system's certificates, so it is not done for every look.
/// Repositories of every user are opened from then on: in a container the files belong to somebody outside.
void start_libgit2();

[[nodiscard]] std::string hex(const git_oid& id);
/// What libgit2 said last on this thread, fit for people.
[[nodiscard]] std::string last_git_error();

}  // namespace regent::source
