#include "interop/http_exchange.hpp"
#include "simulator/powerapps_stage.hpp"
#include "simulator/simulator.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace regent::simulator;
using namespace regent::simulator::test;
using nlohmann::json;
using regent::interop::exchange;

namespace {

/// A client of a real simulator, signed in by secret.
class Client {
public:
    explicit Client(const Simulator& simulator, const std::string& scope = "https://service.powerapps.com//.default")
        : port_(simulator.port()) {
        const auto reply = exchange(port_, "POST", fmt::format("/{}/oauth2/v2.0/token", tenant),
                                    {{"Content-Type", "application/x-www-form-urlencoded"}},
                                    "client_id=22222222-2222-2222-2222-222222222222&client_secret=simulator&grant_type="
                                    "client_credentials&scope=" +
                                        percent_encoded(scope));
        REQUIRE(reply.status == 200);
        token_ = json::parse(reply.body).at("access_token");
    }

    [[nodiscard]] regent::interop::HttpReply call(const std::string& method, const std::string& target,
                                                  const json& body = nullptr) const {
        return exchange(port_, method, target,
                        {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}},
                        body.is_null() ? std::string{} : body.dump());
    }
    /// An address that a signature opens: no token goes with it.
    [[nodiscard]] regent::interop::HttpReply open(const std::string& method, const std::string& url,
                                                  const std::string& body = {}) const {
        return exchange(port_, method, url.substr(url.find('/', url.find("://") + 3)),
                        {{"x-ms-blob-type", "BlockBlob"}, {"Content-Type", "image/png"}}, body);
    }

private:
    std::uint16_t port_;
    std::string token_;
};

json properties_of(const regent::interop::HttpReply& reply) {
    INFO(reply.body);
    REQUIRE(reply.status < 300);
    return json::parse(reply.body).at("properties");
}

}  // namespace

TEST_CASE("the tutorial's connector with a managed identity, over real HTTP", "[simulator][powerapps][http]") {
    Simulator simulator(Options{});
    const Client client(simulator);
    const auto created = client.call("POST", PowerAppsStage::apis(), {{"properties", identity_connector()}});
    auto properties = properties_of(created);
    const std::string name = json::parse(created.body).at("name");
    CHECK(oauth(properties)["properties"]["FederatedIdentityCredentials"]["Subject"] == "");
    simulator.control("POST", "clock", R"({"advanceSeconds": 60})");
    properties = properties_of(client.call("GET", PowerAppsStage::apis("/" + name)));
    CHECK(oauth(properties)["properties"]["FederatedIdentityCredentials"]["Subject"] != "");
    const auto definition_text = client.open("GET", properties["apiDefinitions"]["originalSwaggerUrl"]);
    CHECK(definition_text.status == 200);
    CHECK(json::parse(definition_text.body.substr(3)) == definition());
    CHECK(client.call("DELETE", PowerAppsStage::apis("/" + name)).status == 200);
    CHECK(client.call("GET", PowerAppsStage::apis("/" + name)).status == 404);
}

TEST_CASE("a token for Graph does not open Power Apps", "[simulator][powerapps][http]") {
    Simulator simulator(Options{});
    const Client client(simulator, "https://graph.microsoft.com/.default");
    CHECK(client.call("GET", PowerAppsStage::apis()).status == 401);
}

TEST_CASE("an icon travels through the blob endpoint, and no signature reaches the request log",
          "[simulator][powerapps][http]") {
    Simulator simulator(Options{});
    const Client client(simulator);
    const auto storage = client.call("POST",
                                     "/providers/Microsoft.PowerApps/objectIds/33333333-3333-3333-3333-333333333333/"
                                     "generateResourceStorage?api-version=2016-11-01",
                                     {{"environment", {{"name", default_environment}}}});
    REQUIRE(storage.status == 200);
    std::string url = json::parse(storage.body).at("sharedAccessSignature");
    url.insert(url.find('?'), "/icon.png");
    CHECK(client.open("PUT", url, "picture").status == 201);
    auto wanted = plain_connector();
    wanted["iconUri"] = url;
    const auto properties = properties_of(client.call("POST", PowerAppsStage::apis(), {{"properties", wanted}}));
    CHECK(client.open("GET", properties["iconUri"]).body == "picture");
    const auto requests = simulator.requests();
    CHECK(requests.size() >= 5);
    CHECK(std::none_of(requests.begin(), requests.end(),
                       [](const auto& request) { return request.target.find("sig=") != std::string::npos; }));
}

TEST_CASE("a connector changed through the control surface shows it to the next reader",
          "[simulator][powerapps][http]") {
    Simulator simulator(Options{});
    const Client client(simulator);
    const std::string name =
        json::parse(client.call("POST", PowerAppsStage::apis(), {{"properties", plain_connector()}}).body).at("name");
    simulator.control("POST", "change",
                      json{{"path", "/providers/Microsoft.PowerApps/apis/" + name},
                           {"patch", {{"properties", {{"description", "changed"}}}}}}
                          .dump());
    CHECK(properties_of(client.call("GET", PowerAppsStage::apis("/" + name)))["description"] == "changed");
    CHECK_THROWS(simulator.control("POST", "change",
                                   R"({"path": "/providers/Microsoft.PowerApps/apis/shared_nobody", "delete": true})"));
    simulator.control("POST", "switches", R"({"powerApps": {"environmentDeniedStatus": 404}})");
    CHECK(client.call("GET", PowerAppsStage::apis({}, "nowhere")).status == 404);
}

TEST_CASE("a reset takes connectors away and leaves switches as they are", "[simulator][powerapps][http]") {
    Simulator simulator(Options{});
    const Client client(simulator);
    simulator.control("POST", "switches", R"({"powerApps": {"pageSize": 7}})");
    REQUIRE(client.call("POST", PowerAppsStage::apis(), {{"properties", plain_connector()}}).status == 201);
    simulator.control("POST", "reset");
    CHECK(json::parse(simulator.state())["powerApps"]["connectors"].empty());
    CHECK(json::parse(simulator.control("GET", "switches"))["powerApps"]["pageSize"] == 7);
    CHECK(client.call("POST", PowerAppsStage::apis(), {{"properties", plain_connector()}}).status == 201);
}
