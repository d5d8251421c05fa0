#include "controller/cloud_metadata.hpp"

#include "net/origin.hpp"
#include "net/retry.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <optional>
#include <string>

namespace regent::controller {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::string_view code = "RG0730";
/// What Azure's own clouds speak, then what an Azure Stack Hub does that knows nothing newer.
constexpr std::array api_versions = {"2022-09-01", "1.0"};
constexpr std::array pauses = {1s, 3s};
constexpr std::size_t largest_answer = 1U << 20U;

tl::unexpected<SignInError> refuse(std::string message, std::string help) {
    return tl::unexpected(SignInError{std::move(message), std::move(help), std::string(code)});
}

std::string text_in(const json& object, const char* member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    return object.is_object() && found != object.end() && found->is_string() ? found->get<std::string>()
                                                                             : std::string();
}

/// Null where there is none, which has no members either.
json part_of(const json& object, const char* member) {
    const auto found = object.is_object() ? object.find(member) : object.end();
    return object.is_object() && found != object.end() ? *found : json();
}

std::string without_slash(std::string text) {
    if (text.ends_with('/')) text.pop_back();
    return text;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// "core.windows.net": letters, digits, dashes and dots, so that nothing else can become part of an address.
bool is_suffix(std::string_view text) {
    return text.find('.') != std::string_view::npos && !text.starts_with('.') && !text.ends_with('.') &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '-' || c == '.'; });
}

/// Takes one answer apart.
class EndpointsReading {
public:
    explicit EndpointsReading(const model::Endpoints& asked) : asked_(asked), found_(asked) {}

    tl::expected<model::Endpoints, SignInError> read(const json& cloud) {
        const auto authentication = part_of(cloud, "authentication");
        if (lower(text_in(authentication, "identityProvider")) == "adfs")
            return refuse(fmt::format("the cloud at {} signs in by AD FS", asked_.metadata),
                          "regent keeps registrations of Entra ID, which such a cloud does not have");
        take("authentication.loginEndpoint", text_in(authentication, "loginEndpoint"), "login", found_.login);
        const auto graph = text_in(cloud, "microsoftGraphResourceId");
        take("microsoftGraphResourceId", graph, "graph", found_.graph);
        if (found_.graph_scope.empty())
            found_.graph_scope = without_slash(graph.empty() ? found_.graph : graph) + "/.default";
        // Older versions do not name it: it is who was asked.
        const auto manager = text_in(cloud, "resourceManager");
        take("resourceManager", manager.empty() ? asked_.metadata : manager, "resourceManager",
             found_.resource_manager);
        take_manager_scope(authentication);
        take_suffixes(part_of(cloud, "suffixes"));
        if (!problem_.empty()) return refuse(problem_, help_);
        return found_;
    }

private:
    void take(const char* member, const std::string& value, const char* field, std::string& target) {
        if (!target.empty() || !problem_.empty()) return;
        const auto origin = lower(without_slash(value));
        const auto parsed = net::parse_origin(origin);
        if (value.empty()) {
            problem_ = fmt::format("{} does not say where its cloud has this: `{}` is missing from its answer",
                                   asked_.metadata, member);
        } else if (!parsed) {
            problem_ = fmt::format("{} names as `{}` what is no origin: {}", asked_.metadata, member, value);
        } else if (parsed->scheme != "https" && !(net::is_loopback(parsed->host) && asked_on_this_machine())) {
            problem_ = fmt::format("{} names as `{}` an address that is not https: {}", asked_.metadata, member, value);
        }
        if (problem_.empty()) {
            target = origin;
        } else {
            help_ = fmt::format("nothing was sent there; write `endpoints.{}` in the Environment when you know better",
                                field);
        }
    }

    [[nodiscard]] bool asked_on_this_machine() const {
        const auto parsed = net::parse_origin(asked_.metadata);
        return parsed && net::is_loopback(parsed->host);
    }

