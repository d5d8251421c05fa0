#pragma once

#include "controller/workspace.hpp"
#include "manifest/connector_writer.hpp"
#include "model/survey.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace regent::controller {

/// A manifest for an object that exists.
struct ImportedManifest {
    model::Address address;
    std::string id;  ///< appId; a connector's name in the service
    std::string display_name;
    std::string text;                          ///< the file
    std::vector<manifest::WrittenFile> files;  ///< beside it, by path from its folder
    std::vector<std::string> left_out;         ///< what is set and not in it, one line each, with the reason
    bool ours = false;                         ///< carries this environment's mark, and no manifest declared it
};

/// An object without a manifest, and why.
struct NotImported {
    std::string id;
    std::string display_name;
    std::string why;
    bool managed = false;  ///< by a manifest of this repository or another owner: as it should be
};

struct Import {
    std::vector<ImportedManifest> manifests;  ///< by name
    std::vector<NotImported> others;
};

/// Writes a manifest for each surveyed object that nobody manages. Each one is read again and planned against what
/// was surveyed before it is handed out: it is valid, and with `policy: full` nothing but the adoption is planned. What
/// would not come out so is left out of it, and named in a comment.
///
/// Names come from display names. Where two would be one, or a manifest has it already, the application id's first
/// digits are behind it, or the connector's environment; the order of objects plays no part, so that a second import
/// gives the same names.
[[nodiscard]] Import write_imports(const Workspace& workspace, const model::Survey& survey,
                                   model::ManagementPolicy policy, std::chrono::system_clock::time_point now);

}  // namespace regent::controller
