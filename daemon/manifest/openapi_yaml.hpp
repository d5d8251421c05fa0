#pragma once

#include "manifest/yaml_reader.hpp"

namespace regent::manifest {

/// As read_yaml(), but that a whole number is text where a key stands: an OpenAPI file's `responses` are written as
/// `200:` by everybody, and can be nothing else there.
[[nodiscard]] ReadResult read_openapi_yaml(const SourceText& source, const ReadLimits& limits);

}  // namespace regent::manifest
