#include "plan/unseen_redirect_url.hpp"

#include "model/attributes.hpp"

#include <string_view>

namespace regent::plan {
bool is_unseen_redirect_url(const model::ObservedResource& connector, const std::string& uri) {
    constexpr std::string_view prefix = "shared_";
    const auto name = connector.output(model::output::connector_name);
    return connector.output(model::output::redirect_url).empty() && name.size() > prefix.size() &&
           name.starts_with(prefix) && uri.ends_with("/redirect/" + name.substr(prefix.size()));
}

}  // namespace regent::plan
