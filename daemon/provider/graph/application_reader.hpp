#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/graph_client.hpp"
#include "provider/graph/principal_json.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::provider::graph {

/// What one observation learns for the next one.
struct ReaderMemory {
    std::atomic<bool> expand_works;  ///< until a tenant refuses it
    LastCounts counts;
};

/// The reads of an observation, in as few requests as Graph allows. Every application comes with its
/// `federatedIdentityCredentials`, by `$expand` where the tenant takes it, else by batches of 20 reads.
///
/// Totals are told where they are known without asking: the count of keys, or what the same list brought last time.
/// Graph counts a list only together with `ConsistencyLevel: eventual` and without `$expand`: neither is worth a total.
/// https://learn.microsoft.com/graph/aad-advanced-queries
class ApplicationReader {
public:
    /// What is asked for of each application: what read_application() looks at, or everything that Graph shows unasked.
    enum class Members { known, all };

    /// `on_demand`: attributes that some manifest declares and that are not read otherwise. Lists bring those that are
    /// members of the application; of single ones add_on_demand() does.
    ApplicationReader(GraphClient& client, ReaderMemory& memory, ReadProgress& progress,
                      Members members = Members::known, std::set<std::string, std::less<>> on_demand = {})
        : client_(client), memory_(memory), progress_(progress), members_(members), on_demand_(std::move(on_demand)) {}

    template <typename T>
    using Result = tl::expected<T, ProviderError>;
    using Objects = std::vector<nlohmann::json>;

    /// All applications that carry the tag. `remembered`: how many there were, as far as anybody remembers.
    [[nodiscard]] Result<Objects> tagged(const std::string& tag, std::size_t remembered);
    /// All that an OData filter lets through; all of the tenant for an empty one.
    [[nodiscard]] Result<Objects> matching(const std::string& filter);
    /// Applications by alternate keys, in the order asked for; null JSON where there is none. An answer about another
    /// object is an error.
    [[nodiscard]] Result<Objects> by_unique_names(const std::vector<std::string>& keys);
    [[nodiscard]] Result<Objects> by_app_ids(const std::vector<std::string>& app_ids);
    /// The same by object ids.
    [[nodiscard]] Result<Objects> by_ids(const std::vector<std::string>& ids);
    /// Adds the members that Graph shows to whom selects them to applications that were read by their keys, by a
    /// request of its own for each: beside what Graph shows unasked, `keyCredentials` would have to be selected, too.
    [[nodiscard]] Result<void> add_on_demand(const std::vector<nlohmann::json*>& applications);
    /// What lies in the recycle bin, without federated credentials. Nothing when regent may not look there: what it
    /// then does not know, it is told by a refusal of the key.
    [[nodiscard]] Result<std::optional<Objects>> deleted();
    /// Those of `ids` that lie in the recycle bin, as deleted() shows them. Nothing when regent may not look at them
    /// there either: Microsoft says so of restoring what one owns, and not of reading it. Members that Graph shows to
    /// whom selects them are left out where it refuses to.
    [[nodiscard]] Result<std::optional<Objects>> deleted_ones(const std::vector<std::string>& ids);
    /// The service principals in the recycle bin, `id` and `appId` of each, the one that was deleted last first.
    /// Nothing when regent may not look there: that there is none is another answer.
    [[nodiscard]] Result<std::optional<Objects>> deleted_service_principals();
    /// All service principals of the tenant by application id, where that is cheaper than asking for those of so many
    /// applications; else nothing. Knows nothing of the applications: may be read beside them.
    using Principals = std::map<std::string, ReadPrincipal>;
    [[nodiscard]] Result<std::optional<Principals>> all_service_principals(std::size_t applications);
    /// Those of `app_ids`; absent where there is none. Looks for them in `all` first; the few that are missing there
    /// may have come about since.
    [[nodiscard]] Result<std::map<std::string, ServicePrincipal>> service_principals(
        const std::set<std::string>& app_ids, std::optional<Principals> all);
    /// Absent where the API has no service principal in the tenant.
    [[nodiscard]] Result<std::map<std::string, model::ApiPermissions>> apis(const std::set<std::string>& app_ids);

private:
    [[nodiscard]] Result<Objects> list(const std::string& filter, std::size_t remembered);
    /// `path` with the members to be read, and `more` behind them.
    [[nodiscard]] std::string selecting(std::string path, std::string_view more = {}) const;
    [[nodiscard]] Result<Objects> by_keys(const char* key_name, const std::vector<std::string>& keys);
    /// The keys among `keys` that the tenant holds, found in one list of it; nothing when single reads are cheaper.
    [[nodiscard]] Result<std::optional<std::set<std::string>>> held_keys(const char* key_name, std::size_t count);
    [[nodiscard]] Result<Objects> read_each(const std::vector<std::string>& paths);
    [[nodiscard]] Result<void> add_credentials(Objects& applications);
    [[nodiscard]] Result<void> add_on_demand_in_bin(Objects& applications);
    /// One answer for each of `applications`, which were seen, about what lies `below` them; waits for replicas that
    /// do not know them yet.
    [[nodiscard]] Result<Objects> read_of_each(const std::vector<nlohmann::json*>& applications,
                                               const std::string& below, const std::string& what, ReadPart part);
    /// A part of unknown size, but for what is remembered of it.
    [[nodiscard]] ReadPart part_of_a_list(std::string_view what, std::size_t remembered = 0);
    [[nodiscard]] ReadPart part_of(std::string_view what, std::size_t total);

    GraphClient& client_;
    ReaderMemory& memory_;
    ReadProgress& progress_;
    const Members members_;
    /// Of the tenant's applications once they were listed, by the key's name.
    std::map<std::string, std::set<std::string>, std::less<>> all_keys_;
    /// Not selected of single applications, which are read as Graph shows them: selecting `keyCredentials` of a single
    /// one brings the keys' bytes, which only 150 requests a minute may.
    /// https://learn.microsoft.com/graph/api/application-get
    const std::set<std::string, std::less<>> on_demand_;
};

}  // namespace regent::provider::graph
