#include "provider/connectors/powerapps/connector_content.hpp"

#include "model/attributes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;

std::string text(const json& object, const char* key) {
    const auto it = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

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
            value = content_of(*bytes);
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

std::string content_of(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) hex += fmt::format("{:02x}", digest.at(i));
    std::string base64(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const auto written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    base64.resize(static_cast<std::size_t>(written));
    return model::content_text(hex, base64);
}

std::string bytes_of(std::string_view content) {
    const auto base64 = model::base64_of_content(content);
    std::string bytes(base64.size() / 4 * 3 + 1, '\0');
    const auto read =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(base64.data()), static_cast<int>(base64.size()));
    if (read < 0) return {};
    bytes.resize(static_cast<std::size_t>(read));
    // The decoder counts padding as bytes.
    for (auto it = base64.rbegin(); it != base64.rend() && *it == '=' && !bytes.empty(); ++it) bytes.pop_back();
    return bytes;
}

model::Map shares_of(const json& permissions) {
    model::Map shares;
    for (const auto& permission : permissions) {
        const auto properties = permission.value("properties", json::object());
        const auto principal = properties.value("principal", json::object());
        const auto role = text(properties, "roleName");
        auto id = text(principal, "id");
        if (id.empty()) id = text(principal, "tenantId");
        if (role == "Owner" || id.empty()) continue;
        std::transform(id.begin(), id.end(), id.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        shares.insert_or_assign(id, model::Map{{"type", text(principal, "type")}, {"role", role}});
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
