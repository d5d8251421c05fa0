#include "plan/secret_consumers.hpp"

#include "model/marks.hpp"
#include "plan/diff.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

const model::ObservedDelivery* find_delivery(const std::vector<model::ObservedDelivery>& all, const std::string& secret,
                                             const std::string& target) {
    const auto it =
        std::find_if(all.begin(), all.end(), [&](const auto& d) { return d.secret == secret && d.target == target; });
    return it == all.end() ? nullptr : &*it;
}

/// Written when it is made, and people's from then on: ours would stand beside whatever client id they signed it in by.
bool signs_in_by_others(const Item& connector) {
    if (connector.observed == nullptr || connector.is_made_anew()) return false;
    return is_ignored(*connector.desired, model::path::auth_client_secret) ||
           is_ignored(*connector.desired, model::path::auth_client_id);
}

}  // namespace

std::string marked_key(const model::ObservedResource* observed) {
    for (const auto& mark : observed_marks(observed)) {
        if (mark.rfind(model::mark::secret_key, 0) == 0) return mark.substr(model::mark::secret_key.size());
    }
    return {};
}

bool is_in_doubt(const model::ObservedResource& connector) {
    const auto marks = observed_marks(&connector);
    return std::find(marks.begin(), marks.end(), model::mark::secret_in_doubt) != marks.end();
}

std::string observed_auth(const model::ObservedResource& observed) {
    const auto it = observed.attributes.find(model::path::auth_type);
    return it == observed.attributes.end() ? std::string{} : it->second.text_or({});
}

std::optional<std::pair<model::Address, std::string>> wanted_secret(const DesiredResource& connector) {
    const auto it = connector.attributes.find(model::path::auth_client_secret);
    const auto* reference = it == connector.attributes.end() ? nullptr : it->second.value.as_reference();
    if (reference == nullptr) return std::nullopt;
    const auto part = part_of(*reference);
    return std::pair{reference->address, part.substr(part.find('/') + 1)};
}

SecretConsumer connector_as_consumer(const model::Address& address, const Item& connector) {
    SecretConsumer consumer;
    consumer.connector = address;
    consumer.written = connector.is_written() && !signs_in_by_others(connector);
    consumer.key_id = marked_key(connector.observed);
    consumer.in_doubt = connector.observed != nullptr && is_in_doubt(*connector.observed);
    consumer.may_hold = connector.observed != nullptr && observed_auth(*connector.observed) == "clientSecret";
    return consumer;
}

std::vector<SecretConsumer> targets_as_consumers(const Item& application, const model::Element& secret,
                                                 const std::vector<model::ObservedDelivery>& deliveries) {
    using State = model::ObservedDelivery::State;
    std::vector<SecretConsumer> consumers;
    const auto* targets = secret.value.find("deliverTo");
    if (targets == nullptr || targets->as_list() == nullptr) return consumers;
    for (const auto& target : *targets->as_list()) {
        SecretConsumer consumer;
        consumer.target = &target;
        const auto* seen = find_delivery(deliveries, secret.name, model::delivery_id(target));
        consumer.refused = seen != nullptr && seen->state == State::refused;
        consumer.unknown = consumer.refused || (seen != nullptr && seen->state == State::unknown);
        consumer.written = application.is_written() && !consumer.unknown;
        if (seen != nullptr) {
            consumer.may_hold = seen->state != State::empty;
            consumer.key_id = seen->key_id;
            consumer.note = seen->note;
        }
        consumers.push_back(std::move(consumer));
    }
    return consumers;
}

}  // namespace regent::plan
