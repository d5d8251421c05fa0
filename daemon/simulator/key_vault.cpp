#include "simulator/key_vault.hpp"

#include "simulator/values.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;

constexpr std::string_view vault_path = "/keyvault/", vault_audience = "https://vault.azure.net",
                           application_id = "cfa8b339-82a2-471a-a3c9-0fc0be7a4093";
constexpr std::array vault_versions{"7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6"};
constexpr std::size_t longest_value = std::size_t{25} * 1024, most_secret_tags = 15, longest_tag = 256,
                      largest_page = 25;

/// One version of a secret.
struct Version {
    std::string id, value, content_type;
    json tags = json::object();
    long long created = 0;
    json attributes = json::object();  ///< enabled, nbf, exp as they were given
};

struct Secret {
    std::string name;
    std::vector<Version> versions;  ///< in the order made
    bool deleted = false;
};

struct Refusal {
    int status;
    std::string code, inner, message;
};

Response answer(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json; charset=utf-8");
    response.body = body.dump();
    return response;
}

Response refuse(const Refusal& refusal) {
    json error{{"code", refusal.code}, {"message", refusal.message}};
    if (!refusal.inner.empty()) error["innererror"] = {{"code", refusal.inner}};
    return answer(refusal.status, {{"error", std::move(error)}});
}

Refusal bad_parameter(std::string message) {
    return {400, "BadParameter", "", std::move(message)};
}

/// What is wrong with the body of a PUT.
std::optional<Refusal> check_body(const json& body) {
    if (!body.is_object() || !body.contains("value") || !body["value"].is_string())
        return bad_parameter("Property value is missing or has an invalid type.");
    if (body["value"].get_ref<const std::string&>().size() > longest_value)
        return bad_parameter("The secret value exceeds 25600 bytes.");
    for (const auto& [name, member] : body.items()) {
        if (name == "value" || name == "contentType") continue;
        if (name == "attributes") {
            if (!member.is_object()) return bad_parameter("Property attributes has an invalid type.");
            for (const auto& [attribute, value] : member.items()) {
                const bool good = (attribute == "enabled" && value.is_boolean()) ||
                                  ((attribute == "exp" || attribute == "nbf") && value.is_number_integer());
                if (!good) return bad_parameter(fmt::format("Property {} has an invalid type.", attribute));
            }
        } else if (name == "tags") {
            if (!member.is_object() || member.size() > most_secret_tags)
                return bad_parameter("Property tags has more than 15 entries or an invalid type.");
            for (const auto& [tag, value] : member.items())
                if (tag.size() > longest_tag || !value.is_string() ||
                    value.get_ref<const std::string&>().size() > longest_tag)
                    return bad_parameter(fmt::format("Tag {} is too long or no text.", tag));
        } else {
            return bad_parameter(fmt::format("Property {} is unknown.", name));
        }
    }
    return std::nullopt;
}

class KeyVault final : public Service {
public:
    KeyVault(const Clock& clock, std::string tenant_id) : clock_(clock), tenant_id_(std::move(tenant_id)) {}

    bool serves(const Request& request) const override { return starts_with(lower(request.path), vault_path); }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        auto response = understood(request, caller, token_error);
        response.set_header("x-ms-request-id", ids_.guid());
        if (response.status == 401)
            response.set_header(
                "WWW-Authenticate",
                fmt::format("Bearer authorization=\"https://login.microsoftonline.com/{}\", resource=\"{}\"",
                            tenant_id_, vault_audience));
        return response;
    }

    std::string state_key() const override { return "keyVault"; }

    /// Values are told by their SHA-256 only.
    json dump() const override {
        auto all = json::object();
        for (const auto& [key, secret] : secrets_) {
            auto versions = json::array();
            for (const auto& version : secret.versions)
                versions.push_back({{"id", version.id},
                                    {"valueSha256", sha256_hex(version.value)},
                                    {"tags", version.tags},
                                    {"attributes", shown_attributes(version)}});
            all[key] = {{"deleted", secret.deleted}, {"versions", std::move(versions)}};
        }
        return all;
    }
    void seed(const json&) override {}

    void set_switches(const json& values) override {
        for (const auto& [name, value] : values.items()) {
            if (name != "vaults" && name != "denied") throw std::invalid_argument("keyVault has no switch " + name);
            if (!value.is_array()) throw std::invalid_argument("keyVault's switch " + name + " is a list");
            auto& target = name == "vaults" ? vaults_ : denied_;
            target = value.get<std::set<std::string>>();
        }
    }
    json switches() const override { return {{"vaults", vaults_}, {"denied", denied_}}; }

    bool change(const std::string& path, const json& body) override {
        const auto segments = segments_of(lower(path));
        if (segments.size() != 4 || segments[0] != "keyvault" || segments[2] != "secrets") return false;
        const auto key = segments[1] + "/" + segments[3];
        if (body.contains("put")) {
            add_version(key, segments[3], body["put"]);
            return true;
        }
        const auto found = secrets_.find(key);
        if (found == secrets_.end() || !body.value("delete", false)) return false;
        found->second.deleted = true;
        return true;
    }

