#pragma once

#include "model/local_delivery.hpp"
#include "provider/delivery/delivery_target.hpp"

#include <string>

namespace regent::provider::delivery {

/// A secret handed to a program on its standard input. Which programs there are says the machine's configuration; a
/// manifest says a name. The program is told REGENT_APPLICATION, REGENT_APP_ID, REGENT_SECRET, REGENT_KEY_ID and
/// REGENT_ENDS_AT in its environment, gets nothing else of ours, and its output goes nowhere: it could hold the value.
/// Ending with 0 means that the value is stored, anything else that nothing was changed.
///
/// Which secret it was given last is written down in the folder of records, for nobody else can tell. A lost record
/// means that a new secret is issued.
[[nodiscard]] Held look_at_command(const model::Value& target, const model::LocalDelivery& local,
                                   const std::string& environment_key);
[[nodiscard]] Delivered run_command(const model::Value& target, const model::LocalDelivery& local,
                                    const std::string& environment_key, const Parcel& parcel);

}  // namespace regent::provider::delivery
