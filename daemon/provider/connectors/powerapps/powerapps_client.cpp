#include "provider/connectors/powerapps/powerapps_client.hpp"

#include "model/ascii.hpp"
#include "net/redact.hpp"
#include "provider/connectors/call_failure.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/paged_list.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/status_kind.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <ctime>
#include <optional>
#include <utility>

namespace regent::provider::powerapps {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view base_path = "/providers/Microsoft.PowerApps/";

/// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3).
std::string encoded(std::string_view text) {
    std::string out;
    for (const unsigned char c : text) {
        if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += static_cast<char>(c);
        } else {
            out += fmt::format("%{:02X}", c);
        }
    }
    return out;
}

/// Resource providers spell their namespaces in several ways.
bool begins_with_base_path(std::string_view target) {
    return target.size() >= base_path.size() &&
           std::equal(base_path.begin(), base_path.end(), target.begin(),
                      [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

/// A link as it may be sent: links have been seen with `$filter=environment eq '…'` as a person would write it.
std::string sendable(std::string_view target) {
    std::string out;
    for (const unsigned char c : target) {
        const bool as_it_is = c > 0x20 && c < 0x7f &&
                              std::string_view("\"<>\\^`{|}#").find(static_cast<char>(c)) == std::string_view::npos;
        out += as_it_is ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
    }
    return out;
}

std::string_view without_bom(std::string_view text) {
    return text.substr(0, 3) == "\xEF\xBB\xBF" ? text.substr(3) : text;
}

struct ServiceWords {
    std::string code, message, correlation;
};

/// What the service behind the service said. Wrapped, it reads: The request failed with client error:
/// '{"Code":"","Message":"…"}'. The correlation Id is '…'.
void unwrap(ServiceWords& words) {
    constexpr std::string_view before_id = "correlation Id is '";
    if (const auto at = words.message.find(before_id); at != std::string::npos) {
        const auto begin = at + before_id.size();
        words.correlation = words.message.substr(begin, words.message.find('\'', begin) - begin);
    }
    const auto open = words.message.find('{');
    const auto close = words.message.rfind('}');
    if (open == std::string::npos || close == std::string::npos || close < open) return;
    const auto inner = json::parse(words.message.substr(open, close - open + 1), nullptr, false);
    if (!inner.is_object() || !inner.contains("Message") || !inner["Message"].is_string()) return;
    auto message = inner["Message"].get<std::string>();
    if (!message.empty()) words.message = std::move(message);
}

/// The envelope `{"error": {"code", "message"}}`; a body that is none (empty, HTML of a gateway) gives empty words.
ServiceWords words_of(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("error") || !parsed["error"].is_object()) return {};
    const auto& error = parsed["error"];
    const auto text = [&](const char* name) {
        return error.contains(name) && error[name].is_string() ? error[name].get<std::string>() : "";
    };
    ServiceWords words{text("code"), text("message"), {}};
    if (words.code == "ApiHubsRequestFailed") unwrap(words);
    return words;
}

/// The gateway behind the service has one code for everything that goes wrong there; its words decide. Definitions and
/// scripts that it does not take are refused again the next time, with whatever status.
bool names_a_mistake(const ServiceWords& words) {
    const auto has = [&](std::string_view text) { return words.message.find(text) != std::string::npos; };
    return has("Specified swagger has the following errors") || has("Swagger contains ") || has("error CS") ||
           has("Non-unique array item");
}

ErrorKind kind_of(int status, const ServiceWords& words) {
    if (words.code == "ServiceToServiceEnvironmentNotFound") return ErrorKind::transient;
    if (words.code == "ApiHubsRequestFailed") {
        if (names_a_mistake(words)) return ErrorKind::rejected;
        if (words.message.find("InternalServerError") != std::string::npos) return ErrorKind::transient;
    }
    if (words.code == "EnvironmentAccessDenied") return ErrorKind::forbidden;
    if (words.code == "CustomApiNotFound") return ErrorKind::not_found;
    return kind_of_status(status);
}

std::string help_for(ErrorKind kind, const ServiceWords& words, bool person) {
    if (person && (words.code == "EnvironmentAccessDenied" || kind == ErrorKind::forbidden)) {
        return "check the id below `powerPlatformEnvironments`; the account that signed in (`regent login`) has to be "
               "an Environment Maker there, and to own the connector or be its editor";
    }
    if (words.code == "EnvironmentAccessDenied") {
        return "check the id below `powerPlatformEnvironments`; a service principal sees environments only after an "
               "administrator has registered it (New-PowerAppManagementApp)";
    }
    if (words.code == "ServiceToServiceEnvironmentNotFound") {
        return "an environment is there for Power Apps some minutes after it was created, at most ten: run again then";
    }
    if (words.code == "ManagedIdentityNotSupported")
        return "a managed identity as a connector's credential is a preview that this environment does not have: keep "
               "the client secret, or make the connector in an environment that has it";
    if (words.code == "MissingEnvironmentFilter") return "this is a mistake of regent's; please report it";
    if (words.code == "InvalidScriptDefinitionUrlWithNonNullOperations")
        return "operations go through a script only when the connector has one: write `script` in its manifest";
    if (words.message.find("error CS") != std::string::npos)
        return "the script does not compile; CS numbers are the C# compiler's";
    if (words.message.find("unassigned function app") != std::string::npos)
        return "the service has no host free for the script at the moment; the next run tries again";
    if (kind == ErrorKind::forbidden) {
        return "an administrator of the Power Platform registers the service principal once with "
               "New-PowerAppManagementApp -ApplicationId <client id>; where that is not enough, a person signs in: "
               "`signIn: {delegated: [powerApps]}` in the Environment, then `regent login`";
    }
    if (kind == ErrorKind::sign_in)
        return "the token was not accepted by Power Apps: check the tenant and `endpoints.powerAppsScope`";
    if (words.code == "CannotUpdateApiDisplayName")
        return "a connector's display name cannot change; this is a mistake of regent's";
    if (words.message.find("Non-unique array item") != std::string::npos &&
        words.message.find(".tags[") != std::string::npos)
        return "the service appends this tag to each operation by itself: take it out of the OpenAPI file's operations";
    if (words.message.find("swagger") != std::string::npos || words.message.find("Swagger") != std::string::npos) {
        return "the service does not accept the OpenAPI file; its words above name the place";
    }
    return {};
}

}  // namespace

std::string PowerAppsClient::now() const {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(clock_.now())));
}

