#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

constexpr const char* somebody = "44444444-4444-4444-8444-444444444444";
constexpr const char* nobody = "55555555-5555-4555-8555-555555555555";

std::string link_to(const std::string& id) {
    return "https://graph.microsoft.com/v1.0/directoryObjects/" + id;
}

std::set<std::string> ids_of(const json& owners) {
    std::set<std::string> ids;
    for (const auto& owner : owners) ids.insert(owner.at("id").get<std::string>());
    return ids;
}

}  // namespace

TEST_CASE("a service principal has its maker and those who were bound as owners, until they are taken away",
          "[simulator][graph]") {
    GraphTenant tenant;
    tenant.control("POST", "state", {{"graph", {{"users", {{{"id", somebody}, {"displayName", "Somebody"}}}}}}});
    const auto another =
        tenant.post("/servicePrincipals", {{"appId", tenant.created({{"displayName", "worker"}}).at("appId")}})
            .json.at("id")
            .get<std::string>();
    const auto application = tenant.created({{"displayName", "demo"}});
    const auto made = tenant.post("/servicePrincipals",
                                  {{"appId", application.at("appId")}, {"owners@odata.bind", {link_to(somebody)}}});
    REQUIRE(made.status == 201);
    CHECK_FALSE(made.json.contains("owners"));
    const auto at = "/servicePrincipals/" + made.json.at("id").get<std::string>() + "/owners";
    const auto owners = tenant.get(at).json.at("value");
    CHECK(ids_of(owners) == std::set<std::string>{client_principal, somebody});
    for (const auto& owner : owners) {
        const bool is_user = owner.at("id") == somebody;
        CHECK(owner.at("@odata.type") == (is_user ? "#microsoft.graph.user" : "#microsoft.graph.servicePrincipal"));
    }
    CHECK(tenant.post(at + "/$ref", {{"@odata.id", link_to(another)}}).status == 204);
    CHECK(tenant.post(at + "/$ref", {{"@odata.id", link_to(another)}}).status == 400);
    CHECK(tenant.remove(at + "/" + std::string(somebody) + "/$ref").status == 204);
    CHECK(tenant.remove(at + "/" + std::string(somebody) + "/$ref").status == 404);
    CHECK(ids_of(tenant.get(at).json.at("value")) == std::set<std::string>{client_principal, another});
}

TEST_CASE("nobody whom the directory does not have is an owner, nor is a group or an application",
          "[simulator][graph]") {
    GraphTenant tenant;
    tenant.control("POST", "state", {{"graph", {{"groups", {{{"id", somebody}, {"displayName", "Operators"}}}}}}});
    const auto application = tenant.created({{"displayName", "demo"}});
    const auto at = GraphTenant::at(application, "/owners");
    const auto add = [&](const std::string& id) { return tenant.post(at + "/$ref", {{"@odata.id", link_to(id)}}); };
    CHECK(add(nobody).status == 404);
    CHECK(add(nobody).code() == "Request_ResourceNotFound");
    CHECK(add(nobody).message().find(nobody) != std::string::npos);
    CHECK(add(somebody).message().find("is invalid for the 'owners' reference") != std::string::npos);
    CHECK(add(application.at("id")).message().find("of type 'Application'") != std::string::npos);
    CHECK(tenant.post("/applications", {{"displayName", "x"}, {"owners@odata.bind", {link_to(nobody)}}}).status == 404);
    tenant.control("POST", "switches", {{"graph", {{"unknownOwnerStatus", 400}}}});
    CHECK(add(nobody).message() == "Not a valid reference update.");
    CHECK(ids_of(tenant.get(at).json.at("value")) == std::set<std::string>{client_principal});
}

TEST_CASE("no more than 20 owners come with a new service principal", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "demo"}});
    auto links = json::array();
    for (int i = 0; i < 21; ++i)
        links.push_back(link_to("66666666-6666-4666-8666-6666666666" + std::to_string(10 + i)));
    CHECK(
        tenant.post("/servicePrincipals", {{"appId", application.at("appId")}, {"owners@odata.bind", links}}).status ==
        400);
}
