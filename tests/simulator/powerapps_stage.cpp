#include "simulator/powerapps_stage.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace regent::simulator::test {

using nlohmann::json;

namespace {

void set_target(Request& request, const std::string& target) {
    request.target = target;
    const auto question = target.find('?');
    request.path = percent_decoded(target.substr(0, question), false);
    request.query.clear();
    if (question != std::string::npos) request.query = parse_query(std::string_view(target).substr(question + 1));
}

json oauth_settings() {
    return {{"identityProvider", "aad"},
            {"clientId", "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"},
            {"scopes", json::array()},
            {"redirectMode", "Global"},
            {"redirectUrl", "https://global.consent.azure-apim.net/redirect"},
            {"properties",
             {{"IsFirstParty", "False"}, {"AzureActiveDirectoryResourceId", "https://management.core.windows.net/"}}},
            {"customParameters",
             {{"loginUri", {{"value", "https://login.microsoftonline.com"}}},
              {"tenantId", {{"value", tenant}}},
              {"resourceUri", {{"value", "https://management.core.windows.net/"}}}}}};
}

}  // namespace

PowerAppsStage::PowerAppsStage() : service(make_power_apps(clock, tenant)) {
    caller = Caller{.tenant_id = tenant,
                    .app_id = "22222222-2222-2222-2222-222222222222",
                    .object_id = "33333333-3333-3333-3333-333333333333",
                    .user = {},
                    .audience = "https://service.powerapps.com/",
                    .roles = {}};
}

Answer PowerAppsStage::call(Request request) {
    Answer answer;
    REQUIRE(service->serves(request));
    answer.raw = service->handle(request, caller, token_error);
    answer.status = answer.raw.status;
    answer.text = answer.raw.body;
    answer.body = json::parse(answer.text, nullptr, false);
    if (answer.body.is_discarded()) answer.body = nullptr;
    return answer;
}

Answer PowerAppsStage::call(const std::string& method, const std::string& target, const json& body) {
    Request request;
    request.method = method;
    set_target(request, target);
    request.base_url = "http://127.0.0.1:8801";
    if (!body.is_null()) {
        request.body = body.dump();
        request.headers.emplace_back("Content-Type", "application/json");
    }
    return call(std::move(request));
}

std::string PowerAppsStage::apis(const std::string& below, const std::string& environment) {
    return fmt::format("/providers/Microsoft.PowerApps/apis{}?api-version=2016-11-01&%24filter={}", below,
                       percent_encoded(fmt::format("environment eq '{}'", environment)));
}

Answer PowerAppsStage::fetch(const std::string& url) {
    return call("GET", url.substr(url.find('/', url.find("://") + 3)));
}

std::string PowerAppsStage::created(const json& properties) {
    const auto answer = create(properties);
    INFO(answer.text);
    REQUIRE(answer.status == 201);
    return answer.body.at("name");
}

json PowerAppsStage::record(const std::string& name) {
    const auto dump = service->dump();
    for (const auto& record : dump.at("connectors")) {
        if (record.at("name") == name) return record;
    }
    return nullptr;
}

std::vector<std::string> PowerAppsStage::custom_names(const std::string& environment) {
    std::vector<std::string> names;
    const auto answer = call("GET", apis({}, environment));
    for (const auto& connector : answer.body.at("value")) {
        if (connector["properties"]["isCustomApi"] == true) names.push_back(connector["name"]);
    }
    return names;
}

json definition() {
    return {{"swagger", "2.0"},
            {"info", {{"title", "Sample"}, {"description", "Lists subscriptions"}, {"version", "1.0"}}},
            {"host", "management.azure.com"},
            {"basePath", "/"},
            {"schemes", {"https"}},
            {"paths",
             {{"/subscriptions",
               {{"get",
                 {{"operationId", "ListSubscriptions"},
                  {"summary", "List subscriptions"},
                  {"responses", {{"200", {{"description", "OK"}}}}}}}}}}}};
}

json plain_connector(const std::string& title) {
    return {{"displayName", title},
            {"description", "Lists subscriptions"},
            {"environment", {{"name", default_environment}}},
            {"backendService", {{"serviceUrl", "https://management.azure.com/"}}},
            {"openApiDefinition", definition()}};
}

json secret_connector(const std::string& title) {
    auto properties = plain_connector(title);
    properties["connectionParameters"]["token"] = {{"type", "oauthSetting"}, {"oAuthSettings", oauth_settings()}};
    oauth(properties)["clientSecret"] = "first-secret";
    return properties;
}

json identity_connector(const std::string& title) {
    auto properties = secret_connector(title);
    oauth(properties).erase("clientSecret");
    oauth(properties)["clientAssertionType"] = "GenericFederatedIdentityCredential";
    oauth(properties)["properties"]["FederatedIdentityCredentials"] = {
        {"Issuer", ""}, {"Subject", ""}, {"Audience", ""}};
    return properties;
}

json& oauth(json& properties) {
    return properties["connectionParameters"]["token"]["oAuthSettings"];
}

}  // namespace regent::simulator::test
