#include "model/secret_delivery.hpp"

namespace regent::model {
namespace {

std::string member(const Value& target, std::string_view name) {
    const auto* value = target.find(name);
    return value == nullptr ? std::string{} : value->text_or({});
}

std::string place_of(const Value& target, std::string_view type) {
    if (type == delivery::file) return member(target, "path");
    if (type == delivery::key_vault) return member(target, "vault") + "/" + member(target, "name");
    return member(target, "name");
}

}  // namespace

std::string delivery_id(const Value& target) {
    const auto type = member(target, "type");
    return type + ":" + place_of(target, type);
}

std::string delivery_words(const Value& target) {
    const auto type = member(target, "type");
    return (type == delivery::key_vault ? "Key Vault" : type) + " " + place_of(target, type);
}

}  // namespace regent::model
