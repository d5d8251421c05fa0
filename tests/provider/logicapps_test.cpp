#include "model/attributes.hpp"
#include "net/cpprest_transport.hpp"
#include "net/credentials.hpp"
#include "provider/connectors/logicapps/api_maker.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/powerapps_platform.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::provider;
using nlohmann::json;
using powerapps::test::definition;
using powerapps::test::step;
using powerapps::test::with;
using powerapps::test::words_of;
namespace path = regent::model::path;

namespace {

const std::string group = "/subscriptions/5ab5c4e1-0000-4444-8888-0123456789ab/resourceGroups/rg-integration";
const std::string other_group = "/subscriptions/5ab5c4e1-0000-4444-8888-0123456789ab/resourceGroups/rg-other";

/// A pretend subscription with a client that is signed in to it: owner "regent", environment "dev".
class Azure {
public:
    explicit Azure(logicapps::LogicAppsOptions options = {}) : simulator(simulator::Options{}), clock(simulator) {
        for (const auto& id : {group, other_group})
            simulator.control("POST", "change", json{{"path", id}, {"put", {{"location", "westeurope"}}}}.dump());
        const auto origin = simulator.base_url();
        transport_ = net::make_cpprest_transport({.allowed_origins = {origin}, .ca_file = {}, .proxy = {}}, rng_);
        wiretap = std::make_unique<provider::test::Wiretap>(*transport_);
        tokens_ = net::make_token_source(*wiretap, clock, rng_,
                                         {.login_origin = origin,
                                          .tenant = powerapps::test::Platform::tenant_id,
                                          .client_id = "22222222-2222-2222-2222-222222222222",
                                          .credential = net::Secret("simulator")});
        session_ = net::make_session(*wiretap, *tokens_, clock, rng_);
        options.origin = origin;
        options.identity = {"regent", "dev", powerapps::test::Platform::tenant_id};
        observer_ = logicapps::make_logicapps_observer(*session_, clock, options);
        writer = logicapps::make_logicapps_writer(*session_, clock, options);
        input.operation_id = "5f3a91c2";
    }

    void switches(const json& arm) { simulator.control("POST", "switches", json{{"arm", arm}}.dump()); }
    void change(const std::string& name, const json& body) {
        auto request = body;
        request["path"] = group + "/providers/Microsoft.Web/customApis/" + name;
        simulator.control("POST", "change", request.dump());
    }
    /// What the service holds of one of this name; null when there is none.
    json held(const std::string& name = "sample") {
        const auto state = json::parse(simulator.state());
        for (const auto& record : state.at("arm").at("customApis"))
            if (record.at("name") == name) return record;
        return nullptr;
    }
    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into) {
        return observer_->observe(scope, into);
    }
    static model::Scope::Wanted wanted(const std::string& name = "sample") {
        model::Scope::Wanted wanted;
        wanted.address = powerapps::test::address(name);
        wanted.backend = model::backend::logicapps;
        wanted.resource_group = group;
        return wanted;
    }
    model::Snapshot look(const std::string& adopt = {}) {
        auto sample = wanted();
        sample.adopt = adopt;
        return look_for({sample});
    }
    model::Snapshot look_for(const std::vector<model::Scope::Wanted>& all) {
        model::Scope scope;
        scope.wanted = all;
        scope.resource_groups = {group, other_group};
        model::Snapshot snapshot;
        const auto read = observe(scope, snapshot);
        if (!read) FAIL(words_of(read.error()));
        return snapshot;
    }
    model::ObservedResource sample() {
        const auto snapshot = look();
        REQUIRE(snapshot.resources.contains(powerapps::test::address()));
        return snapshot.resources.at(powerapps::test::address());
    }
    tl::expected<StepResult, ProviderError> apply(const plan::Step& step) { return writer->apply(step, input); }
    StepResult done(const plan::Step& step) {
        auto result = apply(step);
        if (!result) FAIL(words_of(result.error()));
        return *result;
    }
    void hand_over(const std::string& secret, const std::string& key_id) {
        input.secrets.insert_or_assign(std::string(path::auth_client_secret), model::Secret(secret));
        input.secret_key_ids.insert_or_assign(std::string(path::auth_client_secret), key_id);
    }
    std::vector<net::Request> writes() {
        std::vector<net::Request> found;
        for (auto& request : wiretap->requests()) {
            if (request.target.find("/oauth2/") == std::string::npos && request.method != net::Method::get)
                found.push_back(request);
        }
        return found;
    }

