// A manifest that gets another name and says which it had before: the same object.

#include "plan/previous_names.hpp"

#include "model/marks.hpp"
#include "plan/permission_ids.hpp"
#include "plan/pretend_tenant.hpp"
#include "plan/vouching.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Value;
namespace path = model::path;

Document called_before(Document document, const std::vector<std::string>& names) {
    std::size_t line = 10;
    for (const auto& name : names) {
        const auto file = document.declaration.place.file;
        document.declaration.previous_names.push_back({name, {file, line, 5, line, 8, 0}});
        ++line;
    }
    return document;
}

model::Diagnostics mistakes_in(const std::vector<model::Declaration>& documents) {
    return build_desired_graph(environment(), documents).diagnostics;
}

/// A tenant as applied under the name "orders", and read as a provider reads it for a manifest of another name.
class Renamed {
public:
    explicit Renamed(Document document = application("orders")) {
        document.set(path::display_name, "Orders");
        Dice dice(1);
        const auto graph = graph_of({std::move(document)});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
    }
    Plan plan(Document document, const History& history = {}) const {
        const auto graph = graph_of({std::move(document)});
        auto observed = tenant.observe(graph);
        const auto orphan = std::find_if(observed.orphans.begin(), observed.orphans.end(),
                                         [](const auto& one) { return one.address == app("orders"); });
        REQUIRE(orphan != observed.orphans.end());
        auto found = *orphan;
        observed.orphans.erase(orphan);
        found.address = app("orders-api");
        auto marks = found.attributes[std::string(path::marks)];
        auto list = marks.as_list() == nullptr ? List{} : *marks.as_list();
        list.emplace_back(std::string(model::mark::named) + "orders");
        found.attributes.insert_or_assign(std::string(path::marks), std::move(list));
        observed.resources.emplace(found.address, found);
        return make_plan(graph, observed, history, today);
    }

    PretendTenant tenant;
};

Document orders_api() {
    return called_before(application("orders-api").set(path::display_name, "Orders"), {"orders"});
}

}  // namespace

TEST_CASE("a previous name that a document has now is told with both places", "[previous_names]") {
    const auto found =
        mistakes_in({application("orders"), called_before(application("orders-api"), {"old", "orders"})});
    REQUIRE(found.size() == 1);
    CHECK(found[0].code == "RG0335");
    CHECK(found[0].message ==
          "`orders` is no previous name of Application/orders-api: Application/orders is called so now");
    CHECK(found[0].span.file == "Application-orders-api.regent.yaml");
    CHECK(found[0].span.line == 11);
    REQUIRE(found[0].secondary.size() == 1);
    CHECK(found[0].secondary[0].span.file == "Application-orders.regent.yaml");
    // A name is one of its kind.
    CHECK(mistakes_in({connector("orders"), called_before(application("orders-api"), {"orders"})}).empty());
}

TEST_CASE("two documents that change names are told that each is the other's", "[previous_names]") {
    const auto found = mistakes_in({called_before(application("a"), {"b"}), called_before(application("b"), {"a"})});
    CHECK(found.size() == 2);
    CHECK(std::all_of(found.begin(), found.end(), [](const auto& one) { return one.code == "RG0335"; }));
}

TEST_CASE("nobody was called before what he is called now", "[previous_names]") {
    const auto found = mistakes_in({called_before(application("orders"), {"orders"})});
    REQUIRE(found.size() == 1);
    CHECK(found[0].code == "RG0335");
    CHECK(found[0].message == "Application/orders is called `orders` now");
}

TEST_CASE("a previous name is one document's, once", "[previous_names]") {
    const auto two = mistakes_in({called_before(application("a"), {"old"}), called_before(application("b"), {"old"})});
    REQUIRE(two.size() == 1);
    CHECK(two[0].code == "RG0336");
    CHECK(two[0].message == "Application/a and Application/b were both called `old`, it is said");
    CHECK(two[0].span.file == "Application-b.regent.yaml");
    REQUIRE(two[0].secondary.size() == 1);
    CHECK(two[0].secondary[0].span.file == "Application-a.regent.yaml");
    const auto one = mistakes_in({called_before(application("a"), {"old", "old"})});
    REQUIRE(one.size() == 1);
    CHECK(one[0].code == "RG0336");
    CHECK(one[0].span.line == 11);
    REQUIRE(one[0].secondary.size() == 1);
    CHECK(one[0].secondary[0].span.line == 10);
}

TEST_CASE("who is referred to by the name he had before is told by the one he has", "[previous_names]") {
    const auto found =
        mistakes_in({orders_api(), application("orderz"), connector("arm").by_managed_identity("orders")});
    const auto dangling =
        std::find_if(found.begin(), found.end(), [](const auto& one) { return one.code == "RG0311"; });
    REQUIRE(dangling != found.end());
    CHECK(dangling->message == "no Application named `orders`");
    // Not the one that is spelt most alike.
    CHECK(dangling->help == "it was renamed: write `orders-api`");
    REQUIRE(dangling->secondary.size() == 1);
    CHECK(dangling->secondary[0].span.file == "Application-orders-api.regent.yaml");
}

