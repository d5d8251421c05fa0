#include "model/place.hpp"

#include <fmt/format.h>

namespace regent::model {

const std::string& FileName::str() const noexcept {
    static const std::string none;
    return name_ ? *name_ : none;
}

std::string to_string(const Place& place) {
    if (!place.known()) return place.file.str();
    if (place.column == 0) return fmt::format("{}:{}", place.file.str(), place.line);
    return fmt::format("{}:{}:{}", place.file.str(), place.line, place.column);
}

}  // namespace regent::model