    simulator::Simulator simulator;
    graph::test::SharedClock clock;
    std::unique_ptr<provider::test::Wiretap> wiretap;
    std::unique_ptr<Writer> writer;
    StepInput input;

private:
    net::SystemRng rng_;
    std::unique_ptr<net::Transport> transport_;
    std::unique_ptr<net::TokenSource> tokens_;
    std::unique_ptr<net::Session> session_;
    std::unique_ptr<Observer> observer_;
};

model::Map open_sample() {
    return {{std::string(path::backend), "logicapps"},
            {std::string(path::display_name), "Sample"},
            {std::string(path::resource_group), group},
            {std::string(path::location), "westeurope"},
            {std::string(path::description), "Lists subscriptions"},
            {std::string(path::icon_brand_color), "#0078d4"},
            {std::string(path::definition), definition().dump()},
            {std::string(path::tags), model::List{"team=platform"}},
            {std::string(path::auth_type), "none"},
            {std::string(path::marks), model::List{}}};
}

model::Map secret_sample() {
    auto values = powerapps::test::secret_sample();
    values.erase(std::string(path::environment));
    for (const auto& [where, value] : open_sample()) {
        if (where != path::auth_type) values.insert_or_assign(where, value);
    }
    return values;
}

}  // namespace

TEST_CASE("a connector of Logic Apps is a resource that its tags call ours", "[provider][logicapps]") {
    Azure azure;
    azure.hand_over("s3cr3t-of-sample", "key-1");
    const auto made = azure.done(step(plan::Work::create, secret_sample()));
    CHECK(made.outputs.at("redirectUrl") == "https://logic-apis-westeurope.consent.azure-apim.net/redirect");
    CHECK(made.outputs.at("name") == "sample");
    const auto held = azure.held();
    CHECK(held.at("location") == "westeurope");
    CHECK(held.at("tags") == json({{"team", "platform"},
                                   {"regent-owner", "regent.dev"},
                                   {"regent-name", "sample"},
                                   {"regent-secret-key", "key-1"}}));
    // The mark of Power Apps' connectors stands in the definition; here the definition is the manifest's.
    CHECK(held.at("openApiDefinition") == definition());
    CHECK(held.at("_clientSecrets").contains("token"));
    CHECK(azure.simulator.state().find("s3cr3t-of-sample") == std::string::npos);
}

TEST_CASE("what was written is read back as the manifest says it", "[provider][logicapps]") {
    const auto way = GENERATE("url", "inline", "both");
    Azure azure;
    azure.switches({{"definitionOnRead", way}});
    azure.hand_over("s3cr3t-of-sample", "key-1");
    azure.done(step(plan::Work::create, secret_sample()));
    const auto sample = azure.sample();
    CHECK(sample.ownership == model::Ownership::ours);
    CHECK(sample.id == "sample");
    CHECK_FALSE(sample.attributes.contains(path::environment));
    CHECK(sample.changeable.contains(path::display_name));
    for (const auto& [where, value] : secret_sample()) {
        if (where == path::marks) continue;
        INFO(where);
        REQUIRE(sample.attributes.contains(where));
        CHECK(sample.attributes.at(where) == value);
    }
    CHECK(sample.attributes.at(std::string(path::marks)) == model::Value(model::List{"secretKey:key-1"}));
    CHECK(sample.outputs.at("redirectUrl") == "https://logic-apis-westeurope.consent.azure-apim.net/redirect");
}

TEST_CASE("a save leaves what the manifest does not say as it is", "[provider][logicapps]") {
    Azure azure;
    azure.done(step(plan::Work::create, open_sample()));
    azure.change("sample", {{"patch",
                             {{"tags", {{"costCenter", "42"}}},
                              {"properties", {{"description", "theirs"}, {"iconUri", "https://x.example/i.png"}}}}}});
    auto values = with(open_sample(), path::display_name, "Renamed");
    values.erase(std::string(path::tags));
    values.erase(std::string(path::description));
    azure.done(step(plan::Work::update, azure.sample(), values, {std::string(path::display_name)}));
    const auto held = azure.held();
    CHECK(held.at("properties").at("displayName") == "Renamed");
    CHECK(held.at("properties").at("description") == "theirs");
    CHECK(held.at("properties").at("iconUri") == "https://x.example/i.png");
    CHECK(held.at("tags").at("costCenter") == "42");
    CHECK(held.at("tags").at("team") == "platform");
}