std::string PowerAppsClient::address(const std::string& path, const std::string& environment, const std::string& more,
                                     const std::string& api_version) const {
    // Query order and encoding as Microsoft's own client sends them; the service is known to answer exactly this.
    return fmt::format("{}{}?api-version={}&%24filter={}", base_path, path,
                       api_version.empty() ? options_.api_version : api_version,
                       encoded(fmt::format("environment eq '{}'{}", environment, more)));
}

ProviderError PowerAppsClient::refused(const std::string& what, const net::Answer& answer) const {
    const auto words = words_of(answer.body);
    const auto kind = kind_of(answer.status, words);
    auto service = fmt::format("Power Apps: {}", answer.status);
    if (!words.code.empty()) service += " " + words.code;
    if (!words.message.empty()) service += fmt::format(" \"{}\"", words.message);
    if (!words.correlation.empty()) service += fmt::format(" (correlation id {})", words.correlation);
    if (words.code.empty() && words.message.empty())
        service += answer.body.empty() ? " without a word" : " and no JSON";
    return {.kind = kind,
            .message = "Power Apps refused to " + what,
            // A service that quotes the request back must not bring a secret into a log.
            .service = net::redact(service),
            .request_id = answer.request_id.empty() ? answer.client_request_id : answer.request_id,
            .time = now(),
            .help = help_for(kind, words, options_.person),
            .retry_after = {},
            .code = code_of(kind)};
}

