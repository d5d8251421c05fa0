#include "service/notifications.hpp"

#include "net/fake_server.hpp"
#include "net/scripted.hpp"
#include "net/system_clock.hpp"
#include "service/cloud_event.hpp"
#include "service/events.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace regent::service;
using namespace regent::service::testing;
using namespace std::chrono_literals;
using regent::net::test::answer;
using regent::net::test::FakeServer;
using regent::net::test::Received;
using regent::net::test::response;
using regent::net::test::ScriptedTransport;
using regent::net::test::silence;
namespace net = regent::net;
namespace fs = std::filesystem;

namespace {

constexpr auto secret_part = "T0CANARY0/B0CANARY/sesame";

Receiver receiver(Receiver::Type type, std::string url, std::string key = "") {
    Receiver made;
    made.name = "ops";
    made.type = type;
    made.address = parse_receiver_address(net::Secret(std::move(url))).value();
    made.signing_key = net::Secret(std::move(key));
    return made;
}

std::vector<Receiver> one(Receiver made) {
    std::vector<Receiver> all;
    all.push_back(std::move(made));
    return all;
}

/// What the listener was told, from any thread.
class Heard {
public:
    NotificationListener listener() {
        return {[this](auto, const std::string& text) {
                    const std::lock_guard lock(mutex_);
                    notes_.push_back(text);
                    changed_.notify_all();
                },
                [this](std::string_view name, std::string_view result) {
                    const std::lock_guard lock(mutex_);
                    results_.push_back(std::string(name) + " " + std::string(result));
                    changed_.notify_all();
                }};
    }
    bool wait_for(const std::string& result, std::size_t times = 1) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 20s, [&] {
            return static_cast<std::size_t>(std::count(results_.begin(), results_.end(), result)) >= times;
        });
    }
    [[nodiscard]] std::vector<std::string> notes() const {
        const std::lock_guard lock(mutex_);
        return notes_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> notes_, results_;
};

/// Hurried: waits of a millisecond.
NotificationPatience hurried() {
    NotificationPatience patience;
    patience.first_wait = 1ms;
    patience.longest_wait = 2ms;
    patience.longest_retry_after = 3ms;
    return patience;
}

/// Owned by the test, seen by the channel.
class Borrowed final : public net::Transport {
public:
    explicit Borrowed(net::Transport& real) : real_(real) {}
    net::Outcome send(const net::Request& request) override { return real_.send(request); }

private:
    net::Transport& real_;
};

Notifications::MakeTransport borrowed(net::Transport& real) {
    return [&real](const Receiver&) { return std::make_unique<Borrowed>(real); };
}

/// An event like no other.
regent::controller::Event numbered(int number) {
    auto event = drift();
    event.path = std::to_string(number);
    return event;
}

}  // namespace

TEST_CASE("a signed CloudEvent arrives over HTTP", "[service][notifications]") {
    FakeServer server([](regent::net::test::Peer& peer, const Received&) { peer.write(response(202, "")); });
    net::SystemRng rng;
    Heard heard;
    {
        Notifications notifications(
            one(receiver(Receiver::Type::webhook, server.origin() + "/hook?sig=x", "a key of some length")),
            {"id1", "0.1.0"}, curl_to_receiver(rng, "", ""), rng, heard.listener());
        notifications.on_event(drift());
        CHECK(heard.wait_for("ops ok"));
    }
    const auto received = server.received();
    REQUIRE(received.size() == 1);
    CHECK(received[0].method == "POST");
    CHECK(received[0].target == "/hook?sig=x");
    CHECK(received[0].header("Content-Type") == "application/cloudevents+json; charset=utf-8");
    CHECK(received[0].header("User-Agent") == "regent/0.1.0");
    CHECK(received[0].header(signature_header) == signature_of(received[0].body, "a key of some length"));
    CHECK(nlohmann::json::parse(received[0].body).at("type") == "regent.drift.v1");
    CHECK(heard.notes().empty());
}

