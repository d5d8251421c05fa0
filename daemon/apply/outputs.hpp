#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace regent::apply {

using OutputMap = std::map<std::string, std::string, std::less<>>;

/// What the objects of one run brought forth so far: from the snapshot, and from the steps that were carried out since.
/// Not thread-safe.
class Outputs {
public:
    /// Of objects that the plan creates, nothing is taken from the snapshot: a replaced connector must not be called by
    /// its old id.
    Outputs(const plan::Plan& plan, const model::Snapshot& observed);

    void add(const model::Address& address, const OutputMap& outputs);
    /// What the object's steps returned in this run.
    [[nodiscard]] const OutputMap& of_run(const model::Address& address) const;
    [[nodiscard]] std::optional<std::string> find(const model::Address& address, std::string_view output) const;
    /// Whether an application of ours, seen or made in this run, has the service principal with this object id.
    [[nodiscard]] bool is_known_principal(const std::string& id) const { return principals_.contains(id); }
    /// `value` with every Reference replaced whose output is known; the others stay.
    [[nodiscard]] model::Value fill_in(const model::Value& value) const;

private:
    const model::Snapshot& observed_;
    std::set<model::Address> created_;
    std::set<std::string> principals_;
    std::map<model::Address, OutputMap> from_run_;
};

/// True when the value is a secret's text: it is handed to a Writer beside the step's values and never becomes one of
/// them.
[[nodiscard]] bool is_secret_text(const model::Reference& reference);

}  // namespace regent::apply
