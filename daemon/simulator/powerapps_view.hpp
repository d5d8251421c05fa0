#pragma once

#include "simulator/blob_store.hpp"
#include "simulator/powerapps_switches.hpp"
#include "simulator/values.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::simulator {

inline constexpr const char* default_icon_url = "https://az787822.vo.msecnd.net/defaulticons/api-dedicated.png";

/// Where the service keeps its own copies. Names there are a connector's name without "shared_" and an ending.
namespace container {
inline constexpr const char* definitions = "api-swagger-files";
inline constexpr const char* icons = "api-icons";
inline constexpr const char* scripts = "api-scripts";
}  // namespace container

/// How a connector is shown to somebody who reads it.
struct ConnectorView {
    const PowerAppsSwitches& switches;
    BlobStore& blobs;
    std::string base_url;
    Time now;

    /// A record as an answer shows it: links with fresh signatures, no secret, no subject before its time. `whole` adds
    /// `swagger`, which lists leave out.
    [[nodiscard]] nlohmann::json shown(const nlohmann::json& record, bool whole) const;
};

/// A blob that the service makes from a record: the definition as submitted ("<name>.json_original") or in the
/// service's own form
/// ("<name>.json"), icon or script. `ending` is what follows the connector's bare name.
[[nodiscard]] std::optional<Blob> blob_of(const nlohmann::json& record, const std::string& container,
                                          const std::string& ending, const PowerAppsSwitches& switches);

/// Microsoft's own connectors, which lists mix in: `count` of them.
[[nodiscard]] std::vector<nlohmann::json> built_in_connectors(long count);
/// True for the name of one of them.
[[nodiscard]] bool is_built_in_connector(const std::string& name, long count);

}  // namespace regent::simulator
