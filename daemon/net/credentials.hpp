#pragma once

#include "net/clock.hpp"
#include "net/secret.hpp"
#include "net/session.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace regent::net {

/// A certificate with its RSA private key, parsed and known to belong together. Cheap to copy: copies share the key.
class ClientCertificate {
public:
    /// Reads PEM (certificate and key in any order, the key optionally encrypted) or PKCS#12. The error says what is
    /// missing or wrong and never quotes the input.
    /// `file` is what people know it by; it is not opened.
    [[nodiscard]] static tl::expected<ClientCertificate, TokenError> parse(const Secret& bytes, const Secret& password,
                                                                           const std::string& file = {});

    [[nodiscard]] const std::string& file() const noexcept;
    /// From when until when it may be used, as it says itself.
    [[nodiscard]] std::chrono::system_clock::time_point begins_at() const;
    [[nodiscard]] std::chrono::system_clock::time_point ends_at() const;

    /// `x5t#S256`: base64url of SHA-256 over the certificate's DER bytes, as Entra looks it up.
    [[nodiscard]] std::string thumbprint() const;
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes (RFC 7518, section 3.5) over `data`: raw bytes.
    [[nodiscard]] tl::expected<std::string, TokenError> sign_ps256(std::string_view data) const;

private:
    struct Parts;
    explicit ClientCertificate(std::shared_ptr<const Parts> parts) : parts_(std::move(parts)) {}
    std::shared_ptr<const Parts> parts_;
};

/// A token of an outside issuer that Entra trusts through a federated credential, in a file that somebody else renews:
/// workload identity on Kubernetes.
struct FederatedTokenFile {
    std::filesystem::path path;
};

/// The token of a workflow on GitHub Actions, asked of its runner whenever one is needed.
struct GitHubActionsToken {
    std::string url;  ///< ACTIONS_ID_TOKEN_REQUEST_URL
    Secret request_token;
};

/// The identity that Azure gave the machine: nothing to keep, nothing to rotate.
struct ManagedIdentity {
    enum class Host { virtual_machine, app_service, arc, service_fabric };
    Host host = Host::virtual_machine;
    /// Where tokens are had, up to the query.
    std::string endpoint = "http://169.254.169.254/metadata/identity/oauth2/token";
    Secret header;          ///< of App Service and Service Fabric: IDENTITY_HEADER
    std::string client_id;  ///< of a user-assigned one; empty: the machine's own
    std::string arc_key_folder = "/var/opt/azcmagent/tokens";
    /// Of Service Fabric: SHA-1 of the certificate that its endpoint shows, in hex and capitals.
    std::string server_thumbprint{};
};

/// What proves to Entra who we are.
using Credential = std::variant<Secret, ClientCertificate, FederatedTokenFile, GitHubActionsToken, ManagedIdentity>;

/// In words, for doctor and logs: "a client secret", "the managed identity of this virtual machine". Never a value.
[[nodiscard]] std::string describe(const Credential& credential);
/// Where the credential itself has to be asked for, beside the login endpoint: to be among a transport's allowed
/// origins. Empty for what needs nobody.
[[nodiscard]] std::string origin_of(const Credential& credential);
/// What a transport has to trust there, and nothing else: see TransportOptions::pinned_certificates. Empty:
/// authorities.
[[nodiscard]] std::string pinned_certificate_of(const Credential& credential);

/// Whose tokens to ask for, and where.
struct TokenRequest {
    std::string login_origin;  ///< "https://login.microsoftonline.com"; must be among the transport's allowed origins
    std::string tenant;        ///< GUID or verified domain
    std::string client_id;
    Credential credential;
    /// What an outside issuer is asked to name as its token's audience; each cloud has its own.
    std::string federated_audience = "api://AzureADTokenExchange";
};

/// Tokens for an application by the client credentials grant
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow), or for a managed identity.
/// A token of another tenant than `request.tenant` is an error.
///
/// Caches by scope; asks again five minutes before the end (half-way through a token that lives less than ten minutes);
/// one request in flight per scope, others wait for its result. Repeats what is transient (429, 5xx, AADSTS90033 and
/// its kin, a lost connection), as RetryPolicy's defaults say. A refresh that fails for a transient reason falls back
/// to the old token while that still lives. `transport`, `clock` and `rng` must outlive the result.
[[nodiscard]] std::unique_ptr<TokenSource> make_token_source(Transport& transport, Clock& clock, Rng& rng,
                                                             TokenRequest request, SignInWaitListener on_wait = {});

/// Who signs in, as found in the environment or in files.
struct SignIn {
    std::string tenant_id;  ///< empty when not given: the Environment manifest names it too
    std::string client_id;
    Credential credential;
    std::vector<std::string> warnings;  ///< sentences for a person: a key file that everybody can read
};

/// getenv, handed in: the value of a variable, or nullptr.
using GetEnvironment = std::function<const char*(const char* name)>;

/// Reads the variables that the Azure SDKs use: AZURE_TENANT_ID, AZURE_CLIENT_ID, and what there is of, in this order,
/// AZURE_CLIENT_SECRET; AZURE_CLIENT_CERTIFICATE_PATH with AZURE_CLIENT_CERTIFICATE_PASSWORD;
/// AZURE_FEDERATED_TOKEN_FILE; GitHub's ACTIONS_ID_TOKEN_REQUEST_URL and …_TOKEN; IDENTITY_ENDPOINT with
/// IDENTITY_HEADER (App Service; with IDENTITY_SERVER_THUMBPRINT, Service Fabric) or IMDS_ENDPOINT (Arc).
/// AZURE_TOKEN_CREDENTIALS narrows that down, by the SDKs' names: EnvironmentCredential, WorkloadIdentityCredential,
/// ManagedIdentityCredential, prod. A virtual machine's identity is asked for only when it says
/// ManagedIdentityCredential or prod, since elsewhere nobody answers at that address.
/// https://learn.microsoft.com/dotnet/azure/sdk/authentication/credential-chains. The error names the variables that
/// are missing.
[[nodiscard]] tl::expected<SignIn, TokenError> credential_from_environment(const GetEnvironment& get_environment);

/// Reads the files `client-id`, `client-secret` or `client-certificate` (with `client-certificate-password`), and
/// `tenant-id` if it is there, as systemd puts them below $CREDENTIALS_DIRECTORY. A line end after a value is not part
/// of it. Files that everybody can read or that group or others can write are refused, and so are both credentials at
/// once. `prefix` stands before each name: "prod." for `prod.client-id`, where one service signs in to several tenants.
[[nodiscard]] tl::expected<SignIn, TokenError> credential_from_directory(const std::filesystem::path& directory,
                                                                         const std::string& prefix = {});

}  // namespace regent::net
