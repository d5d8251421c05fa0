#pragma once

#include "service/notice.hpp"

namespace regent::service {

/// `notice` for a Teams workflow ("When a Teams webhook request is received"): an Adaptive Card 1.4. Foreign text is in
/// text runs only, which know no Markdown, so that a display name cannot make a link.
/// https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
/// https://adaptivecards.io/explorer/AdaptiveCard.html
[[nodiscard]] NoticeBody teams_message(const Notice& notice, const Sender& sender);

}  // namespace regent::service
