#pragma once

#include "model/local_delivery.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace regent::model {

/// A time in which the service changes nothing: it goes on looking and reporting. Times are UTC.
struct FreezeWindow {
    std::string name;                       ///< shown as the reason
    std::vector<std::string> environments;  ///< empty: all
    /// Once: from `from` until `to`.
    std::optional<std::chrono::sys_seconds> from, to;
    /// Every week: begins on each of `days` (0 is Sunday) at `start`, ends at the next `end` after that. Used when
    /// `from` and `to` are not set.
    std::vector<unsigned> days;
    std::chrono::minutes start{0}, end{0};  ///< since midnight
};

/// Where notifications go. The address is a secret and lives in a credential of that name.
struct NotificationSink {
    enum class Type { webhook, slack, teams };
    std::string name;
    Type type = Type::webhook;
    std::string url_credential;   ///< file in $CREDENTIALS_DIRECTORY that holds the URL
    std::string hmac_credential;  ///< for webhooks: file with the key of the signature; empty: unsigned
    std::string minimum_severity = "warning";
    std::vector<std::string> environments;  ///< empty: all
    std::vector<std::string> kinds;         ///< empty: all
};

/// A branch or tag of a repository to follow.
struct GitSource {
    std::string url, branch, tag, path, user;
    std::chrono::seconds fetch_interval{60};
    bool verify_head = false;
    std::string openpgp_keyring, ssh_allowed_signers, allow_rewind;
};

/// What the service does and where its things are: /etc/regent/regent.yaml, kind Daemon.
struct DaemonConfiguration {
    std::string name = "regent";  ///< of the instance; in notifications

    using Git = GitSource;
    std::optional<Git> git;
    std::string directory;  ///< instead of git
    std::chrono::milliseconds settle{500};

    std::vector<std::string> environments;  ///< empty: all that the source has
    enum class Mode { plan, apply };
    Mode mode = Mode::plan;
    std::chrono::seconds interval{60};
    std::chrono::seconds full_read_interval{std::chrono::minutes(15)};  ///< 0: every look is one
    int parallel = 4;
    std::vector<FreezeWindow> freeze;
    std::string http_listen = "127.0.0.1:9477";  ///< "none": no HTTP
    std::string socket;                          ///< empty: $RUNTIME_DIRECTORY/regent.sock
    std::string socket_group = "regent-admin";
    std::vector<NotificationSink> notifications;
    bool batch_writes = false;
    std::string transport, proxy, ca_file;  ///< no transport: the one that was chosen at the build
    std::chrono::seconds request_timeout{60}, replication_grace{120};
    std::chrono::seconds warn_before_expiry{std::chrono::hours(24 * 14)};
    LocalDelivery delivery;
};

}  // namespace regent::model