TEST_CASE("a save keeps what somebody saved since the look, where the manifest leaves it to others",
          "[provider][logicapps]") {
    Azure azure;
    azure.done(step(plan::Work::create, open_sample()));
    const auto before = azure.sample();
    azure.change("sample", {{"patch", {{"openApiDefinition", {{"info", {{"version", "9.9"}}}}}}}});
    auto values = with(open_sample(), path::description, "Changed");
    values.erase(std::string(path::definition));
    azure.done(step(plan::Work::update, before, values, {std::string(path::description)}));
    const auto held = azure.held();
    CHECK(held.at("openApiDefinition").at("info").at("version") == "9.9");
    CHECK(held.at("properties").at("description") == "Changed");
}

TEST_CASE("tags change by themselves, and the secret stays", "[provider][logicapps]") {
    Azure azure;
    azure.hand_over("s3cr3t-of-sample", "key-1");
    azure.done(step(plan::Work::create, secret_sample()));
    azure.input.secrets.clear();
    azure.input.secret_key_ids.clear();
    const auto before = azure.held();
    azure.wiretap->forget();
    auto values = with(secret_sample(), path::tags, model::List{"team=sales"});
    values.insert_or_assign(std::string(path::marks), model::List{"preventDelete", "secretKey:key-1"});
    azure.done(step(plan::Work::update, azure.sample(), values, {std::string(path::tags)}));
    REQUIRE(azure.writes().size() == 1);
    CHECK(azure.writes().front().method == net::Method::patch);
    auto after = azure.held();
    CHECK(after.at("tags").at("team") == "sales");
    CHECK(after.at("tags").at("regent-prevent-delete") == "true");
    CHECK(after.at("tags").at("regent-secret-key") == "key-1");
    after["tags"] = before.at("tags");
    CHECK(after == before);
}

TEST_CASE("a tag that leaves the manifest leaves the connector, whatever a PATCH does with those it leaves out",
          "[provider][logicapps]") {
    const auto way = GENERATE("replace", "merge");
    const bool with_secret = GENERATE(true, false);
    CAPTURE(way, with_secret);
    Azure azure;
    azure.switches({{"patchOfTags", way}});
    auto values = with_secret ? secret_sample() : open_sample();
    if (with_secret) azure.hand_over("s3cr3t-of-sample", "key-1");
    values.insert_or_assign(std::string(path::tags), model::List{"Old=1", "team=platform"});
    values.insert_or_assign(std::string(path::marks), model::List{"preventDelete"});
    azure.done(step(plan::Work::create, values));
    azure.input.secrets.clear();
    azure.input.secret_key_ids.clear();
    auto before = azure.held();
    values.insert_or_assign(std::string(path::tags), model::List{"team=sales"});
    values.insert_or_assign(std::string(path::marks), with_secret ? model::List{"secretKey:key-1"} : model::List{});
    const auto changed = step(plan::Work::update, azure.sample(), values, {std::string(path::tags)});
    azure.done(changed);
    auto after = azure.held();
    CHECK(after.at("tags").at("team") == "sales");
    CHECK_FALSE(after.at("tags").contains("Old"));
    CHECK_FALSE(after.at("tags").contains("regent-prevent-delete"));
    CHECK(after.at("tags").contains("regent-secret-key") == with_secret);
    CHECK(azure.sample().attributes.at(std::string(path::tags)) == model::Value(model::List{"team=sales"}));
    after["tags"] = before["tags"];
    CHECK(after == before);
    CHECK(azure.simulator.state().find("s3cr3t-of-sample") == std::string::npos);
}

