#include "provider/provider.hpp"

#include <algorithm>
#include <cctype>

namespace regent::provider {

std::string Identity::key_of(const model::Address& address) const {
    auto key = owner + "." + environment + "." + address.name;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return key;
}

std::string_view to_string(ErrorKind kind) noexcept {
    switch (kind) {
        case ErrorKind::sign_in:
            return "sign_in";
        case ErrorKind::transient:
            return "transient";
        case ErrorKind::throttled:
            return "throttled";
        case ErrorKind::not_found:
            return "not_found";
        case ErrorKind::conflict:
            return "conflict";
        case ErrorKind::forbidden:
            return "forbidden";
        case ErrorKind::rejected:
            return "rejected";
        case ErrorKind::outcome_unknown:
            return "outcome_unknown";
        case ErrorKind::not_yet:
            return "not_yet";
        case ErrorKind::interrupted:
            return "interrupted";
        case ErrorKind::incomplete:
            return "incomplete";
    }
    return "transient";
}

std::string code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::sign_in:
            return "RG0701";
        case ErrorKind::throttled:
            return "RG0702";
        case ErrorKind::forbidden:
            return "RG0704";
        case ErrorKind::rejected:
            return "RG0705";
        case ErrorKind::conflict:
            return "RG0706";
        case ErrorKind::outcome_unknown:
            return "RG0707";
        case ErrorKind::not_yet:
            return "RG0708";
        case ErrorKind::interrupted:
            return "RG0710";
        case ErrorKind::incomplete:
            return "RG0711";
        default:
            return "RG0703";
    }
}

}  // namespace regent::provider
