// Signing in with what nobody has to keep: tokens of outside issuers, and the identity of the machine.
#include "net/base64url.hpp"
#include "net/certificates.hpp"
#include "net/credentials.hpp"
#include "net/managed_identity.hpp"
#include "net/scripted.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <map>

using namespace regent::net;
using namespace regent::net::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string login_host = "https://login.microsoftonline.com";
const std::string own_tenant = "11111111-1111-1111-1111-111111111111";
const std::string scope_of_graph = "https://graph.microsoft.com/.default";

std::string jwt_of(const json& claims) {
    return "eyJhbGciOiJub25lIn0." + to_base64url(claims.dump()) + ".c2ln";
}

Outcome fresh_token_answer(const std::string& token = jwt_of({{"tid", own_tenant}}), const json& expires_in = 3599) {
    return answer(200, json{{"expires_in", expires_in}, {"access_token", token}}.dump());
}

class Counter {
public:
    Counter(ScriptedTransport::Script script, Credential credential)
        : transport(std::move(script)),
          tokens(make_token_source(transport, clock, rng, {login_host, own_tenant, "client", std::move(credential)})) {}

    tl::expected<AccessToken, TokenError> token() { return tokens->token(scope_of_graph); }

    VirtualClock clock;
    CountingRng rng;
    ScriptedTransport transport;
    std::unique_ptr<TokenSource> tokens;
};

ManagedIdentity app_service() {
    ManagedIdentity identity;
    identity.host = ManagedIdentity::Host::app_service;
    identity.endpoint = "http://169.254.133.2:8081/msi/token";
    identity.header = Secret("header-topsecret");
    return identity;
}

ManagedIdentity service_fabric() {
    return service_fabric_identity("https://10.0.0.4:2377/metadata/identity/oauth2/token", Secret("header-topsecret"),
                                   "ab cd:" + std::string(36, 'f'), {})
        .value();
}

/// As App Service and Service Fabric have it: when the token ends, not how long it lives.
Outcome answer_that_ends_at(std::chrono::system_clock::time_point end, bool as_text) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(end.time_since_epoch()).count();
    const json expires_on = as_text ? json(std::to_string(seconds)) : json(seconds);
    return answer(200, json{{"token_type", "Bearer"},
                            {"access_token", jwt_of({{"tid", own_tenant}})},
                            {"expires_on", expires_on},
                            {"resource", "https://graph.microsoft.com"}}
                           .dump());
}

ManagedIdentity arc(const std::string& keys) {
    ManagedIdentity identity;
    identity.host = ManagedIdentity::Host::arc;
    identity.endpoint = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
    identity.arc_key_folder = keys;
    return identity;
}

std::string assertion_in(const Request& request) {
    const auto at = request.body.find("client_assertion=");
    return at == std::string::npos ? "" : request.body.substr(at + std::string("client_assertion=").size());
}

using Variables = std::map<std::string, std::string>;

tl::expected<SignIn, TokenError> sign_in_from(const Variables& variables) {
    return credential_from_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

std::string found_by(const Variables& variables) {
    const auto found = sign_in_from(variables);
    return found ? describe(found->credential) : found.error().message;
}

}  // namespace

TEST_CASE("a federated token is read from its file for every sign-in, since somebody else renews it",
          "[net][sign-in][federated]") {
    const TemporaryDirectory directory;
    const auto first = jwt_of({{"sub", "system:serviceaccount:apps:regent"}}), second = jwt_of({{"sub", "renewed"}});
    const auto file = directory.write("token", first + "\n");
    Counter desk([](const Request&, int) { return fresh_token_answer(); }, FederatedTokenFile{file});

    REQUIRE(desk.token());
    directory.write("token", second);
    desk.tokens->forget(scope_of_graph);
    REQUIRE(desk.token());

    const auto requests = desk.transport.requests();
    REQUIRE(requests.size() == 2);
    CHECK(assertion_in(requests[0]) == first);
    CHECK(assertion_in(requests[1]) == second);
    CHECK(requests[0].body.find("client_secret") == std::string::npos);
}

