#pragma once

#include <span>
#include <string_view>

namespace regent::manifest {

/// Names of Azure's regions, of all clouds, sorted. New ones come every year: one that is missing here is no mistake.
/// https://learn.microsoft.com/azure/reliability/regions-list
[[nodiscard]] std::span<const std::string_view> azure_regions() noexcept;

}  // namespace regent::manifest
