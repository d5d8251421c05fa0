// Whose element of a list is whose: declared, contributed, undeclared.

#include "plan/canonical.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;

class Lists {
public:
    Lists() { apply({application("a")}); }

    Plan plan(const std::vector<model::Declaration>& documents) {
        const auto graph = graph_of(documents);
        return make_plan(graph, tenant.observe(graph), {}, today);
    }
    void apply(const std::vector<model::Declaration>& documents) {
        const auto graph = graph_of(documents);
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        REQUIRE(names_of(plan(documents)) == std::vector<std::string>{});
    }
    List uris(const std::string& path = "redirectUris.web") {
        const auto& value = tenant.find(app("a"))->attributes[path];
        return canonical_set(value.as_list() == nullptr ? List{} : *value.as_list());
    }
    void add_by_hand(const std::string& uri) {
        auto all = uris();
        all.emplace_back(uri);
        tenant.find(app("a"))->attributes["redirectUris.web"] = all;
    }
    Map& credentials() {
        auto& value = tenant.find(app("a"))->attributes["federatedCredentials"];
        if (value.as_map() == nullptr) value = Map{};
        return std::get<Map>(value.held);
    }

    PretendTenant tenant;
    Dice dice{1};
};

const ResourceChange& change_of(const Plan& plan, const model::Address& address) {
    const auto it = std::find_if(plan.resources.begin(), plan.resources.end(),
                                 [&](const auto& resource) { return resource.address == address; });
    REQUIRE(it != plan.resources.end());
    return *it;
}

}  // namespace

TEST_CASE_METHOD(Lists, "a list that the manifest declares holds exactly what is declared and contributed", "[lists]") {
    add_by_hand("https://by-hand");
    apply({application("a").list(model::path::redirect_uris_web, {"https://own"}),
           redirect_uri("uri", "a", "https://contributed")});
    CHECK(uris() == List{"https://contributed", "https://own"});
}

TEST_CASE_METHOD(Lists, "an empty list that is declared is made empty", "[lists]") {
    add_by_hand("https://by-hand");
    apply({application("a").list(model::path::redirect_uris_web, {})});
    CHECK(uris().empty());
}

TEST_CASE_METHOD(Lists, "a contributed redirect URI goes when its document goes, and others stay", "[lists]") {
    add_by_hand("https://by-hand");
    apply({application("a"), redirect_uri("one", "a", "https://one"), redirect_uri("two", "a", "https://two")});
    CHECK(uris() == List{"https://by-hand", "https://one", "https://two"});
    apply({application("a"), redirect_uri("two", "a", "https://two")});
    CHECK(uris() == List{"https://by-hand", "https://two"});
}

TEST_CASE_METHOD(Lists, "the last contributed redirect URI goes with its document too", "[lists]") {
    add_by_hand("https://by-hand");
    apply({application("a"), redirect_uri("one", "a", "https://one")});
    const auto plan_without = plan({application("a")});
    CHECK(change_of(plan_without, app("a")).undeclared ==
          std::vector<std::string>{"redirectUris.web: \"https://by-hand\""});
    apply({application("a")});
    CHECK(uris() == List{"https://by-hand"});
}

TEST_CASE_METHOD(Lists, "elements that no manifest declares are reported and left", "[lists]") {
    add_by_hand("https://by-hand");
    credentials()["door"] = trust("https://elsewhere", "1");
    const auto quiet = plan({application("a")});
    CHECK(quiet.empty());
    CHECK(change_of(quiet, app("a")).undeclared ==
          std::vector<std::string>{"redirectUris.web: \"https://by-hand\"", "federatedCredentials: \"door\""});
}

TEST_CASE_METHOD(Lists, "a redirect URI moves to another platform in one request", "[lists]") {
    apply({application("a"), redirect_uri("uri", "a", "https://one")});
    apply({application("a"), redirect_uri("uri", "a", "https://one", model::path::redirect_uris_spa)});
    CHECK(uris().empty());
    CHECK(uris("redirectUris.spa") == List{"https://one"});
}

TEST_CASE_METHOD(Lists, "a renamed credential goes before its issuer and subject come again", "[lists]") {
    apply({application("a"), federated_credential("old", "a", trust("https://ci", "1"))});
    const std::vector<model::Declaration> renamed = {application("a"),
                                                     federated_credential("new", "a", trust("https://ci", "1"))};
    CHECK(names_of(plan(renamed)) ==
          std::vector<std::string>{"update Application/a", "drop federatedCredentials/old of Application/a",
                                   "complete Application/a", "add federatedCredentials/new of Application/a"});
    apply(renamed);
    CHECK(credentials().size() == 1);
}

TEST_CASE_METHOD(Lists, "two credentials can swap what they trust", "[lists]") {
    apply({application("a").credential("one", trust("https://ci", "1")).credential("two", trust("https://ci", "2"))});
    apply({application("a").credential("one", trust("https://ci", "2")).credential("two", trust("https://ci", "1"))});
    CHECK(*credentials().at("one").find("subject") == model::Value("2"));
    CHECK(*credentials().at("two").find("subject") == model::Value("1"));
}

