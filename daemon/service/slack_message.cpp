#include "service/slack_message.hpp"

#include "service/notice_words.hpp"
#include "service/shown_text.hpp"

#include <nlohmann/json.hpp>

namespace regent::service {

namespace {

/// Characters a header block takes; in bytes that is never too many.
constexpr std::size_t max_header_bytes = 150;

// https://api.slack.com/reference/surfaces/formatting#escaping
std::string escaped(std::string_view text) {
    std::string out;
    for (const char character : text) {
        switch (character) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            default:
                out += character;
        }
    }
    return out;
}

nlohmann::ordered_json plain(const std::string& text) {
    return {{"type", "plain_text"}, {"text", text}, {"emoji", false}};
}

}  // namespace

NoticeBody slack_message(const Notice& notice, const Sender& sender) {
    const auto title = std::string(severity_word(notice.event)) + ": " + headline(notice.event);
    const auto text = details(notice);
    nlohmann::ordered_json body;
    body["text"] = escaped(text.empty() ? title : title + ": " + text);
    body["unfurl_links"] = false;
    body["unfurl_media"] = false;
    auto& blocks = body["blocks"];
    blocks.push_back({{"type", "header"}, {"text", plain(shown(title, max_header_bytes))}});
    if (!text.empty()) blocks.push_back({{"type", "section"}, {"text", plain(text)}});
    std::string line;
    for (const auto& [name, value] : facts(notice, sender)) {
        if (!line.empty()) line += " · ";
        line += name + " ";
        line += value;
    }
    blocks.push_back({{"type", "context"}, {"elements", nlohmann::ordered_json::array({plain(line)})}});
    return {"application/json", body.dump()};
}

}  // namespace regent::service
