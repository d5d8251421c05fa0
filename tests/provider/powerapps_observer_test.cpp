#include "model/attributes.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <utility>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::powerapps::test;
using graph::test::attribute;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

const json our_mark{{"owner", "regent.dev"}, {"name", "sample"}};

json mark_named(const std::string& name) {
    return {{"owner", "regent.dev"}, {"name", name}};
}

/// A mark that says which connector it was written onto, so that it counts under any title.
json mark_on(const std::string& connector) {
    auto mark = our_mark;
    mark["connector"] = connector;
    return mark;
}

void advance(Platform& platform, int seconds) {
    platform.simulator().control("POST", "clock", json{{"advanceSeconds", seconds}}.dump());
}

bool is_list(const net::Request& request) {
    return request.method == net::Method::get && request.target.find("/apis?") != std::string::npos;
}

/// The answer to every list of connectors, altered.
void alter_lists(Platform& platform, const std::function<void(json&)>& change) {
    platform.wiretap().alter([change](const net::Request& request, net::Outcome& outcome) {
        if (!is_list(request)) return;
        auto page = json::parse(outcome.body);
        change(page);
        outcome.body = page.dump();
    });
}

ProviderError refusal(Platform& platform) {
    model::Snapshot snapshot;
    const auto read = platform.observe(platform.scope({"sample"}), snapshot);
    REQUIRE_FALSE(read);
    CHECK(snapshot.resources.empty());
    CHECK(snapshot.orphans.empty());
    return read.error();
}

}  // namespace

TEST_CASE("connectors on all pages are seen, and Microsoft's own are not") {
    Platform platform;
    platform.switches({{"pageSize", 2}, {"builtInConnectors", 40}});
    for (int i = 0; i < 7; ++i) platform.seed("Orphan " + std::to_string(i), mark_named("orphan-" + std::to_string(i)));
    platform.seed("In production", mark_named("in-production"), {}, Platform::sales_prod);
    const auto snapshot = platform.look();
    CHECK(snapshot.orphans.size() == 8);
    CHECK(snapshot.resources.empty());
}

TEST_CASE("Microsoft's own connectors are left out even when the service does not filter") {
    Platform platform;
    platform.seed("Sample", our_mark);
    alter_lists(platform, [](json& page) {
        page["value"].push_back(
            {{"name", "shared_office365"}, {"properties", {{"displayName", "Sample"}, {"isCustomApi", false}}}});
        page["value"].push_back({{"name", "shared_sql"}, {"properties", {{"displayName", "SQL Server"}}}});
    });
    CHECK(platform.look().resources.size() == 1);
}

TEST_CASE("a next link that names another host is followed at our own, and the token goes nowhere else") {
    Platform platform;
    platform.switches({{"pageSize", 1}, {"nextLinkHost", "https://management.azure.com"}});
    for (int i = 0; i < 3; ++i) platform.seed("Orphan " + std::to_string(i), mark_named("orphan-" + std::to_string(i)));
    CHECK(platform.look().orphans.size() == 3);
    for (const auto& request : platform.wiretap().requests()) {
        CHECK(request.origin == platform.simulator().base_url());
    }
}

TEST_CASE("a next link written by hand, with blanks and quotes and another case, is followed") {
    Platform platform;
    platform.switches({{"pageSize", 1}});
    for (int i = 0; i < 3; ++i) platform.seed("Orphan " + std::to_string(i), mark_named("orphan-" + std::to_string(i)));
    alter_lists(platform, [](json& page) {
        if (!page.contains("nextLink")) return;
        const auto link = page["nextLink"].get<std::string>();
        const auto token = link.substr(link.find("skiptoken="));
        page["nextLink"] = std::string("https://management.azure.com/providers/microsoft.powerapps/apis?") +
                           "api-version=2016-11-01&$filter=environment eq '" + Platform::sales +
                           "' and IsCustomApi eq 'True'&$" + token;
    });
    auto scope = platform.scope({"sample"});
    scope.power_platform_environments.clear();
    CHECK(platform.look(scope).orphans.size() == 3);
}

