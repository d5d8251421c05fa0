#include "provider/connectors/machine_secret.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/environment_names.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
namespace path = model::path;
using Names = std::map<std::string, std::string>;

namespace {

plan::Step step(std::string_view backend, plan::Work work, std::set<std::string, std::less<>> changed) {
    plan::Step step;
    step.address = {std::string(model::kind::connector), "orders"};
    step.work = work;
    step.changed = std::move(changed);
    step.values = {{std::string(path::backend), std::string(backend)},
                   {std::string(path::client_secret_from), R"(contoso/1/{"admin":"contoso-admin"})"}};
    return step;
}

Names needs(std::string_view backend, plan::Work work, std::set<std::string, std::less<>> changed = {}) {
    return connectors::machine_secrets_for(step(backend, work, std::move(changed)));
}

}  // namespace

TEST_CASE("a step takes the machine's secrets only when it sends them") {
    const Names all{{"", "contoso"}, {"admin", "contoso-admin"}};
    const auto power_apps = model::backend::environment, logic_apps = model::backend::logicapps;
    CHECK(needs(power_apps, plan::Work::create) == all);
    CHECK(needs(power_apps, plan::Work::update, {std::string(path::client_secret_from)}) == all);
    CHECK(needs(power_apps, plan::Work::update, {std::string(path::connection_parameters)}) == all);
    CHECK(needs(power_apps, plan::Work::update, {std::string(path::display_name)}).empty());
    CHECK(needs(power_apps, plan::Work::remove).empty());
    CHECK(needs(logic_apps, plan::Work::create) == all);
    CHECK(needs(logic_apps, plan::Work::update, {std::string(path::display_name)}) == all);
    CHECK(needs(logic_apps, plan::Work::update, {std::string(path::tags), std::string(path::marks)}).empty());
    CHECK(needs(model::backend::solution, plan::Work::create).empty());
    auto share = step(power_apps, plan::Work::add, {std::string(path::shares)});
    share.part = "shares/22222222-3333-4444-5555-666666666666";
    CHECK(connectors::machine_secrets_for(share).empty());
}

TEST_CASE("what a manifest leaves to others is sent again with its secret where a save replaces the whole") {
    auto save = step(model::backend::logicapps, plan::Work::update, {std::string(path::display_name)});
    model::ObservedResource there;
    there.attributes = {{std::string(path::backend), std::string(model::backend::logicapps)},
                        {std::string(path::client_secret_from), "theirs/"}};
    save.observed = std::make_shared<const model::ObservedResource>(there);
    save.values.erase(std::string(path::client_secret_from));
    CHECK(connectors::machine_secrets_for(save) == Names{{"", "theirs"}});
}

TEST_CASE("a step that sends policies is given the keys that they name, and another one takes none") {
    const std::string named =
        R"([{"parameters":{"x-ms-apimTemplateParameter.name":"x-api-key",)"
        R"("x-ms-apimTemplateParameter.value":{"credential":"orders"}},"templateId":"setheader"}])";
    const auto with_policies = [&](plan::Work work, std::set<std::string, std::less<>> changed) {
        auto sends = step(model::backend::solution, work, std::move(changed));
        sends.values.insert_or_assign(std::string(path::policies), named);
        return sends;
    };
    using Key = tl::expected<model::Secret, std::string>;
    const auto has_it = [](const std::string& name) { return Key(model::Secret("key of " + name)); };
    const auto has_none = [](const std::string&) { return Key(tl::unexpect, "there is no file"); };
    const auto save = with_policies(plan::Work::update, {std::string(path::policies)});
    const auto keyed = connectors::with_machine_keys(save, has_it);
    REQUIRE(keyed);
    const auto sent = keyed->step.values.find(path::policies)->second.text_or({});
    CHECK(sent.find(R"("x-ms-apimTemplateParameter.value":"key of orders")") != std::string::npos);
    CHECK(keyed->keys.size() == 1);
    const auto missing = connectors::with_machine_keys(save, has_none);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == "RG0720");
    CHECK_FALSE(connectors::with_machine_keys(with_policies(plan::Work::create, {}), has_none));
    const auto other =
        connectors::with_machine_keys(with_policies(plan::Work::update, {std::string(path::description)}), has_none);
    REQUIRE(other);
    CHECK(other->keys.empty());
    CHECK(other->step.values.find(path::policies)->second == model::Value(named));
    CHECK(connectors::with_machine_keys(with_policies(plan::Work::remove, {}), has_none));
}

TEST_CASE("a Power Platform environment is called by its alias, and by its id beside it") {
    const connectors::EnvironmentNames names(Names{{"sales", "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"}});
    CHECK(names.text("0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e") == "`sales` (0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e)");
    CHECK(names.text("Default-1111") == "Default-1111");
}
