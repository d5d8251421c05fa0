#include "plan/risk_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::plan {
namespace {

constexpr std::string_view microsoft_graph = "00000003-0000-0000-c000-000000000000";
constexpr std::string_view azure_service_management = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

struct KnownPermission {
    std::string_view name;
    std::string_view allows;  ///< continues "it …"
};

/// Application permissions of Microsoft Graph with a known way to the whole tenant, or to everybody's mail and files.
/// https://learn.microsoft.com/graph/permissions-reference, and for the ways
/// https://github.com/emiliensocchi/azure-tiering
constexpr std::array escalations = {
    KnownPermission{"RoleManagement.ReadWrite.Directory", "can make anybody, itself included, Global Administrator"},
    KnownPermission{"AppRoleAssignment.ReadWrite.All",
                    "can give itself and others any application permission, without an administrator"},
    KnownPermission{"Application.ReadWrite.All",
                    "can add a secret to any application of the tenant and act as that one"},
    KnownPermission{"Application.ReadWrite.OwnedBy", "can add secrets to all applications it owns and act as them"},
    KnownPermission{"Directory.ReadWrite.All",
                    "can put anybody into groups that open other systems, and change most of the directory"},
    KnownPermission{"DelegatedPermissionGrant.ReadWrite.All",
                    "can consent for everybody to any delegated permission of any application"},
    KnownPermission{"Policy.ReadWrite.PermissionGrant",
                    "can change the rules of consent so that it may grant itself anything"},
    KnownPermission{"RoleAssignmentSchedule.ReadWrite.Directory",
                    "can make anybody, itself included, Global Administrator"},
    KnownPermission{"RoleEligibilitySchedule.ReadWrite.Directory", "can make anybody eligible as Global Administrator"},
    KnownPermission{"RoleManagementPolicy.ReadWrite.Directory",
                    "can take approval and multifactor authentication away from the activation of roles"},
    KnownPermission{"RoleManagementPolicy.ReadWrite.AzureADGroup",
                    "can take approval and multifactor authentication away from privileged groups"},
    KnownPermission{"PrivilegedAccess.ReadWrite.AzureADGroup", "can add anybody to groups that hold roles"},
    KnownPermission{"PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup", "can add anybody to groups that hold roles"},
    KnownPermission{"PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
                    "can make anybody eligible for groups that hold roles"},
    KnownPermission{"PrivilegedAccess.ReadWrite.AzureAD", "can change who may take on directory roles"},
    KnownPermission{"Group.ReadWrite.All", "can put anybody into groups that open other systems"},
    KnownPermission{"GroupMember.ReadWrite.All", "can put anybody into groups that open other systems"},
    KnownPermission{"EntitlementManagement.ReadWrite.All",
                    "can let anybody have access packages, those with roles included, without approval"},
    KnownPermission{"AdministrativeUnit.ReadWrite.All",
                    "can take protected administrators out of the unit that protects them"},
    KnownPermission{"User.ReadWrite.All", "can change what dynamic groups go by, and so who is in them"},
    KnownPermission{"User-PasswordProfile.ReadWrite.All", "can set people's passwords and sign in as them"},
    KnownPermission{"UserAuthenticationMethod.ReadWrite.All",
                    "can give itself a way to sign in as anybody, administrators included"},
    KnownPermission{"Policy.ReadWrite.AuthenticationMethod", "can change how people prove who they are"},
    KnownPermission{"Policy.ReadWrite.ConditionalAccess", "can switch off what protects sign-in"},
    KnownPermission{"Domain.ReadWrite.All", "can have a domain sign in as anybody in it"},
    KnownPermission{"Organization.ReadWrite.All", "can add authorities whose certificates sign people in"},
    KnownPermission{"OnPremDirectorySynchronization.ReadWrite.All",
                    "can change how accounts are matched and taken over"},
    KnownPermission{"Synchronization.ReadWrite.All", "can change what provisioning writes, and where"},
    KnownPermission{"DelegatedAdminRelationship.ReadWrite.All", "can let a partner administer the tenant"},
    KnownPermission{"DeviceManagementConfiguration.ReadWrite.All", "can run scripts on every managed device"},
    KnownPermission{"Mail.ReadWrite", "reads and changes mail in every mailbox, password resets included"},
    KnownPermission{"Mail.Read", "reads mail in every mailbox, password resets included"},
    KnownPermission{"Mail.Send", "sends mail as anybody"},
    KnownPermission{"Files.ReadWrite.All", "reads and changes everybody's files"},
    KnownPermission{"Sites.ReadWrite.All", "reads and changes every site and file of SharePoint"},
    KnownPermission{"Sites.Manage.All", "reads, changes and deletes every list and file of SharePoint"},
    KnownPermission{"Sites.FullControl.All", "owns every site of SharePoint"},
};

/// What every sign-in asks for: says who somebody is, and nothing of others.
constexpr std::array<std::string_view, 6> of_the_person_only = {"openid",         "profile",   "email",
                                                                "offline_access", "User.Read", "User.ReadBasic.All"};

/// A permission may be written by its id; the tenant knows what that one is called.
std::string name_in_tenant(const std::string& api, const std::string& name, const RiskContext& context) {
    const auto offered = context.observed.apis.find(api);
    if (offered == context.observed.apis.end()) return name;
    for (const auto* names : {&offered->second.application, &offered->second.delegated}) {
        for (const auto& [value, id] : *names) {
            if (id == name) return value;
        }
    }
    return name;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool writes_everywhere(std::string_view name) {
    return contains(name, "ReadWrite.All") || contains(name, "FullControl") || contains(name, "Manage.All") ||
           contains(name, "full_access") || contains(name, "FullAccess");
}

const KnownPermission* escalation(std::string_view name) {
    const auto* it =
        std::find_if(escalations.begin(), escalations.end(), [&](const auto& e) { return e.name == name; });
    return it == escalations.end() ? nullptr : it;
}

Rating rate_application_permission(const std::string& api, const std::string& name) {
    const auto* known = api == microsoft_graph ? escalation(name) : nullptr;
    if (known != nullptr) return high(fmt::format("once an administrator agrees, it {}", known->allows));
    if (name == "full_access_as_app") return high("once an administrator agrees, it reads and changes every mailbox");
    return medium("once an administrator agrees, it acts without a person, on whatever the permission covers");
}

Rating rate_delegated_permission(const std::string& api, const std::string& name) {
    const auto& harmless_ones = of_the_person_only;
    if (std::find(harmless_ones.begin(), harmless_ones.end(), name) != harmless_ones.end()) return harmless();
    if (api == microsoft_graph) {
        if (const auto* known = escalation(name))
            return medium(fmt::format("with an administrator signed in, it {}", known->allows));
    }
    if (api == azure_service_management)
        return medium("it does in Azure whatever the person who is signed in may do there");
    if (writes_everywhere(name)) return medium("it may change whatever the person who is signed in may change");
    return harmless();
}

}  // namespace

Rating rate_permission(const Change& change, const RiskContext& context) {
    if (change.op == Change::Op::remove) return harmless();  // consent, once given, outlives the request for it
    const auto api = text_of(change.after, "api");
    const auto name = name_in_tenant(api, text_of(change.after, "name"), context);
    return text_of(change.after, "type") == "application" ? rate_application_permission(api, name)
                                                          : rate_delegated_permission(api, name);
}

}  // namespace regent::plan
