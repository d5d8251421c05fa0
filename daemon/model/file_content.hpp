#pragma once

#include <string>
#include <string_view>

namespace regent::model {

/// The bytes of a file as the value of a `content` attribute (model/attributes.hpp): their SHA-256, and the bytes.
[[nodiscard]] std::string file_content(std::string_view bytes);
/// The bytes in such a value.
[[nodiscard]] std::string bytes_of_content(std::string_view content);

}  // namespace regent::model
