#include "provider/connectors/call_failure.hpp"

namespace regent::provider::connectors {

ErrorKind kind_of(net::CallError::Kind kind) noexcept {
    switch (kind) {
        case net::CallError::Kind::sign_in:
            return ErrorKind::sign_in;
        case net::CallError::Kind::unknown_outcome:
            return ErrorKind::outcome_unknown;
        case net::CallError::Kind::throttled:
            return ErrorKind::throttled;
        case net::CallError::Kind::interrupted:
            return ErrorKind::interrupted;
        case net::CallError::Kind::not_sent:
            break;
    }
    return ErrorKind::transient;
}

}  // namespace regent::provider::connectors
