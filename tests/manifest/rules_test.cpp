#include "manifest/load_path.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/loading.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace regent;
using namespace regent::manifest;

// Mistakes and their messages are in bad_fields/; here are the limits themselves, and what must not be complained
// about.

namespace {

std::vector<std::string> codes(const std::string& manifest) {
    std::vector<std::string> all;
    for (const auto& diagnostic : load_repository({manifest, "", {{"api.json", good_openapi()}}}).diagnostics)
        all.push_back(diagnostic.code);
    return all;
}

using Texts = std::vector<std::string>;

std::string redirect_uris(const std::string& platform, int count, const std::string& more = "") {
    auto lines = more + "redirectUris:\n  " + platform + ":\n";
    for (int i = 0; i < count; ++i) lines += fmt::format("    - https://portal.contoso.example/{}\n", i);
    return application(lines);
}

std::string signing_in(const std::string& lines) {
    return connector("auth:\n  applicationRef: {name: portal}\n" + lines +
                     "  credential: {clientSecretRef: {name: arm}}\n");
}

}  // namespace

TEST_CASE("redirect URIs that Entra takes are taken", "[manifest][rules]") {
    const auto [platform, uri] = GENERATE(table<std::string, std::string>({
        {"web", "https://portal.contoso.example/signin-oidc"},
        {"web", "https://portal.contoso.example:8443/a/b?c=d&e=f"},
        {"web", "https://portal.contoso.example/a%20b~c_d.e-f@g+h"},
        {"web", "http://localhost/"},
        {"web", "http://localhost:3000/signin"},
        {"web", "http://127.0.0.1:8080/signin"},
        {"web", "https://xn--bcher-kva.example/signin"},
        {"web", "urn:ietf:wg:oauth:2.0:oob"},
        {"web", "HTTPS://Portal.Contoso.Example/SignIn"},
        {"spa", "https://portal.contoso.example/"},
        {"spa", "http://localhost:4200/"},
        {"spa", "brk-multihub://localhost"},
        {"native", "https://login.microsoftonline.com/common/oauth2/nativeclient"},
        {"native", "http://localhost"},
        {"native", "msal7e7e7e7e-0000-4444-8888-0123456789ab://auth"},
        {"native", "ms-appx-web://microsoft.aad.brokerplugin/s-1-15-2"},
        {"native", "com.contoso.portal://signin"},
        {"native", "com.contoso.portal:/signin"},
        {"native", "urn:ietf:wg:oauth:2.0:oob"},
    }));
    INFO(platform << " " << uri);
    CHECK(codes(application("redirectUris:\n  " + platform + ":\n    - \"" + uri + "\"\n")).empty());
}

TEST_CASE("an application holds 256 redirect URIs, and 100 where personal accounts may sign in", "[manifest][rules]") {
    const std::string personal = "signInAudience: multi-tenant-and-personal\nrequestedAccessTokenVersion: 2\n";
    CHECK(codes(redirect_uris("web", 256)).empty());
    CHECK(codes(redirect_uris("web", 257)) == Texts{"RG0418"});
    CHECK(codes(redirect_uris("spa", 100, personal)).empty());
    CHECK(codes(redirect_uris("spa", 101, personal)) == Texts{"RG0418"});
}

TEST_CASE("an application holds 1200 entries over all of its lists", "[manifest][rules]") {
    const auto permissions = [](int roles) {
        std::string lines = "exposes:\n  roles:\n";
        for (int i = 0; i < roles; ++i) lines += fmt::format("    - {{name: R{}, allowed: [application]}}\n", i);
        lines += "  scopes:\n";
        for (int i = 0; i < 700; ++i) lines += fmt::format("    - {{name: S{}}}\n", i);
        return lines;
    };
    CHECK(codes(redirect_uris("web", 100, permissions(400))).empty());
    CHECK(codes(redirect_uris("web", 100, permissions(401))) == Texts{"RG0444"});
}

TEST_CASE("a redirect URI has 256 characters and no more", "[manifest][rules]") {
    const std::string start = "https://portal.contoso.example/";
    const auto of_length = [&](std::size_t length) {
        return application("redirectUris: {web: [\"" + start + std::string(length - start.size(), 'a') + "\"]}\n");
    };
    CHECK(codes(of_length(256)).empty());
    CHECK(codes(of_length(257)) == Texts{"RG0415"});
}

TEST_CASE("a display name has 120 characters, 90 where personal accounts may sign in, counted as characters",
          "[manifest][rules]") {
    const auto named = [](const std::string& name, const std::string& more) {
        return "apiVersion: regent/v1\nkind: Application\nmetadata: {name: portal}\nspec:\n  displayName: \"" + name +
               "\"\n" + more;
    };
    std::string umlauts;
    for (int i = 0; i < 120; ++i) umlauts += "ü";
    CHECK(codes(named(umlauts, "")).empty());
    CHECK(codes(named(umlauts + "ü", "")) == Texts{"RG0401"});
    const std::string personal = "  signInAudience: personal\n  requestedAccessTokenVersion: 2\n";
    CHECK(codes(named(std::string(90, 'a'), personal)).empty());
    CHECK(codes(named(std::string(91, 'a'), personal)) == Texts{"RG0401"});
}

TEST_CASE("names of federated credentials have 3 to 120 letters, digits, dashes and underscores", "[manifest][rules]") {
    const auto named = [](const std::string& name) {
        return application(
            "federatedCredentials:\n  - name: \"" + name +
            "\"\n    issuer: https://gitlab.com\n    subject: project_path:contoso/orders:ref_type:branch:ref:main\n");
    };
    for (const auto& good : {std::string("abc"), std::string("1-deploy_Main"), std::string(120, 'a')})
        CHECK(codes(named(good)).empty());
    for (const auto& bad :
         {std::string("ab"), std::string("-abc"), std::string("_abc"), std::string("a.b"), std::string(121, 'a')})
        CHECK(codes(named(bad)) == Texts{"RG0430"});
}

