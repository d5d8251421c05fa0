// What a run learns from what it finds as it should be: without it, the first change that somebody makes outside looks
// like a wish of the manifest.

#include "plan/declarers.hpp"
#include "plan/given_back.hpp"
#include "plan/pretend_tenant.hpp"
#include "plan/vouching.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;

Plan plan_of(const std::vector<model::Declaration>& documents, const PretendTenant& tenant,
             const History& history = {}) {
    const auto graph = graph_of(documents);
    return make_plan(graph, tenant.observe(graph), history, today);
}

void apply(const std::vector<model::Declaration>& documents, PretendTenant& tenant) {
    const auto graph = graph_of(documents);
    const auto observed = tenant.observe(graph);
    Dice dice(1);
    tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
}

void remember(const Plan& plan, History& history) {
    for (const auto& [address, values] : plan.agreements)
        for (const auto& [path, value] : values) history.last_applied[address].insert_or_assign(path, value);
}

const ResourceChange& line_for(const Plan& plan, const model::Address& address) {
    const auto it = std::find_if(plan.resources.begin(), plan.resources.end(),
                                 [&](const auto& resource) { return resource.address == address; });
    REQUIRE(it != plan.resources.end());
    return *it;
}

}  // namespace

TEST_CASE("a quiet look learns once which repository declares what is remembered", "[agreement]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a")};
    apply(documents, tenant);
    History history;
    remember(plan_of(documents, tenant, history), history);
    auto& remembered = history.last_applied.at(app("a"));
    remembered.emplace(declared_by, List{"/one"});
    const auto learns = [&](const std::string& repository) {
        auto read = history;
        read_as(repository, read);
        const auto plan = plan_of(documents, tenant, read);
        return plan.agreements.contains(app("a")) && plan.agreements.at(app("a")).contains(declared_by);
    };
    CHECK_FALSE(learns("/one"));
    CHECK(learns("/two"));
    CHECK_FALSE(learns(""));  // where the repository cannot be read: not in each cycle
    remembered.erase(std::string(declared_by));
    CHECK(learns("/one"));
}

TEST_CASE("of the repositories that declared an object the last few are remembered", "[agreement]") {
    History history;
    auto& remembered = history.last_applied[app("a")];
    const auto doubt = [&](const std::string& repository) {
        auto read = history;
        read_as(repository, read);
        return doubt_of_origin(read, app("a"));
    };
    CHECK(doubt("/one") == "what is remembered of it does not say which repository declared it");
    add_declarer("", remembered);
    CHECK(remembered.empty());
    add_declarer("/one", remembered);
    CHECK(doubt("/one").empty());
    CHECK(doubt("/two") == "manifests of /one declared it");
    add_declarer("/two", remembered);
    CHECK(doubt("/one") == "manifests of /two declared it as well");
    CHECK(doubt("") == "the git repository around these manifests cannot be read");
    for (int number = 0; number < 20; ++number) add_declarer("/job/" + std::to_string(number), remembered);
    CHECK(remembered.at(std::string(declared_by)).as_list()->size() == 4);
    CHECK_FALSE(doubt("/job/19").empty());
    CHECK(doubt_of_origin(history, app("b")) == "no run on this machine knew it");
}

TEST_CASE("a change made outside is known as one after a single quiet look", "[agreement]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a")
                                                           .list(model::path::redirect_uris_web, {"https://one"})
                                                           .credential("c", trust("https://issuer", "subject"))};
    apply(documents, tenant);
    History history;
    remember(plan_of(documents, tenant, history), history);
    auto& there = tenant.find(app("a"))->attributes;
    SECTION("a value") {
        there["displayName"] = "of the portal";
    }
    SECTION("something added to a list") {
        there[std::string(model::path::redirect_uris_web)] = List{"https://evil", "https://one"};
    }
    SECTION("something taken out of a list") {
        there[std::string(model::path::redirect_uris_web)] = List{};
    }
    SECTION("something added to a named list") {
        std::get<Map>(there[std::string(model::path::federated_credentials)].held)["evil"] =
            trust("https://evil", "subject");
    }
    SECTION("a changed element of a named list") {
        std::get<Map>(there[std::string(model::path::federated_credentials)].held)["c"] =
            trust("https://issuer", "evil");
    }
    const auto plan = plan_of(documents, tenant, history);
    CHECK(line_for(plan, app("a")).reason == Reason::drifted);
    CHECK(line_for(plan_of(documents, tenant), app("a")).reason == Reason::manifest_changed);
}

TEST_CASE("what is remembered already is not learned again", "[agreement]") {
    PretendTenant tenant;
    const std::vector<model::Declaration> documents = {application("a").list(model::path::redirect_uris_web, {}),
                                                       application("b")};
    apply(documents, tenant);
    History history;
    const auto first = plan_of(documents, tenant, history);
    CHECK(first.agreements.size() == 2);
    remember(first, history);
    CHECK(plan_of(documents, tenant, history).agreements.empty());
}

TEST_CASE("of an object that differs, what does not differ is learned", "[agreement]") {
    PretendTenant tenant;
    apply({application("a").list(model::path::redirect_uris_web, {"https://one"})}, tenant);
    const std::vector<model::Declaration> now = {
        application("a").list(model::path::redirect_uris_web, {"https://one"}).set(model::path::display_name, "New")};
    History history;
    const auto plan = plan_of(now, tenant, history);
    CHECK(line_for(plan, app("a")).reason == Reason::manifest_changed);
    REQUIRE(plan.agreements.contains(app("a")));
    CHECK(plan.agreements.at(app("a")).contains(model::path::redirect_uris_web));
    CHECK_FALSE(plan.agreements.at(app("a")).contains(model::path::display_name));
}

