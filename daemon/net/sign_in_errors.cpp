#include "net/sign_in_errors.hpp"

#include "net/redact.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace regent::net {
namespace {

struct KnownCode {
    int code;
    bool retryable;
    std::string_view help;
};

constexpr std::string_view wait_a_little = "Entra is busy: the next try may go through";
constexpr std::string_view check_secret =
    "check AZURE_CLIENT_SECRET (or the file client-secret): it must be the secret's value, not its id, and belong to "
    "this client";
constexpr std::string_view new_secret =
    "the client secret has expired: create a new one in the app registration under Certificates & secrets";
constexpr std::string_view check_certificate =
    "upload this certificate to the app registration under Certificates & secrets; a new one takes a few minutes to be "
    "known";
constexpr std::string_view no_federated_credential =
    "no federated credential of the application takes this token: `regent explain-token` shows which part differs (a "
    "new credential takes some minutes to be known)";
constexpr std::string_view conditional_access =
    "a Conditional Access policy for workload identities blocks this sign-in: ask the tenant's administrator";
constexpr std::string_view check_scope =
    "check `endpoints` in the Environment manifest: the token is asked for the host named there, with /.default";

/// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
constexpr std::array known_codes = {
    KnownCode{7000215, false, check_secret},
    KnownCode{7000222, false, new_secret},
    KnownCode{7000218, false, "no credential arrived: set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"},
    KnownCode{7000216, false, "no credential arrived: set AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"},
    KnownCode{
        700016, false,
        "check AZURE_CLIENT_ID and the tenant: this client is not registered there (a new one takes some minutes)"},
    KnownCode{7000112, false, "the application is disabled in the tenant: enable its service principal"},
    KnownCode{90002, false,
              "check AZURE_TENANT_ID or the Environment's tenantId, and its cloud: the tenant is not known there"},
    KnownCode{900023, false, "check AZURE_TENANT_ID or the Environment's tenantId: neither a GUID nor a domain name"},
    KnownCode{9001023, false,
              "name one tenant: common, organizations and consumers cannot be signed in to by an application"},
    KnownCode{500011, false,
              "the service has no service principal in this tenant: check `endpoints`, and whether the tenant has a "
              "licence for it"},
    KnownCode{70011, false, check_scope},
    KnownCode{700022, false, check_scope},
    KnownCode{700027, false, check_certificate},
    KnownCode{700024, false, "check this machine's clock: the assertion was made outside the time that Entra accepts"},
    KnownCode{50013, false, "check this machine's clock and the certificate: the assertion was not accepted"},
    KnownCode{500133, false, "check this machine's clock: the assertion was made outside the time that Entra accepts"},
    KnownCode{700021, false, "the assertion's application is not the one that signs in: check AZURE_CLIENT_ID"},
    KnownCode{70021, false, no_federated_credential},
    KnownCode{700211, false, no_federated_credential},
    KnownCode{700212, false, no_federated_credential},
    KnownCode{700213, false, no_federated_credential},
    KnownCode{7002131, false, no_federated_credential},
    KnownCode{7002138, false, no_federated_credential},
    KnownCode{53003, false, conditional_access},
    KnownCode{50005, false, conditional_access},
    KnownCode{90061, true, wait_a_little},
    KnownCode{90033, true, wait_a_little},
    KnownCode{90006, true, wait_a_little},
    KnownCode{90012, true, wait_a_little},
    KnownCode{90024, true, wait_a_little},
    KnownCode{90055, true, wait_a_little},
    KnownCode{90090, true, wait_a_little},
    KnownCode{90091, true, wait_a_little},
    KnownCode{40010, true, wait_a_little},
};

const KnownCode* find_code(int code) {
    const auto* found = std::find_if(known_codes.begin(), known_codes.end(),
                                     [&](const KnownCode& known) { return known.code == code; });
    return found == known_codes.end() ? nullptr : found;
}

/// Up to the first full stop that ends a sentence, or the first line end.
std::string first_sentence(std::string_view text) {
    auto end = std::min(text.find_first_of("\r\n"), text.size());
    if (const auto stop = text.find(". "); stop < end) end = stop + 1;
    return std::string(text.substr(0, end));
}

bool is_passing(int status) {
    return status == 408 || status == 429 || status >= 500;
}

std::string text_member(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int first_code(const nlohmann::json& answer) {
    const auto codes = answer.find("error_codes");
    if (codes == answer.end() || !codes->is_array() || codes->empty() || !codes->front().is_number_integer()) return 0;
    return codes->front().get<int>();
}

/// The text may come from a gateway or a proxy: one line, no control characters.
std::string shown(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    constexpr std::size_t longest = 300;
    if (text.size() > longest) text.resize(longest);
    return redact(text);
}

}  // namespace

TokenError explain_refusal(int status, std::string_view body) {
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    const auto error = answer.is_object() ? text_member(answer, "error") : std::string();
    if (error.empty()) {
        return {.retryable = is_passing(status),
                .message = fmt::format("the sign-in service answered {} without saying why", status),
                .help = is_passing(status) ? std::string(wait_a_little)
                                           : "check `endpoints.login` in the Environment manifest, and the proxy"};
    }
    const int code = first_code(answer);
    const auto* known = find_code(code);
    auto words = first_sentence(text_member(answer, "error_description"));
    if (words.empty()) words = code == 0 ? error : fmt::format("AADSTS{}: {}", code, error);
    if (const auto trace = text_member(answer, "trace_id"); !trace.empty())
        words += fmt::format(" (trace id {})", trace);
    const bool busy = error == "temporarily_unavailable" || error == "server_error" || is_passing(status);
    return {.retryable = known == nullptr ? busy : known->retryable || is_passing(status),
            .message = shown(words),
            .help = known == nullptr ? (busy ? std::string(wait_a_little) : std::string()) : std::string(known->help)};
}

int refusal_code(std::string_view body) {
    const auto answer = nlohmann::json::parse(body, nullptr, false);
    return answer.is_object() ? first_code(answer) : 0;
}

}  // namespace regent::net
