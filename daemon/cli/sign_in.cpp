#include "cli/sign_in.hpp"

#include "cli/plan_output.hpp"
#include "cli/terminal.hpp"
#include "net/credentials.hpp"
#include "service/surroundings.hpp"

#include <cstdlib>

namespace regent::cli {
namespace {

tl::expected<net::SignIn, net::TokenError> find_credential() {
    const auto directory = environment_variable("CREDENTIALS_DIRECTORY");
    const bool in_variables = environment_variable("AZURE_CLIENT_ID").has_value() ||
                              environment_variable("AZURE_TOKEN_CREDENTIALS").has_value();
    if (!in_variables && directory && !directory->empty()) return net::credential_from_directory(*directory);
    return net::credential_from_environment([](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace

tl::expected<std::unique_ptr<controller::Tenant>, controller::SignInError> sign_in(
    const model::Environment& environment, const GlobalOptions& options, controller::WaitListener on_wait) {
    auto credential = find_credential();
    if (!credential)
        return tl::unexpected(controller::SignInError{credential.error().message, credential.error().help});
    static controller::Measurements nobody;  // a command counts nothing
    auto connection = options.connection;
    connection.person = person_files(environment, options);
    return controller::connect(environment, connection, std::move(*credential), std::move(on_wait), nobody);
}

controller::PersonFiles person_files(const model::Environment& environment, const GlobalOptions& options) {
    return service::person_files(environment.name, state_file(options).parent_path(),
                                 environment_variable("CREDENTIALS_DIRECTORY").value_or(""));
}

std::string credential_source() {
    const auto credential = find_credential();
    return credential ? net::describe(credential->credential) : "no credential";
}

}  // namespace regent::cli
