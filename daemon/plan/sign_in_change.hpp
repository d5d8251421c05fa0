#pragma once

#include "plan/resolution.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// Whether this plan saves a connector that is there with another way to sign in, or as another application, or makes
/// it anew: its application of the manifests has to accept it from then on. Another secret alone is no such change.
[[nodiscard]] bool signs_in_anew(const Item& connector);

/// Whether a connector of ours that is there is to sign in otherwise than it does, and this plan does not change that.
[[nodiscard]] bool keeps_its_sign_in(const Item& connector);

/// The application that a connector is to sign in as, where it is one of the manifests'.
[[nodiscard]] std::optional<model::Address> application_of(const DesiredResource& connector);

/// Whether `path` is one of the three lists of redirect URIs, of which one platform each.
[[nodiscard]] bool is_redirect_list(std::string_view path);

/// Something that the manifests have an application accept for the sake of a connector.
struct NeededToSignIn {
    std::string path;  ///< "redirectUris.web", "federatedCredentials"
    const model::Element* element = nullptr;
};
/// What people need to sign in to `connector` as `application`: its redirect URL, and the trust in its identity.
[[nodiscard]] std::vector<NeededToSignIn> needed_to_sign_in(const model::Address& connector,
                                                            const DesiredResource& application);

/// Withholds a connector that would sign in anew (see signs_in_anew), while its application is not given what that
/// takes: it is not written itself, leaves that to others, or has no room for it. Nobody could sign in any more, and
/// the way there was until now could not be brought back. One that is made for the first time has nobody who would miss
/// it. What others wait for of it does not come then. Whether there was any.
[[nodiscard]] bool withhold_sign_ins_not_accepted(Items& items);

}  // namespace regent::plan
