#include "net/managed_identity.hpp"

#include "net/private_file.hpp"
#include "net/redact.hpp"
#include "net/retry.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Between the tries, as Microsoft's page on retries of the metadata service has them.
constexpr std::array<milliseconds, 4> pauses = {2s, 6s, 14s, 30s};
/// An update of the metadata service (410) takes up to 70 seconds.
constexpr milliseconds after_an_update = 70s;
constexpr std::size_t largest_arc_key = 4096;

tl::unexpected<TokenError> identity_failure(bool retryable, std::string_view message, std::string help) {
    return tl::unexpected(TokenError{.retryable = retryable, .message = redact(message), .help = std::move(help)});
}

std::string_view name_of(ManagedIdentity::Host host) {
    switch (host) {
        case ManagedIdentity::Host::virtual_machine:
            return "the instance metadata service";
        case ManagedIdentity::Host::app_service:
            return "the identity endpoint of App Service";
        case ManagedIdentity::Host::arc:
            return "the Azure Arc agent";
        case ManagedIdentity::Host::service_fabric:
            return "the identity endpoint of Service Fabric";
    }
    return "";
}

/// "the service's words" in either form: `{"error": "…", "error_description": "…"}`, or Service Fabric's
/// `{"error": {"code": "…", "message": "…"}}`. One line of them.
std::string words_of(const nlohmann::json& answer) {
    if (!answer.is_object()) return {};
    const auto nested = answer.find("error");
    if (nested != answer.end() && nested->is_object()) {
        const auto code = words_of({{"message", nested->value("code", nlohmann::json())}});
        const auto message = words_of({{"message", nested->value("message", nlohmann::json())}});
        return code.empty() || message.empty() ? code + message : fmt::format("{}: {}", code, message);
    }
    for (const auto* member : {"error_description", "error", "message"}) {
        const auto found = answer.find(member);
        if (found == answer.end() || !found->is_string()) continue;
        const auto words = found->get<std::string>();
        return words.substr(0, words.find_first_of("\r\n"));
    }
    return {};
}

/// A resource has no "/.default", which a scope ends in.
std::string resource_of(std::string_view scope) {
    constexpr std::string_view ending = "/.default";
    if (scope.ends_with(ending)) scope.remove_suffix(ending.size());
    return std::string(scope);
}

class ManagedIdentityTokens final : public TokenFetcher {
public:
    ManagedIdentityTokens(Transport& transport, Clock& clock, ManagedIdentity identity)
        : transport_(transport), clock_(clock), identity_(std::move(identity)) {}

    RetryPolicy policy() const override { return {5, 1s, 60s, 150s}; }

    tl::expected<Fetched, TokenError> fetch(const std::string& scope, int tries,
                                            std::optional<milliseconds>& retry_after) override {
        const auto asked_at = clock_.monotonic();
        auto outcome = transport_.send(request_for(scope, {}));
        if (identity_.host == ManagedIdentity::Host::arc && outcome.fate == Fate::answered && outcome.status == 401) {
            auto key = arc_key(outcome.headers);
            if (!key) return tl::unexpected(std::move(key.error()));
            outcome = transport_.send(request_for(scope, key->reveal()));
        }
        if (outcome.fate != Fate::answered) {
            retry_after = pause_before(tries);
            return identity_failure(
                true, fmt::format("{} does not answer: {}", name_of(identity_.host), outcome.error),
                "managed identities exist on Azure's machines only, and are never reached through a proxy");
        }
        if (outcome.status != 200) return refusal(outcome, tries, retry_after);
        auto read = read_token_answer(outcome.body, clock_, asked_at, "check what answers at the identity endpoint");
        Secret::wipe(outcome.body);
        return read;
    }

private:
    [[nodiscard]] Request request_for(const std::string& scope, const std::string& arc_key) const {
        Request request;
        const auto path = identity_.endpoint.find('/', identity_.endpoint.find("://") + 3);
        request.origin = identity_.endpoint.substr(0, path);
        request.target = path == std::string::npos ? "/" : identity_.endpoint.substr(path);
        request.target += fmt::format("?api-version={}&resource={}", api_version(), form_encoded(resource_of(scope)));
        if (!identity_.client_id.empty()) request.target += "&client_id=" + form_encoded(identity_.client_id);
        if (identity_.host == ManagedIdentity::Host::app_service) {
            request.headers.emplace_back("X-IDENTITY-HEADER", identity_.header.reveal());
        } else if (identity_.host == ManagedIdentity::Host::service_fabric) {
            request.headers.emplace_back("Secret", identity_.header.reveal());
        } else {
            request.headers.emplace_back("Metadata", "true");
        }
        if (!arc_key.empty()) request.headers.emplace_back("Authorization", "Basic " + arc_key);
        request.max_response_bytes = 1U << 20U;
        request.timeout = 10s;
        return request;
    }

    [[nodiscard]] std::string_view api_version() const {
        switch (identity_.host) {
            case ManagedIdentity::Host::virtual_machine:
                return "2018-02-01";
            case ManagedIdentity::Host::app_service:
                return "2019-08-01";
            case ManagedIdentity::Host::arc:
                return "2020-06-01";
            case ManagedIdentity::Host::service_fabric:
                return "2019-07-01-preview";
        }
        return "";
    }

