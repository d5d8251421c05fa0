#include "provider/graph_tenant.hpp"

#include "model/attributes.hpp"
#include "net/cpprest_transport.hpp"
#include "net/credentials.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::provider::graph::test {

using nlohmann::json;
using namespace std::chrono_literals;

std::chrono::system_clock::time_point SharedClock::now() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::system_clock::now() + passed_;
}

std::chrono::steady_clock::time_point SharedClock::monotonic() const {
    const std::lock_guard lock(mutex_);
    return std::chrono::steady_clock::now() + passed_;
}

bool SharedClock::sleep_for(std::chrono::milliseconds duration) {
    if (stopped_) return false;
    std::chrono::seconds ahead{0};
    {
        const std::lock_guard lock(mutex_);
        passed_ += duration;
        ahead = std::chrono::duration_cast<std::chrono::seconds>(passed_) - told_;
        told_ += ahead;
    }
    if (ahead > 0s) simulator_.control("POST", "clock", json{{"advanceSeconds", ahead.count()}}.dump());
    return true;
}

std::chrono::milliseconds SharedClock::slept() const {
    const std::lock_guard lock(mutex_);
    return passed_;
}

Tenant::Tenant(GraphOptions options) : simulator_(simulator::Options{}), clock_(simulator_) {
    const auto origin = simulator_.base_url();
    transport_ = net::make_cpprest_transport({.allowed_origins = {origin}, .ca_file = {}, .proxy = {}}, rng_);
    tokens_ = net::make_token_source(*transport_, clock_, rng_,
                                     {.login_origin = origin,
                                      .tenant = "11111111-1111-1111-1111-111111111111",
                                      .client_id = "22222222-2222-2222-2222-222222222222",
                                      .credential = net::Secret("simulator")});
    session_ = net::make_session(*transport_, *tokens_, clock_, rng_);
    options.origin = origin;
    options.identity = {"regent", "dev", "11111111-1111-1111-1111-111111111111"};
    observer_ = make_graph_observer(*session_, clock_, options);
    writer_ = make_graph_writer(*session_, clock_, options);
    input.operation_id = "5f3a91c2";
}

void Tenant::seed(const json& applications, const json& service_principals) {
    const json state{{"graph", {{"applications", applications}, {"servicePrincipals", service_principals}}}};
    simulator_.control("POST", "state", state.dump());
}

void Tenant::seed_deleted(const json& applications) {
    // By way of being alive: so they have every member that Graph shows.
    seed(applications);
    auto gone = json::array();
    for (const auto& given : applications) {
        auto whole = application(given.at("displayName"));
        whole["deletedDateTime"] = "2026-01-01T00:00:00Z";
        gone.push_back(whole);
        const auto id = whole.at("id").get<std::string>();
        change("/v1.0/applications/" + id, {{"delete", true}});
    }
    simulator_.control("POST", "state", json{{"graph", {{"deletedItems", gone}}}}.dump());
}

void Tenant::fault(const std::string& kind, const std::string& method, const std::string& path, json more) {
    more["kind"] = kind;
    more["match"] = {{"method", method}, {"path", path}};
    simulator_.control("POST", "faults", more.dump());
}

void Tenant::switches(const json& graph) {
    simulator_.control("POST", "switches", json{{"graph", graph}}.dump());
}

void Tenant::replicas_lag(int seconds) {
    switches({{"replicaLagSeconds", seconds}});
}

void Tenant::change(const std::string& path, const json& body) {
    auto request = body;
    request["path"] = path;
    simulator_.control("POST", "change", request.dump());
}

json Tenant::state() {
    return json::parse(simulator_.state());
}

json Tenant::application(const std::string& who) {
    const auto all = state();
    for (const auto& application : all["graph"]["applications"]) {
        for (const auto* member : {"uniqueName", "displayName", "appId"}) {
            if (application.value(member, json()) == who) return application;
        }
    }
    return nullptr;
}

std::size_t Tenant::applications_called(const std::string& display_name) {
    const auto all = state();
    const auto& list = all["graph"]["applications"];
    return static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(), [&](const auto& a) { return a.at("displayName") == display_name; }));
}

