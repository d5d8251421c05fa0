#include "simulator/arm.hpp"

#include "simulator/arm_budget.hpp"
#include "simulator/arm_custom_api.hpp"
#include "simulator/arm_place.hpp"
#include "simulator/arm_switches.hpp"
#include "simulator/arm_tags.hpp"
#include "simulator/powerapps_member.hpp"
#include "simulator/values.hpp"
#include "simulator/versioned.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>
#include <variant>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;
using ArmOutcome = std::variant<Response, ArmError>;

constexpr std::string_view subscriptions = "/subscriptions/", icon_prefix = "/blob/customapis/";
constexpr std::string_view api_version = "2016-06-01", tags_api_version = "2021-04-01";
constexpr std::size_t longest_name = 80;

class Arm final : public Service {
public:
    Arm(const Clock& clock, std::string tenant_id)
        : clock_(clock), tenant_id_(std::move(tenant_id)), blobs_(clock, "arm storage key of " + tenant_id_) {}

    bool serves(const Request& request) const override {
        const auto path = lower(request.path);
        return starts_with(path, subscriptions) || starts_with(path, icon_prefix);
    }

    Response handle(const Request& request, const std::optional<Caller>& caller,
                    const std::string& token_error) override {
        if (starts_with(lower(request.path), icon_prefix)) return blobs_.handle(request, blob_source());
        auto outcome = understood(request, caller, token_error);
        auto response = std::holds_alternative<Response>(outcome) ? std::get<Response>(std::move(outcome))
                                                                  : arm_refusal(std::get<ArmError>(outcome));
        const auto request_id = ids_.guid();
        response.set_header("x-ms-request-id", request_id);
        response.set_header("x-ms-correlation-request-id", request_id);
        if (response.status == 401) {
            response.set_header("WWW-Authenticate",
                                fmt::format("Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\"",
                                            request.base_url, tenant_id_));
        } else if (const auto place = arm_place(request.path); caller && place) {
            budget_.describe(response, lower(place->subscription), caller->object_id, request.method);
        }
        return response;
    }

    std::string state_key() const override { return "arm"; }

    json dump() const override {
        auto groups = json::object();
        for (const auto& [key, group] : groups_)
            groups[group.subscription][group.name] = {{"location", group.location}};
        auto list = json::array();
        for (const auto* record : records_.all(clock_.now())) list.push_back(*record);
        return {{"resourceGroups", std::move(groups)}, {"customApis", std::move(list)}};
    }

    void seed(const json& state) override {
        const auto all = state.value("resourceGroups", json::object());
        for (const auto& [subscription, groups] : all.items()) {
            if (!is_guid(subscription))
                throw std::invalid_argument("arm: a subscription is a GUID, not " + subscription);
            for (const auto& [name, group] : groups.items()) put_group(subscription, name, text_of(group, "location"));
        }
        for (auto record : state.value("customApis", json::array())) put_record(std::move(record));
    }

    void set_switches(const json& values) override { switches_.set(values, budget_); }
    json switches() const override { return switches_.get(budget_); }

    bool change(const std::string& path, const json& body) override {
        const auto place = arm_place(path);
        if (!place) return false;
        if (!place->is_custom_apis) {
            if (place->group.empty() || !body.contains("put")) return false;
            put_group(place->subscription, place->group, text_of(body["put"], "location"));
            return true;
        }
        if (body.contains("put")) {
            auto record = body["put"];
            record["subscription"] = place->subscription;
            record["resourceGroup"] = place->group;
            record["name"] = place->name;
            put_record(std::move(record));
            return true;
        }
        const auto* stored = records_.find(place->key(), clock_.now());
        if (stored == nullptr) return false;
        if (body.value("delete", false)) return records_.erase(place->key(), clock_.now()), true;
        if (!body.contains("patch")) return false;
        auto record = *stored;
        record.merge_patch(body["patch"]);
        put_record(std::move(record));
        return true;
    }

private:
    struct Group {
        std::string subscription, name, location;
    };

    ArmOutcome understood(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        try {
            return answer(request, caller, token_error);
        } catch (const json::exception& error) {
            return arm_invalid_content(error.what());
        }
    }

