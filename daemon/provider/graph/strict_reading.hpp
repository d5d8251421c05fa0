#pragma once

#include "model/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::provider::graph {

/// Reads members of an answer strictly, and remembers the first one that is not as documented: a member that is missing
/// though it was asked for is a problem and not an empty value. Everything inside a null object is empty.
class StrictReading {
public:
    using Json = nlohmann::json;

    /// Null pointer when `parent` is null itself or the member is.
    const Json* object(const Json* parent, const char* name);
    const Json* array(const Json* parent, const char* name);
    std::string text(const Json* parent, const char* name);
    std::string required_text(const Json* parent, const char* name);
    model::List texts(const Json* parent, const char* name);
    bool flag(const Json* parent, const char* name);
    std::int64_t number(const Json* parent, const char* name, std::int64_t otherwise);
    const Json* wrong(const char* name, const char* why);
    /// A phrase for people; empty while all is well.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

private:
    const Json* find(const Json* parent, const char* name);
    std::string problem_;
};

}  // namespace regent::provider::graph
