#include "fields/field_stage.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace regent;
using namespace regent::fields::testing;
using nlohmann::json;

namespace {

const std::string thumbprint = "71D1315EBC2877D800CE24C2460C2B6774B0315C";

/// What stands between the lines that begin with dashes: base64 of the DER.
std::string bytes_of(const std::string& name) {
    auto text = file_text(name);
    text = text.substr(text.find('\n') + 1);
    text = text.substr(0, text.find("-----"));
    std::erase(text, '\n');
    return text;
}

struct PrincipalStage : FieldStage {
    PrincipalStage() {
        for (const auto* name : {"portal.pem", "portal-next.pem", "saml.pem", "saml-next.pem"})
            file(name, file_text(name));
    }
    void declare_of_principal(const std::string& members) { declare("servicePrincipal: {" + members + "}"); }
    std::vector<std::string> names() {
        std::vector<std::string> names;
        const auto there = principal();
        for (const auto& key : there.at("keyCredentials")) names.push_back(key.at("displayName"));
        std::sort(names.begin(), names.end());
        return names;
    }
    json key(const std::string& name, const std::string& usage) {
        const auto there = principal();
        for (const auto& key : there.at("keyCredentials"))
            if (key.at("displayName") == name && key.at("usage") == usage) return key;
        return nullptr;
    }
    /// As Entra makes it when somebody sets up SAML in the portal.
    void make_signing_certificate() {
        auto keys = principal().at("keyCredentials");
        for (const auto& [usage, type, id] :
             {std::tuple{"Sign", "X509CertAndPassword", "d1"}, std::tuple{"Verify", "AsymmetricX509Cert", "d2"}}) {
            keys.push_back({{"keyId", std::string("2f1b7c3e-0000-4444-8888-0123456789") + id},
                            {"type", type},
                            {"usage", usage},
                            {"displayName", "CN=Federated"},
                            {"key", usage == std::string("Verify") ? json(bytes_of("portal.pem")) : json()},
                            {"customKeyIdentifier", thumbprint},
                            {"startDateTime", "2026-11-26T12:00:00Z"},
                            {"endDateTime", "2029-01-01T00:00:00Z"}});
        }
        damage_principal({{"keyCredentials", keys}});
    }
    std::size_t patches() {
        const auto all = tenant().requests();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [](const auto& request) { return request.method == "PATCH"; }));
    }
};

std::string tokens(const std::string& file) {
    return "certificates: [{name: tokens, path: " + file + ", usage: Encrypt}], tokenEncryptionKey: tokens";
}

bool says(const std::vector<std::string>& texts, const std::string& wanted) {
    return std::any_of(texts.begin(), texts.end(),
                       [&](const auto& text) { return text.find(wanted) != std::string::npos; });
}

}  // namespace