    ArmOutcome answer(const Request& request, const std::optional<Caller>& caller, const std::string& token_error) {
        if (auto error = check_caller(caller, token_error)) return *error;
        const auto version = request.query_value("api-version").value_or("");
        if (version.empty()) {
            return ArmError{400, "MissingApiVersionParameter",
                            "The api-version query parameter (?api-version=) is required for all requests."};
        }
        const auto place = arm_place(request.path);
        if (!place) {
            return ArmError{404, "InvalidResourceType",
                            fmt::format("The resource type could not be found at '{}' for api version '{}'.",
                                        request.path, version)};
        }
        if (auto error = check_place(*place, version)) return *error;
        if (const auto wait =
                budget_.take(lower(place->subscription), caller->object_id, request.method, clock_.now())) {
            auto refusal =
                arm_refusal({429, "SubscriptionRequestsThrottled",
                             fmt::format("Number of requests for subscription '{}' exceeded the limit. Please "
                                         "try again after '{}' seconds.",
                                         place->subscription, *wait)});
            refusal.set_header("Retry-After", std::to_string(*wait));
            return refusal;
        }
        return route(request, *caller, *place);
    }

    std::optional<ArmError> check_caller(const std::optional<Caller>& caller, const std::string& token_error) const {
        if (!caller && token_error.empty())
            return ArmError{401, "AuthenticationFailed",
                            "Authentication failed. The 'Authorization' header is missing."};
        if (!caller)
            return ArmError{401, "InvalidAuthenticationToken",
                            fmt::format("The access token is invalid: {}.", token_error)};
        auto given = std::string_view(caller->audience);
        if (given.ends_with('/')) given.remove_suffix(1);
        if (given != "https://management.azure.com" && given != "https://management.core.windows.net") {
            return ArmError{
                401, "InvalidAuthenticationTokenAudience",
                fmt::format("The access token has been obtained for wrong audience or resource '{}'. It should "
                            "exactly match with one of the allowed audiences "
                            "'https://management.core.windows.net/','https://management.core.windows.net','"
                            "https://management.azure.com/','https://management.azure.com'.",
                            caller->audience)};
        }
        if (!same_text(caller->tenant_id, tenant_id_)) {
            return ArmError{401, "InvalidAuthenticationTokenTenant",
                            fmt::format("The access token is from the wrong issuer 'https://sts.windows.net/{}/'.",
                                        caller->tenant_id)};
        }
        return std::nullopt;
    }

    std::optional<ArmError> check_place(const ArmPlace& place, const std::string& version) const {
        if (!is_guid(place.subscription)) {
            return ArmError{
                400, "InvalidSubscriptionId",
                fmt::format("The provided subscription identifier '{}' is malformed or invalid.", place.subscription)};
        }
        const bool known = std::any_of(groups_.begin(), groups_.end(), [&](const auto& entry) {
            return same_text(entry.second.subscription, place.subscription);
        });
        if (!known) {
            return ArmError{404, "SubscriptionNotFound",
                            fmt::format("The subscription '{}' could not be found.", place.subscription)};
        }
        if (!place.is_custom_apis) return std::nullopt;
        const auto known_version = place.is_tags ? tags_api_version : api_version;
        if (version != known_version) {
            return ArmError{400, "NoRegisteredProviderFound",
                            fmt::format("No registered resource provider found for API version '{}' for type '{}'. "
                                        "The supported api-versions are '{}'.",
                                        version, place.is_tags ? "tags" : "customApis", known_version)};
        }
        if (!place.group.empty() && !groups_.contains(place.group_key())) {
            return ArmError{404, "ResourceGroupNotFound",
                            fmt::format("Resource group '{}' could not be found.", place.group)};
        }
        return std::nullopt;
    }

    std::optional<ArmError> check_allowed(const Caller& caller, const ArmPlace& place, const char* verb) const {
        const auto action =
            fmt::format("{}/{}", place.is_tags ? "Microsoft.Resources/tags" : "Microsoft.Web/customApis", verb);
        if (!switches_.denied.contains(action)) return std::nullopt;
        const auto scope = fmt::format("/subscriptions/{}{}{}/providers/Microsoft.Web/customApis{}{}",
                                       place.subscription, place.group.empty() ? "" : "/resourceGroups/", place.group,
                                       place.name.empty() ? "" : "/", place.name);
        return ArmError{
            403, "AuthorizationFailed",
            fmt::format("The client '{0}' with object id '{0}' does not have authorization to perform action "
                        "'{1}' over scope '{2}' or the scope is invalid. If access was recently granted, "
                        "please refresh your credentials.",
                        caller.object_id, action, scope)};
    }

