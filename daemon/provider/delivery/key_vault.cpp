#include "provider/delivery/key_vault.hpp"

#include "net/redact.hpp"
#include "provider/status_kind.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <tuple>

namespace regent::provider::delivery {
namespace {

using nlohmann::json;

constexpr std::string_view api_version = "api-version=7.4", key_tag = "regent-key-id",
                           order_tag = "regent-delivered-at";
constexpr int most_pages = 200;
/// Where the Environment leaves that to its cloud, and the cloud does not say.
constexpr std::string_view nowhere = "where this cloud's vaults are is not known",
                           nowhere_help = "write `endpoints.keyVault` and `endpoints.keyVaultScope` in the Environment";

struct Address {
    std::string origin, base;  ///< "https://contoso.vault.azure.net" and ""; a simulator's vaults lie below a path
};

Address address_of(const model::Value& target, const DeliveryOptions& options) {
    auto url = options.key_vault;
    constexpr std::string_view name = "{vault}";
    if (const auto at = url.find(name); at != std::string::npos) url.replace(at, name.size(), member(target, "vault"));
    const auto host = url.find("://");
    const auto slash = url.find('/', host == std::string::npos ? 0 : host + 3);
    if (slash == std::string::npos) return {url, {}};
    return {url.substr(0, slash), url.substr(slash)};
}

struct Words {
    std::string code, message;
};

Words words_in(const std::string& body) {
    const auto parsed = json::parse(body, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("error") || !parsed["error"].is_object()) return {};
    const auto& error = parsed["error"];
    const auto text = [](const json& from, const char* name) {
        return from.is_object() && from.contains(name) && from[name].is_string() ? from[name].get<std::string>() : "";
    };
    auto code = text(error, "code");
    const auto inner = error.find("innererror");
    if (inner != error.end())
        if (const auto more = text(*inner, "code"); !more.empty()) code = more;
    return {code, text(error, "message")};
}

/// "Key Vault: 403 ForbiddenByRbac "Caller is not authorized …"".
std::string sentence(const net::Answer& answer, const Words& words) {
    auto text = fmt::format("Key Vault: {}", answer.status);
    if (!words.code.empty()) text += " " + words.code;
    if (!words.message.empty()) text += fmt::format(" \"{}\"", words.message);
    return net::redact(text);
}

std::string help_for(int status, const Words& words) {
    if (words.code == "ObjectIsDeletedButRecoverable")
        return "the vault holds a deleted secret of that name: recover it or purge it, or deliver under another name";
    if (words.code == "ForbiddenByFirewall" || words.code == "ForbiddenByConnection")
        return "the vault's firewall does not let this machine in";
    if (status == 403)
        return "give the application that regent signs in with the role `Key Vault Secrets Officer` on this secret or "
               "its "
               "vault, or the access policy permissions Set and List";
    if (status == 401)
        return "the token was not accepted: the vault belongs to another tenant, or check `endpoints.keyVaultScope`";
    return {};
}

/// A vault that is not there is a mistake of the manifest's: no later look finds it.
ErrorKind kind_of(int status) {
    return status == 404 ? ErrorKind::rejected : kind_of_status(status);
}

net::Request request_for(net::Method method, const std::string& origin, std::string target) {
    net::Request request;
    request.method = method;
    request.origin = origin;
    request.target = std::move(target);
    request.headers = {{"Accept", "application/json"}};
    return request;
}

/// The newest version of the secret as far as it was read. Versions made within one second cannot be told apart by the
/// vault's own times, so each of ours says more precisely when it was delivered.
struct Newest {
    bool any = false, ambiguous = false;
    long long created = 0;
    std::string delivered_at, key_id;
};

std::string tag_of(const json& version, std::string_view name) {
    const auto tags = version.find("tags");
    if (tags == version.end() || !tags->is_object()) return {};
    const auto tag = tags->find(name);
    return tag != tags->end() && tag->is_string() ? tag->get<std::string>() : std::string{};
}

bool take_page(const json& page, Newest& newest) {
    const auto list = page.find("value");
    if (list == page.end() || !list->is_array()) return false;
    for (const auto& version : *list) {
        if (!version.is_object()) return false;
        const auto attributes = version.find("attributes");
        if (attributes == version.end() || !attributes->is_object()) return false;
        const auto created = attributes->find("created");
        if (created == attributes->end() || !created->is_number_integer()) return false;
        Newest other{true, false, created->get<long long>(), tag_of(version, order_tag), tag_of(version, key_tag)};
        const bool same_second = newest.any && other.created == newest.created;
        if (same_second && (other.delivered_at.empty() || newest.delivered_at.empty())) newest.ambiguous = true;
        if (newest.any && std::tie(other.created, other.delivered_at) <= std::tie(newest.created, newest.delivered_at))
            continue;
        other.ambiguous = same_second && newest.ambiguous;
        newest = std::move(other);
    }
    return true;
}

long long unix_time(const std::string& rfc3339) {
    std::tm parts{};
    const auto* end = ::strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
    return end == nullptr ? 0 : static_cast<long long>(::timegm(&parts));
}

}  // namespace

Held look_at_vault(const model::Value& target, net::Session& session, const DeliveryOptions& options) {
    if (options.key_vault.empty()) return unknown(fmt::format("{}; {}", nowhere, nowhere_help));
    const auto address = address_of(target, options);
    auto next =
        fmt::format("{}/secrets/{}/versions?{}&maxresults=25", address.base, member(target, "name"), api_version);
    Newest newest;
    for (int page = 0; !next.empty(); ++page) {
        const auto answer = session.call(request_for(net::Method::get, address.origin, next), options.key_vault_scope);
        if (!answer) return unknown(answer.error().message);
        const auto words = words_in(answer->body);
        // A vault that is not there says so with another code.
        if (answer->status == 404 && words.code == "SecretNotFound") return empty_handed();
        if (answer->status != 200) {
            const auto help = help_for(answer->status, words);
            auto why = sentence(*answer, words) + (help.empty() ? "" : "; " + help);
            const bool is_refusal = answer->status == 401 || answer->status == 403;
            return is_refusal ? refused(std::move(why)) : unknown(std::move(why));
        }
        const auto body = json::parse(answer->body, nullptr, false);
        if (!body.is_object() || !take_page(body, newest) || page == most_pages)
            return unknown("the vault's list of versions could not be understood");
        next.clear();
        const auto link = body.find("nextLink");
        if (link == body.end() || link->is_null()) continue;
        const auto text = link->is_string() ? link->get<std::string>() : std::string{};
        // A link is followed within the vault only: the token goes along.
        if (text.rfind(address.origin + "/", 0) != 0) return unknown("the vault's list goes on at another address");
        next = text.substr(address.origin.size());
    }
    if (!newest.any) return empty_handed();
    return newest.key_id.empty() || newest.ambiguous ? holding_something() : holding(newest.key_id);
}

Delivered write_to_vault(const model::Value& target, net::Session& session, const DeliveryOptions& options,
                         std::chrono::system_clock::time_point now, const Parcel& parcel) {
    if (options.key_vault.empty())
        return tl::unexpected(not_delivered(ErrorKind::rejected, parcel, model::delivery_words(target),
                                            std::string(nowhere), std::string(nowhere_help)));
    const auto address = address_of(target, options);
    json body{
        {"value", parcel.value.reveal()},
        {"contentType", "client secret of an Entra application"},
        {"tags",
         {{std::string(key_tag), parcel.key_id},
          {std::string(order_tag), fmt::format("{:020}", std::chrono::nanoseconds(now.time_since_epoch()).count())},
          {"regent-application", parcel.application},
          {"regent-app-id", parcel.app_id},
          {"regent-secret", parcel.secret}}}};
    if (const auto ends = unix_time(parcel.ends_at); ends > 0) body["attributes"] = {{"exp", ends}};
    auto request = request_for(net::Method::put, address.origin,
                               fmt::format("{}/secrets/{}?{}", address.base, member(target, "name"), api_version));
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump();
    // Sent twice, it makes two versions that hold the same.
    const auto answer = session.call(std::move(request), options.key_vault_scope);
    const auto where = model::delivery_words(target);
    if (!answer) {
        const auto kind = answer.error().kind == net::CallError::Kind::sign_in       ? ErrorKind::sign_in
                          : answer.error().kind == net::CallError::Kind::throttled   ? ErrorKind::throttled
                          : answer.error().kind == net::CallError::Kind::interrupted ? ErrorKind::interrupted
                                                                                     : ErrorKind::transient;
        auto error = not_delivered(kind, parcel, where, answer.error().message, answer.error().help);
        error.retry_after = answer.error().retry_after;
        return tl::unexpected(std::move(error));
    }
    if (answer->status == 200) return {};
    const auto words = words_in(answer->body);
    auto error =
        not_delivered(kind_of(answer->status), parcel, where, "the vault refused it", help_for(answer->status, words));
    error.service = sentence(*answer, words);
    error.request_id = answer->request_id.empty() ? answer->client_request_id : answer->request_id;
    return tl::unexpected(std::move(error));
}

}  // namespace regent::provider::delivery
