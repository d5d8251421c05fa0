#pragma once

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

namespace regent::simulator {

/// What nobody knows for sure about Graph, and what differs from tenant to tenant: `/_simulator/switches`, member
/// "graph".
struct GraphSwitches {
    bool expand_federated_credentials =
        true;  ///< `$expand=federatedIdentityCredentials` on v1.0: documented, doubted by one project
    bool page_tokens_expire = false;       ///< every `$skiptoken` is answered with Directory_ExpiredPageToken
    bool clear_home_page_refused = false;  ///< clearing web.homePageUrl is a 400, as one client has seen
    long replica_lag_seconds = 0;          ///< reads show what was true so long ago
    long secret_delay_seconds = 0;         ///< sign-in refuses a new secret that long

    void set(const nlohmann::json& values) {
        for (const auto& [name, value] : values.items()) {
            if (name == "expandFederatedIdentityCredentials")
                expand_federated_credentials = value.get<bool>();
            else if (name == "pageTokensExpire")
                page_tokens_expire = value.get<bool>();
            else if (name == "clearHomePageRefused")
                clear_home_page_refused = value.get<bool>();
            else if (name == "replicaLagSeconds")
                replica_lag_seconds = value.get<long>();
            else if (name == "secretDelaySeconds")
                secret_delay_seconds = value.get<long>();
            else
                throw std::invalid_argument("graph has no switch " + name);
        }
    }
    [[nodiscard]] nlohmann::json get() const {
        return {{"expandFederatedIdentityCredentials", expand_federated_credentials},
                {"pageTokensExpire", page_tokens_expire},
                {"clearHomePageRefused", clear_home_page_refused},
                {"replicaLagSeconds", replica_lag_seconds},
                {"secretDelaySeconds", secret_delay_seconds}};
    }
};

}  // namespace regent::simulator
