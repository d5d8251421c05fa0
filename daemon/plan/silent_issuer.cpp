#include "plan/silent_issuer.hpp"

#include "plan/secret_consumers.hpp"

#include <fmt/format.h>

namespace regent::plan {

bool withhold_sign_ins_without_secret(const DesiredGraph& desired, const UpdatedConnectors& updated, Items& items) {
    bool found = false;
    const auto& policy = desired.environment.policy;
    const bool every_update = policy.connector_secret_on_update == model::Policy::SecretOnUpdate::reissue;
    for (const auto& address : every_update ? updated.any : updated.sign_in) {
        auto& item = items.at(address);
        const auto wanted = wanted_secret(*item.desired);
        const auto issuer = wanted ? items.find(wanted->first) : items.end();
        if (issuer == items.end() || issuer->second.is_written()) continue;
        item.standing = Standing::blocked;
        item.withheld = Withheld{
            Withheld::Why::waits_for_withheld,
            address,
            item.desired->place,
            fmt::format("waits for {}, which is left alone: to be written it needs a new secret of that application, "
                        "and without one nobody could sign in any more",
                        to_string(wanted->first)),
            "let that application be written, or take back what is to change here",
            {}};
        found = true;
    }
    return found;
}

}  // namespace regent::plan
