#include "simulator/graph_tenant.hpp"

#include <catch2/catch.hpp>

#include <cctype>

namespace regent::simulator::test {

using nlohmann::json;

std::string encoded(const std::string& text) {
    constexpr const char* digits = "0123456789ABCDEF";
    std::string out;
    for (const unsigned char c : text) {
        if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += static_cast<char>(c);
        } else {
            out += '%';
            out += digits[c >> 4U];
            out += digits[c & 15U];
        }
    }
    return out;
}

GraphTenant::GraphTenant(Options options) : simulator_(std::move(options)), http_(simulator_.port()) {
    token_ = token();
}

HttpReply GraphTenant::call(const std::string& method, const std::string& target, const json& body, Headers headers) {
    if (!token_.empty()) headers.emplace_back("Authorization", "Bearer " + token_);
    if (!body.is_null()) headers.emplace_back("Content-Type", "application/json");
    return http_.send(method, "/v1.0" + target, headers, body.is_null() ? std::string{} : body.dump());
}

HttpReply GraphTenant::filter(const std::string& collection, const std::string& filter, const std::string& more,
                              const Headers& headers) {
    return get(collection + "?$filter=" + encoded(filter) + more, headers);
}

json GraphTenant::created(const json& application) {
    const auto reply = post("/applications", application);
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return reply.json;
}

json GraphTenant::shown(const json& application) {
    const auto reply = get(at(application));
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json;
}

std::string GraphTenant::at(const json& application, const std::string& below) {
    return "/applications/" + application.at("id").get<std::string>() + below;
}

HttpReply GraphTenant::sign_in(const std::string& form, const std::string& tenant) {
    return http_.send("POST", "/" + tenant + "/oauth2/v2.0/token",
                      {{"Content-Type", "application/x-www-form-urlencoded"}}, form);
}

std::string GraphTenant::token(const std::string& client, const std::string& secret) {
    const auto reply =
        sign_in("grant_type=client_credentials&client_id=" + client + "&client_secret=" + encoded(secret) +
                "&scope=" + encoded("https://graph.microsoft.com/.default"));
    INFO("signing in gave " << reply.status << ' ' << reply.json.value("error", ""));
    REQUIRE(reply.status == 200);
    return reply.json.at("access_token");
}

json GraphTenant::control(const std::string& method, const std::string& path, const json& body) {
    return json::parse(simulator_.control(method, path, body.is_null() ? std::string{} : body.dump()));
}

}  // namespace regent::simulator::test
