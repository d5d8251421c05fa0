// The key of an application can be guessed: whoever registers one with it first is given nothing by that.

#include "plan/vouching.hpp"

#include "model/principal_in_bin.hpp"
#include "model/principal_secrets.hpp"
#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Value;
namespace path = model::path;

Value role_called(const std::string& name) {
    return Map{{"api", std::string(api)}, {"type", "application"}, {"name", name}};
}

Document consenting() {
    auto document = application("a").set(path::service_principal, true);
    document.list(path::consented_roles, {role_called("one")});
    document.declaration.attributes.at(std::string(path::consented_roles)).exclusive = false;
    return document;
}

/// An application with our key that no run made.
class Planted {
public:
    Planted() {
        Dice dice(1);
        const auto graph = graph_of({application("a").set(path::service_principal, true)});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, today), observed, dice);
        there = tenant.find(app("a"));
    }
    Plan plan(const model::Declaration& document, const History& history = {}) const {
        const auto graph = graph_of({document});
        auto observed = tenant.observe(graph);
        observed.caller_object_id = caller;
        return make_plan(graph, observed, history, today);
    }
    static bool gives(const Plan& plan) {
        return std::any_of(plan.steps.begin(), plan.steps.end(), [](const auto& step) {
            return step.changed.contains(path::consented_roles) || step.part.rfind(path::consented_roles, 0) == 0;
        });
    }
    static bool withholds(const Plan& plan) {
        return std::any_of(plan.withheld.begin(), plan.withheld.end(),
                           [](const auto& withheld) { return withheld.why == Withheld::Why::unvouched; });
    }

    PretendTenant tenant;
    std::string caller;  ///< as whom regent signs in
    model::ObservedResource* there = nullptr;
};

}  // namespace

TEST_CASE("an application that nobody vouches for is given no consent while somebody else could use it", "[vouching]") {
    Planted planted;
    auto& attributes = planted.there->attributes;
    SECTION("its owner") {
        attributes[std::string(path::owners)] = List{"somebody"};
    }
    SECTION("an owner of its service principal") {
        attributes[std::string(path::principal_owners)] = List{"somebody"};
    }
    SECTION("owners that cannot be read") {
        planted.there->unreadable.emplace(path::owners);
    }
    SECTION("whoever holds its secret") {
        model::ObservedSecret secret;
        secret.key_id = "theirs";
        secret.display_name = "arm (regent 0123abcd)";
        secret.name = "arm";
        secret.operation_id = "0123abcd";
        secret.ends_at = today + std::chrono::hours(24);
        planted.there->secrets = {secret};
    }
    SECTION("whoever holds a secret of its service principal") {
        model::ObservedSecret secret;
        secret.key_id = "theirs";
        attributes[std::string(path::principal_secrets)] = model::principal_secrets_value({secret});
    }
    SECTION("whoever answers at its redirect URI") {
        attributes[std::string(path::redirect_uris_web)] = List{"https://evil"};
    }
    SECTION("whoever knows its id, by a device code") {
        attributes[std::string(path::is_fallback_public_client)] = true;
    }
    SECTION("whoever is trusted by it") {
        attributes[std::string(path::federated_credentials)] = Map{{"evil", trust("https://evil", "subject")}};
    }
    const auto plan = planted.plan(consenting());
    CHECK_FALSE(Planted::gives(plan));
    CHECK(Planted::withholds(plan));
}

