#pragma once

#include "simulator/application_shape.hpp"
#include "simulator/directory.hpp"
#include "simulator/graph_list.hpp"
#include "simulator/graph_request.hpp"
#include "simulator/graph_switches.hpp"

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// /applications with what is below it, and /directory/deletedItems. One file for each subject: graph_credentials.cpp,
/// graph_deleted_items.cpp, graph_extensions.cpp, graph_logo.cpp, graph_owners.cpp, graph_passwords.cpp, and behind
/// everybody's back graph_drift.cpp.
class GraphApplications {
public:
    GraphApplications(Directory& directory, const GraphSwitches& switches)
        : directory_(directory), switches_(switches) {}

    [[nodiscard]] Response handle(const GraphRequest& request);
    [[nodiscard]] Response deleted_items(const GraphRequest& request);
    [[nodiscard]] bool change(const std::vector<Segment>& path, const nlohmann::json& body);
    /// Deletes for good what lies in the recycle bin: one object, or all.
    [[nodiscard]] bool change_deleted(const std::vector<Segment>& path, const nlohmann::json& body);
    /// May a caller with OwnedBy only do this? Creating: yes. Otherwise the application must list it as an owner.
    [[nodiscard]] bool is_owned_or_new(const GraphRequest& request) const;

    /// The application that a request is about; null pointer when there is none.
    [[nodiscard]] const nlohmann::json* named(const GraphRequest& request) const;
    /// How an application is listed.
    [[nodiscard]] Listing listing() const;

private:
    using Json = nlohmann::json;

    /// By `applications(key='…')`, or by the id in the segment that follows.
    [[nodiscard]] const Json* find(const Segment& segment, const std::string& id_segment,
                                   std::chrono::seconds lag) const;
    [[nodiscard]] Response collection(const GraphRequest& request);
    [[nodiscard]] Response below(const GraphRequest& request, const Json& application, std::size_t at);
    [[nodiscard]] Response create(const GraphRequest& request, const std::string& unique_name);
    [[nodiscard]] Response created(const GraphRequest& request, const Json& application, const Json& secrets) const;
    [[nodiscard]] Response update(const GraphRequest& request, const Json& application);
    [[nodiscard]] bool clears_home_page(const Json& body, const Json& application) const;
    Response remove(const Json& application);
    [[nodiscard]] Response credentials(const GraphRequest& request, const Json& application, std::size_t at);
    [[nodiscard]] Response one_credential(const GraphRequest& request, const Json& application, std::size_t index);
    [[nodiscard]] Response add_credential(const GraphRequest& request, const Json& application, const Json& given);
    [[nodiscard]] Response change_credential(const GraphRequest& request, const Json& application,
                                             const Json& credential);
    [[nodiscard]] Response put_logo(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response extension_properties(const GraphRequest& request, const Json& application, std::size_t at);
    [[nodiscard]] Response add_extension_property(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response add_password(const GraphRequest& request, const Json& application);
    [[nodiscard]] Response remove_password(const GraphRequest& request, const Json& application);
    [[nodiscard]] bool is_owned_in_bin(const GraphRequest& request) const;
    [[nodiscard]] Response list_deleted(const GraphRequest& request, bool wants_applications) const;
    [[nodiscard]] Response restore(const GraphRequest& request, const Json& object);
    [[nodiscard]] Order order() const { return switches_.lists_keep_their_order ? Order::kept : Order::turned; }
    void mirror_to_principal(const Json& application);

    Directory& directory_;
    const GraphSwitches& switches_;
};

}  // namespace regent::simulator
