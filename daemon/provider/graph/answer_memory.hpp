#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::provider::graph {

/// What Graph answered at the last look, by request and as text, so that the next look has to ask only for what has
/// changed since. It does not know what has: whoever reads the changes says forget(). Thread-safe.
///
/// Only what a change names by its id can be kept: an object, what is below one, and a list that is whole or one of a
/// tag. That something is not there is never kept.
class AnswerMemory {
public:
    using Json = nlohmann::json;

    [[nodiscard]] std::optional<std::vector<Json>> list(const std::string& path) const;
    void keep_list(const std::string& path, const std::vector<Json>& objects);
    /// False when it has to be asked for.
    [[nodiscard]] bool answer(const std::string& path, Json& into) const;
    void keep_answer(const std::string& path, const Json& answer);
    void clear();

    /// An entry of a list that is to be asked for again: by `path`, with the members of the list.
    struct Stale {
        std::string list, id, path;
    };
    /// Forgets every answer that mentions one of `ids`: object ids and application ids. Entries of lists stay until
    /// they are put anew.
    [[nodiscard]] std::vector<Stale> forget(const std::set<std::string>& ids);
    /// Forgets everything below "/oauth2PermissionGrants".
    void forget_collection(const std::string& collection);
    /// Forgets lists of `collection` in which no entry has one of `ids` as its application id: what was just made may
    /// be missing there.
    void forget_lists_without(const std::string& collection, const std::set<std::string>& ids);
    /// Where an object belongs that was not there before: `changed` is what a change says of it.
    [[nodiscard]] std::vector<Stale> belongs_to(const std::string& collection, const Json& changed) const;
    /// An entry as it is now, null when it is gone. Leaves a list of a tag that it no longer carries.
    void put(const Stale& entry, const Json& object);

    /// Entries of lists.
    [[nodiscard]] std::size_t size() const;
    /// Has anything of "/oauth2PermissionGrants" been kept?
    [[nodiscard]] bool holds(const std::string& collection) const;

private:
    struct List {
        std::string collection, options, tag;  ///< "/applications", "$select=…&$expand=…"; no tag: the list is whole
        std::map<std::string, std::string> texts;  ///< by object id
    };
    mutable std::mutex mutex_;
    std::map<std::string, List> lists_;
    std::map<std::string, std::string> answers_;
};

}  // namespace regent::provider::graph
