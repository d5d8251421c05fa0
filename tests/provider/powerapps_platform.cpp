#include "provider/powerapps_platform.hpp"

#include "model/attributes.hpp"
#include "net/cpprest_transport.hpp"
#include "net/credentials.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::provider::powerapps::test {

using nlohmann::json;

namespace path = regent::model::path;

Platform::Platform(PowerAppsOptions options) : simulator_(simulator::Options{}), clock_(simulator_) {
    const auto origin = simulator_.base_url();
    transport_ = net::make_cpprest_transport({.allowed_origins = {origin}, .ca_file = {}, .proxy = {}}, rng_);
    wiretap_ = std::make_unique<provider::test::Wiretap>(*transport_);
    tokens_ = net::make_token_source(*wiretap_, clock_, rng_,
                                     {.login_origin = origin,
                                      .tenant = tenant_id,
                                      .client_id = "22222222-2222-2222-2222-222222222222",
                                      .credential = net::Secret("simulator")});
    session_ = net::make_session(*wiretap_, *tokens_, clock_, rng_);
    options.origin = origin;
    options.identity = {"regent", "dev", tenant_id};
    observer_ = make_powerapps_observer(*session_, clock_, options);
    writer_ = make_powerapps_writer(*session_, clock_, options);
    input.operation_id = "5f3a91c2";
}

std::string Platform::seed(const std::string& title, const json& mark, const std::string& signs_in_with,
                           const std::string& environment, const std::string& name) {
    json record{
        {"environment", environment},
        {"properties", {{"displayName", title}, {"backendService", {{"serviceUrl", "https://management.azure.com/"}}}}},
        {"openApiDefinition", definition()}};
    if (!name.empty()) record["name"] = name;
    if (!mark.is_null()) {
        record["openApiDefinition"]["x-regent"] = mark;
        // The simulator's built-in client: what is marked was made by us, where a test does not say otherwise.
        record["properties"]["createdBy"] = {{"id", "33333333-3333-3333-3333-333333333333"}};
    }
    if (!signs_in_with.empty()) {
        record["properties"]["connectionParameters"]["token"] = {
            {"type", "oauthSetting"},
            {"oAuthSettings",
             {{"identityProvider", "aad"}, {"clientId", signs_in_with}, {"clientSecret", "given in the portal"}}}};
    }
    const auto before = connectors();
    simulator_.control("POST", "state", json{{"powerApps", {{"connectors", {record}}}}}.dump());
    const auto after = connectors();
    for (const auto& there : after) {
        if (std::find(before.begin(), before.end(), there) == before.end()) return there.at("name");
    }
    FAIL("the simulator did not take the connector " << title);
    return {};
}

void Platform::fault(const std::string& kind, const std::string& method, const std::string& target, json more) {
    more["kind"] = kind;
    more["match"] = {{"method", method}, {"path", target}};
    simulator_.control("POST", "faults", more.dump());
}

void Platform::switches(const json& power_apps) {
    simulator_.control("POST", "switches", json{{"powerApps", power_apps}}.dump());
}

void Platform::change(const std::string& connector, const json& body) {
    auto request = body;
    request["path"] = "/providers/Microsoft.PowerApps/apis/" + connector;
    simulator_.control("POST", "change", request.dump());
}

json Platform::connectors() {
    return json::parse(simulator_.state()).at("powerApps").at("connectors");
}

json Platform::connector(const std::string& who) {
    const auto all = connectors();
    for (const auto& there : all) {
        if (there.at("name") == who || there.at("properties").at("displayName") == who) return there;
    }
    return nullptr;
}

std::size_t Platform::connectors_titled(const std::string& title) {
    const auto all = connectors();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const auto& c) { return c["properties"]["displayName"] == title; }));
}

std::string Platform::kept_secret(const std::string& who) {
    return connector(who).value("_clientSecretSha256", "");
}

std::vector<json> Platform::bodies(net::Method method) {
    std::vector<json> found;
    for (const auto& request : wiretap_->requests()) {
        if (request.method == method && request.target.find("/apis") != std::string::npos)
            found.push_back(json::parse(request.body, nullptr, false));
    }
    return found;
}

json Platform::sent(net::Method method) {
    const auto all = bodies(method);
    REQUIRE(all.size() == 1);
    return all.front().at("properties");
}

model::Scope Platform::scope(const std::vector<std::string>& names) const {
    model::Scope scope;
    scope.owner = "regent";
    scope.environment = "dev";
    scope.tenant_id = tenant_id;
    scope.power_platform_environments = {sales, sales_prod};
    for (const auto& name : names) {
        model::Scope::Wanted wanted;
        wanted.address = address(name);
        wanted.display_name = "Sample";
        wanted.pp_environment = sales;
        scope.wanted.push_back(std::move(wanted));
    }
    return scope;
}

