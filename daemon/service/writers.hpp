#pragma once

#include "service/http.hpp"

#include <string>

namespace regent::service {

/// Whether the one at the other end may change something: root, this process's own user, and members of `group`.
/// Membership is what the kernel knew when they connected, or what the machine's accounts say now.
[[nodiscard]] bool may_write(const Peer& peer, const std::string& group);

/// "bob (uid 1000)"; "uid 1000" when no account has this number.
[[nodiscard]] std::string name_of(const Peer& peer);

}  // namespace regent::service
