#pragma once

#include "model/attributes.hpp"
#include "model/value.hpp"
#include "plan/given_back.hpp"
#include "plan/plan.hpp"

#include <chrono>
#include <map>
#include <set>
#include <string>

namespace regent::apply {

/// What each object has been made to be by now, as the next run should remember it: what earlier runs applied, with
/// what this run's steps wrote laid over it. Not thread-safe.
class AppliedValues {
public:
    /// `repository` is the one whose manifests the plan is for.
    AppliedValues(const plan::Plan& plan, std::map<model::Address, model::Map> last_applied, std::string repository);

    /// Lays over what `step` wrote, at `now`; its values hold no References where it writes. Returns the whole object.
    const model::Map& record(const plan::Step& step, std::chrono::system_clock::time_point now);
    /// Of a place that was handed one of an application's secrets: that it has `key_id` now. Returns the whole
    /// application.
    const model::Map& record_handing_over(const plan::Step& step, const std::string& key_id);
    /// What is to be remembered before `step` deletes a connector: what is known of it, and what its successor is to
    /// have from it where the plan makes it anew. Null pointer: nothing.
    const model::Map* before_removal(const plan::Step& step);
    /// Of a share that the service will never take. Returns the whole object.
    const model::Map& give_up(const plan::Step& step);
    /// Of an object that is gone. Returns what is to be remembered all the same; a null pointer: nothing.
    const model::Map* forget(const model::Address& address);

private:
    void record_object(const plan::Step& step, std::chrono::system_clock::time_point now, model::Map& known);
    void record_part(const plan::Step& step, model::Map& known);
    static void record_given_back(const plan::Step& step, model::Map& known);
    void record_member(const plan::Step& step, const std::string& path, model::Map& known);
    void record_element(const plan::Step& step, const std::string& path, const std::string& element, model::Map& known);
    void record_group(const plan::Step& step, const model::Attribute& attribute, model::Map& known);
    [[nodiscard]] model::Value value_before(const plan::Step& step, const std::string& path,
                                            const model::Map& known) const;

    std::map<model::Address, model::Map> known_;
    std::string repository_;
    std::map<model::Address, plan::ToGiveBack> carried_;        ///< what connectors made anew have from the old ones
    std::set<std::pair<model::Address, std::string>> touched_;  ///< object, attribute path: written in this run
    std::set<std::pair<model::Address, std::string>> added_;    ///< object, part: the plan adds it
};

/// "federatedCredentials/arm-mi" → {"federatedCredentials", "arm-mi"}; the second is empty when the part is a whole
/// attribute.
[[nodiscard]] std::pair<std::string, std::string> split_part(const std::string& part);

}  // namespace regent::apply