TEST_CASE("a rename is one update of low risk that makes and deletes nothing", "[previous_names]") {
    const Renamed renamed(application("orders").set(path::service_principal, true).secret("arm"));
    const auto plan = renamed.plan(orders_api().set(path::service_principal, true).secret("arm"));
    REQUIRE(plan.resources.size() == 1);
    CHECK(plan.resources[0].address == app("orders-api"));
    CHECK(plan.resources[0].action == Action::update);
    CHECK(plan.resources[0].reason == Reason::manifest_changed);
    CHECK(plan.resources[0].risk == model::Risk::low);
    CHECK(former_address(plan.resources[0]) == app("orders"));
    REQUIRE(plan.resources[0].changes.size() == 1);
    CHECK(plan.resources[0].changes[0].path == path::name);
    CHECK(plan.resources[0].changes[0].before == Value("orders"));
    CHECK(plan.resources[0].changes[0].after == Value("orders-api"));
    CHECK(names_of(plan) == std::vector<std::string>{"update Application/orders-api"});
    CHECK(plan.withheld.empty());
    CHECK(plan.summary.secrets == 0);
}

TEST_CASE("scopes and roles keep their ids when their application is renamed", "[previous_names]") {
    const Renamed renamed(application("orders").scope("Orders.Read").role("Orders.Read.All"));
    const auto plan = renamed.plan(orders_api().scope("Orders.Read").scope("Orders.Write").role("Orders.Read.All"));
    REQUIRE(plan.steps.size() == 1);
    const auto& scopes = plan.steps[0].values.at(std::string(path::exposed_scopes));
    const auto id_of = [](const model::Environment& in, const char* application, const char* name) {
        return Value(derived_permission_id(in, app(application), name));
    };
    CHECK(*scopes.find("Orders.Read")->find("id") == id_of(environment(), "orders", "Orders.Read"));
    // One that nobody has asked for yet.
    CHECK(*scopes.find("Orders.Write")->find("id") == id_of(environment(), "orders-api", "Orders.Write"));
    CHECK(!plan.steps[0].changed.contains(std::string(path::exposed_roles)));
}

TEST_CASE("an application that is only watched is not renamed, and it is told", "[previous_names]") {
    const Renamed renamed;
    const auto plan = renamed.plan(orders_api().is(model::ManagementPolicy::observe));
    CHECK(plan.steps.empty());
    REQUIRE(plan.withheld.size() == 1);
    CHECK(plan.withheld[0].why == Withheld::Why::observe_only);
    REQUIRE(plan.withheld[0].changes.size() == 1);
    CHECK(plan.withheld[0].changes[0].path == path::name);
}

TEST_CASE("what is remembered under a previous name is remembered of the renamed", "[previous_names]") {
    History history;
    history.last_applied[app("orders")] = {{"displayName", "Orders"}};
    history.remote_ids[app("orders")] = "1";
    history.remote_ids[principal_of(app("orders"))] = "2";
    history.places[app("orders")] = {"base/orders.regent.yaml", 1, 1};
    history.made_at[app("orders")] = today;
    const auto graph = graph_of({called_before(application("orders-api"), {"sales", "orders"})});
    SECTION("all of it") {
        carry_names_over(graph, history);
        CHECK(history.last_applied.at(app("orders-api")).at("displayName") == Value("Orders"));
        CHECK(history.remote_ids.at(app("orders-api")) == "1");
        CHECK(history.remote_ids.at(principal_of(app("orders-api"))) == "2");
        CHECK(history.places.contains(app("orders-api")));
        CHECK(history.made_at.contains(app("orders-api")));
        CHECK(!history.last_applied.contains(app("orders")));
        CHECK(!history.remote_ids.contains(app("orders")));
    }
    SECTION("nothing where something is of the renamed itself") {
        history.remote_ids[app("orders-api")] = "3";
        carry_names_over(graph, history);
        CHECK(history.remote_ids.at(app("orders-api")) == "3");
        CHECK(!history.last_applied.contains(app("orders-api")));
        CHECK(history.last_applied.contains(app("orders")));
    }
}

TEST_CASE("whoever made an application vouches for it under its new name", "[previous_names]") {
    const auto consenting = [](Document document) {
        document.set(path::service_principal, true);
        document.list(path::consented_roles,
                      {Map{{"api", std::string(api)}, {"type", "application"}, {"name", "one"}}});
        document.declaration.attributes.at(std::string(path::consented_roles)).exclusive = false;
        return document;
    };
    Renamed renamed(application("orders").set(path::service_principal, true));
    renamed.tenant.find(app("orders"))->attributes[std::string(path::owners)] = List{"somebody"};
    const auto document = called_before(consenting(application("orders-api")), {"orders"});
    History history;
    history.last_applied[app("orders")] = {{"displayName", "Orders"}};
    history.remote_ids[app("orders")] = renamed.tenant.find(app("orders"))->id;
    const auto is_withheld = [&](const History& known) {
        const auto plan = renamed.plan(document, known);
        return std::any_of(plan.withheld.begin(), plan.withheld.end(),
                           [](const auto& one) { return one.why == Withheld::Why::unvouched; });
    };
    CHECK(is_withheld(history));
    carry_names_over(graph_of({document}), history);
    CHECK(!is_withheld(history));
}

}  // namespace regent::plan::testing
