#include "provider/status_kind.hpp"

namespace regent::provider {

ErrorKind kind_of_status(int status) noexcept {
    switch (status) {
        case 401:
            return ErrorKind::sign_in;
        case 403:
            return ErrorKind::forbidden;
        case 404:
            return ErrorKind::not_found;
        case 409:
        case 412:
            return ErrorKind::conflict;
        case 429:
            return ErrorKind::throttled;
        case 408:
        case 423:
        case 424:
        case 425:
        case 499:
            return ErrorKind::transient;
        case 501:
            return ErrorKind::rejected;
        default:
            return status >= 500 ? ErrorKind::transient : ErrorKind::rejected;
    }
}

}  // namespace regent::provider
