#pragma once

#include "manifest/load_declaration.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace regent::manifest {

// The parts of load_connector(), each in a file of its own.

/// A file that a Connector's manifest names, or that lies in the folder it names.
struct ConnectorFile {
    std::string path;              ///< from the repository's root
    const Entry* entry = nullptr;  ///< the manifest's words: where a mistake without a line of its own is shown
    std::string instead = {};      ///< when it is not there: what lies in its folder that may be meant, as advice
};

/// Unset: neither named nor there. `icon` and `script` with an empty path: there is to be none.
struct ConnectorFiles {
    std::optional<ConnectorFile> openapi, properties, icon, script;
    bool from_folder = false;
    /// There is no script, and these lie in the folder, whose names are not a script's: as a manifest names them.
    std::vector<std::string> unnamed_scripts = {};
};
/// What `openapi`, `properties`, `icon`, `script` and `files` name.
[[nodiscard]] ConnectorFiles connector_files(const LoadJob& job);

/// The bytes of `file`; reports that they cannot be read. `what` is "the OpenAPI file".
[[nodiscard]] std::optional<std::string> connector_bytes(const LoadJob& job, const ConnectorFile& file,
                                                         std::string_view code, std::string_view what);

/// Settings in the service's own words: from apiProperties.json, and over it from the manifest. `operations` are the
/// definition's operationIds; empty: not known.
void load_connector_settings(const LoadJob& job, const ConnectorFiles& files,
                             const std::set<std::string, std::less<>>& operations, model::Declaration& declaration);

/// What the manifest's own words for another way to sign in than Entra ID mean: JSON of the service's
/// connectionParameters and of OpenAPI's securityDefinitions. Both empty when `auth` has none of them and there is no
/// gateway.
struct SignInWords {
    std::string connection_parameters;
    std::string security_definitions;
};
[[nodiscard]] SignInWords sign_in_words(const LoadJob& job);

void load_icon(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration);
void load_script(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration);
void load_shares(const LoadJob& job, model::Declaration& declaration);
/// What connectors with `backend: solution` have beside the others, and what they do not have.
void load_solution(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration);
/// Takes out of a connector in a solution what its settings say, as most published ones do, and a row of Dataverse has
/// no place for, and says so: its publisher, since people see the solution's, and some capabilities. Called when the
/// settings are loaded.
void leave_to_solution(const LoadJob& job, model::Declaration& declaration);
void load_secret_from(const LoadJob& job, model::Declaration& declaration);

}  // namespace regent::manifest