ProviderError PowerAppsClient::incomplete(const std::string& what, const net::Answer& answer,
                                          const std::string& why) const {
    return {.kind = ErrorKind::incomplete,
            .message = fmt::format("the answer of Power Apps could not be understood, trying to {}: {}", what, why),
            .service = fmt::format("Power Apps: {} with {} bytes", answer.status, answer.body.size()),
            .request_id = answer.request_id.empty() ? answer.client_request_id : answer.request_id,
            .time = now(),
            .help = "nothing was planned on half a view; if it happens again, report it with the request id",
            .retry_after = {},
            .code = "RG0711"};
}

/// Storage answers in XML, and what it refuses is an address that the service gave us: no permission of ours is
/// missing.
ProviderError PowerAppsClient::refused_by_storage(const std::string& what, const std::string& origin,
                                                  const net::Answer& answer) const {
    const auto kind = answer.status >= 500 || answer.status == 408 ? ErrorKind::transient
                      : answer.status == 429                       ? ErrorKind::throttled
                                                                   : ErrorKind::incomplete;
    const auto code = net::find_header(answer.headers, "x-ms-error-code").value_or("");
    return {.kind = kind,
            .message = fmt::format("{} was refused by {}", what, origin),
            .service = fmt::format("Storage: {}{}{}", answer.status, code.empty() ? "" : " ", code),
            .request_id = answer.request_id.empty() ? answer.client_request_id : answer.request_id,
            .time = now(),
            .help =
                "nothing was planned on half a view; if it happens again, compare this machine's clock with the "
                "time above and report it with the request id",
            .retry_after = {},
            .code = code_of(kind)};
}

PowerAppsClient::Result<net::Answer> PowerAppsClient::call(net::Method method, std::string target,
                                                           const std::string& what, std::string body, Tries tries) {
    net::Request request;
    request.method = method;
    request.origin = options_.origin;
    request.target = std::move(target);
    request.headers = {{"Accept", "application/json"}};
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    request.idempotent = tries == Tries::again;
    // Saving a connector may take minutes; the maker portal waits as long.
    if (method != net::Method::get) request.timeout = 330s;
    auto answer = session_.call(std::move(request), options_.scope);
    if (!answer) {
        const auto kind = connectors::kind_of(answer.error().kind);
        return tl::unexpected(ProviderError{.kind = kind,
                                            .message = fmt::format("could not {} in Power Apps", what),
                                            .service = answer.error().message,
                                            .request_id = answer.error().client_request_id,
                                            .time = now(),
                                            .help = answer.error().help,
                                            .retry_after = answer.error().retry_after,
                                            .code = code_of(kind)});
    }
    if (answer->status < 200 || answer->status > 299) return tl::unexpected(refused(what, *answer));
    return std::move(*answer);
}

PowerAppsClient::Result<json> PowerAppsClient::read(net::Method method, std::string target, const std::string& what,
                                                    std::string body, Tries tries) {
    auto answer = call(method, std::move(target), what, std::move(body), tries);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    auto parsed = json::parse(answer->body, nullptr, false);
    if (!parsed.is_object()) return tl::unexpected(incomplete(what, *answer, "no JSON object"));
    return parsed;
}

PowerAppsClient::Result<void> PowerAppsClient::pages(std::string target, const std::string& what,
                                                     const std::function<std::string(json& entry)>& take,
                                                     const std::function<void()>& page_ends) {
    return connectors::read_pages(
        std::move(target),
        {.ask = [&](std::string page) { return call(net::Method::get, std::move(page), what); },
         .unclear = [&](const net::Answer& answer, const std::string& why) { return incomplete(what, answer, why); },
         // Links have been seen to name another host (management.azure.com).
         .within = [](const std::string& link) -> std::optional<std::string> {
             if (!begins_with_base_path(link)) return std::nullopt;
             return sendable(link);
         },
         .take = take,
         .page_ends = page_ends});
}

