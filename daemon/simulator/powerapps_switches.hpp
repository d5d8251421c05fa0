#pragma once

#include "simulator/swagger.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>

namespace regent::simulator {

/// What nobody knows for sure about the Power Apps resource provider, whose contract Microsoft does not publish, and
/// what differs from tenant to tenant: `/_simulator/switches`, member "powerApps". docs/simulator.md says what each one
/// is about.
struct PowerAppsSwitches {
    bool accept_any_environment = false;       ///< an unknown environment comes into being when it is named
    long environment_denied_status = 403;      ///< of EnvironmentAccessDenied: 403 or 404
    std::string duplicate_title = "conflict";  ///< conflict: 409; vary: a second connector under a varied name
    long create_status = 201;
    long update_status = 200;  ///< 204 comes without a body
    long delete_status = 200;
    long delete_absent_status = 404;
    std::string application_saves_as = "objectId";  ///< what `modifiedBy.id` of an application is: objectId or appId
    std::string patch_without_secret = "keep";      ///< keep: the stored secret stays; drop: it is gone
    /// An Entra sign-in without a client, beside `token:clientId`: published connectors are so, no page says it.
    bool people_bring_client = true;
    bool changed_time_moves = true;              ///< with each save
    bool drop_rejected_swagger = false;          ///< an update with a bad definition succeeds and keeps the old one
    std::string parameter_sets_null = "remove";  ///< null for connectionParameterSets: remove them, or keep
    bool managed_identity_available = true;
    long subject_delay_seconds = 2;        ///< from the save to the managed identity's subject
    long replica_lag_seconds = 0;          ///< reads show what was true so long ago
    long list_lag_seconds = 0;             ///< lists show what was true so much longer ago than a single read
    bool unshared_invisible = false;       ///< a caller sees only what is shared with it, its own creations included
    bool service_principal_writes = true;  ///< a service principal may create, update and delete
    bool service_principal_object_ids = true;        ///< and may call objectIds/{oid}/…
    bool require_admin_registration = false;         ///< callers must be registered under adminApplications
    std::string unknown_properties = "ignore";       ///< of a connector: ignore | refuse
    std::string custom_parameter_casing = "asSent";  ///< of customParameters on read: asSent | camel | pascal
    bool first_party_when_on_behalf_of = false;      ///< IsFirstParty reads "True" when on-behalf-of login is on
    /// Which tag each operation of a definition is given at a save: none | name (the connector's) | title.
    std::string appended_tags = "none";
    bool definition_bom = true;               ///< definitions are served with a byte order mark
    bool definition_crlf = false;             ///< and with CRLF
    bool swagger_only_when_expanded = false;  ///< a get carries `swagger` only with $expand=swagger
    long page_size = 100;                     ///< of lists
    std::string next_link_host;               ///< "https://management.azure.com"; empty: our own
    long built_in_connectors = 5;             ///< how many are mixed into lists
    long validate_failure_status = 400;  ///< of validateApiSwagger without certification rules, for a bad definition
    bool strict_mime_types = false;      ///< MimeTypeNotSupported and UnrecognizedTypeFormat are errors, not advice
    /// published: definitions pass that do what connectors in use do; documented: every documented rule holds.
    std::string swagger_rules = "published";
    std::string storage_origin;  ///< "https://ACCOUNT.blob.core.windows.net"; empty: our own
    /// What Dataverse does to a client secret in a row. Microsoft says that it is replaced by an empty text; pipelines
    /// are said to work all the same. blanked: it is gone; elsewhere: it reads empty, and Power Apps has it; kept: it
    /// can be read back.
    std::string dataverse_secrets = "blanked";
    std::string dataverse_sync = "on";         ///< off: rows are saved, and Power Apps never hears of it
    long sync_delay_seconds = 0;               ///< from the save of a row to Power Apps
    long internal_id_delay_seconds = 0;        ///< from the first save to `connectorinternalid`
    std::string dataverse_etags = "honoured";  ///< If-Match with a version: honoured | ignored | refused
    std::string dataverse_rights = "all";      ///< of the caller's role on connectors: all | read | none
    bool require_application_user = false;     ///< callers must be registered, as under adminApplications
    long dataverse_requests = 6000;            ///< of one caller within five minutes
    std::string script_failure = "none";       ///< of a save with a script: none | compile | capacity

    [[nodiscard]] SwaggerRules swagger() const { return {strict_mime_types, swagger_rules == "documented"}; }

    /// Throws std::invalid_argument with a sentence for an unknown name or a value that is none of the choices; then
    /// nothing is set.
    void set(const nlohmann::json& values);
    [[nodiscard]] nlohmann::json get() const;
};

}  // namespace regent::simulator
