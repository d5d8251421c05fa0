#include "controller/person_sign_in.hpp"

#include "controller/http_transport.hpp"
#include "model/ascii.hpp"
#include "net/system_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace regent::controller {
namespace {

SignInError as_sign_in_error(net::TokenError error) {
    return {std::move(error.message), std::move(error.help)};
}

net::DelegatedClient client_of(const model::Environment& environment) {
    return {environment.endpoints.login, environment.tenant_id, environment.sign_in.client_id};
}

std::string login_command(const model::Environment& environment, const PersonFiles& files) {
    return fmt::format("{} -e {}", files.login, environment.name);
}

net::TokenError nobody_signed_in(const model::Environment& environment, const PersonFiles& files) {
    return {.retryable = false,
            .message = "nobody has signed in for this environment",
            .help = fmt::format("run `{}`", login_command(environment, files))};
}

tl::expected<net::SignInFile, net::TokenError> open_file(const model::Environment& environment,
                                                         const PersonFiles& files) {
    auto key = net::SealingKey::read(files.key);
    if (!key) {
        // Without a key nobody can have signed in: one thing to say, and `regent login` sees to both.
        std::error_code error;
        if (files.may_make_key && !std::filesystem::exists(files.key, error))
            return tl::unexpected(nobody_signed_in(environment, files));
        return tl::unexpected(std::move(key.error()));
    }
    return net::SignInFile(sign_in_path(environment, files), std::move(*key), client_of(environment));
}

/// A device code is asked for one service; the refresh token that it brings serves for the others.
std::string first_scope(const model::Environment& environment) {
    const auto& sign_in = environment.sign_in;
    return sign_in.power_apps || sign_in.dataverse ? environment.endpoints.power_apps_scope
                                                   : environment.endpoints.resource_manager_scope;
}

/// What stands in for a person who is not there.
class Nobody final : public net::TokenSource {
public:
    explicit Nobody(net::TokenError why) : why_(std::move(why)) {}
    tl::expected<net::AccessToken, net::TokenError> token(const std::string&) override { return tl::unexpected(why_); }
    void forget(const std::string&) override {}

private:
    const net::TokenError why_;
};

class DividedTokens final : public net::TokenSource {
public:
    DividedTokens(model::Environment environment, std::unique_ptr<net::TokenSource> application,
                  std::unique_ptr<net::TokenSource> person)
        : environment_(std::move(environment)), application_(std::move(application)), person_(std::move(person)) {}

    tl::expected<net::AccessToken, net::TokenError> token(const std::string& scope) override {
        return source_of(scope).token(scope);
    }
    void forget(const std::string& scope) override { source_of(scope).forget(scope); }

private:
    net::TokenSource& source_of(const std::string& scope) {
        return is_delegated(environment_, scope) ? *person_ : *application_;
    }

    const model::Environment environment_;
    const std::unique_ptr<net::TokenSource> application_, person_;
};

tl::expected<net::SealingKey, net::TokenError> key_for_writing(const PersonFiles& files) {
    std::error_code error;
    if (files.may_make_key && !std::filesystem::exists(files.key, error)) return net::SealingKey::create(files.key);
    return net::SealingKey::read(files.key);
}

}  // namespace

std::filesystem::path sign_in_path(const model::Environment& environment, const PersonFiles& files) {
    return files.folder / (environment.name + ".sealed");
}

bool is_delegated(const model::Environment& environment, const std::string& scope) {
    const auto& endpoints = environment.endpoints;
    const auto& sign_in = environment.sign_in;
    if (scope == endpoints.graph_scope || scope == endpoints.key_vault_scope) return false;
    if (scope == endpoints.power_apps_scope) return sign_in.power_apps;
    if (scope == endpoints.resource_manager_scope) return sign_in.resource_manager;
    return sign_in.dataverse;  // each organization has a scope of its own
}

std::unique_ptr<net::TokenSource> with_person(std::unique_ptr<net::TokenSource> application,
                                              const model::Environment& environment, const PersonFiles& files,
                                              net::Transport& transport, net::Clock& clock, net::Rng& rng) {
    if (!environment.sign_in.any()) return application;
    auto file = open_file(environment, files);
    auto person = file ? net::make_delegated_token_source(transport, clock, rng, client_of(environment),
                                                          std::move(*file), login_command(environment, files))
                       : std::unique_ptr<net::TokenSource>(std::make_unique<Nobody>(std::move(file.error())));
    return std::make_unique<DividedTokens>(environment, std::move(application), std::move(person));
}

tl::expected<net::DelegatedGrant, SignInError> kept_sign_in(const model::Environment& environment,
                                                            const PersonFiles& files) {
    auto file = open_file(environment, files);
    if (!file) return tl::unexpected(as_sign_in_error(std::move(file.error())));
    auto grant = file->read();
    if (!grant) return tl::unexpected(as_sign_in_error(std::move(grant.error())));
    if (*grant) return std::move(**grant);
    return tl::unexpected(as_sign_in_error(nobody_signed_in(environment, files)));
}

tl::expected<net::DelegatedGrant, SignInError> log_in(const model::Environment& environment,
                                                      const ConnectOptions& options, net::Clock& clock,
                                                      const ShowCode& show_code) {
    if (!environment.sign_in.any())
        return tl::unexpected(SignInError{
            fmt::format("environment `{}` signs in to every service as the application: there is nobody to sign in",
                        environment.name),
            "to use a person's account for a service, write `signIn: {delegated: [powerApps]}` into the Environment's "
            "`spec`"});
    // Before the person takes the trouble: whether what they bring can be kept.
    auto key = key_for_writing(options.person);
    if (!key) return tl::unexpected(as_sign_in_error(std::move(key.error())));
    const auto client = client_of(environment);
    net::SystemRng rng;
    const auto transport = make_http_transport(options, {environment.endpoints.login}, rng);
    auto code = net::ask_for_device_code(*transport, client, first_scope(environment));
    if (!code) return tl::unexpected(as_sign_in_error(std::move(code.error())));
    show_code(*code);
    auto grant = net::wait_for_person(*transport, clock, client, *code);
    if (!grant) return tl::unexpected(as_sign_in_error(std::move(grant.error())));
    const auto& account = environment.sign_in.account;
    if (!account.empty() && !model::same_text(account, grant->user)) {
        return tl::unexpected(SignInError{
            fmt::format("{} signed in, and the Environment wants {}",
                        grant->user.empty() ? "somebody whom the token does not name" : grant->user, account),
            "nothing was kept; run the command again and choose that account, or change `spec.signIn.account`"});
    }
    const net::SignInFile file(sign_in_path(environment, options.person), std::move(*key), client);
    if (auto kept = file.write(*grant); !kept) return tl::unexpected(as_sign_in_error(std::move(kept.error())));
    return std::move(*grant);
}

}  // namespace regent::controller
