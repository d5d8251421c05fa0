#pragma once

#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// Remembered of an application that a run found by its key and did not make: nobody vouches for it, however often it
/// was written since. Beside the attributes of History::last_applied.
inline constexpr std::string_view found_by_key = "foundByKey";

/// All that is remembered, beside its id, of an application that a run made or adopted, and that a run deleted for want
/// of a manifest. History has the id alone then.
inline constexpr std::string_view removed_here = "removedHere";

/// The object id of an application's service principal that a run made, or deleted with it: who may not look into the
/// recycle bin restores it by that. Beside the attributes, or beside `removed_here`.
inline constexpr std::string_view principal_id = "servicePrincipalId";
/// Under which History::remote_ids has it.
[[nodiscard]] model::Address principal_of(const model::Address& application);
/// Adds those that are remembered to applications without service principal, where the recycle bin cannot be read.
void add_remembered_principals(const History& history, model::Snapshot& observed);

/// Has the owners read of those applications that are to be given consent, app roles or power over others, or that a
/// connector signs in as, and that nobody vouches for.
void ask_for_owners(const DesiredGraph& desired, const History& history, model::Scope& scope);

/// Takes out of `scope` what is remembered of applications that were merely found by their key: that vouches for
/// nobody, nor for a connector that such an application knows.
void leave_out_those_found_by_key(const History& history, model::Scope& scope);

/// Whether `id` is that of one that this machine made or adopted, and deleted: back again it is no stranger.
[[nodiscard]] bool was_removed_here(const History& history, const model::Address& address, const std::string& id);
/// What is remembered of an application is of one object. Where it was purged and somebody registered another one under
/// our key, nothing is remembered but that it was found: neither did we make it, nor is what the old one had drift.
[[nodiscard]] bool is_of_another_object(const History& history, const model::Address& address, const std::string& id);
void forget_object(History& history, const model::Address& address);
/// The history without what is of other objects than those in `observed`; nothing when it is of these.
[[nodiscard]] std::optional<History> without_other_objects(const History& history, const model::Snapshot& observed);

/// What an application of unknown origin that lies in the recycle bin is to be given: who could use it (owners,
/// federated credentials) is not to be seen there. Whoever restores it looks once more (see came_back.hpp), and gives
/// it or says why not.
using GivenAfterALook = std::map<model::Address, std::vector<std::string>>;

/// Withholds new consent and new app roles for applications that nobody vouches for, and makes them no owners,
/// pre-authorized or known clients of others.
///
/// The key that regent finds an application by can be guessed, and in most tenants every user may register one: who
/// comes first with our key (and our tag) would be given what the manifest asks an administrator's consent for. So an
/// application is given more than it has when this plan makes it, when it is the one that is remembered from an earlier
/// run that made or adopted it, or deleted it as such, when the manifest names it by its id (`management.adopt`), or
/// when nobody but regent can sign in as it: it has no owner, credential or redirect URI that no manifest declares.
/// What it has already stays.
[[nodiscard]] GivenAfterALook withhold_unvouched_consent(const DesiredGraph& desired, const model::Snapshot& observed,
                                                         const History& history, Items& items, Plan& plan);
/// Says of each connector that is to sign in as such an application, and does not yet, who else could use that. It is
/// no reason to withhold it: what people give an application they give it by themselves.
void warn_of_unvouched_sign_ins(const DesiredGraph& desired, const model::Snapshot& observed, const History& history,
                                Items& items, Plan& plan);
/// Says so in the plan of each.
void warn_of_look(const GivenAfterALook& later, Plan& plan);

}  // namespace regent::plan
