#pragma once

#include "plan/resolution.hpp"
#include "plan/secrets.hpp"

namespace regent::plan {

/// Withholds a connector whose way to sign in would be sent anew, when it is to sign in with a secret of an application
/// that this plan does not write, and that so issues none: sent without, it may lose the one that it has, and with
/// another application's id it has the wrong one. Nobody could tell afterwards. One that is made for the first time was
/// withheld before, see resolve(). Withholds as well one that is replaced by each save and whose secret is people's,
/// since it would be lost. Whether there was any.
[[nodiscard]] bool withhold_sign_ins_without_secret(const DesiredGraph& desired, const UpdatedConnectors& updated,
                                                    Items& items);

}  // namespace regent::plan
