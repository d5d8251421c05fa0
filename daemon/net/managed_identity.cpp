#include "net/managed_identity.hpp"

#include "net/private_file.hpp"
#include "net/redact.hpp"
#include "net/retry.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace regent::net {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Between the tries, as Microsoft's page on retries of the metadata service has them.
constexpr std::array<milliseconds, 4> pauses = {2s, 6s, 14s, 30s};
/// An update of the metadata service (410) takes up to 70 seconds.
constexpr milliseconds after_an_update = 70s;
constexpr std::size_t largest_arc_key = 4096;

tl::unexpected<TokenError> failure(bool retryable, std::string_view message, std::string help) {
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
    }
    return "";
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
            return failure(true, fmt::format("{} does not answer: {}", name_of(identity_.host), outcome.error),
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
        }
        return "";
    }

    static milliseconds pause_before(int tries) {
        return pauses.at(std::min<std::size_t>(static_cast<std::size_t>(tries), pauses.size()) - 1);
    }

    /// 404 and 410: the service is being updated, or the identity is just being set up.
    static bool passes(int status) { return status == 404 || status == 410 || status == 429 || status >= 500; }

    [[nodiscard]] tl::expected<Fetched, TokenError> refusal(const Outcome& outcome, int tries,
                                                            std::optional<milliseconds>& retry_after) const {
        if (const auto text = find_header(outcome.headers, "Retry-After"))
            retry_after = parse_retry_after(*text, clock_.now());
        if (!retry_after) retry_after = outcome.status == 410 ? after_an_update : pause_before(tries);
        const auto answer = nlohmann::json::parse(outcome.body, nullptr, false);
        std::string words;
        for (const auto* member : {"error_description", "error", "message"}) {
            if (!answer.is_object() || !answer.contains(member) || !answer[member].is_string()) continue;
            words = answer[member].get<std::string>();
            break;
        }
        if (const auto end = words.find_first_of("\r\n"); end != std::string::npos) words.resize(end);
        const std::string help =
            outcome.status == 400 ? "is the identity assigned to this machine? With several, AZURE_CLIENT_ID names the "
                                    "one that is meant"
                                  : "look at the machine's identity in the Azure portal";
        return failure(passes(outcome.status),
                       fmt::format("{} answered {}{}{}", name_of(identity_.host), outcome.status,
                                   words.empty() ? "" : ": ", words),
                       help);
    }

    [[nodiscard]] tl::expected<Secret, TokenError> arc_key(const Headers& headers) const {
        constexpr auto help = "the user that regent runs as must be in the group `himds`";
        constexpr std::string_view before = "Basic realm=";
        const auto challenge = find_header(headers, "WWW-Authenticate").value_or("");
        if (!challenge.starts_with(before))
            return failure(false, "the Azure Arc agent did not say where its key is", help);
        const std::filesystem::path path = challenge.substr(before.size());
        const auto folder = path.parent_path().lexically_normal();
        if (path.extension() != ".key" || folder != std::filesystem::path(identity_.arc_key_folder).lexically_normal())
            return failure(
                false, fmt::format("the Azure Arc agent named a key outside {}: not read", identity_.arc_key_folder),
                "something else than the agent may be answering at its address");
        auto file = read_file(path);
        if (!file) {
            file.error().help = help;
            return tl::unexpected(std::move(file.error()));
        }
        if (!*file) return failure(true, fmt::format("there is no file {}", path.string()), help);
        if ((*file)->bytes.reveal().size() > largest_arc_key)
            return failure(false, fmt::format("{} is too large to be a key of the Azure Arc agent", path.string()),
                           help);
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

}  // namespace regent::net
