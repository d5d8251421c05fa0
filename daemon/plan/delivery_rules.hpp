#pragma once

#include "model/diagnostic.hpp"
#include "plan/desired_graph.hpp"

#include <map>
#include <string>

namespace regent::plan {

/// Two secrets of an environment that are handed to one place (RG0328).
void check_delivered_twice(const DesiredGraph& graph, model::Diagnostics& diagnostics);

/// The same between the environments of a repository, which know nothing of each other and would issue a new secret
/// whenever the other one has handed over its own. A vault's name is its own in its cloud: an error. A file may lie on
/// another machine: a warning. A command is told the application and may have a place for each.
class DeliveriesOfEnvironments {
public:
    /// The next environment; `graph` has no errors. Tells what goes where a secret of an earlier one goes.
    void add(const DesiredGraph& graph, model::Diagnostics& diagnostics);

private:
    struct Delivered {
        std::string environment;
        std::string whose;
        model::Span span;
    };
    std::map<std::string, Delivered> first_;  ///< by place, as it is the same for all environments
};

}  // namespace regent::plan
