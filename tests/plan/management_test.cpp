// How objects as a whole are treated: created, adopted, watched, replaced, restored, removed, left alone.

#include "plan/obstacles.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::ManagementPolicy;
using Names = std::vector<std::string>;

Plan plan_for(const std::vector<model::Declaration>& documents, const PretendTenant& tenant,
              const model::Environment& in = environment()) {
    const auto graph = graph_of(documents, in);
    return make_plan(graph, tenant.observe(graph), {}, today);
}

Plan apply_all(const std::vector<model::Declaration>& documents, PretendTenant& tenant,
               const model::Environment& in = environment()) {
    const auto graph = graph_of(documents, in);
    const auto observed = tenant.observe(graph);
    auto plan = make_plan(graph, observed, {}, today);
    Dice dice(1);
    tenant.carry_out(plan, observed, dice);
    REQUIRE(names_of(plan_for(documents, tenant, in)) == Names{});
    return plan;
}

const Withheld& the_withheld(const Plan& plan, const model::Address& address) {
    const auto it = std::find_if(plan.withheld.begin(), plan.withheld.end(),
                                 [&](const auto& withheld) { return withheld.address == address; });
    REQUIRE(it != plan.withheld.end());
    return *it;
}

model::Environment removing() {
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    return in;
}

}  // namespace

TEST_CASE("application and connector that need each other are made in one run", "[management]") {
    PretendTenant tenant;
    const auto plan = apply_all({application("a")
                                     .list(model::path::redirect_uris_web, {url_of("x")})
                                     .list(model::path::identifier_uris, {app_id_of("a", "api://")})
                                     .credential("mi", identity_of("x")),
                                 connector("x").by_managed_identity("a")},
                                tenant);
    CHECK(names_of(plan) == Names{"create Application/a", "complete Application/a", "create Connector/x",
                                  "complete Application/a", "await identity of Connector/x",
                                  "add federatedCredentials/mi of Application/a"});
    std::vector<int> waves;
    for (const auto& step : plan.steps) waves.push_back(step.wave);
    CHECK(waves == std::vector<int>{1, 2, 2, 3, 3, 4});
    CHECK(tenant.find(app("a"))->attributes.at("redirectUris.web") ==
          model::Value(model::List{"https://redirect/Connector/x#1"}));
}

TEST_CASE("what is known already is waited for by nobody", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), connector("x").by_managed_identity("a")}, tenant);
    CHECK(names_of(plan_for(
              {application("a"), connector("x").by_managed_identity("a"), redirect_uri("uri", "a", url_of("x"))},
              tenant)) == Names{"update Application/a"});
}

TEST_CASE("an observed object is read and never written", "[management]") {
    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "other"}});
    const auto plan = plan_for({application("a").is(ManagementPolicy::observe)}, tenant);
    CHECK(plan.empty());
    CHECK(the_withheld(plan, app("a")).why == Withheld::Why::observe_only);
    CHECK(the_withheld(plan, app("a")).changes.size() == 1);
}

TEST_CASE("an observed object that is missing or deleted is not made", "[management]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a").is(ManagementPolicy::observe),
                                                       connector("x").by_managed_identity("a")};
    for (const bool in_bin : {false, true}) {
        if (in_bin) tenant.add(app("a"), {{"displayName", "The a"}}).deleted = true;
        const auto plan = plan_for(documents, tenant);
        CHECK(plan.empty());
        CHECK(the_withheld(plan, app("a")).why == Withheld::Why::observe_only);
        CHECK(the_withheld(plan, con("x")).why == Withheld::Why::waits_for_withheld);
    }
}

TEST_CASE("what is only created is created whole, and then left", "[management]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a").is(ManagementPolicy::create_only)};
    CHECK(names_of(apply_all(documents, tenant)) == Names{"create Application/a"});
    tenant.find(app("a"))->attributes["displayName"] = "other";
    const auto plan = plan_for(documents, tenant);
    CHECK(plan.empty());
    CHECK(the_withheld(plan, app("a")).why == Withheld::Why::create_only);
}

