#include "model/value.hpp"
#include "plan/planner.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <array>
#include <memory>

namespace regent::plan {
namespace {

using nlohmann::json;

/// Part of the hash: a plan approved under other rules must not pass for one of these.
constexpr int plan_format = 1;

std::string sha256(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

/// References as their text: two plans that wait for different things differ.
json shape(const model::Value& value) {
    if (value.as_reference() != nullptr) return to_text(value) + value.as_reference()->output;
    if (const auto* list = value.as_list()) {
        auto array = json::array();
        for (const auto& element : *list) array.push_back(shape(element));
        return array;
    }
    if (const auto* map = value.as_map()) {
        auto object = json::object();
        for (const auto& [name, member] : *map) object[name] = shape(member);
        return object;
    }
    return to_json(value);
}

json desired_json(const DesiredGraph& desired) {
    auto all = json::object();
    for (const auto& [address, resource] : desired.resources) {
        auto& object = all[to_string(address)];
        object["policy"] = static_cast<int>(resource.management.policy);
        object["adopt"] = resource.management.adopt;
        object["removeUndeclaredCredentials"] = resource.management.remove_undeclared_credentials;
        for (const auto& [path, attribute] : resource.attributes) {
            auto elements = json::array();
            for (const auto& element : attribute.elements)
                elements.push_back({element.name, shape(element.value), element.contributor.has_value()});
            object["attributes"][path] = {shape(attribute.value), std::move(elements), attribute.exclusive};
        }
    }
    return all;
}

json observed_json(const model::ObservedResource& resource) {
    auto outputs = json::object();
    for (const auto& [name, value] : resource.outputs) outputs[name] = value;
    std::vector<std::string> keys;
    for (const auto& secret : resource.secrets) keys.push_back(secret.key_id);
    std::sort(keys.begin(), keys.end());
    auto attributes = json::object();
    for (const auto& [path, value] : resource.attributes) {
        auto element = shape(value);
        // A service lists the members of a set in any order it likes.
        if (element.is_array()) std::sort(element.begin(), element.end());
        attributes[path] = std::move(element);
    }
    return {{"id", resource.id},
            {"deleted", resource.deleted},
            {"attributes", std::move(attributes)},
            {"outputs", std::move(outputs)},
            {"secrets", keys}};
}

json deliveries_json(const std::map<model::Address, std::vector<model::ObservedDelivery>>& all) {
    auto held = json::object();
    for (const auto& [address, deliveries] : all) {
        std::vector<json> list;
        for (const auto& delivery : deliveries)
            list.push_back({delivery.secret, delivery.target, static_cast<int>(delivery.state), delivery.key_id});
        std::sort(list.begin(), list.end());
        held[to_string(address)] = std::move(list);
    }
    return held;
}

}  // namespace

std::string plan_id(const DesiredGraph& desired, const model::Snapshot& observed, const Plan& plan) {
    json document{
        {"format", plan_format}, {"environment", plan.environment}, {"owner", plan.owner}, {"tenant", plan.tenant_id}};
    document["desired"] = desired_json(desired);
    for (const auto& [address, resource] : observed.resources)
        document["observed"][to_string(address)] = observed_json(resource);
    std::vector<json> orphans;
    for (const auto& orphan : observed.orphans) orphans.push_back(observed_json(orphan));
    std::sort(orphans.begin(), orphans.end());
    document["orphans"] = std::move(orphans);
    if (!observed.deliveries.empty()) document["deliveries"] = deliveries_json(observed.deliveries);
    for (const auto& step : plan.steps) {
        document["steps"].push_back({to_string(step.work), to_string(step.address), step.part, step.key_id,
                                     std::vector<std::string>(step.changed.begin(), step.changed.end())});
    }
    return sha256(document.dump());
}

}  // namespace regent::plan
