#include "service/cloud_event.hpp"
#include "service/events.hpp"
#include "service/slack_message.hpp"
#include "service/teams_message.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <regex>
#include <set>
#include <string>

using namespace regent::service;
using namespace regent::service::testing;
using regent::controller::EventType;
using Json = nlohmann::json;

namespace {

const Sender id1{"id1", "0.1.0"};

/// A name that tries everything: markup of three receivers, control characters, a wrong byte, length.
std::string evil() {
    return "</script><b>*x* [y](https://evil.example) <!channel> @here & \x1b[31m\n\u202egnp \xff" +
           std::string(5000, 'a');
}

regent::controller::Event evil_event() {
    auto event = drift();
    event.address = regent::model::Address{evil(), evil()};
    event.id = event.environment = event.reason = event.path = event.action = event.revision = event.message =
        event.request_id = evil();
    return event;
}

/// Every text in `json`, at any depth.
void each_text(const Json& json, const std::function<void(const std::string&)>& visit) {
    if (json.is_string()) visit(json.get<std::string>());
    if (json.is_structured()) {
        for (const auto& element : json) each_text(element, visit);
    }
}

void check_no_tricks(const Json& json) {
    each_text(json, [](const std::string& text) {
        CHECK(text.find_first_of("\n\r\x1b") == std::string::npos);
        CHECK(text.find("\u202e") == std::string::npos);
        CHECK(text.size() < 3000);
    });
}

}  // namespace

TEST_CASE("a webhook gets a CloudEvent", "[service][notifications]") {
    const auto body = cloud_event({drift(), 3, 0}, id1);
    CHECK(body.content_type == "application/cloudevents+json; charset=utf-8");
    CHECK(body.text ==
          R"j({"specversion":"1.0","id":"1147-2","source":"/regent/id1/prod","type":"regent.drift.v1",)j"
          R"j("subject":"Application/orders-api","time":"2026-09-14T03:44:11Z","datacontenttype":"application/json",)j"
          R"j("data":{"severity":"warning","environment":"prod","kind":"Application","name":"orders-api",)j"
          R"j("reason":"Drifted","action":"revert","path":"federatedCredentials/manual-test",)j"
          R"j("revision":"9b1e77d0c0ffee","run":1147,)j"
          R"j("message":"federatedCredentials has \"manual-test\", which no file declares; it will be removed",)j"
          R"j("requestId":"a7a3f0b2","heldBack":3}})j");
}

TEST_CASE("every CloudEvent keeps the rules of its specification", "[service][notifications]") {
    for (int number = 0; number <= static_cast<int>(EventType::state_damaged); ++number) {
        auto event = number % 2 == 0 ? drift() : evil_event();
        event.type = static_cast<EventType>(number);
        if (number % 3 == 0) event.environment.clear();
        if (number % 4 == 0) event.address.reset();
        if (number % 5 == 0) event.message.clear();
        const auto json = Json::parse(cloud_event({event, 0, 0}, {"an instance/with äöü", "0.1.0"}).text);
        // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/cloudevents.json
        CHECK(json.at("specversion") == "1.0");
        for (const auto* required : {"id", "source", "type"}) CHECK(!json.at(required).get<std::string>().empty());
        CHECK(std::regex_match(json.at("source").get<std::string>(), std::regex("(/[A-Za-z0-9._~%-]+){2,3}")));
        CHECK(std::regex_match(json.at("type").get<std::string>(), std::regex("regent\\.[a-z_]+\\.v1")));
        CHECK(std::regex_match(json.at("time").get<std::string>(),
                               std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ")));
        if (json.contains("subject")) CHECK(!json.at("subject").get<std::string>().empty());
        CHECK(json.at("datacontenttype") == "application/json");
        CHECK(!json.at("data").at("message").get<std::string>().empty());
        for (const auto& [name, value] : json.items()) CHECK(std::regex_match(name, std::regex("[a-z0-9]{1,20}")));
        check_no_tricks(json);
    }
}

TEST_CASE("a signature can be checked by whoever checks GitHub's", "[service][notifications]") {
    // The example of https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    CHECK(signature_of("Hello, World!", "It's a Secret to Everybody") ==
          "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    // RFC 4231, test case 2.
    CHECK(signature_of("what do ya want for nothing?", "Jefe") ==
          "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("Slack gets a headline, the message and what to look it up by", "[service][notifications]") {
    const auto body = slack_message({drift(), 0, 0}, id1);
    CHECK(body.content_type == "application/json");
    CHECK(
        body.text ==
        R"j({"text":"Warning: Application/orders-api drifted (prod): federatedCredentials has \"manual-test\", which no file declares; it will be removed",)j"
        R"j("unfurl_links":false,"unfurl_media":false,"blocks":[)j"
        R"j({"type":"header","text":{"type":"plain_text","text":"Warning: Application/orders-api drifted (prod)","emoji":false}},)j"
        R"j({"type":"section","text":{"type":"plain_text","text":"federatedCredentials has \"manual-test\", which no file declares; it will be removed","emoji":false}},)j"
        R"j({"type":"context","elements":[{"type":"plain_text","text":"environment prod · reason Drifted · field federatedCredentials/manual-test · action revert · revision 9b1e77d0c0ff · run 1147 · request id a7a3f0b2 · at 2026-09-14T03:44:11Z · from id1","emoji":false}]}]})j");
}