    ArmOutcome route(const Request& request, const Caller& caller, const ArmPlace& place) {
        const auto& method = request.method;
        const auto allowed = [&](const char* verb) { return check_allowed(caller, place, verb); };
        if (place.is_tags) return tags(request, caller, place);
        if (!place.is_custom_apis && method == "GET") return get_group(place);
        if (place.is_custom_apis && place.name.empty() && method == "GET") {
            if (auto error = allowed("read")) return *error;
            return list(request, place);
        }
        if (place.name.empty()) return not_allowed(method);
        if (method == "GET") {
            if (auto error = allowed("read")) return *error;
            return get(request, place);
        }
        if (method == "PUT" || method == "PATCH") {
            if (auto error = allowed("write")) return *error;
            return write(request, caller, place);
        }
        if (method != "DELETE") return not_allowed(method);
        if (auto error = allowed("delete")) return *error;
        if (records_.find(place.key(), clock_.now()) == nullptr) return arm_empty_answer(204);
        records_.erase(place.key(), clock_.now());
        return arm_empty_answer(200);
    }

    static ArmError not_allowed(const std::string& method) {
        return {405, "HttpMethodNotAllowed", fmt::format("The HTTP method '{}' is not allowed here.", method)};
    }

    ArmOutcome get_group(const ArmPlace& place) const {
        if (place.group.empty()) {
            return arm_answer(200, {{"id", "/subscriptions/" + place.subscription},
                                    {"subscriptionId", place.subscription},
                                    {"tenantId", tenant_id_},
                                    {"state", "Enabled"}});
        }
        const auto found = groups_.find(place.group_key());
        if (found == groups_.end())
            return ArmError{404, "ResourceGroupNotFound",
                            fmt::format("Resource group '{}' could not be found.", place.group)};
        return arm_answer(
            200, {{"id", fmt::format("/subscriptions/{}/resourceGroups/{}", place.subscription, found->second.name)},
                  {"name", found->second.name},
                  {"type", "Microsoft.Resources/resourceGroups"},
                  {"location", found->second.location},
                  {"properties", {{"provisioningState", "Succeeded"}}}});
    }

    ArmOutcome list(const Request& request, const ArmPlace& place) {
        std::size_t from = 0;
        auto page = static_cast<std::size_t>(switches_.page_size);
        if (const auto top = request.query_value("$top")) {
            const auto given = std::strtol(top->c_str(), nullptr, 10);
            if (given < 1) return ArmError{400, "InvalidQueryParameter", "The value of '$top' must be positive."};
            page = std::min(page, static_cast<std::size_t>(given));
        }
        if (const auto token = request.query_value("skiptoken")) from = std::strtoul(token->c_str(), nullptr, 10);
        std::vector<const json*> found;
        const auto lag_of_list = lag() + std::chrono::seconds(switches_.list_lag_seconds);
        for (const auto* record : records_.all(clock_.now(), lag_of_list)) {
            if (!same_text(text_of(*record, "subscription"), place.subscription)) continue;
            if (place.group.empty() || same_text(text_of(*record, "resourceGroup"), place.group))
                found.push_back(record);
        }
        auto value = json::array();
        for (auto i = from; i < std::min(found.size(), from + page); ++i)
            value.push_back(shown_custom_api(*found[i], false, switches_, blobs_, request.base_url));
        json body{{"value", std::move(value)}};
        if (from + page < found.size()) {
            body["nextLink"] =
                fmt::format("{}{}?api-version={}&%24top={}&skiptoken={}", request.base_url,
                            request.target.substr(0, request.target.find('?')), api_version, page, from + page);
        }
        return arm_answer(200, body);
    }

    static ArmError not_found(const ArmPlace& place) {
        return {
            404, "ResourceNotFound",
            fmt::format("The Resource 'Microsoft.Web/customApis/{}' under resource group '{}' was not found. For more "
                        "details please go to https://aka.ms/ARMResourceNotFoundFix",
                        place.name, place.group)};
    }

    ArmOutcome get(const Request& request, const ArmPlace& place) {
        const auto* record = records_.find(place.key(), clock_.now(), lag());
        if (record == nullptr) return not_found(place);
        const bool exporting = same_text(request.query_value("export").value_or(""), "true");
        return arm_answer(200, shown_custom_api(*record, exporting, switches_, blobs_, request.base_url));
    }

