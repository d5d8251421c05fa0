#include "service/metrics.hpp"

#include "service/fake_control.hpp"
#include "service/health.hpp"
#include "service/raw_client.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

using namespace regent;
using namespace regent::service;
using namespace regent::tests;
using Catch::Contains;

namespace {

std::string file_text(const std::string& path) {
    std::ifstream file(std::string(REGENT_SOURCE_DIR) + "/" + path);
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

/// Every metric that part of the documentation promises has happened once.
void let_everything_happen(Metrics& metrics) {
    controller::RunStatus run;
    run.trigger = "interval";
    run.result = "ok";
    metrics.run_finished("prod", run, {{"observe", std::chrono::duration<double>(1.5)}, {"plan", 10ms}});
    metrics.change("Application", "update", "ok");
    metrics.drift("Application", "reverted");
    metrics.refused("deletes");
    metrics.rotation("ok");
    metrics.api_request("graph", "GET", 200, 120ms);
    metrics.api_request("graph", "GET", 0, 30s);
    metrics.api_retry("graph", "throttled");
    metrics.api_throttled("graph", 4s);
    metrics.notified("webhook", "failed");
}

std::string everything() {
    Metrics metrics("0123456");
    let_everything_happen(metrics);
    return metrics.text(sample_status());
}

std::set<std::string> names_in(const std::string& text) {
    static const std::regex form("\\b(regent_[a-z_]+|process_[a-z_]+)");
    std::set<std::string> names;
    for (std::sregex_iterator found(text.begin(), text.end(), form), end; found != end; ++found)
        names.insert(found->str());
    return names;
}

Request get(const std::string& path) {
    Request request;
    request.method = "GET";
    request.path = path;
    return request;
}

}  // namespace

TEST_CASE("metrics say how every object stands") {
    const auto text = everything();
    CHECK_THAT(text, Contains("regent_build_info{version=\"0.1.0\",revision=\"0123456\"} 1"));
    CHECK_THAT(text,
               Contains("regent_resource_ready{kind=\"Application\",name=\"customer-portal\",environment=\"prod\"} 0"));
    CHECK_THAT(text,
               Contains("regent_resource_ready{kind=\"Application\",name=\"orders-api\",environment=\"prod\"} 1"));
    CHECK_THAT(text, Contains("regent_resource_paused{kind=\"Connector\",name=\"arm\",environment=\"prod\"} 1"));
    CHECK_THAT(text, Contains("reason=\"PermissionDenied\",policy=\"full\""));
    CHECK_THAT(text, Contains("regent_resources{environment=\"prod\",kind=\"Application\",state=\"failing\"} 1"));
    CHECK_THAT(text, Contains("regent_resources{environment=\"prod\",kind=\"Connector\",state=\"paused\"} 1"));
    CHECK_THAT(text, Contains("regent_pending_changes{environment=\"dev\",action=\"update\"} 1"));
    CHECK_THAT(text, Contains("regent_pending_changes{environment=\"prod\",action=\"update\"} 0"));
    CHECK_THAT(text, Contains("regent_last_success_timestamp_seconds{environment=\"prod\"} 1789387450"));
    CHECK_THAT(text, Contains("regent_credential_expiry_timestamp_seconds{environment=\"prod\",application=\"arm-"
                              "connector\",credential=\"arm\",type=\"secret\"} 1790251450"));
    CHECK_THAT(text, Contains("# TYPE regent_source_fetch_total counter"));
}

TEST_CASE("counters count and histograms sum up") {
    const auto text = everything();
    CHECK_THAT(text, Contains("regent_runs_total{environment=\"prod\",result=\"ok\",trigger=\"interval\"} 1"));
    CHECK_THAT(text, Contains("regent_run_duration_seconds_sum{environment=\"prod\",phase=\"observe\"} 1.5"));
    CHECK_THAT(text, Contains("regent_api_request_duration_seconds_count{api=\"graph\",method=\"GET\"} 2"));
    CHECK_THAT(text, Contains("regent_api_requests_total{api=\"graph\",code=\"0\",method=\"GET\"} 1"));
    CHECK_THAT(text, Contains("regent_api_throttled_seconds_total{api=\"graph\"} 4"));
    // There before anything happens, so that the first one counts.
    Metrics unused;
    unused.receiver("pager");
    const auto begun = unused.text(sample_status());
    CHECK_THAT(begun, Contains("regent_guard_refusals_total{guard=\"risk\"} 0"));
    for (const char* result : {"ok", "failed", "dropped"})
        CHECK_THAT(begun,
                   Contains(fmt::format("regent_notifications_total{{result=\"{}\",sink=\"pager\"}} 0", result)));
}

TEST_CASE("what is gone leaves no series behind") {
    Metrics metrics;
    auto status = sample_status();
    CHECK_THAT(metrics.text(status), Contains("legacy-crm"));
    std::erase_if(status.environments[1].objects, [](const auto& o) { return o.address.name == "legacy-crm"; });
    status.environments[1].in_force.commit = "ffff";
    const auto text = metrics.text(status);
    CHECK_THAT(text, !Contains("legacy-crm"));
    CHECK_THAT(text, !Contains("regent_source_info{environment=\"prod\",branch=\"main\",revision=\"9b1e"));
    CHECK_THAT(text, Contains("regent_source_info{environment=\"prod\",branch=\"main\",revision=\"ffff\"} 1"));
}

TEST_CASE("two credentials of one name are one series: the one that ends first") {
    auto status = sample_status();
    auto& credentials = status.environments[1].credentials;
    credentials.push_back(credentials[0]);
    credentials[1].ends_at = noon + 1h;
    const auto text = Metrics().text(status);
    CHECK_THAT(text, Contains("credential=\"arm\",type=\"secret\"} 1789391050"));
    CHECK_THAT(text, !Contains("1790251450"));
}

TEST_CASE("labels never hold ids, messages or addresses") {
    const auto text = everything();
    CHECK_THAT(text, !Contains("e36f837b-1970-4512-9edf-ffb0a1180e13"));
    CHECK_THAT(text, !Contains("cannot grant admin consent"));
    CHECK_THAT(text, !Contains("https://"));
}

TEST_CASE("names from a tenant cannot break the format") {
    auto status = sample_status();
    status.environments[1].credentials[0].name = "a\"} 1\nregent_forged 2\\";
    CHECK_THAT(Metrics().text(status), Contains("credential=\"a\\\"} 1\\nregent_forged 2\\\\\""));
}

TEST_CASE("the process tells of itself") {
    const auto text = everything();
    for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                             "process_max_fds", "process_start_time_seconds"})
        CHECK_THAT(text, Contains(std::string("\n") + name + " "));
}

