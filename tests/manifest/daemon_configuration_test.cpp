#include "manifest/loader.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace regent;
using namespace std::chrono;

namespace {

manifest::DaemonResult load(const std::string& spec) {
    return manifest::load_daemon_configuration(
        {"/etc/regent/regent.yaml", "apiVersion: regent/v1\nkind: Daemon\nmetadata: {name: regent}\nspec:\n" + spec});
}

std::string codes(const manifest::DaemonResult& result) {
    std::string text;
    for (const auto& diagnostic : result.diagnostics) text += diagnostic.code + " ";
    return text;
}

}  // namespace

TEST_CASE("a service that is told nothing but its source looks and changes nothing") {
    const auto result = load("  source: {git: {url: /srv/identity.git}}\n");
    REQUIRE(result.configuration);
    CHECK(result.configuration->mode == model::DaemonConfiguration::Mode::plan);
    CHECK(result.configuration->git->branch == "main");
    CHECK_FALSE(result.configuration->git->verify_head);
    CHECK(result.configuration->interval == 60s);
    CHECK(result.configuration->http_listen == "127.0.0.1:9477");
}

TEST_CASE("every field of the configuration reaches the service") {
    const auto result = load(
        "  source:\n"
        "    git: {url: \"https://forge.example/identity.git\", tag: production, path: identity, user: bot,\n"
        "          fetchInterval: 30s, allowRewind: 4f2c1ab,\n"
        "          verify: {mode: head, openpgpKeyring: /etc/regent/trusted.gpg, sshAllowedSigners: "
        "/etc/regent/signers}}\n"
        "  environments: [prod, dev]\n  mode: apply\n  interval: 5m\n  parallel: 8\n  warnBeforeExpiry: 30d\n"
        "  freeze:\n"
        "    - {name: holidays, from: \"2026-12-20T00:00:00Z\", to: \"2027-01-04T06:00:00Z\", environments: [prod]}\n"
        "    - {name: weekend, days: [fri, sat], start: \"16:00\", end: \"06:30\"}\n"
        "  http: {listen: none}\n  socket: {path: /run/x.sock, group: staff}\n"
        "  notifications: [{name: oncall, type: slack, urlCredential: slack-url, minimumSeverity: error, kinds: "
        "[Application]}]\n"
        "  connection: {timeout: 20s, replicationGrace: 3m, transport: curl, proxy: \"http://p:3128\", caFile: "
        "/etc/ca.pem}\n");
    INFO(codes(result));
    REQUIRE(result.configuration);
    const auto& c = *result.configuration;
    CHECK(c.git->tag == "production");
    CHECK(c.git->branch.empty());
    CHECK(c.git->fetch_interval == 30s);
    CHECK(c.git->verify_head);
    CHECK(c.environments == std::vector<std::string>{"prod", "dev"});
    CHECK(c.mode == model::DaemonConfiguration::Mode::apply);
    CHECK(c.interval == 5min);
    REQUIRE(c.freeze.size() == 2);
    CHECK(c.freeze[0].from == sys_days(2026y / 12 / 20));
    CHECK(c.freeze[0].to == sys_days(2027y / 1 / 4) + 6h);
    CHECK(c.freeze[1].days == std::vector<unsigned>{5, 6});
    CHECK(c.freeze[1].start == 16h);
    CHECK(c.freeze[1].end == 6h + 30min);
    CHECK(c.http_listen == "none");
    CHECK(c.socket_group == "staff");
    CHECK(c.notifications.at(0).minimum_severity == "error");
    CHECK(c.transport == "curl");
    CHECK(c.replication_grace == 3min);
}

TEST_CASE("a configuration that could not mean anything is refused with its code") {
    const auto spec = GENERATE(table<std::string, std::string>({
        {"  source: {directory: identity}\n", "RG0470 "},
        {"  source: {git: {url: /r, branch: main, tag: v1}}\n", "RG0471 "},
        {"  source: {git: {url: \"https://bob:hunter2@forge.example/r.git\"}}\n", "RG0472 "},
        {"  source: {git: {url: /r, verify: {mode: head}}}\n", "RG0473 "},
        {"  source: {directory: /r}\n  freeze: [{name: x, from: tomorrow, to: \"2027-01-04T06:00:00Z\"}]\n", "RG0474 "},
        {"  source: {directory: /r}\n  freeze: [{name: x, start: \"25:00\", end: \"06:00\"}]\n", "RG0474 "},
        {"  source: {directory: /r}\n  freeze: [{name: x, start: \"16:00\"}]\n", "RG0475 "},
        {"  source: {directory: /r}\n  freeze: [{name: x, from: \"2027-01-04T06:00:00Z\", to: "
         "\"2026-01-04T06:00:00Z\"}]\n",
         "RG0475 "},
        {"  source: {directory: /r}\n  notifications: [{name: x, type: slack, urlCredential: "
         "\"https://hooks.example/T0\"}]\n",
         "RG0476 "},
    }));
    const auto result = load(std::get<0>(spec));
    INFO(std::get<0>(spec));
    CHECK(codes(result) == std::get<1>(spec));
    CHECK_FALSE(result.configuration);
    for (const auto& diagnostic : result.diagnostics) CHECK(diagnostic.message.find("hunter2") == std::string::npos);
}

TEST_CASE("a file that holds no configuration says what it should hold") {
    const auto result = manifest::load_daemon_configuration({"/etc/regent/regent.yaml", "# nothing yet\n"});
    CHECK(codes(result) == "RG0477 ");
}
