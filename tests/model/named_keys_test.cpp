#include "model/named_keys.hpp"

#include "model/attributes.hpp"
#include "model/policy_keys.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent::model;
using nlohmann::json;

namespace {

json header(const std::string& name, const json& value, const std::string& template_id = "setheader") {
    return {{"templateId", template_id},
            {"parameters", {{"x-ms-apimTemplateParameter.name", name}, {"x-ms-apimTemplateParameter.value", value}}}};
}

json named(const std::string& name) {
    return {{"credential", name}};
}

Value policies(const json& list) {
    return list.dump();
}

KeysAtHand keys(std::initializer_list<std::pair<std::string, std::string>> texts) {
    KeysAtHand keys;
    for (const auto& [name, text] : texts) keys.emplace(name, Secret(text));
    return keys;
}

const Value wanted = policies({header("Accept", "text/plain"), header("X-Caller", named("orders"))});

Value seen(const json& text, const KeysAtHand& at_hand, const Value& remembered = {},
           Unequal unequal = Unequal::hidden) {
    return with_names(policies({header("Accept", "text/plain"), header("x-caller", text, "SetHeader")}), wanted,
                      remembered, at_hand, unequal);
}

Value as_seen(const json& text) {
    return policies({header("Accept", "text/plain"), header("x-caller", text, "SetHeader")});
}

}  // namespace

TEST_CASE("a key stands in what is sent, and its name in what was read", "[model][policies]") {
    CHECK(with_keys(wanted.text_or({}), keys({{"orders", "k\"1"}})) ==
          policies({header("Accept", "text/plain"), header("X-Caller", "k\"1")}).text_or({}));
    CHECK(with_keys("[]", keys({{"orders", "k1"}})) == "[]");
    CHECK(names_of_keys(wanted) == std::set<std::string>{"orders"});
    CHECK(seen("k1", keys({{"orders", "k1"}})) == as_seen(named("orders")));
}

TEST_CASE("a text that is not the key is hidden, and one that cannot be the key is shown", "[model][policies]") {
    const auto at_hand = keys({{"orders", "k1"}});
    CHECK(seen("k2", at_hand) == as_seen("***"));
    CHECK(seen("", at_hand) == as_seen(""));
    CHECK(seen("@connectionParameters('key')", at_hand) == as_seen("@connectionParameters('key')"));
    CHECK(seen(nullptr, at_hand) == as_seen(nullptr));
}

TEST_CASE("without the key on this machine what is there counts as it", "[model][policies]") {
    CHECK(seen("k2", {}) == as_seen(named("orders")));
    CHECK(seen("k2", keys({{"billing", "k2"}})) == as_seen(named("orders")));
}

TEST_CASE("what people manage is named only where it is exactly the key", "[model][policies]") {
    CHECK(seen("k2", keys({{"orders", "k1"}}), {}, Unequal::left) == as_seen("k2"));
    CHECK(seen("k2", {}, {}, Unequal::left) == as_seen("k2"));
    CHECK(seen("k1", keys({{"orders", "k1"}}), {}, Unequal::left) == as_seen(named("orders")));
}

TEST_CASE("a header whose manifest names its key no more is hidden all the same", "[model][policies]") {
    const auto there = policies({header("X-Caller", "k1"), header("X-Other", "plain")});
    const auto at_hand = keys({{"orders", "k1"}});
    CHECK(with_names(there, policies(json::array()), wanted, at_hand, Unequal::hidden) ==
          policies({header("X-Caller", named("orders")), header("X-Other", "plain")}));
    CHECK(with_names(there, policies(json::array()), wanted, keys({{"orders", "k2"}}), Unequal::hidden) ==
          policies({header("X-Caller", "***"), header("X-Other", "plain")}));
    // What the repository shows everybody is no key.
    const auto in_clear = policies(json::array({header("X-Caller", "k1")}));
    CHECK(with_names(there, in_clear, wanted, at_hand, Unequal::hidden) == there);
}

TEST_CASE("two names for one header are told by their place and by their keys", "[model][policies]") {
    const auto two = policies({header("X-Caller", named("a")), header("X-Caller", named("b"))});
    const auto as_two = [&](const json& first, const json& second, const KeysAtHand& at_hand) {
        return with_names(policies({header("X-Caller", first), header("X-Caller", second)}), two, {}, at_hand,
                          Unequal::hidden);
    };
    CHECK(as_two("k1", "k2", keys({{"a", "k1"}, {"b", "k2"}})) == two);
    CHECK(as_two("same", "same", keys({{"a", "same"}, {"b", "same"}})) == two);
    CHECK(as_two("k1", "k2", keys({{"a", "k1"}})) == two);
    CHECK(as_two("k1", "k2", {}) == two);
    CHECK(as_two("k2", "k1", keys({{"a", "k1"}, {"b", "k2"}})) ==
          policies({header("X-Caller", named("b")), header("X-Caller", named("a"))}));
    // Another header, or a query parameter of its name, is another thing.
    const auto others = policies({header("X-Other", "k1"), header("X-Caller", "k1", "setqueryparameter")});
    CHECK(with_names(others, two, {}, keys({{"a", "k1"}}), Unequal::hidden) == others);
}

TEST_CASE("a named key is no key that stands in a policy, and is the same key only where it is named",
          "[model][policies]") {
    CHECK(keys_in_policies(json::array({header("x-api-key", named("orders"))})).empty());
    CHECK(without_keys(path::policies, wanted) == wanted);
    CHECK(same_keys(path::policies, wanted, wanted));
    CHECK_FALSE(same_keys(path::policies, wanted, as_seen("***")));
    CHECK_FALSE(name_of_key(json{{"credential", "a"}, {"version", "1"}}));
    CHECK_FALSE(name_of_key("credential"));
}
