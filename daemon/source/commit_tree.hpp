#pragma once

#include "source/manifest_tree.hpp"

#include <atomic>
#include <filesystem>
#include <memory>
#include <shared_mutex>
#include <string>

namespace regent::source {

/// The service's own bare repository, shared by everything that was read from it. It is opened anew for each reading:
/// nothing stays open between looks, and one that was repaired or packed in the meantime is simply seen as it is.
struct BareRepository {
    std::filesystem::path path;
    std::string name = {};  ///< of what it is a copy of: see repository_name.hpp
    /// Held shared while objects are read, and alone while the repository is packed or replaced.
    mutable std::shared_mutex in_use;
    /// Set by a reader that met a missing or broken object; the next look repairs.
    mutable std::atomic<bool> damaged = false;
};

/// Which state of which folder.
struct CommitPlace {
    std::string commit;  ///< 40 hex digits
    std::string branch;  ///< or the tag, for Revision
    std::string path;    ///< folder inside that counts as the root; empty: all
};

/// Reads a commit's blobs by the rules of read_directory(), with its limits, notes and words.
///
/// A link inside the root is followed within the commit; a manifest that is a link leading elsewhere is an error. A
/// submodule among the folders read is an error too: its files are not in this repository, and the objects they declare
/// would look removed.
[[nodiscard]] std::unique_ptr<ManifestTree> open_commit(std::shared_ptr<const BareRepository> repository,
                                                        CommitPlace place, ReadLimits limits = {});

/// Whether every manifest of the commit can be read from the disk: false marks the repository as damaged.
[[nodiscard]] bool is_readable(const BareRepository& repository, const CommitPlace& place);

}  // namespace regent::source