    static milliseconds pause_before(int tries) {
        return pauses.at(std::min<std::size_t>(static_cast<std::size_t>(tries), pauses.size()) - 1);
    }

    /// 404 and 410: the service is being updated, or the identity is just being set up; but in Service Fabric a 404
    /// says that the application has none.
    [[nodiscard]] bool passes(int status) const {
        if (status == 429 || status >= 500) return true;
        return (status == 404 || status == 410) && identity_.host != ManagedIdentity::Host::service_fabric;
    }

    [[nodiscard]] std::string help_for(int status) const {
        if (identity_.host == ManagedIdentity::Host::service_fabric)
            return "is an identity assigned to the application, in its resource and in its manifest?";
        return status == 400 ? "is the identity assigned to this machine? With several, AZURE_CLIENT_ID names the one "
                               "that is meant"
                             : "look at the machine's identity in the Azure portal";
    }

    [[nodiscard]] tl::expected<Fetched, TokenError> refusal(const Outcome& outcome, int tries,
                                                            std::optional<milliseconds>& retry_after) const {
        if (const auto text = find_header(outcome.headers, "Retry-After"))
            retry_after = parse_retry_after(*text, clock_.now());
        if (!retry_after) retry_after = outcome.status == 410 ? after_an_update : pause_before(tries);
        const auto answer = nlohmann::json::parse(outcome.body, nullptr, false);
        const auto words = words_of(answer);
        return identity_failure(passes(outcome.status),
                                fmt::format("{} answered {}{}{}", name_of(identity_.host), outcome.status,
                                            words.empty() ? "" : ": ", words),
                                help_for(outcome.status));
    }

    [[nodiscard]] tl::expected<Secret, TokenError> arc_key(const Headers& headers) const {
        constexpr auto help = "the user that regent runs as must be in the group `himds`";
        constexpr std::string_view before = "Basic realm=";
        const auto challenge = find_header(headers, "WWW-Authenticate").value_or("");
        if (!challenge.starts_with(before))
            return identity_failure(false, "the Azure Arc agent did not say where its key is", help);
        const std::filesystem::path path = challenge.substr(before.size());
        const auto folder = path.parent_path().lexically_normal();
        if (path.extension() != ".key" || folder != std::filesystem::path(identity_.arc_key_folder).lexically_normal())
            return identity_failure(
                false, fmt::format("the Azure Arc agent named a key outside {}: not read", identity_.arc_key_folder),
                "something else than the agent may be answering at its address");
        auto file = read_file(path);
        if (!file) {
            file.error().help = help;
            return tl::unexpected(std::move(file.error()));
        }
        if (!*file) return identity_failure(true, fmt::format("there is no file {}", path.string()), help);
        if ((*file)->bytes.reveal().size() > largest_arc_key)
            return identity_failure(
                false, fmt::format("{} is too large to be a key of the Azure Arc agent", path.string()), help);
        return std::move((*file)->bytes);
    }

    Transport& transport_;
    Clock& clock_;
    const ManagedIdentity identity_;
};

}  // namespace

std::unique_ptr<TokenFetcher> make_managed_identity_fetcher(Transport& transport, Clock& clock,
                                                            ManagedIdentity identity) {
    return std::make_unique<ManagedIdentityTokens>(transport, clock, std::move(identity));
}

tl::expected<ManagedIdentity, TokenError> service_fabric_identity(const std::string& endpoint, Secret header,
                                                                  std::string_view thumbprint,
                                                                  const std::string& client_id) {
    constexpr auto help =
        "Service Fabric sets IDENTITY_ENDPOINT, IDENTITY_HEADER and IDENTITY_SERVER_THUMBPRINT together";
    if (endpoint.empty() || header.reveal().empty())
        return identity_failure(
            false, "IDENTITY_SERVER_THUMBPRINT is set without IDENTITY_ENDPOINT and IDENTITY_HEADER", help);
    // Over plain http there would be no certificate to hold against the thumbprint, whatever the machine.
    if (!endpoint.starts_with("https://"))
        return identity_failure(false, "IDENTITY_ENDPOINT is not https, and IDENTITY_SERVER_THUMBPRINT says that it is",
                                help);
    if (!client_id.empty())
        return identity_failure(
            false,
            "a Service Fabric application has the identity that its cluster gives it, and AZURE_CLIENT_ID "
            "names another",
            "unset AZURE_CLIENT_ID");
    ManagedIdentity identity;
    identity.host = ManagedIdentity::Host::service_fabric;
    identity.endpoint = endpoint;
    identity.header = std::move(header);
    std::copy_if(thumbprint.begin(), thumbprint.end(), std::back_inserter(identity.server_thumbprint),
                 [](char c) { return c != ':' && c != ' '; });
    for (auto& c : identity.server_thumbprint) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    constexpr std::size_t sha1_digits = 40;
    if (identity.server_thumbprint.size() != sha1_digits ||
        identity.server_thumbprint.find_first_not_of("0123456789ABCDEF") != std::string::npos)
        return identity_failure(false, "IDENTITY_SERVER_THUMBPRINT is no SHA-1 thumbprint of 40 hexadecimal digits",
                                help);
    return identity;
}

std::string pinned_certificate_of(const Credential& credential) {
    const auto* identity = std::get_if<ManagedIdentity>(&credential);
    return identity == nullptr ? std::string() : identity->server_thumbprint;
}

}  // namespace regent::net
