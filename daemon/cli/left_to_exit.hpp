#pragma once

#include <deque>
#include <utility>

namespace regent::cli {

/// Keeps `value` to the end of the process, which then gives all of its memory back at once: to take what was read of a
/// tenant of 10,000 applications apart, object by object, would be a twenty-fifth of a plan's processor time. For what
/// a command holds to its end; not thread-safe.
template <typename T>
[[nodiscard]] T& left_to_exit(T value) {
    static std::deque<T> kept;
    return kept.emplace_back(std::move(value));
}

}  // namespace regent::cli