TEST_CASE("an ignored attribute is written once, when the object is made", "[management]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a").ignores("displayName").ignores("redirectUris"),
                                                       redirect_uri("uri", "a", "https://one")};
    apply_all(documents, tenant);
    auto& there = tenant.find(app("a"))->attributes;
    CHECK(there.at("displayName") == model::Value("The a"));
    there["displayName"] = "other";
    const auto plan = plan_for(documents, tenant);
    CHECK(plan.empty());
    CHECK(plan.resources.at(0).ignored == Names{"displayName"});
    // Its mark stays as well, so that it goes when nothing is ignored any more and its document is gone.
    apply_all({application("a")}, tenant);
    CHECK(there.at("redirectUris.web") == model::Value(model::List{}));
}

TEST_CASE("an element that is ignored by itself stays, and the rest of its list is exact", "[management]") {
    PretendTenant tenant;
    const auto with = [](const model::List& uris) {
        return std::vector<model::Declaration>{application("a")
                                                   .ignores("redirectUris.web[https://old]")
                                                   .ignores("tags[odd]")
                                                   .list("redirectUris.web", uris)};
    };
    const auto one = with({"https://one"}), two = with({"https://one", "https://two"});
    apply_all(one, tenant);
    auto& there = tenant.find(app("a"))->attributes;
    there["redirectUris.web"] = model::List{"https://attacker", "https://old", "https://one"};
    const auto plan = plan_for(two, tenant);
    REQUIRE(plan.resources.at(0).changes.size() == 2);
    CHECK(plan.resources.at(0).ignored == Names{"redirectUris.web[https://old]"});
    apply_all(two, tenant);
    CHECK(there.at("redirectUris.web") == model::Value(model::List{"https://old", "https://one", "https://two"}));
    CHECK(plan_for(two, tenant).empty());
}

TEST_CASE("an immutable change that may replace the object does, after all is there that the new one needs",
          "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), connector("x").by_managed_identity("a")}, tenant);
    const auto plan =
        apply_all({application("a"), application("b"),
                   connector("x").by_managed_identity("b").set(model::path::display_name, "New").allows_replacement()},
                  tenant);
    CHECK(names_of(plan) == Names{"create Application/b", "delete Connector/x", "create Connector/x"});
    CHECK(plan.deletes == 1);
    CHECK(tenant.made.at(con("x")) == 2);
}

TEST_CASE("nothing that is only watched, adopted or protected is replaced", "[management]") {
    PretendTenant tenant;
    apply_all({connector("x")}, tenant);
    auto changed = connector("x").set(model::path::display_name, "New").allows_replacement();
    SECTION("watched") {
        const auto plan = plan_for(
            {application("a").list(model::path::redirect_uris_web, {}), changed.is(ManagementPolicy::observe)}, tenant);
        CHECK(names_of(plan) == Names{"create Application/a"});
    }
    SECTION("protected") {
        // Its protection is written on it, and no more.
        const auto plan = plan_for({changed.prevents_delete()}, tenant);
        CHECK(names_of(plan) == Names{"update Connector/x"});
        CHECK(plan.steps[0].changed == std::set<std::string, std::less<>>{"marks"});
        CHECK(the_withheld(plan, con("x")).why == Withheld::Why::prevent_delete);
    }
    SECTION("adopted") {
        const auto plan = plan_for({changed.adopts("Connector/x#1")}, tenant);
        CHECK(plan.empty());
        CHECK(the_withheld(plan, con("x")).why == Withheld::Why::adopt_target_differs);
    }
}

