// Which federated credential takes a token, and what is different in those that nearly do.

#include "plan/token_trust.hpp"

#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

namespace regent::plan::testing {
namespace {

constexpr auto github = "https://token.actions.githubusercontent.com";
constexpr auto audience = "api://AzureADTokenExchange";

std::vector<TrustedCredential> credentials() {
    auto prod = trust(github, "repo:contoso/orders:environment:prod");
    prod["audience"] = audience;
    auto main = trust(github, "repo:contoso/orders:ref:refs/heads/main");
    main["audience"] = audience;
    auto cluster = trust("https://oidc.example/", "system:serviceaccount:shop:orders");
    cluster["audience"] = audience;
    return declared_credentials(
        graph_of({application("a").credential("prod", prod).credential("main", main),
                  application("b").credential("cluster", cluster).credential("mi", identity_of("c")),
                  connector("c").by_managed_identity("b")}));
}

TrustVerdict nearest(const TokenClaims& token) {
    static const auto all = credentials();
    return judge(token, all).front();
}

}  // namespace

TEST_CASE("a token that fits byte for byte is exchanged", "[token]") {
    const auto verdict = nearest({github, "repo:contoso/orders:environment:prod", {audience}});
    CHECK(verdict.match == TrustMatch::exact);
    CHECK(verdict.credential->name == "prod");
    CHECK(to_string(verdict.credential->application) == "Application/a");
    CHECK(verdict.credential->place.known());
    CHECK(entra_code_of(verdict.match).empty());
}

TEST_CASE("the nearest credential and the first difference are named with Entra's code", "[token]") {
    SECTION("subject") {
        const auto verdict = nearest({github, "repo:contoso/orders:environment:production", {audience}});
        CHECK(verdict.match == TrustMatch::subject);
        CHECK(verdict.credential->name == "prod");
        CHECK(verdict.differs_at == std::string("repo:contoso/orders:environment:prod").size());
        CHECK(entra_code_of(verdict.match) == "AADSTS700213");
    }
    SECTION("capitals") {
        const auto verdict = nearest({github, "repo:contoso/orders:environment:Prod", {audience}});
        CHECK(verdict.match == TrustMatch::subject_case);
        CHECK(entra_code_of(verdict.match) == "AADSTS7002138");
    }
    SECTION("audience") {
        const auto verdict = nearest({github, "repo:contoso/orders:environment:prod", {"https://github.com/contoso"}});
        CHECK(verdict.match == TrustMatch::audience);
        CHECK(entra_code_of(verdict.match) == "AADSTS700212");
    }
    SECTION("issuer") {
        const auto verdict = nearest({"https://oidc.example", "system:serviceaccount:shop:orders", {audience}});
        CHECK(verdict.match == TrustMatch::issuer);
        CHECK(verdict.credential->name == "cluster");
        CHECK(entra_code_of(verdict.match) == "AADSTS700211");
    }
}

TEST_CASE("an issuer is like another in what people overlook", "[token]") {
    const std::string trusted = github;
    CHECK(likeness_of(trusted, trusted) == IssuerLikeness::same);
    CHECK(likeness_of(trusted, trusted + "/") == IssuerLikeness::slash);
    CHECK(likeness_of(trusted, "https://Token.actions.githubusercontent.com") == IssuerLikeness::capitals);
    CHECK(likeness_of(trusted, " " + trusted) == IssuerLikeness::blanks);
    CHECK(likeness_of(trusted, "http://token.actions.githubusercontent.com") == IssuerLikeness::scheme);
    CHECK(likeness_of(trusted, "token.actions.githubusercontent.com") == IssuerLikeness::scheme);
    CHECK(likeness_of(trusted, trusted + ":443") == IssuerLikeness::port);
    CHECK(likeness_of(trusted, "HTTP://token.actions.githubusercontent.com:80/") == IssuerLikeness::form);
    CHECK(likeness_of(trusted, trusted + "/contoso") == IssuerLikeness::path);
    CHECK(likeness_of(trusted, "https://token.action.githubusercontent.com") == IssuerLikeness::host);
    CHECK(likeness_of(trusted, "https://gitlab.com") == IssuerLikeness::other);
    CHECK(likeness_of(trusted, "") == IssuerLikeness::other);
    CHECK(likeness_of(trusted, trusted + "/" + std::string(1000, 'x')) == IssuerLikeness::other);
}

TEST_CASE("another issuer is a near miss where the subject says that this credential is meant", "[token]") {
    const auto subject = "repo:contoso/orders:environment:prod";
    const auto far = "https://gitlab.example";
    CHECK(nearest({far, subject, {audience}}).near_miss);
    CHECK(nearest({far, subject, {audience}}).credential->name == "prod");
    CHECK_FALSE(nearest({far, "repo:contoso/orders:environment:Prod", {audience}}).near_miss);
    const auto enterprise = std::string(github) + "/contoso";
    CHECK(nearest({enterprise, "repo:contoso/orders:environment:Prod", {audience}}).near_miss);
    CHECK(nearest({enterprise, "repo:contoso@1/orders@2:environment:prod", {audience}}).near_miss);
    CHECK_FALSE(nearest({enterprise, "repo:contoso/orders:pull_request", {audience}}).near_miss);
    CHECK(nearest({std::string(github) + "/", "zzz", {audience}}).near_miss);
}

TEST_CASE("a credential whose values are not known yet never matches and never misleads", "[token]") {
    const auto all = credentials();
    const auto verdicts = judge({github, "x", {audience}}, all);
    REQUIRE(verdicts.size() == 4);
    CHECK(verdicts.back().match == TrustMatch::not_known);
    CHECK(verdicts.back().credential->name == "mi");
}

TEST_CASE("the tenant's credentials are judged with those that nobody declared", "[token]") {
    PretendTenant tenant;
    auto found = trust(github, "repo:someone/else:ref:refs/heads/main");
    found["audience"] = audience;
    tenant.add(app("a"), {{"federatedCredentials", model::Map{{"manual", found}}}});
    const auto graph = graph_of({application("a")});
    const auto all = live_credentials(tenant.observe(graph), graph);
    REQUIRE(all.size() == 1);
    CHECK_FALSE(all[0].place.known());
    CHECK(judge({github, "repo:someone/else:ref:refs/heads/main", {audience}}, all)[0].match == TrustMatch::exact);
}

TEST_CASE("ids are taken from a subject of GitHub, and from nothing else", "[token]") {
    CHECK(without_github_ids("repo:octo@123/app@456:ref:refs/heads/user@home") ==
          "repo:octo/app:ref:refs/heads/user@home");
    CHECK(without_github_ids("repo:octo/app:environment:prod") == "repo:octo/app:environment:prod");
    CHECK(without_github_ids("a@b:c@d") == "a@b:c@d");
}

}  // namespace regent::plan::testing
