#include "provider/delivery/delivery_target.hpp"

#include <fmt/format.h>

namespace regent::provider::delivery {

using State = model::ObservedDelivery::State;

Held empty_handed() {
    return {State::empty, {}, {}};
}
Held holding(std::string key_id) {
    return {State::holds, std::move(key_id), {}};
}
Held holding_something() {
    return {State::unnamed, {}, {}};
}
Held unknown(std::string why) {
    return {State::unknown, {}, std::move(why)};
}
Held refused(std::string why) {
    return {State::refused, {}, std::move(why)};
}

std::string member(const model::Value& target, std::string_view name) {
    const auto* value = target.find(name);
    return value == nullptr ? std::string{} : value->text_or({});
}

ProviderError not_delivered(ErrorKind kind, const Parcel& parcel, const std::string& to, const std::string& why,
                            std::string help) {
    ProviderError error;
    error.kind = kind;
    error.code = "RG0712";
    error.message = fmt::format("the secret \"{}\" of Application/{} could not be handed to {}: {}", parcel.secret,
                                parcel.application, to, why);
    error.help = std::move(help);
    return error;
}

}  // namespace regent::provider::delivery
