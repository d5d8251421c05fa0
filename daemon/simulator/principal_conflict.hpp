#pragma once

#include "simulator/graph_answer.hpp"

#include <string>

namespace regent::simulator {

/// 409: the application has a service principal already. Of a creation and of a restoration.
[[nodiscard]] inline GraphError principal_name_in_use(const std::string& app_id) {
    return {409,
            "Request_MultipleObjectsWithSameKeyValue",
            "The service principal cannot be created, updated, or restored because the service principal name " +
                app_id + " is already in use.",
            {}};
}

}  // namespace regent::simulator
