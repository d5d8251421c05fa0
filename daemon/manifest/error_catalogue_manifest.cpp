#include "manifest/error_catalogue_parts.hpp"

#include <vector>

namespace regent::manifest {

std::span<const ErrorCode> manifest_error_codes() {
    static const auto all = [] {
        std::vector<ErrorCode> codes;
        for (const auto chapter : {field_error_codes(), reference_error_codes(), rule_error_codes(),
                                   exposes_error_codes(), secret_error_codes(), warning_codes(), openapi_error_codes(),
                                   solution_error_codes(), logicapps_error_codes(), run_error_codes()})
            codes.insert(codes.end(), chapter.begin(), chapter.end());
        return codes;
    }();
    return all;
}

}  // namespace regent::manifest
