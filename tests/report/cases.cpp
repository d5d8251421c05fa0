#include "report/cases.hpp"

#include "model/attributes.hpp"
#include "plan/risk.hpp"

#include <stdexcept>

namespace regent::report::testing {
namespace {

using plan::Action;
using plan::Reason;
using plan::Work;

const model::Address arm_connector{"Application", "arm-connector"};
const model::Address orders{"Application", "orders-api"};
const model::Address portal{"Application", "customer-portal"};
const model::Address arm{"Connector", "arm"};
const model::Address arm_mi{"Connector", "arm-mi"};
const model::Address arm_old{"Connector", "arm-old"};

constexpr auto azure_service_management = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
constexpr auto one_operation =
    R"({"info":{"title":"ARM","version":"1.0"},"paths":{"/subscriptions":{"get":{"operationId":"List"}}},"swagger":"2.0"})";
constexpr auto two_operations =
    R"({"info":{"title":"ARM","version":"1.1"},"paths":{"/subscriptions":{"get":{"operationId":"List"}},"/tenants":{"get":{"operationId":"ListTenants"}}},"swagger":"2.0"})";

model::Reference output_of(const model::Address& address, std::string output, std::string prefix = "") {
    return {.address = address, .output = std::move(output), .prefix = std::move(prefix), .suffix = ""};
}

model::Value permission(const char* api, const char* type, const char* name) {
    return model::Map{{"api", api}, {"type", type}, {"name", name}};
}

plan::Change secret(std::string name, std::string note) {
    auto change = named(add("clientSecrets", {}), std::move(name));
    change.sensitive = true;
    change.note = std::move(note);
    return change;
}

void add_connector(Case& c, const model::Address& address, std::size_t line, const char* display_name,
                   const char* credential) {
    auto& connector =
        c.resource(address, Action::create, Reason::not_found, {"base/arm-connector.regent.yaml", line, 1});
    connector.changes = {set("displayName", {}, display_name),
                         set("environment", {}, "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e"),
                         set("definition", {}, one_operation),
                         set("auth.type", {}, credential),
                         set("auth.clientId", {}, output_of(arm_connector, "appId")),
                         set("auth.resource", {}, "https://management.core.windows.net/")};
    if (std::string_view(credential) != "clientSecret") return;
    auto delivered = set("auth.clientSecret", {}, {});
    delivered.sensitive = true;
    delivered.note = "client secret \"arm\"";
    connector.changes.push_back(delivered);
}

std::unique_ptr<Case> tutorial() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    auto& app = c.resource(arm_connector, Action::create, Reason::not_found, {"base/arm-connector.regent.yaml", 2, 1});
    app.changes = {set("displayName", {}, "ARM connector (dev)"),
                   set("signInAudience", {}, "AzureADMyOrg"),
                   add("identifierUris", output_of(arm_connector, "appId", "api://")),
                   add("redirectUris.web", output_of(arm, "redirectUrl")),
                   add("redirectUris.web", output_of(arm_mi, "redirectUrl")),
                   add("permissions", permission(azure_service_management, "delegated", "user_impersonation")),
                   set("servicePrincipal", {}, true),
                   named(add("federatedCredentials", model::Map{{"issuer", output_of(arm_mi, "identity/issuer")},
                                                                {"subject", output_of(arm_mi, "identity/subject")},
                                                                {"audience", "api://AzureADTokenExchange"}}),
                         "arm-mi"),
                   secret("arm", "valid 180d (will be issued; goes to Connector/arm only)")};
    add_connector(c, arm, 25, "Azure Resource Manager", "clientSecret");
    add_connector(c, arm_mi, 40, "Azure Resource Manager (managed identity)", "managedIdentity");

