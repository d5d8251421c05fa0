#include "provider/connectors/logicapps/arm_client.hpp"

#include "net/redact.hpp"
#include "provider/connectors/call_failure.hpp"
#include "provider/connectors/paged_list.hpp"
#include "provider/status_kind.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <optional>
#include <utility>

namespace regent::provider::logicapps {
namespace {

using nlohmann::json;

constexpr std::string_view version = "api-version=2016-06-01", tags_version = "api-version=2021-04-01";

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3) and, in a path, `/`.
std::string encoded(std::string_view text, bool is_path) {
    std::string out;
    for (const unsigned char c : text) {
        const bool plain =
            std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~' || (is_path && c == '/');
        out += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
    }
    return out;
}

std::string all_in(const std::string& group) {
    return encoded(group, true) + "/providers/Microsoft.Web/customApis";
}

std::string one_in(const std::string& group, const std::string& name) {
    return fmt::format("{}/{}?{}", all_in(group), encoded(name, false), version);
}

/// Ids are compared without case.
bool begins_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

std::string text(const json& object, const char* member) {
    const auto it = object.is_object() ? object.find(member) : object.end();
    return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

struct ServiceWords {
    std::string code, message;
};

ServiceWords words_of(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("error")) return {};
    return {text(parsed["error"], "code"), text(parsed["error"], "message")};
}

std::string help_for(ErrorKind kind, const std::string& code) {
    if (code == "SubscriptionNotFound" || code == "InvalidSubscriptionId")
        return "check the id below `resourceGroups`; a service principal sees a subscription only when it has a role "
               "in it";
    if (code == "ResourceGroupNotFound")
        return "regent makes no resource groups: create it (`az group create`), or mend its id below `resourceGroups`";
    if (code == "MissingSubscriptionRegistration" || code == "NoRegisteredProviderFound")
        return "register the resource provider once: `az provider register --namespace Microsoft.Web`";
    if (code == "LocationNotAvailableForResourceType")
        return "write a region of Azure that has Logic Apps: `westeurope`";
    if (code == "RequestDisallowedByPolicy") return "an Azure Policy forbids it; its words above name the policy";
    if (code == "ScopeLocked") return "a lock on the resource or its group forbids it; remove the lock first";
    if (kind == ErrorKind::forbidden)
        return "give regent's service principal the role `Logic App Contributor` on the resource group: `az role "
               "assignment create --assignee <client id> --role \"Logic App Contributor\" --scope <its id>`";
    if (kind == ErrorKind::sign_in)
        return "the token was not accepted by Azure Resource Manager: check the tenant and "
               "`endpoints.resourceManagerScope`";
    return {};
}

std::string_view without_bom(std::string_view bytes) {
    return bytes.substr(0, 3) == "\xEF\xBB\xBF" ? bytes.substr(3) : bytes;
}

std::string id_of(const net::Answer& answer) {
    return answer.request_id.empty() ? answer.client_request_id : answer.request_id;
}

}  // namespace

std::string ArmClient::now() const {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(clock_.now())));
}

ProviderError ArmClient::refused(const std::string& what, const net::Answer& answer) const {
    const auto words = words_of(answer.body);
    const auto kind = kind_of_status(answer.status);
    auto service = fmt::format("Azure: {}", answer.status);
    if (!words.code.empty()) service += " " + words.code;
    if (!words.message.empty()) service += fmt::format(" \"{}\"", words.message);
    if (words.code.empty() && words.message.empty())
        service += answer.body.empty() ? " without a word" : " and no JSON";
    return {.kind = kind,
            .message = "Azure refused to " + what,
            // A service that quotes the request back must not bring a secret into a log.
            .service = net::redact(service),
            .request_id = id_of(answer),
            .time = now(),
            .help = help_for(kind, words.code),
            .retry_after = {},
            .code = code_of(kind)};
}

ProviderError ArmClient::incomplete(const std::string& what, const net::Answer& answer, const std::string& why) const {
    return {.kind = ErrorKind::incomplete,
            .message = fmt::format("the answer of Azure could not be understood, trying to {}: {}", what, why),
            .service = fmt::format("Azure: {} with {} bytes", answer.status, answer.body.size()),
            .request_id = id_of(answer),
            .time = now(),
            .help = "nothing was planned on half a view; if it happens again, report it with the request id",
            .retry_after = {},
            .code = "RG0711"};
}

ProviderError ArmClient::failed(const std::string& message, const net::CallError& error,
                                const std::string& help) const {
    const auto kind = connectors::kind_of(error.kind);
    return {.kind = kind,
            .message = message,
            .service = error.message,
            .request_id = error.client_request_id,
            .time = now(),
            .help = error.help.empty() ? help : error.help,
            .retry_after = error.retry_after,
            .code = code_of(kind)};
}

ArmClient::Result<net::Answer> ArmClient::call(net::Method method, std::string target, const std::string& what,
                                               std::string body) {
    net::Request request;
    request.method = method;
    request.origin = options_.origin;
    request.target = std::move(target);
    request.headers = {{"Accept", "application/json"}};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    // Names are the client's, and a PUT replaces: sent twice, it does no harm.
    request.idempotent = true;
    auto answer = session_.call(std::move(request), options_.scope);
    if (!answer) return tl::unexpected(failed(fmt::format("could not {} in Azure", what), answer.error(), {}));
    if (answer->status < 200 || answer->status > 299) return tl::unexpected(refused(what, *answer));
    return std::move(*answer);
}

