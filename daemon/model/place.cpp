#include "model/place.hpp"

#include <fmt/format.h>

namespace regent::model {

std::string to_string(const Place& place) {
    if (!place.known()) return place.file;
    if (place.column == 0) return fmt::format("{}:{}", place.file, place.line);
    return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

}  // namespace regent::model
