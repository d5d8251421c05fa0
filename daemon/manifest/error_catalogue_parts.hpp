#pragma once

#include "manifest/error_catalogue.hpp"

#include <span>

namespace regent::manifest {

// The catalogue by chapters; manifest_error_codes() puts them behind each other.
[[nodiscard]] std::span<const ErrorCode> field_error_codes();      ///< RG02xx
[[nodiscard]] std::span<const ErrorCode> reference_error_codes();  ///< RG031x, RG032x
[[nodiscard]] std::span<const ErrorCode> rule_error_codes();       ///< RG04xx
[[nodiscard]] std::span<const ErrorCode> exposes_error_codes();    ///< RG0490 to RG0495
[[nodiscard]] std::span<const ErrorCode> secret_error_codes();     ///< RG0496 to RG0499
[[nodiscard]] std::span<const ErrorCode> warning_codes();          ///< RG05xx
[[nodiscard]] std::span<const ErrorCode> openapi_error_codes();    ///< RG06xx
[[nodiscard]] std::span<const ErrorCode> solution_error_codes();   ///< RG0640 to RG0644
[[nodiscard]] std::span<const ErrorCode> logicapps_error_codes();  ///< RG0650 to RG0659
[[nodiscard]] std::span<const ErrorCode> run_error_codes();        ///< RG07xx, RG08xx

}  // namespace regent::manifest
