#include "plan/permission_ids.hpp"

#include "plan/documents.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace regent::plan::testing {

// The one test that must never be updated: tenants hold these ids.
TEST_CASE("the id of a scope or role comes from owner, environment, application and name, and stays so for ever",
          "[exposes]") {
    model::Environment dev;
    dev.owner = "regent";
    dev.name = "dev";
    REQUIRE(derived_permission_id(dev, app("orders-api"), "Orders.Read") == "214ccc91-81bf-5cdc-88e8-04ae82bd912b");
}

TEST_CASE("every part of a permission's name counts for its id, and only the key's case does not", "[exposes]") {
    model::Environment dev;
    dev.owner = "regent";
    dev.name = "dev";
    auto test = dev, others = dev, shouted = dev;
    test.name = "test";
    others.owner = "contoso";
    shouted.owner = "Regent";
    const std::set<std::string> ids = {
        derived_permission_id(dev, app("a"), "Read"),    derived_permission_id(dev, app("b"), "Read"),
        derived_permission_id(dev, app("a"), "read"),    derived_permission_id(dev, app("a"), "Write"),
        derived_permission_id(test, app("a"), "Read"),   derived_permission_id(others, app("a"), "Read"),
        derived_permission_id(shouted, app("a"), "Read")};
    REQUIRE(ids.size() == 6);
    for (const auto& id : ids) {
        CAPTURE(id);
        REQUIRE(id.size() == 36);
        REQUIRE(id[14] == '5');
        REQUIRE(std::string("89ab").find(id[19]) != std::string::npos);
    }
}

}  // namespace regent::plan::testing
