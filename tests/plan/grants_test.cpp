// Consent, roles given to others and the service principal's own properties: whose is what, and in which order.

#include "plan/canonical.hpp"
#include "plan/diff.hpp"
#include "plan/pretend_tenant.hpp"
#include "plan/set_parts.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Value;
namespace path = model::path;

const std::string scopes(path::consented_scopes);
constexpr const char* other_api = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

Value scope(const std::string& name, const std::string& of = std::string(api)) {
    return Map{{"api", of}, {"type", "delegated"}, {"name", name}};
}

Value role_of(const std::string& principal, const std::string& role, const std::string& type = "group") {
    return Map{{"principal", principal}, {"role", role}, {"type", type}};
}

class Grants {
public:
    /// An application with a service principal that consents to `consented`, as the loader hands it over.
    static Document consenting(const List& consented) {
        auto document = application("a").set(path::service_principal, true);
        if (consented.empty()) return document;
        document.list(path::consented_scopes, consented);
        document.declaration.attributes.at(scopes).exclusive = false;
        return document;
    }
    Plan plan(const std::vector<model::Declaration>& documents, const History& history = {}) {
        const auto graph = graph_of(documents);
        return make_plan(graph, tenant.observe(graph), history, today);
    }
    Plan apply(const std::vector<model::Declaration>& documents) {
        const auto graph = graph_of(documents);
        const auto observed = tenant.observe(graph);
        auto made = make_plan(graph, observed, {}, today);
        tenant.carry_out(made, observed, dice);
        REQUIRE(names_of(plan(documents)) == std::vector<std::string>{});
        return made;
    }
    List held(std::string_view path) {
        const auto* list = tenant.find(app("a"))->attributes[std::string(path)].as_list();
        return list == nullptr ? List{} : canonical_set(*list);
    }
    void by_hand(std::string_view path, List elements) {
        tenant.find(app("a"))->attributes[std::string(path)] = canonical_set(std::move(elements));
    }

    PretendTenant tenant;
    Dice dice{1};
};

const Step& step_of(const Plan& plan, const std::string& part) {
    const auto it = std::find_if(plan.steps.begin(), plan.steps.end(), [&](const auto& s) { return s.part == part; });
    REQUIRE(it != plan.steps.end());
    return *it;
}

const ResourceChange& only(const Plan& plan) {
    REQUIRE(plan.resources.size() == 1);
    return plan.resources.front();
}

}  // namespace

TEST_CASE_METHOD(Grants, "consent is one request for each API, after the service principal, and is of high risk",
                 "[grants]") {
    const auto made = plan({consenting({scope("User.Read"), scope("openid"), scope("user_impersonation", other_api)})});
    const auto& graph = step_of(made, scopes + "/" + std::string(api));
    const auto& arm = step_of(made, scopes + "/" + other_api);
    const auto& principal = step_of(made, "servicePrincipal");
    CHECK(graph.summary == "User.Read, openid");
    for (const auto* step : {&graph, &arm})
        CHECK(std::find(step->after.begin(), step->after.end(), principal.id) != step->after.end());
    CHECK(only(made).risk == model::Risk::high);
}

TEST_CASE_METHOD(Grants, "consent that left the manifest is taken away, and what an administrator gave stays",
                 "[grants]") {
    apply({consenting({scope("User.Read"), scope("openid")})});
    by_hand(scopes, {scope("User.Read"), scope("openid"), scope("Mail.Read")});
    const auto less = plan({consenting({scope("openid")})});
    REQUIRE(only(less).changes.size() == 1);
    CHECK(only(less).changes.front().before == scope("User.Read"));
    REQUIRE(only(less).undeclared.size() == 1);
    CHECK(only(less).undeclared.front().find("Mail.Read") != std::string::npos);
    apply({consenting({scope("openid")})});
    CHECK(held(scopes) == List{scope("Mail.Read"), scope("openid")});
    apply({consenting({})});
    CHECK(held(scopes) == List{scope("Mail.Read")});
}

