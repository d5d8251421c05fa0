#include "service/sd_notify.hpp"

#include "service/datagrams.hpp"
#include "service/shown_text.hpp"

#include <catch2/catch.hpp>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <regex>
#include <string>

using namespace regent::service;
using namespace regent::service::testing;
using namespace std::chrono_literals;

TEST_CASE("the service manager is told over a path and over an abstract socket alike", "[service][sd_notify]") {
    const auto address = GENERATE(fresh_path(), fresh_abstract_name());
    Listener systemd(address);
    const ServiceManager manager(address, 30s);
    REQUIRE(manager.present());
    CHECK(manager.watchdog_interval() == 30s);

    CHECK(manager.ready("prod main@4f2c1ab: 6 ready"));
    CHECK(systemd.next() == "READY=1\nSTATUS=prod main@4f2c1ab: 6 ready");
    CHECK(manager.status("prod: 5 ready, 1 failing"));
    CHECK(systemd.next() == "STATUS=prod: 5 ready, 1 failing");
    CHECK(manager.watchdog());
    CHECK(systemd.next() == "WATCHDOG=1");
    CHECK(manager.watchdog_trigger());
    CHECK(systemd.next() == "WATCHDOG=trigger");
    CHECK(manager.extend_timeout(20s));
    CHECK(systemd.next() == "EXTEND_TIMEOUT_USEC=20000000");
    CHECK(manager.stopping("finishing Connector/arm"));
    CHECK(systemd.next() == "STOPPING=1\nSTATUS=finishing Connector/arm");
}

TEST_CASE("a reload names its moment in the same datagram, on systemd's clock", "[service][sd_notify]") {
    Listener systemd(fresh_path());
    timespec before{};
    clock_gettime(CLOCK_MONOTONIC, &before);
    CHECK(ServiceManager(systemd.address(), {}).reloading());
    const auto told = systemd.next();
    REQUIRE(told);
    std::smatch found;
    REQUIRE(std::regex_match(*told, found, std::regex("RELOADING=1\nMONOTONIC_USEC=([0-9]+)")));
    const auto usec = std::stoll(found[1]);
    CHECK(usec >= before.tv_sec * 1'000'000LL);
    CHECK(usec < before.tv_sec * 1'000'000LL + 60'000'000LL);
}

TEST_CASE("a status cannot forge another message, and shows no credentials", "[service][sd_notify]") {
    Listener systemd(fresh_path());
    const ServiceManager manager(systemd.address(), {});
    CHECK(manager.status("bad\nREADY=1\nMAINPID=1 \x1b[31m"));
    CHECK(systemd.next() == "STATUS=bad\u240aREADY=1\u240aMAINPID=1 \u241b[31m");
    CHECK(manager.status("graph refused Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"));
    const auto told = systemd.next();
    REQUIRE(told);
    CHECK(told->find("eyJ") == std::string::npos);
    CHECK(manager.status(std::string(100'000, 'x')));
    const auto cut = systemd.next();
    REQUIRE(cut);
    CHECK(cut->size() == std::string("STATUS=").size() + 500);
}

TEST_CASE("without a service manager nothing is sent, and nothing fails", "[service][sd_notify]") {
    CHECK_FALSE(ServiceManager{}.ready("up"));
    CHECK_FALSE(ServiceManager("relative/path", {}).present());
    CHECK_FALSE(ServiceManager("vsock:2:1234", {}).present());
    CHECK_FALSE(ServiceManager("/" + std::string(200, 'x'), {}).present());
    // It was there and has gone: no signal, no exception.
    CHECK_FALSE(ServiceManager("/nonexistent/notify", {}).watchdog());

    ::unsetenv("NOTIFY_SOCKET");
    CHECK_FALSE(ServiceManager::from_environment().present());
}

TEST_CASE("the environment of a unit is understood", "[service][sd_notify]") {
    Listener systemd(fresh_abstract_name());
    ::setenv("NOTIFY_SOCKET", systemd.address().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "90000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    const auto manager = ServiceManager::from_environment();
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::unsetenv("WATCHDOG_PID");
    CHECK(manager.watchdog_interval() == 90s);
    CHECK(manager.watchdog());
    CHECK(systemd.next() == "WATCHDOG=1");
}

TEST_CASE("a watchdog is asked for by a good number, for this process", "[service][sd_notify]") {
    CHECK(watchdog_asked("2000000", nullptr, 7) == 2s);
    CHECK(watchdog_asked("2000000", "7", 7) == 2s);
    CHECK_FALSE(watchdog_asked("2000000", "8", 7));
    CHECK_FALSE(watchdog_asked("2000000", "seven", 7));
    CHECK_FALSE(watchdog_asked(nullptr, nullptr, 7));
    CHECK_FALSE(watchdog_asked("0", nullptr, 7));
    CHECK_FALSE(watchdog_asked("-1", nullptr, 7));
    CHECK_FALSE(watchdog_asked("2s", nullptr, 7));
    CHECK_FALSE(watchdog_asked("18446744073709551615", nullptr, 7));
}

TEST_CASE("foreign text is shown on one line, without tricks, and cut between characters", "[service][shown_text]") {
    CHECK(shown("orders-api") == "orders-api");
    CHECK(shown("a\r\n\tb\x7f") == "a\u240d\u240a\u2409b\u2421");
    CHECK(shown("a\u0085b\u009b31m") == "a<U+0085>b<U+009B>31m");
    CHECK(shown("a\u202eb\u2066c\u200ed\u200fe\u061cf") == "a<U+202E>b<U+2066>c<U+200E>d<U+200F>e<U+061C>f");
    CHECK(shown("a\u2028b") == "a<U+2028>b");
    CHECK(shown("a\xff") == "a\ufffd");
    CHECK(shown(std::string(200, 'x')) == std::string(200, 'x'));
    CHECK(shown(std::string(201, 'x')) == std::string(197, 'x') + "…");
    // 99 characters of two bytes and the ellipsis of three would be 201.
    std::string umlauts;
    for (int i = 0; i < 150; ++i) umlauts += "ä";
    const auto cut = shown(umlauts);
    CHECK(cut.size() == 199);
    CHECK(cut.substr(196) == "…");
}