TEST_CASE("a list that cannot be followed to its end is an error") {
    struct Case {
        const char* what;
        std::function<void(json&)> change;
    };
    const std::vector<Case> cases{
        {"a next link outside the service", [](json& page) { page["nextLink"] = "https://attacker.example/apis?x=1"; }},
        {"a next link that is a number", [](json& page) { page["nextLink"] = 17; }},
        {"a next link without a host", [](json& page) { page["nextLink"] = "apis?page=2"; }},
        {"a next link to itself",
         [](json& page) { page["nextLink"] = "https://x.example/providers/Microsoft.PowerApps/apis?same"; }},
        {"no value", [](json& page) { page.erase("value"); }},
        {"a value that is no list", [](json& page) { page["value"] = json::object(); }},
        {"an entry without name", [](json& page) { page["value"][0].erase("name"); }},
        {"an entry that is no object", [](json& page) { page["value"].push_back(nullptr); }},
        {"a page that is a list", [](json& page) { page = json::array(); }}};
    for (const auto& broken : cases) {
        INFO(broken.what);
        Platform platform;
        platform.seed("Sample", our_mark);
        platform.wiretap().alter([&](const net::Request& request, net::Outcome& outcome) {
            if (!is_list(request) && request.target.find("apis?same") == std::string::npos) return;
            json page{{"value", json::array()}};
            if (outcome.status == 200) page = json::parse(outcome.body);
            broken.change(page);
            outcome.status = 200;
            outcome.body = page.dump();
        });
        const auto error = refusal(platform);
        CHECK(error.kind == ErrorKind::incomplete);
        CHECK(error.code == "RG0711");
        CHECK_FALSE(error.request_id.empty());
    }
}

TEST_CASE("a definition is read back by its own address, whatever its bytes look like, and without the mark") {
    const bool bom = GENERATE(true, false);
    const bool crlf = GENERATE(true, false);
    const bool only_when_expanded = GENERATE(true, false);
    Platform platform;
    platform.switches(
        {{"definitionBom", bom}, {"definitionCrlf", crlf}, {"swaggerOnlyWhenExpanded", only_when_expanded}});
    platform.done(step(Work::create, open_sample()));
    CHECK(platform.connector("Sample")["openApiDefinition"]["x-regent"]["owner"] == "regent.dev");
    CHECK(attribute(platform.sample(), path::definition) == model::Value(definition().dump()));
    std::size_t blobs = 0;
    for (const auto& request : platform.wiretap().requests()) {
        if (request.target.rfind("/blob/", 0) != 0) continue;
        ++blobs;
        CHECK_FALSE(net::find_header(request.headers, "Authorization").has_value());
    }
    CHECK(blobs == 2);  // once after it was written, to see that it was kept; once by who looks
}

TEST_CASE("an address of a definition that has expired is asked for again") {
    Platform platform;
    platform.seed("Sample", our_mark);
    platform.wiretap().alter([&](const net::Request& request, net::Outcome&) {
        if (is_list(request)) advance(platform, 3700);
    });
    const auto there = platform.sample();
    CHECK(attribute(there, path::definition) == model::Value(definition().dump()));
    CHECK(there.ownership == model::Ownership::ours);
}

TEST_CASE("a connector that is listed without the address of its definition is read by itself") {
    Platform platform;
    platform.seed("Sample", our_mark);
    alter_lists(platform, [](json& page) {
        for (auto& connector : page["value"]) connector["properties"].erase("apiDefinitions");
    });
    CHECK(platform.sample().ownership == model::Ownership::ours);
}