TEST_CASE("certificates of a service principal are kept, repaired, exchanged, and taken away when the list is empty") {
    PrincipalStage stage;
    stage.declare_of_principal("certificates: [{name: portal, path: portal.pem}]");
    stage.apply();
    CHECK(stage.names() == std::vector<std::string>{"portal"});
    CHECK(stage.there()["keyCredentials"].empty());
    CHECK(stage.plan().steps.empty());

    stage.damage_principal({{"keyCredentials", json::array()}});
    const auto repair = stage.plan();
    CHECK(changed_paths(repair) == std::set<std::string>{"servicePrincipal.certificates"});
    CHECK(repair.resources.front().reason == plan::Reason::drifted);
    CHECK(repair.resources.front().risk == model::Risk::medium);
    CHECK(words_of(repair).find("MII") == std::string::npos);
    stage.apply();
    const auto old = stage.key("portal", "Verify");
    CHECK(old["key"].is_string());

    stage.file("portal.pem", file_text("portal-next.pem"));
    CHECK(changed_paths(stage.plan()) == std::set<std::string>{"servicePrincipal.certificates"});
    stage.apply();
    CHECK(stage.names() == std::vector<std::string>{"portal"});
    CHECK(stage.key("portal", "Verify")["keyId"] != old["keyId"]);
    CHECK(stage.plan().steps.empty());

    stage.declare("");
    CHECK(stage.plan().steps.empty());
    CHECK(says(stage.plan().resources.front().undeclared, "servicePrincipal.certificates: \"portal\", ends 2126-"));
    stage.declare_of_principal("certificates: []");
    stage.apply();
    CHECK(stage.names().empty());
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("the same certificate of an application and of its service principal are two keys") {
    PrincipalStage stage;
    stage.declare(
        "certificates: [{name: portal, path: portal.pem}]\n"
        "servicePrincipal: {certificates: [{name: portal, path: portal.pem}]}");
    stage.apply();
    CHECK(stage.there()["keyCredentials"].size() == 1);
    CHECK(stage.key("portal", "Verify")["keyId"] != stage.there()["keyCredentials"][0]["keyId"]);
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("what signs SAML tokens stays with a declared list, whole and unchanged, and is told as what it is") {
    PrincipalStage stage;
    stage.declare("");
    stage.apply();
    stage.make_signing_certificate();
    const auto private_key = stage.key("CN=Federated", "Sign"), public_key = stage.key("CN=Federated", "Verify");
    REQUIRE(private_key.is_object());
    // One certificate, though the directory lists two keys.
    const auto undeclared = stage.plan().resources.front().undeclared;
    REQUIRE(undeclared.size() == 1);
    CHECK(undeclared.front() ==
          "servicePrincipal.certificates: \"CN=Federated\", ends 2029-01-01 (no manifest can declare it; it is kept)");

    stage.declare_of_principal("certificates: [{name: portal, path: portal-next.pem}]");
    CHECK(stage.plan().resources.front().undeclared == undeclared);
    stage.apply();
    CHECK(stage.key("CN=Federated", "Sign") == private_key);
    CHECK(stage.key("CN=Federated", "Verify") == public_key);
    CHECK(stage.key("portal", "Verify").is_object());
    CHECK(stage.plan().steps.empty());
    stage.declare_of_principal("certificates: []");
    stage.apply();
    CHECK(stage.names() == std::vector<std::string>{"CN=Federated", "CN=Federated"});
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("a certificate that is called like the one that signs is another one, and stays so") {
    PrincipalStage stage;
    stage.declare("");
    stage.apply();
    stage.make_signing_certificate();
    stage.declare_of_principal("certificates: [{name: CN=Federated, path: saml.pem}]");
    stage.apply();
    CHECK(stage.names().size() == 3);
    CHECK(stage.plan().steps.empty());
    // Its public key, from a file: nothing is added, and nothing goes.
    stage.declare_of_principal("certificates: [{name: signs, path: portal.pem}]");
    stage.apply();
    CHECK(stage.names() == std::vector<std::string>{"CN=Federated", "signs"});
    CHECK(stage.key("CN=Federated", "Sign").is_object());
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("a service principal that comes back from the recycle bin keeps what signs, and gets what is declared") {
    PrincipalStage stage;
    stage.declare_of_principal("certificates: [{name: portal, path: portal-next.pem}]");
    stage.apply();
    stage.make_signing_certificate();
    const auto key_id = stage.key("portal", "Verify")["keyId"];
    // As in the portal: the application goes to the bin, and its service principal with it.
    stage.tenant().change("/v1.0/applications/" + stage.there().at("id").get<std::string>(), {{"delete", true}});
    stage.apply();
    CHECK(stage.key("portal", "Verify")["keyId"] == key_id);
    CHECK(stage.key("CN=Federated", "Sign").is_object());
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("the key that a service principal's tokens are encrypted for is there before, and goes after, it is chosen") {
    for (const bool strict : {true, false}) {
        PrincipalStage stage;
        stage.tenant().switches({{"encryptionKeyMustBeThere", strict}});
        stage.declare_of_principal(tokens("saml.pem"));
        stage.apply();
        const auto old_id = stage.principal()["tokenEncryptionKeyId"];
        CHECK(old_id == stage.key("tokens", "Encrypt")["keyId"]);
        CHECK(stage.there()["tokenEncryptionKeyId"].is_null());
        CHECK(stage.plan().steps.empty());

        stage.damage_principal({{"tokenEncryptionKeyId", nullptr}});
        CHECK(changed_paths(stage.plan()) == std::set<std::string>{"servicePrincipal.tokenEncryptionKey"});
        stage.apply();
        CHECK(stage.principal()["tokenEncryptionKeyId"] == old_id);

        stage.declare_of_principal(tokens("saml-next.pem"));
        stage.tenant().forget_requests();
        stage.apply();
        CHECK(stage.patches() == 3);
        CHECK(stage.principal()["tokenEncryptionKeyId"] == stage.key("tokens", "Encrypt")["keyId"]);
        CHECK(stage.principal()["tokenEncryptionKeyId"] != old_id);
        CHECK(stage.names() == std::vector<std::string>{"tokens"});
        CHECK(stage.plan().steps.empty());

        stage.declare_of_principal("certificates: [], tokenEncryptionKey: \"\"");
        stage.apply();
        CHECK(stage.principal()["tokenEncryptionKeyId"].is_null());
        CHECK(stage.names().empty());
        CHECK(stage.plan().steps.empty());
    }
}

TEST_CASE("every certificate that is there stands among the credentials with its end, and is warned of in time") {
    PrincipalStage stage;
    stage.declare("certificates: [{name: portal, path: portal.pem}]\nservicePrincipal: {" + tokens("saml.pem") + "}");
    stage.apply();
    stage.make_signing_certificate();
    const auto plan = stage.plan();
    std::vector<std::string> facts;
    for (const auto& fact : plan.resources.front().credentials)
        facts.push_back(std::string(words_of(fact.type)) + " " + fact.name + (fact.declared ? " declared" : ""));
    std::sort(facts.begin(), facts.end());
    CHECK(facts == std::vector<std::string>{"certificate portal declared",
                                            "service principal's certificate CN=Federated",
                                            "service principal's certificate tokens declared"});
    CHECK(plan.resources.front().warnings.empty());
    CHECK(stage.plan(std::chrono::sys_days{std::chrono::year{2028} / 12 / 20}).resources.front().warnings ==
          std::vector<std::string>{"the certificate \"CN=Federated\" of the service principal expires on 2029-01-01"});
    CHECK(says(stage.plan(std::chrono::sys_days{std::chrono::year{2126} / 11 / 5}).resources.front().warnings,
               "the certificate \"tokens\" of the service principal expired on 2126-11-02"));
}

TEST_CASE("a secret of the service principal is told with its end, and the password of a signing certificate is none") {
    PrincipalStage stage;
    stage.declare("");
    stage.apply();
    stage.make_signing_certificate();
    const auto signing = stage.principal().at("keyCredentials").at(0).at("keyId");
    const auto secret = [](const json& key_id, const char* name, const char* ends) {
        return json{
            {"keyId", key_id}, {"displayName", name}, {"startDateTime", "2026-01-01T00:00:00Z"}, {"endDateTime", ends}};
    };
    REQUIRE(stage.principal().at("keyCredentials").at(0).at("usage") == "Sign");
    stage.damage_principal({{"passwordCredentials",
                             {secret(signing, "saml", "2029-01-01T00:00:00Z"),
                              secret("7e7e7e7e-7777-4444-8888-abcdefabcdef", "by hand", "2029-01-02T00:00:00Z")}}});
    const auto plan = stage.plan();
    const auto& resource = plan.resources.front();
    std::vector<std::string> facts;
    for (const auto& fact : resource.credentials) {
        CHECK_FALSE(fact.declared);
        facts.push_back(fact.name);
    }
    CHECK(facts == std::vector<std::string>{"CN=Federated", "by hand (of the service principal)"});
    CHECK(says(resource.undeclared,
               "servicePrincipal.clientSecrets: \"by hand\" (7e7e7e7e-7777-4444-8888-abcdefabcdef), ends 2029-01-02"));
    CHECK(says(stage.plan(std::chrono::sys_days{std::chrono::year{2028} / 12 / 20}).resources.front().warnings,
               "the secret \"by hand\" (7e7e7e7e-7777-4444-8888-abcdefabcdef) of the service principal ends on "
               "2029-01-02, and nothing renews it"));
    CHECK(plan.steps.empty());
}

TEST_CASE("which certificate signs is chosen by thumbprint, in capitals or not, put back, and given up when empty") {
    PrincipalStage stage;
    stage.declare("");
    stage.apply();
    stage.make_signing_certificate();
    auto small = thumbprint;
    std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto chosen = [&](const std::string& text) { return "preferredTokenSigningKeyThumbprint: \"" + text + "\""; };
    stage.declare_of_principal(chosen(small));
    stage.apply();
    CHECK(stage.principal()["preferredTokenSigningKeyThumbprint"] == thumbprint);
    CHECK(stage.plan().steps.empty());
    CHECK(stage.plan().resources.front().warnings.empty());
    stage.declare_of_principal(chosen(thumbprint));
    CHECK(stage.plan().steps.empty());
    stage.damage_principal({{"preferredTokenSigningKeyThumbprint", small}});
    CHECK(stage.plan().steps.empty());

    stage.damage_principal({{"preferredTokenSigningKeyThumbprint", nullptr}});
    CHECK(changed_paths(stage.plan()) == std::set<std::string>{"servicePrincipal.preferredTokenSigningKeyThumbprint"});
    stage.apply();
    stage.declare("");
    CHECK(stage.plan().steps.empty());
    stage.declare_of_principal(chosen(""));
    stage.apply();
    CHECK(stage.principal()["preferredTokenSigningKeyThumbprint"].is_null());
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("a signing key that nobody sees is warned of before, and a refusal of it says who makes one") {
    PrincipalStage stage;
    stage.declare_of_principal("preferredTokenSigningKeyThumbprint: " + thumbprint);
    const auto warnings = stage.plan().resources.front().warnings;
    CHECK(says(warnings, "regent makes none"));
    const auto result = stage.try_to_apply();
    REQUIRE_FALSE(result.complete());
    const auto refused = std::find_if(result.outcomes.begin(), result.outcomes.end(),
                                      [](const auto& outcome) { return !outcome.error.help.empty(); });
    REQUIRE(refused != result.outcomes.end());
    INFO(refused->error.help);
    CHECK(refused->error.help.find("addTokenSigningCertificate") != std::string::npos);
    // Where Graph takes any thumbprint, it stands; the warning stays.
    stage.tenant().switches({{"signingKeyMustBeThere", false}});
    stage.apply();
    CHECK(stage.principal()["preferredTokenSigningKeyThumbprint"] == thumbprint);
    CHECK(says(stage.plan().resources.front().warnings, "regent makes none"));
    CHECK(stage.plan().steps.empty());
}

TEST_CASE("what cannot be of a service principal's keys is told before anything is sent") {
    PrincipalStage stage;
    const auto said = [&](const std::string& members) {
        return stage.complaints("servicePrincipal: {" + members + "}");
    };
    const auto has = [](const std::string& text, const std::string& wanted) {
        INFO(text);
        CHECK(text.find(wanted) != std::string::npos);
    };
    has(said("certificates: [{name: saml, path: missing.pem}]"), "RG0481");
    has(said("tokenEncryptionKey: saml"), "RG0484");
    has(said("tokenEncryptionKey: saml, certificates: [{name: samm, path: saml.pem, usage: Encrypt}]"),
        "`spec.servicePrincipal.certificates`");
    has(said("tokenEncryptionKey: saml, certificates: [{name: saml, path: saml.pem}]"), "usage: Encrypt");
    // The application's own is no certificate of the service principal.
    has(stage.complaints("certificates: [{name: saml, path: saml.pem, usage: Encrypt}]\n"
                         "servicePrincipal: {tokenEncryptionKey: saml}"),
        "RG0484");
    for (const auto* wrong : {"71D1", "71:D1:31:5E", "71D1315EBC2877D800CE24C2460C2B6774B0315G"})
        has(said(std::string("preferredTokenSigningKeyThumbprint: \"") + wrong + "\""), "RG0488");
    for (const auto* field :
         {"certificates: []", "tokenEncryptionKey: \"\"", "preferredTokenSigningKeyThumbprint: \"\""})
        has(said(std::string("create: false, ") + field), "RG0487");
    has(said("keyCredentials: []"), "certificates");
    has(said("tokenEncryptionKeyId: x"), "tokenEncryptionKey");
    has(said("clientSecrets: []"), "RG0210");
    has(said("tokenSigningCertificate: {}"), "preferredTokenSigningKeyThumbprint");
}
