// How risky a change is, and why.

#include "plan/risk.hpp"

#include "plan/pretend_tenant.hpp"
#include "plan/risk_rules.hpp"
#include "plan/safety.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Risk;

constexpr auto github_issuer = "https://token.actions.githubusercontent.com";

Plan rated_plan(const model::Declaration& document, const PretendTenant& tenant = {},
                const model::Environment& in = environment()) {
    const auto graph = graph_of({document}, in);
    auto observed = tenant.observe(graph);
    observed.apis[std::string(api)].application = {
        {"RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"},
        {"Reports.Read.All", "1"},
        {"User.Read.All", "2"},
        {"Mail.Send", "3"}};
    observed.apis[std::string(api)].delegated = {
        {"User.Read", "4"}, {"Directory.ReadWrite.All", "5"}, {"Calendars.Read", "6"}};
    return make_plan(graph, observed, {}, today);
}

/// Of the only note there is about `path`; low when there is none.
Risk risk_of(const Plan& plan, std::string_view path) {
    Risk risk = Risk::low;
    for (const auto& note : risk_notes(plan)) {
        if (note.change != nullptr && note.change->path == path) risk = std::max(risk, note.risk);
    }
    return risk;
}
std::string reason_of(const Plan& plan, std::string_view path) {
    for (const auto& note : risk_notes(plan)) {
        if (note.change != nullptr && note.change->path == path) return note.reason;
    }
    return {};
}

Risk risk_of_uri(std::string_view path, const char* uri, bool production = false, const PretendTenant& tenant = {}) {
    auto in = environment();
    in.production = production;
    return risk_of(rated_plan(application("a").list(path, {uri}), tenant, in), path);
}

Risk risk_of_trust(const std::string& issuer, const std::string& subject) {
    return risk_of(rated_plan(application("a").credential("c", trust(issuer, subject))),
                   model::path::federated_credentials);
}

Risk risk_of_permission(const std::string& name, const std::string& type) {
    return risk_of(rated_plan(application("a").list(model::path::permissions, {permission(name, type)})),
                   model::path::permissions);
}

}  // namespace

TEST_CASE("every attribute has somebody's judgement of its risk", "[risk]") {
    for (const auto kind : {model::kind::application, model::kind::connector}) {
        for (const auto& attribute : model::attributes_of(kind)->attributes) {
            INFO("say in plan/risk_rules.cpp how risky a change of `" << attribute.path << "` of " << kind << " is");
            CHECK(risk_rule_of(kind, attribute.path) != nullptr);
        }
    }
}

TEST_CASE("display texts are no risk", "[risk]") {
    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "old"}, {"notes", "old"}});
    const auto plan = rated_plan(application("a").set(model::path::notes, "new"), tenant);
    REQUIRE(plan.resources.at(0).action == Action::update);
    CHECK(risk_notes(plan).empty());
    CHECK(highest_risk(plan) == Risk::low);
}

TEST_CASE("a redirect URI is as risky as where it leads", "[risk]") {
    const auto web = model::path::redirect_uris_web;
    CHECK(risk_of_uri(web, "https://*.contoso.example/") == Risk::high);
    CHECK(risk_of_uri(web, "http://contoso.example/") == Risk::high);
    CHECK(risk_of_uri(web, "https://contoso.example/") == Risk::medium);
    CHECK(risk_of_uri(model::path::redirect_uris_native, "contoso://auth") == Risk::medium);
    CHECK(risk_of_uri(model::path::redirect_uris_native, "msal00000000-0000-0000-0000-000000000001://auth") ==
          Risk::low);
    SECTION("a further path on a host that it has is nothing new") {
        PretendTenant tenant;
        tenant.add(app("a"), {{"redirectUris.web", List{"https://contoso.example:8443/old"}}});
        CHECK(risk_of(rated_plan(application("a").list(
                                     web, {"https://contoso.example:8443/old", "https://CONTOSO.example/new"}),
                                 tenant),
                      web) == Risk::low);
        CHECK(reason_of(rated_plan(application("a").list(
                                       web, {"https://contoso.example:8443/old", "https://other.example/new"}),
                                   tenant),
                        web) == "tokens go to a new host, other.example");
    }
}