TEST_CASE("what manifest and portal both moved to is what counts from then on", "[agreement]") {
    PretendTenant tenant;
    apply({application("a")}, tenant);
    History history;
    remember(plan_of({application("a")}, tenant, history), history);
    const std::vector<model::Declaration> renamed = {application("a").set(model::path::display_name, "New")};
    tenant.find(app("a"))->attributes["displayName"] = "New";
    remember(plan_of(renamed, tenant, history), history);
    tenant.find(app("a"))->attributes["displayName"] = "of the portal";
    CHECK(line_for(plan_of(renamed, tenant, history), app("a")).reason == Reason::drifted);
}

namespace {

/// An application with a list that is not its manifest's: a document adds one URI, and somebody another one, which a
/// run has seen.
struct SomebodysUri {
    SomebodysUri() {
        testing::apply(documents, tenant);
        hold({"https://one", "https://theirs"});
        learn();
    }
    void hold(List uris) {
        tenant.find(app("a"))->attributes.insert_or_assign(std::string(model::path::redirect_uris_web),
                                                           std::move(uris));
    }
    Plan plan() const { return plan_of(documents, tenant, history); }
    void learn() { remember(plan(), history); }
    Reason reason() const { return line_for(plan(), app("a")).reason; }

    PretendTenant tenant;
    History history;
    std::vector<model::Declaration> documents = {application("a"), redirect_uri("u", "a", "https://one")};
};

}  // namespace

TEST_CASE_METHOD(SomebodysUri, "what stays in a list that is not ours is remembered as it is there", "[agreement]") {
    CHECK(history.last_applied.at(app("a")).at(std::string(model::path::redirect_uris_web)) ==
          List{"https://one", "https://theirs"});
    // A manifest that claims the list now takes away what nobody put there meanwhile: it asks for that itself.
    documents = {application("a").list(model::path::redirect_uris_web, {"https://one"})};
    CHECK(reason() == Reason::manifest_changed);
}

TEST_CASE_METHOD(SomebodysUri, "who asks first for what was merely seen asks for something new", "[agreement]") {
    hold({"https://one"});
    documents.push_back(redirect_uri("v", "a", "https://theirs"));
    CHECK(reason() == Reason::manifest_changed);

    // Once it was asked for and was there, its going is a change made outside, as that of the other one is.
    hold({"https://one", "https://theirs"});
    testing::apply(documents, tenant);
    learn();
    hold({});
    CHECK(reason() == Reason::drifted);
}

TEST_CASE_METHOD(SomebodysUri, "when what was merely seen is gone, a run learns that once", "[agreement]") {
    hold({"https://one"});
    CHECK(plan().agreements.contains(app("a")));
    learn();
    CHECK(plan().agreements.empty());
}

TEST_CASE("what is remembered of shares alone does not say that a connector was there", "[agreement]") {
    const std::vector<model::Declaration> documents = {connector("c")};
    History history;
    auto& remembered = history.last_applied[{std::string(model::kind::connector), "c"}];
    remembered[std::string(to_give_back)] = Map{};
    CHECK_FALSE(plan_of(documents, {}, history).resources.at(0).gone_outside);
    remembered["displayName"] = "The connector c";
    CHECK_FALSE(plan_of(documents, {}, history).resources.at(0).gone_outside);
    remembered.erase(std::string(to_give_back));
    CHECK(plan_of(documents, {}, history).resources.at(0).gone_outside);
}

TEST_CASE("of an application of which values are remembered and no id, nobody can say that it is this one",
          "[agreement]") {
    History history;
    history.last_applied[app("a")]["displayName"] = "A";
    CHECK(is_of_another_object(history, app("a"), "some-id"));
    history.remote_ids[app("a")] = "some-id";
    CHECK_FALSE(is_of_another_object(history, app("a"), "some-id"));
    CHECK(is_of_another_object(history, app("a"), "another-id"));
    CHECK_FALSE(is_of_another_object({}, app("a"), "some-id"));
}

TEST_CASE("nothing is learned of what is not ours or cannot be read", "[agreement]") {
    PretendTenant tenant;
    auto& theirs = tenant.add({"Application", ""}, {{"displayName", "The a"}});
    theirs.ownership = model::Ownership::unclaimed;
    const auto id = theirs.outputs.at("appId");
    CHECK(plan_of({application("a").adopts(id)}, tenant).agreements.empty());

    const std::vector<model::Declaration> documents = {application("b").list(model::path::redirect_uris_web, {})};
    apply(documents, tenant);
    const auto graph = graph_of(documents);
    auto observed = tenant.observe(graph);
    observed.resources.at(app("b")).unreadable.insert(std::string(model::path::redirect_uris_web));
    const auto plan = make_plan(graph, observed, {}, today);
    CHECK_FALSE(plan.agreements.at(app("b")).contains(model::path::redirect_uris_web));
}

TEST_CASE("what a manifest manages no more is forgotten, and a new wish when it comes back", "[agreement]") {
    PretendTenant tenant;
    const auto managing = application("a").list(model::path::redirect_uris_web, {"https://one"});
    apply({managing}, tenant);
    History history;
    remember(plan_of({managing}, tenant, history), history);
    const std::string uris(model::path::redirect_uris_web);
    const auto without = plan_of({application("a")}, tenant, history);
    REQUIRE(without.unmanaged.contains(app("a")));
    CHECK(without.unmanaged.at(app("a")) == std::vector<std::string>{uris});

    history.last_applied[app("a")].erase(uris);
    tenant.find(app("a"))->attributes[uris] = List{"https://two"};
    const auto back = plan_of({managing}, tenant, history);
    CHECK(line_for(back, app("a")).reason == Reason::manifest_changed);
    CHECK(back.unmanaged.empty());
}

}  // namespace regent::plan::testing
