#include "service/notice.hpp"

#include <fmt/format.h>

namespace regent::service {

std::string Notice::remark() const {
    std::string text;
    if (held_back == 1) text = "1 more like this was held back.";
    if (held_back > 1) text = fmt::format("{} more like this were held back.", held_back);
    if (dropped > 0) {
        if (!text.empty()) text += ' ';
        text += dropped == 1 ? std::string("1 older notice was lost: the queue was full.")
                             : fmt::format("{} older notices were lost: the queue was full.", dropped);
    }
    return text;
}

}  // namespace regent::service