PowerAppsClient::Result<std::vector<json>> PowerAppsClient::list_custom(const std::string& environment,
                                                                        ReadPart* part) {
    std::vector<json> found;
    std::size_t before = 0;
    const auto take = [&](json& connector) -> std::string {
        const auto facts = facts_of(connector);
        if (facts.name.empty()) return "an entry without `name`";
        if (facts.custom) found.push_back(std::move(connector));
        return {};
    };
    const auto page_ends = [&] {
        if (part != nullptr) part->came(found.size() - std::exchange(before, found.size()));
    };
    auto read = pages(address("apis", environment, " and IsCustomApi eq 'True'"),
                      fmt::format("list the connectors of environment {}", options_.environments.text(environment)),
                      take, page_ends);
    if (!read) return tl::unexpected(std::move(read.error()));
    return found;
}

PowerAppsClient::Result<std::map<std::string, std::size_t>> PowerAppsClient::count_connections(
    const std::string& environment) {
    constexpr std::string_view before_name = "/apis/";
    std::map<std::string, std::size_t> counts;
    const auto take = [&](json& connection) -> std::string {
        const auto properties = connection.is_object() ? connection.find("properties") : connection.end();
        if (!connection.is_object() || properties == connection.end() || !properties->is_object())
            return "a connection without `properties`";
        const auto api = properties->find("apiId");
        const auto* id = api == properties->end() ? nullptr : api->get_ptr<const std::string*>();
        const auto at = id == nullptr ? std::string::npos : id->rfind(before_name);
        if (at == std::string::npos) return "a connection that does not say which connector it is of";
        ++counts[model::lower_case(id->substr(at + before_name.size()))];
        return {};
    };
    auto read =
        pages(fmt::format("{}scopes/admin/environments/{}/connections?api-version={}", base_path, encoded(environment),
                          options_.api_version),
              fmt::format("count the connections of environment {}", options_.environments.text(environment)), take);
    if (!read) return tl::unexpected(std::move(read.error()));
    return counts;
}

PowerAppsClient::Result<json> PowerAppsClient::get(const std::string& environment, const std::string& name) {
    return read(net::Method::get, address("apis/" + encoded(name), environment), "read connector " + name);
}

PowerAppsClient::Result<std::string> PowerAppsClient::download(const std::string& url, const std::string& what) {
    auto where = connectors::split_url(url);
    net::Request request;
    request.origin = where.origin;
    request.target = std::move(where.target);
    request.headers = {{"Accept", "*/*"}};
    auto answer = session_.call(std::move(request), {});
    if (!answer) {
        const auto kind = connectors::kind_of(answer.error().kind);
        return tl::unexpected(ProviderError{.kind = kind,
                                            .message = "could not read " + what + " back from " + where.origin,
                                            .service = answer.error().message,
                                            .request_id = answer.error().client_request_id,
                                            .time = now(),
                                            .help = "it is read from the hosts of `endpoints.blob`",
                                            .retry_after = answer.error().retry_after,
                                            .code = code_of(kind)});
    }
    if (answer->status != 200) return tl::unexpected(refused_by_storage(what, where.origin, *answer));
    return std::move(answer->body);
}

PowerAppsClient::Result<json> PowerAppsClient::fetch(const std::string& url) {
    const std::string what = "a connector's definition";
    auto body = download(url, what);
    if (!body) return tl::unexpected(std::move(body.error()));
    auto parsed = json::parse(without_bom(*body), nullptr, false);
    if (!parsed.is_discarded()) return parsed;
    net::Answer answer;
    answer.status = 200;
    answer.body = std::move(*body);
    return tl::unexpected(incomplete("read " + what + " back", answer, "no JSON"));
}

