#pragma once

#include "model/secret.hpp"
#include "plan/plan.hpp"
#include "provider/provider.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace regent::apply {

/// Holds a secret between the step that issued it and the steps that need it, in memory and nowhere else. Not
/// thread-safe.
class SecretKeeper {
public:
    explicit SecretKeeper(const plan::Plan& plan);

    /// Takes what a step issued. What no waiting step refers to is not kept at all.
    void keep(const model::Address& address, std::map<std::string, model::Secret, std::less<>>&& secrets);
    /// The secret, or null pointer when it was not issued in this run.
    [[nodiscard]] const model::Secret* find(const model::Reference& reference) const;
    /// To be called once for every step that is over, however it ended: wipes what no other step waits for.
    void step_over(const plan::Step& step);
    [[nodiscard]] std::size_t held() const noexcept { return secrets_.size(); }

private:
    using Key = std::pair<model::Address, std::string>;  ///< whose, and which output
    std::map<Key, std::size_t> waiting_;                 ///< steps that refer to it and are not over
    std::map<Key, model::Secret> secrets_;
};

}  // namespace regent::apply
