#include "provider/graph/owner_list.hpp"

#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

/// `$expand` shows so many members of a relation, and does not say when there are more.
/// https://learn.microsoft.com/graph/query-parameters#expand
constexpr std::size_t most_expanded = 20;
/// Applications on a page with `$expand`.
constexpr std::size_t owners_a_page = 100;
/// Up to so many batches nobody saves anything by listing.
constexpr std::size_t few_owner_batches = 2;

std::size_t divided_up(std::size_t count, std::size_t by) {
    return (count + by - 1) / by;
}

/// Nothing when the answer does not show all of them.
std::optional<model::Value> all_owners(const json& application) {
    const auto* list = member(application, "owners");
    if (list == nullptr || !list->is_array() || list->size() >= most_expanded) return std::nullopt;
    if (member(application, "owners@odata.nextLink") != nullptr) return std::nullopt;
    return owners_in(*list);
}

}  // namespace

std::optional<model::Value> owners_in(const json& list) {
    model::List owners;
    owners.reserve(list.size());
    for (const auto& owner : list) {
        auto id = lower_case(member_text(owner, "id"));
        if (id.empty()) return std::nullopt;
        owners.emplace_back(std::move(id));
    }
    return model::Value(std::move(owners));
}

tl::expected<std::optional<OwnersByApplication>, ProviderError> list_owners(GraphClient& client,
                                                                            const OwnerListing& listing,
                                                                            ReadProgress& progress) {
    const auto batches = divided_up(listing.declaring, GraphClient::max_batch);
    if (!listing.expandable || batches <= few_owner_batches ||
        batches <= divided_up(listing.applications, owners_a_page))
        return std::optional<OwnersByApplication>{};
    ReadPart part(progress, {"Graph", "owners of all applications", 0, listing.applications, true});
    std::size_t pages_read = 0;
    // Whoever remembers the list looks at the tags of what has changed: it may belong there no longer.
    const auto path = fmt::format("/applications?$filter={}&$select={}&$expand=owners($select=id)&$top={}",
                                  percent_encoded(fmt::format("tags/any(t:t eq '{}')", listing.tag)),
                                  client.remembers() ? "id,tags" : "id", owners_a_page);
    auto listed = client.list_at_most(path, "list the owners of applications", batches - 1, &part, &pages_read);
    if (!listed && listed.error().kind == ErrorKind::rejected && pages_read == 0) {
        listing.expandable = false;
        return std::optional<OwnersByApplication>{};
    }
    if (!listed) return tl::unexpected(std::move(listed.error()));
    if (!*listed) return std::optional<OwnersByApplication>{};
    OwnersByApplication by_application;
    for (const auto& application : **listed) {
        if (auto owners = all_owners(application))
            by_application.insert_or_assign(lower_case(member_text(application, "id")), std::move(*owners));
    }
    return std::optional(std::move(by_application));
}

}  // namespace regent::provider::graph