    ArmOutcome write(const Request& request, const Caller& caller, const ArmPlace& place) {
        const auto type = lower(request.header("Content-Type").value_or(""));
        if (!starts_with(type, "application/json"))
            return ArmError{415, "UnsupportedMediaType",
                            fmt::format("The content media type '{}' is not supported. Only 'application/json' is "
                                        "supported.",
                                        type)};
        const auto body = json::parse(request.body, nullptr, false);
        if (body.is_discarded()) return arm_invalid_content("Unexpected end or character of JSON");
        const auto* stored = records_.find(place.key(), clock_.now());
        if (stored == nullptr && request.method == "PATCH") return not_found(place);
        json record;
        if (stored != nullptr) {
            record = *stored;
        } else {
            if (auto error = check_name(place.name)) return *error;
            record = {{"subscription", lower(place.subscription)},
                      {"resourceGroup", place.group},
                      {"name", place.name},
                      {"_createdBy",
                       {{"objectId", caller.object_id},
                        {"appId", caller.app_id},
                        {"user", caller.user},
                        {"at", format_time(clock_.now())}}}};
        }
        auto error = request.method == "PUT" ? put_custom_api(record, body, switches_)
                                             : patch_custom_api(record, body, switches_);
        if (error) return *error;
        records_.put(place.key(), record, clock_.now());
        return arm_answer(200, shown_custom_api(record, false, switches_, blobs_, request.base_url));
    }

    ArmOutcome tags(const Request& request, const Caller& caller, const ArmPlace& place) {
        const auto& method = request.method;
        if (method != "GET" && method != "PATCH") return not_allowed(method);
        if (auto error = check_allowed(caller, place, method == "GET" ? "read" : "write")) return *error;
        const auto* stored = records_.find(place.key(), clock_.now());
        if (stored == nullptr) return not_found(place);
        auto record = *stored;
        if (method == "PATCH") {
            const auto body = json::parse(request.body, nullptr, false);
            if (auto error = update_arm_tags(record["tags"], body)) return *error;
            records_.put(place.key(), record, clock_.now());
        }
        return arm_answer(200, shown_arm_tags(custom_api_id(record), record.at("tags")));
    }

    static std::optional<ArmError> check_name(const std::string& name) {
        const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '(' || c == ')';
        });
        if (plain && name.size() <= longest_name && !name.ends_with('.')) return std::nullopt;
        return ArmError{
            400, "InvalidResourceName",
            fmt::format("Resource name '{}' is invalid. The name can be up to {} characters long and ends with "
                        "no period.",
                        name, longest_name)};
    }

    void put_group(const std::string& subscription, const std::string& name, const std::string& location) {
        const auto region = azure_region(location);
        if (region.empty()) throw std::invalid_argument("arm: the resource group " + name + " has no known `location`");
        groups_[lower(subscription + "/" + name)] = {lower(subscription), name, region};
    }

    /// Without the service's rules; its group comes into being with it.
    void put_record(json record) {
        ArmPlace place{text_of(record, "subscription"), text_of(record, "resourceGroup"), text_of(record, "name"),
                       true};
        if (place.subscription.empty() || place.group.empty() || place.name.empty())
            throw std::invalid_argument("arm: a custom API has `subscription`, `resourceGroup`, `name` and `location`");
        const auto region = azure_region(text_of(record, "location"));
        if (region.empty())
            throw std::invalid_argument("arm: the custom API " + place.name + " has no known `location`");
        record["location"] = region;
        if (!groups_.contains(place.group_key())) put_group(place.subscription, place.group, region);
        complete_custom_api(record);
        records_.put(place.key(), std::move(record), clock_.now());
    }

    BlobStore::Source blob_source() const {
        return [this](const std::string& container, const std::string& name) -> std::optional<Blob> {
            if (container != custom_api_container) return std::nullopt;
            for (const auto* record : records_.all(clock_.now(), lag())) {
                if (definition_blob(*record) == name && !record->at("openApiDefinition").is_null())
                    return Blob{record->at("openApiDefinition").dump(2), "application/json"};
            }
            return std::nullopt;
        };
    }

    std::chrono::seconds lag() const { return std::chrono::seconds(switches_.replica_lag_seconds); }

    const Clock& clock_;
    const std::string tenant_id_;
    IdSource ids_{0x41524d};  // ids differ between the services of one simulator and are the same in every run
    ArmSwitches switches_;
    ArmBudget budget_;
    BlobStore blobs_;
    std::map<std::string, Group> groups_;  ///< by "subscription/name" in lower case
    Versioned records_;
};

}  // namespace

std::unique_ptr<Service> make_arm(const Clock& clock, std::string tenant_id) {
    return std::make_unique<Arm>(clock, std::move(tenant_id));
}

}  // namespace regent::simulator
