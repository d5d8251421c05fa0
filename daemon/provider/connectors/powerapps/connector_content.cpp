#include "provider/connectors/powerapps/connector_content.hpp"

#include "model/attributes.hpp"
#include "model/file_content.hpp"
#include "provider/connectors/json_member.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;

using connectors::member;
using connectors::text;

std::string data_of(const model::ObservedResource& resource, const char* key) {
    const auto it = resource.provider_data.find(key);
    return it == resource.provider_data.end() ? std::string{} : it->second;
}

tl::expected<void, ProviderError> read_content(PowerAppsClient& client, std::string_view path, const std::string& url,
                                               const std::string& remembered, model::ObservedResource& resource) {
    std::string value;
    if (!url.empty()) {
        auto bytes = client.download(url, fmt::format("the {} of connector {}", path, resource.id));
        if (bytes) {
            value = model::file_content(*bytes);
        } else if (bytes.error().kind == ErrorKind::interrupted || bytes.error().kind == ErrorKind::throttled) {
            return tl::unexpected(std::move(bytes.error()));
        } else {
            value = remembered;
            resource.remarks.push_back(
                fmt::format("its {} could not be read back{}", path,
                            remembered.empty() ? "" : "; it is taken for the one that was sent last"));
        }
    }
    resource.attributes.insert_or_assign(std::string(path), std::move(value));
    return {};
}

}  // namespace

tl::expected<std::string, ProviderError> content_of(PowerAppsClient& client, std::string_view path,
                                                    const model::ObservedResource& connector) {
    const auto url = data_of(connector, path == model::path::icon ? "iconUrl" : "scriptUrl");
    if (url.empty()) return std::string{};
    auto bytes = client.download(url, fmt::format("the {} of connector {}", path, connector.id));
    if (!bytes) return tl::unexpected(std::move(bytes.error()));
    return model::file_content(*bytes);
}

model::Map shares_of(const json& permissions) {
    model::Map shares;
    for (const auto& permission : permissions) {
        const auto* properties = member(&permission, "properties");
        const auto* principal = member(properties, "principal");
        const auto role = text(member(properties, "roleName"));
        auto id = text(member(principal, "id"));
        if (id.empty()) id = text(member(principal, "tenantId"));
        if (role == "Owner" || id.empty()) continue;
        std::transform(id.begin(), id.end(), id.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        shares.insert_or_assign(id, model::Map{{"type", text(member(principal, "type"))}, {"role", role}});
    }
    return shares;
}

tl::expected<void, ProviderError> read_extras(PowerAppsClient& client,
                                              const std::set<std::string, std::less<>>& managed,
                                              model::ObservedResource& resource) {
    if (managed.contains(model::path::icon)) {
        auto read = read_content(client, model::path::icon, data_of(resource, "iconUrl"), data_of(resource, "iconSent"),
                                 resource);
        if (!read) return read;
    }
    if (managed.contains(model::path::script)) {
        auto read = read_content(client, model::path::script, data_of(resource, "scriptUrl"),
                                 data_of(resource, "scriptSent"), resource);
        if (!read) return read;
    }
    if (!managed.contains(model::path::shares)) return {};
    const auto there = resource.attributes.find(model::path::environment);
    auto permissions =
        client.permissions(there == resource.attributes.end() ? std::string{} : there->second.text_or({}), resource.id);
    if (!permissions) return tl::unexpected(std::move(permissions.error()));
    resource.attributes.insert_or_assign(std::string(model::path::shares), shares_of(*permissions));
    return {};
}

}  // namespace regent::provider::powerapps
