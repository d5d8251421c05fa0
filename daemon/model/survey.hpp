#pragma once

#include "model/snapshot.hpp"

#include <map>
#include <string>
#include <vector>

namespace regent::model {

/// Which applications of a tenant somebody wants to see, whether or not any manifest knows them.
struct Selection {
    std::vector<std::string> app_ids;
    std::vector<std::string> display_names;  ///< exactly; the service tells no case apart
    std::vector<std::string> filters;        ///< OData, as `az ad app list --filter` takes it
    bool all = false;
};

/// An application with all that can be seen of it.
struct SurveyedApplication {
    /// As observed. `address.name` is what its own marks call it, when it carries those of this environment.
    ObservedResource resource;
    std::string created_at;  ///< RFC 3339, as the service says it
    /// What is set on it and no manifest can say, one line each: "optionalClaims: {…}".
    std::vector<std::string> unsayable;
};

/// The applications of a Selection, each once, by appId.
struct Survey {
    std::vector<SurveyedApplication> applications;
    std::map<std::string, ApiPermissions> apis;  ///< those that the applications ask
    std::vector<std::string> missing;            ///< the app ids and display names that nothing has
};

}  // namespace regent::model