PowerAppsClient::Result<std::string> PowerAppsClient::storage_address(const std::string& environment) {
    const auto token = session_.tokens().token(options_.scope);
    const std::string what = "give storage for an icon or a script";
    // Which of its callers' storage: the service names them by their object id, which the token carries.
    const auto caller = token ? token->object_id : std::string{};
    auto answer = read(net::Method::post,
                       fmt::format("{}objectIds/{}/generateResourceStorage?api-version={}", base_path, encoded(caller),
                                   options_.api_version),
                       what, json{{"environment", {{"name", environment}}}}.dump());
    if (!answer) return tl::unexpected(std::move(answer.error()));
    const auto url = answer->find("sharedAccessSignature");
    if (url != answer->end() && url->is_string() && url->get_ref<const std::string&>().find('?') != std::string::npos)
        return url->get<std::string>();
    return tl::unexpected(incomplete(what, net::Answer{}, "no sharedAccessSignature"));
}

PowerAppsClient::Result<std::string> PowerAppsClient::upload(const std::string& environment, const UploadedFile& file) {
    constexpr int forbidden = 403;
    for (bool again = false;; again = true) {
        auto container = storage_address(environment);
        if (!container) return tl::unexpected(std::move(container.error()));
        const auto question = container->find('?');
        auto url = container->substr(0, question) + "/" + encoded(file.name) + container->substr(question);
        auto answer = put(url, file);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        if (answer->status == 201) return url;
        // A signature may have ended, or begin in a moment by the storage's clock: the next one is another.
        if (answer->status == forbidden && !again) continue;
        return tl::unexpected(refused_upload(file.what, connectors::split_url(url).origin, *answer));
    }
}

PowerAppsClient::Result<net::Answer> PowerAppsClient::put(const std::string& url, const UploadedFile& file) {
    auto where = connectors::split_url(url);
    net::Request request;
    request.method = net::Method::put;
    request.origin = where.origin;
    request.target = std::move(where.target);
    request.headers = {{"x-ms-blob-type", "BlockBlob"}, {"Content-Type", file.content_type}};
    request.body = file.bytes;
    // The name is made of the content, so a second upload writes what is there.
    request.idempotent = true;
    auto answer = session_.call(std::move(request), {});
    if (answer) return std::move(*answer);
    const auto kind = connectors::kind_of(answer.error().kind);
    return tl::unexpected(ProviderError{.kind = kind == ErrorKind::outcome_unknown ? ErrorKind::transient : kind,
                                        .message = fmt::format("could not upload {} to {}", file.what, where.origin),
                                        .service = answer.error().message,
                                        .request_id = answer.error().client_request_id,
                                        .time = now(),
                                        .help = "icons and scripts go to the hosts of `endpoints.blob`",
                                        .retry_after = answer.error().retry_after,
                                        .code = code_of(kind)});
}

ProviderError PowerAppsClient::refused_upload(const std::string& what, const std::string& origin,
                                              const net::Answer& answer) const {
    auto error = refused_by_storage("the upload of " + what, origin, answer);
    if (error.kind != ErrorKind::incomplete) return error;
    error.kind = ErrorKind::rejected;
    error.code = code_of(error.kind);
    const bool is_signature = answer.status == 401 || answer.status == 403;
    error.help = is_signature
                     ? "no connector was changed; two addresses that Power Apps had signed were refused: compare this "
                       "machine's clock with the time above, and ask whether a proxy changes addresses"
                     : "no connector was changed; if it happens again, report it with the request id";
    return error;
}

