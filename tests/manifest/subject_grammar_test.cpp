// What a subject of a well-known issuer looks like, and what was probably meant by one that does not.

#include "manifest/known_issuers.hpp"
#include "manifest/subject_grammars.hpp"

#include <catch2/catch.hpp>

namespace regent::manifest {
namespace {

constexpr auto github = "https://token.actions.githubusercontent.com";
constexpr auto tenant = "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0";

struct Mended {
    const char* subject;
    const char* meant;  ///< empty: refused without a guess
};

void check_fine(const char* issuer, std::initializer_list<const char*> subjects) {
    for (const auto* subject : subjects) {
        INFO(issuer << "  " << subject);
        CHECK_FALSE(flaw_of_issuer(issuer));
        CHECK_FALSE(flaw_of_subject(issuer, subject));
    }
}

void check_mended(const char* issuer, std::initializer_list<Mended> mistakes) {
    for (const auto& mistake : mistakes) {
        INFO(issuer << "  " << mistake.subject);
        const auto flaw = flaw_of_subject(issuer, mistake.subject);
        REQUIRE(flaw);
        CHECK(flaw->suggestion == mistake.meant);
        CHECK_FALSE(flaw->label.empty());
        // A guess that would be warned of again is none.
        if (!flaw->suggestion.empty()) CHECK_FALSE(flaw_of_subject(issuer, flaw->suggestion));
    }
}

}  // namespace

TEST_CASE("subjects of GitHub Actions", "[manifest][subjects]") {
    check_fine(github, {"repo:octo-org/octo-repo:environment:Production", "repo:o/r:environment:Production%3AV1",
                        "repo:o/r:environment:with blank", "repo:o/r:pull_request", "repo:o/r:ref:refs/heads/main",
                        "repo:o/r:ref:refs/heads/feature/x", "repo:o/r:ref:refs/tags/v1",
                        "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main",
                        "repository_owner_id:1:repository_id:2", "job_workflow_ref:o/r/.github/workflows/x.yml@main",
                        "repo:o/r:environment:prod:job_workflow_ref:o/r/.github/workflows/x.yml@main",
                        "repo:o/r:event_name:push"});
    check_mended(github, {{"octo-org/octo-repo:ref:refs/heads/main", "repo:octo-org/octo-repo:ref:refs/heads/main"},
                          {"Repo:o/r:pull_request", "repo:o/r:pull_request"},
                          {"repo:o/r:ref:main", "repo:o/r:ref:refs/heads/main"},
                          {"repo:o/r:ref:heads/main", "repo:o/r:ref:refs/heads/main"},
                          {"repo:o/r:refs/heads/main", "repo:o/r:ref:refs/heads/main"},
                          {"repo:o/r:ref:tags/v1", "repo:o/r:ref:refs/tags/v1"},
                          {"repo:o/r:branch:main", "repo:o/r:ref:refs/heads/main"},
                          {"repo:o/r:tag:v1", "repo:o/r:ref:refs/tags/v1"},
                          {"repo:o/r:Environment:prod", "repo:o/r:environment:prod"},
                          {"repo:o/r:env:prod", "repo:o/r:environment:prod"},
                          {"repo:o/r:environment:a:b", "repo:o/r:environment:a%3Ab"},
                          {"repo:o/r:pull-request", "repo:o/r:pull_request"},
                          {"repo:o/r:ref:refs/pull/7/merge", "repo:o/r:pull_request"},
                          {"repo:o/r.git:pull_request", "repo:o/r:pull_request"},
                          {"repo:o/r", ""},
                          {"repo:r:pull_request", ""},
                          {"repo:o@1/r:pull_request", ""},
                          {"repo:o@x/r@y:pull_request", ""},
                          {"repo:o/r:something:else", ""},
                          {"repo:o#1/r#2:environment:prod", "repo:o@1/r@2:environment:prod"},
                          {"repo: o/r:ref:refs/heads/main", "repo:o/r:ref:refs/heads/main"},
                          {"repo:o/r&s:pull_request", ""},
                          {"repo:o/r:environment:prod:ref:refs/heads/main", "repo:o/r:environment:prod"},
                          {"https://github.com/o/r", ""}});
    CHECK(flaw_of_subject("https://github.contoso.example/_services/token", "o/r:pull_request"));
    CHECK(flaw_of_subject("https://token.actions.contoso.ghe.com", "o/r:pull_request"));
    CHECK(flaw_of_subject("https://token.actions.githubusercontent.com/contoso", "o/r:pull_request"));
}

TEST_CASE("a subject of GitLab that the project cannot send is warned of", "[manifest][subjects]") {
    check_fine("https://gitlab.com", {"project_path:group/project:ref_type:branch:ref:main",
                                      "project_path:group/sub/project:ref_type:tag:ref:v1"});
    check_mended("https://gitlab.com",
                 {{"group/project:ref_type:branch:ref:main", "project_path:group/project:ref_type:branch:ref:main"},
                  {"project_path:g/p:ref_type:branch:ref:refs/heads/main", "project_path:g/p:ref_type:branch:ref:main"},
                  {"project_path:g/p:branch:main", "project_path:g/p:ref_type:branch:ref:main"},
                  {"project_path:g/p:ref:main", "project_path:g/p:ref_type:branch:ref:main"},
                  {"project_path:p:ref_type:branch:ref:main", ""},
                  {"project_path:g/p:ref_type:branch", ""},
                  {"project_path:g/p", ""},
                  {"main", ""}});
    CHECK(flaw_of_subject("https://code.contoso.example", "project_path:p:ref_type:branch:ref:main"));
}

TEST_CASE("a subject of Kubernetes names a service account, or is warned of", "[manifest][subjects]") {
    constexpr auto aks = "https://westeurope.oic.prod-aks.azure.com/11111111-2222-3333-4444-555555555555/x/";
    check_fine(aks, {"system:serviceaccount:shop:orders", "system:serviceaccount:shop:orders.v1"});
    check_mended(aks, {{"shop:orders", "system:serviceaccount:shop:orders"},
                       {"serviceaccount:shop:orders", "system:serviceaccount:shop:orders"},
                       {"system:serviceaccounts:shop:orders", "system:serviceaccount:shop:orders"},
                       {"system:serviceaccount:shop/orders", "system:serviceaccount:shop:orders"},
                       {"system:serviceaccount:Shop:orders", "system:serviceaccount:shop:orders"},
                       {"system:serviceaccount:shop", ""},
                       {"system:serviceaccount:shop:or_ders", ""}});
    check_mended("https://k8s.contoso.example", {{"system:serviceaccount:shop", ""}});
}

TEST_CASE("subjects of HCP Terraform, Azure DevOps and Google", "[manifest][subjects]") {
    check_fine("https://app.terraform.io", {"organization:o:project:p:workspace:w:run_phase:plan",
                                            "organization:o:project:My project:workspace:w:run_phase:apply"});
    check_mended("https://app.terraform.io", {{"organization:o:workspace:w:run_phase:plan", ""},
                                              {"organization:o:project:p:workspace:w", ""},
                                              {"organization:o:project:p:workspace:w:run_phase:destroy", ""}});
    constexpr auto devops = "https://vstoken.dev.azure.com/11111111-2222-3333-4444-555555555555";
    check_fine(devops, {"sc://contoso/shop/azure-prod", "sc://contoso/My Project/azure prod"});
    check_mended(devops,
                 {{"contoso/shop/azure-prod", "sc://contoso/shop/azure-prod"}, {"sc://contoso/azure-prod", ""}});
    check_fine("https://accounts.google.com", {"112233445566778899001"});
    check_mended("https://accounts.google.com", {{"robot@project.iam.gserviceaccount.com", ""}});
}

TEST_CASE("subjects of Entra: managed identities and Microsoft's services", "[manifest][subjects]") {
    // The same GUID as .NET's Guid.ToByteArray() and base64url write it.
    CHECK(encoded_guid("00112233-4455-6677-8899-aabbccddeeff") == "MyIRAFVEd2aImaq7zN3u_w");
    const auto own = encoded_guid("11111111-2222-3333-4444-555555555555");
    const auto front = "/eid1/c/pub/t/" + own + "/a/";
    const std::string environment = "qzXoWDkuqUa3l6zM5mM0Rw/n/plugin/e/0a0a0a0a-1b1b-2c2c-3d3d-4e4e4e4e4e4e";
    const auto plugin = front + environment + "/h/y", trusted = front + environment + "/i/CN=A/B/s/CN=C",
               unfinished = front + environment, odd = front + "qzXoWDkuqUa3l6zM5mM0Rw/n/plugin/e/x/h/y",
               capital = front + "Q" + environment.substr(1) + "/h/y", bot = front + "9ExAW52n_ky4ZiS_jhpJIQ/bot",
               devops = front + "5b0d8CR5akmPf2GHe35xJg/sc/1/2";
    check_fine(tenant,
               {"6e6e6e6e-0000-4444-8888-abcdefabcdef", plugin.c_str(), trusted.c_str(), bot.c_str(), devops.c_str()});
    check_mended(tenant, {{unfinished.c_str(), ""}, {odd.c_str(), ""}, {capital.c_str(), plugin.c_str()}});
    const auto foreign =
        "/eid1/c/pub/t/" + encoded_guid("00112233-4455-6677-8899-aabbccddeeff") + "/a/" + environment + "/h/y";
    check_mended(tenant, {{"6E6E6E6E-0000-4444-8888-ABCDEFABCDEF", "6e6e6e6e-0000-4444-8888-abcdefabcdef"},
                          {plugin.c_str() + 1, plugin.c_str()},
                          {foreign.c_str(), plugin.c_str()},
                          {"/eid1/c/pub/t/short/a/x/", ""},
                          {"my-identity", ""}});
}

TEST_CASE("an issuer that is nearly a known one", "[manifest][subjects]") {
    const auto meant = [](const char* issuer) {
        const auto flaw = flaw_of_issuer(issuer);
        return flaw ? flaw->suggestion : "(fine)";
    };
    CHECK(meant("https://token.actions.githubusercontent.com/") == github);
    CHECK(meant("https://token.action.githubusercontent.com") == github);
    CHECK(meant("https://Token.Actions.githubusercontent.com") == github);
    CHECK(meant("https://gitlab.com/") == "https://gitlab.com");
    CHECK(meant("https://westeurope.oic.prod-aks.azure.com/t/c") == "https://westeurope.oic.prod-aks.azure.com/t/c/");
    CHECK(meant("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/") == tenant);
    CHECK(meant("https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555") == tenant);
    CHECK(meant("https://login.microsoftonline.com/common/v2.0").empty());
    CHECK(meant("https://vstoken.dev.azure.com/contoso").empty());
    CHECK(meant("https://github.com/contoso") == github);
    CHECK(meant("https://sts.windows.net/11111111-2222-3333-4444-555555555555/") == tenant);
    CHECK(meant("https://sts.windows.net/common/").empty());
    CHECK(meant("https://oidc.contoso.example/") == "(fine)");
    CHECK(meant("https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF") == "(fine)");
}

TEST_CASE("no text makes the grammars stumble", "[manifest][subjects]") {
    for (const auto* issuer :
         {github, "https://gitlab.com", "https://app.terraform.io", "https://accounts.google.com",
          "https://vstoken.dev.azure.com/x", tenant, "https://x.oic.prod-aks.azure.com/", "", "x"}) {
        for (const auto* subject : {"", ":", "::", "repo:", "repo:/", "repo:a/b:", "repo:a/b:ref:", "project_path:",
                                    "project_path:a/b:", "system:serviceaccount:", "sc://", "/eid1/", "/eid1/c/pub/t/",
                                    "organization:", "repo:a/b:ref:refs/heads/", "\xC3\xA4"}) {
            CHECK_NOTHROW(flaw_of_subject(issuer, subject));
        }
        CHECK_NOTHROW(flaw_of_issuer(issuer));
    }
}

}  // namespace regent::manifest