TEST_CASE("an application that somebody owns is given consent by whoever vouches for it", "[vouching]") {
    Planted planted;
    planted.there->attributes[std::string(path::owners)] = List{"somebody"};
    REQUIRE(Planted::withholds(planted.plan(consenting())));
    SECTION("a manifest that names it by its id") {
        const auto id = planted.there->outputs.at(std::string(model::output::app_id));
        CHECK(Planted::gives(planted.plan(consenting().adopts(id))));
    }
    SECTION("the run that made this very one, and did not find it by its key") {
        History history;
        history.remote_ids[app("a")] = planted.there->id;
        history.last_applied[app("a")] = Map{};
        CHECK(Planted::gives(planted.plan(consenting(), history)));
        history.last_applied[app("a")] = Map{{std::string(found_by_key), true}};
        CHECK_FALSE(Planted::gives(planted.plan(consenting(), history)));
        history.last_applied[app("a")] = Map{};
        history.remote_ids[app("a")] = "another, deleted since";
        CHECK_FALSE(Planted::gives(planted.plan(consenting(), history)));
    }
}

TEST_CASE("an application of ours that nobody remembers is given consent when nobody else can use it", "[vouching]") {
    const Planted planted;
    CHECK(Planted::gives(planted.plan(consenting())));
}

TEST_CASE("regent as an owner, a secret that has ended and a certificate as declared are nobody else's way in",
          "[vouching]") {
    Planted planted;
    auto& attributes = planted.there->attributes;
    auto document = consenting();
    SECTION("regent owns what it makes") {
        planted.caller = "regent-itself";
        attributes[std::string(path::owners)] = List{"regent-itself"};
        attributes[std::string(path::principal_owners)] = List{"regent-itself"};
    }
    SECTION("a secret that has ended") {
        model::ObservedSecret secret;
        secret.key_id = "old";
        secret.ends_at = today - std::chrono::hours(24);
        planted.there->secrets = {secret};
    }
    SECTION("a certificate that is there as declared, and has members that nobody declares") {
        const Map declared{{"thumbprint", "AA"}, {"usage", "Verify"}};
        auto& certificates = document.declaration.attributes[std::string(path::certificates)];
        certificates.elements.push_back({"one", declared, {}, {}});
        auto there = declared;
        there.emplace("keyId", "11111111");
        attributes[std::string(path::certificates)] = Map{{"one", there}};
    }
    CHECK(Planted::gives(planted.plan(document)));
}

TEST_CASE("what a connector that somebody else made says of itself vouches for nothing", "[vouching]") {
    Planted planted;
    Dice dice(1);
    auto document = consenting();
    std::vector<model::Declaration> documents = {document, connector("x").by_managed_identity("a")};
    const auto& made = planted.tenant.add(con("x"), Map{{"displayName", "The connector x"}, {"environment", "pp-1"}});
    const auto id = made.id;
    const auto with_connector = [&](const std::string& made_by, const History& history = {}) {
        planted.tenant.find(con("x"))->provider_data["madeBy"] = made_by;
        const auto graph = graph_of(documents);
        return make_plan(graph, planted.tenant.observe(graph), history, today);
    };
    SECTION("that it holds a secret") {
        model::ObservedSecret secret;
        secret.key_id = "theirs";
        secret.ends_at = today + std::chrono::hours(24);
        planted.tenant.find(app("a"))->secrets = {secret};
        planted.tenant.find(con("x"))->attributes[std::string(path::marks)] = List{"secretKey:theirs"};
    }
    SECTION("that its redirect URL is the manifest's") {
        planted.tenant.find(con("x"))->outputs["redirectUrl"] = "https://evil";
        planted.tenant.find(app("a"))->attributes[std::string(path::redirect_uris_web)] = List{"https://evil"};
        documents.front() = document.list(path::redirect_uris_web, {url_of("x")});
    }
    CHECK(Planted::gives(with_connector("")));
    CHECK(Planted::withholds(with_connector("others")));
    CHECK_FALSE(Planted::gives(with_connector("others")));
    History history;
    history.remote_ids[con("x")] = id;
    CHECK(Planted::gives(with_connector("others", history)));
    documents.back() = connector("x").by_managed_identity("a").adopts(id);
    CHECK(Planted::gives(with_connector("others")));
}

