#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::simulator {

/// What an application has when its creator said nothing.
[[nodiscard]] const nlohmann::json& application_defaults();

/// Brings a written application into the form in which Graph keeps it: defaults where null or nothing was sent, null
/// for empty texts, ids in lower case, what a certificate says of itself. `before` is what was stored, null on
/// creation: a key that is sent back without its bytes keeps them.
void normalise_application(nlohmann::json& application, const nlohmann::json* before);

/// Of an application's lists: another one than they were sent in, or the same.
enum class Order { turned, kept };

/// What Graph shows of a stored application: without our members. Members that only `$select` shows are left out.
[[nodiscard]] nlohmann::json shown_application(const nlohmann::json& stored, Order order);
/// The same, with the members that only `$select` shows; certificates' bytes come only where keyCredentials is selected
/// of a single object.
[[nodiscard]] nlohmann::json selected_application(const nlohmann::json& stored, const std::string& select,
                                                  bool is_single, Order order);
/// Any stored object without the simulator's own members.
[[nodiscard]] nlohmann::json without_internal_members(const nlohmann::json& stored);
/// Members of a stored object that are the simulator's own.
[[nodiscard]] bool is_internal_member(const std::string& name);

}  // namespace regent::simulator