TEST_CASE("the redirect URL of a connector that is ours is no new place, also when it is known and put back",
          "[risk]") {
    constexpr auto url = "https://global.consent.example/redirect";
    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "The a"}});
    tenant.add(con("x"), {{"displayName", "The x"}}).outputs[std::string(model::output::redirect_url)] = url;
    const model::Declaration document = application("a").list(model::path::redirect_uris_web, {url});
    CHECK(risk_of(rated_plan(document, tenant), model::path::redirect_uris_web) == Risk::medium);
    const auto graph = graph_of({document, connector("x")});
    auto observed = tenant.observe(graph);
    CHECK(risk_of(make_plan(graph, observed, {}, today), model::path::redirect_uris_web) == Risk::low);
    observed.resources.at(con("x")).ownership = model::Ownership::foreign;
    CHECK(risk_of(make_plan(graph, observed, {}, today), model::path::redirect_uris_web) == Risk::medium);
}

TEST_CASE("an extension property that goes takes with it what is held in it", "[risk]") {
    const auto rating = [](Change::Op op) {
        Change change;
        change.path = model::path::extension_properties;
        change.op = op;
        ResourceChange resource;
        resource.address = app("a");
        resource.action = Action::update;
        return risk_rule_of(model::kind::application, change.path)(change, {environment(), {}, resource});
    };
    CHECK(rating(Change::Op::add).risk == Risk::low);
    CHECK(rating(Change::Op::remove).risk == Risk::high);
    CHECK(rating(Change::Op::set).reason == "what objects of the directory hold in it is lost");
}

TEST_CASE("a web application on localhost is a risk in production only", "[risk]") {
    CHECK(risk_of_uri(model::path::redirect_uris_web, "http://localhost:3000/") == Risk::low);
    CHECK(risk_of_uri(model::path::redirect_uris_web, "http://localhost:3000/", true) == Risk::high);
    CHECK(risk_of_uri(model::path::redirect_uris_spa, "https://127.0.0.1/", true) == Risk::high);
    CHECK(risk_of_uri(model::path::redirect_uris_native, "http://localhost", true) == Risk::low);
}

TEST_CASE("a certificate that tokens are encrypted for signs nobody in", "[risk]") {
    const auto path = model::path::certificates;
    const auto certificate = [](const char* usage) { return model::Map{{"usage", usage}, {"thumbprint", "AB"}}; };
    const auto with = [&](const char* usage) {
        auto document = application("a").list(path, {});
        document.declaration.attributes.at(std::string(path))
            .elements.push_back({.name = "key", .value = certificate(usage), .span = {}, .contributor = {}});
        return document;
    };
    const auto there = [&](const char* usage) {
        PretendTenant tenant;
        tenant.add(app("a"), {{std::string(path), model::Map{{"key", certificate(usage)}}}});
        return tenant;
    };
    CHECK(risk_of(rated_plan(with("Encrypt")), path) == Risk::low);
    CHECK(risk_of(rated_plan(with("Verify")), path) == Risk::medium);
    CHECK(risk_of(rated_plan(application("a").list(path, {}), there("Encrypt")), path) == Risk::low);
    CHECK(risk_of(rated_plan(application("a").list(path, {}), there("Verify")), path) == Risk::medium);
    CHECK(risk_of(rated_plan(with("Encrypt"), there("Verify")), path) == Risk::medium);
    CHECK(risk_of(rated_plan(with("Verify"), there("Encrypt")), path) == Risk::medium);
}

TEST_CASE("a wider audience is a risk where the application is in use", "[risk]") {
    const auto path = model::path::sign_in_audience;
    PretendTenant tenant;
    tenant.add(app("a"), {{"signInAudience", "AzureADMultipleOrgs"}});
    CHECK(risk_of(rated_plan(application("a")
                                 .set(path, "AzureADandPersonalMicrosoftAccount")
                                 .set(model::path::access_token_version, 2),
                             tenant),
                  path) == Risk::high);
    CHECK(risk_of(rated_plan(application("a").set(path, "AzureADMyOrg"), tenant), path) == Risk::medium);
    CHECK(risk_of(rated_plan(application("a").set(path, "AzureADMultipleOrgs")), path) == Risk::medium);
    CHECK(risk_of(rated_plan(application("a").set(path, "AzureADMyOrg")), path) == Risk::low);
}

