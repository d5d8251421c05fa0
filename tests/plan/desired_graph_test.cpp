#include "plan/documents.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace regent::plan::testing {
namespace {

model::Diagnostics mistakes_in(const std::vector<model::Declaration>& documents) {
    return build_desired_graph(environment(), documents).diagnostics;
}

const model::Diagnostic& the(const std::string& code, const model::Diagnostics& diagnostics) {
    const auto it = std::find_if(diagnostics.begin(), diagnostics.end(), [&](const auto& d) { return d.code == code; });
    INFO("looking for " << code);
    REQUIRE(it != diagnostics.end());
    return *it;
}

}  // namespace

TEST_CASE("a reference to nobody is told with the name that was meant and the names there are", "[desired_graph]") {
    const auto found =
        mistakes_in({application("arm-connector"), connector("arm").by_managed_identity("arm-conector")});
    const auto& dangling = the("RG0311", found);
    CHECK(dangling.message == "no Application named `arm-conector`");
    CHECK(dangling.help == "did you mean `arm-connector`?");
    CHECK(dangling.notes == std::vector<std::string>{"Applications in `dev`: arm-connector"});
    CHECK(dangling.span.file == "Connector-arm.regent.yaml");
}

TEST_CASE("of many names that there are some are told", "[desired_graph]") {
    std::vector<model::Declaration> documents = {connector("arm").by_managed_identity("arm-conector")};
    for (int i = 10; i < 60; ++i) documents.push_back(application("a" + std::to_string(i)));
    CHECK(the("RG0311", mistakes_in(documents)).notes[0] ==
          "Applications in `dev`: a10, a11, a12, a13, a14, a15, a16, a17, a18, a19 and 40 more");
}

TEST_CASE("a name that is like no other is not guessed at", "[desired_graph]") {
    const auto found = mistakes_in({application("payroll"), connector("arm").by_managed_identity("zzz")});
    CHECK(the("RG0311", found).help.empty());
}

TEST_CASE("a contribution to an application that is not there is a mistake", "[desired_graph]") {
    const auto found = mistakes_in({redirect_uri("uri", "gone", "https://example.org")});
    CHECK(the("RG0311", found).span.file == "RedirectUri-uri.regent.yaml");
}

TEST_CASE("a name that is used twice is told with both places", "[desired_graph]") {
    auto second = application("a");
    second.declaration.span.file = second.declaration.place.file = "later.regent.yaml";
    for (const auto& documents : {std::vector<model::Declaration>{application("a"), second},
                                  std::vector<model::Declaration>{second, application("a")}}) {
        const auto found = mistakes_in(documents);
        REQUIRE(found.size() == 1);
        CHECK(found[0].code == "RG0312");
        CHECK(found[0].span.file == "later.regent.yaml");
        REQUIRE(found[0].secondary.size() == 1);
        CHECK(found[0].secondary[0].span.file == "Application-a.regent.yaml");
    }
}

TEST_CASE("a circle of references that creation needs is printed with a place for each", "[desired_graph]") {
    auto a = application("a");
    a.declaration.references.push_back({con("x"), {"a.yaml", 7, 3, 7, 4, 0}, "spec", "", true});
    const auto found = mistakes_in({a, connector("x").by_managed_identity("a")});
    const auto& circle = the("RG0313", found);
    CHECK(circle.message == "a circle that cannot be carried out: Application/a → Connector/x → Application/a");
    CHECK(circle.span.file == "a.yaml");
    REQUIRE(circle.secondary.size() == 1);
    CHECK(circle.secondary[0].span.file == "Connector-x.regent.yaml");
}

TEST_CASE("a circle that a later request closes is none", "[desired_graph]") {
    const auto found = mistakes_in(
        {application("a").list(model::path::redirect_uris_web, {url_of("x")}).credential("x", identity_of("x")),
         connector("x").by_managed_identity("a")});
    CHECK(found.empty());
}

TEST_CASE("contributions join the lists of their application, and remember who they are", "[desired_graph]") {
    const auto graph = graph_of({redirect_uri("uri", "a", "https://two"),
                                 application("a").list(model::path::redirect_uris_web, {"https://one"}),
                                 federated_credential("ci", "a", trust("https://issuer", "subject"))});
    const auto& resource = graph.resources.at(app("a"));
    CHECK(graph.documents == 3);
    CHECK(resource.contributors.size() == 2);
    const auto& uris = resource.attributes.at("redirectUris.web");
    CHECK(uris.exclusive);
    REQUIRE(uris.elements.size() == 2);
    CHECK_FALSE(uris.elements[0].contributor);
    CHECK(uris.elements[1].contributor->name == "uri");
    const auto& credentials = resource.attributes.at("federatedCredentials");
    CHECK_FALSE(credentials.exclusive);
    CHECK(credentials.elements.at(0).name == "ci");
}

