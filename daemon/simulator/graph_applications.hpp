#pragma once

#include "simulator/directory.hpp"
#include "simulator/graph_list.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// /applications with what is below it, and /directory/deletedItems.
class GraphApplications {
public:
    GraphApplications(Directory& directory, const GraphSwitches& switches)
        : directory_(directory), switches_(switches) {}

    [[nodiscard]] Response handle(const GraphRequest& request);
    [[nodiscard]] Response deleted_items(const GraphRequest& request);
    [[nodiscard]] bool change(const std::vector<Segment>& path, const nlohmann::json& body);
    /// May a caller with OwnedBy only do this? Creating: yes. Otherwise the application must list it as an owner.
    [[nodiscard]] bool is_owned_or_new(const GraphRequest& request) const;

private:
    using Json = nlohmann::json;

    [[nodiscard]] Listing listing() const;
    [[nodiscard]] const Json* find(const Segment& segment, const std::string& id_segment,
                                   std::chrono::seconds lag) const;
    [[nodiscard]] Response create(const GraphRequest& request, const std::string& unique_name);
    [[nodiscard]] Response update(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response remove(const Json& application);
    [[nodiscard]] Response credentials(const GraphRequest& request, const Json& application, std::size_t at);
    [[nodiscard]] Response add_credential(const GraphRequest& request, const Json& application, Json credential);
    [[nodiscard]] Response change_credential(const GraphRequest& request, const Json& application,
                                             const Json& credential);
    [[nodiscard]] Response owners(const GraphRequest& request, const Json& application, std::size_t at);
    [[nodiscard]] Response add_password(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response remove_password(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response restore(const GraphRequest& request, const Json& object);
    void mirror_to_principal(const Json& application);

    Directory& directory_;
    const GraphSwitches& switches_;
};

/// What Graph shows of a stored application: without our members, collections in another order than they were sent.
[[nodiscard]] nlohmann::json shown_application(const nlohmann::json& stored);

}  // namespace regent::simulator
