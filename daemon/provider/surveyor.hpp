#pragma once

#include "model/survey.hpp"
#include "provider/provider_error.hpp"
#include "provider/read_progress.hpp"

#include <tl/expected.hpp>

namespace regent::provider {

/// Reads what no manifest has asked for: the beginning of an import. Reads only.
class Surveyor {
public:
    virtual ~Surveyor() = default;
    /// All of `selection`, page by page to its end; fails as a whole, as Observer does.
    [[nodiscard]] virtual tl::expected<model::Survey, ProviderError> survey(const model::Selection& selection,
                                                                            ReadProgress& progress) = 0;
};

}  // namespace regent::provider
