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
