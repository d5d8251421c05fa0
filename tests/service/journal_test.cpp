#include "service/journal.hpp"

#include "service/datagrams.hpp"
#include "service/event_words.hpp"
#include "service/events.hpp"
#include "service/journal_events.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <map>
#include <set>
#include <string>

using namespace regent::service;
using namespace regent::service::testing;
using regent::controller::EventSeverity;
using regent::controller::EventType;

namespace {

constexpr auto drift_sentence =
    "prod: Application/orders-api drifted: federatedCredentials has \"manual-test\", which no file declares; it will "
    "be "
    "removed";

/// Both ends of a pipe, and what was written into it.
class Pipe {
public:
    Pipe() { REQUIRE(::pipe(ends_.data()) == 0); }
    ~Pipe() {
        ::close(ends_[0]);
        ::close(ends_[1]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    [[nodiscard]] int write_end() const { return ends_[1]; }
    [[nodiscard]] std::string text() const {
        std::array<char, 8192> buffer{};
        const auto size = ::read(ends_[0], buffer.data(), buffer.size());
        return {buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    }

private:
    std::array<int, 2> ends_{};
};

}  // namespace

TEST_CASE("a drift is in the journal with everything to search for", "[service][journal]") {
    Listener journald(fresh_path());
    Journal journal(LogTarget::journal, journald.address(), STDERR_FILENO);
    journal.on_event(drift());
    CHECK(journald.next() == std::string("MESSAGE=") + drift_sentence +
                                 "\n"
                                 "MESSAGE_ID=3585d5ae4c4b4155937978fb8f78f187\n"
                                 "PRIORITY=4\n"
                                 "SYSLOG_IDENTIFIER=regent\n"
                                 "REGENT_EVENT=drift\n"
                                 "REGENT_EVENT_ID=1147-2\n"
                                 "REGENT_ENVIRONMENT=prod\n"
                                 "REGENT_KIND=Application\n"
                                 "REGENT_NAME=orders-api\n"
                                 "REGENT_REASON=Drifted\n"
                                 "REGENT_PATH=federatedCredentials/manual-test\n"
                                 "REGENT_ACTION=revert\n"
                                 "REGENT_REVISION=9b1e77d0c0ffee\n"
                                 "REGENT_RUN=1147\n"
                                 "REGENT_REQUEST_ID=a7a3f0b2\n"
                                 "DOCUMENTATION=man:regent-reasons(7)\n");
    journal.note(EventSeverity::warning, "the socket\nof the status page is busy");
    CHECK(journald.next() ==
          "MESSAGE=the socket\u240aof the status page is busy\nPRIORITY=4\nSYSLOG_IDENTIFIER=regent\n");
}

TEST_CASE("no foreign text forges a field, a line or a colour of the journal", "[service][journal]") {
    auto event = drift();
    const std::string evil = "x\nPRIORITY=0\nMESSAGE_ID=forged\r\x1b[31m\u0085\u202egnp\u200f\x7f";
    event.environment = event.reason = event.path = event.action = event.revision = event.request_id = event.id = evil;
    event.address = regent::model::Address{evil, evil};
    event.message = evil;
    const auto entry = native_entry(journal_fields(event));
    std::map<std::string, int> names;
    std::size_t begin = 0;
    while (begin < entry.size()) {
        const auto end = entry.find('\n', begin);
        const auto line = entry.substr(begin, end - begin);
        REQUIRE(line.find('=') != std::string::npos);
        ++names[line.substr(0, line.find('='))];
        begin = end + 1;
    }
    CHECK(names.size() == 16);
    for (const auto& [name, count] : names) {
        INFO(name);
        CHECK(count == 1);
    }
    for (const auto& text : {entry, plain_line(event), prefixed_line(event)}) {
        CHECK(text.find_first_of("\r\x1b\x7f") == std::string::npos);
        CHECK(text.find("\u202e") == std::string::npos);
        CHECK(text.find("\u200f") == std::string::npos);
        CHECK(text.find("\u0085") == std::string::npos);
    }
    CHECK(plain_line(event).find('\n') == std::string::npos);
    CHECK(prefixed_line(event).find('\n') == std::string::npos);
}

TEST_CASE("a long name is cut, a long message later", "[service][journal]") {
    auto event = drift();
    event.address->name = std::string(5000, 'n');
    event.message = std::string(100'000, 'm');
    for (const auto& [name, value] : journal_fields(event)) {
        INFO(name);
        CHECK(value.size() <= (name == "MESSAGE" ? 2500 : 200));
    }
    CHECK(native_entry(journal_fields(event)).size() < 8192);
}

TEST_CASE("a value of several lines goes by its length", "[service][journal]") {
    CHECK(native_entry({{"MESSAGE", "a\nb"}}) == std::string("MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n", 20));
}

TEST_CASE("without a journal, events are lines with their time", "[service][journal]") {
    const Pipe pipe;
    Journal journal(LogTarget::plain, "", pipe.write_end());
    journal.on_event(drift());
    CHECK(pipe.text() == std::string("2026-09-14T03:44:11Z warning ") + drift_sentence + " [run 1147]\n");
}

TEST_CASE("while journald cannot be reached, lines with priorities go to stderr", "[service][journal]") {
    const Pipe pipe;
    const auto address = fresh_path();
    Journal journal(LogTarget::journal, address, pipe.write_end());
    journal.on_event(drift());
    CHECK(pipe.text() == std::string("<4>") + drift_sentence + " [run 1147]\n");
    journal.note(EventSeverity::error, "cannot write the database");
    CHECK(pipe.text() == "<3>cannot write the database\n");
    // It is back.
    Listener journald(address);
    journal.on_event(drift());
    CHECK(journald.next().has_value());
}

TEST_CASE("JOURNAL_STREAM counts for the stream it names only", "[service][journal]") {
    const Pipe pipe;
    struct stat found {};
    REQUIRE(::fstat(pipe.write_end(), &found) == 0);
    const auto right = fmt::format("{}:{}", found.st_dev, found.st_ino);
    CHECK(leads_to_journal(right.c_str(), pipe.write_end()));
    CHECK_FALSE(leads_to_journal(fmt::format("{}:{}", found.st_dev, found.st_ino + 1).c_str(), pipe.write_end()));
    CHECK_FALSE(leads_to_journal((right + " ").c_str(), pipe.write_end()));
    for (const auto* wrong : {"", ":", "8", "8:", "8:x", ":8", "-1:-1"}) {
        CHECK_FALSE(leads_to_journal(wrong, pipe.write_end()));
    }
    CHECK_FALSE(leads_to_journal(nullptr, pipe.write_end()));
    CHECK_FALSE(leads_to_journal(right.c_str(), -1));
}

TEST_CASE("every type of event has an id of its own and words", "[service][journal]") {
    std::set<std::string_view> ids;
    for (int number = 0; number <= static_cast<int>(EventType::state_damaged); ++number) {
        const auto type = static_cast<EventType>(number);
        const auto name = regent::controller::to_string(type);
        INFO(name);
        const auto* known = journal_event(name);
        REQUIRE(known != nullptr);
        CHECK(known->id.size() == 32);
        CHECK(known->id.find_first_not_of("0123456789abcdef") == std::string_view::npos);
        ids.insert(known->id);
        CHECK(words_for(type) != "something happened");
    }
    CHECK(ids.size() == journal_events.size());
}

TEST_CASE("an event is at least as urgent as its severity", "[service][journal]") {
    auto event = drift();
    event.severity = EventSeverity::info;
    CHECK(priority_of(event) == 4);
    event.severity = EventSeverity::error;
    CHECK(priority_of(event) == 3);
    event.type = EventType::started;
    event.severity = EventSeverity::info;
    CHECK(priority_of(event) == 6);
}

TEST_CASE("a sentence says what happened to whom, and nothing twice", "[service][journal]") {
    auto event = drift();
    CHECK(sentence_of(event) == drift_sentence);
    event.message = "Application/orders-api was changed by somebody else";
    CHECK(sentence_of(event) == "prod: Application/orders-api was changed by somebody else");
    event.address.reset();
    event.type = EventType::run_failed;
    event.message = "sign-in failed";
    CHECK(sentence_of(event) == "prod: run failed: sign-in failed");
    event.message = "prod: cannot read the tenant";
    CHECK(sentence_of(event) == "prod: cannot read the tenant");
    event.type = EventType::refused;
    event.message = "plan ad9b513c for prod was refused";
    CHECK(sentence_of(event) == "plan ad9b513c for prod was refused");
    event.environment.clear();
    event.message = "main@51c1c81 has errors and is not applied";
    CHECK(sentence_of(event) == "main@51c1c81 has errors and is not applied");
    event.type = EventType::started;
    event.message.clear();
    CHECK(sentence_of(event) == "regent started");
}