TEST_CASE("issuers and subjects of the usual platforms are taken", "[manifest][rules]") {
    const auto [issuer, subject] = GENERATE(table<std::string, std::string>({
        {"https://token.actions.githubusercontent.com", "repo:contoso@123/orders@456:environment:prod env"},
        {"https://westeurope.oic.prod-aks.azure.com/99999999-8888-7777-6666-555555555555/c/",
         "system:serviceaccount:default:orders"},
        {"https://accounts.google.com", "112633961854638529490"},
        {"https://login.microsoftonline.com/99999999-8888-7777-6666-555555555555/v2.0",
         "/eid1/c/pub/t/mZmZmYiId3dmZlVVVVVVVQ/a/qzXoWDkuqUa3l6zM5mM0Rw/n/plugin/e/"
         "0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e/h/y"},
    }));
    CHECK(codes(application("federatedCredentials:\n  - name: deploy\n    issuer: " + issuer + "\n    subject: \"" +
                            subject + "\"\n"))
              .empty());
}

TEST_CASE("only a resource whose name is known to end with a slash must have one", "[manifest][rules]") {
    const auto [resource, expected] = GENERATE(table<std::string, Texts>({
        {"https://management.core.windows.net/", {}},
        {"https://management.azure.com/", {}},
        {"https://management.core.windows.net", {"RG0452"}},
        {"https://Management.Azure.com", {"RG0452"}},
        {"https://service.powerapps.com", {"RG0452"}},
        {"https://graph.microsoft.com", {}},
        {"https://contoso.crm4.dynamics.com", {}},
        {"https://analysis.windows.net/powerbi/api", {}},
        {"https://api.contoso.example", {"RG0504"}},
        {"https://api.contoso.example/", {}},
        {"api://contoso-orders", {}},
        {"797f4846-ba00-4fd7-ba43-dac1f8f63013", {}},
        {"contoso-orders", {"RG0453"}},
    }));
    INFO(resource);
    CHECK(codes(signing_in("  resource: " + resource + "\n")) == expected);
}

TEST_CASE("a connector with a secret may serve users of several tenants", "[manifest][rules]") {
    for (const std::string tenant : {"common", "organizations", "11111111-1111-1111-1111-111111111111"})
        CHECK(codes(signing_in("  resource: https://graph.microsoft.com\n  tenantId: " + tenant + "\n")).empty());
}

TEST_CASE("durations are a number and a unit", "[manifest][rules]") {
    using namespace std::chrono_literals;
    CHECK(parse_duration("180d") == 24h * 180);
    CHECK(parse_duration("12h") == 12h);
    CHECK(parse_duration("30m") == 30min);
    CHECK(parse_duration("45s") == 45s);
    for (const auto bad : {"", "d", "0d", "-1d", "1", "1 d", "1w", "1.5h", "01d", "99999999999999999999d", "40000d"}) {
        INFO(bad);
        CHECK_FALSE(parse_duration(bad));
    }
}

TEST_CASE("names are safe in keys, and a near one is proposed", "[manifest][rules]") {
    for (const auto& good : {std::string("a"), std::string("arm-mi"), std::string("a1"), std::string(63, 'a')})
        CHECK(is_name(good));
    for (const auto& bad : {std::string(), std::string("1a"), std::string("-a"), std::string("a-"), std::string("A"),
                            std::string("a.b"), std::string("a_b"), std::string("ä"), std::string(64, 'a')})
        CHECK_FALSE(is_name(bad));
    CHECK(as_name("ARM Connector (dev)") == "arm-connector-dev");
    CHECK(as_name("orders_api.v2") == "orders-api-v2");
    CHECK(as_name("1st").empty());
}

TEST_CASE("what YAML tools make of a plain scalar", "[manifest][rules]") {
    for (const auto text : {"1", "-1", "1.0", ".5", "1e3", "0123", "0x1F", "0o17", "1_000", ".inf", ".NaN"}) {
        INFO(text);
        CHECK(plain_type(text) == PlainType::number);
    }
    for (const auto text : {"no", "Yes", "on", "OFF", "y"}) CHECK(plain_type(text) == PlainType::other_boolean);
    for (const auto text : {"true", "False"}) CHECK(plain_type(text) == PlainType::boolean);
    for (const auto text :
         {"1.2.3", "1a", "nope", "-", ".", "e3", "11111111-1111-1111-1111-111111111111", "0x", "2024-01-01"}) {
        INFO(text);
        CHECK(plain_type(text) == PlainType::text);
    }
}

TEST_CASE("paths go from the file they are written in and stay in the repository", "[manifest][rules]") {
    CHECK(repository_path("base/arm.regent.yaml", "openapi/arm.json").value() == "base/openapi/arm.json");
    CHECK(repository_path("base/arm.regent.yaml", "./../common//arm.json").value() == "common/arm.json");
    CHECK(repository_path("environments/dev.regent.yaml", "..").value().empty());
    CHECK(repository_path("dev.regent.yaml", "base").value() == "base");
    for (const auto bad : {"", "../../x", "/etc/passwd", "~/x", "C:/x", "a\\b", "a/../../../x"}) {
        INFO(bad);
        CHECK_FALSE(repository_path("base/arm.regent.yaml", bad));
    }
}
