#include "net/certificates.hpp"
#include "net/credentials.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>

using namespace regent::net;
using namespace regent::net::test;

namespace {

using Variables = std::map<std::string, std::string>;

tl::expected<SignIn, TokenError> from(const Variables& variables) {
    return credential_from_environment([&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

std::string why(const tl::expected<SignIn, TokenError>& result) {
    return result ? "accepted" : result.error().message;
}

const Identity& identity() {
    static const auto made = self_signed({});
    return made;
}

}  // namespace

TEST_CASE("the Azure SDKs' variables sign in", "[net][sign-in][environment]") {
    const TemporaryDirectory directory;
    const auto file = directory.write("both.pem", identity().certificate_pem + identity().key_pem);
    const auto locked =
        directory.write("locked.pem", identity().certificate_pem + encrypted_key_pem(identity(), "open"));

    const auto secret = from({{"AZURE_TENANT_ID", "t"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s"}});
    REQUIRE(secret);
    CHECK(secret->tenant_id == "t");
    CHECK(secret->client_id == "c");
    CHECK(std::get<Secret>(secret->credential).reveal() == "s");

    const auto certificate = from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_CERTIFICATE_PATH", file}});
    REQUIRE(certificate);
    CHECK(certificate->tenant_id.empty());
    CHECK(certificate->warnings.empty());
    CHECK(std::holds_alternative<ClientCertificate>(certificate->credential));

    CHECK(from({{"AZURE_CLIENT_ID", "c"},
                {"AZURE_CLIENT_CERTIFICATE_PATH", locked},
                {"AZURE_CLIENT_CERTIFICATE_PASSWORD", "open"}}));

    const auto both =
        from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s"}, {"AZURE_CLIENT_CERTIFICATE_PATH", file}});
    CHECK(std::holds_alternative<Secret>(both->credential));
}

TEST_CASE("missing variables are named", "[net][sign-in][environment]") {
    CHECK_THAT(why(from({})), Catch::Contains("AZURE_CLIENT_ID") && Catch::Contains("AZURE_CLIENT_SECRET"));
    CHECK(why(from({{"AZURE_CLIENT_SECRET", "topsecret"}})) == "AZURE_CLIENT_ID is not set");
    CHECK(why(from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", ""}})) ==
          "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set");
    CHECK_THAT(why(from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_CERTIFICATE_PATH", "/nowhere/x.pem"}})),
               Catch::Contains("there is no file /nowhere/x.pem"));
    CHECK_THAT(why(from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_CERTIFICATE_PATH", "/"}})),
               Catch::Contains("not a regular file"));
}

TEST_CASE("a blank or line break around an id or secret is told, and the value is not", "[net][sign-in][environment]") {
    CHECK(why(from({{"AZURE_CLIENT_ID", " c"}, {"AZURE_CLIENT_SECRET", "s"}})) ==
          "AZURE_CLIENT_ID begins with a blank");
    const auto secret = from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "hidden\n"}});
    CHECK(why(secret) == "AZURE_CLIENT_SECRET ends with a line break");
    CHECK(secret.error().help.find("hidden") == std::string::npos);
    CHECK_FALSE(secret.error().retryable);
    CHECK(from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "blank inside"}}));
}

TEST_CASE("a certificate file that cannot be used is named; one that everybody can read is warned of",
          "[net][sign-in][environment]") {
    const TemporaryDirectory directory;
    const auto lonely = directory.write("lonely.pem", identity().certificate_pem);
    CHECK_THAT(why(from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_CERTIFICATE_PATH", lonely}})),
               Catch::StartsWith(lonely + ": ") && Catch::Contains("no private key"));

    const auto open = directory.write("open.pem", identity().certificate_pem + identity().key_pem, 0644);
    const auto result = from({{"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_CERTIFICATE_PATH", open}});
    REQUIRE(result);
    REQUIRE(result->warnings.size() == 1);
    CHECK_THAT(result->warnings.front(), Catch::Contains(open));
}

TEST_CASE("a credentials directory signs in", "[net][sign-in][directory]") {
    const TemporaryDirectory directory;
    directory.write("client-id", "c\n", 0400);
    SECTION("by secret, without the line end that echo left") {
        directory.write("tenant-id", "t\r\n", 0440);
        directory.write("client-secret", " s s \n");
        const auto result = credential_from_directory(directory.path());
        REQUIRE(result);
        CHECK(result->tenant_id == "t");
        CHECK(result->client_id == "c");
        CHECK(std::get<Secret>(result->credential).reveal() == " s s ");
    }
    SECTION("by certificate") {
        directory.write("client-certificate", identity().certificate_pem + encrypted_key_pem(identity(), "open"));
        directory.write("client-certificate-password", "open\n");
        const auto result = credential_from_directory(directory.path());
        CHECK(why(result) == "accepted");
        CHECK(result->tenant_id.empty());
    }
}

TEST_CASE("a credentials directory that cannot be used says which file, and never what is in it",
          "[net][sign-in][directory]") {
    const TemporaryDirectory directory;
    const auto refused = [&] {
        const auto message = why(credential_from_directory(directory.path()));
        CHECK_THAT(message, !Catch::Contains("topsecret"));
        return message;
    };

    CHECK_THAT(refused(), Catch::Contains("no file client-id"));
    directory.write("client-id", "c");
    CHECK_THAT(refused(), Catch::Contains("neither client-secret nor client-certificate"));
    directory.write("client-secret", "");
    CHECK_THAT(refused(), Catch::Contains("client-secret is empty"));
    for (const unsigned mode : {0604U, 0602U, 0620U, 0644U}) {
        directory.write("client-secret", "topsecret", mode);
        CHECK_THAT(refused(), Catch::Contains("read or changed by others"));
    }
    directory.write("client-secret", "topsecret", 0600);
    directory.write("client-certificate", "topsecret");
    CHECK_THAT(refused(), Catch::Contains("both client-secret and client-certificate"));
    ::unlink((directory.path() / "client-secret").c_str());
    CHECK_THAT(refused(), Catch::Contains("neither PEM"));
    directory.write("client-certificate", std::string(300 * 1024, 'x'));
    CHECK_THAT(refused(), Catch::Contains("too large"));
    ::unlink((directory.path() / "client-certificate").c_str());
    ::mkfifo((directory.path() / "client-secret").c_str(), 0600);
    CHECK_THAT(refused(), Catch::Contains("not a regular file"));
    CHECK_THAT(why(credential_from_directory("/nowhere")), Catch::Contains("/nowhere"));
}
