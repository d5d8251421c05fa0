// Who may sign in is widened when nothing of the application stands in the way.

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {
namespace {

namespace path = model::path;

Plan widened(const std::string& name) {
    PretendTenant tenant;
    tenant.add(app("a"), {{std::string(path::sign_in_audience), "AzureADMultipleOrgs"},
                          {std::string(path::access_token_version), 2}});
    const auto graph = graph_of({application("a")
                                     .set(path::display_name, name)
                                     .set(path::access_token_version, 2)
                                     .set(path::sign_in_audience, "AzureADandPersonalMicrosoftAccount")});
    return make_plan(graph, tenant.observe(graph), {}, today);
}

std::string repeated(const char* character, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += character;
    return text;
}

}  // namespace

TEST_CASE("a display name may have ninety characters, of however many bytes", "[audience]") {
    CHECK(widened(repeated("\xe6\x97\xa5", 90)).withheld.empty());
    const auto plan = widened(repeated("\xe6\x97\xa5", 91));
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].message.find("its display name has more than 90 characters") != std::string::npos);
    CHECK(widened(repeated("a", 91)).withheld.size() == 1);
}

}  // namespace regent::plan::testing
