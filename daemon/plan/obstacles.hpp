#pragma once

#include "plan/plan.hpp"

#include <cstddef>

namespace regent::plan {

/// Whether `withheld` is something that a manifest asks for and that cannot come about before a person acts: another
/// owner has the object, or what is to be adopted is not there. The rest is left alone as it was asked to be.
[[nodiscard]] bool is_obstacle(const Withheld& withheld) noexcept;
/// An obstacle that goes without anybody: the service shows an object late, or the next try comes at its hour.
[[nodiscard]] bool passes_by_itself(const Withheld& withheld) noexcept;
[[nodiscard]] std::size_t count_obstacles(const Plan& plan) noexcept;

}  // namespace regent::plan
