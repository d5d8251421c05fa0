#include "provider/delivery/delivery_provider.hpp"

#include "model/attributes.hpp"
#include "provider/delivery/key_vault.hpp"
#include "provider/delivery/secret_command.hpp"
#include "provider/delivery/secret_file.hpp"

#include <utility>

namespace regent::provider::delivery {
namespace {

class DeliveryObserver final : public Observer {
public:
    DeliveryObserver(net::Session& session, DeliveryOptions options)
        : session_(session), options_(std::move(options)) {}

    tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                              ReadProgress&) override {
        for (const auto& wanted : scope.wanted) {
            for (const auto& delivery : wanted.deliveries) {
                auto held = look(delivery.target);
                into.deliveries[wanted.address].push_back({delivery.secret, model::delivery_id(delivery.target),
                                                           held.state, std::move(held.key_id), std::move(held.note)});
            }
        }
        return {};
    }

private:
    Held look(const model::Value& target) {
        const auto type = member(target, "type");
        if (type == model::delivery::file) return look_at_file(target, options_.local);
        if (type == model::delivery::command) return look_at_command(target, options_.local, options_.environment_key);
        return look_at_vault(target, session_, options_);
    }

    net::Session& session_;
    const DeliveryOptions options_;
};

class DeliveryWriter final : public Writer {
public:
    DeliveryWriter(net::Session& session, net::Clock& clock, DeliveryOptions options)
        : session_(session), clock_(clock), options_(std::move(options)) {}

    bool handles(std::string_view) const noexcept override { return false; }
    bool carries_out(const plan::Step& step) const noexcept override {
        return step.part.size() > model::path::secret_deliveries.size() &&
               step.part.compare(0, model::path::secret_deliveries.size(), model::path::secret_deliveries) == 0;
    }

    tl::expected<StepResult, ProviderError> apply(const plan::Step& step, const StepInput& input) override {
        const auto secret = input.secrets.find(model::path::delivered_secret);
        const auto key_id = input.secret_key_ids.find(model::path::delivered_secret);
        const auto target = step.values.find(model::path::secret_deliveries);
        if (secret == input.secrets.end() || key_id == input.secret_key_ids.end() || target == step.values.end()) {
            ProviderError error;
            error.kind = ErrorKind::rejected;
            error.message = "a delivery came without its secret";
            error.help = "this is a mistake in regent: please report it with the output of `regent plan -o json`";
            return tl::unexpected(std::move(error));
        }
        const auto until = step.values.find(model::path::delivered_until);
        const Parcel parcel{secret->second,
                            key_id->second,
                            step.part.substr(step.part.find('/') + 1),
                            step.address.name,
                            app_id_of(step, input),
                            until == step.values.end() ? std::string{} : until->second.text_or({}),
                            input.progress};
        if (auto delivered = hand_over(target->second, parcel); !delivered)
            return tl::unexpected(std::move(delivered.error()));
        StepResult result;
        result.detail = "key " + parcel.key_id;
        return result;
    }

private:
    static std::string app_id_of(const plan::Step& step, const StepInput& input) {
        if (const auto own = input.own_outputs.find(model::output::app_id); own != input.own_outputs.end())
            return own->second;
        if (step.observed == nullptr) return {};
        const auto there = step.observed->outputs.find(model::output::app_id);
        return there == step.observed->outputs.end() ? std::string{} : there->second;
    }

    Delivered hand_over(const model::Value& target, const Parcel& parcel) {
        const auto type = member(target, "type");
        if (type == model::delivery::file) return write_file(target, options_.local, parcel);
        if (type == model::delivery::command)
            return run_command(target, options_.local, options_.environment_key, parcel);
        return write_to_vault(target, session_, options_, clock_.now(), parcel);
    }

    net::Session& session_;
    net::Clock& clock_;
    const DeliveryOptions options_;
};

}  // namespace

std::unique_ptr<Observer> make_delivery_observer(net::Session& session, DeliveryOptions options) {
    return std::make_unique<DeliveryObserver>(session, std::move(options));
}

std::unique_ptr<Writer> make_delivery_writer(net::Session& session, net::Clock& clock, DeliveryOptions options) {
    return std::make_unique<DeliveryWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::delivery
