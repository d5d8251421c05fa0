#pragma once

#include "controller/importing.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <string>

namespace regent::controller {

[[nodiscard]] std::string app_id_of(const model::ObservedResource& application);
/// Empty: it has none.
[[nodiscard]] std::string display_name_of(const model::ObservedResource& application);

/// Makes one manifest, looks whether it says what it should, and leaves out what it cannot say. The error says why
/// there can be no manifest.
[[nodiscard]] tl::expected<ImportedManifest, std::string> make_manifest(
    const Workspace& workspace, const model::Survey& survey, const model::SurveyedApplication& application,
    std::string name, model::ManagementPolicy policy, std::chrono::system_clock::time_point now);

}  // namespace regent::controller