    c.step(1, Work::create, arm_connector);
    c.step(2, Work::add, arm_connector, {1}, "", "servicePrincipal");
    c.step(2, Work::add, arm_connector, {1}, "secret \"arm\", valid 180d", "clientSecrets/arm");
    c.step(2, Work::create, arm_mi, {1});
    c.step(3, Work::create, arm, {1, 3});
    c.step(3, Work::await, arm_mi, {4}, "", "identity");
    c.step(4, Work::complete, arm_connector, {4, 5}, "2 redirect URIs");
    c.step(4, Work::add, arm_connector, {6}, "", "federatedCredentials/arm-mi");
    c.plan.summary = {.create = 3, .adopt = 0, .update = 0, .replace = 0, .remove = 0, .unchanged = 0, .secrets = 1};
    c.plan.documents = 3;
    c.report.objects_read = 0;
    return made;
}

/// What the manifests are wrong for: nothing was asked of the tenant.
std::unique_ptr<Case> no_plan() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    c.plan.id.clear();
    c.report.revision.clear();
    c.report.objects_read = c.report.requests = 0;
    c.report.read_took = {};
    model::Diagnostic problem;
    problem.code = "RG0204";
    problem.subject = "Application/customer-portal";
    problem.message = "`spec` has no field `nots`";
    problem.help = "did you mean `notes`?";
    problem.span = {
        .file = "base/portal.regent.yaml", .line = 7, .column = 3, .end_line = 7, .end_column = 7, .byte = 0};
    c.plan.problems.push_back(problem);
    return made;
}

std::unique_ptr<Case> mixed() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    auto& adopted = c.resource(portal, Action::adopt, Reason::adoption, {"base/portal.regent.yaml", 1, 1});
    adopted.remote_id = "5d5d5d5d-0000-4444-8888-abcdefabcdef";
    auto contributed = add("redirectUris.web", "https://shop.dev.contoso.example/signin-oidc");
    contributed.contributor = model::Address{"RedirectUri", "shop"};
    contributed.place = {"shop/redirect.regent.yaml", 8, 3};
    adopted.changes = {contributed, add("redirectUris.spa", "https://portal.dev.contoso.example/"),
                       remove("redirectUris.spa", "http://localhost:3000/"),
                       set("signInAudience", "AzureADMyOrg", "AzureADMultipleOrgs")};
    adopted.unchanged = 9;
    adopted.ignored = {"displayName"};
    adopted.undeclared = {"clientSecrets: \"ci\" (7d109d68-6d5f-4a0e-9f0a-111111111111), ends 2027-11-23"};

    auto& drift = c.resource(orders, Action::update, Reason::drifted, {"base/orders-api.regent.yaml", 1, 1});
    drift.remote_id = "6e6e6e6e-0000-4444-8888-abcdefabcdef";
    drift.changes = {drifted(set("displayName", "Orders (old)", "Orders API (dev)")),
                     drifted(named(remove("federatedCredentials",
                                          model::Map{{"issuer", "https://token.actions.githubusercontent.com"},
                                                     {"subject", "repo:someone/else:ref:refs/heads/main"},
                                                     {"audience", "api://AzureADTokenExchange"}}),
                                   "manual-test")),
                     named(set("federatedCredentials",
                               model::Map{{"issuer", "https://token.actions.githubusercontent.com"},
                                          {"subject", "repo:contoso/orders:environment:test"}},
                               model::Map{{"issuer", "https://token.actions.githubusercontent.com"},
                                          {"subject", "repo:contoso/orders:environment:dev"}}),
                           "deploy-pipeline")};
    drift.unchanged = 6;

    auto& removed = c.resource(arm_old, Action::remove, Reason::manifest_gone, {"base/arm-old.regent.yaml", 1, 1});
    removed.remote_id = "shared_arm-5fold";
    removed.warnings = {"2 connections in `sales` still use it"};

    auto& same =
        c.resource({"Connector", "billing"}, Action::none, Reason::in_sync, {"base/billing.regent.yaml", 1, 1});
    same.unchanged = 8;

    c.step(1, Work::adopt, portal, {}, "2 redirect URIs, signInAudience").adopt_id =
        "7e7e7e7e-0000-4444-8888-abcdefabcdef";
    c.step(1, Work::update, orders, {}, "displayName");
    c.step(1, Work::drop, orders, {}, "", "federatedCredentials/manual-test");
    c.step(1, Work::change, orders, {}, "", "federatedCredentials/deploy-pipeline");
    c.step(2, Work::remove, arm_old, {1, 2});
    c.plan.summary = {.create = 0, .adopt = 1, .update = 1, .replace = 0, .remove = 1, .unchanged = 1, .secrets = 0};
    c.plan.deletes = 1;
    return made;
}

