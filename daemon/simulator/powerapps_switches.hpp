#pragma once

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

namespace regent::simulator {

/// What nobody outside Microsoft knows for sure about the Power Apps resource provider: `/_simulator/switches`, member
/// "powerApps".
struct PowerAppsSwitches {
    int create_status = 201, update_status = 200, delete_status = 200;
    int environment_denied_status = 403;
    bool accept_any_environment = false;
    bool duplicate_title_varies = false;     ///< a second connector of one title: refused, or given another name
    bool patch_without_secret_keeps = true;  ///< an OAuth block without secret: the stored one stays, or is dropped
    bool managed_identity_available = true;  ///< the preview is rolled out here
    long subject_delay_seconds = 2;          ///< until a managed identity has its subject
    bool drop_rejected_swagger = false;      ///< a definition that is refused on update is dropped without a word
    bool definition_bom = true, definition_crlf = false;
    long replica_lag_seconds = 0;
    long page_size = 50;
    std::string next_link_host;  ///< "https://management.azure.com": what nextLink has been seen to name

    void set(const nlohmann::json& values) {
        for (const auto& [name, value] : values.items()) set_one(name, value);
    }
    [[nodiscard]] nlohmann::json get() const {
        return {{"createStatus", create_status},
                {"updateStatus", update_status},
                {"deleteStatus", delete_status},
                {"environmentDeniedStatus", environment_denied_status},
                {"acceptAnyEnvironment", accept_any_environment},
                {"duplicateTitle", duplicate_title_varies ? "vary" : "conflict"},
                {"patchWithoutSecret", patch_without_secret_keeps ? "keep" : "drop"},
                {"managedIdentityAvailable", managed_identity_available},
                {"subjectDelaySeconds", subject_delay_seconds},
                {"dropRejectedSwagger", drop_rejected_swagger},
                {"definitionBom", definition_bom},
                {"definitionCrlf", definition_crlf},
                {"replicaLagSeconds", replica_lag_seconds},
                {"pageSize", page_size},
                {"nextLinkHost", next_link_host}};
    }

private:
    static bool choice(const std::string& name, const nlohmann::json& value, const char* yes, const char* no) {
        if (value == yes) return true;
        if (value == no) return false;
        throw std::invalid_argument(name + " is `" + yes + "` or `" + no + "`");
    }
    void set_one(const std::string& name, const nlohmann::json& value) {
        if (name == "createStatus")
            create_status = value.get<int>();
        else if (name == "updateStatus")
            update_status = value.get<int>();
        else if (name == "deleteStatus")
            delete_status = value.get<int>();
        else if (name == "environmentDeniedStatus")
            environment_denied_status = value.get<int>();
        else if (name == "acceptAnyEnvironment")
            accept_any_environment = value.get<bool>();
        else if (name == "duplicateTitle")
            duplicate_title_varies = choice(name, value, "vary", "conflict");
        else if (name == "patchWithoutSecret")
            patch_without_secret_keeps = choice(name, value, "keep", "drop");
        else if (name == "managedIdentityAvailable")
            managed_identity_available = value.get<bool>();
        else if (name == "subjectDelaySeconds")
            subject_delay_seconds = value.get<long>();
        else if (name == "dropRejectedSwagger")
            drop_rejected_swagger = value.get<bool>();
        else if (name == "definitionBom")
            definition_bom = value.get<bool>();
        else if (name == "definitionCrlf")
            definition_crlf = value.get<bool>();
        else if (name == "replicaLagSeconds")
            replica_lag_seconds = value.get<long>();
        else if (name == "pageSize")
            page_size = value.get<long>();
        else if (name == "nextLinkHost")
            next_link_host = value.get<std::string>();
        else
            throw std::invalid_argument("powerApps has no switch " + name);
    }
};

}  // namespace regent::simulator
