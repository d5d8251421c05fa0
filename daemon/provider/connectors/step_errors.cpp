#include "provider/connectors/step_errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace regent::provider::connectors {

ProviderError error_of(ErrorKind kind, std::string code, std::string message, std::string help) {
    return {.kind = kind,
            .message = std::move(message),
            .service = {},
            .request_id = {},
            .time = {},
            .help = std::move(help),
            .retry_after = {},
            .code = std::move(code)};
}

ProviderError bug(const plan::Step& step, const std::string& message) {
    return error_of(ErrorKind::rejected, "RG0705",
                    fmt::format("{} cannot be written: {}", to_string(step.address), message),
                    "this is a mistake in regent; please report it");
}

ProviderError interrupted(const plan::Step& step) {
    return error_of(ErrorKind::interrupted, "RG0710",
                    fmt::format("interrupted while waiting for {}", to_string(step.address)),
                    "the next run goes on from here");
}

}  // namespace regent::provider::connectors
