#include "net/credential_dates.hpp"

#include "net/base64url.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace regent::net {
namespace {

using Time = std::chrono::system_clock::time_point;

/// Entra has no code of its own for either: "certificate … not registered or expired", "assertion not within its time".
constexpr std::array codes_of_certificates = {700027, 50013};
constexpr std::array codes_of_times = {700024, 500133, 50013};

std::tm parts_of(Time time) {
    return fmt::gmtime(std::chrono::system_clock::to_time_t(time));
}

/// `exp`. The token is not ours to verify: Entra did, and refused it.
std::optional<Time> end_of(std::string_view jwt) {
    const auto first = jwt.find('.');
    const auto second = jwt.find('.', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) return std::nullopt;
    const auto payload = from_base64url(jwt.substr(first + 1, second - first - 1));
    if (!payload) return std::nullopt;
    const auto claims = nlohmann::json::parse(*payload, nullptr, false);
    const auto exp = claims.is_object() ? claims.find("exp") : claims.end();
    // What no calendar shows is no time.
    constexpr std::int64_t end_of_years = 253402300799;
    if (!claims.is_object() || exp == claims.end() || !exp->is_number_integer()) return std::nullopt;
    const auto seconds = exp->get<std::int64_t>();
    if (seconds < 0 || seconds > end_of_years) return std::nullopt;
    return std::chrono::system_clock::from_time_t(static_cast<std::time_t>(seconds));
}

std::string help_of(const ClientCertificate& certificate, Time now) {
    const auto name = certificate.file().empty() ? std::string("the certificate") : certificate.file();
    if (certificate.ends_at() < now)
        return fmt::format("{} ended on {:%Y-%m-%d}: make a new certificate and upload it to the app registration",
                           name, parts_of(certificate.ends_at()));
    if (certificate.begins_at() > now)
        return fmt::format("{} begins on {:%Y-%m-%d}: sign in with another one until then", name,
                           parts_of(certificate.begins_at()));
    return {};
}

std::string help_of(const FederatedTokenFile& file, std::string_view assertion, Time now) {
    const auto end = end_of(assertion);
    if (!end || *end > now) return {};
    return fmt::format("the token in {} ended at {:%Y-%m-%d %H:%M} UTC: whoever renews it has stopped",
                       file.path.string(), parts_of(*end));
}

template <typename Codes>
bool contains(const Codes& codes, int code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

}  // namespace

std::string help_by_dates(int code, const Credential& credential, std::string_view assertion, Time now) {
    const auto* certificate = std::get_if<ClientCertificate>(&credential);
    if (certificate != nullptr && contains(codes_of_certificates, code)) return help_of(*certificate, now);
    const auto* file = std::get_if<FederatedTokenFile>(&credential);
    if (file != nullptr && contains(codes_of_times, code)) return help_of(*file, assertion, now);
    return {};
}

}  // namespace regent::net