PowerAppsClient::Result<json> PowerAppsClient::permissions(const std::string& environment, const std::string& name) {
    const auto what = "read who may use connector " + name;
    auto answer =
        read(net::Method::get, address("apis/" + encoded(name) + "/permissions", environment, {}, "2017-06-01"), what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    const auto value = answer->find("value");
    if (value != answer->end() && value->is_array()) return *value;
    return tl::unexpected(incomplete(what, net::Answer{}, "no `value`"));
}

PowerAppsClient::Result<void> PowerAppsClient::modify_permissions(const std::string& environment,
                                                                  const std::string& name, const json& changes) {
    // Put and delete by principal: sent twice, it does no harm.
    auto answer =
        call(net::Method::post, address("apis/" + encoded(name) + "/modifyPermissions", environment, {}, "2017-06-01"),
             "share connector " + name, changes.dump());
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return {};
}

PowerAppsClient::Result<json> PowerAppsClient::definition(const std::string& environment, const json& connector) {
    const auto facts = facts_of(connector);
    if (!facts.definition_url.empty()) {
        auto document = fetch(facts.definition_url);
        if (document || document.error().kind != ErrorKind::incomplete) return document;
    }
    auto fresh = get(environment, facts.name);
    if (!fresh) return tl::unexpected(std::move(fresh.error()));
    const auto url = facts_of(*fresh).definition_url;
    return url.empty() ? Result<json>(json(nullptr)) : fetch(url);
}

PowerAppsClient::Result<json> PowerAppsClient::create(const std::string& environment, const json& document) {
    const auto* title = connectors::member(connectors::member(&document, "properties"), "displayName");
    const auto what = fmt::format("create the connector \"{}\"", connectors::text(title));
    auto created = read(net::Method::post, address("apis", environment), what, document.dump(), Tries::once);
    if (!created && created.error().kind == ErrorKind::conflict) {
        created.error().help =
            "a connector with this title is there, perhaps since a moment ago: plan again; when the plan does not show "
            "it, choose another displayName";
    }
    if (!created && created.error().kind == ErrorKind::incomplete)
        created.error().help =
            "the next run looks whether it was made before it makes anything; if it happens again, report it with the "
            "request id";
    return created;
}

namespace {

/// A page of a gateway's in place of the connector; an empty answer is as good as one.
bool says_something_else(std::string_view body) {
    return body.find_first_not_of(" \t\r\n") != std::string_view::npos &&
           json::parse(without_bom(body), nullptr, false).is_discarded();
}

}  // namespace

PowerAppsClient::Result<void> PowerAppsClient::update(const std::string& environment, const std::string& name,
                                                      const json& document) {
    auto answer = call(net::Method::patch, address("apis/" + encoded(name), environment), "update connector " + name,
                       document.dump(), Tries::once);
    if (answer && says_something_else(answer->body)) {
        auto unclear = incomplete("update connector " + name, *answer, "no JSON");
        unclear.help.clear();  // whether it took effect is looked at next
        return tl::unexpected(std::move(unclear));
    }
    if (answer) return {};
    if (answer.error().kind == ErrorKind::not_found)
        answer.error().help = "it was deleted since it was observed; the next run makes it again";
    return tl::unexpected(std::move(answer.error()));
}

PowerAppsClient::Result<void> PowerAppsClient::remove(const std::string& environment, const std::string& name) {
    // The version Microsoft's PowerShell module deletes with; 2016-11-01 has not been seen doing it.
    auto answer = call(net::Method::del, address("apis/" + encoded(name), environment, {}, "2017-06-01"),
                       "delete connector " + name);
    if (!answer && answer.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(answer.error()));
    return {};
}

PowerAppsClient::Result<void> PowerAppsClient::try_to_save(const std::string& environment) {
    // No title of a connector makes a name without hashes.
    const std::string name = "shared_regent-2ddoctor";
    const json nothing{{"properties", {{"environment", {{"name", environment}}}}}};
    auto answer = call(net::Method::patch, address("apis/" + name, environment), "let connectors be saved",
                       nothing.dump(), Tries::once);
    if (answer || answer.error().kind == ErrorKind::not_found) return {};
    return tl::unexpected(std::move(answer.error()));
}

PowerAppsClient::Result<void> PowerAppsClient::try_to_upload(const std::string& environment) {
    auto storage = storage_address(environment);
    if (!storage) return tl::unexpected(std::move(storage.error()));
    return {};
}

}  // namespace regent::provider::powerapps
