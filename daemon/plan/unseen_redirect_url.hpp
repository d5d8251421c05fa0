#pragma once

#include "model/snapshot.hpp"

#include <string>

namespace regent::plan {

/// Whether `uri` is by its form the redirect URL that Power Apps gave `connector`, of which only the name is shown. An
/// answer may be too old for the URL, and that does not change as long as the connector has its name:
/// https://global.consent.azure-apim.net/redirect/<name without "shared_">.
[[nodiscard]] bool is_unseen_redirect_url(const model::ObservedResource& connector, const std::string& uri);

}  // namespace regent::plan