TEST_CASE("a definition that is no JSON, or that storage refuses to the end, is an error in words of its own") {
    Platform platform;
    platform.seed("Sample", our_mark);
    SECTION("no JSON") {
        platform.wiretap().alter([](const net::Request& request, net::Outcome& outcome) {
            if (request.target.rfind("/blob/", 0) == 0) outcome.body = "<html>";
        });
        CHECK(refusal(platform).kind == ErrorKind::incomplete);
    }
    SECTION("refused") {
        platform.wiretap().alter([&](const net::Request& request, net::Outcome&) {
            if (request.target.find("/apis") != std::string::npos) advance(platform, 3700);
        });
        const auto error = refusal(platform);
        CHECK(error.kind == ErrorKind::incomplete);
        CHECK(error.service == "Storage: 403 AuthenticationFailed");
        CHECK(error.request_id.size() == 36);
        CHECK(words_of(error).find("New-PowerAppManagementApp") == std::string::npos);
        CHECK(words_of(error).find("sig=") == std::string::npos);
    }
}

TEST_CASE("a definition at an address we were not told to trust is not read") {
    Platform platform;
    platform.seed("Sample", our_mark);
    alter_lists(platform, [](json& page) {
        for (auto& connector : page["value"])
            connector["properties"]["apiDefinitions"]["originalSwaggerUrl"] =
                "https://attacker.example/x?sig=theirSignature";
    });
    const auto error = refusal(platform);
    CHECK(error.help.find("endpoints.blob") != std::string::npos);
    CHECK(words_of(error).find("theirSignature") == std::string::npos);
}

TEST_CASE("an environment that we may not see is an error with what an administrator does about it") {
    const int status = GENERATE(403, 404);
    Platform platform;
    platform.switches({{"environmentDeniedStatus", status}});
    platform.seed("Sample", our_mark);
    auto scope = platform.scope({"sample"});
    scope.power_platform_environments.emplace_back("99999999-0000-0000-0000-000000000000");
    model::Snapshot snapshot;
    const auto read = platform.observe(scope, snapshot);
    REQUIRE_FALSE(read);
    CHECK(read.error().kind == ErrorKind::forbidden);
    CHECK(read.error().service.find("EnvironmentAccessDenied \"The environment '99999999") != std::string::npos);
    CHECK(read.error().help.find("New-PowerAppManagementApp") != std::string::npos);
    CHECK(snapshot.resources.empty());
}

TEST_CASE("an environment's id is told back as the manifest spells it") {
    Platform platform;
    platform.seed("Sample", our_mark, {}, "Default-11111111-1111-1111-1111-111111111111");
    const std::string spelled = GENERATE("~Default", "default-11111111-1111-1111-1111-111111111111");
    auto scope = platform.scope({"sample"});
    scope.wanted[0].pp_environment = spelled;
    const auto snapshot = platform.look(scope);
    REQUIRE(snapshot.resources.contains(address()));
    CHECK(attribute(snapshot.resources.at(address()), path::environment) == model::Value(spelled));
}

TEST_CASE("settings read the same in every spelling that has been seen") {
    const std::string casing = GENERATE("asSent", "camel", "pascal");
    Platform platform;
    platform.switches({{"customParameterCasing", casing}});
    platform.hand_over("first-secret", "key-1");
    platform.done(step(Work::create, secret_sample()));
    platform.wiretap().alter([](const net::Request& request, net::Outcome& outcome) {
        if (!is_list(request)) return;
        auto page = json::parse(outcome.body);
        for (auto& connector : page["value"]) {
            auto& token = connector["properties"]["connectionParameters"]["token"];
            token["oauthsettings"] = token["oAuthSettings"];
            token.erase("oAuthSettings");
        }
        outcome.body = page.dump();
    });
    const auto there = platform.sample();
    for (const auto& [where, value] : with(secret_sample(), path::marks, model::List{"secretKey:key-1"})) {
        INFO(where);
        CHECK(attribute(there, where) == value);
    }
}

TEST_CASE("reading sends no write, and asks once for each page and each definition") {
    Platform platform;
    for (int i = 0; i < 30; ++i) platform.seed("Connector " + std::to_string(i));
    (void)platform.look();
    std::size_t lists = 0;
    std::size_t blobs = 0;
    for (const auto& request : platform.wiretap().requests()) {
        if (request.target.find("/oauth2/") != std::string::npos) continue;
        CHECK(request.method == net::Method::get);
        lists += is_list(request) ? 1 : 0;
        blobs += request.target.rfind("/blob/", 0) == 0 ? 1 : 0;
    }
    CHECK(lists == 2);
    CHECK(blobs == 30);
    CHECK(platform.wiretap().requests().size() <= 33);
}

