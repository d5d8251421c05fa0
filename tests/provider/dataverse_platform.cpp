#include "provider/dataverse_platform.hpp"

#include "model/attributes.hpp"
#include "net/cpprest_transport.hpp"
#include "net/credentials.hpp"

#include <catch2/catch.hpp>

namespace regent::provider::dataverse::test {

using nlohmann::json;
using powerapps::test::Platform;
namespace path = regent::model::path;

Organization::Organization(DataverseOptions options, const std::string& url)
    : simulator_(simulator::Options{}), clock_(simulator_) {
    const auto origin = simulator_.base_url();
    transport_ = net::make_cpprest_transport({.allowed_origins = {origin}, .ca_file = {}, .proxy = {}}, rng_);
    wiretap_ = std::make_unique<provider::test::Wiretap>(*transport_);
    tokens_ = net::make_token_source(*wiretap_, clock_, rng_,
                                     {.login_origin = origin,
                                      .tenant = Platform::tenant_id,
                                      .client_id = "22222222-2222-2222-2222-222222222222",
                                      .credential = net::Secret("simulator")});
    session_ = net::make_session(*wiretap_, *tokens_, clock_, rng_);
    dataverses_ = {{Platform::sales, url.empty() ? origin + "/dataverse/sales" : url, "ContosoConnectors"}};
    if (url == "ask") dataverses_.front().url.clear();
    options.dataverses = dataverses_;
    options.platform_origin = origin;
    options.identity = {"regent", "dev", Platform::tenant_id};
    options.power_apps.origin = origin;
    options.power_apps.identity = options.identity;
    observer_ = make_dataverse_observer(*session_, clock_, options);
    writer_ = make_dataverse_writer(*session_, clock_, options);
    power_apps_ = powerapps::make_powerapps_observer(*session_, clock_, options.power_apps);
}

void Organization::fault(const std::string& kind, const std::string& method, const std::string& target, json more) {
    more["kind"] = kind;
    more["match"] = {{"method", method}, {"path", target}};
    simulator_.control("POST", "faults", more.dump());
}

void Organization::switches(const json& power_apps) {
    simulator_.control("POST", "switches", json{{"powerApps", power_apps}}.dump());
}

void Organization::seed(const json& state) {
    simulator_.control("POST", "state", json{{"powerApps", state}}.dump());
}

void Organization::change(const std::string& id, const json& body) {
    auto request = body;
    request["path"] = "/dataverse/sales/api/data/v9.2/connectors(" + id + ")";
    simulator_.control("POST", "change", request.dump());
}

json Organization::state() {
    return json::parse(simulator_.state()).at("powerApps");
}

std::vector<json> Organization::rows() {
    return state().at("rows").get<std::vector<json>>();
}

json Organization::row() {
    const auto all = rows();
    REQUIRE(all.size() == 1);
    return all.front();
}

std::vector<net::Request> Organization::writes() {
    std::vector<net::Request> found;
    for (const auto& request : wiretap_->requests()) {
        if (request.method != net::Method::get && request.target.find("/dataverse/") != std::string::npos)
            found.push_back(request);
    }
    return found;
}

model::Scope Organization::scope(const std::vector<std::string>& names) const {
    model::Scope scope;
    scope.owner = "regent";
    scope.environment = "dev";
    scope.tenant_id = Platform::tenant_id;
    scope.dataverses = dataverses_;
    for (const auto& name : names) {
        model::Scope::Wanted wanted;
        wanted.address = powerapps::test::address(name);
        wanted.display_name = "Sample";
        wanted.pp_environment = Platform::sales;
        wanted.backend = "solution";
        wanted.solution = "ContosoConnectors";
        scope.wanted.push_back(std::move(wanted));
    }
    return scope;
}

tl::expected<void, ProviderError> Organization::observe(const model::Scope& scope, model::Snapshot& into) {
    return observer_->observe(scope, into);
}

model::Snapshot Organization::look(const model::Scope& scope) {
    model::Snapshot snapshot;
    const auto read = observe(scope, snapshot);
    if (!read) FAIL(powerapps::test::words_of(read.error()));
    return snapshot;
}

model::Snapshot Organization::look(const std::vector<std::string>& names) {
    return look(scope(names));
}

model::ObservedResource Organization::sample() {
    const auto snapshot = look();
    const auto found = snapshot.resources.find(powerapps::test::address());
    REQUIRE(found != snapshot.resources.end());
    return found->second;
}

tl::expected<StepResult, ProviderError> Organization::apply(const plan::Step& step) {
    return writer_->apply(step, input);
}

StepResult Organization::done(const plan::Step& step) {
    auto result = apply(step);
    if (!result) FAIL(powerapps::test::words_of(result.error()));
    return *result;
}

model::Map open_row(const std::string& title) {
    auto values = powerapps::test::with(powerapps::test::open_sample(title), path::backend, "solution");
    return powerapps::test::with(std::move(values), path::solution, "ContosoConnectors");
}

model::Map identity_row(const std::string& title) {
    auto values = powerapps::test::with(powerapps::test::identity_sample(title), path::backend, "solution");
    return powerapps::test::with(std::move(values), path::solution, "ContosoConnectors");
}

}  // namespace regent::provider::dataverse::test
