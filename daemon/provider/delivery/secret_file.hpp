#pragma once

#include "model/local_delivery.hpp"
#include "provider/delivery/delivery_target.hpp"

namespace regent::provider::delivery {

/// A secret in a file of this machine. Beside it lies `PATH.keyid`, which says which one it is: the key id, and a
/// salted digest of the value, so that a value that was put back from a copy, or cut short, is noticed without the
/// tenant's help. (A secret of Entra is too random to be found by its digest.)
///
/// The two cannot be replaced in one step. So the new value is written beside the old one first; then the old account
/// goes, the value is renamed into place, and the new account is written. Whoever dies between leaves a value without
/// account, which counts as not delivered.
[[nodiscard]] Held look_at_file(const model::Value& target, const model::LocalDelivery& local);
[[nodiscard]] Delivered write_file(const model::Value& target, const model::LocalDelivery& local, const Parcel& parcel);

}  // namespace regent::provider::delivery
