#pragma once

#include "model/snapshot.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace regent::provider {

/// One of the things that writing takes, tried in a way that changes nothing.
struct WriteTrial {
    std::string doing;  ///< "save connectors"
    tl::expected<void, ProviderError> answer;
};

/// A Writer whose service has questions that show who may write.
class TriesWriting {
public:
    virtual ~TriesWriting() = default;
    /// In the places of `scope` that are this service's.
    [[nodiscard]] virtual std::vector<WriteTrial> try_writing(const model::Scope& scope) = 0;
};

}  // namespace regent::provider
