#pragma once

#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "model/address.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace regent::cli {

/// Why the service gave no answer, or none of the kind that was hoped for.
struct ClientError {
    std::string message, help;
    ExitCode code = ExitCode::failed;
};

template <typename Value>
using ClientResult = tl::expected<Value, ClientError>;

/// Where a service of this machine listens unless told otherwise: $RUNTIME_DIRECTORY/regent.sock, which systemd sets
/// for the service's own commands, or /run/regent/regent.sock.
[[nodiscard]] std::filesystem::path default_socket();

/// Asks the running service, over its unix socket. Knows the API's paths and what its refusals mean to the shell.
class ServiceClient {
public:
    explicit ServiceClient(std::filesystem::path socket);
    ~ServiceClient();
    ServiceClient(const ServiceClient&) = delete;
    ServiceClient& operator=(const ServiceClient&) = delete;

    [[nodiscard]] const std::filesystem::path& socket() const noexcept { return socket_; }

    /// `target`: "/api/v1/status?after=7". `patience`: how long the service may take; a question that waits for
    /// something needs more.
    [[nodiscard]] ClientResult<nlohmann::json> get(const std::string& target,
                                                   std::chrono::milliseconds patience = std::chrono::seconds(10));
    [[nodiscard]] ClientResult<nlohmann::json> post(const std::string& target, const nlohmann::json& body);

    /// The environments there are; only `chosen`, when it is given.
    [[nodiscard]] ClientResult<std::vector<std::string>> environments(const std::string& chosen);
    /// The one that is meant: `chosen`, or the only one there is.
    [[nodiscard]] ClientResult<std::string> the_environment(const std::string& chosen);

private:
    struct Handle;
    [[nodiscard]] ClientResult<nlohmann::json> ask(const std::string& target, const std::string* body,
                                                   std::chrono::milliseconds patience);

    std::filesystem::path socket_;
    std::unique_ptr<Handle> handle_;
};

/// As a part of a path or of a query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// KIND/NAME, with the kind in any case; what is wrong with it otherwise.
[[nodiscard]] ClientResult<model::Address> parse_object(const std::string& text);
/// "Application" for "application".
[[nodiscard]] ClientResult<std::string> parse_kind(const std::string& text);

/// The service has not read its manifests yet; to be tried again.
[[nodiscard]] ClientError nothing_loaded();

/// Tells the error and gives its code.
ExitCode fail(Terminal& terminal, const ClientError& error);

}  // namespace regent::cli
