#pragma once

#include "model/address.hpp"
#include "model/snapshot.hpp"
#include "provider/graph/answer_memory.hpp"
#include "provider/graph/graph_client.hpp"

#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>

namespace regent::provider::graph {

/// Keeps an AnswerMemory true from one look at a tenant to the next: delta queries say which objects have changed, and
/// those are read anew. A change is a name and nothing more: what an object is, is always read.
///
/// Federated credentials, owners and assignments hang on an object and are no change of it: whoever relies on this has
/// to read everything now and then. A token that is not taken any more, a tenant without delta queries, a memory of
/// which nobody said that it is whole: each means that everything is read.
/// https://learn.microsoft.com/graph/delta-query-overview
class TenantChanges {
public:
    explicit TenantChanges(GraphClient& client) : client_(client) {}

    /// Brings the memory up to date. `anew`: objects to be read whatever is remembered. False: nothing is known; what
    /// is read from here on is remembered for the next time.
    [[nodiscard]] tl::expected<bool, ProviderError> follow(const std::set<model::Address>& anew);
    /// The same without asking what has changed: everything is read, and remembered.
    [[nodiscard]] tl::expected<void, ProviderError> begin_anew();
    /// The look came to its end with this: the memory is whole.
    void complete(const model::Snapshot& found);

private:
    using Done = tl::expected<bool, ProviderError>;
    [[nodiscard]] Done collect(const std::string& collection, std::set<std::string>& ids,
                               std::vector<AnswerMemory::Stale>& entries);
    [[nodiscard]] Done read_anew(const std::set<std::string>& ids, std::vector<AnswerMemory::Stale> entries);

    GraphClient& client_;
    AnswerMemory memory_;
    std::map<std::string, std::string> next_rounds_;  ///< collection → path
    std::map<model::Address, std::set<std::string>> ids_;
    bool whole_ = false;
    bool offered_ = true;  ///< until a tenant refuses it
};

}  // namespace regent::provider::graph
