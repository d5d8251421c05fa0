#pragma once

#include <string>
#include <string_view>

namespace regent::manifest {

/// The parts of a URI as far as our rules need them (RFC 3986, appendix B); views into the text that was split, but for
/// the first two.
struct UriParts {
    std::string scheme;  ///< lower case; empty when there is none
    std::string host;    ///< lower case, without port; empty when there is no authority; "[::1]" with its brackets
    std::string_view authority;  ///< with user information and port
    std::string_view path;
    std::string_view query;     ///< without `?`
    std::string_view fragment;  ///< without `#`
};
[[nodiscard]] UriParts split_uri(std::string_view uri);

[[nodiscard]] bool is_ascii(std::string_view text) noexcept;

/// localhost, 127.0.0.0/8, [::1]: plain http stays on this machine.
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;

}  // namespace regent::manifest
