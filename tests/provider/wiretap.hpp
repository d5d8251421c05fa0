#pragma once

#include "net/transport.hpp"

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace regent::provider::test {

/// Between a client and the simulator: keeps what requests carried, and lets a test answer differently where the
/// simulator has no switch for it.
class Wiretap final : public net::Transport {
public:
    using Alter = std::function<void(const net::Request&, net::Outcome&)>;

    explicit Wiretap(net::Transport& inner) : inner_(inner) {}

    net::Outcome send(const net::Request& request) override {
        auto outcome = inner_.send(request);
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
        if (alter_) alter_(request, outcome);
        return outcome;
    }

    void alter(Alter alter) {
        const std::lock_guard lock(mutex_);
        alter_ = std::move(alter);
    }
    [[nodiscard]] std::vector<net::Request> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    void forget() {
        const std::lock_guard lock(mutex_);
        requests_.clear();
    }

private:
    net::Transport& inner_;
    std::mutex mutex_;
    std::vector<net::Request> requests_;
    Alter alter_;
};

}  // namespace regent::provider::test