TEST_CASE("a permission with a known way to the whole tenant is a high risk", "[risk]") {
    CHECK(risk_of_permission("RoleManagement.ReadWrite.Directory", "application") == Risk::high);
    CHECK(risk_of_permission("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "application") == Risk::high);  // its id
    CHECK(risk_of_permission("Mail.Send", "application") == Risk::high);
    CHECK(risk_of_permission("Reports.Read.All", "application") == Risk::medium);
    CHECK(risk_of_permission("Directory.ReadWrite.All", "delegated") == Risk::medium);
    CHECK(risk_of_permission("Calendars.Read", "delegated") == Risk::low);
    CHECK(risk_of_permission("User.Read", "delegated") == Risk::low);
}

TEST_CASE("a federated credential is as risky as who may get its token", "[risk]") {
    CHECK(risk_of_trust(github_issuer, "repo:contoso/orders:environment:prod") == Risk::medium);
    CHECK(risk_of_trust(github_issuer, "repo:contoso/orders:ref:refs/heads/main") == Risk::medium);
    CHECK(risk_of_trust(github_issuer, "repo:contoso/orders:pull_request") == Risk::high);
    CHECK(risk_of_trust(github_issuer, "repo:contoso@1/orders@2:pull_request") == Risk::high);
    CHECK(risk_of_trust("https://oidc.example/cluster/", "system:serviceaccount:shop:default") == Risk::high);
    CHECK(risk_of_trust("https://oidc.example/cluster/", "system:serviceaccount:shop:orders") == Risk::medium);
    CHECK(risk_of_trust("https://login.microsoftonline.com/" + environment().tenant_id + "/v2.0", "x") == Risk::medium);
    CHECK(risk_of_trust("https://login.microsoftonline.com/99999999-9999-9999-9999-999999999999/v2.0", "x") ==
          Risk::high);
    CHECK(reason_of(rated_plan(
                        application("a").credential("c", trust(github_issuer, "repo:contoso@1/orders@2:pull_request"))),
                    model::path::federated_credentials)
              .find("a branch of contoso/orders runs") != std::string::npos);
}

TEST_CASE("a credential that only gets another description is no risk", "[risk]") {
    const auto path = model::path::federated_credentials;
    auto wanted = trust(github_issuer, "repo:contoso/orders:pull_request");
    PretendTenant tenant;
    tenant.add(app("a"), {{"federatedCredentials", model::Map{{"c", wanted}}}});
    wanted["description"] = "another";
    const auto plan = rated_plan(application("a").credential("c", wanted), tenant);
    REQUIRE(plan.resources.at(0).action == Action::update);
    CHECK(risk_of(plan, path) == Risk::low);
    wanted["subject"] = "repo:contoso/other:pull_request";
    CHECK(risk_of(rated_plan(application("a").credential("c", wanted), tenant), path) == Risk::high);
}

TEST_CASE("the identity of a connector of the same repository is no risk", "[risk]") {
    const auto graph =
        graph_of({application("a").credential("mi", identity_of("c")), connector("c").by_managed_identity("a")});
    const auto plan = make_plan(graph, PretendTenant{}.observe(graph), {}, today);
    CHECK(highest_risk(plan) == Risk::low);
}

TEST_CASE("tokens in the address bar are a risk when they come, not when they go", "[risk]") {
    PretendTenant tenant;
    tenant.add(app("a"), {{std::string(model::path::implicit_access_token), true}});
    const auto path = model::path::implicit_access_token;
    CHECK(risk_of(rated_plan(application("a").set(path, true)), path) == Risk::high);
    CHECK(risk_of(rated_plan(application("a").set(model::path::implicit_id_token, true)),
                  model::path::implicit_id_token) == Risk::medium);
    CHECK(risk_of(rated_plan(application("a").set(path, false), tenant), path) == Risk::low);
}

TEST_CASE("what is deleted is a high risk, and comes first", "[risk]") {
    auto in = environment();
    in.policy.on_removal = model::OnRemoval::remove;
    PretendTenant tenant;
    tenant.add(app("z"), {{"displayName", "gone"}});
    const auto plan = rated_plan(application("a").set(model::path::implicit_id_token, true), tenant, in);
    const auto notes = risk_notes(plan);
    REQUIRE(notes.size() == 2);
    CHECK(to_string(notes[0].resource->address) == "Application/z");
    CHECK(notes[0].change == nullptr);
    CHECK(notes[0].risk == Risk::high);
    CHECK(notes[1].risk == Risk::medium);
}

TEST_CASE("a definition is a risk when requests go elsewhere or operations are gone", "[risk]") {
    const auto rating = [](const char* before, const char* after) {
        Change change;
        change.path = model::path::definition;
        change.before = before;
        change.after = after;
        ResourceChange resource;
        resource.address = con("c");
        resource.action = Action::update;
        return rate_definition(change, {environment(), {}, resource});
    };
    const auto* one = R"({"host":"a.example","paths":{"/x":{"get":{"operationId":"X"}}}})";
    CHECK(rating(one, R"({"host":"b.example","paths":{}})").reason ==
          "requests of its connections, with their tokens, go to b.example instead of a.example");
    CHECK(rating(one, R"({"host":"a.example","paths":{}})").reason == "flows and apps that call `X` fail");
    CHECK(rating(one, R"({"host":"a.example","info":{},"paths":{"/y":{"post":{"operationId":"X"}}}})").risk ==
          Risk::low);
}

TEST_CASE("a definition that lets requests go without TLS is a high risk, for one operation too", "[risk]") {
    const auto rating = [](const char* before, const char* after) {
        Change change;
        change.path = model::path::definition;
        change.before = before;
        change.after = after;
        ResourceChange resource;
        resource.address = con("c");
        resource.action = Action::update;
        return rate_definition(change, {environment(), {}, resource}).risk;
    };
    const auto* one = R"({"host":"a.example","schemes":["https"],"paths":{"/x":{"get":{"operationId":"X"}}}})";
    const auto* plain = R"({"host":"a.example","schemes":["https","http"],"paths":{"/x":{"get":{"operationId":"X"}}}})";
    CHECK(rating(one, plain) == Risk::high);
    CHECK(rating(plain, one) == Risk::low);
    CHECK(rating(R"({"host":"a.example","paths":{"/x":{"get":{"operationId":"X"}}}})",
                 R"({"host":"a.example","paths":{"/x":{"get":{"operationId":"X","schemes":["http"]}}}})") ==
          Risk::high);
}

TEST_CASE("settings of a connector that send requests or people elsewhere are a high risk", "[risk]") {
    const auto rating = [](std::string_view path, const char* before, const char* after) {
        Change change;
        change.path = path;
        change.before = before;
        change.after = after;
        ResourceChange resource;
        resource.address = con("c");
        resource.action = Action::update;
        return risk_rule_of("Connector", path)(change, {environment(), {}, resource});
    };
    const auto* elsewhere =
        R"([{"templateId":"DynamicHostUrl","parameters":{"x-ms-apimTemplateParameter.urlTemplate":"https://Evil.example/x"}}])";
    const auto* header = R"([{"templateId":"setheader","parameters":{"x-ms-apimTemplateParameter.name":"X-A"}}])";
    CHECK(rating(model::path::policies, header, elsewhere).reason ==
          "requests of its connections, with their tokens, go to evil.example");
    CHECK(rating(model::path::policies, header, elsewhere).risk == Risk::high);
    CHECK(rating(model::path::policies, elsewhere, header).risk == Risk::medium);
    CHECK(rating(model::path::policies, elsewhere, elsewhere).risk == Risk::medium);
    const auto* ours =
        R"({"token":{"oAuthSettings":{"customParameters":{"TokenUrl":{"value":"https://id.example/a"}}}}})";
    const auto* path =
        R"({"token":{"oAuthSettings":{"customParameters":{"tokenUrl":{"value":"https://id.example/b"}}}}})";
    const auto* theirs =
        R"({"token":{"oAuthSettings":{"customParameters":{"tokenUrl":{"value":"https://evil.example/a"}}}}})";
    CHECK(rating(model::path::connection_parameters, ours, path).risk == Risk::medium);
    CHECK(rating(model::path::connection_parameters, ours, theirs).risk == Risk::high);
    CHECK(rating(model::path::connection_parameters, "{}", theirs).risk == Risk::high);
    const auto* entra =
        R"({"token":{"oAuthSettings":{"customParameters":{"loginUri":{"value":"https://login.windows.net"}}}}})";
    CHECK(rating(model::path::connection_parameters, ours, entra).risk == Risk::medium);
    const auto* sets =
        R"({"values":[{"parameters":{"t":{"oAuthSettings":{"customParameters":{"loginUri":{"value":"https://evil.example"}}}}}}]})";
    CHECK(rating(model::path::connection_parameter_sets, "{}", sets).risk == Risk::high);
    const auto* query =
        R"({"token":{"oAuthSettings":{"customParameters":{"TokenUrl":{"value":"https://id.example/a"},"TokenUrlQueryStringTemplate":{"value":"?x"}}}}})";
    CHECK(rating(model::path::connection_parameters, ours, query).risk == Risk::medium);
}

TEST_CASE("the last owner who goes leaves nobody", "[risk]") {
    ResourceChange resource;
    resource.address = app("a");
    resource.action = Action::update;
    Change change;
    change.path = "owners";
    change.op = Change::Op::remove;
    change.before = "alice";
    resource.changes = {change};
    model::Snapshot observed;
    auto& object = observed.resources[app("a")];
    const auto rating = [&] {
        return risk_rule_of("Application", "owners")(change, {environment(), observed, resource});
    };
    object.attributes["owners"] = List{"alice", "bob"};
    CHECK(rating().risk == Risk::medium);
    object.attributes["owners"] = List{"alice"};
    CHECK(rating().risk == Risk::high);
    change.path = "servicePrincipal.owners";
    resource.changes = {change};
    object.attributes["servicePrincipal.owners"] = List{"alice", "bob"};
    CHECK(rating().risk == Risk::medium);
    object.attributes["servicePrincipal.owners"] = List{"alice"};
    CHECK(rating().risk == Risk::high);
}

TEST_CASE("the last person who goes is the last owner, though regent stays one", "[risk]") {
    Change change;
    change.path = "owners";
    change.op = Change::Op::remove;
    change.before = "alice";
    ResourceChange resource;
    resource.address = app("a");
    resource.action = Action::update;
    resource.changes = {change};
    model::Snapshot observed;
    observed.caller_object_id = "regent itself";
    auto& owners = observed.resources[app("a")].attributes["owners"];
    const auto rating = [&] {
        return risk_rule_of("Application", "owners")(change, {environment(), observed, resource});
    };
    owners = List{"alice", "regent itself"};
    CHECK(rating().risk == Risk::high);
    CHECK(rating().reason == "no person owns it any more: only regent and administrators of the tenant can change it");
    owners = List{"alice", "bob", "regent itself"};
    CHECK(rating().risk == Risk::medium);
    owners = List{"alice"};
    CHECK(rating().reason == "nobody owns it any more: only administrators of the tenant can change it");
}

TEST_CASE("what locks out is rated by whom it locks out", "[risk]") {
    ResourceChange resource;
    resource.address = app("a");
    resource.action = Action::update;
    const auto rating = [&](const char* path, model::Value before, model::Value after) {
        Change change;
        change.path = path;
        change.op = Change::Op::set;
        change.before = std::move(before);
        change.after = std::move(after);
        return risk_rule_of("Application", path)(change, {environment(), {}, resource}).risk;
    };
    CHECK(rating("isDisabled", {}, true) == Risk::high);
    CHECK(rating("isDisabled", true, false) == Risk::medium);
    CHECK(rating("isDisabled", {}, false) == Risk::low);
    CHECK(rating("servicePrincipal.accountEnabled", true, false) == Risk::high);
    CHECK(rating("requestSignatureVerification.isSignedRequestRequired", false, true) == Risk::medium);
    CHECK(rating("requestSignatureVerification.isSignedRequestRequired", true, false) == Risk::medium);
    resource.action = Action::create;
    CHECK(rating("isDisabled", {}, true) == Risk::low);
    CHECK(rating("requestSignatureVerification.isSignedRequestRequired", {}, true) == Risk::low);
}

TEST_CASE("a scope that users may consent to from then on is for somebody to look at", "[risk]") {
    ResourceChange resource;
    resource.address = app("a");
    resource.action = Action::update;
    const auto rating = [&](const char* before, const char* after) {
        Change change;
        change.path = "exposes.scopes";
        change.element = "Read";
        change.op = Change::Op::set;
        change.before = model::Map{{"id", "1"}, {"enabled", true}, {"who", before}};
        change.after = model::Map{{"id", "1"}, {"enabled", true}, {"who", after}};
        return risk_rule_of("Application", "exposes.scopes")(change, {environment(), {}, resource});
    };
    CHECK(rating("admins", "admins-and-users").risk == Risk::medium);
    CHECK(rating("admins", "admins-and-users").reason ==
          "users may consent to it themselves, where an administrator had to");
    CHECK(rating("admins-and-users", "admins").risk == Risk::low);
    CHECK(rating("admins-and-users", "admins-and-users").risk == Risk::low);
}

TEST_CASE("a risk is no part of a plan's id", "[risk][plan_id]") {
    auto in = environment();
    const auto document = application("a").list(model::path::redirect_uris_web, {"http://localhost:3000/"});
    const auto here = rated_plan(document, {}, in);
    in.production = true;
    const auto there = rated_plan(document, {}, in);
    CHECK(highest_risk(here) != highest_risk(there));
    CHECK(here.id == there.id);
}

TEST_CASE("what is riskier than the environment allows waits for an approval", "[risk][safety]") {
    auto graph =
        graph_of({application("a").credential("pr", trust(github_issuer, "repo:contoso/orders:pull_request"))});
    const auto plan = make_plan(graph, PretendTenant{}.observe(graph), {}, today);
    CHECK(check_safety(plan, graph, {}).empty());
    graph.environment.policy.max_risk = Risk::medium;
    const auto refusals = check_safety(plan, graph, {});
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].guard == Refusal::Guard::approval_missing);
    CHECK(refusals[0].message.find("Application/a federatedCredentials \"pr\" (high)") != std::string::npos);
    CHECK(check_safety(plan, graph, {plan.id.substr(0, 8), {}}).empty());
}