TEST_CASE("a federated token file that is not there or holds something else says so, without what is in it",
          "[net][sign-in][federated][secrets]") {
    const TemporaryDirectory directory;
    Counter missing([](const Request&, int) { return fresh_token_answer(); },
                    FederatedTokenFile{directory.path() / "none"});
    const auto absent = missing.token();
    REQUIRE_FALSE(absent);
    CHECK_THAT(absent.error().message, Catch::Contains("there is no file"));
    CHECK_FALSE(absent.error().retryable);
    CHECK(missing.transport.count() == 0);

    const auto file = directory.write("token", "topsecret words");
    Counter other([](const Request&, int) { return fresh_token_answer(); }, FederatedTokenFile{file});
    const auto wrong = other.token();
    REQUIRE_FALSE(wrong);
    CHECK_THAT(wrong.error().message, Catch::Contains("holds no token") && !Catch::Contains("topsecret"));
}

TEST_CASE("a token file that has gone since the last sign-in is being renewed, and is asked for again",
          "[net][sign-in][federated]") {
    const TemporaryDirectory directory;
    const auto file = directory.write("token", jwt_of({{"sub", "x"}}));
    Counter desk([](const Request&, int) { return fresh_token_answer(); }, FederatedTokenFile{file});
    REQUIRE(desk.token());
    std::filesystem::remove(file);
    desk.tokens->forget(scope_of_graph);
    const auto gone = desk.token();
    REQUIRE_FALSE(gone);
    CHECK(gone.error().retryable);
}

TEST_CASE("a token in a file that is refused after its end is told by its end, not by this machine's clock",
          "[net][sign-in][federated]") {
    const auto help_of_token_that_ends_in = [](std::chrono::seconds rest) {
        const TemporaryDirectory directory;
        const auto end = VirtualClock().now() + rest;
        const auto file =
            directory.write("token", jwt_of({{"sub", "x"}, {"exp", std::chrono::system_clock::to_time_t(end)}}));
        Counter desk(
            [](const Request&, int) {
                return answer(401, json{{"error", "invalid_client"},
                                        {"error_description", "AADSTS700024: Not within its valid time range."},
                                        {"error_codes", {700024}}}
                                       .dump());
            },
            FederatedTokenFile{file});
        return std::pair(file, desk.token().error().help);
    };
    const auto [file, ended] = help_of_token_that_ends_in(-10min);
    CHECK(ended == "the token in " + file + " ended at 2025-11-24 15:50 UTC: whoever renews it has stopped");
    CHECK_THAT(help_of_token_that_ends_in(10min).second, Catch::Contains("this machine's clock"));
}

TEST_CASE("a workflow on GitHub Actions signs in with the token of its runner", "[net][sign-in][federated]") {
    const auto github = jwt_of({{"sub", "repo:contoso/orders:ref:refs/heads/main"}});
    Counter desk(
        [&](const Request& request, int) {
            return request.method == Method::get ? answer(200, json{{"value", github}}.dump()) : fresh_token_answer();
        },
        GitHubActionsToken{"https://pipelines.actions.githubusercontent.com/x/idtoken?api-version=2.0",
                           Secret("runner-topsecret")});

    REQUIRE(desk.token());

    const auto requests = desk.transport.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].origin == "https://pipelines.actions.githubusercontent.com");
    CHECK(requests[0].target == "/x/idtoken?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange");
    CHECK(find_header(requests[0].headers, "Authorization") == "Bearer runner-topsecret");
    CHECK(assertion_in(requests[1]) == github);
}

TEST_CASE("a workflow without the permission for a token is told which", "[net][sign-in][federated]") {
    Counter desk([](const Request&, int) { return answer(403, "no"); },
                 GitHubActionsToken{"https://actions.example/t", Secret("runner-topsecret")});
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("403") && !Catch::Contains("topsecret"));
    CHECK_THAT(refused.error().help, Catch::Contains("id-token: write"));
}