TEST_CASE("every metric is documented, and every documented one exported") {
    const auto text = everything();
    static const std::regex type("# TYPE (\\S+) ");
    std::set<std::string> exported;
    for (std::sregex_iterator found(text.begin(), text.end(), type), end; found != end; ++found)
        exported.insert((*found)[1].str());
    static const std::regex row("\\| `((?:regent|process)_[a-z_]+)` \\|");
    std::set<std::string> documented;
    const auto page = file_text("docs/reference/metrics.md");
    for (std::sregex_iterator found(page.begin(), page.end(), row), end; found != end; ++found)
        documented.insert((*found)[1].str());
    CHECK(exported == documented);
}

TEST_CASE("alerts and the dashboard name only metrics that exist") {
    const auto exported = names_in(everything());
    for (const char* file : {"docs/examples/alerts.yaml", "docs/examples/grafana-dashboard.json"}) {
        INFO(file);
        const auto named = names_in(file_text(file));
        CHECK(named.size() >= 8);
        for (const auto& name : named) {
            INFO(name);
            CHECK(exported.count(name) == 1);
        }
    }
}

TEST_CASE("Prometheus' own tool finds nothing to say about the format") {
    if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
        WARN("promtool is not installed");
        return;
    }
    const TemporaryFolder folder;
    const auto path = (folder.path / "metrics").string();
    std::ofstream(path) << everything();
    CHECK(std::system(("promtool check metrics <" + path + " >&2").c_str()) == 0);
    CHECK(std::system(("promtool check rules " REGENT_SOURCE_DIR "/docs/examples/alerts.yaml >&2")) == 0);
}

TEST_CASE("health is the loop's, readiness is the work's") {
    FakeControl control;
    bool alive = true;
    auto now = noon + 5min;
    const auto route = health_routes(control, {[&] { return alive; }, [&] { return now; }});
    CHECK(route(get("/healthz"))->response.status == 200);
    alive = false;
    CHECK(route(get("/healthz"))->response.status == 503);
    CHECK_FALSE(route(get("/other")));

    auto ready = route(get("/readyz"))->response;
    CHECK(ready.status == 200);
    CHECK_THAT(ready.body, Contains("[+] prod: observed\n"));
    now = noon + 31min;  // three intervals are half an hour
    ready = route(get("/readyz"))->response;
    CHECK(ready.status == 503);
    CHECK_THAT(ready.body, Contains("[-] prod: looked at (the last run ended 1860 s ago)"));

    now = noon;
    control.change([](controller::ServiceStatus& status) {
        status.environments[1].last_success.reset();
        status.environments[1].last_run->error = "sign-in failed:\nAADSTS7000215";
        for (auto& object : status.environments[1].objects) object.last_read = {};
    });
    ready = route(get("/readyz"))->response;
    CHECK(ready.status == 503);
    CHECK_THAT(ready.body, Contains("[-] prod: observed (sign-in failed: AADSTS7000215)\n"));
    CHECK_THAT(ready.body, Contains("[+] dev: observed\n"));

    control.publish({});
    CHECK(route(get("/readyz"))->response.status == 503);
}
