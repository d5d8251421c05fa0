#include "net/credentials.hpp"
#include "net/managed_identity.hpp"
#include "net/origin.hpp"
#include "net/private_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace regent::net {
namespace {

using Found = tl::expected<std::optional<Credential>, TokenError>;

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// Which of the SDKs' credentials may be taken, by AZURE_TOKEN_CREDENTIALS.
struct Allowed {
    bool variables = true;         ///< EnvironmentCredential: secret or certificate
    bool workload = true;          ///< WorkloadIdentityCredential: a token file; and GitHub's, which the SDKs lack
    bool machine = true;           ///< ManagedIdentityCredential, where variables say which host it is
    bool virtual_machine = false;  ///< and where nothing does
};

tl::expected<Allowed, TokenError> allowed_by(const std::string& setting) {
    const auto name = lower_case(setting);
    if (name.empty()) return Allowed{};
    if (name == "prod") return Allowed{true, true, true, true};
    if (name == "environmentcredential") return Allowed{true, false, false, false};
    if (name == "workloadidentitycredential") return Allowed{false, true, false, false};
    if (name == "managedidentitycredential") return Allowed{false, false, true, true};
    return refuse(
        "AZURE_TOKEN_CREDENTIALS names no credential that regent signs in with",
        "it may be EnvironmentCredential, WorkloadIdentityCredential, ManagedIdentityCredential or prod: regent "
        "signs in as an application or a managed identity, never as a developer");
}

class Variables {
public:
    explicit Variables(const GetEnvironment& get_environment) : get_(get_environment) {}

    [[nodiscard]] std::string value(const char* name) const {
        const char* text = get_(name);
        return text == nullptr ? "" : text;
    }
    [[nodiscard]] bool has(const char* name) const { return !value(name).empty(); }

    Found secret_or_certificate(std::vector<std::string>& warnings) const {
        if (has("AZURE_CLIENT_SECRET")) return Credential(Secret(value("AZURE_CLIENT_SECRET")));
        const auto path = value("AZURE_CLIENT_CERTIFICATE_PATH");
        if (path.empty()) return std::nullopt;
        const auto file = read_file(path);
        if (!file) return tl::unexpected(file.error());
        if (!*file)
            return refuse(fmt::format("AZURE_CLIENT_CERTIFICATE_PATH: there is no file {}", path), "check the path");
        if (((*file)->mode & S_IROTH) != 0) {
            warnings.push_back(
                fmt::format("{} holds a private key and can be read by everybody on this machine; chmod 600 it", path));
        }
        auto certificate =
            ClientCertificate::parse((*file)->bytes, Secret(value("AZURE_CLIENT_CERTIFICATE_PASSWORD")), path);
        if (!certificate) {
            certificate.error().message = fmt::format("{}: {}", path, certificate.error().message);
            return tl::unexpected(std::move(certificate.error()));
        }
        return Credential(std::move(*certificate));
    }

    Found outside_token() const {
        if (has("AZURE_FEDERATED_TOKEN_FILE"))
            return Credential(FederatedTokenFile{value("AZURE_FEDERATED_TOKEN_FILE")});
        if (!has("ACTIONS_ID_TOKEN_REQUEST_URL") || !has("ACTIONS_ID_TOKEN_REQUEST_TOKEN")) return std::nullopt;
        return Credential(
            GitHubActionsToken{value("ACTIONS_ID_TOKEN_REQUEST_URL"), Secret(value("ACTIONS_ID_TOKEN_REQUEST_TOKEN"))});
    }