TEST_CASE("what an application may hold once is told when it is given twice", "[desired_graph]") {
    SECTION("a redirect URI") {
        const auto found = mistakes_in({application("a").list(model::path::redirect_uris_web, {"https://one"}),
                                        redirect_uri("uri", "a", "https://one")});
        CHECK(the("RG0319", found).secondary.size() == 1);
    }
    SECTION("a redirect URI under two platforms") {
        const auto found = mistakes_in({application("a").list(model::path::redirect_uris_web, {"https://one"}),
                                        redirect_uri("uri", "a", "https://one", model::path::redirect_uris_spa)});
        CHECK(the("RG0318", found).secondary.size() == 1);
    }
    SECTION("a credential's name") {
        const auto found = mistakes_in({application("a").credential("ci", trust("https://issuer", "1")),
                                        federated_credential("ci", "a", trust("https://issuer", "2"))});
        CHECK(the("RG0319", found).secondary.size() == 1);
    }
    SECTION("an issuer and subject") {
        const auto found = mistakes_in({application("a").credential("one", trust("https://issuer", "1")),
                                        federated_credential("two", "a", trust("https://issuer", "1"))});
        CHECK(the("RG0317", found).message ==
              "Application/a trusts the same issuer and subject twice, as `one` and `two`");
    }
}

TEST_CASE("an identifier URI names one application, whatever its capitals", "[desired_graph]") {
    const auto found =
        mistakes_in({application("a").list(model::path::identifier_uris, {"https://contoso.example/Orders"}),
                     application("b").list(model::path::identifier_uris, {"https://contoso.example/orders"})});
    CHECK(the("RG0332", found).secondary.size() == 1);
    CHECK(mistakes_in({application("a").list(model::path::identifier_uris, {app_id_of("a", "api://")}),
                       application("b").list(model::path::identifier_uris, {app_id_of("b", "api://")})})
              .empty());
}

TEST_CASE("a role is given to whom it may be given, where the manifest says which there are", "[desired_graph]") {
    const auto assigned = [](const std::string& role, const std::string& type) {
        return model::List{model::Map{{"principal", "p"}, {"role", role}, {"type", type}}};
    };
    const auto found_for = [&](const std::string& role, const std::string& type) {
        return mistakes_in(
            {application("a")
                 .set(model::path::service_principal, true)
                 .role("Orders.Read", true, "Title")
                 .list(type == "application" ? model::path::assigned_applications : model::path::assigned_people,
                       assigned(role, type))});
    };
    CHECK(found_for("Orders.Read", "application").empty());
    CHECK(the("RG0331", found_for("Orders.Raed", "application")).help == "did you mean `Orders.Read`?");
    CHECK(the("RG0331", found_for("Orders.Read", "user")).secondary.size() == 1);
    CHECK(the("RG0331", found_for("Orders.Read", "group")).help.find("`user`") != std::string::npos);
    CHECK(found_for("", "user").empty());
    CHECK(found_for("00000000-0000-0000-0000-000000000000", "user").empty());
    // What the tenant has, a manifest that leaves the list out does not know.
    CHECK(mistakes_in({application("a").list(model::path::assigned_people, assigned("Any", "user"))}).empty());
    CHECK(mistakes_in({application("a")
                           .role("Orders.Read")
                           .ignores("exposes")
                           .list(model::path::assigned_people, assigned("Any", "user"))})
              .empty());
}

TEST_CASE("consent needs an API with a service principal", "[desired_graph]") {
    auto client = application("client").set(model::path::service_principal, true);
    client.list(model::path::consented_scopes, {permission_at("api", "Orders.Read")});
    const auto found = mistakes_in({application("api").scope("Orders.Read"), client});
    CHECK(the("RG0333", found).secondary.size() == 1);
    CHECK(mistakes_in({application("api").scope("Orders.Read").set(model::path::service_principal, true), client})
              .empty());
}

TEST_CASE("two applications may trust the same issuer and subject", "[desired_graph]") {
    CHECK(mistakes_in({application("a").credential("ci", trust("https://issuer", "1")),
                       application("b").credential("ci", trust("https://issuer", "1"))})
              .empty());
}

TEST_CASE("an application holds 20 federated credentials, contributed ones included", "[desired_graph]") {
    auto a = application("a");
    for (int i = 0; i < 19; ++i) a.credential("own-" + std::to_string(i), trust("https://issuer", std::to_string(i)));
    std::vector<model::Declaration> documents = {a, federated_credential("x", "a", trust("https://other", "x"))};
    CHECK(mistakes_in(documents).empty());
    documents.push_back(federated_credential("y", "a", trust("https://other", "y")));
    CHECK(the("RG0316", mistakes_in(documents)).message ==
          "Application/a has 21 federated credentials, and an application can hold 20");
}

TEST_CASE("a connector must offer what is wanted of it", "[desired_graph]") {
    SECTION("an identity") {
        const auto found = mistakes_in({application("a").secret("s"), connector("x").by_secret("a", "s"),
                                        federated_credential("ci", "a", identity_of("x"))});
        the("RG0314", found);
    }
    SECTION("a redirect URL") {
        the("RG0314", mistakes_in({application("a"), connector("x"), redirect_uri("uri", "a", url_of("x"))}));
    }
    SECTION("a secret that the application declares") {
        const auto found = mistakes_in({application("a").secret("arm"), connector("x").by_secret("a", "arn")});
        CHECK(the("RG0315", found).help == "did you mean `arm`?");
    }
}

