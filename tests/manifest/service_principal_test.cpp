#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::manifest;
using model::Value;
namespace path = regent::model::path;

namespace {

const model::DesiredAttribute* find(const model::Declaration& declaration, std::string_view path) {
    const auto it = declaration.attributes.find(path);
    return it == declaration.attributes.end() ? nullptr : &it->second;
}

model::List values(const model::Declaration& declaration, std::string_view path) {
    model::List all;
    const auto* attribute = find(declaration, path);
    REQUIRE(attribute != nullptr);
    for (const auto& element : attribute->elements) all.push_back(element.value);
    return all;
}

Loaded loaded_principal(const std::string& spec) {
    auto result = load_repository({application(spec), "", {}});
    INFO(result.text);
    REQUIRE(result.diagnostics.empty());
    return result;
}

}  // namespace

TEST_CASE("a property of the service principal that is left out is not managed; an empty one must be empty",
          "[manifest][service-principal]") {
    const auto repository = loaded_principal(
        "servicePrincipal:\n"
        "    accountEnabled: false\n"
        "    appRoleAssignmentRequired: true\n"
        "    notes: \"\"\n"
        "    loginUrl: https://contoso.example/login\n"
        "    preferredSingleSignOnMode: saml\n"
        "    samlSingleSignOnSettings: {relayState: start}\n"
        "    notificationEmailAddresses: []\n"
        "    tags: [HideApp]\n");
    const auto& declaration = repository["Application/portal"];
    CHECK(find(declaration, path::principal_account_enabled)->value == Value(false));
    CHECK(find(declaration, path::principal_assignment_required)->value == Value(true));
    CHECK(find(declaration, path::principal_notes)->value == Value(""));
    CHECK(find(declaration, path::principal_login_url)->value == Value("https://contoso.example/login"));
    CHECK(find(declaration, path::principal_sign_on_mode)->value == Value("saml"));
    CHECK(find(declaration, path::principal_relay_state)->value == Value("start"));
    CHECK(values(declaration, path::principal_notification_addresses).empty());
    CHECK(find(declaration, path::principal_notification_addresses)->exclusive);
    CHECK(values(declaration, path::principal_tags) == model::List{"HideApp"});
    for (const auto absent : {path::principal_description, path::principal_home_page_url,
                              path::principal_alternative_names, path::assigned_people})
        CHECK(find(declaration, absent) == nullptr);
}

TEST_CASE("consent is declared only where it is said, for scopes and roles apart, and never exactly",
          "[manifest][service-principal]") {
    const auto repository = loaded_principal(
        "permissions:\n"
        "    - api: microsoft-graph\n"
        "      delegated: [openid, User.Read]\n"
        "      application: [User.Read.All]\n"
        "      adminConsent: true\n"
        "    - api: azure-service-management\n"
        "      delegated: [user_impersonation]\n"
        "      adminConsent: false\n");
    const auto& declaration = repository["Application/portal"];
    CHECK(values(declaration, path::permissions).size() == 4);
    CHECK(values(declaration, path::consented_scopes).size() == 2);
    CHECK(values(declaration, path::consented_roles).size() == 1);
    CHECK_FALSE(find(declaration, path::consented_scopes)->exclusive);
    CHECK_FALSE(find(declaration, path::consented_roles)->exclusive);
    const auto without = loaded_principal("permissions:\n    - api: microsoft-graph\n      delegated: [openid]\n");
    CHECK(find(without["Application/portal"], path::consented_scopes) == nullptr);
}

TEST_CASE("an API may be asked for some permissions with consent and for others without",
          "[manifest][service-principal]") {
    const std::string both =
        "permissions:\n"
        "    - api: microsoft-graph\n"
        "      delegated: [User.ReadWrite]\n"
        "    - api: 00000003-0000-0000-c000-000000000000\n"
        "      application: [User.Read.All]\n"
        "      adminConsent: true\n";
    const auto repository = loaded_principal(both);
    const auto& declaration = repository["Application/portal"];
    CHECK(values(declaration, path::permissions).size() == 2);
    CHECK(find(declaration, path::consented_scopes) == nullptr);
    CHECK(values(declaration, path::consented_roles).size() == 1);

    const auto twice = load_repository({application(both + "      delegated: [User.ReadWrite]\n"), "", {}});
    CHECK(twice.text.find("RG0217") != std::string::npos);
    CHECK(twice.text.find("with consent and without") != std::string::npos);
    const auto third =
        load_repository({application(both + "    - api: microsoft-graph\n      delegated: [Mail.Read]\n"), "", {}});
    CHECK(third.text.find("put them into one entry") != std::string::npos);
}

TEST_CASE("users and groups are declared exactly, applications beside what others gave",
          "[manifest][service-principal]") {
    const auto repository = loaded_principal(
        "servicePrincipal:\n"
        "    assignments:\n"
        "      usersAndGroups:\n"
        "        - {role: Approver, group: 9C1F7E3A-0000-4444-8888-0123456789AB}\n"
        "        - {user: 6b2d4a1e-0000-4444-8888-0123456789ab}\n"
        "      applications:\n"
        "        - {role: Orders.Read, applicationRef: {name: portal}}\n");
    const auto& declaration = repository["Application/portal"];
    CHECK(find(declaration, path::assigned_people)->exclusive);
    CHECK_FALSE(find(declaration, path::assigned_applications)->exclusive);
    const auto people = values(declaration, path::assigned_people);
    REQUIRE(people.size() == 2);
    CHECK(*people[0].find("principal") == Value("9c1f7e3a-0000-4444-8888-0123456789ab"));
    CHECK(*people[1].find("role") == Value(""));
    const auto applications = values(declaration, path::assigned_applications);
    REQUIRE(applications.size() == 1);
    CHECK(applications[0].find("principal")->as_reference()->output == "servicePrincipal/id");
    REQUIRE(declaration.references.size() == 1);
    CHECK_FALSE(declaration.references[0].early);
}

TEST_CASE("an application without `servicePrincipal` gets one, and none with `create: false`",
          "[manifest][service-principal]") {
    CHECK(find(loaded_principal("notes: x\n")["Application/portal"], path::service_principal)->value == Value(true));
    CHECK(find(loaded_principal("servicePrincipal: {create: false}\n")["Application/portal"],
               path::service_principal) == nullptr);
}
