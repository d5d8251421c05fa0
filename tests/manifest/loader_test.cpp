#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

using namespace regent;
using namespace regent::manifest;

namespace {

/// The elements of a set as text, in the order written.
std::vector<std::string> members(const model::Declaration& declaration, std::string_view path) {
    std::vector<std::string> texts;
    const auto it = declaration.attributes.find(path);
    if (it == declaration.attributes.end()) return texts;
    for (const auto& element_of : it->second.elements)
        texts.push_back(element_of.name.empty() ? model::to_text(element_of.value) : element_of.name);
    return texts;
}

std::string scalar(const model::Declaration& declaration, std::string_view path) {
    const auto it = declaration.attributes.find(path);
    return it == declaration.attributes.end() ? "(absent)" : model::to_text(it->second.value);
}

bool says_path(const model::Declaration& declaration, std::string_view path) {
    return declaration.attributes.find(path) != declaration.attributes.end();
}

std::vector<std::string> needs(const model::Declaration& declaration) {
    std::vector<std::string> texts;
    for (const auto& use : declaration.references)
        texts.push_back(model::to_string(use.target) + " " + use.needs + (use.early ? " early" : " late"));
    return texts;
}

const model::Element& element_of(const model::Declaration& declaration, std::string_view path, std::size_t index = 0) {
    return declaration.attributes.find(path)->second.elements.at(index);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the tutorial's file loads whole: both connectors, the secret, and both ways back", "[manifest][loader]") {
    Repository repository;
    repository.manifest =
        text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/arm-connector.regent.yaml");
    repository.files["openapi/arm-list-subscriptions.swagger.json"] = good_openapi();
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    REQUIRE_FALSE(model::has_errors(loaded.diagnostics));
    REQUIRE(loaded.declarations.size() == 3);

    const auto& app = loaded["Application/arm-connector"];
    CHECK(scalar(app, model::path::display_name) == "\"ARM connector (dev)\"");
    CHECK(scalar(app, model::path::sign_in_audience) == "\"AzureADMyOrg\"");
    CHECK(scalar(app, model::path::service_principal) == "true");
    CHECK(app.labels.at("team") == "platform");
    CHECK(element_of(app, model::path::permissions).value ==
          model::Value(model::Map{
              {"api", "797f4846-ba00-4fd7-ba43-dac1f8f63013"}, {"type", "delegated"}, {"name", "user_impersonation"}}));
    CHECK(element_of(app, model::path::client_secrets).name == "arm");
    CHECK(element_of(app, model::path::client_secrets).value ==
          model::Value(model::Map{{"validForSeconds", 180 * 86400}, {"rotateBeforeSeconds", 30 * 86400}}));
    CHECK(members(app, model::path::redirect_uris_web) ==
          Texts{"(known after Connector/arm)", "(known after Connector/arm-mi)"});
    const auto& trust = element_of(app, model::path::federated_credentials);
    CHECK(trust.value ==
          model::Value(model::Map{{"issuer", model::Reference{{"Connector", "arm-mi"}, "identity/issuer", "", ""}},
                                  {"subject", model::Reference{{"Connector", "arm-mi"}, "identity/subject", "", ""}},
                                  {"audience", "api://AzureADTokenExchange"},
                                  {"description", ""}}));
    CHECK(needs(app) == Texts{"Connector/arm redirectUrl late", "Connector/arm-mi redirectUrl late",
                              "Connector/arm-mi managedIdentity late"});

    const auto& arm = loaded["Connector/arm"];
    CHECK(scalar(arm, model::path::environment) == "\"Default-11111111-1111-1111-1111-111111111111\"");
    CHECK(scalar(arm, model::path::description) == "\"Lists subscriptions\"");
    CHECK(scalar(arm, model::path::auth_type) == "\"clientSecret\"");
    CHECK(scalar(arm, model::path::auth_tenant_id) == "\"11111111-1111-1111-1111-111111111111\"");
    CHECK(scalar(arm, model::path::auth_resource) == "\"https://management.core.windows.net/\"");
    CHECK(arm.attributes.at("auth.clientSecret").value ==
          model::Value(model::Reference{{"Application", "arm-connector"}, "clientSecrets/arm/secretText", "", ""}));
    CHECK(arm.attributes.at("auth.clientId").value ==
          model::Value(model::Reference{{"Application", "arm-connector"}, "appId", "", ""}));
    CHECK(needs(arm) == Texts{"Application/arm-connector  early", "Application/arm-connector clientSecrets/arm early"});

    const auto& identity = loaded["Connector/arm-mi"];
    CHECK(scalar(identity, model::path::auth_type) == "\"managedIdentity\"");
    CHECK_FALSE(says_path(identity, model::path::auth_client_secret));
    CHECK(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics.front().code == "RG0507");
}

TEST_CASE("a reference's span is the name alone, so that a caret can stand under it", "[manifest][loader]") {
    const auto loaded =
        load_repository({application("redirectUris:\n  web:\n    - connectorRef: {name: arm}\n"), "", {}});
    const auto& use = loaded["Application/portal"].references.at(0);
    CHECK(use.field == "spec.redirectUris.web[0].connectorRef");
    CHECK(use.span.file == "base/input.regent.yaml");
    CHECK(use.span.line == 9);
    CHECK(use.span.column == 30);
    CHECK(use.span.end_column == 33);
}

TEST_CASE("the stricter environment loads, and its override changes one secret by name", "[manifest][loader]") {
    Repository repository;
    repository.environment = text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/prod.regent.yaml");
    repository.manifest =
        text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/arm-connector.regent.yaml");
    repository.files["openapi/arm-list-subscriptions.swagger.json"] = good_openapi();
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    REQUIRE_FALSE(model::has_errors(loaded.diagnostics));
    REQUIRE(loaded.environment);
    const auto& prod = *loaded.environment;
    CHECK(prod.name == "prod");
    CHECK(prod.tenant_id == "99999999-8888-7777-6666-555555555555");
    CHECK(prod.sources == Texts{"base", "environments/prod-only"});
    CHECK(prod.policy.mode == model::Policy::Mode::apply);
    CHECK(prod.policy.on_removal == model::OnRemoval::keep);
    CHECK(prod.policy.max_deletes == 0);
    CHECK(prod.policy.max_delete_percent == 30);
    CHECK(prod.policy.require_approved_plan);
    CHECK(prod.endpoints.graph == "https://graph.microsoft.com");
    const auto& app = loaded["Application/arm-connector"];
    CHECK(app.management.prevent_delete);
    CHECK(element_of(app, model::path::client_secrets).value.find("validForSeconds")->as_integer());
    CHECK(*element_of(app, model::path::client_secrets).value.find("validForSeconds")->as_integer() == 90 * 86400);
    CHECK(*element_of(app, model::path::client_secrets).value.find("rotateBeforeSeconds")->as_integer() == 30 * 86400);
    CHECK(scalar(loaded["Connector/arm"], model::path::environment) == "\"5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d\"");
}

TEST_CASE("the adopted portal loads: its id from a variable, one field ignored, a URI from a second document",
          "[manifest][loader]") {
    Repository repository;
    repository.environment = text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/prod.regent.yaml");
    repository.manifest = text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/portal.regent.yaml");
    auto loaded = load_repository(repository);
    // The override is for an application of another file.
    std::erase_if(loaded.diagnostics, [](const auto& d) { return d.code == "RG0303"; });
    INFO(loaded.text);
    REQUIRE_FALSE(model::has_errors(loaded.diagnostics));
    const auto& app = loaded["Application/customer-portal"];
    CHECK(app.management.adopt == "7e7e7e7e-0000-4444-8888-0123456789ab");
    CHECK(app.management.adopt_place.line > 0);
    CHECK(app.management.policy == model::ManagementPolicy::full);
    CHECK(app.management.ignore == Texts{"displayName"});
    CHECK(scalar(app, model::path::sign_in_audience) == "\"AzureADMultipleOrgs\"");
    CHECK(members(app, model::path::redirect_uris_web) == Texts{"\"https://portal.contoso.example/signin-oidc\""});
    CHECK(members(app, model::path::redirect_uris_spa) == Texts{"\"https://portal.contoso.example/\""});
    CHECK_FALSE(says_path(app, model::path::redirect_uris_native));
    CHECK(app.attributes.at("permissions").elements.size() == 3);
    const auto& preview = loaded["RedirectUri/portal-preview"];
    REQUIRE(preview.contribution);
    CHECK(preview.attributes.empty());
    CHECK(preview.contribution->target == model::Address{"Application", "customer-portal"});
    CHECK(preview.contribution->path == "redirectUris.web");
    CHECK(preview.contribution->element.value == model::Value("https://preview.portal.contoso.example/signin-oidc"));
    CHECK(preview.contribution->element.contributor == preview.address);
}

TEST_CASE("the API with a pipeline loads, and a credential of its own document is called after the document",
          "[manifest][loader]") {
    Repository repository;
    repository.manifest =
        text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/orders-api.regent.yaml");
    const auto loaded = load_repository(repository);
    INFO(loaded.text);
    REQUIRE(loaded.diagnostics.empty());
    const auto& app = loaded["Application/orders-api"];
    CHECK(members(app, model::path::identifier_uris) == Texts{"\"api://contoso-orders-dev\""});
    CHECK(*element_of(app, model::path::federated_credentials).value.find("subject")->as_string() ==
          "repo:contoso/orders:environment:dev");
    const auto& nightly = *loaded["FederatedCredential/orders-api-nightly"].contribution;
    CHECK(nightly.path == "federatedCredentials");
    CHECK(nightly.element.name == "orders-api-nightly");
    const auto& named = *loaded["FederatedCredential/orders-api-deploy"].contribution;
    CHECK(named.element.name == "deploy-from-main");
}

TEST_CASE("an empty list means that there must be none; an absent one is left alone", "[manifest][loader]") {
    SECTION("redirectUris: {} is about all three platforms") {
        Repository repository;
        repository.environment =
            text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/prod.regent.yaml");
        repository.manifest =
            text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/legacy.regent.yaml");
        const auto loaded = load_repository(repository);
        const auto& app = loaded["Application/legacy-crm"];
        CHECK(app.management.policy == model::ManagementPolicy::observe);
        CHECK(app.management.prevent_delete);
        CHECK(app.management.adopt == "3c3c3c3c-0000-4444-8888-0123456789ab");
        for (const auto path : {"redirectUris.web", "redirectUris.spa", "redirectUris.native"}) {
            INFO(path);
            REQUIRE(says_path(app, path));
            CHECK(app.attributes.find(path)->second.exclusive);
            CHECK(app.attributes.find(path)->second.elements.empty());
        }
    }
    SECTION("redirectUris: {web: []} is about web") {
        const auto loaded = load_repository({application("redirectUris: {web: []}\n"), "", {}});
        CHECK(says_path(loaded["Application/portal"], model::path::redirect_uris_web));
        CHECK_FALSE(says_path(loaded["Application/portal"], model::path::redirect_uris_spa));
    }
    SECTION("tags, permissions and credentials that are not there are not managed") {
        const auto loaded = load_repository({application(""), "", {}});
        const auto& app = loaded["Application/portal"];
        Texts paths;
        for (const auto& attribute : app.attributes) paths.push_back(attribute.first);
        CHECK(paths == Texts{"displayName", "servicePrincipal", "signInAudience"});
    }
}

TEST_CASE("{appId} in an identifier URI waits for the application itself", "[manifest][loader]") {
    const auto loaded =
        load_repository({application("exposes:\n  identifierUris: [\"api://{appId}/orders\"]\n"), "", {}});
    REQUIRE(loaded.diagnostics.empty());
    CHECK(element_of(loaded["Application/portal"], model::path::identifier_uris).value ==
          model::Value(model::Reference{{"Application", "portal"}, "appId", "api://", "/orders"}));
}

TEST_CASE("both spellings of an audience mean the same", "[manifest][loader]") {
    const auto [ours, graphs] = GENERATE(table<std::string, std::string>({
        {"single-tenant", "AzureADMyOrg"},
        {"multi-tenant", "AzureADMultipleOrgs"},
        {"multi-tenant-and-personal", "AzureADandPersonalMicrosoftAccount"},
        {"personal", "PersonalMicrosoftAccount"},
    }));
    for (const auto& spelling : {ours, graphs}) {
        const auto loaded = load_repository(
            {application("requestedAccessTokenVersion: 2\nsignInAudience: " + spelling + "\n"), "", {}});
        CHECK(loaded.diagnostics.empty());
        CHECK(scalar(loaded["Application/portal"], model::path::sign_in_audience) == "\"" + graphs + "\"");
    }
}

TEST_CASE("a service principal that is not wanted is not managed", "[manifest][loader]") {
    const auto loaded = load_repository({application("servicePrincipal: {create: false}\n"), "", {}});
    CHECK_FALSE(says_path(loaded["Application/portal"], model::path::service_principal));
}

TEST_CASE("a federated credential's audience is its cloud's unless it says another", "[manifest][loader]") {
    const auto credential = application(
        "federatedCredentials:\n  - name: deploy\n    issuer: https://token.actions.githubusercontent.com\n    "
        "subject: repo:a/b:pull_request\n");
    const auto [cloud, audience] = GENERATE(table<std::string, std::string>({
        {"public", "api://AzureADTokenExchange"},
        {"usgov-gcc", "api://AzureADTokenExchange"},
        {"usgov", "api://AzureADTokenExchangeUSGov"},
        {"usgov-dod", "api://AzureADTokenExchangeUSGov"},
        {"china", "api://AzureADTokenExchangeChina"},
    }));
    const auto environment =
        "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n  tenantId: "
        "11111111-1111-1111-1111-111111111111\n  cloud: " +
        cloud + "\n";
    const auto loaded = load_repository({credential, environment, {}});
    CHECK(*element_of(loaded["Application/portal"], model::path::federated_credentials)
               .value.find("audience")
               ->as_string() == audience);
    const auto own = load_repository({credential + "      audience: api://mine\n", environment, {}});
    CHECK(*element_of(own["Application/portal"], model::path::federated_credentials)
               .value.find("audience")
               ->as_string() == "api://mine");
}

TEST_CASE("a connector without auth takes no sign-in, and an environment's id is taken as it is",
          "[manifest][loader]") {
    auto manifest = connector("iconBrandColor: \"#0078d4\"\ndescription: Ours\n");
    manifest.replace(manifest.find("sales"), 5, "Default-99999999-8888-7777-6666-555555555555");
    const auto loaded = load_repository({manifest, "", {{"api.json", good_openapi()}}});
    INFO(loaded.text);
    REQUIRE(loaded.diagnostics.empty());
    const auto& arm = loaded["Connector/arm"];
    CHECK(scalar(arm, model::path::auth_type) == "\"none\"");
    CHECK(scalar(arm, model::path::environment) == "\"Default-99999999-8888-7777-6666-555555555555\"");
    CHECK(scalar(arm, model::path::description) == "\"Ours\"");
    CHECK(scalar(arm, model::path::icon_brand_color) == "\"#0078d4\"");
    CHECK(arm.references.empty());
}

TEST_CASE("ignoring a field covers every attribute behind it", "[manifest][loader]") {
    const auto with = [](const std::string& path) {
        auto text = application("");
        text.insert(text.find("spec:"), "management: {ignore: [" + path + "]}\n");
        return load_repository({text, "", {}})["Application/portal"].management.ignore;
    };
    CHECK(with("spec.redirectUris") == Texts{"redirectUris.web", "redirectUris.spa", "redirectUris.native"});
    CHECK(with("spec.redirectUris.spa") == Texts{"redirectUris.spa"});
    CHECK(with("spec.exposes.identifierUris") == Texts{"identifierUris"});
    CHECK(with("spec.servicePrincipal.create") == Texts{"servicePrincipal"});
    CHECK(with("spec.displayName, spec.displayName") == Texts{"displayName"});
}

TEST_CASE("one element of a list can be ignored where it has a name or is a text", "[manifest][loader]") {
    const auto load = [](const std::string& path) {
        auto text = application("");
        text.insert(text.find("spec:"), "management: {ignore: ['" + path + "']}\n");
        return load_repository({text, "", {}});
    };
    const auto with = [&](const std::string& path) { return load(path)["Application/portal"].management.ignore; };
    CHECK(with("spec.federatedCredentials[made.by.hand]") == Texts{"federatedCredentials[made.by.hand]"});
    CHECK(with("spec.exposes.scopes[old]") == Texts{"exposes.scopes[old]"});
    CHECK(with("spec.redirectUris.web[https://a.example/[x]]") == Texts{"redirectUris.web[https://a.example/[x]]"});
    CHECK(with("spec.exposes.identifierUris[api://x]") == Texts{"identifierUris[api://x]"});
    for (const auto* path : {"spec.permissions[x]", "spec.certificates[x]", "spec.clientSecrets[x]",
                             "spec.displayName[x]", "spec.redirectUris[x]", "spec.nothing[x]", "spec.tags[]"}) {
        INFO(path);
        CHECK(load(path).text.find("RG0220") != std::string::npos);
    }
}

TEST_CASE("an environment without sources means the whole repository", "[manifest][environment]") {
    const auto loaded = load_repository({"", "", {}});
    REQUIRE(loaded.environment);
    CHECK(loaded.environment->sources == Texts{"."});
    CHECK(loaded.environment->owner == "regent");
}

TEST_CASE("endpoints of an environment replace the cloud's one by one", "[manifest][environment]") {
    const auto environment = [](const std::string& lines) {
        const auto loaded = load_repository({"",
                                             "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n "
                                             " tenantId: 1111111A-1111-1111-1111-111111111111\n" +
                                                 lines,
                                             {}});
        INFO(loaded.text);
        REQUIRE(loaded.environment);
        return *loaded.environment;
    };
    const auto mixed = environment(
        "  cloud: usgov\n  endpoints: {graph: \"http://127.0.0.1:8801/\", blob: [\"http://localhost:8801\"]}\n");
    CHECK(mixed.tenant_id == "1111111a-1111-1111-1111-111111111111");
    CHECK(mixed.endpoints.graph == "http://127.0.0.1:8801");
    CHECK(mixed.endpoints.login == "https://login.microsoftonline.us");
    CHECK(mixed.endpoints.graph_scope == "https://graph.microsoft.us/.default");
    CHECK(mixed.endpoints.blob_origins == Texts{"http://localhost:8801"});
    CHECK(environment("  cloud: china\n").endpoints.graph == "https://microsoftgraph.chinacloudapi.cn");
    CHECK(environment("  cloud: usgov-dod\n").endpoints.power_apps == "https://api.apps.appsplatform.us");
    const auto gcc = environment("  cloud: usgov-gcc\n").endpoints;
    CHECK(gcc.login == "https://login.microsoftonline.com");
    CHECK(gcc.graph == "https://graph.microsoft.com");
    CHECK(gcc.resource_manager == "https://management.azure.com");
    CHECK(gcc.power_apps == "https://gov.api.powerapps.us");
    CHECK(gcc.power_apps_scope == "https://gov.service.powerapps.us/.default");
    CHECK(gcc.power_platform == "https://gov.api.bap.microsoft.us");
    CHECK(gcc.dataverse_origins == Texts{"https://*.crm9.dynamics.com"});
    const auto other =
        environment("  cloud: usgov-gcc\n  endpoints: {powerAppsScope: \"https://service.powerapps.us/.default\"}\n");
    CHECK(other.endpoints.power_apps_scope == "https://service.powerapps.us/.default");
    CHECK(other.endpoints.power_apps == gcc.power_apps);
}

TEST_CASE("a wrong document does not take its neighbours away", "[manifest][loader]") {
    const auto loaded = load_repository(
        {application("") + "---\nkind: Nonsense\n---\n" + connector(""), "", {{"api.json", good_openapi()}}});
    CHECK(loaded.declarations.size() == 2);
    CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("a variable that nobody defined is one mistake, whatever it stands for", "[manifest][loader]") {
    const auto loaded =
        load_repository({application("signInAudience: ${audience}\nredirectUris: {web: "
                                     "[\"https://${host}/\"]}\nrequestedAccessTokenVersion: ${version}\n"),
                         "",
                         {}});
    CHECK(loaded.diagnostics.size() == 3);
    for (const auto& diagnostic : loaded.diagnostics) CHECK(diagnostic.code == "RG0301");
}

TEST_CASE("a variable keeps its type, and a boolean in it is a boolean", "[manifest][loader]") {
    const std::string environment =
        "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n  tenantId: "
        "11111111-1111-1111-1111-111111111111\n"
        "  vars: {on: true, version: 2, quoted: \"true\"}\n";
    const auto good = load_repository({application("implicitGrantSettings: {enableIdTokenIssuance: \"${on}\"}\n"
                                                   "requestedAccessTokenVersion: ${version}\n"),
                                       environment,
                                       {}});
    INFO(good.text);
    CHECK(good.diagnostics.empty());
    CHECK(scalar(good["Application/portal"], model::path::implicit_id_token) == "true");
    CHECK(scalar(good["Application/portal"], model::path::access_token_version) == "2");
    const auto bad = load_repository(
        {application("implicitGrantSettings: {enableIdTokenIssuance: \"${quoted}\"}\n"), environment, {}});
    REQUIRE(bad.diagnostics.size() == 1);
    CHECK(bad.diagnostics.front().code == "RG0206");
}

TEST_CASE("the manifests that come with regent load without an error", "[manifest][loader]") {
    const auto root = std::filesystem::path(REGENT_SOURCE_DIR) / "manifests";
    const auto [folder, environment] =
        GENERATE(table<std::string, std::string>({{"demo", "demo.regent.yaml"}, {"examples", "dev.regent.yaml"}}));
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder / "base")) {
        if (entry.path().extension() != ".yaml") continue;
        Repository repository;
        repository.environment = text_of_file(root / folder / "environments" / environment);
        repository.manifest = text_of_file(entry.path());
        for (const auto* beside : {"openapi", "certificates"}) {
            if (!std::filesystem::exists(root / folder / "base" / beside)) continue;
            for (const auto& file : std::filesystem::directory_iterator(root / folder / "base" / beside))
                repository.files[std::string(beside) + "/" + file.path().filename().string()] =
                    text_of_file(file.path());
        }
        const auto loaded = load_repository(repository);
        INFO(loaded.text);
        CHECK_FALSE(model::has_errors(loaded.diagnostics));
        CHECK_FALSE(loaded.declarations.empty());
        ++files;
    }
    CHECK(files >= 1);
}
