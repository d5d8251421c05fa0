#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <set>
#include <string>

namespace regent::provider::graph {

/// What an application exposes, of its JSON, into the attributes `exposes.…`, and into the provider's data how it is
/// said there, where we say the same otherwise. The error says what could not be understood.
[[nodiscard]] tl::expected<void, std::string> read_exposed(const nlohmann::json& application,
                                                           model::ObservedResource& into);

/// The same as an API that others ask for permissions: what its service principal will show, and earlier.
[[nodiscard]] model::ApiPermissions read_own_api(const nlohmann::json& application);

/// Adds to the body of a PATCH what `step` changes of `exposes.…`. What it does not change is sent as it was read.
/// Pre-authorized clients are written along with the scopes when those they name go or get other ids: the service
/// refuses a client that names no scope. The error says what is wrong.
[[nodiscard]] tl::expected<void, std::string> put_exposed(const plan::Step& step, nlohmann::json& body);

/// Ids of the scopes and roles that were enabled when `step` was planned, and that it changes or removes: an earlier
/// step has disabled them.
[[nodiscard]] std::set<std::string> disabled_before(const plan::Step& step);
/// Whether `application` shows all of `ids` disabled.
[[nodiscard]] bool shows_disabled(const nlohmann::json& application, const std::set<std::string>& ids);

namespace provider_data {
/// Scopes and roles as they were read, as JSON, with the names they go by: those that we would write in other words.
inline constexpr std::string_view exposed_otherwise = "exposes";
}  // namespace provider_data

}  // namespace regent::provider::graph