TEST_CASE("the status alone says whether a receiver took it, whatever its body is like", "[service][notifications]") {
    const std::string answer = GENERATE(std::string("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok"),
                                        std::string("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                                        std::string("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\ncut sh"),
                                        std::string("HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b"),
                                        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(300'000, 'x'),
                                        std::string("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nok"));
    CAPTURE(answer.substr(0, 60));
    std::atomic<int> posted = 0;
    FakeServer server([&](regent::net::test::Peer& peer, const Received&) {
        ++posted;
        peer.write(answer);
        peer.close();
    });
    net::SystemRng rng;
    Heard heard;
    {
        Notifications notifications(one(receiver(Receiver::Type::webhook, server.origin() + "/x", "key")),
                                    {"id1", "0.1.0"}, curl_to_receiver(rng, "", ""), rng, heard.listener(), hurried());
        notifications.on_event(drift());
        CHECK(heard.wait_for("ops ok"));
    }
    CHECK(posted == 1);
    CHECK(heard.notes().empty());
}

TEST_CASE("an answer without a length that says no is a no, and half a header section is no answer",
          "[service][notifications]") {
    const auto refuses = GENERATE(true, false);
    std::atomic<int> posted = 0;
    FakeServer server([&](regent::net::test::Peer& peer, const Received&) {
        ++posted;
        peer.write(refuses ? "HTTP/1.0 500 Oh\r\n\r\nno" : "HTTP/1.0 200 OK\r\nContent-Ty");
        peer.close();
    });
    net::SystemRng rng;
    Heard heard;
    auto patience = hurried();
    patience.tries = 2;
    Notifications notifications(one(receiver(Receiver::Type::webhook, server.origin() + "/x", "key")), {"id1", "0.1.0"},
                                curl_to_receiver(rng, "", ""), rng, heard.listener(), patience);
    notifications.on_event(drift());
    CHECK(heard.wait_for("ops failed"));
    CHECK(posted == 2);
}

TEST_CASE("each type of receiver gets its own body; only webhooks are signed", "[service][notifications]") {
    const auto slack = notification_request(receiver(Receiver::Type::slack, "https://hooks.example/x", "key"),
                                            {drift(), 0, 0}, {"id1", "0.1.0"});
    CHECK(nlohmann::json::parse(slack.body).contains("blocks"));
    CHECK_FALSE(net::find_header(slack.headers, signature_header));
    const auto teams = notification_request(receiver(Receiver::Type::teams, "https://hooks.example/x"), {drift(), 0, 0},
                                            {"id1", "0.1.0"});
    CHECK(nlohmann::json::parse(teams.body).contains("attachments"));
    const auto webhook = notification_request(receiver(Receiver::Type::webhook, "https://hooks.example/x"),
                                              {drift(), 0, 0}, {"id1", "0.1.0"});
    CHECK(nlohmann::json::parse(webhook.body).contains("specversion"));
    CHECK_FALSE(net::find_header(webhook.headers, signature_header));
}

TEST_CASE("throttling, server errors and a dead line are tried again", "[service][notifications]") {
    ScriptedTransport transport([](const net::Request&, int number) {
        switch (number) {
            case 1:
                return answer(429, "", {{"Retry-After", "3600"}});
            case 2:
                return answer(503);
            case 3:
                return silence(net::Fate::unknown);
            case 4:
                return silence(net::Fate::not_sent);
            default:
                return answer(200, "ok");
        }
    });
    net::test::CountingRng rng;
    Heard heard;
    Notifications notifications(one(receiver(Receiver::Type::slack, "https://hooks.example/x")), {"id1", "0.1.0"},
                                borrowed(transport), rng, heard.listener(), hurried());
    notifications.on_event(drift());
    CHECK(heard.wait_for("ops ok"));
    CHECK(transport.count() == 5);
    // The same body, so that a receiver can drop a repeat.
    for (const auto& request : transport.requests()) CHECK(request.body == transport.requests().front().body);
}

TEST_CASE("what a receiver refuses is not tried again, and said once without its address", "[service][notifications]") {
    std::atomic<int> status = 404;
    ScriptedTransport transport([&](const net::Request&, int) { return answer(status); });
    net::test::CountingRng rng;
    Heard heard;
    Notifications notifications(
        one(receiver(Receiver::Type::slack, std::string("https://hooks.example/services/") + secret_part)),
        {"id1", "0.1.0"}, borrowed(transport), rng, heard.listener(), hurried());
    notifications.on_event(numbered(1));
    notifications.on_event(numbered(2));
    CHECK(heard.wait_for("ops failed", 2));
    CHECK(transport.count() == 2);
    status = 200;
    notifications.on_event(numbered(3));
    CHECK(heard.wait_for("ops ok"));
    notifications.on_event(numbered(4));
    CHECK(heard.wait_for("ops ok", 2));
    const auto notes = heard.notes();
    REQUIRE(notes.size() == 2);
    CHECK(notes[0] == "notification `ops`: the receiver answered 404; given up after 1 try");
    CHECK(notes[1] == "notification `ops`: works again");
}

TEST_CASE("a failed request names neither host nor path of its receiver", "[service][notifications]") {
    net::SystemRng rng;
    Heard heard;
    auto patience = hurried();
    patience.tries = 1;
    const auto closed = "http://127.0.0.1:" + std::to_string(net::test::closed_port()) + "/services/" + secret_part +
                        "?api-version=1&sig=sesame";
    Notifications notifications(one(receiver(Receiver::Type::slack, closed)), {"id1", "0.1.0"},
                                curl_to_receiver(rng, "", ""), rng, heard.listener(), patience);
    notifications.on_event(drift());
    REQUIRE(heard.wait_for("ops failed"));
    REQUIRE(heard.notes().size() == 1);
    CHECK(heard.notes()[0] == "notification `ops`: nothing accepts connections there; given up after 1 try");
}

TEST_CASE("a receiver that hangs delays neither the caller, nor other receivers, nor the end",
          "[service][notifications]") {
    std::atomic<int> arrived = 0;
    FakeServer hanging([&](regent::net::test::Peer& peer, const Received&) {
        ++arrived;
        peer.wait_for_hang_up();
    });
    FakeServer healthy([](regent::net::test::Peer& peer, const Received&) { peer.write(response(200, "ok")); });
    net::SystemRng rng;
    Heard heard;
    std::vector<Receiver> receivers;
    receivers.push_back(receiver(Receiver::Type::slack, hanging.origin() + "/x"));
    receivers.push_back(receiver(Receiver::Type::slack, healthy.origin() + "/x"));
    receivers.back().name = "healthy";
    auto notifications = std::make_unique<Notifications>(std::move(receivers), Sender{"id1", "0.1.0"},
                                                         curl_to_receiver(rng, "", ""), rng, heard.listener());
    const auto began = std::chrono::steady_clock::now();
    for (int number = 0; number < 50; ++number) notifications->on_event(numbered(number));
    CHECK(std::chrono::steady_clock::now() - began < 1s);
    CHECK(heard.wait_for("healthy ok", 50));
    while (arrived == 0) std::this_thread::sleep_for(5ms);
    const auto stopping = std::chrono::steady_clock::now();
    notifications.reset();
    const auto took = std::chrono::steady_clock::now() - stopping;
    INFO(std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");
    CHECK(took < 5s);  // two, on a machine with nothing else to do
}

TEST_CASE("what waits is sent before the end", "[service][notifications]") {
    FakeServer server([](regent::net::test::Peer& peer, const Received&) { peer.write(response(200, "ok")); });
    net::SystemRng rng;
    Heard heard;
    {
        Notifications notifications(one(receiver(Receiver::Type::slack, server.origin() + "/x")), {"id1", "0.1.0"},
                                    curl_to_receiver(rng, "", ""), rng, heard.listener());
        for (int number = 0; number < 5; ++number) notifications.on_event(numbered(number));
    }
    CHECK(server.received().size() == 5);
}

TEST_CASE("a full queue loses its oldest notices, and the next one says how many", "[service][notifications]") {
    std::mutex gate;
    gate.lock();
    std::atomic<int> arrived = 0;
    ScriptedTransport transport([&](const net::Request&, int) {
        ++arrived;
        const std::lock_guard wait(gate);
        return answer(200, "ok");
    });
    net::test::CountingRng rng;
    Heard heard;
    auto patience = hurried();
    patience.queue_limit = 3;
    Notifications notifications(one(receiver(Receiver::Type::webhook, "https://hooks.example/x")), {"id1", "0.1.0"},
                                borrowed(transport), rng, heard.listener(), patience);
    notifications.on_event(numbered(0));
    while (arrived == 0) std::this_thread::sleep_for(1ms);
    for (int number = 1; number <= 10; ++number) notifications.on_event(numbered(number));
    gate.unlock();
    CHECK(heard.wait_for("ops ok", 4));
    CHECK(heard.wait_for("ops dropped", 7));
    const auto requests = transport.requests();
    REQUIRE(requests.size() == 4);
    const auto second = nlohmann::json::parse(requests[1].body);
    CHECK(second.at("data").at("path") == "8");
    CHECK(second.at("data").at("dropped") == 7);
    CHECK_FALSE(nlohmann::json::parse(requests[2].body).at("data").contains("dropped"));
}

TEST_CASE("addresses are read strictly, and their errors do not repeat them", "[service][notifications]") {
    const auto parsed = parse_receiver_address(net::Secret(std::string("https://hooks.slack.com/services/T/B/x?a=b")));
    REQUIRE(parsed);
    CHECK(parsed->origin.reveal() == "https://hooks.slack.com");
    CHECK(parsed->target.reveal() == "/services/T/B/x?a=b");
    CHECK(parse_receiver_address(net::Secret(std::string("https://h.example?x=1"))).value().target.reveal() == "/?x=1");
    CHECK(parse_receiver_address(net::Secret(std::string("http://127.0.0.1:9/x"))));
    for (const auto* wrong : {"", "sesame", "http://hooks.example/sesame", "ftp://hooks.example/sesame",
                              "https://user:sesame@hooks.example/", "https://hooks.example/sesame space",
                              "https://hooks.example/sesame#x", "https:///sesame"}) {
        INFO(wrong);
        const auto refused = parse_receiver_address(net::Secret(std::string(wrong)));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().find("sesame") == std::string::npos);
    }
}

TEST_CASE("a receiver comes from the configuration and its credentials", "[service][notifications]") {
    const auto directory = fs::temp_directory_path() / ("regent-credentials-" + std::to_string(::getpid()));
    fs::create_directories(directory);
    const auto write = [&](const std::string& name, const std::string& text, mode_t mode = 0600) {
        fs::remove(directory / name);
        std::ofstream(directory / name, std::ios::binary) << text;
        ::chmod((directory / name).c_str(), mode);
    };
    regent::model::NotificationSink sink;
    sink.name = "ops";
    sink.type = Receiver::Type::webhook;
    sink.url_credential = "ops-url";
    sink.hmac_credential = "ops-key";
    sink.minimum_severity = "error";
    sink.kinds = {"Connector"};

    write("ops-url", "https://hooks.example/sesame\n");
    write("ops-key", "0123456789abcdef0123456789abcdef\n");
    const auto made = receiver_from(sink, directory.string());
    REQUIRE(made);
    CHECK(made->address.target.reveal() == "/sesame");
    CHECK(made->signing_key.reveal() == "0123456789abcdef0123456789abcdef");
    CHECK(made->filter.minimum == regent::controller::EventSeverity::error);
    CHECK(made->filter.kinds == std::vector<std::string>{"Connector"});

    const auto refusal = [&] {
        const auto refused = receiver_from(sink, directory.string());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().find("sesame") == std::string::npos);
        return refused.error().substr(0, refused.error().find(" (mode"));
    };
    const auto url_file = (directory / "ops-url").string();
    write("ops-url", "https://hooks.example/sesame\n", 0644);
    CHECK(refusal() == "notification `ops`: " + url_file + " can be read or changed by others on this machine");
    write("ops-url", "http://hooks.example/sesame\n");
    CHECK(refusal() ==
          "notification `ops`: the credential ops-url: it must begin with https: whoever reads it on the way can write "
          "to the channel");
    write("ops-url", "https://hooks.example/sesame\nsecond\n");
    CHECK(refusal() == "notification `ops`: " + url_file + " has more than one line");
    write("ops-url", "\n");
    CHECK(refusal() == "notification `ops`: " + url_file + " is empty");
    write("ops-url", std::string(5000, 'x'));
    CHECK(refusal() == "notification `ops`: " + url_file + " is too long to be an address or a key");
    fs::remove(directory / "ops-url");
    CHECK(refusal() == "notification `ops`: cannot read " + url_file + ": No such file or directory");
    fs::remove_all(directory);
}
