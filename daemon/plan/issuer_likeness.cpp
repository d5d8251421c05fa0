#include "plan/issuer_likeness.hpp"

#include "model/ascii.hpp"
#include "plan/near_names.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

/// Longer ones are no slip of the finger, and comparing them would cost the product of their lengths.
constexpr std::size_t longest_compared = 256;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view without_slash(std::string_view text) {
    while (text.ends_with('/')) text.remove_suffix(1);
    return text;
}

std::string without_scheme(const std::string& text) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (text.starts_with(scheme)) return text.substr(scheme.size());
    }
    return text;
}

std::string without_port(std::string text) {
    auto begin = text.find("://");
    begin = begin == std::string::npos ? 0 : begin + 3;
    const auto end = std::min(text.find('/', begin), text.size());
    for (const std::string_view port : {":443", ":80"}) {
        if (std::string_view(text).substr(0, end).ends_with(port)) return text.erase(end - port.size(), port.size());
    }
    return text;
}

/// What is left of it when nothing counts that people overlook.
std::string bare(std::string_view issuer) {
    return without_scheme(without_port(model::lower_case(without_slash(trimmed(issuer)))));
}

IssuerLikeness form_of(std::string_view a, std::string_view b) {
    if (without_slash(a) == without_slash(b)) return IssuerLikeness::slash;
    if (model::lower_case(a) == model::lower_case(b)) return IssuerLikeness::capitals;
    if (trimmed(a) == trimmed(b)) return IssuerLikeness::blanks;
    if (without_scheme(std::string(a)) == without_scheme(std::string(b))) return IssuerLikeness::scheme;
    if (without_port(std::string(a)) == without_port(std::string(b))) return IssuerLikeness::port;
    return IssuerLikeness::form;
}

}  // namespace

IssuerLikeness likeness_of(std::string_view trusted, std::string_view given) {
    if (trusted == given) return IssuerLikeness::same;
    if (trusted.size() > longest_compared || given.size() > longest_compared) return IssuerLikeness::other;
    const auto a = bare(trusted), b = bare(given);
    if (a == b) return form_of(trusted, given);
    if (a.substr(0, a.find('/')) == b.substr(0, b.find('/'))) return IssuerLikeness::path;
    return did_you_mean(b, {a}).empty() ? IssuerLikeness::other : IssuerLikeness::host;
}

}  // namespace regent::plan