TEST_CASE("a virtual machine's identity is asked of the metadata service, for a resource without /.default",
          "[net][sign-in][managed-identity]") {
    ManagedIdentity identity;
    identity.client_id = "the user-assigned one";
    Counter desk(
        [](const Request&, int) {
            return fresh_token_answer(jwt_of({{"tid", own_tenant}, {"oid", "44"}}), "86399");
        },
        identity);

    const auto token = desk.token();

    REQUIRE(token);
    CHECK(token->object_id == "44");
    CHECK(token->expires_at == desk.clock.now() + 86399s);
    const auto request = desk.transport.requests().front();
    CHECK(request.method == Method::get);
    CHECK(request.origin + request.target ==
          "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
          "&resource=https%3A%2F%2Fgraph.microsoft.com&client_id=the%20user-assigned%20one");
    CHECK(find_header(request.headers, "Metadata") == "true");
}

TEST_CASE("the metadata service is given the time that its updates take", "[net][sign-in][managed-identity]") {
    const auto [status, wait] =
        GENERATE(table<int, std::chrono::milliseconds>({{404, 2s}, {410, 70s}, {429, 2s}, {500, 2s}}));
    Counter desk(
        [status = status](const Request&, int number) { return number == 1 ? answer(status) : fresh_token_answer(); },
        ManagedIdentity{});
    REQUIRE(desk.token());
    CHECK(desk.clock.slept() >= wait);
    CHECK(desk.clock.slept() <= wait + 1s);
}

TEST_CASE("an identity that is not assigned is not asked for again", "[net][sign-in][managed-identity]") {
    Counter desk(
        [](const Request&, int) {
            return answer(400, R"({"error":"invalid_request","error_description":"Identity not found"})");
        },
        ManagedIdentity{});
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("400") && Catch::Contains("Identity not found"));
    CHECK_THAT(refused.error().help, Catch::Contains("AZURE_CLIENT_ID"));
    CHECK(desk.transport.count() == 1);
}

TEST_CASE("App Service wants its own header, and it is in no error", "[net][sign-in][managed-identity][secrets]") {
    int status = 200;
    std::chrono::system_clock::time_point end;
    Counter desk(
        [&](const Request&, int) { return status == 200 ? answer_that_ends_at(end, true) : answer(status, "denied"); },
        app_service());
    end = std::chrono::floor<std::chrono::seconds>(desk.clock.now()) + 8h;
    const auto token = desk.token();
    REQUIRE(token);
    CHECK(std::chrono::abs(token->expires_at - end) <= 1s);
    const auto request = desk.transport.requests().front();
    CHECK(request.origin == "http://169.254.133.2:8081");
    CHECK(request.target == "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fgraph.microsoft.com");
    CHECK(find_header(request.headers, "X-IDENTITY-HEADER") == "header-topsecret");
    CHECK_FALSE(find_header(request.headers, "Metadata"));

    status = 401;
    desk.tokens->forget(scope_of_graph);
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message + refused.error().help, !Catch::Contains("topsecret"));
}

TEST_CASE("Service Fabric is asked in its own words, and its secret is in no error",
          "[net][sign-in][managed-identity][secrets]") {
    bool refuses = false;
    std::chrono::system_clock::time_point end;
    Counter desk(
        [&](const Request&, int) {
            if (!refuses) return answer_that_ends_at(end, false);
            return answer(404, R"({"error":{"correlationId":"7f30f4d3","code":"ManagedIdentityNotFound","message":)"
                               R"("Managed identity not found for the specified application host."}})");
        },
        service_fabric());
    end = std::chrono::floor<std::chrono::seconds>(desk.clock.now()) + 8h;
    const auto token = desk.token();
    REQUIRE(token);
    CHECK(std::chrono::abs(token->expires_at - end) <= 1s);
    const auto request = desk.transport.requests().front();
    CHECK(request.origin == "https://10.0.0.4:2377");
    CHECK(request.target ==
          "/metadata/identity/oauth2/token?api-version=2019-07-01-preview&resource=https%3A%2F%2Fgraph.microsoft.com");
    CHECK(find_header(request.headers, "Secret") == "header-topsecret");
    CHECK_FALSE(find_header(request.headers, "X-IDENTITY-HEADER"));

    refuses = true;
    desk.tokens->forget(scope_of_graph);
    const auto count = desk.transport.count();
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    // Unlike a virtual machine's, a 404 of this endpoint lasts.
    CHECK(desk.transport.count() == count + 1);
    CHECK_THAT(refused.error().message,
               Catch::Contains("404: ManagedIdentityNotFound: Managed identity not found for the specified"));
    CHECK_THAT(refused.error().help, Catch::Contains("application"));
    CHECK_THAT(refused.error().message + refused.error().help, !Catch::Contains("topsecret"));
}