    Found managed_identity(bool virtual_machine) const {
        ManagedIdentity identity;
        identity.client_id = value("AZURE_CLIENT_ID");
        const auto endpoint = value("IDENTITY_ENDPOINT");
        if (has("IDENTITY_SERVER_THUMBPRINT")) {
            auto found = service_fabric_identity(endpoint, Secret(value("IDENTITY_HEADER")),
                                                 value("IDENTITY_SERVER_THUMBPRINT"), identity.client_id);
            if (!found) return tl::unexpected(std::move(found.error()));
            return Credential(std::move(*found));
        }
        if (!endpoint.empty() && has("IDENTITY_HEADER")) {
            identity.host = ManagedIdentity::Host::app_service;
            identity.endpoint = endpoint;
            identity.header = Secret(value("IDENTITY_HEADER"));
            return Credential(std::move(identity));
        }
        if (!endpoint.empty() && has("IMDS_ENDPOINT")) {
            if (!identity.client_id.empty())
                return refuse("an Azure Arc machine has one identity, and AZURE_CLIENT_ID names another",
                              "unset AZURE_CLIENT_ID");
            identity.host = ManagedIdentity::Host::arc;
            identity.endpoint = endpoint;
            return Credential(std::move(identity));
        }
        if (!virtual_machine) return std::nullopt;
        if (auto other = value("AZURE_POD_IDENTITY_AUTHORITY_HOST"); !other.empty()) {
            while (other.ends_with('/')) other.pop_back();
            identity.endpoint = other + "/metadata/identity/oauth2/token";
        }
        return Credential(std::move(identity));
    }

private:
    const GetEnvironment& get_;
};

tl::unexpected<TokenError> nothing_found(const std::string& client_id) {
    constexpr auto either = "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH";
    constexpr auto help =
        "sign-in needs AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or "
        "AZURE_CLIENT_CERTIFICATE_PATH, or AZURE_FEDERATED_TOKEN_FILE) in the environment; a virtual machine's managed "
        "identity is taken with AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential";
    if (client_id.empty()) return refuse(fmt::format("AZURE_CLIENT_ID is not set, nor is {}", either), help);
    return refuse("neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set", help);
}

/// A blank or line break that came along when a value was copied or read from a file: the service would say that the
/// secret is wrong, and nobody would look for it there. No id or secret of Entra begins or ends with one.
std::optional<TokenError> stray_blank(const Variables& variables) {
    constexpr std::string_view blanks = " \t\r\n";
    for (const auto* name : {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"}) {
        const auto value = variables.value(name);
        if (value.empty()) continue;
        const bool at_end = blanks.find(value.back()) != std::string_view::npos;
        if (!at_end && blanks.find(value.front()) == std::string_view::npos) continue;
        const auto stray = at_end ? value.back() : value.front();
        return TokenError{false,
                          fmt::format("{} {} with a {}", name, at_end ? "ends" : "begins",
                                      stray == '\n' || stray == '\r' ? "line break" : "blank"),
                          "set it without; a shell's `$(cat FILE)` takes line breaks at the end away"};
    }
    return std::nullopt;
}

/// An address that the surroundings name is spoken to with what the surroundings gave; it has to be one at all.
std::optional<TokenError> wrong_address(const Credential& credential) {
    const auto origin = origin_of(credential);
    if (origin.empty()) return std::nullopt;
    const auto parsed = parse_origin(origin);
    if (parsed && (parsed->scheme == "https" || is_this_machine(parsed->host))) return std::nullopt;
    return TokenError{false,
                      fmt::format("the address of {} is neither https nor on this machine", describe(credential)),
                      "check IDENTITY_ENDPOINT, AZURE_POD_IDENTITY_AUTHORITY_HOST or ACTIONS_ID_TOKEN_REQUEST_URL"};
}

}  // namespace

tl::expected<SignIn, TokenError> credential_from_environment(const GetEnvironment& get_environment) {
    const Variables variables(get_environment);
    const auto allowed = allowed_by(variables.value("AZURE_TOKEN_CREDENTIALS"));
    if (!allowed) return tl::unexpected(allowed.error());
    if (auto stray = stray_blank(variables)) return tl::unexpected(std::move(*stray));
    SignIn result;
    result.tenant_id = variables.value("AZURE_TENANT_ID");
    result.client_id = variables.value("AZURE_CLIENT_ID");

    Found found = std::nullopt;
    if (allowed->variables) found = variables.secret_or_certificate(result.warnings);
    if (found && !*found && allowed->workload) found = variables.outside_token();
    if (found && *found && result.client_id.empty()) {
        return refuse("AZURE_CLIENT_ID is not set", "it names the application that " + describe(**found) + " is for");
    }
    if (found && !*found && allowed->machine) found = variables.managed_identity(allowed->virtual_machine);
    if (!found) return tl::unexpected(found.error());
    if (!*found) return nothing_found(result.client_id);
    if (auto wrong = wrong_address(**found)) return tl::unexpected(std::move(*wrong));
    result.credential = std::move(**found);
    return result;
}

namespace {

struct Description {
    std::string operator()(const Secret&) const { return "a client secret"; }
    std::string operator()(const ClientCertificate&) const { return "a certificate"; }
    std::string operator()(const FederatedTokenFile& file) const {
        return "the federated token in " + file.path.string();
    }
    std::string operator()(const GitHubActionsToken&) const { return "the workflow's token of GitHub Actions"; }
    std::string operator()(const ManagedIdentity& identity) const {
        const auto* whose = identity.client_id.empty() ? "the managed identity" : "a user-assigned managed identity";
        switch (identity.host) {
            case ManagedIdentity::Host::virtual_machine:
                return fmt::format("{} of this virtual machine", whose);
            case ManagedIdentity::Host::app_service:
                return fmt::format("{} of App Service", whose);
            case ManagedIdentity::Host::arc:
                return fmt::format("{} of this Azure Arc machine", whose);
            case ManagedIdentity::Host::service_fabric:
                return fmt::format("{} of this Service Fabric application", whose);
        }
        return whose;
    }
};

}  // namespace

std::string describe(const Credential& credential) {
    return std::visit(Description{}, credential);
}

std::string origin_of(const Credential& credential) {
    std::string address;
    if (const auto* identity = std::get_if<ManagedIdentity>(&credential)) address = identity->endpoint;
    if (const auto* github = std::get_if<GitHubActionsToken>(&credential)) address = github->url;
    if (address.empty()) return {};
    const auto scheme = address.find("://");
    return scheme == std::string::npos ? address : address.substr(0, address.find_first_of("/?", scheme + 3));
}

}  // namespace regent::net
