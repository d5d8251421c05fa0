#pragma once

#include "manifest/load_declaration.hpp"

namespace regent::manifest {

/// The fields of an Application that are plain settings: each is one attribute under the field's own path. A field that
/// is absent is not managed; an empty text or list asks for what the service has by itself, and so does `{}` for each
/// member of a group.
void load_settings(const LoadJob& job, model::Declaration& declaration);

/// What the field table cannot say of them.
void check_settings(const Values& spec, Findings& findings);

}  // namespace regent::manifest