    /// Of the audiences, the one that is its address, else the first: an Azure Stack Hub has one of its own form.
    void take_manager_scope(const json& authentication) {
        if (!found_.resource_manager_scope.empty()) return;
        std::string chosen;
        for (const auto& entry : part_of(authentication, "audiences")) {
            if (!entry.is_string()) continue;
            const auto audience = without_slash(entry.get<std::string>());
            if (chosen.empty() || lower(audience) == found_.resource_manager) chosen = audience;
        }
        if (chosen.empty()) chosen = found_.resource_manager;
        found_.resource_manager_scope = chosen + "/.default";
    }

    /// What is not said stays empty: a vault of the same name in another cloud may be a stranger's.
    void take_suffixes(const json& suffixes) {
        const auto vault = lower(text_in(suffixes, "keyVaultDns")), storage = lower(text_in(suffixes, "storage"));
        if (found_.key_vault.empty() && is_suffix(vault)) found_.key_vault = "https://{vault}." + vault;
        if (found_.key_vault_scope.empty() && is_suffix(vault))
            found_.key_vault_scope = fmt::format("https://{}/.default", vault);
        if (found_.blob_origins.empty() && is_suffix(storage)) found_.blob_origins = {"https://*.blob." + storage};
    }

    const model::Endpoints& asked_;
    model::Endpoints found_;
    std::string problem_, help_;
};

net::Outcome ask(const model::Endpoints& endpoints, const char* version, net::Transport& transport) {
    net::Request request;
    request.origin = endpoints.metadata;
    request.target = fmt::format("/metadata/endpoints?api-version={}", version);
    request.headers = {{"Accept", "application/json"}};
    request.max_response_bytes = largest_answer;
    request.timeout = 10s;
    return transport.send(request);
}

bool passes(const net::Outcome& outcome) {
    return outcome.fate != net::Fate::answered || outcome.status == 429 || outcome.status >= 500;
}

}  // namespace

tl::expected<model::Endpoints, SignInError> read_cloud_metadata(std::string_view body,
                                                                const model::Endpoints& endpoints) {
    if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);
    const auto answer = json::parse(body, nullptr, false);
    const auto describes_it = [&](const json& cloud) {
        return lower(without_slash(text_in(cloud, "resourceManager"))) == endpoints.metadata;
    };
    const json* cloud = answer.is_object() ? &answer : nullptr;
    if (answer.is_array()) {
        const auto found = std::find_if(answer.begin(), answer.end(), describes_it);
        if (found != answer.end()) cloud = &*found;
        if (cloud == nullptr && answer.size() == 1 && answer.front().is_object()) cloud = &answer.front();
    }
    const auto authentication = cloud == nullptr ? json() : cloud->value("authentication", json());
    if (!authentication.is_object())
        return refuse(fmt::format("what {} answers is no description of a cloud", endpoints.metadata),
                      "`endpoints.metadata` is the address of an Azure Resource Manager, such as "
                      "https://management.azure.com");
    return EndpointsReading(endpoints).read(*cloud);
}

tl::expected<model::Endpoints, SignInError> ask_cloud(const model::Endpoints& endpoints, net::Transport& transport,
                                                      net::Clock& clock) {
    net::Outcome outcome;
    for (const auto* version : api_versions) {
        outcome = ask(endpoints, version, transport);
        for (const auto pause : pauses) {
            if (!passes(outcome) || !clock.sleep_for(pause)) break;
            outcome = ask(endpoints, version, transport);
        }
        // An api-version that is not known there is a bad request.
        if (outcome.fate != net::Fate::answered || (outcome.status != 400 && outcome.status != 404)) break;
    }
    constexpr auto help = "check the network, the proxy and `endpoints.metadata` of the Environment";
    if (outcome.fate != net::Fate::answered)
        return refuse(fmt::format("{} does not say where its cloud is: {}", endpoints.metadata, outcome.error), help);
    if (outcome.status != 200)
        return refuse(fmt::format("{} does not say where its cloud is: it answered {} to GET /metadata/endpoints",
                                  endpoints.metadata, outcome.status),
                      help);
    return read_cloud_metadata(outcome.body, endpoints);
}

}  // namespace regent::controller