TEST_CASE_METHOD(Grants, "consent that was revoked outside is drift, and comes back", "[grants]") {
    apply({consenting({scope("User.Read"), scope("openid")})});
    by_hand(scopes, {scope("openid")});
    History history;
    history.last_applied[app("a")][scopes] = List{scope("User.Read"), scope("openid")};
    const auto again = plan({consenting({scope("User.Read"), scope("openid")})}, history);
    CHECK(only(again).reason == Reason::drifted);
    apply({consenting({scope("User.Read"), scope("openid")})});
    CHECK(held(scopes) == canonical_set({scope("User.Read"), scope("openid")}));
}

TEST_CASE_METHOD(Grants, "what cannot be read is asked for, is no drift, and keeps its marks", "[grants]") {
    apply({consenting({scope("User.Read"), scope("openid")})});
    const auto graph = graph_of({consenting({scope("User.Read")})});
    auto observed = tenant.observe(graph);
    auto& resource = observed.resources.at(app("a"));
    resource.attributes.erase(scopes);
    resource.unreadable.insert(scopes);
    History history;
    history.last_applied[app("a")][scopes] = List{scope("User.Read"), scope("openid")};
    const auto made = make_plan(graph, observed, history, today);
    REQUIRE(only(made).changes.size() == 1);
    CHECK_FALSE(only(made).changes.front().drift);
    CHECK(only(made).changes.front().note.find("cannot be read") != std::string::npos);
    for (const auto& step : made.steps) CHECK(step.changed.count(path::marks) == 0);
}

TEST_CASE_METHOD(Grants, "users and groups hold exactly the declared roles; other applications keep theirs",
                 "[grants]") {
    auto document = consenting({});
    document.list(path::assigned_people, {role_of("g1", "Approver")});
    document.list(path::assigned_applications, {role_of("s1", "Orders.Read", "application")});
    document.declaration.attributes.at(std::string(path::assigned_applications)).exclusive = false;
    apply({document});
    by_hand(path::assigned_people, {role_of("g1", "Approver"), role_of("u1", "Approver", "user")});
    by_hand(path::assigned_applications,
            {role_of("s1", "Orders.Read", "application"), role_of("s2", "Orders.Read", "application")});
    apply({document});
    CHECK(held(path::assigned_people) == List{role_of("g1", "Approver")});
    auto nobody = consenting({});
    nobody.list(path::assigned_people, {});
    apply({nobody});
    CHECK(held(path::assigned_people).empty());
    CHECK(held(path::assigned_applications) == List{role_of("s2", "Orders.Read", "application")});
}

namespace {

constexpr const char* first_id = "11111111-0000-4000-8000-000000000001";
constexpr const char* second_id = "11111111-0000-4000-8000-000000000002";

/// An application with one role, which `holder` has.
Document giving(const std::string& role, const std::string& id, const std::string& holder = "s1") {
    auto document = application("a").set(path::service_principal, true).role(role, true, "Title", id);
    document.list(path::assigned_applications, {role_of(holder, role, "application")});
    document.declaration.attributes.at(std::string(path::assigned_applications)).exclusive = false;
    return document;
}

std::vector<std::string> order_of(const Plan& plan) {
    std::vector<std::string> order;
    for (const auto& step : plan.steps) {
        auto text = name_of(step);
        const auto* list = step.values.find(std::string(path::assigned_applications)) == step.values.end()
                               ? nullptr
                               : step.values.at(std::string(path::assigned_applications)).as_list();
        for (const auto& element : list == nullptr ? List{} : *list) text += " " + element.find("role")->text_or({});
        order.push_back(text);
    }
    return order;
}

}  // namespace

