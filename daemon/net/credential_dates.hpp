#pragma once

#include "net/credentials.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace regent::net {

/// What mends a refusal with this AADSTS number when what `credential` signs in by was outside its own time at `now`: a
/// certificate, by its dates, or the token in a file, by the `exp` of `assertion`, which was sent. Empty when the
/// refusal is about something else, or the dates do not explain it.
[[nodiscard]] std::string help_by_dates(int code, const Credential& credential, std::string_view assertion,
                                        std::chrono::system_clock::time_point now);

}  // namespace regent::net
