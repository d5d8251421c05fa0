#include "simulator/arm_custom_api.hpp"
#include "simulator/values.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace regent::simulator {

std::string azure_region(const std::string& location) {
    static constexpr std::array<std::string_view, 36> regions{"australiacentral",
                                                              "australiaeast",
                                                              "australiasoutheast",
                                                              "brazilsouth",
                                                              "canadacentral",
                                                              "canadaeast",
                                                              "centralindia",
                                                              "centralus",
                                                              "eastasia",
                                                              "eastus",
                                                              "eastus2",
                                                              "francecentral",
                                                              "germanywestcentral",
                                                              "italynorth",
                                                              "japaneast",
                                                              "japanwest",
                                                              "jioindiawest",
                                                              "koreacentral",
                                                              "koreasouth",
                                                              "northcentralus",
                                                              "northeurope",
                                                              "norwayeast",
                                                              "polandcentral",
                                                              "qatarcentral",
                                                              "southafricanorth",
                                                              "southcentralus",
                                                              "southeastasia",
                                                              "southindia",
                                                              "swedencentral",
                                                              "switzerlandnorth",
                                                              "uaenorth",
                                                              "uksouth",
                                                              "ukwest",
                                                              "westeurope",
                                                              "westus",
                                                              "westus2"};
    auto name = lower(location);
    std::erase(name, ' ');
    return std::find(regions.begin(), regions.end(), name) == regions.end() ? std::string{} : name;
}

}  // namespace regent::simulator