TEST_CASE_METHOD(Grants, "who has a role that goes has its successor before, and loses the old one before it goes",
                 "[grants]") {
    apply({giving("Orders.Read", first_id)});
    const auto made = apply({giving("Orders.List", second_id)});
    const std::string given = "servicePrincipal.assignments.applications of Application/a Orders.List";
    CHECK(order_of(made) == std::vector<std::string>{"update Application/a", "add " + given, "drop " + given,
                                                     "complete Application/a", "complete Application/a"});
    CHECK(held(path::assigned_applications) == List{role_of("s1", "Orders.List", "application")});
    for (const auto& step : made.steps) {
        if (step.work == Work::complete) CHECK(step.after.size() >= 2);
    }
}

TEST_CASE_METHOD(Grants, "who has a role that is renamed under its id keeps it", "[grants]") {
    apply({giving("Orders.Read", first_id)});
    const auto made = plan({giving("Orders.List", first_id)});
    for (const auto& step : made.steps) CHECK(step.part.empty());
    REQUIRE(only(made).warnings.size() == 1);
    CHECK(only(made).warnings[0].find("`Orders.Read` is called `Orders.List` then") != std::string::npos);
}

TEST_CASE_METHOD(Grants, "who has a role that is replaced by one of its name is given the new one", "[grants]") {
    apply({giving("Orders.Read", first_id)});
    const auto made = plan({giving("Orders.Read", second_id)});
    const std::string given = "servicePrincipal.assignments.applications of Application/a";
    CHECK(order_of(made) == std::vector<std::string>{"update Application/a", "drop " + given, "complete Application/a",
                                                     "add " + given + " Orders.Read"});
    REQUIRE(only(made).changes.size() == 3);
}

TEST_CASE_METHOD(Grants, "what only changes is enabled again before what goes waits for who has it", "[grants]") {
    apply({giving("Orders.Read", first_id).scope("Read").scope("Write")});
    auto wanted = consenting({}).scope("Read", true, "Other").scope("Write");
    wanted.list(path::exposed_roles, {});
    const auto made = plan({wanted});
    CHECK(order_of(made) == std::vector<std::string>{"update Application/a", "complete Application/a",
                                                     "drop servicePrincipal.assignments.applications of Application/a",
                                                     "complete Application/a", "complete Application/a"});
    const auto step = std::find_if(made.steps.begin(), made.steps.end(),
                                   [](const auto& one) { return one.summary == "changes scope \"Read\""; });
    REQUIRE(step != made.steps.end());
    CHECK(step->after == std::vector<int>{made.steps.front().id});
    CHECK(step->changed == std::set<std::string, std::less<>>{std::string(path::exposed_scopes)});
    CHECK(step->values.at(std::string(path::exposed_scopes)).find("Read")->find("enabled")->as_bool());
    const auto last = std::find_if(made.steps.begin(), made.steps.end(),
                                   [](const auto& one) { return one.summary == "removes role \"Orders.Read\""; });
    REQUIRE(last != made.steps.end());
    CHECK(last->after.size() == 3);
    apply({wanted});
}

TEST_CASE_METHOD(Grants, "a disabled role goes at once, after who has it", "[grants]") {
    apply({giving("Orders.Read", first_id)});
    std::get<Map>(
        std::get<Map>(tenant.find(app("a"))->attributes["exposes.roles"].held)["Orders.Read"].held)["enabled"] = false;
    auto nobody = consenting({});
    nobody.list(path::exposed_roles, {});
    const auto made = apply({nobody});
    CHECK(order_of(made) == std::vector<std::string>{"drop servicePrincipal.assignments.applications of Application/a",
                                                     "update Application/a", "complete Application/a"});
    CHECK(held(path::assigned_applications).empty());
}

TEST_CASE_METHOD(Grants, "a service principal's properties are written by one request, and only declared ones",
                 "[grants]") {
    auto document = consenting({});
    document.set(path::principal_assignment_required, true).set(path::principal_notes, " Owner: platform ");
    const auto made = apply({document});
    const auto& step = step_of(made, "servicePrincipal/settings");
    CHECK(step.changed.size() == 2);
    tenant.find(app("a"))->attributes[std::string(path::principal_login_url)] = "https://by-hand";
    CHECK(plan({document}).empty());
}

