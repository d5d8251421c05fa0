#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::cli {

/// `json` as a YAML document in block style. Texts are quoted as JSON quotes them, which YAML 1.2 reads the same way:
/// none of them is taken for a number or a date. https://yaml.org/spec/1.2.2/#12-yaml-history
[[nodiscard]] std::string json_as_yaml(const nlohmann::json& json);

}  // namespace regent::cli
