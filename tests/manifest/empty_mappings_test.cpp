// `{}` behind each group of an Application: empty, or refused.

#include "manifest/field_table.hpp"
#include "manifest/loading.hpp"
#include "model/attributes.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace regent;
using namespace regent::manifest;
namespace path = regent::model::path;

namespace {

struct Group {
    std::string spec;
    std::vector<std::string_view> emptied;
};

const std::vector<Group>& groups() {
    static const std::vector<Group> all{
        {"redirectUris: {}", {path::redirect_uris_web, path::redirect_uris_spa, path::redirect_uris_native}},
        {"implicitGrantSettings: {}", {path::implicit_access_token, path::implicit_id_token}},
        {"optionalClaims: {}",
         {path::optional_claims_id_token, path::optional_claims_access_token, path::optional_claims_saml2_token}},
        {"info: {}", {path::marketing_url, path::privacy_statement_url, path::support_url, path::terms_of_service_url}},
        {"requestSignatureVerification: {}", {path::signed_request_required, path::weak_algorithms}},
        {"servicePrincipalLockConfiguration: {}",
         {path::lock_enabled, path::lock_all, path::lock_sign, path::lock_verify, path::lock_encryption}},
        {"parentalControlSettings: {}", {path::blocked_countries, path::age_group_rule}},
        {"authenticationBehaviors: {}",
         {path::blocks_azure_ad_graph, path::removes_unverified_email, path::requires_client_principal}},
        {"servicePrincipal: {samlSingleSignOnSettings: {}}", {path::principal_relay_state}},
    };
    return all;
}

}  // namespace

TEST_CASE("an empty group of settings asks for each of its members as the service has it", "[manifest][empty]") {
    for (const auto& group : groups()) {
        INFO(group.spec);
        const auto loaded = load_repository({application(group.spec + "\n"), "", {}});
        INFO(loaded.text);
        REQUIRE(loaded.diagnostics.empty());
        const auto& app = loaded["Application/portal"];
        for (const auto where : group.emptied) {
            INFO(where);
            const auto attribute = app.attributes.find(where);
            REQUIRE(attribute != app.attributes.end());
            CHECK(attribute->second.elements.empty());
            const auto* row = model::attributes_of(model::kind::application)->find(where);
            REQUIRE(row != nullptr);
            const auto& value = attribute->second.value;
            CHECK((value == row->fallback || value.is_null()));
        }
    }
}

TEST_CASE("every mapping in the spec of an Application can be empty, or is refused when it is", "[manifest][empty]") {
    std::map<std::string, bool> known;
    for (const auto& group : groups()) known.emplace(group.spec.substr(0, group.spec.find(':')), true);
    for (const auto& field : table_of(model::kind::application)->find("spec")->members) {
        if (field.type != FieldType::mapping) continue;
        INFO(field.name);
        CHECK((known.contains(std::string(field.name)) || !field.instead_of_empty.empty()));
        if (field.instead_of_empty.empty()) continue;
        const auto loaded = load_repository({application(std::string(field.name) + ": {}\n"), "", {}});
        REQUIRE(loaded.diagnostics.size() == 1);
        CHECK(loaded.diagnostics.front().code == "RG0226");
    }
}