TEST_CASE_METHOD(Grants, "tags that a service principal shows because its application has them are not its own",
                 "[grants]") {
    auto document = consenting({}).list(path::tags, {"hr"}).list(path::principal_tags, {"HideApp"});
    apply({document});
    by_hand(path::principal_tags, {"HideApp", "hr"});  // as the directory shows them
    CHECK(plan({document}).empty());
    by_hand(path::principal_tags, {"HideApp", "hr", "by-hand"});
    const auto made = plan({document});
    REQUIRE(only(made).changes.size() == 1);
    CHECK(only(made).changes.front().before == Value("by-hand"));
}

TEST_CASE("a role that the other side declares is neither foreign nor taken away", "[grants]") {
    const Value to_portal = Map{
        {"principal", Value(model::Reference{app("portal"), std::string(model::output::service_principal_id), "", ""})},
        {"role", "Orders.Read"},
        {"type", "application"}};
    const auto held = [](const std::string& name) {
        return Value(Map{{"api", "orders-id"}, {"type", "application"}, {"name", name}});
    };
    auto api_side =
        application("orders").set(path::service_principal, true).list(path::assigned_applications, {to_portal});
    api_side.declaration.attributes.at(std::string(path::assigned_applications)).exclusive = false;
    // `Orders.Write` was consented to once by the portal's own manifest, and is not any more.
    auto client_side = application("portal").set(path::service_principal, true).list(path::consented_roles, {});
    client_side.declaration.attributes.at(std::string(path::consented_roles)).exclusive = false;
    const auto graph = graph_of({api_side, client_side});
    model::Snapshot seen;
    const auto there = [&](const char* name, model::Map attributes, const std::vector<std::string>& marks) {
        model::ObservedResource object;
        object.address = app(name);
        object.id = name;
        object.outputs = {{"appId", std::string(name) + "-id"}};
        object.outputs[std::string(model::output::service_principal_id)] = std::string(name) + "-sp";
        object.attributes = std::move(attributes);
        model::List list;
        for (const auto& mark : marks) list.emplace_back(mark);
        object.attributes[std::string(path::marks)] = std::move(list);
        seen.resources.emplace(app(name), std::move(object));
    };
    there("orders",
          {{std::string(path::display_name), "orders"},
           {std::string(path::assigned_applications), List{role_of("portal-sp", "Orders.Read", "application")}}},
          {});
    const auto& attribute = *model::attributes_of("Application")->find(path::consented_roles);
    there("portal",
          {{std::string(path::display_name), "portal"},
           {std::string(path::consented_roles), List{held("Orders.Read"), held("Orders.Write"), held("Orders.List")}}},
          {element_mark(attribute, held("Orders.Read")).text_or({}),
           element_mark(attribute, held("Orders.Write")).text_or({})});
    const auto made = make_plan(graph, seen, {}, today);
    const auto portal = std::find_if(made.resources.begin(), made.resources.end(),
                                     [](const auto& r) { return r.address == app("portal"); });
    REQUIRE(portal != made.resources.end());
    std::vector<Value> removed;
    for (const auto& change : portal->changes)
        if (change.op == Change::Op::remove) removed.push_back(change.before);
    CHECK(removed == std::vector<Value>{held("Orders.Write")});
    REQUIRE(portal->undeclared.size() == 1);
    CHECK(portal->undeclared.front().find("Orders.List") != std::string::npos);
}

TEST_CASE("consent to an API that does not exist yet is called by who brings it forth", "[grants]") {
    const auto& attribute = *model::attributes_of("Application")->find(path::consented_scopes);
    const Value later = Map{{"api", app_id_of("orders")}, {"type", "delegated"}, {"name", "Orders.Read"}};
    CHECK(part_of_element(attribute, later) == scopes + "/Application/orders");
    CHECK(part_of_element(attribute, scope("openid")) == scopes + "/" + std::string(api));
}

}  // namespace regent::plan::testing
