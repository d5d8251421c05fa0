#include "provider/graph/graph_client.hpp"
#include "provider/graph/graph_provider.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {

tl::expected<std::set<std::string>, ProviderError> owned_among(net::Session& session, net::Clock& clock,
                                                               const GraphOptions& options,
                                                               const std::set<std::string>& object_ids) {
    GraphClient client(session, clock, options.origin, options.scope, options.parallel_reads);
    auto caller = client.caller_object_id();
    if (!caller) return tl::unexpected(std::move(caller.error()));
    std::vector<std::string> paths;
    paths.reserve(object_ids.size());
    for (const auto& id : object_ids) paths.push_back(fmt::format("/applications/{}/owners?$select=id", id));
    const std::string what = "read the owners of applications";
    auto answers = client.read_all(paths, what);
    if (!answers) return tl::unexpected(std::move(answers.error()));
    std::set<std::string> owned;
    auto id = object_ids.begin();
    for (const auto& answer : *answers) {
        const auto& asked = *id++;
        const auto* owners = member(answer, "value");
        if (answer.is_null()) continue;
        // An application has at most 100 owners, and that is a page.
        if (owners == nullptr || !owners->is_array()) return tl::unexpected(client.incomplete(what, "no list of them"));
        for (const auto& owner : *owners) {
            if (lower_case(member_text(owner, "id")) == lower_case(*caller)) owned.insert(asked);
        }
    }
    return owned;
}

}  // namespace regent::provider::graph