tl::expected<void, ProviderError> Platform::observe(const model::Scope& scope, model::Snapshot& into) {
    return observer_->observe(scope, into);
}

model::Snapshot Platform::look_again(const model::Scope& scope, const ReadOrder& order, ReadFrom from) {
    model::Snapshot snapshot;
    const auto read = observer_->observe_changes(scope, order, snapshot, unwatched());
    if (!read) FAIL(words_of(read.error()));
    CHECK(*read == from);
    return snapshot;
}

model::Snapshot Platform::look(const model::Scope& scope) {
    model::Snapshot snapshot;
    const auto read = observe(scope, snapshot);
    if (!read) FAIL(words_of(read.error()));
    return snapshot;
}

model::Snapshot Platform::look(const std::vector<std::string>& names) {
    return look(scope(names));
}

model::ObservedResource Platform::sample() {
    const auto snapshot = look();
    const auto found = snapshot.resources.find(address());
    REQUIRE(found != snapshot.resources.end());
    return found->second;
}

tl::expected<StepResult, ProviderError> Platform::apply(const plan::Step& step) {
    return writer_->apply(step, input);
}

StepResult Platform::done(const plan::Step& step) {
    auto result = apply(step);
    if (!result) FAIL(words_of(result.error()));
    return *result;
}

void Platform::hand_over(const std::string& secret, const std::string& key_id) {
    input.secrets.insert_or_assign(std::string(path::auth_client_secret), model::Secret(secret));
    input.secret_key_ids.insert_or_assign(std::string(path::auth_client_secret), key_id);
}

void Platform::hand_over_nothing() {
    input.secrets.clear();
    input.secret_key_ids.clear();
}

model::Address address(const std::string& name) {
    return {std::string(model::kind::connector), name};
}

plan::Step step(plan::Work work, model::Map values, const std::string& name) {
    plan::Step step;
    step.address = address(name);
    step.work = work;
    for (const auto& [where, value] : values) step.changed.insert(where);
    step.values = std::move(values);
    return step;
}

plan::Step step(plan::Work work, const model::ObservedResource& observed, model::Map values,
                std::set<std::string, std::less<>> changed) {
    auto made = step(work, std::move(values), observed.address.name);
    made.changed = std::move(changed);
    made.observed = std::make_shared<const model::ObservedResource>(observed);
    return made;
}

json definition() {
    return {{"swagger", "2.0"},
            {"info", {{"title", "Sample"}, {"description", "Lists subscriptions"}, {"version", "1.0"}}},
            {"host", "management.azure.com"},
            {"basePath", "/"},
            {"schemes", {"https"}},
            {"paths",
             {{"/subscriptions",
               {{"get",
                 {{"operationId", "ListSubscriptions"},
                  {"summary", "List subscriptions: ä, \"quoted\""},
                  {"responses", {{"200", {{"description", "OK"}}}}}}}}}}}};
}

model::Map open_sample(const std::string& title) {
    return {{std::string(path::display_name), title},
            {std::string(path::environment), Platform::sales},
            {std::string(path::description), "Lists subscriptions"},
            {std::string(path::icon_brand_color), "#0078d4"},
            {std::string(path::definition), definition().dump()},
            {std::string(path::auth_type), "none"},
            {std::string(path::marks), model::List{}}};
}

model::Map secret_sample(const std::string& title) {
    auto values = open_sample(title);
    const auto put = [&](std::string_view where, model::Value value) {
        values.insert_or_assign(std::string(where), std::move(value));
    };
    put(path::auth_type, "clientSecret");
    put(path::auth_client_id, Platform::client_id);
    put(path::auth_tenant_id, Platform::tenant_id);
    put(path::auth_resource, "https://management.core.windows.net/");
    put(path::auth_scopes, model::List{"https://management.azure.com/user_impersonation"});
    return values;
}

model::Map identity_sample(const std::string& title) {
    return with(secret_sample(title), path::auth_type, "managedIdentity");
}

model::Map with(model::Map values, std::string_view where, model::Value value) {
    values.insert_or_assign(std::string(where), std::move(value));
    return values;
}

std::string words_of(const ProviderError& error) {
    std::string words;
    for (const auto& part : {error.message, error.service, error.request_id, error.time, error.help, error.code})
        words += part + " | ";
    return words;
}

}  // namespace regent::provider::powerapps::test