std::unique_ptr<Case> replacement() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    auto& replaced =
        c.resource(arm, Action::replace, Reason::immutable_changed, {"base/arm-connector.regent.yaml", 25, 1});
    replaced.remote_id = "shared_arm-5f";
    auto name = set("displayName", "Azure Resource Manager", "ARM");
    name.forces_replacement = true;
    replaced.changes = {
        name, set("definition", one_operation, two_operations),
        set("auth.resource", "https://management.core.windows.net", "https://management.core.windows.net/")};
    replaced.unchanged = 5;
    replaced.warnings = {"2 connections in \"sales\" will be lost", "leave `spec.displayName` as it is to keep them"};
    auto& app =
        c.resource(arm_connector, Action::update, Reason::manifest_changed, {"base/arm-connector.regent.yaml", 2, 1});
    app.remote_id = "4c4c4c4c-0000-4444-8888-abcdefabcdef";
    app.changes = {add("redirectUris.web", output_of(arm, "redirectUrl")),
                   remove("redirectUris.web", "https://global.consent.azure-apim.net/redirect/arm-5f")};
    app.unchanged = 8;
    c.step(1, Work::remove, arm);
    c.step(2, Work::create, arm, {1});
    c.step(3, Work::complete, arm_connector, {2}, "1 redirect URI");
    c.plan.summary = {.create = 0, .adopt = 0, .update = 1, .replace = 1, .remove = 0, .unchanged = 0, .secrets = 0};
    c.plan.deletes = 1;
    return made;
}

/// A pull request that somebody should look at twice.
std::unique_ptr<Case> risky() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    auto& app = c.resource(orders, Action::update, Reason::manifest_changed, {"base/orders-api.regent.yaml", 1, 1});
    app.remote_id = "6e6e6e6e-0000-4444-8888-abcdefabcdef";
    app.changes = {
        set("displayName", "Orders", "Orders API"), add("redirectUris.web", "https://*.contoso.example/signin"),
        add("permissions",
            permission("00000003-0000-0000-c000-000000000000", "application", "RoleManagement.ReadWrite.Directory")),
        named(add("federatedCredentials", model::Map{{"issuer", "https://token.actions.githubusercontent.com"},
                                                     {"subject", "repo:contoso/orders:pull_request"},
                                                     {"audience", "api://AzureADTokenExchange"}}),
              "pull-requests"),
        secret("ci", "valid 180d (will be issued; goes to Connector/arm only)")};
    for (auto& change : app.changes) change.place = {"base/orders-api.regent.yaml", 12, 5};
    app.unchanged = 6;
    c.report.refusals = {{plan::Refusal::Guard::risk,
                          "3 changes are of high risk: Application/orders-api redirectUris.web (high)",
                          "look at each under Risks; without `--fail-on-risk` they are no reason to stop"}};
    c.step(1, Work::update, orders, {}, "displayName, redirectUris.web, permissions");
    c.step(1, Work::add, orders, {}, "", "federatedCredentials/pull-requests");
    c.step(1, Work::add, orders, {}, "secret \"ci\", valid 180d", "clientSecrets/ci");
    c.plan.summary = {.create = 0, .adopt = 0, .update = 1, .replace = 0, .remove = 0, .unchanged = 0, .secrets = 1};
    c.plan.documents = 1;
    return made;
}

