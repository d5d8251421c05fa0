#pragma once

#include "net/clock.hpp"
#include "net/sealed_file.hpp"
#include "net/secret.hpp"
#include "net/session.hpp"
#include "net/transport.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace regent::net {

/// A person lets a program act for them, having signed in once with a device code (RFC 8628): for services that take
/// no writes from a service principal. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
struct DelegatedClient {
    std::string login_origin;  ///< must be among the transport's allowed origins
    std::string tenant;        ///< GUID or verified domain
    std::string client_id;     ///< of a public client
};

/// What a person is shown.
struct DeviceCode {
    std::string user_code;
    std::string verification_uri;
    std::chrono::seconds expires_in{0};
    std::chrono::seconds interval{5};
    Secret device_code;
};

/// What a person's sign-in leaves behind, and what is kept of it.
struct DelegatedGrant {
    Secret refresh_token;
    std::string user;       ///< `upn` or `preferred_username`; may be empty
    std::string object_id;  ///< `oid`; may be empty
    std::chrono::system_clock::time_point signed_in_at;
};

/// Asks for a code. `scope` names one service: "https://service.powerapps.com/.default".
[[nodiscard]] tl::expected<DeviceCode, TokenError> ask_for_device_code(Transport& transport,
                                                                       const DelegatedClient& client,
                                                                       const std::string& scope);

/// Asks as often as the service says until the person has signed in, has declined, or the code has ended. An
/// interrupted clock ends it. A sign-in to another tenant than the client's, where that is a GUID, is an error.
[[nodiscard]] tl::expected<DelegatedGrant, TokenError> wait_for_person(Transport& transport, Clock& clock,
                                                                       const DelegatedClient& client,
                                                                       const DeviceCode& code);

/// A person's sign-in in a file, encrypted: nobody who copies the file, from a backup say, signs in with it. The file
/// opens for the tenant and the client that it was made for, and no other.
class SignInFile {
public:
    SignInFile(std::filesystem::path path, SealingKey key, const DelegatedClient& client);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_.path(); }
    /// Nothing when nobody has signed in.
    [[nodiscard]] tl::expected<std::optional<DelegatedGrant>, TokenError> read() const;
    [[nodiscard]] tl::expected<void, TokenError> write(const DelegatedGrant& grant) const;

private:
    SealedFile file_;
};

/// Tokens for the person whose sign-in is in `file`, with the promises of make_token_source(). The file is read at
/// every exchange, so that a running service takes up what somebody has put there meanwhile, and each new refresh token
/// is written back before its access token is used. `login_command` is what help says: "regent login -e dev".
[[nodiscard]] std::unique_ptr<TokenSource> make_delegated_token_source(Transport& transport, Clock& clock, Rng& rng,
                                                                       DelegatedClient client, SignInFile file,
                                                                       std::string login_command);

}  // namespace regent::net
