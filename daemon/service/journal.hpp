#pragma once

#include "controller/event.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::service {

/// Where what happens is written.
enum class LogTarget {
    journal,   ///< structured entries, over the journal's own socket
    prefixed,  ///< lines "<4>…" on stderr, when that leads to the journal and its socket cannot be reached
    plain      ///< lines with their time on stderr: a terminal, a container, a file
};

/// `journal_stream`: the variable JOURNAL_STREAM, "device:inode" of the stream that systemd connected, or nullptr. Only
/// when it is what `fd` leads to does the journal read us; a variable inherited past a redirection does not count.
/// https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html#$JOURNAL_STREAM
[[nodiscard]] bool leads_to_journal(const char* journal_stream, int fd) noexcept;

using JournalFields = std::vector<std::pair<std::string, std::string>>;

/// The entry of `event`, every foreign text as shown() makes it. Fields with nothing to say are left out.
[[nodiscard]] JournalFields journal_fields(const controller::Event& event);
/// `fields` as journald reads them. https://systemd.io/JOURNAL_NATIVE_PROTOCOL
[[nodiscard]] std::string native_entry(const JournalFields& fields);

/// "2026-09-14T03:44:11Z warning prod: Application/orders-api drifted: … [run 1147]", without a line feed.
[[nodiscard]] std::string plain_line(const controller::Event& event);
/// "<4>prod: Application/orders-api drifted: …": the priority in the form of sd-daemon(3).
[[nodiscard]] std::string prefixed_line(const controller::Event& event);

/// Syslog's priority of `event`: as the table says for its type, and at least 4 for a warning and 3 for an error.
[[nodiscard]] int priority_of(const controller::Event& event) noexcept;

/// Writes every event into the journal, or to stderr where there is none.
///
/// Speaks journald's own protocol: it is promised to stay, as that of the service manager is, and needs no libsystemd
/// (see ServiceManager). An entry that the socket does not take within a second goes to stderr, so nothing is lost
/// while journald is restarted.
class Journal final : public controller::EventSink {
public:
    /// As the environment says: JOURNAL_STREAM and stderr.
    [[nodiscard]] static Journal from_environment();
    /// `socket`: journald's, used with LogTarget::journal only. `fd`: where lines go.
    Journal(LogTarget target, std::string socket, int fd);
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;
    ~Journal() override;

    void on_event(const controller::Event& event) override;

    /// A line that is no event: what an operator wants to read when something is looked for.
    void note(controller::EventSeverity severity, std::string_view text);

    [[nodiscard]] LogTarget target() const noexcept { return target_; }

private:
    bool send(const std::string& entry) const;
    void write_line(const std::string& line) const;

    LogTarget target_;
    std::string path_;
    int socket_ = -1;
    int fd_ = 2;
};

}  // namespace regent::service