TEST_CASE("--fail-on-risk refuses an approved plan too", "[risk][safety]") {
    const auto graph =
        graph_of({application("a").credential("pr", trust(github_issuer, "repo:contoso/orders:pull_request"))});
    const auto plan = make_plan(graph, PretendTenant{}.observe(graph), {}, today);
    const auto refusals = check_safety(plan, graph, {plan.id, {}, Risk::high});
    REQUIRE(refusals.size() == 1);
    CHECK(refusals[0].guard == Refusal::Guard::risk);
    CHECK(refusals[0].message == "1 change is of high risk: Application/a federatedCredentials \"pr\" (high)");
    const auto harmless_graph = graph_of({application("a")});
    const auto harmless_plan = make_plan(harmless_graph, PretendTenant{}.observe(harmless_graph), {}, today);
    CHECK(check_safety(harmless_plan, harmless_graph, {"", {}, Risk::medium}).empty());
    REQUIRE(check_safety(harmless_plan, harmless_graph, {"", {}, Risk::low}).size() == 1);
    CHECK(check_safety(harmless_plan, harmless_graph, {"", {}, Risk::low})[0].message ==
          "1 change is of low risk or more: Application/a (low)");
    CHECK(check_safety(Plan{}, harmless_graph, {"", {}, Risk::low}).empty());
}

