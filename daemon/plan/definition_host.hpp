#pragma once

#include "model/value.hpp"

#include <string>

namespace regent::plan {

/// "requests of its connections, with their tokens, go to evil.example instead of api.example": where the requests of a
/// connector with the definition `after` go, beside those with `before` (both the text of an OpenAPI document). Empty
/// when it is the same host, or one of the two is no such text.
[[nodiscard]] std::string other_host(const model::Value& before, const model::Value& after);

}  // namespace regent::plan
