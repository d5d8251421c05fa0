#include "simulator/first_party.hpp"

#include "simulator/values.hpp"

#include <nlohmann/json.hpp>

#include <utility>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;

struct GraphPermission {
    const char* name;
    const char* scope;  ///< id of the delegated permission; empty: there is none
    const char* role;   ///< id of the application permission
};

constexpr GraphPermission graph_permissions[] = {
    {"openid", "37f7f235-527c-4136-accd-4a02d197296e", ""},
    {"profile", "14dad69e-099b-42c9-810b-d002981feec1", ""},
    {"email", "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", ""},
    {"offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", ""},
    {"User.Read", "e1fe6dd8-ba31-4d61-89e7-88639da4683d", ""},
    {"User.ReadBasic.All", "b340eb25-3456-403f-be2f-af7a0d370277", "97235f07-e226-4f63-ace3-39588e11d3a1"},
    {"User.ReadWrite", "b4e74841-8e56-480b-be8b-910348b18b4c", ""},
    {"User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "df021288-bdef-4463-88db-98f22de89214"},
    {"Application.Read.All", "c79f8feb-a9db-4090-85f9-90d820caa0eb", "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30"},
    {"Application.ReadWrite.All", "bdfbf15f-ee85-4955-8675-146e8e5296b5", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"},
    {"Application.ReadWrite.OwnedBy", "", "18a4783c-866b-4cc7-a460-3d5e5662c884"},
    {"Directory.Read.All", "06da0dbc-49e2-44d2-8312-53f166ab848a", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"},
    {"Directory.ReadWrite.All", "c5366453-9fb0-48a5-a156-24f0c49a4b84", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"},
    {"DelegatedPermissionGrant.Read.All", "a197cdc4-a8e8-4d49-9d35-4ca7c83887b4",
     "81b4724a-58aa-41c1-8a55-84ef97466587"},
    {"DelegatedPermissionGrant.ReadWrite.All", "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
     "8e8e4742-1d95-4f68-9d56-6ee75648c72a"},
    {"AppRoleAssignment.ReadWrite.All", "84bccea3-f856-4a8a-967b-dbe0a3d53a64", "06b708a9-e830-4db3-a914-8e69da51d44f"},
    {"Group.Read.All", "5f8c59db-677d-491f-a6b8-5f174b11ec1d", "5b567255-7703-4780-807c-7be8301ae99b"},
    {"GroupMember.Read.All", "bc024368-1153-4739-b217-4326f2e966d0", "98830695-27a2-44f7-8c18-0c3ebc9698f6"},
    {"Mail.Read", "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", "810c84a8-4a9e-49e6-bf7d-12d183f40d01"},
    {"Mail.Send", "e383f46e-2787-4529-855e-0e479a3ffac0", "b633e1c5-b582-4048-a93e-9f11b44c7e96"},
    {"Sites.Read.All", "205e70e5-aba6-4c52-a976-6d2d46c48043", "332a536c-c7ef-4017-ab91-336970924f0d"},
    {"Sites.Selected", "f89c84ef-20d0-4b54-87e9-02e856d66d53", "883ea226-0bf2-4a8f-9f9d-92c9162a727d"},
    {"Files.Read.All", "df85f4d6-205c-4ac5-a5ea-6bf408dba283", "01d4889c-1287-42c6-ac1f-5d1e02578ef6"},
    {"Policy.Read.All", "572fea84-0151-49b2-9301-11cb16974376", "246dd0d5-5bd0-4def-940b-0421030a5b68"},
    {"Policy.ReadWrite.ApplicationConfiguration", "b27add92-efb2-4f16-84f5-8108ba77985c",
     "be74164b-cff1-491c-8741-e671cb536e13"},
    {"Organization.Read.All", "4908d5b9-3fb2-4b1e-9336-1888b7937185", "498476ce-e0fe-48b0-b801-37ba7e2685c6"},
    {"Domain.Read.All", "2f9ee017-59c1-4f1d-9472-bd5529a7b311", "dbb9058a-0e50-45d7-ae91-66909b5d4664"},
    {"RoleManagement.ReadWrite.Directory", "d01b97e9-cbc0-49fe-810a-750afd5527a3",
     "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"},
};

struct Application {
    const char* name;
    const char* app_id;
    std::vector<std::pair<const char*, const char*>> scopes;
};

std::vector<Application> applications() {
    return {
        {"Windows Azure Service Management API",
         "797f4846-ba00-4fd7-ba43-dac1f8f63013",
         {{"user_impersonation", "41094075-9dad-400e-a0bd-54e686782033"}}},
        {"Dataverse",
         "00000007-0000-0000-c000-000000000000",
         {{"user_impersonation", "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4"}}},
        {"PowerApps Service",
         "475226c6-020e-4fb2-8a90-7a972cbfc1d4",
         {{"User", "0eb56b90-a7b5-43b5-9402-8137a8083e90"}}},
        {"Power Automate",
         "7df0a125-d3be-4c96-aa54-591f83ff541c",
         {{"Flows.Read.All", "e45c5562-459d-4d1b-8148-83eb1b6dcf83"},
          {"Flows.Manage.All", "30b2d850-00c3-4802-b7ae-ece9af9de5c6"}}},
        {"Microsoft Dynamics ERP",
         "00000015-0000-0000-c000-000000000000",
         {{"AX.FullAccess", "6397893c-2260-496b-a41d-2f1f15b16ff3"},
          {"CustomService.FullAccess", "ad8b4a5c-eecd-431a-a46f-33c060012ae1"},
          {"Odata.FullAccess", "a849e696-ce45-464a-81de-e5c5b45519c1"}}},
        {"Office 365 SharePoint Online",
         "00000003-0000-0ff1-ce00-000000000000",
         {{"AllSites.Read", "4e0d77b0-96ba-4398-af14-3baa780278f4"},
          {"AllSites.Write", "640ddd16-e5b7-4d71-9690-3f4022699ee7"},
          {"AllSites.Manage", "b3f70a70-8a4b-4f95-9573-d71c496a53f4"},
          {"AllSites.FullControl", "56680e0d-d2a3-4ae1-80d8-3c4f2100e3d0"}}},
        {"Office 365 Exchange Online", "00000002-0000-0ff1-ce00-000000000000", {}},
        {"Office 365 Management APIs", "c5393580-f805-4401-95e8-94b7a6ef2fc2", {}},
        {"Power BI Service", "00000009-0000-0000-c000-000000000000", {}},
        {"Azure Key Vault", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", {}},
        {"Azure Storage", "e406a681-f3d4-42a8-90b6-c2b029497af1", {}},
        {"Azure DevOps", "499b84ac-1321-427f-aa17-267ca6975798", {}},
    };
}

json scope(const std::string& name, const std::string& id) {
    return {{"id", id},
            {"value", name},
            {"type", "User"},
            {"isEnabled", true},
            {"origin", "Application"},
            {"adminConsentDisplayName", name},
            {"adminConsentDescription", name},
            {"userConsentDisplayName", name},
            {"userConsentDescription", name}};
}

json role(const std::string& name, const std::string& id) {
    return {{"id", id},           {"value", name},           {"allowedMemberTypes", {"Application"}},
            {"isEnabled", true},  {"origin", "Application"}, {"displayName", name},
            {"description", name}};
}

json principal(const std::string& name, const std::string& app_id) {
    // The object id differs in every tenant; here it is made of the application id, so that runs are alike.
    const auto digest = sha256_hex("principal of " + app_id);
    const auto id = digest.substr(0, 8) + "-" + digest.substr(8, 4) + "-4" + digest.substr(13, 3) + "-a" +
                    digest.substr(17, 3) + "-" + digest.substr(20, 12);
    return {{"id", id},
            {"appId", app_id},
            {"displayName", name},
            {"appOwnerOrganizationId", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"},
            {"oauth2PermissionScopes", json::array()},
            {"appRoles", json::array()},
            {"servicePrincipalNames", {app_id}}};
}

}  // namespace

json first_party_principals() {
    auto list = json::array();
    auto graph = principal("Microsoft Graph", "00000003-0000-0000-c000-000000000000");
    graph["servicePrincipalNames"].push_back("https://graph.microsoft.com");
    for (const auto& permission : graph_permissions) {
        if (*permission.scope != '\0')
            graph["oauth2PermissionScopes"].push_back(scope(permission.name, permission.scope));
        if (*permission.role != '\0') graph["appRoles"].push_back(role(permission.name, permission.role));
    }
    list.push_back(std::move(graph));
    for (const auto& application : applications()) {
        auto object = principal(application.name, application.app_id);
        for (const auto& [name, id] : application.scopes) object["oauth2PermissionScopes"].push_back(scope(name, id));
        list.push_back(std::move(object));
    }
    return list;
}

}  // namespace regent::simulator
