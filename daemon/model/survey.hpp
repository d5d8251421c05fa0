#pragma once

#include "model/snapshot.hpp"

#include <map>
#include <string>
#include <vector>

namespace regent::model {

/// Which connectors somebody wants to see.
struct ConnectorSelection {
    std::vector<std::string> environments;     ///< Power Platform environments (ids) that are searched; empty: none
    std::vector<std::string> resource_groups;  ///< of Azure (ids) that are searched for connectors of Logic Apps
    std::vector<std::string> names;            ///< as the service knows them ("shared_…"), or display names
    bool all = false;                          ///< every custom connector of these

    [[nodiscard]] bool has_places() const { return !environments.empty() || !resource_groups.empty(); }
};

/// Which objects of a tenant somebody wants to see, whether or not any manifest knows them.
struct Selection {
    std::vector<std::string> app_ids;
    std::vector<std::string> display_names;  ///< exactly; the service tells no case apart
    std::vector<std::string> filters;        ///< OData, as `az ad app list --filter` takes it
    bool all = false;
    ConnectorSelection connectors = {};

    [[nodiscard]] bool has_applications() const {
        return all || !app_ids.empty() || !display_names.empty() || !filters.empty();
    }
};

/// An application with all that can be seen of it.
struct SurveyedApplication {
    /// As observed. `address.name` is what its own marks call it, when it carries those of this environment.
    ObservedResource resource;
    std::string created_at;  ///< RFC 3339, as the service says it
    /// What is set on it and cannot be written into a manifest, one line each with the reason: "addIns: […] (no field
    /// for it)".
    std::vector<std::string> unsayable;
    /// Its own certificates, base64 of their DER by thumbprint; without those whose bytes the service does not show.
    std::map<std::string, std::string> certificates = {};
};

/// A custom connector with all that can be seen of it: its picture, its script and who may use it are among the
/// attributes.
struct SurveyedConnector {
    ObservedResource resource;  ///< `address.name` as with applications
    std::string created_at;     ///< RFC 3339, as the service says it
    std::string maker;          ///< display name of who made it: the publisher, unless another one is said
    std::string row_id;         ///< of its row in Dataverse, as Power Apps says; empty: it is in no solution
    std::string fixed_because;  ///< why nobody can change it here; empty: one can
};

/// What a list of applications holds that is none: an object of a derived type, as agents have.
struct SurveyedOther {
    std::string app_id;
    std::string display_name;
    std::string type;  ///< "agentIdentityBlueprint"
};

/// The objects of a Selection, each once: applications by appId, connectors by environment and name.
struct Survey {
    std::vector<SurveyedApplication> applications;
    std::vector<SurveyedConnector> connectors = {};
    std::map<std::string, ApiPermissions> apis;        ///< those that the applications ask, or were granted
    std::map<std::string, std::string> names = {};     ///< of owners, by object id
    std::vector<SurveyedOther> others = {};            ///< by appId
    std::vector<std::string> missing;                  ///< the app ids and display names that nothing has
    std::vector<std::string> missing_connectors = {};  ///< the same of connectors
};

}  // namespace regent::model
