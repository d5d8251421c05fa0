#include "provider/connectors/identity_wait.hpp"

#include "provider/service_time.hpp"

#include <algorithm>

namespace regent::provider::connectors {

std::chrono::milliseconds wait_for_identity(std::chrono::seconds patience, const std::string& saved_at,
                                            std::chrono::system_clock::time_point now) {
    using std::chrono::milliseconds;
    constexpr milliseconds least = std::chrono::seconds(20);
    const auto saved = parse_time(saved_at);
    if (!saved || *saved > now) return patience;
    const auto since = std::chrono::duration_cast<milliseconds>(now - *saved);
    return std::min<milliseconds>(patience, std::max(least, milliseconds(patience) - since));
}

}  // namespace regent::provider::connectors
