#include "controller/clock_difference.hpp"

#include <fmt/format.h>

namespace regent::controller {
namespace {

/// "100 days", "26 hours", "75 minutes": what a person tells apart at once.
std::string in_words(std::chrono::seconds difference) {
    using namespace std::chrono;
    if (difference >= hours(72)) return fmt::format("{} days", round<days>(difference).count());
    if (difference >= hours(2)) return fmt::format("{} hours", round<hours>(difference).count());
    return fmt::format("{} minutes", round<minutes>(difference).count());
}

}  // namespace

std::optional<provider::ProviderError> clock_error(std::optional<std::chrono::seconds> ahead) {
    if (!ahead || std::chrono::abs(*ahead) <= largest_clock_difference) return std::nullopt;
    provider::ProviderError error;
    error.kind = provider::ErrorKind::transient;
    error.message = fmt::format(
        "this machine's clock is {} {} Graph's: which secrets have ended and which are due cannot "
        "be told, so nothing is planned",
        in_words(std::chrono::abs(*ahead)), ahead->count() > 0 ? "ahead of" : "behind");
    error.help = "set this machine's clock: `timedatectl set-ntp true`";
    error.code = "RG0713";
    return error;
}

}  // namespace regent::controller
