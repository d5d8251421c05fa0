#include "model/connector_settings.hpp"

#include "model/variable_reference.hpp"

#include <catch2/catch.hpp>

using regent::model::same_settings;

TEST_CASE("settings are equal whatever the order and the case of their keys", "[model][connector]") {
    CHECK(same_settings(R"({"api_key": {"type": "securestring", "uiDefinition": {"displayName": "Key"}}})",
                        R"({"api_key": {"UIDefinition": {"DisplayName": "Key"}, "Type": "SecureString"}})"));
    CHECK_FALSE(same_settings(R"({"api_key": {"type": "securestring"}})", R"({"API_KEY": {"type": "securestring"}})"));
    CHECK_FALSE(same_settings(R"({"api_key": {"type": "securestring"}})", R"({"api_key": {"type": "string"}})"));
    CHECK_FALSE(same_settings(R"({"a": {"type": "string", "uiDefinition": {"displayName": "Key"}}})",
                              R"({"a": {"type": "string", "uiDefinition": {"displayName": "key"}}})"));
}

TEST_CASE("a secret is never compared, and the environment variable that holds one is", "[model][connector]") {
    const auto with = [](const std::string& secret) {
        return R"({"token": {"type": "oauthSetting", "oAuthSettings": {"clientId": "a", "clientSecret": ")" + secret +
               R"("}}})";
    };
    const std::string one = R"(@environmentVariables(\"contoso_One\"))",
                      two = R"(@environmentVariables(\"contoso_Two\"))";
    CHECK(same_settings(with("s3cret"), with("")));
    CHECK(same_settings(with(one), with(one)));
    CHECK_FALSE(same_settings(with(one), with(two)));
    CHECK_FALSE(same_settings(with(one), with("")));
}

TEST_CASE("a reference to an environment variable is written in one way", "[model][connector]") {
    using namespace regent::model;
    CHECK(is_variable_reference(R"(@environmentVariables("contoso_Host"))"));
    for (const auto* text : {R"(@environmentVariables('contoso_Host'))", R"(@environmentvariables("contoso_Host"))",
                             R"(@environmentVariables("contoso-Host"))", R"(@environmentVariables(""))",
                             R"(@environmentVariables("contoso_Host")", R"(@environmentVariables)"}) {
        INFO(text);
        CHECK_FALSE(is_variable_reference(text));
        CHECK(mentions_variable(text));
        CHECK_FALSE(variables_are_well_formed(text));
    }
    const auto* within = R"(https://@environmentVariables("a_Host")/@environmentVariables("a_Path"))";
    CHECK_FALSE(is_variable_reference(within));
    CHECK(variables_are_well_formed(within));
    CHECK_FALSE(mentions_variable("management.azure.com"));
}

TEST_CASE("truth and its text are one, and a null is nothing", "[model][connector]") {
    CHECK(same_settings(R"({"a": {"type": "string", "c": {"required": "true", "hidden": "False"}}})",
                        R"({"a": {"type": "string", "c": {"required": true, "hidden": false, "tooltip": null}}})"));
    CHECK(same_settings(R"({"a": {"type": "string"}, "b": null})", R"({"a": {"type": "string"}})"));
}

TEST_CASE("what the service fills in or makes itself is no difference, a client's id is", "[model][connector]") {
    const char* sent = R"({"token": {"type": "oauthSetting", "oauthSettings": {"identityProvider": "aad",
        "clientId": "one", "clientSecret": "never compared", "scopes": ["a b"], "redirectMode": "Global",
        "properties": {"IsFirstParty": "False", "AzureActiveDirectoryResourceId": "https://graph.microsoft.com"},
        "customParameters": {"resourceUri": {"value": "https://graph.microsoft.com"}}}}})";
    const char* there = R"({"token": {"type": "oauthSetting", "oAuthSettings": {"identityProvider": "aad",
        "clientId": "one", "scopes": ["a", "b"], "redirectMode": "GlobalPerConnector",
        "redirectUrl": "https://global.consent.azure-apim.net/redirect/x",
        "properties": {"IsFirstParty": "false", "AzureActiveDirectoryResourceId": "https://graph.microsoft.com"},
        "customParameters": {"LoginUri": {"value": "https://login.microsoftonline.com"}, "TenantId": {"value": "common"},
          "ResourceUri": {"value": "https://graph.microsoft.com"}, "EnableOnbehalfOfLogin": {"value": "false"}}}}})";
    CHECK(same_settings(sent, there));
    std::string other = there;
    other.replace(other.find("\"one\""), 5, "\"two\"");
    CHECK_FALSE(same_settings(sent, other));
    other = there;
    other.replace(other.find("common"), 6, "organizations");
    CHECK_FALSE(same_settings(sent, other));
}

TEST_CASE("first party is the service's own choice only with login on behalf of the user", "[model][connector]") {
    const auto with = [](const char* first_party, const char* on_behalf_of) {
        return std::string(R"({"token": {"type": "oauthSetting", "oAuthSettings": {"identityProvider": "aad",
            "properties": {"IsFirstParty": ")") +
               first_party + R"("}, "customParameters": {"enableOnbehalfOfLogin": {"value": ")" + on_behalf_of +
               R"("}}}}})";
    };
    CHECK(same_settings(with("False", "true"), with("True", "true")));
    CHECK_FALSE(same_settings(with("False", "false"), with("True", "false")));
}

TEST_CASE("sets are compared set by set, in their order", "[model][connector]") {
    const char* one = R"({"uiDefinition": {"displayName": "How"}, "values": [
        {"name": "a", "parameters": {"token": {"type": "oauthSetting", "oAuthSettings": {"identityProvider": "github",
          "clientId": "x"}}}}, {"name": "b", "parameters": {"key": {"type": "securestring"}}}]})";
    const char* read = R"({"UiDefinition": {"displayName": "How"}, "Values": [
        {"name": "a", "parameters": {"token": {"type": "oauthSetting", "oAuthSettings": {"identityProvider": "github",
          "clientId": "x", "scopes": [], "properties": {}, "customParameters": {}, "redirectUrl": "https://r"}}}},
        {"name": "b", "parameters": {"key": {"type": "securestring"}}}]})";
    CHECK(same_settings(one, read));
    CHECK_FALSE(same_settings(one, R"({"values": []})"));
}

TEST_CASE("policies keep their order and what their parameters say", "[model][connector]") {
    CHECK(same_settings(R"([{"templateId": "SetHeader", "parameters": {"a": "True"}}])",
                        R"([{"templateId": "setheader", "parameters": {"a": "True"}}])"));
    CHECK_FALSE(same_settings(R"([{"templateId": "a"}, {"templateId": "b"}])",
                              R"([{"templateId": "b"}, {"templateId": "a"}])"));
    CHECK_FALSE(same_settings(R"([{"templateId": "a", "parameters": {"v": "x"}}])",
                              R"([{"templateId": "a", "parameters": {"v": "X"}}])"));
    CHECK(same_settings("[]", "[]"));
}
