// The errors that Microsoft Graph is documented to answer with, and some that people have reported, one by one: what is
// told at once, what is waited for, what counts as done. https://learn.microsoft.com/graph/errors

#include "model/attributes.hpp"
#include "provider/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph::test;
using nlohmann::json;
using plan::Work;
namespace path = regent::model::path;

namespace {

struct Refusal {
    int status;
    const char* code;
    const char* message;
};

json as_fault(const Refusal& refusal, int count) {
    return {{"status", refusal.status}, {"code", refusal.code}, {"message", refusal.message}, {"count", count}};
}

std::size_t sent(Tenant& tenant, const std::string& method, const std::string& target) {
    const auto requests = tenant.requests();
    return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), [&](const auto& request) {
        return request.method == method && request.target.find(target) != std::string::npos;
    }));
}

/// A portal with a service principal that has been there for long.
struct Stage {
    Stage() {
        tenant.done(step(Work::create, "portal", portal()));
        tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
        observed = tenant.look({"portal"}).resources.at(address("portal"));
        tenant.simulator().control("POST", "clock", R"({"advanceSeconds": 1800})");
        tenant.input = {};
        tenant.forget_requests();
    }
    tl::expected<StepResult, ProviderError> update() {
        return tenant.apply(step(Work::update, observed, {{std::string(path::notes), "changed"}}));
    }
    plan::Step owner(Work work, const std::string& id) const {
        return step(work, observed, {{std::string(path::owners), model::List{id}}},
                    std::string(path::owners) + "/" + id);
    }
    json application() { return tenant.application("regent.dev.portal"); }

    Tenant tenant;
    model::ObservedResource observed;
};

}  // namespace