TEST_CASE("somebody who looks again and again reads a connector again that somebody has saved, and no other") {
    Platform platform;
    const auto name = platform.seed("Sample", mark_on("shared_sample"), {}, Platform::sales, "shared_sample");
    for (const auto* other : {"One", "Two"}) platform.seed(other);
    auto scope = platform.scope({"sample"});
    scope.wanted[0].managed.emplace(path::script);
    platform.change(
        name, {{"patch",
                {{"properties", json::object()}, {"_script", {{"contentType", "text/plain"}, {"base64", "YQ=="}}}}}});
    auto blobs = [&, seen = std::size_t{0}]() mutable {
        const auto requests = platform.wiretap().requests();
        const auto all = static_cast<std::size_t>(std::count_if(
            requests.begin(), requests.end(), [](const auto& r) { return r.target.rfind("/blob/", 0) == 0; }));
        return all - std::exchange(seen, all);
    };
    const auto minutes_pass = [&] { platform.clock().sleep_for(std::chrono::minutes(6)); };
    const auto says = [&](const model::Snapshot& seen) {
        return seen.resources.at(address()).attributes.at(std::string(path::definition)).text_or({});
    };
    const auto save = [&](const std::string& title) {
        auto document = platform.connector(name).at("openApiDefinition");
        document["info"]["title"] = title;
        platform.change(name, {{"patch", {{"openApiDefinition", document}}}});
    };
    const ReadOrder whole{false, {}}, again{true, {}};
    // What was saved a moment ago is read each time: a list may be ahead of its blobs.
    (void)platform.look_again(scope, whole, ReadFrom::tenant);
    CHECK(blobs() == 4);
    (void)platform.look_again(scope, again, ReadFrom::tenant);
    CHECK(blobs() == 4);
    minutes_pass();
    const auto first = platform.look_again(scope, again, ReadFrom::tenant);
    CHECK(blobs() == 4);
    const auto second = platform.look_again(scope, again, ReadFrom::memory);
    CHECK(blobs() == 0);
    CHECK(second.resources.at(address()).attributes == first.resources.at(address()).attributes);
    CHECK(second.resources.at(address()).attributes.contains(path::script));

    SECTION("a save by somebody else is seen at once") {
        save("By somebody else");
        for (int look = 0; look < 2; ++look) {
            CHECK(says(platform.look_again(scope, again, ReadFrom::memory)).find("somebody else") != std::string::npos);
            CHECK(blobs() == 2);
        }
        minutes_pass();
        (void)platform.look_again(scope, again, ReadFrom::memory);
        CHECK(blobs() == 2);
        (void)platform.look_again(scope, again, ReadFrom::memory);
        CHECK(blobs() == 0);
    }
    SECTION("what is about to be written is read, and so is everything when that is asked for") {
        (void)platform.look_again(scope, {true, {address()}}, ReadFrom::tenant);
        CHECK(blobs() == 4);
        (void)platform.look_again(scope, {true, {model::Address{"Application", "a"}}}, ReadFrom::memory);
        CHECK(blobs() == 0);
        (void)platform.look_again(scope, whole, ReadFrom::tenant);
        CHECK(blobs() == 4);
    }
    SECTION("a save that the list does not tell is seen when everything is read") {
        platform.switches({{"changedTimeMoves", false}});
        save("Untold");
        CHECK(says(platform.look_again(scope, whole, ReadFrom::tenant)).find("Untold") != std::string::npos);
    }
    SECTION("who looks once remembers nothing") {
        (void)platform.look(scope);
        CHECK(blobs() == 4);
        (void)platform.look(scope);
        CHECK(blobs() == 4);
    }
}