TEST_CASE("others' tags stay where the manifest says nothing of tags, and a PATCH merges", "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"patchOfTags", "merge"}});
    auto values = open_sample();
    values.erase(std::string(path::tags));
    values.insert_or_assign(std::string(path::marks), model::List{"preventDelete"});
    azure.done(step(plan::Work::create, values));
    azure.change("sample", {{"patch", {{"tags", {{"costCenter", "42"}}}}}});
    values.insert_or_assign(std::string(path::marks), model::List{});
    azure.done(step(plan::Work::update, azure.sample(), values, {std::string(path::marks)}));
    CHECK(azure.held().at("tags").at("costCenter") == "42");
    CHECK_FALSE(azure.held().at("tags").contains("regent-prevent-delete"));
}

TEST_CASE("tags that nobody lets regent take away are named, with who could", "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"patchOfTags", "merge"}, {"denied", {"Microsoft.Resources/tags/write"}}});
    azure.hand_over("s3cr3t-of-sample", "key-1");
    azure.done(step(plan::Work::create, with(secret_sample(), path::tags, model::List{"old=1", "team=platform"})));
    azure.input.secrets.clear();
    azure.input.secret_key_ids.clear();
    const auto refused =
        azure.apply(step(plan::Work::update, azure.sample(),
                         with(secret_sample(), path::tags, model::List{"team=platform"}), {std::string(path::tags)}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(words_of(refused.error()).find("'old=1'") != std::string::npos);
    CHECK(words_of(refused.error()).find("Tag Contributor") != std::string::npos);
    CHECK(azure.held().at("_clientSecrets").contains("token"));
    // Once somebody has done it, there is nothing left.
    azure.switches({{"denied", json::array()}});
    azure.done(step(plan::Work::update, azure.sample(), with(secret_sample(), path::tags, model::List{"team=platform"}),
                    {std::string(path::tags)}));
    CHECK(azure.sample().attributes.at(std::string(path::tags)) == model::Value(model::List{"team=platform"}));
}

TEST_CASE("a save that would lose the client's secret is not sent", "[provider][logicapps]") {
    Azure azure;
    azure.hand_over("s3cr3t-of-sample", "key-1");
    azure.done(step(plan::Work::create, secret_sample()));
    azure.input.secrets.clear();
    const auto before = azure.held();
    const auto refused =
        azure.apply(step(plan::Work::update, azure.sample(), with(secret_sample(), path::display_name, "Renamed"),
                         {std::string(path::display_name)}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::rejected);
    CHECK(azure.held() == before);
}

TEST_CASE("from an application's secret to another way of signing in, and back", "[provider][logicapps]") {
    const std::string oauth =
        R"({"token":{"type":"oauthSetting","oAuthSettings":{"identityProvider":"oauth2","clientId":"abc"}}})";
    const std::string key = R"({"api_key":{"type":"securestring"}})";
    logicapps::LogicAppsOptions options;
    std::vector<std::string> asked;
    options.machine_secret = [&](const std::string& name) -> tl::expected<model::Secret, std::string> {
        asked.push_back(name);
        return model::Secret("machine-s3cr3t");
    };
    Azure azure(options);
    azure.hand_over("s3cr3t-of-sample", "key-1");
    azure.done(step(plan::Work::create, secret_sample()));
    azure.input.secrets.clear();
    const auto change = [&](model::Map values) {
        auto& parameters = values[std::string(path::connection_parameters)];
        const auto text = parameters.text_or({});
        azure.done(step(plan::Work::update, azure.sample(), values, {std::string(path::connection_parameters)}));
        CHECK(azure.held()["properties"]["connectionParameters"].contains(text == key ? "api_key" : "token"));
    };
    const auto by = [&](const std::string& parameters) {
        auto values = open_sample();
        values.erase(std::string(path::auth_type));
        return with(values, path::connection_parameters, parameters);
    };
    change(by(key));
    change(with(by(oauth), path::client_secret_from, "contoso/1"));
    CHECK(azure.held()["_clientSecrets"].size() == 1);
    // Another setting: the secret goes along.
    azure.done(step(plan::Work::update, azure.sample(),
                    with(with(by(oauth), path::client_secret_from, "contoso/1"), path::description, "other"),
                    {std::string(path::description)}));
    CHECK(azure.held()["_clientSecrets"].size() == 1);
    // The machine's secret is of no use to a key, and not asked for.
    asked.clear();
    change(by(key));
    CHECK(asked.empty());
    azure.hand_over("s3cr3t-of-sample", "key-2");
    azure.done(step(plan::Work::update, azure.sample(), secret_sample(), {std::string(path::auth_type)}));
    CHECK(azure.held()["_clientSecrets"].size() == 1);
}

TEST_CASE("one of the name that nobody's tags call ours is never replaced", "[provider][logicapps]") {
    Azure azure;
    azure.change("sample", {{"put", {{"location", "westeurope"}, {"properties", {{"displayName", "Theirs"}}}}}});
    const auto snapshot = azure.look();
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles.front().kind == model::Obstacle::Kind::unclaimed_namesake);
    // Made by somebody between the look and the save.
    const auto refused = azure.apply(step(plan::Work::create, open_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(azure.held().at("properties").at("displayName") == "Theirs");
    CHECK(azure.writes().empty());
}

TEST_CASE("another owner's connector is named and left alone", "[provider][logicapps]") {
    Azure azure;
    azure.change("sample", {{"put",
                             {{"location", "westeurope"},
                              {"tags", {{"regent-owner", "team.prod"}, {"regent-name", "sample"}}},
                              {"properties", {{"displayName", "Theirs"}}}}}});
    const auto snapshot = azure.look();
    REQUIRE(snapshot.obstacles.size() == 1);
    CHECK(snapshot.obstacles.front().kind == model::Obstacle::Kind::foreign_owner);
    CHECK(snapshot.obstacles.front().message.find("team.prod") != std::string::npos);
    CHECK(snapshot.orphans.empty());
}

TEST_CASE("beside ours one with its tags that Azure says somebody else made is not regent's", "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"systemData", "appId"}});
    azure.done(step(plan::Work::create, open_sample()));
    azure.change("planted", {{"put",
                              {{"location", "westeurope"},
                               {"tags", {{"regent-owner", "regent.dev"}, {"regent-name", "sample"}}},
                               {"_createdBy", {{"user", "mallory@contoso.example"}}},
                               {"properties", {{"displayName", "Planted"}}}}}});
    const auto snapshot = azure.look();
    CHECK(snapshot.obstacles.empty());
    CHECK(snapshot.resources.at(powerapps::test::address()).id == "sample");
    REQUIRE(snapshot.orphans.size() == 1);
    CHECK(snapshot.orphans.front().ownership == model::Ownership::unclaimed);
    CHECK(snapshot.orphans.front().remarks.front().find("mallory@contoso.example") != std::string::npos);
    azure.change("sample", {{"delete", true}});
    const auto planted = azure.look();
    CHECK(planted.resources.empty());
    CHECK(planted.orphans.empty());
    REQUIRE(planted.obstacles.size() == 1);
    CHECK(planted.obstacles.front().message.find("mallory@contoso.example") != std::string::npos);
    CHECK(azure.look("planted").resources.at(powerapps::test::address()).ownership == model::Ownership::ours);
}

TEST_CASE("one that somebody made with our tags since the look is not saved over", "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"systemData", "objectId"}});
    azure.change("sample", {{"put",
                             {{"location", "westeurope"},
                              {"tags", {{"regent-owner", "regent.dev"}, {"regent-name", "sample"}}},
                              {"properties", {{"displayName", "Planted"}}}}}});
    const auto refused = azure.apply(step(plan::Work::create, open_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK(azure.held().at("properties").at("displayName") == "Planted");
}

TEST_CASE("who made a connector is regent by either id of an application, and by the name of the account that it uses",
          "[provider][logicapps]") {
    using logicapps::Maker;
    const net::AccessToken application{
        .text = {}, .expires_at = {}, .object_id = "O-1", .tenant_id = {}, .client_id = "c-1"};
    const auto made_by = [](const std::string& id, const std::string& type) {
        return json{{"systemData", {{"createdBy", id}, {"createdByType", type}}}};
    };
    logicapps::LogicAppsOptions options;
    CHECK(maker_of(json::object(), application, options) == Maker::unknown);
    CHECK(maker_of(json{{"systemData", nullptr}}, application, options) == Maker::unknown);
    CHECK(maker_of(made_by("o-1", "Application"), application, options) == Maker::regent);
    CHECK(maker_of(made_by("C-1", "ManagedIdentity"), application, options) == Maker::regent);
    CHECK(maker_of(made_by("c-2", "Application"), application, options) == Maker::others);
    CHECK(maker_of(made_by("mallory@contoso.example", "User"), application, options) == Maker::others);
    CHECK(maker_of(made_by("whoever", "Key"), application, options) == Maker::unknown);
    auto nameless = application;
    nameless.client_id.clear();
    CHECK(maker_of(made_by("c-1", "Application"), nameless, options) == Maker::unknown);
    options.person = true;
    CHECK(maker_of(made_by("c-1", "Application"), application, options) == Maker::others);
    CHECK(maker_of(made_by("maker@contoso.example", "User"), application, options) == Maker::unknown);
    options.account = "Maker@contoso.example";
    CHECK(maker_of(made_by("maker@contoso.example", "User"), application, options) == Maker::regent);
    CHECK(maker_of(made_by("mallory@contoso.example", "User"), application, options) == Maker::others);
}

TEST_CASE("adoption takes one over under the name it has", "[provider][logicapps]") {
    Azure azure;
    azure.change("OrdersOld", {{"put",
                                {{"location", "westeurope"},
                                 {"properties", {{"displayName", "Orders"}}},
                                 {"openApiDefinition", definition()}}}});
    const auto snapshot = azure.look("OrdersOld");
    REQUIRE(snapshot.resources.contains(powerapps::test::address()));
    const auto there = snapshot.resources.at(powerapps::test::address());
    CHECK(there.ownership == model::Ownership::unclaimed);
    azure.done(step(plan::Work::adopt, there, open_sample(), {std::string(path::display_name)}));
    CHECK(azure.held("OrdersOld").at("tags").at("regent-name") == "sample");
    CHECK(azure.held("sample").is_null());
    CHECK(azure.sample().id == "OrdersOld");
}

TEST_CASE("a connector keeps its resource under another name, and nothing is made under the one it had",
          "[provider][logicapps]") {
    Azure azure;
    const auto address = powerapps::test::address("renamed");
    azure.hand_over("the-secret-of-the-client", "11111111-aaaa-4444-8888-000000000001");
    azure.done(step(plan::Work::create, secret_sample()));
    azure.input = {};
    auto renamed = Azure::wanted("renamed");
    renamed.previous_names = {"sample"};
    const auto before = azure.look_for({renamed});
    REQUIRE(before.resources.contains(address));
    const auto& found = before.resources.at(address);
    CHECK(found.id == "sample");
    azure.done(step(plan::Work::update, found, secret_sample(), {std::string(path::marks)}));
    CHECK(azure.held().at("tags").at("regent-name") == "renamed");
    CHECK(azure.held("renamed").is_null());
    // By tags alone: the secret stays, which nobody can read back.
    CHECK(azure.writes().back().method == net::Method::patch);
    renamed.previous_names.clear();
    CHECK(azure.look_for({renamed}).resources.at(address).id == "sample");

    const auto both = azure.look_for({renamed, Azure::wanted()});
    CHECK(both.resources.contains(address));
    CHECK_FALSE(both.resources.contains(powerapps::test::address()));
    REQUIRE(both.obstacles.size() == 1);
    CHECK(both.obstacles[0].message.find("is called renamed by now") != std::string::npos);
    const auto back = azure.look();
    REQUIRE(back.resources.contains(powerapps::test::address()));
    CHECK(back.orphans.empty());
}

TEST_CASE("what is ours and wanted by nobody is found in every group that the environment names",
          "[provider][logicapps]") {
    Azure azure;
    azure.done(step(plan::Work::create, with(open_sample(), path::resource_group, other_group), "forgotten"));
    const auto snapshot = azure.look();
    REQUIRE(snapshot.orphans.size() == 1);
    CHECK(snapshot.orphans.front().address == powerapps::test::address("forgotten"));
    CHECK(snapshot.orphans.front().attributes.at(std::string(path::resource_group)) == model::Value(other_group));
    azure.done(step(plan::Work::remove, snapshot.orphans.front()));
    CHECK(azure.held("forgotten").is_null());
    azure.done(step(plan::Work::remove, snapshot.orphans.front()));
}

TEST_CASE("a connector that became another's, or protected, is not deleted", "[provider][logicapps]") {
    Azure azure;
    azure.done(step(plan::Work::create, open_sample()));
    const auto seen = azure.sample();
    const auto tags = GENERATE(json({{"regent-owner", "team.prod"}}), json({{"regent-prevent-delete", "true"}}),
                               json({{"regent-name", nullptr}, {"regent-owner", nullptr}}));
    azure.change("sample", {{"patch", {{"tags", tags}}}});
    const auto refused = azure.apply(step(plan::Work::remove, seen));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::conflict);
    CHECK_FALSE(azure.held().is_null());
}

TEST_CASE("a list is read to its end, or nothing is planned on it", "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"pageSize", 2}});
    for (const auto* name : {"a", "b", "c", "d", "e"}) azure.done(step(plan::Work::create, open_sample(), name));
    CHECK(azure.look().orphans.size() == 5);
    azure.simulator.control("POST", "faults",
                            json{{"kind", "status"}, {"status", 403}, {"match", {{"path", "skiptoken=2"}}}}.dump());
    model::Scope scope;
    scope.resource_groups = {group};
    model::Snapshot into;
    CHECK_FALSE(azure.observe(scope, into));
}

TEST_CASE("what Azure refuses is told in its words with what to do, and never with the secret",
          "[provider][logicapps]") {
    Azure azure;
    azure.switches({{"denied", json::array({"Microsoft.Web/customApis/write"})}});
    azure.hand_over("s3cr3t-of-sample", "key-1");
    const auto refused = azure.apply(step(plan::Work::create, secret_sample()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::forbidden);
    CHECK(refused.error().service.find("AuthorizationFailed") != std::string::npos);
    CHECK(refused.error().help.find("Logic App Contributor") != std::string::npos);
    CHECK(words_of(refused.error()).find("s3cr3t") == std::string::npos);
    azure.switches({{"denied", json::array()}});
    azure.wiretap->alter([](const auto& request, auto& outcome) {
        if (request.method != net::Method::put) return;
        outcome.status = 400;
        outcome.body = R"({"error":{"code":"BadRequest","message":"no s3cr3t-of-sample here"}})";
    });
    const auto quoted = azure.apply(step(plan::Work::create, secret_sample()));
    REQUIRE_FALSE(quoted);
    CHECK(words_of(quoted.error()).find("s3cr3t") == std::string::npos);
}

TEST_CASE("a lost answer to a save is a save sent again", "[provider][logicapps]") {
    Azure azure;
    azure.simulator.control("POST", "faults",
                            json{{"kind", "drop_after"}, {"times", 1}, {"match", {{"method", "PUT"}}}}.dump());
    azure.done(step(plan::Work::create, open_sample()));
    CHECK_FALSE(azure.held().is_null());
}

TEST_CASE("each back end's writer takes its own connectors and no other's", "[provider][logicapps]") {
    Azure azure;
    CHECK(azure.writer->carries_out(step(plan::Work::create, open_sample())));
    CHECK_FALSE(azure.writer->carries_out(step(plan::Work::create, powerapps::test::open_sample())));
    powerapps::test::Platform platform;
    CHECK_FALSE(platform.writer().carries_out(step(plan::Work::create, open_sample())));
}

TEST_CASE("members of a list that are null, or no text, are like members that are not there", "[provider][logicapps]") {
    Azure azure;
    azure.wiretap->alter([](const net::Request& request, net::Outcome& outcome) {
        if (request.method == net::Method::get && request.target.find("/customApis?") != std::string::npos)
            outcome.body = R"({"value": [{"name": "theirs", "tags": null, "properties": {"displayName": null}},
                                         {"name": "others", "tags": 7, "properties": null}]})";
    });
    const auto seen = azure.look();
    CHECK(seen.resources.empty());
    CHECK(seen.orphans.empty());
}

TEST_CASE("where an answer does not say where connections come back to, the documented address of the region counts",
          "[provider][logicapps]") {
    Azure azure;
    azure.wiretap->alter([](const auto&, auto& outcome) {
        for (auto at = outcome.body.find("\"redirectUrl\""); at != std::string::npos;
             at = outcome.body.find("\"redirectUrl\""))
            outcome.body.replace(at, 13, "\"other\"");
    });
    azure.hand_over("s3cr3t-of-sample", "key-1");
    const auto made = azure.done(step(plan::Work::create, secret_sample()));
    CHECK(made.outputs.at("redirectUrl") == "https://logic-apis-westeurope.consent.azure-apim.net/redirect");
}
