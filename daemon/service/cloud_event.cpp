#include "service/cloud_event.hpp"

#include "service/event_words.hpp"
#include "service/shown_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace regent::service {

namespace {

/// One segment of a URI reference: everything but unreserved characters is encoded (RFC 3986, section 2.3).
std::string segment(std::string_view text) {
    std::string out;
    for (const char character : text) {
        const bool unreserved = (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
                                (character >= '0' && character <= '9') || character == '-' || character == '.' ||
                                character == '_' || character == '~';
        out += unreserved ? std::string(1, character)
                          : fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(character)));
    }
    return out;
}

}  // namespace

NoticeBody cloud_event(const Notice& notice, const Sender& sender) {
    const auto& event = notice.event;
    nlohmann::ordered_json body;
    body["specversion"] = "1.0";
    body["id"] = shown(event.id);
    body["source"] = "/regent/" + segment(shown(sender.instance)) +
                     (event.environment.empty() ? "" : "/" + segment(shown(event.environment)));
    body["type"] = fmt::format("regent.{}.v1", controller::to_string(event.type));
    if (event.address) body["subject"] = subject_of(event);
    body["time"] = utc_text(event.time);
    body["datacontenttype"] = "application/json";

    auto& data = body["data"];
    data["severity"] = controller::to_string(event.severity);
    const auto add = [&](const char* name, std::string_view value) {
        if (!value.empty()) data[name] = shown(value);
    };
    add("environment", event.environment);
    if (event.address) {
        add("kind", event.address->kind);
        add("name", event.address->name);
    }
    add("reason", event.reason);
    add("action", event.action);
    add("path", event.path);
    add("revision", event.revision);
    if (event.run != 0) data["run"] = event.run;
    data["message"] = event.message.empty() ? sentence_of(event) : shown(event.message, max_sentence_bytes);
    add("requestId", event.request_id);
    if (notice.held_back > 0) data["heldBack"] = notice.held_back;
    if (notice.dropped > 0) data["dropped"] = notice.dropped;
    return {"application/cloudevents+json; charset=utf-8", body.dump()};
}

std::string signature_of(std::string_view body, std::string_view key) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size) == nullptr) {
        throw std::runtime_error("OpenSSL cannot make an HMAC");
    }
    std::string text = "sha256=";
    for (unsigned int at = 0; at < size; ++at) text += fmt::format("{:02x}", digest[at]);
    return text;
}

}  // namespace regent::service
