#include "plan/unseen_principals.hpp"

#include "model/principal_in_bin.hpp"
#include "plan/canonical.hpp"
#include "plan/diff.hpp"
#include "plan/pretend_tenant.hpp"
#include "plan/vouching.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::Map;
using model::Value;
namespace path = model::path;

Document with_principal(const std::string& name) {
    return application(name).set(path::service_principal, true);
}

Value role(const std::string& name) {
    return Map{{"api", std::string(api)}, {"type", "application"}, {"name", name}};
}

/// Application a without service principal, where the recycle bin may not be looked into.
class OutOfSight {
public:
    OutOfSight() {
        Dice dice(1);
        const auto graph = graph_of({with_principal("a")});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        auto* there = tenant.find(app("a"));
        there->outputs.erase(std::string(model::output::service_principal_id));
        there->attributes[std::string(path::service_principal)] = false;
        there->unreadable.emplace(path::principal_in_bin);
        there->created_at = today - std::chrono::hours(24 * 30);
        history.remote_ids.emplace(app("a"), there->id);
        history.last_applied[app("a")] = Map{{std::string(path::display_name), "a"}};
    }
    Plan plan(const std::vector<model::Declaration>& documents) const {
        const auto graph = graph_of(documents);
        auto observed = tenant.observe(graph);
        observed.taken_at = today;
        return make_plan(graph, observed, history, today);
    }
    static bool withholds(const Plan& plan) {
        return std::any_of(plan.withheld.begin(), plan.withheld.end(), [](const auto& withheld) {
            return withheld.why == Withheld::Why::no_place && withheld.address == app("a");
        });
    }
    static bool makes(const Plan& plan) {
        const auto names = names_of(plan);
        return std::find(names.begin(), names.end(), "add servicePrincipal of Application/a") != names.end();
    }

    PretendTenant tenant;
    History history;
};

}  // namespace

TEST_CASE("a service principal that may lie in the recycle bin, out of sight, is not made anew", "[unseen]") {
    OutOfSight it;
    auto& applied = it.history.last_applied[app("a")];
    SECTION("one that was there at the last run") {
        applied[std::string(path::service_principal)] = true;
        it.tenant.find(app("a"))->created_at = today - std::chrono::minutes(1);
    }
    SECTION("one of an application that was found by its key") {
        applied[std::string(found_by_key)] = true;
    }
    SECTION("one of an application that nobody remembers") {
        it.history = {};
    }
    const auto plan = it.plan({with_principal("a").set(path::notes, "written all the same")});
    CHECK(OutOfSight::withholds(plan));
    CHECK_FALSE(OutOfSight::makes(plan));
    CHECK(names_of(plan) == std::vector<std::string>{"update Application/a"});
}

TEST_CASE("a service principal that nobody can miss is made without a look", "[unseen]") {
    OutOfSight it;
    SECTION("of an application that a run made, and a later manifest gives one") {}
    SECTION("of an application that a killed run made, nobody remembers how long ago") {
        it.history = {};
        it.tenant.find(app("a"))->created_at = today - std::chrono::minutes(10);
    }
    SECTION("of one that is adopted, with a warning") {
        it.history = {};
        auto* there = it.tenant.find(app("a"));
        there->ownership = model::Ownership::unclaimed;
    }
    auto document = with_principal("a");
    const bool adopted = it.tenant.find(app("a"))->ownership == model::Ownership::unclaimed;
    if (adopted) document.declaration.management.adopt = it.tenant.find(app("a"))->id;
    const auto plan = it.plan({document});
    CHECK_FALSE(OutOfSight::withholds(plan));
    CHECK(OutOfSight::makes(plan));
    const auto& warnings = plan.resources.front().warnings;
    CHECK(adopted == std::any_of(warnings.begin(), warnings.end(), [](const auto& warning) {
              return warning.find("Application.Read.All") != std::string::npos;
          }));
}

TEST_CASE("what hangs on a service principal out of sight waits with it, and marks stay", "[unseen]") {
    OutOfSight it;
    it.history.last_applied[app("a")][std::string(path::service_principal)] = true;
    const auto mark =
        element_mark(*model::attributes_of(model::kind::application)->find(path::consented_roles), role("one"));
    auto* there = it.tenant.find(app("a"));
    auto marks = *there->attributes[std::string(path::marks)].as_list();
    marks.push_back(mark);
    there->attributes[std::string(path::marks)] = canonical_set(marks);
    auto document = with_principal("a").set(path::principal_notes, "more").list(path::consented_roles, {role("two")});
    const auto plan = it.plan({document});
    CHECK(OutOfSight::withholds(plan));
    CHECK(names_of(plan).empty());
}

TEST_CASE("who is to be owned by a service principal out of sight is told about that one", "[unseen]") {
    OutOfSight it;
    it.history.last_applied[app("a")][std::string(path::service_principal)] = true;
    const auto owner = model::Reference{app("a"), std::string(model::output::service_principal_id), {}, {}};
    const auto plan = it.plan({with_principal("a"), application("owned").list(path::owners, {owner})});
    std::vector<std::string> told;
    for (const auto& withheld : plan.withheld)
        if (withheld.address == app("owned")) told.push_back(withheld.message);
    CHECK(told == std::vector<std::string>{"waits with `owners` for the service principal of Application/a"});
}

}  // namespace regent::plan::testing
