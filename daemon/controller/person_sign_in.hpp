#pragma once

#include "controller/tenant.hpp"
#include "model/environment.hpp"
#include "net/delegated_sign_in.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <string>

namespace regent::controller {

/// What `regent login` says to a person: open this page, enter this code.
using ShowCode = std::function<void(const net::DeviceCode& code)>;

/// Signs a person in for the services of `environment.sign_in` and keeps the sign-in in `options.person`. Returns when
/// the person has finished, the code has ended or `clock` was interrupted. Another account than the Environment's is
/// refused, and then nothing is kept. A key that is missing is made where `options.person.may_make_key` allows it.
[[nodiscard]] tl::expected<net::DelegatedGrant, SignInError> log_in(const model::Environment& environment,
                                                                    const ConnectOptions& options, net::Clock& clock,
                                                                    const ShowCode& show_code);

/// Who signed in, and when, without asking the service. That nobody has is an error.
[[nodiscard]] tl::expected<net::DelegatedGrant, SignInError> kept_sign_in(const model::Environment& environment,
                                                                          const PersonFiles& files);

/// The file that a person's sign-in for `environment` is kept in.
[[nodiscard]] std::filesystem::path sign_in_path(const model::Environment& environment, const PersonFiles& files);

/// Tokens for `environment`: a person's for the services of `environment.sign_in`, `application`'s for all others. A
/// sign-in that is missing or cannot be read is an error of the first token of such a service and of nothing else.
[[nodiscard]] std::unique_ptr<net::TokenSource> with_person(std::unique_ptr<net::TokenSource> application,
                                                            const model::Environment& environment,
                                                            const PersonFiles& files, net::Transport& transport,
                                                            net::Clock& clock, net::Rng& rng);

/// Whether tokens for `scope` are a person's.
[[nodiscard]] bool is_delegated(const model::Environment& environment, const std::string& scope);

}  // namespace regent::controller
