#include "fields/field_stage.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

namespace {

struct Stage : FieldStage {
    Stage() {
        for (const auto* name : {"portal.pem", "portal-next.pem", "saml.pem", "saml-next.pem"})
            file(name, file_text(name));
    }
    std::vector<std::string> names() {
        std::vector<std::string> names;
        const auto application = there();
        for (const auto& key : application.at("keyCredentials")) names.push_back(key.at("displayName"));
        std::sort(names.begin(), names.end());
        return names;
    }
    json key(const std::string& name) {
        const auto application = there();
        for (const auto& key : application.at("keyCredentials"))
            if (key.at("displayName") == name) return key;
        return nullptr;
    }
    std::vector<std::string> patches() {
        std::vector<std::string> bodies;
        for (const auto& request : tenant().requests())
            if (request.method == "PATCH") bodies.push_back(request.target);
        return bodies;
    }
};

}  // namespace

TEST_CASE("a certificate comes from a file and is told apart by its thumbprint") {
    Stage stage;
    stage.declare("certificates: [{name: portal, path: portal.pem}]");
    stage.apply();
    const auto before = stage.key("portal");
    CHECK(before["customKeyIdentifier"].get<std::string>().size() == 40);
    CHECK(stage.plan().steps.empty());
    // Another file of the same name on disk, the same certificate: nothing to do.
    stage.file("portal.pem", "a comment\n" + file_text("portal.pem"));
    CHECK(stage.plan().steps.empty());
    stage.file("portal.pem", file_text("portal-next.pem"));
    const auto plan = stage.plan();
    CHECK(changed_paths(plan) == std::set<std::string>{"certificates"});
    CHECK(words_of(plan).find("thumbprint") != std::string::npos);
    stage.apply();
    CHECK(stage.key("portal")["customKeyIdentifier"] != before["customKeyIdentifier"]);
    CHECK(stage.names() == std::vector<std::string>{"portal"});
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("a certificate that is there already is kept with its key id, also under a new name") {
    Stage stage;
    stage.declare("certificates: [{name: portal, path: portal.pem}]");
    stage.apply();
    const auto id = stage.key("portal")["keyId"];
    stage.declare("certificates:\n  - {name: portal 2026, path: portal.pem}\n  - {name: next, path: portal-next.pem}");
    stage.apply();
    CHECK(stage.names() == std::vector<std::string>{"next", "portal 2026"});
    CHECK(stage.key("portal 2026")["keyId"] == id);
    CHECK(stage.key("portal 2026")["key"].is_string());
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("what a plan shows of a certificate is its thumbprint, its use and its last day, not its bytes") {
    Stage stage;
    stage.declare("certificates: [{name: portal, path: portal.pem}]");
    const auto plan = stage.plan();
    const auto words = words_of(plan);
    INFO(words);
    CHECK(words.find("ends") != std::string::npos);
    CHECK(words.find("MII") == std::string::npos);
}

TEST_CASE("certificates that no manifest declares are listed and left alone, and go where the list is declared") {
    Stage stage;
    stage.declare("");
    stage.apply();
    stage.declare("certificates: [{name: portal, path: portal.pem}]");
    stage.apply();
    stage.declare("");
    const auto plan = stage.plan();
    CHECK(plan.steps.empty());
    REQUIRE(plan.resources.front().undeclared.size() == 1);
    CHECK(plan.resources.front().undeclared.front().find("certificates: \"portal\", ends ") == 0);
    stage.declare("certificates: []");
    stage.apply();
    CHECK(stage.names().empty());
}

TEST_CASE("the key that tokens are encrypted for is there before it is chosen, and goes after another one is") {
    Stage stage;
    const auto saml = [](const std::string& file) {
        return "certificates: [{name: saml, path: " + file + ", usage: Encrypt}]\ntokenEncryptionKey: saml";
    };
    stage.declare(saml("saml.pem"));
    stage.apply();
    const auto old_id = stage.there()["tokenEncryptionKeyId"];
    CHECK(old_id == stage.key("saml")["keyId"]);
    CHECK(stage.plan().steps.empty());
    // A renewed certificate under the same name.
    stage.declare(saml("saml-next.pem"));
    stage.tenant().forget_requests();
    stage.apply();
    CHECK(stage.patches().size() == 3);
    CHECK(stage.there()["tokenEncryptionKeyId"] == stage.key("saml")["keyId"]);
    CHECK(stage.there()["tokenEncryptionKeyId"] != old_id);
    CHECK(stage.names() == std::vector<std::string>{"saml"});
    CHECK(stage.plan().steps.empty());
    stage.declare("certificates: []\ntokenEncryptionKey: \"\"");
    stage.apply();
    CHECK(stage.there()["tokenEncryptionKeyId"].is_null());
    CHECK(stage.names().empty());
}

TEST_CASE("an expired certificate, or one that soon will be, is told in every plan") {
    Stage stage;
    stage.declare("certificates: [{name: portal, path: portal.pem}]");
    stage.apply();
    CHECK(stage.plan().resources.front().warnings.empty());
    // The file's certificate ends on 2 November 2126.
    const auto late_october = std::chrono::sys_days{std::chrono::year{2126} / 10 / 20};
    const auto warnings = stage.plan(late_october).resources.front().warnings;
    CHECK(warnings == std::vector<std::string>{"the certificate \"portal\" expires on 2126-11-02"});
    CHECK(stage.plan(std::chrono::sys_days{std::chrono::year{2126} / 11 / 3}).resources.front().warnings ==
          std::vector<std::string>{"the certificate \"portal\" expired on 2126-11-02"});
    stage.declare("");
    CHECK(stage.plan(late_october).resources.front().warnings == warnings);
}

TEST_CASE("a private key in the repository is refused loudly, and nothing of it is repeated") {
    Stage stage;
    // No real key: what counts is how it begins.
    const std::string key =
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgc2VjcmV0\n-----END PRIVATE "
        "KEY-----\n";
    for (const auto& text : {key, file_text("portal.pem") + key, key + file_text("portal.pem")}) {
        stage.file("portal.pem", text);
        const auto said = stage.complaints("certificates: [{name: portal, path: portal.pem}]");
        INFO(said);
        CHECK(said.find("RG0483") != std::string::npos);
        CHECK(said.find("MIGH") == std::string::npos);
    }
}

TEST_CASE("what is no certificate, or no file, is told under the path") {
    Stage stage;
    stage.file("empty.pem", "");
    stage.file("two.pem", file_text("portal.pem") + file_text("saml.pem"));
    stage.file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    stage.file("der.cer", std::string("\x30\x82\x01\x00", 4));
    for (const auto* name : {"missing.pem", "empty.pem", "two.pem", "broken.pem", "der.cer"}) {
        const auto said = stage.complaints(std::string("certificates: [{name: portal, path: ") + name + "}]");
        INFO(said);
        CHECK(said.find("RG0481") != std::string::npos);
    }
    CHECK(stage.complaints("certificates: [{name: \"\", path: portal.pem}]").find("RG0482") != std::string::npos);
    CHECK(stage.complaints("tokenEncryptionKey: saml").find("RG0484") != std::string::npos);
    CHECK(stage.complaints("certificates: [{name: saml, path: saml.pem}]\ntokenEncryptionKey: saml")
              .find("usage: Encrypt") != std::string::npos);
    // One mistake, told once.
    const auto said =
        stage.complaints("certificates: [{name: saml, path: no.pem, usage: Encrypt}]\ntokenEncryptionKey: saml");
    CHECK(said.find("RG0484") == std::string::npos);
}
