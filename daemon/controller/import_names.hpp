#pragma once

#include "model/survey.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace regent::controller {

/// Names (and so file names) for `applications` by appId, none of them in `taken`. Of one of ours it is the one it has.
[[nodiscard]] std::map<std::string, std::string> import_names(
    const std::vector<const model::SurveyedApplication*>& applications, const std::set<std::string>& taken);

}  // namespace regent::controller
