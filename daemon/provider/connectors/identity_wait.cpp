#include "provider/connectors/identity_wait.hpp"

#include "provider/service_time.hpp"

#include <algorithm>

namespace regent::provider::connectors {

std::chrono::milliseconds wait_for_identity(const IdentityPatience& patience, const std::string& saved_at,
                                            std::chrono::system_clock::time_point now) {
    using std::chrono::milliseconds;
    const milliseconds whole = patience.since_save, least = patience.at_least;
    const auto saved = parse_time(saved_at);
    if (!saved || *saved > now) return whole;
    const auto since = std::chrono::duration_cast<milliseconds>(now - *saved);
    return std::min(whole, std::max(least, whole - since));
}

}  // namespace regent::provider::connectors