TEST_CASE("a token that has ended when it comes is none", "[net][sign-in][managed-identity]") {
    std::chrono::system_clock::time_point end;
    Counter desk([&](const Request&, int) { return answer_that_ends_at(end, true); }, app_service());
    end = desk.clock.now() - 1s;
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("no token that can be used"));
}

TEST_CASE("the Azure Arc agent's challenge is answered with its key file", "[net][sign-in][managed-identity]") {
    const TemporaryDirectory keys;
    const auto key = keys.write("abc.key", "arc-topsecret");
    Counter desk(
        [&](const Request& request, int) {
            return find_header(request.headers, "Authorization")
                       ? fresh_token_answer()
                       : answer(401, "", {{"WWW-Authenticate", "Basic realm=" + key}});
        },
        arc(keys.path()));

    REQUIRE(desk.token());
    REQUIRE(desk.transport.count() == 2);
    CHECK(find_header(desk.transport.requests()[1].headers, "Authorization") == "Basic arc-topsecret");
}

TEST_CASE("a key elsewhere is not read, whoever names it", "[net][sign-in][managed-identity][secrets]") {
    const TemporaryDirectory keys, elsewhere;
    const std::vector<std::string> paths = {
        elsewhere.write("abc.key", "topsecret"),
        keys.path().string() + "/../" + elsewhere.path().filename().string() + "/abc.key",
        keys.write("abc.pem", "topsecret"), keys.write("large.key", std::string(5000, 'x'))};
    for (const auto& path : paths) {
        CAPTURE(path);
        Counter desk(
            [&](const Request&, int) {
                return answer(401, "", {{"WWW-Authenticate", "Basic realm=" + path}});
            },
            arc(keys.path()));
        const auto refused = desk.token();
        REQUIRE_FALSE(refused);
        CHECK_FALSE(refused.error().retryable);
        CHECK(desk.transport.count() == 1);
    }
}

TEST_CASE("a token of another tenant is an error, and nothing is read with it", "[net][sign-in][tenant]") {
    Counter desk(
        [](const Request&, int) {
            return fresh_token_answer(jwt_of({{"tid", "99999999-1111-1111-1111-111111111111"}}));
        },
        ManagedIdentity{});
    const auto refused = desk.token();
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message,
               Catch::Contains("99999999-1111-1111-1111-111111111111") && Catch::Contains(own_tenant));
    CHECK_FALSE(refused.error().retryable);
}

TEST_CASE("what the surroundings offer is found in the SDKs' order", "[net][sign-in][environment]") {
    const Variables file{{"AZURE_CLIENT_ID", "c"}, {"AZURE_FEDERATED_TOKEN_FILE", "/var/run/token"}};
    const Variables github{{"AZURE_CLIENT_ID", "c"},
                           {"ACTIONS_ID_TOKEN_REQUEST_URL", "https://actions.example/t"},
                           {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "topsecret"}};
    const auto with = [](Variables variables, const std::string& name, const std::string& value) {
        variables[name] = value;
        return variables;
    };
    CHECK(found_by(file) == "the federated token in /var/run/token");
    CHECK(found_by(github) == "the workflow's token of GitHub Actions");
    CHECK(found_by(with(file, "AZURE_CLIENT_SECRET", "s")) == "a client secret");
    CHECK(found_by({{"IDENTITY_ENDPOINT", "http://127.0.0.1:1/t"}, {"IDENTITY_HEADER", "h"}}) ==
          "the managed identity of App Service");
    CHECK(found_by({{"IDENTITY_ENDPOINT", "http://127.0.0.1:1/t"}, {"IMDS_ENDPOINT", "http://127.0.0.1:1"}}) ==
          "the managed identity of this Azure Arc machine");
    CHECK(found_by({{"IDENTITY_ENDPOINT", "https://10.0.0.4:2377/t"},
                    {"IDENTITY_HEADER", "h"},
                    {"IDENTITY_SERVER_THUMBPRINT", std::string(40, 'a')}}) ==
          "the managed identity of this Service Fabric application");
    CHECK(found_by({{"AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential"}}) ==
          "the managed identity of this virtual machine");
    CHECK(found_by({{"AZURE_TOKEN_CREDENTIALS", "prod"}, {"AZURE_CLIENT_ID", "c"}}) ==
          "a user-assigned managed identity of this virtual machine");
    CHECK(found_by(with(with(file, "AZURE_CLIENT_SECRET", "s"), "AZURE_TOKEN_CREDENTIALS",
                        "WorkloadIdentityCredential")) == "the federated token in /var/run/token");
    // Elsewhere than on Azure nobody answers at its address, so it is not tried unasked.
    CHECK_THAT(found_by({}), Catch::Contains("AZURE_CLIENT_ID is not set"));
    CHECK_THAT(found_by({{"AZURE_TOKEN_CREDENTIALS", "AzureCliCredential"}}), Catch::Contains("no credential"));
}