private:
    Response understood(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (const auto wrong = check_caller(caller, token_error)) return refuse(*wrong);
        const auto segments = segments_of(request.path);
        if (segments.size() < 2 || !vaults_.contains(lower(segments[1])))
            return refuse({404, "NotFound", "", "There is no such vault."});
        const auto version = request.query_value("api-version");
        if (!version) return refuse(bad_parameter("api-version must be specified"));
        if (std::find(vault_versions.begin(), vault_versions.end(), *version) == vault_versions.end())
            return refuse(bad_parameter(fmt::format("The specified version ({}) is not recognized.", *version)));
        if (segments.size() < 4 || lower(segments[2]) != "secrets")
            return refuse({404, "NotFound", "", "Nothing is simulated at " + request.path});
        const auto& name = segments[3];
        const bool plain =
            std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
        if (!plain || name.size() > 127)
            return refuse(bad_parameter("The request URI contains an invalid name: " + name));
        const auto key = lower(segments[1]) + "/" + lower(name);
        if (request.method == "PUT" && segments.size() == 4) return put(request, *caller, key, name);
        if (request.method == "GET" && segments.size() == 5 && segments[4] == "versions")
            return list_versions(request, *caller, key, name);
        if (request.method == "GET" && segments.size() <= 5)
            return get(request, *caller, key, name, segments.size() == 5 ? segments[4] : std::string{});
        if (request.method == "DELETE" && segments.size() == 4) return remove(*caller, key, name);
        return refuse({405, "MethodNotAllowed", "", "The HTTP method is not allowed here."});
    }

    std::optional<Refusal> check_caller(const std::optional<Caller>& caller, const std::string& token_error) const {
        if (!caller && token_error.empty())
            return Refusal{401, "Unauthorized", "", "AKV10000: Request is missing a Bearer or PoP token."};
        if (!caller) return Refusal{401, "Unauthorized", "", "Error validating token: " + token_error};
        auto given = std::string_view(caller->audience);
        if (given.ends_with('/')) given.remove_suffix(1);
        if (given != vault_audience && given != application_id)
            return Refusal{401, "Unauthorized", "",
                           fmt::format("AKV10022: Invalid audience. Expected {}, found: {}.", vault_audience, given)};
        if (!same_text(caller->tenant_id, tenant_id_))
            return Refusal{401, "Unauthorized", "", "AKV10032: Invalid issuer."};
        return std::nullopt;
    }

    std::optional<Refusal> check_permission(const Caller& caller, const std::string& operation) const {
        if (!denied_.contains(operation)) return std::nullopt;
        return Refusal{403, "Forbidden", "ForbiddenByRbac",
                       fmt::format("Caller is not authorized to perform action on resource.\r\nCaller: "
                                   "appid={};oid={}\r\nAction: 'Microsoft.KeyVault/vaults/secrets/{}/action'",
                                   caller.app_id, caller.object_id, operation)};
    }

    static Refusal not_found(const std::string& name) {
        return {404, "SecretNotFound", "",
                fmt::format("A secret with (name/id) {} was not found in this key vault. If you recently deleted this "
                            "secret you may be able to recover it using the correct recovery command.",
                            name)};
    }

    json shown_attributes(const Version& version) const {
        auto shown = version.attributes;
        if (!shown.contains("enabled")) shown["enabled"] = true;
        shown["created"] = shown["updated"] = version.created;
        shown["recoveryLevel"] = "Recoverable+Purgeable";
        shown["recoverableDays"] = 90;
        return shown;
    }

    json shown(const Request& request, const std::string& key, const Version& version, bool with_value) const {
        const auto slash = key.find('/');
        json body{{"id", fmt::format("{}/keyvault/{}/secrets/{}/{}", request.base_url, key.substr(0, slash),
                                     key.substr(slash + 1), version.id)},
                  {"attributes", shown_attributes(version)},
                  {"tags", version.tags}};
        if (!version.content_type.empty()) body["contentType"] = version.content_type;
        if (with_value) body["value"] = version.value;
        return body;
    }

    Version& add_version(const std::string& key, const std::string& name, const json& body) {
        auto& secret = secrets_[key];
        secret.name = name;
        auto id = ids_.guid();
        std::erase(id, '-');
        Version version{id,
                        body.value("value", ""),
                        body.value("contentType", ""),
                        body.value("tags", json::object()),
                        std::chrono::system_clock::to_time_t(clock_.now()),
                        body.value("attributes", json::object())};
        secret.versions.push_back(std::move(version));
        return secret.versions.back();
    }

    Response put(const Request& request, const Caller& caller, const std::string& key, const std::string& name) {
        if (const auto wrong = check_permission(caller, "set")) return refuse(*wrong);
        const auto type = lower(request.header("Content-Type").value_or(""));
        if (!starts_with(type, "application/json"))
            return refuse({415, "UnsupportedMediaType", "", "The request's Content-Type is not application/json."});
        const auto body = json::parse(request.body, nullptr, false);
        if (const auto wrong = check_body(body)) return refuse(*wrong);
        const auto found = secrets_.find(key);
        if (found != secrets_.end() && found->second.deleted)
            return refuse({409, "Conflict", "ObjectIsDeletedButRecoverable",
                           fmt::format("Secret {} is currently in a deleted but recoverable state, and its name cannot "
                                       "be reused; in this state, the secret can only be recovered or purged.",
                                       name)});
        return answer(200, shown(request, key, add_version(key, name, body), true));
    }

    Response list_versions(const Request& request, const Caller& caller, const std::string& key,
                           const std::string& name) {
        if (const auto wrong = check_permission(caller, "list")) return refuse(*wrong);
        const auto found = secrets_.find(key);
        if (found == secrets_.end() || found->second.deleted) return refuse(not_found(name));
        std::size_t page = largest_page, from = 0;
        if (const auto given = request.query_value("maxresults")) {
            page = std::strtoul(given->c_str(), nullptr, 10);
            if (page < 1 || page > largest_page) return refuse(bad_parameter("maxresults must be between 1 and 25"));
        }
        if (const auto token = request.query_value("$skiptoken")) from = std::strtoul(token->c_str(), nullptr, 10);
        const auto& versions = found->second.versions;
        auto list = json::array();
        for (auto i = from; i < std::min(from + page, versions.size()); ++i)
            list.push_back(shown(request, key, versions[i], false));
        json body{{"value", std::move(list)}, {"nextLink", nullptr}};
        if (from + page < versions.size())
            body["nextLink"] = fmt::format("{}{}?api-version=7.4&$skiptoken={}&maxresults={}", request.base_url,
                                           request.path, from + page, page);
        return answer(200, body);
    }

    Response get(const Request& request, const Caller& caller, const std::string& key, const std::string& name,
                 const std::string& id) {
        if (const auto wrong = check_permission(caller, "get")) return refuse(*wrong);
        const auto found = secrets_.find(key);
        if (found == secrets_.end() || found->second.deleted) return refuse(not_found(name));
        for (auto it = found->second.versions.rbegin(); it != found->second.versions.rend(); ++it)
            if (id.empty() || it->id == id) return answer(200, shown(request, key, *it, true));
        return refuse(not_found(name + "/" + id));
    }

    Response remove(const Caller& caller, const std::string& key, const std::string& name) {
        if (const auto wrong = check_permission(caller, "delete")) return refuse(*wrong);
        const auto found = secrets_.find(key);
        if (found == secrets_.end() || found->second.deleted) return refuse(not_found(name));
        found->second.deleted = true;
        return answer(200, {{"id", key}});
    }

    const Clock& clock_;
    const std::string tenant_id_;
    IdSource ids_{4711};
    std::map<std::string, Secret> secrets_;  ///< by "<vault>/<name>", lower case
    std::set<std::string> vaults_{"contoso"}, denied_;
};

}  // namespace

std::unique_ptr<Service> make_key_vault(const Clock& clock, std::string tenant_id) {
    return std::make_unique<KeyVault>(clock, std::move(tenant_id));
}

}  // namespace regent::simulator
