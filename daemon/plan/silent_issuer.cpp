#include "plan/silent_issuer.hpp"

#include "model/attributes.hpp"
#include "plan/secret_consumers.hpp"

#include <fmt/format.h>

namespace regent::plan {
namespace {

/// Saved whole, without a secret that nobody may issue for it: its sign-in is left to people.
bool would_lose_the_secret_of_people(const Item& item) {
    const auto backend = item.observed->attributes.find(model::path::backend);
    return backend != item.observed->attributes.end() &&
           backend->second == model::Value(std::string(model::backend::logicapps)) &&
           observed_auth(*item.observed) == "clientSecret" &&
           is_ignored(*item.desired, model::path::auth_client_secret);
}

Withheld of_people(const Item& item) {
    return {
        Withheld::Why::waits_for_withheld,
        item.desired->address,
        item.desired->place,
        "is not saved: its client's secret would be lost, since Resource Manager replaces a connector whole, nobody "
        "can read the secret back, and `management.ignore` leaves the sign-in to people",
        "take `spec.auth` off `management.ignore`, so that regent issues a new secret with each change; or change it "
        "in the Azure portal, where people give the secret anew, and in the manifest",
        {}};
}

}  // namespace

bool withhold_sign_ins_without_secret(const DesiredGraph& desired, const UpdatedConnectors& updated, Items& items) {
    bool found = false;
    for (const auto& address : updated.sign_in) {
        auto& item = items.at(address);
        if (!would_lose_the_secret_of_people(item)) continue;
        item.standing = Standing::blocked;
        item.withheld = of_people(item);
        found = true;
    }
    const auto& policy = desired.environment.policy;
    const bool every_update = policy.connector_secret_on_update == model::Policy::SecretOnUpdate::reissue;
    for (const auto& address : every_update ? updated.any : updated.sign_in) {
        auto& item = items.at(address);
        if (item.standing == Standing::blocked) continue;
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
