#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// `spec.exposes` but for identifier URIs: scopes, roles and which clients the application knows.
void load_exposes(const LoadJob& job, model::Declaration& declaration);

/// The application id of another Application of the repository, which is noted in `declaration` as referred to; `where`
/// is the field's name for messages.
[[nodiscard]] model::Value application_id(const Node& application_name, const std::string& where,
                                          model::Declaration& declaration);

}  // namespace regent::manifest
