#include "apply/secret_keeper.hpp"

#include "apply/outputs.hpp"

#include <set>

namespace regent::apply {
namespace {

std::set<std::pair<model::Address, std::string>> secrets_used_by(const plan::Step& step) {
    std::set<std::pair<model::Address, std::string>> used;
    for (const auto& [path, value] : step.values) {
        for (const auto& reference : model::references_in(value)) {
            if (is_secret_text(reference)) used.emplace(reference.address, reference.output);
        }
    }
    return used;
}

}  // namespace

SecretKeeper::SecretKeeper(const plan::Plan& plan) {
    for (const auto& step : plan.steps) {
        for (const auto& key : secrets_used_by(step)) ++waiting_[key];
    }
}

void SecretKeeper::keep(const model::Address& address, std::map<std::string, model::Secret, std::less<>>&& secrets) {
    for (auto& [output, secret] : secrets) {
        const Key key{address, output};
        if (waiting_.contains(key)) secrets_.insert_or_assign(key, std::move(secret));
    }
}

const model::Secret* SecretKeeper::find(const model::Reference& reference) const {
    const auto it = secrets_.find({reference.address, reference.output});
    return it == secrets_.end() ? nullptr : &it->second;
}

void SecretKeeper::step_over(const plan::Step& step) {
    for (const auto& key : secrets_used_by(step)) {
        const auto it = waiting_.find(key);
        if (it == waiting_.end() || --it->second != 0) continue;
        waiting_.erase(it);
        secrets_.erase(key);
    }
}

}  // namespace regent::apply
