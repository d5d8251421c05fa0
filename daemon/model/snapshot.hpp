#pragma once

#include "model/address.hpp"
#include "model/credential_policy.hpp"
#include "model/environment.hpp"
#include "model/secret_delivery.hpp"
#include "model/value.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::model {

/// Whose an object is, decided in one place by its marks and never by its display name.
enum class Ownership {
    ours,       ///< carries our key or our owner mark
    unclaimed,  ///< carries nobody's: may be adopted when a manifest says so
    foreign     ///< carries another owner's: left alone, and the plan says whose
};

/// A client secret of an application as the directory lists it: never its value.
struct ObservedSecret {
    std::string key_id;
    std::string display_name;
    std::chrono::system_clock::time_point starts_at, ends_at;
    /// The manifest's name for it when regent issued it ("arm" of display name "arm (regent 5f3a91c2)"); empty for
    /// others.
    std::string name;
    std::string operation_id;  ///< the hex digits behind "regent"; empty for others
    /// How long its predecessor stays, where that was said when it was issued and not in the manifest.
    std::optional<std::chrono::seconds> keeps_old = {};
};

/// A certificate of an application or of its service principal, as the directory lists it.
struct ObservedCertificate {
    std::string key_id;
    std::string name;        ///< as in the attribute that holds it
    std::string thumbprint;  ///< SHA-1 in capital hex digits; another text where somebody chose one
    std::chrono::system_clock::time_point ends_at;
    bool signs = false;  ///< its private key is there too, and signs SAML tokens
    bool of_principal = false;
};

/// One remote object at one moment.
struct ObservedResource {
    Address address;
    std::string id;  ///< Graph object id, RP connector name
    Ownership ownership = Ownership::ours;
    std::string owner;  ///< "<owner>.<environment>" of a foreign one
    Map attributes;     ///< by path, canonical: what a manifest would say. Absent: not read or empty; one that is read
                        ///< on demand is absent unless the scope asked for it
    /// Attributes that the service which keeps this object can change, though the table of its kind calls them
    /// immutable: another service that keeps such objects cannot.
    std::set<std::string, std::less<>> changeable = {};
    /// Attributes that regent may not read, while it was asked to: what they hold is not known.
    std::set<std::string, std::less<>> unreadable;
    std::map<std::string, std::string, std::less<>>
        outputs;  ///< what others may refer to, as far as it is known by now
    /// Empty: it has no such output, or none is known by now.
    [[nodiscard]] std::string output(std::string_view name) const {
        const auto it = outputs.find(name);
        return it == outputs.end() ? std::string{} : it->second;
    }
    std::vector<ObservedSecret> secrets;
    std::vector<ObservedCertificate> certificates = {};
    std::optional<std::chrono::system_clock::time_point> created_at;  ///< unset: not known
    /// Of a connector that its manifest could only have replaced: how many connections people have made with it. Unset:
    /// not counted, or they could not be, and then `connections_unread` says why.
    std::optional<std::size_t> connections = {};
    std::string connections_unread = {};
    bool deleted = false;  ///< in the directory's recycle bin, still holding its key: a create means to restore it
    /// Things a person should know: "2 connections still use it", "its subject is empty so far".
    std::vector<std::string> remarks;
    /// For the provider only: what it needs to write again without asking (raw tags, raw definition URL). Never
    /// compared, never shown.
    std::map<std::string, std::string, std::less<>> provider_data;
    /// It was saved, and is not in force: why, as one of the remarks says it. Empty: it is.
    std::string not_in_force = {};
};

/// What permissions an API offers: from its service principal in the tenant.
struct ApiPermissions {
    std::string app_id;
    std::string display_name;
    std::map<std::string, std::string> delegated;    ///< value → id of oauth2PermissionScopes
    std::map<std::string, std::string> application;  ///< value → id of appRoles that applications may hold
    std::map<std::string, std::string> people = {};  ///< value → id of appRoles that users and groups may hold
    /// Values that are published and switched off, "delegated X" or "application X": nobody can be given them.
    std::set<std::string, std::less<>> disabled = {};
    std::string service_principal_id = {};
};

