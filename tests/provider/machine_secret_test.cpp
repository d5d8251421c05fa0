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

TEST_CASE("a Power Platform environment is called by its alias, and by its id beside it") {
    const connectors::EnvironmentNames names(Names{{"sales", "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"}});
    CHECK(names.text("0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e") == "`sales` (0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e)");
    CHECK(names.text("Default-1111") == "Default-1111");
}