TEST_CASE("--fail-on-risk low counts and names every change", "[risk][safety]") {
    PretendTenant tenant;
    tenant.add(app("a"), {{"displayName", "The a"}, {"notes", "old"}});
    tenant.add(app("b"), {{"displayName", "The b"}, {"notes", "old"}});
    const auto graph = graph_of(
        {application("a").set(model::path::notes, "new"), application("b").set("isFallbackPublicClient", true)});
    const auto plan = make_plan(graph, tenant.observe(graph), {}, today);
    const auto refusals = check_safety(plan, graph, {"", {}, Risk::low});
    REQUIRE(refusals.size() == 1);
    CHECK(
        refusals[0].message ==
        "2 changes are of low risk or more: Application/b isFallbackPublicClient (medium); Application/a notes (low)");
}

TEST_CASE("where a definition that is left to others sends requests is told", "[risk]") {
    const auto at = [](const std::string& host) { return R"({"host":")" + host + R"(","paths":{}})"; };
    const std::vector<model::Declaration> documents = {
        connector("c").set(model::path::definition, at("api.example")).ignores("definition")};
    Dice dice(1);
    PretendTenant tenant;
    const auto graph = graph_of(documents);
    tenant.carry_out(make_plan(graph, tenant.observe(graph), {}, today), tenant.observe(graph), dice);
    const auto warnings = [&] { return make_plan(graph, tenant.observe(graph), {}, today).resources.at(0).warnings; };
    CHECK(warnings().empty());
    tenant.find({std::string(model::kind::connector), "c"})->attributes["definition"] = at("evil.example");
    REQUIRE(warnings().size() == 1);
    CHECK(warnings()[0].find("go to evil.example instead of api.example") != std::string::npos);
    CHECK(make_plan(graph, tenant.observe(graph), {}, today).empty());
}

}  // namespace regent::plan::testing