TEST_CASE("what would replace a connector is withheld until its manifest allows it, and the rest is done",
          "[management]") {
    PretendTenant tenant;
    apply_all({connector("x")}, tenant);
    auto changed = connector("x").set(model::path::display_name, "New").set(model::path::description, "For all");
    const auto graph = graph_of({changed});
    auto observed = tenant.observe(graph);
    SECTION("one connection was made with it") {
        observed.resources.at(con("x")).connections = 1;
        const auto plan = make_plan(graph, observed, {}, today);
        CHECK(names_of(plan) == Names{"update Connector/x"});
        CHECK(plan.steps[0].changed == std::set<std::string, std::less<>>{"description"});
        CHECK_FALSE(plan.steps[0].values.contains("displayName"));
        const auto& withheld = the_withheld(plan, con("x"));
        CHECK(withheld.why == Withheld::Why::replacement_unasked);
        CHECK(withheld.message.find("1 connection to it is lost") != std::string::npos);
        CHECK(withheld.help.find("allowReplacement") != std::string::npos);
        REQUIRE(withheld.changes.size() == 1);
        CHECK(withheld.changes[0].path == "displayName");
        CHECK(count_obstacles(plan) == 1);
        CHECK(plan.deletes == 0);
    }
    SECTION("nobody may count them") {
        observed.resources.at(con("x")).connections_unread = "Power Apps: 403";
        const auto plan = make_plan(graph, observed, {}, today);
        CHECK(the_withheld(plan, con("x")).message.find("cannot be seen (Power Apps: 403") != std::string::npos);
    }
    SECTION("with consent it waits until those who may use it can be seen") {
        observed.resources.at(con("x")).unreadable.emplace(model::path::shares);
        const auto allowed = graph_of({changed.allows_replacement()});
        const auto plan = make_plan(allowed, observed, {}, today);
        CHECK(names_of(plan) == Names{"update Connector/x"});
        CHECK(the_withheld(plan, con("x")).message.find("cannot be seen at the moment") != std::string::npos);
        CHECK(the_withheld(plan, con("x")).help == "the next run looks again");
    }
    SECTION("with consent it is replaced, and the risk says what that costs") {
        const auto allowed = graph_of({changed.allows_replacement()});
        observed.resources.at(con("x")).connections = 3;
        const auto plan = make_plan(allowed, observed, {}, today);
        CHECK(names_of(plan) == Names{"delete Connector/x", "create Connector/x"});
        REQUIRE(plan.resources.size() == 1);
        CHECK(plan.resources[0].risk == model::Risk::high);
        CHECK(plan.resources[0].risk_reason.find("3 connections to it are lost") != std::string::npos);
    }
}

TEST_CASE("a connector that is replaced gets its shares again, declared or left to people", "[management]") {
    PretendTenant tenant;
    apply_all({connector("x")}, tenant);
    auto changed = connector("x").set(model::path::display_name, "New").allows_replacement();
    const auto role = [](const char* name) { return model::Value(model::Map{{"type", "Group"}, {"role", name}}); };
    const auto observed_in = [&](const DesiredGraph& graph) {
        auto observed = tenant.observe(graph);
        observed.resources.at(con("x")).attributes[std::string(model::path::shares)] =
            model::Map{{"one", role("CanView")}, {"two", role("CanEdit")}};
        return observed;
    };
    SECTION("left to people: as they are") {
        const auto graph = graph_of({changed});
        const auto plan = make_plan(graph, observed_in(graph), {}, today);
        CHECK(names_of(plan) == Names{"delete Connector/x", "create Connector/x", "add shares/one of Connector/x",
                                      "add shares/two of Connector/x"});
        CHECK(plan.resources[0].changes.back().note.find("no manifest declares it") != std::string::npos);
        CHECK(plan.steps.back().values.at("shares") == model::Value(model::Map{{"two", role("CanEdit")}}));
    }
    SECTION("declared: as declared, and nothing else") {
        auto graph = graph_of({changed});
        auto& shares = graph.resources.at(con("x")).attributes[std::string(model::path::shares)];
        shares.elements.push_back({.name = "one", .value = role("CanView"), .span = {}, .contributor = {}});
        const auto plan = make_plan(graph, observed_in(graph), {}, today);
        CHECK(names_of(plan) == Names{"delete Connector/x", "create Connector/x", "add shares/one of Connector/x"});
    }
    SECTION("not replaced: nothing is said of them") {
        const auto graph = graph_of({connector("x")});
        CHECK(make_plan(graph, observed_in(graph), {}, today).empty());
    }
}