std::unique_ptr<Case> nothing() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    for (const auto& address : {arm_connector, arm}) {
        c.resource(address, Action::none, Reason::in_sync, {"base/arm-connector.regent.yaml", 2, 1});
    }
    c.plan.summary.unchanged = 2;
    c.plan.documents = 6;
    c.report.read_took = std::chrono::milliseconds(2100);
    return made;
}

/// Names that somebody in the tenant chose to reach the terminal, the pull request or the people reading it.
std::unique_ptr<Case> hostile() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    const std::string evil =
        "\x1b]0;owned\x07\x1b[31m\nApply complete\r| x | `y` ```\n@everyone <img src=x onerror=alert(1)> \xC2\x9B"
        "1m\x7F";
    auto& app = c.resource(orders, Action::update, Reason::drifted, {"base/orders|api.regent.yaml", 1, 1});
    app.remote_id = "6e6e6e6e-0000-4444-8888-abcdefabcdef";
    app.changes = {drifted(set("displayName", evil, "Orders API")),
                   drifted(remove("redirectUris.web", "https://evil.example/" + evil)),
                   drifted(named(remove("federatedCredentials", model::Map{{"subject", evil}}), evil))};
    app.undeclared = {"clientSecrets: \"" + evil + "\""};
    app.warnings = {evil};
    c.resource({"Connector", evil}, Action::remove, Reason::manifest_gone, {});
    c.plan.withheld.push_back({.why = plan::Withheld::Why::foreign_owner,
                               .address = {"Application", evil},
                               .place = {"base/x.regent.yaml", 1, 1},
                               .message = "it carries the mark of " + evil,
                               .help = "ask " + evil,
                               .changes = {}});
    c.step(1, Work::update, orders, {}, evil);
    c.plan.summary = {.create = 0, .adopt = 0, .update = 1, .replace = 0, .remove = 1, .unchanged = 0, .secrets = 0};
    c.plan.deletes = 1;
    return made;
}

std::unique_ptr<Case> withheld() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    c.resource(arm_connector, Action::none, Reason::in_sync, {"base/arm-connector.regent.yaml", 2, 1}).undeclared = {
        "federatedCredentials: \"test\", subject repo:someone/else:ref:refs/heads/main"};
    c.plan.withheld.push_back({.why = plan::Withheld::Why::observe_only,
                               .address = {"Application", "legacy-crm"},
                               .place = {"base/legacy.regent.yaml", 1, 1},
                               .message = "its manifest says `policy: observe`",
                               .help = "",
                               .changes = {drifted(set("displayName", "CRM", "Legacy CRM"))}});
    c.plan.withheld.push_back(
        {.why = plan::Withheld::Why::unclaimed_namesake,
         .address = arm,
         .place = {"base/arm-connector.regent.yaml", 25, 1},
         .message = "the environment has a connector \"Azure Resource Manager\" that nobody claims: shared_arm-5f",
         .help = "adopt it with `management: {adopt: {name: shared_arm-5f}}`, or delete it",
         .changes = {}});
    c.plan.summary.unchanged = 1;
    c.plan.documents = 6;
    return made;
}

std::unique_ptr<Case> refusals() {
    auto made = std::make_unique<Case>();
    auto& c = *made;
    for (const auto* name : {"a", "b", "c"}) {
        c.resource({"Application", name}, Action::remove, Reason::manifest_gone, {"base/apps.regent.yaml", 1, 1});
        c.step(1, Work::remove, {"Application", name});
    }
    c.plan.summary.remove = 3;
    c.plan.deletes = 3;
    c.report.max_deletes = 2;
    c.report.refusals = {{.guard = plan::Refusal::Guard::deletes,
                          .message = "3 deletes, and 2 are allowed in one run",
                          .help = "look at the deletions above, then `regent apply --max-deletes 3`"},
                         {.guard = plan::Refusal::Guard::plan_changed,
                          .message = "the plan is 7d0a4c19 now, and 1111aaaa was approved",
                          .help = "review it again"}};
    return made;
}

}  // namespace