TEST_CASE("what is remembered of a purged application is not of the one in its place", "[vouching]") {
    Planted planted;
    History history;
    history.remote_ids[app("a")] = "purged";
    history.last_applied[app("a")] = Map{{std::string(path::display_name), "a"}};
    const auto graph = graph_of({consenting()});
    const auto observed = planted.tenant.observe(graph);
    const auto corrected = without_other_objects(history, observed);
    REQUIRE(corrected);
    CHECK(corrected->last_applied.empty());
    // Its owners are asked for, as of any that nobody made.
    auto scope = scope_of(graph, corrected->remote_ids);
    ask_for_owners(graph, *corrected, scope);
    CHECK(scope.wanted.front().on_demand.contains(std::string(path::owners)));
    history.remote_ids[app("a")] = planted.there->id;
    CHECK_FALSE(without_other_objects(history, observed));
}

TEST_CASE("an application that nobody remembers is given consent when it was looked at outside the recycle bin",
          "[vouching]") {
    Planted planted;
    planted.there->deleted = true;
    const auto first = planted.plan(consenting());
    CHECK_FALSE(Planted::gives(first));
    CHECK_FALSE(Planted::withholds(first));
    const auto& warnings = first.resources.front().warnings;
    CHECK(std::any_of(warnings.begin(), warnings.end(),
                      [](const auto& text) { return text.find("`one` is not given before somebody looks") == 0; }));
    planted.there->deleted = false;
    CHECK(Planted::gives(planted.plan(consenting())));
}

TEST_CASE("a service principal in the recycle bin is restored, and what it is given waits for a look at it",
          "[vouching]") {
    Planted planted;
    auto& attributes = planted.there->attributes;
    attributes[std::string(path::service_principal)] = false;
    attributes[std::string(path::principal_in_bin)] = "deleted one";
    planted.there->outputs.erase(std::string(model::output::service_principal_id));
    const auto restores = [](const Plan& plan) {
        return std::any_of(plan.steps.begin(), plan.steps.end(),
                           [](const auto& step) { return step.part == path::service_principal && step.restore; });
    };
    const auto unknown = planted.plan(consenting());
    CHECK(restores(unknown));
    CHECK_FALSE(Planted::gives(unknown));
    CHECK_FALSE(Planted::withholds(unknown));
    const auto& warnings = unknown.resources.front().warnings;
    CHECK(std::any_of(warnings.begin(), warnings.end(),
                      [](const auto& text) { return text.find("its service principal (deleted one) lies") == 0; }));
    History history;
    history.remote_ids[app("a")] = planted.there->id;
    history.last_applied[app("a")] = Map{};
    const auto ours = planted.plan(consenting(), history);
    CHECK(restores(ours));
    CHECK(Planted::gives(ours));
}

TEST_CASE("a run that made an application gives it consent when it takes it out of the recycle bin", "[vouching]") {
    Planted planted;
    planted.there->deleted = true;
    History history;
    history.remote_ids[app("a")] = planted.there->id;
    history.last_applied[app("a")] = Map{};
    CHECK(Planted::gives(planted.plan(consenting(), history)));
}

TEST_CASE("consent that is there stays, whoever vouches for the application", "[vouching]") {
    Planted planted;
    planted.there->attributes[std::string(path::owners)] = List{"somebody"};
    planted.there->attributes[std::string(path::consented_roles)] = List{role_called("one")};
    const auto plan = planted.plan(consenting());
    CHECK_FALSE(Planted::gives(plan));
    CHECK_FALSE(Planted::withholds(plan));
}

TEST_CASE("that an application was found by its key is learned with all else of it", "[vouching]") {
    const Planted planted;
    const auto document = application("a").set(path::service_principal, true);
    const auto found = planted.plan(document);
    REQUIRE(found.agreements.contains(app("a")));
    CHECK(found.agreements.at(app("a")).contains(found_by_key));
    History history;
    history.last_applied[app("a")] = Map{};
    CHECK_FALSE(planted.plan(document, history).agreements.at(app("a")).contains(found_by_key));
}

}  // namespace regent::plan::testing
