#include "simulator/graph_tenant.hpp"
#include "simulator/values.hpp"

#include <catch2/catch.hpp>

using namespace regent::simulator::test;
using nlohmann::json;

namespace {

constexpr const char* pem =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBeTCCAR+gAwIBAgIUYC7OXa7zsxYk0MmgiY8xqp7vVmkwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGcG9ydGFsMCAXDTI2MTEyNjA4MzQxM1oYDzIxMjYxMTAyMDgz\n"
    "NDEzWjARMQ8wDQYDVQQDDAZwb3J0YWwwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AAQW3EqGH9xUyNhfVMBDISkDZFjPJOe4Noo5eHJjh6UOCGXFDD03AUe2qh0H+lty\n"
    "5wn/OFWjs6z2+pCmoA777JVko1MwUTAdBgNVHQ4EFgQUtPLQ1lXv9EBOX+Q4iA7q\n"
    "+pvt3g8wHwYDVR0jBBgwFoAUtPLQ1lXv9EBOX+Q4iA7q+pvt3g8wDwYDVR0TAQH/\n"
    "BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBqobGUvFAS1nva1mpSSFcuB+PF9aCf\n"
    "7jEf0CfHWFp8YgIhAPxoc2SPvPcrfk80zOdL7ikQQvp3XPFrFFeTE7JCeXes\n"
    "-----END CERTIFICATE-----\n";

json application_with(const std::string& key) {
    return {{"displayName", "demo"},
            {"keyCredentials", {{{"type", "AsymmetricX509Cert"}, {"usage", "Verify"}, {"key", key}}}}};
}

json key_of(const json& application) {
    return application.at("keyCredentials")[0];
}

}  // namespace

TEST_CASE("a certificate can be written in its PEM form, and is the same certificate", "[simulator][graph]") {
    GraphTenant tenant;
    std::string der;
    std::string lines(pem);
    for (std::size_t at = lines.find('\n') + 1; lines.compare(at, 5, "-----") != 0;) {
        const auto end = lines.find('\n', at);
        der += lines.substr(at, end - at);
        at = end + 1;
    }
    const auto plain = tenant.created(application_with(der));
    const auto as_pem = tenant.created(application_with(regent::simulator::base64(pem)));
    CHECK(key_of(plain).at("displayName") == "CN=portal");
    for (const auto* member : {"displayName", "customKeyIdentifier", "startDateTime", "endDateTime"})
        CHECK(key_of(plain).at(member) == key_of(as_pem).at(member));
    const auto bytes = tenant.get(GraphTenant::at(as_pem, "?$select=id,keyCredentials")).json;
    CHECK(key_of(bytes).at("key") == der);
}

TEST_CASE("what is neither form of a certificate is refused", "[simulator][graph]") {
    GraphTenant tenant;
    const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const auto& key : {std::string("AAAA"), regent::simulator::base64(broken)})
        CHECK(tenant.post("/applications", application_with(key)).status == 400);
}

TEST_CASE("a service principal's keys go by the same rules as an application's", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "demo"}});
    const auto principal = tenant.post("/servicePrincipals", {{"appId", application.at("appId")}}).json;
    const auto path = "/servicePrincipals/" + principal.at("id").get<std::string>();
    const std::string id = "A0000000-0000-4000-8000-000000000001";
    const json key{{"type", "AsymmetricX509Cert"}, {"usage", "Encrypt"}, {"key", regent::simulator::base64(pem)}};
    auto with_id = key;
    with_id["keyId"] = id;
    // What is no key of its own cannot be chosen, and may have to be there before.
    CHECK(tenant.patch(path, {{"tokenEncryptionKeyId", id}}).status == 400);
    CHECK(tenant.patch(path, {{"keyCredentials", {with_id}}, {"tokenEncryptionKeyId", id}}).status == 400);
    REQUIRE(tenant.patch(path, {{"keyCredentials", {with_id}}}).status == 204);
    REQUIRE(tenant.patch(path, {{"tokenEncryptionKeyId", id}}).status == 204);
    CHECK(tenant.patch(path, {{"keyCredentials", json::array()}}).status == 400);
    CHECK(tenant.patch(path, {{"keyCredentials", {{{"type", "AsymmetricX509Cert"}, {"usage", "Verify"}}}}}).status ==
          400);
    // Bytes are shown where they are selected of one, and kept where they are sent back without.
    const auto shown = tenant.get(path).json;
    CHECK(key_of(shown).at("key").is_null());
    CHECK(key_of(shown).at("displayName") == "CN=portal");
    CHECK(shown.at("tokenEncryptionKeyId") == key_of(shown).at("keyId"));
    CHECK(key_of(tenant
                     .get("/servicePrincipals?$select=id,appId,keyCredentials&$filter=appId%20eq%20'" +
                          application.at("appId").get<std::string>() + "'")
                     .json.at("value")[0])
              .at("key")
              .is_null());
    REQUIRE(tenant.patch(path, {{"keyCredentials", {key_of(shown)}}}).status == 204);
    CHECK(key_of(tenant.get(path + "?$select=id,keyCredentials").json).at("key").is_string());
    CHECK(tenant.get("/applications/" + application.at("id").get<std::string>()).json.at("keyCredentials").empty());
}

TEST_CASE("a service principal's signing key is one that it has, unless any will do", "[simulator][graph]") {
    GraphTenant tenant;
    const auto application = tenant.created({{"displayName", "demo"}});
    const auto principal = tenant.post("/servicePrincipals", {{"appId", application.at("appId")}}).json;
    const auto path = "/servicePrincipals/" + principal.at("id").get<std::string>();
    const json choice{{"preferredTokenSigningKeyThumbprint", "71D1315EBC2877D800CE24C2460C2B6774B0315C"}};
    const json verify{{"type", "AsymmetricX509Cert"}, {"usage", "Verify"}, {"key", regent::simulator::base64(pem)}};
    auto sign = verify;
    sign["usage"] = "Sign";
    REQUIRE(tenant.patch(path, {{"keyCredentials", {verify}}}).status == 204);
    CHECK(tenant.patch(path, choice).status == 400);
    REQUIRE(tenant.patch(path, {{"keyCredentials", {sign}}}).status == 204);
    json own{{"preferredTokenSigningKeyThumbprint", key_of(tenant.get(path).json).at("customKeyIdentifier")}};
    CHECK(tenant.patch(path, own).status == 204);
    tenant.switches({{"signingKeyMustBeThere", false}});
    CHECK(tenant.patch(path, choice).status == 204);
    CHECK(tenant.patch(path, {{"preferredTokenSigningKeyThumbprint", nullptr}}).status == 204);
}