TEST_CASE("an address that the surroundings name is https or on this machine", "[net][sign-in][environment]") {
    CHECK_THAT(found_by({{"IDENTITY_ENDPOINT", "http://attacker.example/t"}, {"IDENTITY_HEADER", "h"}}),
               Catch::Contains("neither https nor on this machine"));
    CHECK_THAT(found_by({{"AZURE_CLIENT_ID", "c"},
                         {"ACTIONS_ID_TOKEN_REQUEST_URL", "http://attacker.example/t"},
                         {"ACTIONS_ID_TOKEN_REQUEST_TOKEN", "topsecret"}}),
               Catch::Contains("neither https nor on this machine") && !Catch::Contains("topsecret"));
    CHECK(found_by({{"AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential"},
                    {"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://169.254.169.254/"}}) ==
          "the managed identity of this virtual machine");
}

TEST_CASE("what Service Fabric says of itself has to fit together, and is not taken for App Service",
          "[net][sign-in][environment][secrets]") {
    const auto thumbprint = std::string(40, 'a');
    const auto said = [&](const std::string& endpoint, const std::string& header, const std::string& pin,
                          const std::string& client = {}) {
        return found_by({{"IDENTITY_ENDPOINT", endpoint},
                         {"IDENTITY_HEADER", header},
                         {"IDENTITY_SERVER_THUMBPRINT", pin},
                         {"AZURE_CLIENT_ID", client}});
    };
    CHECK_THAT(said("http://127.0.0.1:2377/t", "topsecret", thumbprint),
               Catch::Contains("IDENTITY_ENDPOINT is not https") && !Catch::Contains("topsecret"));
    CHECK_THAT(said("https://10.0.0.4:2377/t", "topsecret", "abc"),
               Catch::Contains("no SHA-1 thumbprint") && !Catch::Contains("topsecret"));
    CHECK_THAT(said("https://10.0.0.4:2377/t", "topsecret", std::string(40, 'g')), Catch::Contains("no SHA-1"));
    CHECK_THAT(said("https://10.0.0.4:2377/t", "", thumbprint), Catch::Contains("without IDENTITY_ENDPOINT"));
    CHECK_THAT(said("", "topsecret", thumbprint), Catch::Contains("without IDENTITY_ENDPOINT"));
    CHECK_THAT(said("https://10.0.0.4:2377/t", "topsecret", thumbprint, "c"), Catch::Contains("AZURE_CLIENT_ID"));

    const auto found = sign_in_from({{"IDENTITY_ENDPOINT", "https://10.0.0.4:2377/t"},
                                     {"IDENTITY_HEADER", "h"},
                                     {"IDENTITY_SERVER_THUMBPRINT", "ab:cd " + std::string(36, 'f')}});
    REQUIRE(found);
    CHECK(origin_of(found->credential) == "https://10.0.0.4:2377");
    CHECK(pinned_certificate_of(found->credential) == "ABCD" + std::string(36, 'F'));
}
