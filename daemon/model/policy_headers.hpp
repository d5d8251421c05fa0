#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace regent::model {

/// A header or query parameter that one of a connector's policies sets (templates `setheader` and `setqueryparameter`).
struct PolicyHeader {
    std::size_t policy = 0;   ///< its place in the list
    std::string template_id;  ///< in lower case
    std::string header;       ///< as it is spelled there
    std::string member;       ///< the parameter of the policy that holds what it is set to, as it is spelled there
};

/// Those of `policies` (the list `policyTemplateInstances`) that say what they set it to, in their order.
[[nodiscard]] std::vector<PolicyHeader> headers_set_in(const nlohmann::json& policies);

/// What `header` of these policies is set to.
[[nodiscard]] const nlohmann::json& value_of(const nlohmann::json& policies, const PolicyHeader& header);
[[nodiscard]] nlohmann::json& value_of(nlohmann::json& policies, const PolicyHeader& header);

/// Whether both set the same one, whatever they set it to.
[[nodiscard]] bool is_same_header(const PolicyHeader& a, const PolicyHeader& b);

}  // namespace regent::model