TEST_CASE("what no repetition mends is told at once, in Graph's words, with a cure", "[catalogue]") {
    struct Row {
        Refusal refusal;
        ErrorKind kind;
        const char* help;  ///< a part of it
    };
    const auto row = GENERATE(values<Row>({
        {{400, "Request_BadRequest", "Invalid value specified for property 'web' of resource 'Application'."},
         ErrorKind::rejected,
         ""},
        {{400, "Request_BadRequest", "One or more property values specified are invalid."}, ErrorKind::rejected, ""},
        {{400, "Request_BadRequest", "Another object with the same value for property identifierUris already exists."},
         ErrorKind::conflict,
         "another object of the tenant"},
        {{400, "Request_BadRequest",
          "A conflicting object with one or more of the specified property values is present in the directory."},
         ErrorKind::conflict,
         "another object of the tenant"},
        {{400, "HostNameNotOnVerifiedDomain", "Values of identifierUris property must use a verified domain."},
         ErrorKind::rejected,
         "api://{appId}"},
        {{400, "IdentifierUrisEndsWithSlash", "Application alias 'api://x/' value is invalid."},
         ErrorKind::rejected,
         "without the slash"},
        {{400, "InvalidFederatedIdentityCredentialValue", "Issuer and subject combination already exists."},
         ErrorKind::conflict,
         ""},
        {{400, "Request_UnsupportedQuery", "Unsupported Query."}, ErrorKind::rejected, "please report it"},
        {{400, "UnknownError", ""}, ErrorKind::rejected, "please report it"},
        {{400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed as per assigned policy."},
         ErrorKind::rejected,
         "app management policy"},
        {{403, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value allowed."},
         ErrorKind::rejected,
         "`validFor` shorter"},
        {{403, "SignInAudienceNotAllowedAsPerAppPolicy", "Sign-in audience not allowed as per assigned policy."},
         ErrorKind::rejected,
         "app management policy"},
        {{403, "Directory_QuotaExceeded", "The directory object quota limit for the Principal has been exceeded."},
         ErrorKind::rejected,
         "larger quota"},
        {{403, "Directory_QuotaExceeded",
          "Unable to perform operation as '101' would exceed the maximum quota count '100' for forward-link 'owners'."},
         ErrorKind::rejected,
         "as many of these as it may"},
        {{403, "Directory_ResourceSizeExceeded", "The size of the object has exceeded its limit."},
         ErrorKind::rejected,
         "1200 entries"},
        {{404, "BadRequest", "Resource not found for the segment 'applicationz'."},
         ErrorKind::rejected,
         "please report it"},
        {{405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."},
         ErrorKind::rejected,
         "please report it"},
        {{411, "", "Length Required"}, ErrorKind::rejected, "please report it"},
        {{413, "RequestEntityTooLarge", "The request is too large."}, ErrorKind::rejected, "declare less"},
        {{415, "Request_BadRequest", "A content type is needed."}, ErrorKind::rejected, "please report it"},
        {{400, "Request_ThrottledPermanently", "The request is throttled permanently."}, ErrorKind::rejected, ""},
        {{501, "NotImplemented", "Not implemented."}, ErrorKind::rejected, "please report it"},
    }));
    INFO(row.refusal.status << " " << row.refusal.code << " " << row.refusal.message);
    Stage stage;
    stage.tenant.fault("status", "PATCH", "/v1.0/applications/", as_fault(row.refusal, -1));
    const auto refused = stage.update();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == row.kind);
    CHECK(refused.error().service.find(row.refusal.code) != std::string::npos);
    CHECK(refused.error().service.find(row.refusal.message) != std::string::npos);
    CHECK(refused.error().help.find(row.help) != std::string::npos);
    CHECK_FALSE(refused.error().request_id.empty());
    CHECK(sent(stage.tenant, "PATCH", "/v1.0/applications/") == 1);
    CHECK(stage.tenant.clock().slept() < std::chrono::seconds(1));
}

TEST_CASE("what passes by itself is waited for, and done once", "[catalogue]") {
    const auto refusal = GENERATE(values<Refusal>({
        {400, "Request_BadRequest",
         "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."},
        {400, "Directory_ConcurrencyViolation", "Concurrent writes."},
        {409, "Directory_ConcurrencyViolation", "Concurrent writes."},
        {429, "TooManyRequests", "Too many requests."},
        {429, "Request_ThrottledTemporarily", "Throttled."},
        {500, "Service_InternalServerError", "Encountered an internal server error."},
        {500, "InternalServerError", ""},
        {502, "", ""},
        {503, "ServiceUnavailable", "Service is temporarily unavailable."},
        {503, "Directory_ReplicaUnavailable", "No replica."},
        {504, "GatewayTimeout", ""},
    }));
    INFO(refusal.status << " " << refusal.code);
    Stage stage;
    stage.tenant.fault("status", "PATCH", "/v1.0/applications/", as_fault(refusal, 2));
    const auto done = stage.update();
    REQUIRE(done);
    CHECK(stage.application()["notes"] == "changed");
    CHECK(sent(stage.tenant, "PATCH", "/v1.0/applications/") == 3);
    CHECK(stage.tenant.clock().slept() > std::chrono::milliseconds(0));
}

TEST_CASE("what a fresh object is refused, since not every replica knows it, is waited for", "[catalogue]") {
    struct Row {
        Refusal refusal;
        const char* target;
        const char* part;
    };
    const auto row = GENERATE(values<Row>({
        {{400, "Request_BadRequest",
          "The appId '7e7e7e7e-0000-4444-8888-abcdefabcdef' of the service principal does not reference a valid "
          "application object."},
         "/servicePrincipals(appId",
         "servicePrincipal"},
        {{403, "Authorization_RequestDenied",
          "When using this permission, the backing application of the service principal being created must in the "
          "local tenant"},
         "/servicePrincipals(appId",
         "servicePrincipal"},
        {{404, "Request_ResourceNotFound",
          "Resource '7e7e7e7e-0000-4444-8888-abcdefabcdef' does not exist or one of its queried reference-property "
          "objects are not present."},
         "/federatedIdentityCredentials(name",
         "federatedCredentials/github"},
    }));
    INFO(row.refusal.message);
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("status", "PATCH", row.target, as_fault(row.refusal, 3));
    const model::Map values{
        {std::string(path::service_principal), true},
        {std::string(path::federated_credentials), model::Map{{"github", credential("repo:a/b:environment:c")}}}};
    tenant.done(step(Work::add, "portal", values, row.part));
    CHECK(sent(tenant, "PATCH", row.target) == 4);
}

TEST_CASE("an owner who is not a valid reference yet is waited for; one who is there already, or gone, is as wanted",
          "[catalogue]") {
    const std::string bob = "b0b0b0b0-0000-4444-8888-abcdefabcdef";
    Stage stage;
    const json users{{{"id", bob}, {"displayName", "Bob"}}};
    stage.tenant.simulator().control("POST", "state", json{{"graph", {{"users", users}}}}.dump());
    const auto add = stage.owner(Work::add, bob), drop = stage.owner(Work::drop, bob);

    stage.tenant.fault("status", "POST", "/owners/$ref",
                       as_fault({400, "Request_BadRequest", "Not a valid reference update."}, 2));
    stage.tenant.done(add);
    CHECK(sent(stage.tenant, "POST", "/owners/") == 3);
    stage.tenant.forget_requests();
    stage.tenant.done(add);  // "One or more added object references already exist …"
    CHECK(sent(stage.tenant, "POST", "/owners/") == 1);

    stage.tenant.done(drop);
    stage.tenant.forget_requests();
    stage.tenant.fault("status", "DELETE", "/owners/",
                       as_fault({400, "Request_BadRequest",
                                 "One or more removed object references do not exist for the following modified "
                                 "properties: 'owners'."},
                                1));
    stage.tenant.done(drop);
    stage.tenant.done(drop);  // 404
    CHECK(sent(stage.tenant, "DELETE", "/owners/") == 2);
}

TEST_CASE("a token that is not taken is renewed once, and then it is a matter of sign-in", "[catalogue]") {
    const auto message =
        GENERATE("Access token has expired or is not yet valid.", "Access token validation failure. Invalid audience.");
    const Refusal refusal{401, "InvalidAuthenticationToken", message};
    {
        Stage stage;
        stage.tenant.fault("status", "PATCH", "/v1.0/applications/", as_fault(refusal, 1));
        CHECK(stage.update());
        CHECK(sent(stage.tenant, "POST", "/oauth2/") == 1);
    }
    Stage stage;
    stage.tenant.fault("status", "PATCH", "/v1.0/applications/", as_fault(refusal, -1));
    const auto refused = stage.update();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::sign_in);
    CHECK(refused.error().service.find(message) != std::string::npos);
    CHECK(sent(stage.tenant, "PATCH", "/v1.0/applications/") == 2);
}

TEST_CASE("a caller whom the directory does not know yet is told to come back, with why", "[catalogue]") {
    const int status = GENERATE(401, 403, 404);
    Stage stage;
    stage.tenant.fault("status", "PATCH", "/v1.0/applications/",
                       as_fault({status, "Authorization_IdentityNotFound",
                                 "The identity of the calling application "
                                 "could not be established."},
                                -1));
    const auto refused = stage.update();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::transient);
    CHECK(refused.error().help.find("made minutes ago") != std::string::npos);
    CHECK(stage.application()["notes"] != "changed");
}