/// Why a desired object cannot be planned although the tenant was read completely.
struct Obstacle {
    enum class Kind {
        foreign_owner,
        unclaimed_namesake,
        several_matches,
        adopt_target_missing,
        adopt_target_taken,
        no_place
    };
    Kind kind;
    Address address;
    std::string message;  ///< with the ids, so that a person can look
    std::string help;
};

/// What a tenant held, read completely: a Snapshot is never a part of the truth. A page that failed fails the whole of
/// it.
struct Snapshot {
    std::chrono::system_clock::time_point taken_at;
    std::map<Address, ObservedResource> resources;  ///< found for a wanted address: ours, or the adopt target
    std::vector<ObservedResource>
        orphans;  ///< carry our owner mark, wanted by no manifest; address read from their key
    std::vector<Obstacle> obstacles;
    std::map<std::string, ApiPermissions> apis;  ///< by appId; an API without service principal in the tenant is absent
    std::string caller_object_id;                ///< the service principal we are
    std::string caller_app_id;                   ///< and its application; empty: not known
    /// What the consumers of an application's secrets hold, beside the connectors; of applications that are not there
    /// yet as well.
    std::map<Address, std::vector<ObservedDelivery>> deliveries;
    CredentialPolicies credential_policies;  ///< read where a manifest asks for a secret
};

/// What to read. Made from the desired graph and from what was remembered.
struct Scope {
    std::string owner;
    std::string environment;  ///< name of the Environment
    std::string tenant_id;
    struct Wanted {
        Address address;
        std::string adopt;  ///< appId or RP name; empty: by key only
        /// That its manifest had before. What is ours under one of them is this one, as long as nothing is under its
        /// own.
        std::vector<std::string> previous_names = {};
        std::string
            display_name;  ///< connectors: the only handle the service offers besides our mark in its definition
        std::string pp_environment;  ///< connectors
        /// Connectors: which service keeps it (model::backend). Every other's Observer leaves it alone.
        std::string backend = "environment";
        std::string solution;             ///< connectors of the back end "solution": the unique name of theirs
        Value client_id;                  ///< connectors: the application they sign in with
        std::string resource_group = {};  ///< connectors of the back end "logicapps": its id
        /// Applications: what is declared of the grants of their service principals, which has reads of its own
        /// (paths of model/attributes.hpp).
        std::set<std::string, std::less<>> grants;
        std::string remembered_id;  ///< from the store; a hint, verified against the marks
        /// Paths that its manifest declares, of those that cost extra to read (Attribute::on_demand).
        std::set<std::string, std::less<>> on_demand = {};
        bool has_secrets = false;                ///< applications: its manifest asks for client secrets
        std::vector<SecretDelivery> deliveries;  ///< applications: who is to hold their secrets, beside connectors
        /// Attributes the manifest manages. What costs requests of its own is read for these only.
        std::set<std::string, std::less<>> managed;
    };
    std::vector<Wanted> wanted;
    std::set<std::string> apis;                            ///< appIds whose permission names are needed
    std::vector<std::string> power_platform_environments;  ///< ids; all of them are searched for what is ours
    std::vector<Dataverse> dataverses;                     ///< the same for connectors of solutions
    std::vector<std::string> resource_groups = {};         ///< ids; the same for connectors of Logic Apps
    /// A connector that is remembered where no manifest wants it (any more). What people sign in to it by stays with
    /// its application for as long as it is there, so it is asked for by its key when a list leaves it out.
    struct Remembered {
        Address address;
        std::string id;  ///< as Wanted::remembered_id
        std::string backend, pp_environment, resource_group;
    };
    std::vector<Remembered> unwanted = {};
};

}  // namespace regent::model