TEST_CASE("managed identity needs a single-tenant application", "[desired_graph]") {
    const auto found = mistakes_in({application("a").set(model::path::sign_in_audience, "AzureADMultipleOrgs"),
                                    connector("x").by_managed_identity("a")});
    CHECK(the("RG0320", found).severity == model::Severity::error);
}

TEST_CASE("redirect URIs that other documents bring count, too", "[desired_graph]") {
    const auto with = [](std::size_t own, std::size_t others, const std::string& audience) {
        auto client = application("a").set(model::path::sign_in_audience, audience);
        model::List uris;
        for (std::size_t i = 0; i < own; ++i) uris.emplace_back("https://own.example/" + std::to_string(i));
        client.list(model::path::redirect_uris_web, uris);
        std::vector<model::Declaration> documents{client};
        for (std::size_t i = 0; i < others; ++i) {
            const auto number = std::to_string(i);
            documents.push_back(redirect_uri("u" + number, "a", model::Value("https://other.example/" + number)));
        }
        return mistakes_in(documents);
    };
    CHECK(with(98, 2, "AzureADandPersonalMicrosoftAccount").empty());
    const auto found = with(98, 3, "AzureADandPersonalMicrosoftAccount");
    CHECK(the("RG0418", found).message == "Application/a is given 101 redirect URIs, and can have 100");
    CHECK(with(98, 3, "AzureADMyOrg").empty());
    the("RG0418", with(1, 256, "AzureADMyOrg"));
    // Of its own list it was told where that stands.
    CHECK(with(101, 1, "AzureADandPersonalMicrosoftAccount").empty());
}

TEST_CASE("what is not wrong but useless is warned of", "[desired_graph]") {
    const auto found = mistakes_in({application("a").secret("s"), connector("x").by_managed_identity("a")});
    CHECK_FALSE(has_errors(found));
    the("RG0508", found);
    the("RG0509", found);
    the("RG0512", found);
}

TEST_CASE("what a connector needs to sign in is asked of the application that it signs in as", "[desired_graph]") {
    const auto with = [](const std::string& name) {
        return application(name).list(model::path::redirect_uris_web, {url_of("x")}).credential("x", identity_of("x"));
    };
    const auto codes_in = [](const std::vector<model::Declaration>& declarations) {
        std::set<std::string> codes;
        for (const auto& diagnostic : mistakes_in(declarations)) codes.insert(diagnostic.code);
        return codes;
    };
    CHECK(codes_in({with("a"), application("b"), connector("x").by_managed_identity("a")}).empty());
    CHECK(codes_in({application("a"), with("b"), connector("x").by_managed_identity("a")}) ==
          std::set<std::string>{"RG0508", "RG0512"});
    CHECK(codes_in({application("a").secret("s"), application("b").list(model::path::redirect_uris_web, {url_of("x")}),
                    connector("x").by_secret("a", "s")}) == std::set<std::string>{"RG0508"});
}

TEST_CASE("what has to be read follows from the graph", "[desired_graph]") {
    const auto graph = graph_of({application("a").list(model::path::permissions, {permission("User.Read")}),
                                 connector("x").by_managed_identity("a").adopts("shared_x")});
    const auto scope = scope_of(graph, {{con("x"), "remembered"}});
    REQUIRE(scope.wanted.size() == 2);
    CHECK(scope.wanted[1].adopt == "shared_x");
    CHECK(scope.wanted[1].display_name == "The x");
    CHECK(scope.wanted[1].pp_environment == "pp-1");
    CHECK(scope.wanted[1].remembered_id == "remembered");
    CHECK(scope.wanted[1].client_id.as_reference()->address == app("a"));
    CHECK(scope.apis == std::set<std::string>{std::string(api)});
    CHECK(scope.power_platform_environments == std::vector<std::string>{"pp-1", "pp-2"});
}

TEST_CASE("a document that adds to what its application leaves as it is is warned of", "[desired_graph]") {
    const auto found_with = [](const std::string& ignored) {
        return mistakes_in({application("a").ignores(ignored),
                            redirect_uri("own", "a", "https://shop.example/signin", model::path::redirect_uris_web)});
    };
    const auto whole = the("RG0334", found_with("redirectUris"));
    CHECK(whole.severity == model::Severity::warning);
    CHECK(whole.message == "RedirectUri/own adds to what Application/a leaves as it is");
    CHECK(whole.help.find("`spec.redirectUris.web`") != std::string::npos);
    CHECK(the("RG0334", found_with("redirectUris.web[https://shop.example/signin]")).help.find("[https://shop") !=
          std::string::npos);
    CHECK(found_with("redirectUris.web[https://other.example/]").empty());
    CHECK(found_with("displayName").empty());
}

}  // namespace regent::plan::testing
