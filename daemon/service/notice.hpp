#pragma once

#include "controller/event.hpp"

#include <cstddef>
#include <string>

namespace regent::service {

/// An event that somebody is told of, with what was not told before it.
struct Notice {
    controller::Event event;
    std::size_t held_back = 0;  ///< equal ones since the last notice of this event
    std::size_t dropped = 0;    ///< other notices that were lost because the queue was full

    /// "3 more like this were held back. 2 older notices were lost: the queue was full."; empty: nothing to say.
    [[nodiscard]] std::string remark() const;
};

/// Who is speaking: the instance's name and the program's version.
struct Sender {
    std::string instance, version;
};

/// What is sent to a receiver.
struct NoticeBody {
    std::string content_type, text;
};

}  // namespace regent::service
