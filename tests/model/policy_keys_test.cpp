#include "model/policy_keys.hpp"

#include "model/attributes.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent::model;
using nlohmann::json;

namespace {

json policy_header(const std::string& name, const std::string& value, const std::string& template_id = "setheader") {
    return {{"templateId", template_id},
            {"parameters", {{"x-ms-apimTemplateParameter.name", name}, {"x-ms-apimTemplateParameter.value", value}}}};
}

bool holds_a_key(const json& policy) {
    return !keys_in_policies(json::array({policy})).empty();
}

}  // namespace

TEST_CASE("headers that say who calls are told by their names", "[model][policies]") {
    for (const auto* name : {"Authorization", "Proxy-Authorization", "Ocp-Apim-Subscription-Key", "x-api-key",
                             "x-functions-key", "X-Auth-Token", "Cookie", "apikey", "api_key"})
        CHECK(names_a_key(name));
    for (const auto* name : {"Accept", "Content-Type", "Idempotency-Key", "X-CSRF-Token", "x-ms-version", ""})
        CHECK_FALSE(names_a_key(name));
}

TEST_CASE("a text in a policy that signs in is a key, what a request brings is none", "[model][policies]") {
    CHECK(holds_a_key(policy_header("Authorization", "Bearer abc")));
    CHECK(holds_a_key(policy_header("x-api-key", "user@contoso.example")));
    CHECK(holds_a_key(policy_header("subscription-key", "abc", "SetQueryParameter")));
    CHECK_FALSE(holds_a_key(policy_header("Accept", "abc")));
    CHECK_FALSE(holds_a_key(policy_header("Authorization", "")));
    CHECK_FALSE(holds_a_key(policy_header("Authorization", "abc", "routerequesttoendpoint")));
    CHECK_FALSE(holds_a_key(policy_header("x-api-key", "@connectionParameters('api_key')")));
    CHECK_FALSE(holds_a_key(policy_header("Authorization", "Bearer @{connectionParameters('token')}")));
    CHECK(keys_in_policies(json::parse(R"([null, 1, {"templateId": "setheader"}, {"parameters": []}])")).empty());
}

TEST_CASE("policies are shown without their keys and without digests of them", "[model][policies]") {
    const auto with_key = [](const std::string& key) {
        return Value(json::array({policy_header("Accept", "text/plain"), policy_header("x-api-key", key)}).dump());
    };
    const auto shown = without_keys(path::policies, with_key("first"));
    CHECK(shown == with_key("***"));
    CHECK(shown == without_keys(path::policies, with_key("second")));
    CHECK(without_keys(path::policies, shown) == shown);
    CHECK(without_keys(path::policies, with_key("***sha256:0123456789ab")) == shown);
    CHECK(without_keys(path::definition, with_key("k")) == with_key("k"));
    CHECK(without_keys(path::policies, Value("no JSON, x-ms-apimTemplateParameter.name")).text_or({}) ==
          "no JSON, x-ms-apimTemplateParameter.name");

    CHECK(same_keys(path::policies, with_key("first"), with_key("first")));
    CHECK_FALSE(same_keys(path::policies, with_key("first"), with_key("second")));
    CHECK_FALSE(same_keys(path::policies, with_key("first"), Value("[]")));
    CHECK(same_keys(path::policies, Value("[]"), Value{}));
    CHECK(without_keys(path::policies, with_key("second"), with_key("first")) == with_key("*** (another)"));
    CHECK(without_keys(path::policies, with_key("first"), with_key("first")) == shown);
    CHECK(without_keys(path::policies, with_key("first"), Value{}) == shown);
}
