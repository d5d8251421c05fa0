#include "provider/connectors/powerapps/connector_content.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent;

TEST_CASE("a permission without principal or properties is nobody's share, however that is written") {
    const auto permissions = nlohmann::json::parse(R"([
        {"properties": null}, {"properties": {"roleName": "CanView", "principal": null}}, {}, null, 3,
        {"properties": {"roleName": "CanView", "principal": {"id": null, "type": "Tenant", "tenantId": "T-1"}}}])");
    const auto shares = provider::powerapps::shares_of(permissions);
    REQUIRE(shares.size() == 1);
    CHECK(shares.begin()->first == "t-1");
    CHECK(provider::powerapps::shares_of(nullptr).empty());
}