TEST_CASE("an adoption takes over the object that the manifest names", "[management]") {
    PretendTenant tenant;
    auto& there = tenant.add({"Application", ""}, {{"displayName", "other"}});
    there.ownership = model::Ownership::unclaimed;
    const auto id = there.outputs.at("appId");
    const auto plan = apply_all({application("a").adopts(id)}, tenant);
    CHECK(names_of(plan) == Names{"adopt Application/a"});
    CHECK(tenant.find(app("a"))->attributes.at("displayName") == model::Value("The a"));
    CHECK(plan.summary.adopt == 1);
}

TEST_CASE("an adoption that would be a replacement is left", "[management]") {
    PretendTenant tenant;
    auto& there = tenant.add({"Connector", ""}, {{"displayName", "other"}, {"environment", "pp-1"}});
    there.ownership = model::Ownership::unclaimed;
    const auto plan = plan_for({connector("x").adopts(there.id)}, tenant);
    CHECK(plan.empty());
    CHECK(the_withheld(plan, con("x")).why == Withheld::Why::adopt_target_differs);
}

TEST_CASE("a deleted application is restored, not made again", "[management]") {
    PretendTenant tenant;
    apply_all({application("a").set(model::path::service_principal, true)}, tenant);
    tenant.find(app("a"))->deleted = true;
    tenant.find(app("a"))->attributes.erase("servicePrincipal");
    const auto plan = apply_all({application("a").set(model::path::service_principal, true)}, tenant);
    CHECK(names_of(plan) == Names{"create Application/a", "add servicePrincipal of Application/a"});
    CHECK(plan.steps[0].restore);
    CHECK(tenant.made.at(app("a")) == 1);
}

TEST_CASE("every obstacle is told with its reason, and what needs the object waits", "[management]") {
    using Kind = model::Obstacle::Kind;
    using Why = Withheld::Why;
    const auto graph = graph_of({application("a"), application("b"), connector("x").by_managed_identity("a")});
    for (const auto& [kind, why] : {std::pair{Kind::foreign_owner, Why::foreign_owner},
                                    std::pair{Kind::unclaimed_namesake, Why::unclaimed_namesake},
                                    std::pair{Kind::several_matches, Why::several_matches},
                                    std::pair{Kind::adopt_target_missing, Why::adopt_target_missing},
                                    std::pair{Kind::adopt_target_taken, Why::foreign_owner}}) {
        model::Snapshot observed;
        observed.obstacles = {{kind, app("a"), "why", "what to do"}};
        const auto plan = make_plan(graph, observed, {}, today);
        CHECK(names_of(plan) == Names{"create Application/b"});
        CHECK(the_withheld(plan, app("a")).why == why);
        CHECK(the_withheld(plan, app("a")).message == "why");
        CHECK(the_withheld(plan, con("x")).why == Why::waits_for_withheld);
        // Neither is what a manifest asks for: both want a person.
        CHECK(count_obstacles(plan) == 2);
    }
}

TEST_CASE("what is left alone as it was asked to be is no obstacle", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), application("b"), application("kept").prevents_delete()}, tenant);
    tenant.find(app("a"))->attributes["displayName"] = "other";
    tenant.find(app("b"))->attributes["displayName"] = "other";
    const auto plan = plan_for(
        {application("a").is(ManagementPolicy::observe), application("b").is(ManagementPolicy::create_only)}, tenant);
    CHECK(plan.withheld.size() == 3);
    CHECK(count_obstacles(plan) == 0);
}

TEST_CASE("the identity of a connector that belongs to others is not trusted", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), connector("x").by_managed_identity("a")}, tenant);
    tenant.minutes_pass();
    tenant.find(con("x"))->ownership = model::Ownership::foreign;
    CHECK(
        plan_for({application("a").credential("mi", identity_of("x")), connector("x").by_managed_identity("a")}, tenant)
            .empty());
}