json Tenant::principal_of(const std::string& app_id) {
    const auto all = state();
    for (const auto& principal : all["graph"]["servicePrincipals"]) {
        if (principal.value("appId", "") == app_id) return principal;
    }
    return nullptr;
}

std::vector<simulator::LoggedRequest> Tenant::requests() {
    auto all = simulator_.requests();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(mark_));
    return all;
}

std::size_t Tenant::writes() {
    const auto all = requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const auto& request) {
        return request.method != "GET" && request.target.find("$batch") == std::string::npos &&
               request.target.find("/oauth2/") == std::string::npos;
    }));
}

void Tenant::forget_requests() {
    mark_ = simulator_.requests().size();
}

tl::expected<void, ProviderError> Tenant::observe(const model::Scope& scope, model::Snapshot& into,
                                                  ReadProgress& progress) {
    return observer_->observe(scope, into, progress);
}

tl::expected<ReadFrom, ProviderError> Tenant::observe_changes(const model::Scope& scope, const ReadOrder& order,
                                                              model::Snapshot& into) {
    return observer_->observe_changes(scope, order, into, unwatched());
}

model::Scope Tenant::scope(const std::vector<std::string>& names, const std::set<std::string>& apis) const {
    model::Scope scope;
    scope.owner = "regent";
    scope.environment = "dev";
    scope.apis = apis;
    for (const auto& name : names) {
        model::Scope::Wanted wanted;
        wanted.address = address(name);
        scope.wanted.push_back(std::move(wanted));
    }
    return scope;
}

model::Snapshot Tenant::look(const std::vector<std::string>& names, const std::set<std::string>& apis) {
    model::Snapshot snapshot;
    const auto read = observe(scope(names, apis), snapshot);
    if (!read) FAIL(read.error().message << " | " << read.error().service);
    return snapshot;
}

tl::expected<StepResult, ProviderError> Tenant::apply(const plan::Step& step) {
    return writer_->apply(step, input);
}

StepResult Tenant::done(const plan::Step& step) {
    auto result = apply(step);
    if (!result) FAIL(result.error().message << " | " << result.error().service << " | " << result.error().help);
    for (const auto& [name, value] : result->outputs) input.own_outputs.insert_or_assign(name, value);
    return *result;
}

model::Address address(const std::string& name) {
    return {std::string(model::kind::application), name};
}

plan::Step step(plan::Work work, const std::string& name, model::Map values, std::string part) {
    plan::Step step;
    step.address = address(name);
    step.work = work;
    step.part = std::move(part);
    for (const auto& [path, value] : values) step.changed.insert(path);
    step.values = std::move(values);
    return step;
}

plan::Step step(plan::Work work, const model::ObservedResource& observed, model::Map values, std::string part) {
    auto made = step(work, observed.address.name, std::move(values), std::move(part));
    made.observed = std::make_shared<const model::ObservedResource>(observed);
    return made;
}

model::Map portal() {
    return {{std::string(model::path::display_name), "Portal"},
            {std::string(model::path::sign_in_audience), "AzureADMyOrg"},
            {std::string(model::path::marks), model::List{}}};
}

model::Value credential(const std::string& subject, const std::string& description) {
    model::Map map{{"issuer", "https://token.actions.githubusercontent.com"},
                   {"subject", subject},
                   {"audience", "api://AzureADTokenExchange"}};
    if (!description.empty()) map.emplace("description", description);
    return map;
}

const model::Value& attribute(const model::ObservedResource& resource, std::string_view path) {
    static const model::Value no_elements = model::List{}, none_named = model::Map{};
    const auto it = resource.attributes.find(path);
    if (it != resource.attributes.end()) return it->second;
    const auto* row = model::attributes_of(resource.address.kind)->find(path);
    REQUIRE(row != nullptr);
    if (row->compare == model::Compare::set) return no_elements;
    return row->compare == model::Compare::named ? none_named : row->fallback;
}

}  // namespace regent::provider::graph::test
