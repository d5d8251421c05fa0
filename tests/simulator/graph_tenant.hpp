#pragma once

#include "simulator/http_client.hpp"
#include "simulator/simulator.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace regent::simulator::test {

inline constexpr const char* tenant_id = "11111111-1111-1111-1111-111111111111";
inline constexpr const char* client_id = "22222222-2222-2222-2222-222222222222";
inline constexpr const char* client_principal = "33333333-3333-3333-3333-333333333333";
inline constexpr const char* graph_app_id = "00000003-0000-0000-c000-000000000000";

/// `text` as it may stand in a query or a form.
[[nodiscard]] std::string encoded(const std::string& text);

/// A simulator with a client that is signed in to it, over real HTTP.
class GraphTenant {
public:
    explicit GraphTenant(Options options = {});

    using Json = nlohmann::json;

    /// A request to /v1.0; `target` begins behind the version. A JSON body goes with its Content-Type.
    HttpReply call(const std::string& method, const std::string& target, const Json& body = nullptr,
                   Headers headers = {});
    HttpReply get(const std::string& target, const Headers& headers = {}) {
        return call("GET", target, nullptr, headers);
    }
    HttpReply post(const std::string& target, const Json& body) { return call("POST", target, body); }
    HttpReply patch(const std::string& target, const Json& body) { return call("PATCH", target, body); }
    HttpReply remove(const std::string& target) { return call("DELETE", target); }
    /// PATCH with `Prefer: create-if-missing`.
    HttpReply upsert(const std::string& target, const Json& body) {
        return call("PATCH", target, body, {{"Prefer", "create-if-missing"}});
    }
    /// $filter with everything else a list needs; `more` begins with "&".
    HttpReply filter(const std::string& collection, const std::string& filter, const std::string& more = {},
                     const Headers& headers = {});

    /// An application that was created without complaint: the answer's body.
    Json created(const Json& application);
    /// The application as Graph shows it now.
    Json shown(const Json& application);
    /// Path of an application, with what is to follow.
    [[nodiscard]] static std::string at(const Json& application, const std::string& below = {});

    /// A request to the token endpoint. `form` is form-encoded already.
    HttpReply sign_in(const std::string& form, const std::string& tenant = tenant_id);
    /// A token for Graph by client secret; the test fails without one.
    std::string token(const std::string& client = client_id, const std::string& secret = "simulator");
    /// From now on requests carry this token; "": none at all.
    void use_token(std::string token) { token_ = std::move(token); }

    Json control(const std::string& method, const std::string& path, const Json& body = nullptr);
    void switches(const Json& graph) { control("POST", "switches", {{"graph", graph}}); }
    void pass(long seconds) { control("POST", "clock", {{"advanceSeconds", seconds}}); }
    [[nodiscard]] Simulator& simulator() { return simulator_; }
    [[nodiscard]] HttpClient& http() { return http_; }
    [[nodiscard]] const std::string& bearer() const { return token_; }

private:
    Simulator simulator_;
    HttpClient http_;
    std::string token_;
};

}  // namespace regent::simulator::test