TEST_CASE("nobody waits for the redirect URL of a connector whose sign-in is left to people, and has none",
          "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), connector("x")}, tenant);
    tenant.find(con("x"))->outputs.erase(std::string(model::output::redirect_url));
    auto x = connector("x").by_managed_identity("a");
    SECTION("what is to be ignored") {
        x.ignores("auth");
    }
    SECTION("the connector is only watched") {
        x.is(ManagementPolicy::observe);
    }
    SECTION("the connector was only to be made") {
        x.is(ManagementPolicy::create_only);
    }
    const auto plan = plan_for({application("a")
                                    .set(model::path::notes, "New")
                                    .list(model::path::redirect_uris_web, {"https://a.example/", url_of("x")})
                                    .credential("mi", identity_of("x")),
                                x},
                               tenant);
    CHECK(names_of(plan) == Names{"update Application/a"});
    REQUIRE(plan.withheld.size() >= 2);
    CHECK(the_withheld(plan, app("a")).why == Withheld::Why::waits_for_withheld);
    CHECK(the_withheld(plan, app("a")).message.find("for Connector/x") != std::string::npos);
    CHECK(count_obstacles(plan) >= 2);
}

TEST_CASE("what left the manifests is kept, or removed with connectors first, as policy says", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), application("b"), connector("x").by_managed_identity("a")}, tenant);
    const std::vector<model::Declaration> rest = {application("b")};
    const auto kept = plan_for(rest, tenant);
    CHECK(kept.empty());
    CHECK(the_withheld(kept, app("a")).why == Withheld::Why::on_removal_keep);
    const auto removed = apply_all(rest, tenant, removing());
    CHECK(names_of(removed) == Names{"delete Connector/x", "delete Application/a"});
    CHECK(removed.deletes == 2);
    CHECK(tenant.find(app("a"))->deleted);
}

TEST_CASE(
    "of an application that goes and one that is made under its display name neither is touched: one is the other "
    "renamed",
    "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), application("b"), connector("x")}, tenant);
    const auto plan = plan_for({application("a2").set(model::path::display_name, "The a"), application("b"),
                                connector("y").set(model::path::display_name, "Another")},
                               tenant, removing());
    CHECK(plan.summary.create == 1);  // Connector/y
    CHECK(plan.summary.remove == 1);  // Connector/x
    const auto& made = the_withheld(plan, app("a2"));
    CHECK(made.why == Withheld::Why::unclaimed_namesake);
    CHECK(made.help.find("`previousNames: [a]`") != std::string::npos);
    CHECK(the_withheld(plan, app("a")).message.find("is to have its display name") != std::string::npos);
}

TEST_CASE("an object that another document adopts by its id is not removed", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), application("b"), connector("x")}, tenant);
    const auto id = tenant.find(app("a"))->outputs.at("appId");
    const auto connector_id = tenant.find(con("x"))->id;
    const auto plan = plan_for(
        {application("renamed").adopts(id), application("b"), connector("y").adopts(connector_id)}, tenant, removing());
    CHECK(plan.summary.remove == 0);
    CHECK(the_withheld(plan, app("a")).help.find("`previousNames: [a]`") != std::string::npos);
    CHECK(the_withheld(plan, con("x")).message.find("Connector/y asks for it by its id") != std::string::npos);
}

TEST_CASE("preventDelete outlives its manifest", "[management]") {
    PretendTenant tenant;
    apply_all({application("a").prevents_delete(), application("b")}, tenant);
    const auto plan = plan_for({application("b")}, tenant, removing());
    CHECK(plan.empty());
    CHECK(the_withheld(plan, app("a")).why == Withheld::Why::prevent_delete);
}