TEST_CASE("what is there under its key already is taken as it is", "[catalogue]") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    // Somebody else made it between the look and the write.
    tenant.fault("error_after", "PATCH", "/servicePrincipals(appId",
                 as_fault({409, "Request_MultipleObjectsWithSameKeyValue",
                           "The service principal cannot be created because one for this appId exists."},
                          1));
    tenant.done(step(Work::add, "portal", {{std::string(path::service_principal), true}}, "servicePrincipal"));
    CHECK(tenant.principal_of(tenant.application("regent.dev.portal")["appId"]).is_object());
}

TEST_CASE("a federated credential whose name is taken by the try before is taken as it is", "[catalogue]") {
    const model::Map wanted{
        {std::string(path::federated_credentials), model::Map{{"github", credential("repo:a/b:environment:c")}}}};
    const Refusal refusal{409, "Request_MultipleObjectsWithSameKeyValue",
                          "FederatedIdentityCredential with name github already exists."};
    const auto add = step(Work::add, "portal", wanted, "federatedCredentials/github");
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("error_after", "PATCH", "/federatedIdentityCredentials(name", as_fault(refusal, 1));
    tenant.done(add);
    // One of that name which is another one is no answer to what was sent.
    const model::Map other{
        {std::string(path::federated_credentials), model::Map{{"github", credential("repo:a/b:environment:d")}}}};
    tenant.fault("status", "PATCH", "/federatedIdentityCredentials(name", as_fault(refusal, 1));
    CHECK_FALSE(tenant.apply(step(Work::update, "portal", other, "federatedCredentials/github")));
}

TEST_CASE("changes that cannot be followed any more mean that everything is read anew", "[catalogue]") {
    const auto refusal = GENERATE(values<Refusal>({
        {400, "syncStateNotFound", "The sync state generation is not found."},
        {410, "resyncRequired", "Resync required."},
        {410, "Gone", ""},
        {400, "Directory_ExpiredPageToken", "The specified page token value has expired."},
    }));
    INFO(refusal.status << " " << refusal.code);
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    const auto look = [&] {
        model::Snapshot seen;
        const auto from = tenant.observe_changes(tenant.scope({"portal"}), {true, {}}, seen);
        REQUIRE(from);
        CHECK(seen.resources.size() == 1);
        return *from;
    };
    look();
    CHECK(look() == ReadFrom::memory);
    tenant.fault("status", "GET", "deltatoken", as_fault(refusal, 1));
    CHECK(look() == ReadFrom::tenant);
    CHECK(look() == ReadFrom::memory);
}

TEST_CASE("a tenant whose lists end in an expired page token is read from the beginning", "[catalogue]") {
    Tenant tenant;
    tenant.done(step(Work::create, "portal", portal()));
    tenant.fault("status", "GET", "/v1.0/applications?",
                 as_fault({400, "Directory_ExpiredPageToken", "The specified page token value has expired."}, 1));
    CHECK(tenant.look({"portal"}).resources.size() == 1);
}
