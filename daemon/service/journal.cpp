#include "service/journal.hpp"

#include "service/event_words.hpp"
#include "service/journal_events.hpp"
#include "service/shown_text.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace regent::service {

namespace {

constexpr std::string_view journald_socket = "/run/systemd/journal/socket";

int least_urgency(controller::EventSeverity severity) noexcept {
    switch (severity) {
        case controller::EventSeverity::info:
            return 6;
        case controller::EventSeverity::warning:
            return 4;
        case controller::EventSeverity::error:
            return 3;
    }
    return 6;
}

std::string with_priority(int priority, const std::string& text) {
    return fmt::format("<{}>{}", priority, text);
}

std::string with_time(controller::EventSeverity severity, const std::string& text,
                      std::chrono::system_clock::time_point time) {
    return fmt::format("{} {} {}", utc_text(time), controller::to_string(severity), text);
}

// The number of the run leads from a line to `regent history`; the journal has it as a field.
std::string with_run(std::string text, std::int64_t run) {
    if (run != 0) text += fmt::format(" [run {}]", run);
    return text;
}

}  // namespace

bool leads_to_journal(const char* journal_stream, int fd) noexcept {
    if (journal_stream == nullptr) return false;
    const auto* end = journal_stream + std::strlen(journal_stream);
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    const auto first = std::from_chars(journal_stream, end, device);
    if (first.ec != std::errc{} || first.ptr == end || *first.ptr != ':') return false;
    const auto second = std::from_chars(first.ptr + 1, end, inode);
    if (second.ec != std::errc{} || second.ptr != end) return false;
    struct stat found {};
    return ::fstat(fd, &found) == 0 && found.st_dev == device && found.st_ino == inode;
}

int priority_of(const controller::Event& event) noexcept {
    const auto* known = journal_event(controller::to_string(event.type));
    const auto urgency = least_urgency(event.severity);
    return known == nullptr ? urgency : std::min(known->priority, urgency);
}

JournalFields journal_fields(const controller::Event& event) {
    JournalFields fields;
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) fields.emplace_back(name, shown(value));
    };
    const auto name = controller::to_string(event.type);
    fields.emplace_back("MESSAGE", sentence_of(event));
    if (const auto* known = journal_event(name)) add("MESSAGE_ID", known->id);
    add("PRIORITY", std::to_string(priority_of(event)));
    add("SYSLOG_IDENTIFIER", "regent");
    add("REGENT_EVENT", name);
    add("REGENT_EVENT_ID", event.id);
    add("REGENT_ENVIRONMENT", event.environment);
    if (event.address) {
        add("REGENT_KIND", event.address->kind);
        add("REGENT_NAME", event.address->name);
    }
    add("REGENT_REASON", event.reason);
    add("REGENT_PATH", event.path);
    add("REGENT_ACTION", event.action);
    add("REGENT_REVISION", event.revision);
    if (event.run != 0) add("REGENT_RUN", std::to_string(event.run));
    add("REGENT_REQUEST_ID", event.request_id);
    add("DOCUMENTATION", event.reason.empty() ? "man:regent.service(8)" : "man:regent-reasons(7)");
    return fields;
}

std::string native_entry(const JournalFields& fields) {
    std::string entry;
    for (const auto& [name, value] : fields) {
        entry += name;
        if (value.find('\n') == std::string::npos) {
            entry += '=';
        } else {
            // A value of several lines goes by its length, as 64 bits in little endian.
            entry += '\n';
            for (int byte = 0; byte < 8; ++byte) entry += static_cast<char>((value.size() >> (8 * byte)) & 0xFF);
        }
        entry += value;
        entry += '\n';
    }
    return entry;
}

std::string plain_line(const controller::Event& event) {
    return with_time(event.severity, with_run(sentence_of(event), event.run), event.time);
}

std::string prefixed_line(const controller::Event& event) {
    return with_priority(priority_of(event), with_run(sentence_of(event), event.run));
}

Journal Journal::from_environment() {
    const bool journal = leads_to_journal(std::getenv("JOURNAL_STREAM"), STDERR_FILENO);
    return {journal ? LogTarget::journal : LogTarget::plain, std::string(journald_socket), STDERR_FILENO};
}

Journal::Journal(LogTarget target, std::string socket, int fd) : target_(target), path_(std::move(socket)), fd_(fd) {
    if (target_ != LogTarget::journal || path_.empty() || path_.size() >= sizeof(sockaddr_un::sun_path)) return;
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) return;
    const timeval patience{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

Journal::~Journal() {
    if (socket_ >= 0) ::close(socket_);
}

void Journal::on_event(const controller::Event& event) {
    switch (target_) {
        case LogTarget::journal:
            if (send(native_entry(journal_fields(event)))) return;
            [[fallthrough]];
        case LogTarget::prefixed:
            return write_line(prefixed_line(event));
        case LogTarget::plain:
            return write_line(plain_line(event));
    }
}

void Journal::note(controller::EventSeverity severity, std::string_view text) {
    const auto line = shown(text, max_sentence_bytes);
    if (target_ == LogTarget::plain) return write_line(with_time(severity, line, std::chrono::system_clock::now()));
    const auto priority = least_urgency(severity);
    if (target_ == LogTarget::journal &&
        send(native_entry(
            {{"MESSAGE", line}, {"PRIORITY", std::to_string(priority)}, {"SYSLOG_IDENTIFIER", "regent"}}))) {
        return;
    }
    write_line(with_priority(priority, line));
}

bool Journal::send(const std::string& entry) const {
    if (socket_ < 0) return false;
    // By name each time rather than connected once: the socket may be bound anew while we run.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    ssize_t sent = 0;
    do {
        sent = ::sendto(socket_, entry.data(), entry.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address),
                        sizeof address);
    } while (sent < 0 && errno == EINTR);
    return sent == static_cast<ssize_t>(entry.size());
}

void Journal::write_line(const std::string& line) const {
    const auto text = line + '\n';
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto written = ::write(fd_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;  // nobody reads: there is nowhere left to complain
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace regent::service
