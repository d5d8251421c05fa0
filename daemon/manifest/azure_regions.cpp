#include "manifest/azure_regions.hpp"

#include <array>

namespace regent::manifest {

std::span<const std::string_view> azure_regions() noexcept {
    static constexpr auto regions = std::to_array<std::string_view>({
        "australiacentral", "australiacentral2",
        "australiaeast",    "australiasoutheast",
        "austriaeast",      "belgiumcentral",
        "brazilsouth",      "brazilsoutheast",
        "canadacentral",    "canadaeast",
        "centralindia",     "centralus",
        "chilecentral",     "chinaeast",
        "chinaeast2",       "chinaeast3",
        "chinanorth",       "chinanorth2",
        "chinanorth3",      "eastasia",
        "eastus",           "eastus2",
        "francecentral",    "francesouth",
        "germanynorth",     "germanywestcentral",
        "indonesiacentral", "israelcentral",
        "italynorth",       "japaneast",
        "japanwest",        "jioindiacentral",
        "jioindiawest",     "koreacentral",
        "koreasouth",       "malaysiawest",
        "mexicocentral",    "newzealandnorth",
        "northcentralus",   "northeurope",
        "norwayeast",       "norwaywest",
        "polandcentral",    "qatarcentral",
        "southafricanorth", "southafricawest",
        "southcentralus",   "southeastasia",
        "southindia",       "spaincentral",
        "swedencentral",    "swedensouth",
        "switzerlandnorth", "switzerlandwest",
        "uaecentral",       "uaenorth",
        "uksouth",          "ukwest",
        "usdodcentral",     "usdodeast",
        "usgovarizona",     "usgovtexas",
        "usgovvirginia",    "westcentralus",
        "westeurope",       "westindia",
        "westus",           "westus2",
        "westus3",
    });
    return regions;
}

}  // namespace regent::manifest