TEST_CASE("what a manifest says of its object's end while it is not written to is remembered", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), application("b"), connector("x").by_managed_identity("b")}, tenant);
    History history;
    const auto look = [&](const std::vector<model::Declaration>& documents) {
        const auto graph = graph_of(documents, removing());
        auto plan = make_plan(graph, tenant.observe(graph), history, today);
        for (const auto& [address, values] : plan.agreements)
            for (const auto& [path, value] : values) history.last_applied[address].insert_or_assign(path, value);
        for (const auto& [address, paths] : plan.unmanaged)
            for (const auto& path : paths) history.last_applied[address].erase(path);
        return plan;
    };
    const std::vector<model::Declaration> rest = {application("b"), connector("x").by_managed_identity("b")};
    const auto with = [&](const model::Declaration& document) {
        auto documents = rest;
        documents.push_back(document);
        return documents;
    };
    const auto kept = [&](Withheld::Why why) {
        const auto plan = look(rest);
        CHECK(plan.empty());
        CHECK(the_withheld(plan, app("a")).why == why);
        CHECK(look(with(application("a"))).empty());  // decides again
        CHECK(names_of(look(rest)) == Names{"delete Application/a"});
    };
    SECTION("protected and watched, which is told") {
        const auto plan = look(with(application("a").prevents_delete().is(ManagementPolicy::observe)));
        CHECK(plan.empty());
        REQUIRE(plan.resources.front().warnings.size() == 1);
        CHECK(plan.resources.front().warnings[0].find("`preventDelete` is not written down on it") == 0);
        kept(Withheld::Why::prevent_delete);
    }
    SECTION("kept, and left alone since it is there") {
        const auto document = application("a").on_removal(model::OnRemoval::keep).is(ManagementPolicy::create_only);
        CHECK(look(with(document)).resources.front().warnings.size() == 1);
        kept(Withheld::Why::on_removal_keep);
    }
    SECTION("watched only") {
        CHECK(look(with(application("a").is(ManagementPolicy::observe))).resources.front().warnings.empty());
        kept(Withheld::Why::on_removal_keep);
    }
    SECTION("watched, and to be deleted") {
        look(with(application("a").is(ManagementPolicy::observe).on_removal(model::OnRemoval::remove)));
        CHECK(names_of(look(rest)) == Names{"delete Application/a"});
    }
}

TEST_CASE("what a manifest says of its object's end outlives it, and wins over the policy", "[management]") {
    PretendTenant tenant;
    apply_all({application("goes").on_removal(model::OnRemoval::remove),
               application("stays").on_removal(model::OnRemoval::keep), application("b"),
               connector("x").by_managed_identity("b").on_removal(model::OnRemoval::remove)},
              tenant);
    const auto keeping = plan_for({application("b")}, tenant);
    CHECK(names_of(keeping) == Names{"delete Connector/x", "delete Application/goes"});
    CHECK(the_withheld(keeping, app("stays")).why == Withheld::Why::on_removal_keep);
    const auto removing_all = plan_for({}, tenant, removing());
    CHECK(the_withheld(removing_all, app("stays")).help.find("`management.onRemoval: keep`") != std::string::npos);
    CHECK(removing_all.summary.remove == 3);
}

TEST_CASE("an identifier URI of an application in the recycle bin is taken when that one was restored without it",
          "[management]") {
    PretendTenant tenant;
    const auto documents = [](const model::List& bin, const model::List& other) {
        return std::vector<model::Declaration>{application("bin").list(model::path::identifier_uris, bin),
                                               application("other").list(model::path::identifier_uris, other)};
    };
    apply_all(documents({"api://one"}, {"api://two"}), tenant, environment());
    tenant.find(app("bin"))->deleted = true;
    const auto moved = plan_for(documents({}, {"api://one"}), tenant);
    const auto taken = std::find_if(moved.steps.begin(), moved.steps.end(), [](const auto& step) {
        return step.address == app("other") && step.work == Work::complete;
    });
    const auto restored = std::find_if(moved.steps.begin(), moved.steps.end(),
                                       [](const auto& step) { return step.address == app("bin") && step.restore; });
    REQUIRE(taken != moved.steps.end());
    REQUIRE(restored != moved.steps.end());
    CHECK(std::find(taken->after.begin(), taken->after.end(), restored->id) != taken->after.end());

    const auto kept =
        plan_for({application("bin"), application("other").list(model::path::identifier_uris, {"api://one"})}, tenant);
    CHECK(the_withheld(kept, app("other")).why == Withheld::Why::unclaimed_namesake);
}