TEST_CASE_METHOD(Lists, "a credential whose issuer and subject one of nobody's has is withheld, and all else goes on",
                 "[lists]") {
    apply({application("a"), federated_credential("mine", "a", trust("https://ci", "1"))});
    credentials()["byhand"] = Map(trust("https://ci", "2"));
    const auto with = [&](const char* name) {
        return plan({application("a"), federated_credential("mine", "a", trust("https://ci", "1")),
                     federated_credential(name, "a", trust("https://ci", "2")), redirect_uri("uri", "a", "https://u")});
    };
    const auto taken = with("theirs");
    CHECK(names_of(taken) == std::vector<std::string>{"update Application/a"});
    REQUIRE(taken.withheld.size() == 1);
    CHECK(taken.withheld[0].why == Withheld::Why::unclaimed_namesake);
    CHECK(taken.withheld[0].message.find("\"byhand\"") != std::string::npos);
    CHECK(taken.withheld[0].help.find("write `name: byhand`") != std::string::npos);
    CHECK(taken.withheld[0].place.known());
    CHECK(with("byhand").withheld.empty());
    SECTION("also for one that is there already, which stays as it is") {
        const auto changed = plan({application("a"), federated_credential("mine", "a", trust("https://ci", "2"))});
        CHECK(changed.steps.empty());
        REQUIRE(changed.withheld.size() == 1);
        CHECK(changed.withheld[0].why == Withheld::Why::unclaimed_namesake);
    }
    SECTION("but not where the manifest declares the list, and so takes the other away first") {
        apply({application("a").credential("theirs", trust("https://ci", "2"))});
        CHECK(credentials().size() == 1);
    }
}

TEST_CASE_METHOD(Lists, "a redirect URI that somebody had added before its document stays when the document goes",
                 "[lists]") {
    add_by_hand("https://by-hand");
    apply({application("a"), redirect_uri("same", "a", "https://by-hand"), redirect_uri("one", "a", "https://one")});
    apply({application("a"), redirect_uri("same", "a", "https://by-hand")});
    CHECK(uris() == List{"https://by-hand"});
    CAPTURE(model::to_text(tenant.find(app("a"))->attributes["marks"]), lines_of(plan({application("a")})));
    apply({application("a")});
    CHECK(uris() == List{"https://by-hand"});
}

TEST_CASE_METHOD(Lists, "a credential keeps its mark until it is gone", "[lists]") {
    apply({application("a"), federated_credential("ci", "a", trust("https://ci", "1"))});
    const std::vector<model::Declaration> without = {application("a")};
    const auto graph = graph_of(without);
    const auto observed = tenant.observe(graph);
    const auto gone = make_plan(graph, observed, {}, today);
    REQUIRE(names_of(gone) ==
            std::vector<std::string>{"drop federatedCredentials/ci of Application/a", "complete Application/a"});
    tenant.carry_out(gone, observed, dice, 0);  // killed before anything is sent
    apply(without);
    CHECK(credentials().empty());
}

TEST_CASE_METHOD(Lists, "an audience that somebody changed is put back in place", "[lists]") {
    const std::vector<model::Declaration> documents = {application("a").credential("ci", trust("https://ci", "1"))};
    apply(documents);
    std::get<Map>(credentials().at("ci").held)["audience"] = "api://other";
    CHECK(names_of(plan(documents)) == std::vector<std::string>{"change federatedCredentials/ci of Application/a"});
}

TEST_CASE_METHOD(Lists, "while an element waits for an object that is left alone, nothing leaves its list", "[lists]") {
    const std::vector<model::Declaration> documents = {application("a").list(model::path::redirect_uris_web, {}),
                                                       connector("x").by_managed_identity("a"),
                                                       redirect_uri("uri", "a", url_of("x"))};
    apply(documents);
    const auto before = text_of(*tenant.find(app("a")));
    tenant.find(con("x"))->ownership = model::Ownership::foreign;
    CHECK(names_of(plan(documents)) == std::vector<std::string>{});
    apply(documents);
    CHECK(text_of(*tenant.find(app("a"))) == before);
}

TEST_CASE("canonical form reads absence as what it means to the service", "[canonical]") {
    const auto* table = model::attributes_of("Application");
    const auto form = [&](std::string_view path, model::Value value) {
        return canonical(*table->find(path), std::move(value));
    };
    CHECK(form("description", {}) == model::Value(""));
    CHECK(form("servicePrincipal", {}) == model::Value(false));
    CHECK(form("requestedAccessTokenVersion", {}) == model::Value(1));
    CHECK(form("redirectUris.web", {}) == model::Value(List{}));
    CHECK(form("federatedCredentials", {}) == model::Value(Map{}));
}

TEST_CASE("canonical form trims free text, sorts sets, lowers ids and leaves URIs as they are", "[canonical]") {
    const auto* table = model::attributes_of("Application");
    const auto form = [&](std::string_view path, model::Value value) {
        return canonical(*table->find(path), std::move(value));
    };
    CHECK(form("displayName", "  The a \n") == model::Value("The a"));
    CHECK(form("tags", List{"b", "a", "b"}) == model::Value(List{"a", "b"}));
    CHECK(form("redirectUris.web", List{"https://A/ "}) == model::Value(List{"https://A/ "}));
    CHECK(form("homePageUrl", "https://A") == model::Value("https://A"));
    CHECK(canonical(*model::attributes_of("Connector")->find("auth.clientId"),
                    "ABCDEF00-0000-4000-8000-00000000000A") == model::Value("abcdef00-0000-4000-8000-00000000000a"));
}

}  // namespace regent::plan::testing