TEST_CASE("no name mentions a channel or makes a link in Slack", "[service][notifications]") {
    const auto json = Json::parse(slack_message({evil_event(), 1, 2}, id1).text);
    check_no_tricks(json);
    // https://api.slack.com/reference/surfaces/formatting#escaping
    CHECK(json.at("text").get<std::string>().find_first_of("<>") == std::string::npos);
    for (const auto& block : json.at("blocks")) {
        const auto type = block.at("type").get<std::string>();
        CHECK(std::set<std::string>{"header", "section", "context"}.contains(type));
        const auto& texts = type == "context" ? block.at("elements") : Json::array({block.at("text")});
        for (const auto& text : texts) {
            CHECK(text.at("type") == "plain_text");
            CHECK(!text.at("text").get<std::string>().empty());
            CHECK(text.at("text").get<std::string>().size() <= (type == "header" ? 150 : 3000));
        }
    }
}

TEST_CASE("Teams gets an Adaptive Card", "[service][notifications]") {
    auto event = event_of(EventType::ready, regent::controller::EventSeverity::info);
    const auto body = teams_message({event, 0, 0}, id1);
    CHECK(body.content_type == "application/json");
    CHECK(
        body.text ==
        R"j({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,)j"
        R"j("content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.4","body":[)j"
        R"j({"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"OK: Application/orders-api is ready (prod)","weight":"bolder","size":"medium","color":"good"}]},)j"
        R"j({"type":"RichTextBlock","inlines":[)j"
        R"j({"type":"TextRun","text":"environment ","weight":"bolder","size":"small"},{"type":"TextRun","text":"prod","size":"small"},)j"
        R"j({"type":"TextRun","text":"   run ","weight":"bolder","size":"small"},{"type":"TextRun","text":"1147","size":"small"},)j"
        R"j({"type":"TextRun","text":"   at ","weight":"bolder","size":"small"},{"type":"TextRun","text":"2026-09-14T03:44:11Z","size":"small"},)j"
        R"j({"type":"TextRun","text":"   from ","weight":"bolder","size":"small"},{"type":"TextRun","text":"id1","size":"small"}]}],)j"
        R"j("msteams":{"width":"Full"}}}]})j");
}

TEST_CASE("a card for Teams has what its schema requires, and text without Markdown only", "[service][notifications]") {
    const auto json = Json::parse(teams_message({evil_event(), 1, 2}, id1).text);
    check_no_tricks(json);
    CHECK(json.at("type") == "message");
    REQUIRE(json.at("attachments").size() == 1);
    const auto& attachment = json.at("attachments").front();
    CHECK(attachment.at("contentType") == "application/vnd.microsoft.card.adaptive");
    const auto& card = attachment.at("content");
    CHECK(card.at("type") == "AdaptiveCard");
    CHECK(card.at("version") == "1.4");
    for (const auto& element : card.at("body")) {
        CHECK(element.at("type") == "RichTextBlock");
        for (const auto& run : element.at("inlines")) {
            CHECK(run.at("type") == "TextRun");
            CHECK(run.at("text").is_string());
        }
    }
    // Teams refuses messages above 28 KB.
    CHECK(teams_message({evil_event(), 1, 2}, id1).text.size() < 28'000);
}