TEST_CASE("an application under another name with the same identifier URI leaves the old one as it is",
          "[management]") {
    PretendTenant tenant;
    const auto documents = [](const char* name, const char* uri = "https://contoso.example/orders") {
        return std::vector<model::Declaration>{
            application(name).list(model::path::identifier_uris, {uri, app_id_of(name, "api://")}),
            connector("x").by_managed_identity(name)};
    };
    apply_all(documents("old"), tenant, removing());
    const auto plan = plan_for(documents("new", "https://CONTOSO.example/orders"), tenant, removing());
    CHECK(names_of(plan) == Names{});
    const auto& made = the_withheld(plan, app("new"));
    CHECK(made.why == Withheld::Why::unclaimed_namesake);
    CHECK(made.message.find("Application/old") != std::string::npos);
    CHECK(made.help.find("`previousNames: [old]`") != std::string::npos);
    CHECK(the_withheld(plan, app("old")).message.find("is to have its identifier URI") != std::string::npos);
    CHECK(plan.deletes == 0);
    CHECK(names_of(plan_for(documents("new", "https://contoso.example/other"), tenant, removing())).size() > 1);
}

TEST_CASE("a connector under another name with the same title is neither made beside the old one, nor in its place",
          "[management]") {
    PretendTenant tenant;
    const auto documents = [](const char* name) {
        return std::vector<model::Declaration>{
            application("a").secret("s").list(model::path::redirect_uris_web, {url_of(name)}),
            connector(name).set(model::path::display_name, "Orders").by_secret("a", "s")};
    };
    apply_all(documents("old"), tenant, removing());
    const auto plan = plan_for(documents("new"), tenant, removing());
    CHECK(names_of(plan) == Names{});
    const auto& made = the_withheld(plan, con("new"));
    CHECK(made.why == Withheld::Why::unclaimed_namesake);
    CHECK(made.message.find("Connector/old") != std::string::npos);
    CHECK(made.help.find("`previousNames: [old]`") != std::string::npos);
    CHECK(the_withheld(plan, con("old")).why == Withheld::Why::waits_for_withheld);
    CHECK(plan.deletes == 0);
    // Removed in a commit of its own, it makes room.
    apply_all({application("a").secret("s").list(model::path::redirect_uris_web, {"https://a.example/"})}, tenant,
              removing());
    CHECK(names_of(plan_for(documents("new"), tenant, removing())).size() > 1);
}

TEST_CASE("what is only created is left alone after its manifest is gone, too, unless that said otherwise",
          "[management]") {
    PretendTenant tenant;
    auto goes = application("goes").is(ManagementPolicy::create_only);
    apply_all({application("stays").is(ManagementPolicy::create_only), goes.on_removal(model::OnRemoval::remove),
               application("b")},
              tenant);
    const auto plan = plan_for({application("b")}, tenant, removing());
    CHECK(names_of(plan) == Names{"delete Application/goes"});
    CHECK(the_withheld(plan, app("stays")).why == Withheld::Why::on_removal_keep);
    CHECK(the_withheld(plan, app("stays")).help.find("create-only") != std::string::npos);

    // A manifest that decides again forgets it.
    apply_all({application("stays"), application("b")}, tenant, removing());
    CHECK(names_of(plan_for({application("b")}, tenant, removing())) == Names{"delete Application/stays"});
}

TEST_CASE("an application that a connector goes on using is not removed", "[management]") {
    PretendTenant tenant;
    apply_all({application("a"), connector("x").by_managed_identity("a").prevents_delete()}, tenant);
    const auto plan = plan_for({application("b")}, tenant, removing());
    CHECK(names_of(plan) == Names{"create Application/b"});
    CHECK(the_withheld(plan, app("a")).why == Withheld::Why::waits_for_withheld);
}

