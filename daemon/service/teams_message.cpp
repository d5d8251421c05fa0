#include "service/teams_message.hpp"

#include "service/notice_words.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <utility>

namespace regent::service {

namespace {

using Json = nlohmann::ordered_json;

std::string_view colour_of(const controller::Event& event) {
    const auto word = severity_word(event);
    if (word == "Error") return "attention";
    if (word == "Warning") return "warning";
    return word == "OK" ? "good" : "default";
}

Json run(const std::string& text) {
    return {{"type", "TextRun"}, {"text", text}};
}

Json bold(const std::string& text) {
    auto made = run(text);
    made["weight"] = "bolder";
    return made;
}

Json paragraph(Json runs) {
    return {{"type", "RichTextBlock"}, {"inlines", std::move(runs)}};
}

}  // namespace

NoticeBody teams_message(const Notice& notice, const Sender& sender) {
    auto title = bold(std::string(severity_word(notice.event)) + ": " + headline(notice.event));
    title["size"] = "medium";
    title["color"] = colour_of(notice.event);

    Json card;
    card["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json";
    card["type"] = "AdaptiveCard";
    card["version"] = "1.4";
    card["body"] = Json::array({paragraph(Json::array({title}))});
    if (const auto text = details(notice); !text.empty()) {
        card["body"].push_back(paragraph(Json::array({run(text)})));
    }
    auto looked_up_by = Json::array();
    for (const auto& [name, value] : facts(notice, sender)) {
        looked_up_by.push_back(bold((looked_up_by.empty() ? "" : "   ") + name + " "));
        looked_up_by.push_back(run(value));
    }
    for (auto& part : looked_up_by) part["size"] = "small";
    card["body"].push_back(paragraph(std::move(looked_up_by)));
    card["msteams"] = {{"width", "Full"}};

    Json attachment{{"contentType", "application/vnd.microsoft.card.adaptive"}};
    attachment["contentUrl"] = nullptr;
    attachment["content"] = std::move(card);
    Json body{{"type", "message"}};
    body["attachments"] = Json::array({std::move(attachment)});
    return {"application/json", body.dump()};
}

}  // namespace regent::service