TEST_CASE("connections are counted of a connector that can only be replaced, on all pages, and of no other") {
    Platform platform;
    platform.switches({{"pageSize", 2}});
    const auto name = platform.seed("Sample", mark_on("shared_sample"), {}, Platform::sales, "shared_sample");
    const auto other = platform.seed("Other", mark_named("other"));
    const auto made = [](int count) {
        json connections = json::array();
        for (int i = 0; i < count; ++i) connections.push_back({{"name", std::to_string(i)}});
        return json{{"patch", {{"connections", std::move(connections)}}}};
    };
    platform.change(name, made(3));
    platform.change(other, made(2));
    CHECK_FALSE(platform.sample().connections);
    const auto asked = [&] {
        const auto requests = platform.wiretap().requests();
        return std::count_if(requests.begin(), requests.end(),
                             [](const auto& r) { return r.target.find("/connections?") != std::string::npos; });
    };
    CHECK(asked() == 0);
    auto scope = platform.scope({"sample"});
    scope.wanted[0].display_name = "Renamed";
    auto there = platform.look(scope).resources.at(address());
    CHECK(there.connections == 3);
    CHECK(there.connections_unread.empty());
    CHECK(asked() == 3);
    // Whose they are is an administrator's to see.
    platform.fault("status", "GET", "/connections", {{"status", 403}});
    there = platform.look(scope).resources.at(address());
    CHECK_FALSE(there.connections);
    CHECK(there.connections_unread.find("403") != std::string::npos);
}

TEST_CASE("a service that cannot count connections, or tell of shares, at the moment is no reason to plan nothing") {
    Platform platform;
    platform.seed("Sample", mark_on("shared_sample"), {}, Platform::sales, "shared_sample");
    auto scope = platform.scope({"sample"});
    scope.wanted[0].display_name = "Renamed";
    const auto status = GENERATE(429, 500, 504);
    platform.fault("status", "GET", "/connections", {{"status", status}, {"count", -1}});
    auto there = platform.look(scope).resources.at(address());
    CHECK_FALSE(there.connections);
    CHECK_FALSE(there.connections_unread.empty());
    CHECK(there.unreadable.empty());
    platform.fault("status", "GET", "/permissions", {{"status", status}, {"count", -1}});
    there = platform.look(scope).resources.at(address());
    CHECK(there.unreadable.contains(path::shares));
    REQUIRE(there.remarks.size() == 1);
    CHECK(there.remarks[0].starts_with("who may use it cannot be seen at the moment"));
}

TEST_CASE("half a list of connections is no number") {
    Platform platform;
    platform.seed("Sample", mark_on("shared_sample"), {}, Platform::sales, "shared_sample");
    auto scope = platform.scope({"sample"});
    scope.wanted[0].display_name = "Renamed";
    platform.wiretap().alter([](const net::Request& request, net::Outcome& outcome) {
        if (request.target.find("/connections?") != std::string::npos)
            outcome.body = R"({"value": [{"name": "1", "properties": {}}]})";
    });
    const auto there = platform.look(scope).resources.at(address());
    CHECK_FALSE(there.connections);
    CHECK_FALSE(there.connections_unread.empty());
}

TEST_CASE("a definition is read with the place where requests go, which can be saved without it") {
    Platform platform;
    const auto name = platform.seed("Sample", our_mark);
    const auto host = [&] {
        return json::parse(attribute(platform.sample(), path::definition).text_or("{}")).value("host", "");
    };
    const auto move = [&](const std::string& url) {
        platform.change(name, {{"patch", {{"backendService", {{"serviceUrl", url}}}}}});
    };
    const auto before = attribute(platform.sample(), path::definition);
    for (const auto* same : {"https://management.azure.com", "HTTPS://MANAGEMENT.azure.com:443/", ""}) {
        move(same);
        CHECK(attribute(platform.sample(), path::definition) == before);
    }
    move("https://collector.example/in");
    CHECK(host() == "collector.example");
    move("https://management.azure.com/");
    REQUIRE(attribute(platform.sample(), path::definition) == before);
    platform.change(name, {{"patch", {{"openApiDefinition", {{"host", "elsewhere.example"}}}}}});
    CHECK_FALSE(attribute(platform.sample(), path::definition) == before);
}