TEST_CASE("removals come after everything else", "[management]") {
    PretendTenant tenant;
    apply_all({application("a")}, tenant);
    const auto plan = plan_for({application("b").set(model::path::service_principal, true)}, tenant, removing());
    REQUIRE(names_of(plan) ==
            Names{"create Application/b", "add servicePrincipal of Application/b", "delete Application/a"});
    CHECK(plan.steps[2].after == std::vector<int>{1, 2});
}

TEST_CASE("a permission that the API does not publish is a problem, and its object is not planned", "[management]") {
    const PretendTenant tenant;
    const auto of = [&](const std::string& name, const std::string& type = "delegated") {
        return plan_for({application("a").list(model::path::permissions, {permission(name, type)})}, tenant);
    };
    CHECK(of("User.Read").problems.empty());
    CHECK(of("11111111-1111-4111-8111-111111111111").problems.empty());
    const auto misspelt = of("User.Raed");
    CHECK(misspelt.empty());
    REQUIRE(misspelt.problems.size() == 1);
    CHECK(misspelt.problems[0].code == "RG0709");
    CHECK(misspelt.problems[0].notes == Names{"it publishes, among others: User.Read"});
    CHECK(misspelt.problems[0].help == "did you mean `User.Read`?");
    CHECK(of("user.read").problems.at(0).help == "did you mean `User.Read`?");
    CHECK(of("User.Read", "application").problems.at(0).help ==
          "`User.Read` is a delegated permission of this API: move it there");
}

TEST_CASE("a permission given by its id is the one with that name, once the API publishes it", "[management]") {
    const std::string id = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";
    const auto graph = graph_of({application("a").list(model::path::permissions, {permission(id)})});
    model::Snapshot observed;
    model::ObservedResource there;
    there.address = app("a");
    there.attributes = {{"displayName", "The a"}, {"permissions", model::List{permission(id)}}};
    observed.resources.emplace(app("a"), there);
    CHECK(make_plan(graph, observed, {}, today).resources.at(0).changes.empty());

    observed.apis[std::string(api)] = {std::string(api), "An API", {{"User.Read", id}}, {}, {}, {}, {}};
    observed.resources.at(app("a")).attributes["permissions"] = model::List{permission("User.Read")};
    CHECK(make_plan(graph, observed, {}, today).resources.at(0).changes.empty());
    observed.resources.at(app("a")).attributes["permissions"] = model::List{};
    const auto plan = make_plan(
        graph_of({application("a").list(model::path::permissions, {permission(id), permission("User.Read")})}),
        observed, {}, today);
    REQUIRE(plan.resources.at(0).changes.size() == 1);
    CHECK(plan.resources.at(0).changes.at(0).after == model::Value(permission("User.Read")));
}

TEST_CASE("an API without service principal in the tenant is told with the command that makes one", "[management]") {
    const auto graph = graph_of({application("a").list(model::path::permissions, {permission("User.Read")})});
    const auto plan = make_plan(graph, {}, {}, today);
    REQUIRE(plan.problems.size() == 1);
    CHECK(plan.problems[0].help.find("az ad sp create --id " + std::string(api)) != std::string::npos);
}

TEST_CASE("an application that a connector goes on signing in with stays, also where people manage that", "[removal]") {
    PretendTenant tenant;
    auto in = removing();
    apply_all({application("b").secret("s"), connector("c").by_secret("b", "s")}, tenant, in);
    const auto plan =
        plan_for({application("d").secret("t"), connector("c").by_secret("d", "t").ignores("auth")}, tenant, in);
    CHECK(the_withheld(plan, app("b")).message.find("Connector/c still signs in with it") != std::string::npos);
    for (const auto& step : plan.steps) CHECK(step.work != Work::remove);
}

}  // namespace regent::plan::testing