Case::Case() {
    plan.environment = "dev";
    plan.owner = "regent";
    plan.tenant_id = "11111111-2222-3333-4444-555555555555";
    plan.id = "7d0a4c19e2b6" + std::string(52, '0');
    report.plan = &plan;
    report.max_deletes = 2;
    report.revision = "main@4f2c1ab, clean";
    report.timestamp = "2026-09-14T09:02:11Z";
    report.objects_read = 7;
    report.requests = 4;
    report.read_took = std::chrono::milliseconds(2400);
    report.environment_place = {"environments/dev.regent.yaml", 3, 1};
    report.path_prefix = "identity/";
    report.tool_version = "1.2.3";
    report.apply_command = "regent apply -e dev --expect-plan 7d0a4c19";
    report.api_names = {{azure_service_management, "azure-service-management"}};
    report.place_names = {{"0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e", "sales"}};
}

plan::ResourceChange& Case::resource(const model::Address& address, Action action, Reason reason, model::Place place) {
    plan::ResourceChange change;
    change.address = address;
    change.action = action;
    change.reason = reason;
    change.place = std::move(place);
    plan.resources.push_back(std::move(change));
    return plan.resources.back();
}

plan::Step& Case::step(int wave, Work work, const model::Address& address, std::vector<int> after, std::string summary,
                       std::string part) {
    plan::Step step;
    step.id = static_cast<int>(plan.steps.size()) + 1;
    step.wave = wave;
    step.work = work;
    step.address = address;
    step.after = std::move(after);
    step.summary = std::move(summary);
    step.part = std::move(part);
    plan.steps.push_back(std::move(step));
    return plan.steps.back();
}

namespace {

/// With the risks that the planner would see, in a tenant that holds nothing.
std::function<std::unique_ptr<Case>()> rated(std::unique_ptr<Case> (*make)()) {
    return [make] {
        auto made = make();
        model::Environment environment;
        environment.tenant_id = made->plan.tenant_id;
        plan::rate_risks(made->plan, environment, {});
        return made;
    };
}

}  // namespace

const std::vector<NamedCase>& all_cases() {
    static const std::vector<NamedCase> cases = {
        {"tutorial", rated(tutorial)}, {"drift-adopt-delete", rated(mixed)}, {"replace", rated(replacement)},
        {"risks", rated(risky)},       {"nothing-to-do", rated(nothing)},    {"hostile-names", rated(hostile)},
        {"withheld", rated(withheld)}, {"refusals", rated(refusals)},        {"no-plan", no_plan}};
    return cases;
}

std::unique_ptr<Case> case_named(const std::string& name) {
    for (const auto& candidate : all_cases()) {
        if (candidate.name == name) return candidate.make();
    }
    throw std::invalid_argument("no case " + name);
}

plan::Change set(std::string path, model::Value before, model::Value after) {
    plan::Change change;
    change.path = std::move(path);
    change.op = plan::Change::Op::set;
    change.before = std::move(before);
    change.after = std::move(after);
    return change;
}

plan::Change add(std::string path, model::Value member) {
    auto change = set(std::move(path), {}, std::move(member));
    change.op = plan::Change::Op::add;
    return change;
}

plan::Change remove(std::string path, model::Value member) {
    auto change = set(std::move(path), std::move(member), {});
    change.op = plan::Change::Op::remove;
    return change;
}

plan::Change named(plan::Change change, std::string element) {
    change.element = std::move(element);
    return change;
}

plan::Change drifted(plan::Change change) {
    change.drift = true;
    return change;
}

}  // namespace regent::report::testing
