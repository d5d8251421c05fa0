#pragma once

#include "source/fetch_process.hpp"
#include "source/manifest_tree.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace regent::source {

/// Which commits may be believed.
struct Verification {
    enum class Mode {
        none,  ///< any commit of the branch
        head   ///< the commit read must carry a good signature by an allowed key
    };
    Mode mode = Mode::none;
    std::filesystem::path
        openpgp_keyring;  ///< binary OpenPGP keyring as gpgv(1) takes it; empty: no OpenPGP key is allowed
    std::filesystem::path ssh_allowed_signers;  ///< as ssh-keygen(1), ALLOWED SIGNERS; empty: no SSH key is allowed
};

/// Where the service's manifests are.
struct GitLocation {
    std::string url;     ///< https://…, ssh://…, git@host:path, file:///…, or an absolute path
    std::string branch;  ///< "main"; exactly one of branch and tag
    std::string tag;
    std::string path;                  ///< folder inside that holds environments/; empty: the root
    std::filesystem::path repository;  ///< bare repository of the service's own; created when it is not there
    Verification verification;
    /// A new tip that does not descend from the last one read (a force-push, or a tag set elsewhere) is refused unless
    /// it is this commit. Seven digits or more.
    std::string allow_rewind;
    std::string user;                            ///< for https; empty: what the forge expects with a token
    std::filesystem::path token_file;            ///< https password or token; empty: none
    std::filesystem::path ssh_key_file;          ///< private key; empty: none
    std::filesystem::path ssh_known_hosts_file;  ///< required for ssh: an unknown host is never believed
    std::filesystem::path ca_file;               ///< more authorities (PEM) than the system's
    std::string proxy;                           ///< for https: "http://proxy:3128"; empty: as $https_proxy says
    std::chrono::seconds timeout{60};            ///< of one fetch, whatever the network does
    ReadLimits limits;
};

/// A commit as people know it.
struct CommitInfo {
    std::string branch;  ///< or the tag
    std::string commit;  ///< 40 hex digits
    std::string author;  ///< "Bob <bob@contoso.example>"
    std::string subject;
    std::chrono::system_clock::time_point committed_at;
};

/// One readable state of the source.
struct SourceState {
    std::shared_ptr<const ManifestTree> tree;
    std::string
        version;  ///< changes when the content may have changed: the commit, or a digest over the folder's files
    std::optional<CommitInfo> commit;  ///< empty outside git
    /// What happened on the way that somebody should know: the local copy was damaged and fetched afresh, or a tag was
    /// moved ahead.
    std::vector<std::string> notes;
};

/// A source that changes over time. Not thread-safe but for the callback.
class ChangingSource {
public:
    virtual ~ChangingSource() = default;
    /// Looks for the newest state: fetches, or reads the folder. Blocks for at most the source's timeout; `stop` ends
    /// it early. A commit that is not signed as demanded, a vanished branch and a force-push are errors that say which
    /// commit, and the state read before stays good: its tree can be read on.
    [[nodiscard]] virtual tl::expected<SourceState, SourceError> look(const std::atomic<bool>& stop) = 0;
    /// The state of an earlier version, without asking anybody: after a restart, while the newest has errors. Nothing
    /// where it is not kept (a folder), not known any more, or not signed as demanded.
    [[nodiscard]] virtual std::optional<SourceState> look_back(const std::string& version,
                                                               const std::atomic<bool>& stop) = 0;
    /// Told which version is carried out: the newest that could be read may have errors. To go back to this one, or on
    /// from it, rewrites nothing that was carried out.
    virtual void in_force(const std::string& /*version*/) {}
    /// For people and for status: without user information or tokens.
    [[nodiscard]] virtual std::string location() const = 0;
};

/// Reads commits, never a work tree. `last_commit`: the commit that was in force before the service was restarted, or
/// empty; it is what a force-push is judged against. `program` does the fetching.
///
/// The repository at `location.repository` is regent's own: made on demand, readable by nobody else, and replaced by a
/// new one when it is damaged. A repository of anybody else at that place is not touched.
[[nodiscard]] std::unique_ptr<ChangingSource> watch_git(GitLocation location, std::string last_commit,
                                                        FetchProgram program = {});
/// Reads the folder as it is. A file that is being written is waited for; `version` is a digest over all its files that
/// a manifest could be or refer to.
[[nodiscard]] std::unique_ptr<ChangingSource> watch_directory(std::filesystem::path root, ReadLimits limits = {});

/// Watches a folder and all below it (or, for a local git repository, its refs) with inotify and calls `on_change` from
/// a thread of its own once things have been quiet for `settle`, at the latest after ten times that. Never misses: an
/// overflow, a watch that cannot be set and an unmounted folder end in a call too. Where events do not come (network
/// file systems) the caller's own interval is the fallback.
///
/// `on_change` must not take long: the destructor waits for it, and ends everything else at once.
class FolderWatch {
public:
    virtual ~FolderWatch() = default;
    /// What is not seen at the moment and why, for status and log; empty when everything is watched.
    [[nodiscard]] virtual std::string trouble() const = 0;
};
[[nodiscard]] tl::expected<std::unique_ptr<FolderWatch>, SourceError> watch_folder(std::filesystem::path root,
                                                                                   std::chrono::milliseconds settle,
                                                                                   std::function<void()> on_change);
/// The refs of a local repository at `path` (bare or not), so that a commit is seen at once; an error for a remote one.
[[nodiscard]] tl::expected<std::unique_ptr<FolderWatch>, SourceError> watch_repository(const std::string& url,
                                                                                       std::chrono::milliseconds settle,
                                                                                       std::function<void()> on_change);

}  // namespace regent::source
