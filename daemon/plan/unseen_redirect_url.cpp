#include "plan/unseen_redirect_url.hpp"

#include "model/attributes.hpp"

#include <string_view>

namespace regent::plan {
namespace {

std::string output_of(const model::ObservedResource& connector, std::string_view name) {
    const auto it = connector.outputs.find(name);
    return it == connector.outputs.end() ? std::string{} : it->second;
}

}  // namespace

bool is_unseen_redirect_url(const model::ObservedResource& connector, const std::string& uri) {
    constexpr std::string_view prefix = "shared_";
    const auto name = output_of(connector, model::output::connector_name);
    return output_of(connector, model::output::redirect_url).empty() && name.size() > prefix.size() &&
           name.starts_with(prefix) && uri.ends_with("/redirect/" + name.substr(prefix.size()));
}

}  // namespace regent::plan