ArmClient::Result<json> ArmClient::read(net::Method method, std::string target, const std::string& what,
                                        std::string body) {
    auto answer = call(method, std::move(target), what, std::move(body));
    if (!answer) return tl::unexpected(std::move(answer.error()));
    auto parsed = json::parse(answer->body, nullptr, false);
    if (!parsed.is_object()) return tl::unexpected(incomplete(what, *answer, "no JSON object"));
    return parsed;
}

ArmClient::Result<std::vector<json>> ArmClient::list(const std::string& group) {
    const auto what = fmt::format("list the custom connectors of {}", group);
    std::vector<json> found;
    auto read = connectors::read_pages(
        fmt::format("{}?{}", all_in(group), version),
        {.ask = [&](std::string page) { return call(net::Method::get, std::move(page), what); },
         .unclear = [&](const net::Answer& answer, const std::string& why) { return incomplete(what, answer, why); },
         .within = [](const std::string& link) -> std::optional<std::string> {
             if (!begins_with(link, "/subscriptions/")) return std::nullopt;
             return link;
         },
         .take = [&](json& connector) -> std::string {
             if (text(connector, "name").empty()) return "an entry without `name`";
             found.push_back(std::move(connector));
             return {};
         }});
    if (!read) return tl::unexpected(std::move(read.error()));
    return found;
}

ArmClient::Result<json> ArmClient::get(const std::string& group, const std::string& name) {
    return read(net::Method::get, one_in(group, name), "read connector " + name);
}

ArmClient::Result<json> ArmClient::definition(const json& connector) {
    const auto properties = connector.find("properties");
    if (properties == connector.end() || !properties->is_object()) return json(nullptr);
    // As it was submitted, where that is to be had; what stands in the answer itself may be the service's own form of
    // it.
    const auto url = properties->contains("apiDefinitions")
                         ? text((*properties)["apiDefinitions"], "originalSwaggerUrl")
                         : std::string{};
    if (url.empty()) {
        const auto inside = properties->find("swagger");
        const bool there = inside != properties->end() && inside->is_object() && !inside->empty();
        return there ? *inside : json(nullptr);
    }
    auto where = connectors::split_url(url);
    net::Request request;
    request.origin = where.origin;
    request.target = std::move(where.target);
    request.headers = {{"Accept", "*/*"}};
    const auto answer = session_.call(std::move(request), {});
    if (!answer)
        return tl::unexpected(failed("could not read a connector's definition back from " + where.origin,
                                     answer.error(), "it is read from the hosts of `endpoints.blob`"));
    const std::string what = "read a connector's definition back";
    if (answer->status != 200) {
        auto error = incomplete(what, *answer, fmt::format("{} answered {}", where.origin, answer->status));
        if (answer->status >= 500) error.kind = ErrorKind::transient;
        return tl::unexpected(std::move(error));
    }
    auto parsed = json::parse(without_bom(answer->body), nullptr, false);
    if (parsed.is_discarded()) return tl::unexpected(incomplete(what, *answer, "no JSON"));
    return parsed;
}

ArmClient::Result<json> ArmClient::put(const std::string& group, const std::string& name, const json& document) {
    return read(net::Method::put, one_in(group, name), "save connector " + name, document.dump());
}

ArmClient::Result<json> ArmClient::patch(const std::string& group, const std::string& name, const json& document) {
    return read(net::Method::patch, one_in(group, name), "tag connector " + name, document.dump());
}

// https://learn.microsoft.com/rest/api/resources/tags/update-at-scope
ArmClient::Result<json> ArmClient::take_tags_away(const std::string& group, const std::string& name, const json& tags) {
    const auto what = "take tags away from connector " + name;
    const auto target = fmt::format("{}/{}/providers/Microsoft.Resources/tags/default?{}", all_in(group),
                                    encoded(name, false), tags_version);
    const json body{{"operation", "Delete"}, {"properties", {{"tags", tags}}}};
    auto answer = read(net::Method::patch, target, what, body.dump());
    if (!answer) return answer;
    const auto properties = answer->find("properties");
    if (properties == answer->end() || !properties->is_object()) return json::object();
    return properties->value("tags", json::object());
}

ArmClient::Result<void> ArmClient::remove(const std::string& group, const std::string& name) {
    auto answer = call(net::Method::del, one_in(group, name), "delete connector " + name);
    if (!answer && answer.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(answer.error()));
    return {};
}

ArmClient::Result<void> ArmClient::try_to_save(const std::string& group) {
    // Were there one of that name, nothing of it would be changed.
    auto answer =
        read(net::Method::patch, one_in(group, "regent-doctor-asks-for-rights"), "let connectors be saved", "{}");
    if (answer || answer.error().kind == ErrorKind::not_found) return {};
    return tl::unexpected(std::move(answer.error()));
}

}  // namespace regent::provider::logicapps
