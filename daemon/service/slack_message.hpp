#pragma once

#include "service/notice.hpp"

namespace regent::service {

/// `notice` for a Slack incoming webhook. Foreign text is in plain_text objects only, and escaped where Slack knows no
/// such thing, so that a display name can neither mention a channel nor make a link.
/// https://api.slack.com/messaging/webhooks https://api.slack.com/reference/block-kit/blocks
[[nodiscard]] NoticeBody slack_message(const Notice& notice, const Sender& sender);

}  // namespace regent::service
