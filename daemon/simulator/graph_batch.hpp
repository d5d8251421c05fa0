#pragma once

#include "simulator/graph_answer.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {

/// One `$batch`: its inner requests in their order, answered in another.
/// https://learn.microsoft.com/graph/json-batching
class GraphBatch {
public:
    /// What a batch asks of the service around it.
    struct Surroundings {
        std::function<Response(const Request&)> answer;
        /// The object that a request writes: two of the same name are the same object. "": a read, or a new object.
        std::function<std::string(const Request&)> written;
        bool independent_writes_collide = true;
    };

    GraphBatch(const Request& outer, Surroundings surroundings)
        : outer_(outer), surroundings_(std::move(surroundings)) {}

    [[nodiscard]] Response run();

private:
    using Json = nlohmann::json;

    /// What makes the whole batch a 400.
    [[nodiscard]] static std::optional<std::string> malformed(const Json& requests);
    [[nodiscard]] Response run_step(const Json& step);
    /// The inner request as if it had come alone.
    [[nodiscard]] Request unpacked(const Json& step) const;
    /// Does `step` wait for `other`, by whatever detour?
    [[nodiscard]] bool waits_for(const std::string& step, const std::string& other) const;
    /// Is there a write on the same object before it that it does not wait for?
    [[nodiscard]] bool collides(const std::string& id) const;

    struct Step {
        std::vector<std::string> waits_for;
        std::string writes;
        bool has_begun = false;
        int status = 0;  ///< 0: not answered yet
    };
    const Request& outer_;
    Surroundings surroundings_;
    std::map<std::string, Step> steps_;
};

}  // namespace regent::simulator
