#pragma once

#include "model/secret.hpp"
#include "model/secret_delivery.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace regent::provider::delivery {

/// A secret on its way. The value goes to one place, the rest is told beside it.
struct Parcel {
    const model::Secret& value;
    std::string key_id;
    std::string secret;       ///< the manifest's name
    std::string application;  ///< metadata.name
    std::string app_id;
    std::string ends_at;  ///< RFC 3339; may be empty
    std::function<void(std::string_view)> progress;
};

/// What a target holds.
struct Held {
    model::ObservedDelivery::State state = model::ObservedDelivery::State::unknown;
    std::string key_id;
    std::string note;
};
[[nodiscard]] Held empty_handed();
[[nodiscard]] Held holding(std::string key_id);
[[nodiscard]] Held holding_something();
[[nodiscard]] Held unknown(std::string why);
[[nodiscard]] Held refused(std::string why);

using Delivered = tl::expected<void, ProviderError>;

[[nodiscard]] std::string member(const model::Value& target, std::string_view name);
/// "RG0712": a delivery did not succeed.
[[nodiscard]] ProviderError not_delivered(ErrorKind kind, const Parcel& parcel, const std::string& to,
                                          const std::string& why, std::string help);

}  // namespace regent::provider::delivery
