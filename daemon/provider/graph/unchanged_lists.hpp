#pragma once

#include "provider/graph/step_context.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// What this run has written into lists of applications: a read may show that, or still what was there before.
/// Thread-safe.
class WrittenLists {
public:
    /// The lists of `context.step`, which were sent in `body`.
    void remember(const StepContext& context, const nlohmann::json& body);
    void remember(const StepContext& context, std::string_view path, model::Value list);
    [[nodiscard]] model::Map of(const std::string& object_id) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, model::Map> by_object_;
};

/// Graph writes a list as a whole and knows no precondition, so what somebody adds between our look and our write would
/// be gone: a question may have stood open for an hour in between. So the application is looked at once more right
/// before it is written, and an error (RG0706, changed since it was read) says which of the lists that `context.step`
/// writes is another one now. A read from a replica that lags behind is repeated, within the grace of old objects.
///
/// Fields that are no lists are not looked at: what a manifest says of them holds, whatever somebody wrote meanwhile.
[[nodiscard]] tl::expected<void, ProviderError> lists_are_unchanged(const StepContext& context,
                                                                    const std::string& what);

/// Reads what is at `path` until `changed` finds nothing in it that somebody changed since it was observed, or the
/// grace is over: an error then (RG0706). The last answer, one that was refused as well.
[[nodiscard]] tl::expected<GraphAnswer, ProviderError> until_unchanged(
    const StepContext& context, const std::string& path, const std::string& what,
    const std::function<std::string(const nlohmann::json&)>& changed);

}  // namespace regent::provider::graph
