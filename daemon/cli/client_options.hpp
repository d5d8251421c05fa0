#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace regent::cli {

// What the commands that ask the running service accept, besides GlobalOptions.

struct ClientOptions {
    std::filesystem::path socket;  ///< --socket; empty: see default_socket()
};

struct StatusOptions {
    bool exit_code = false;  ///< 2 when something is not ready
};

struct GetOptions {
    std::string what;  ///< KIND, KIND/NAME, or empty for everything
    bool watch = false;
};

struct EventsOptions {
    std::string object;                         ///< --for KIND/NAME
    std::optional<std::chrono::seconds> since;  ///< how long ago
    std::string severity;                       ///< this one and worse
    bool watch = false;
};

struct HistoryOptions {
    std::vector<std::string> words;  ///< nothing, KIND/NAME, or "show" and a run's id
    std::size_t limit = 20;
    std::optional<std::chrono::seconds> since;
};

struct WaitOptions {
    std::string what;
    std::string condition = "Ready";  ///< "Ready", "Synced=False"
    std::chrono::seconds timeout{300};
};

struct ReconcileOptions {
    std::string what;  ///< KIND/NAME, or empty
    bool wait = false, fetch = false, create_again = false;
    std::chrono::seconds timeout{900};  ///< of --wait
};

struct RotateOptions {
    std::string application;  ///< NAME or Application/NAME
    std::string secret;
    std::optional<std::chrono::seconds> keep_old;
    bool direct = false;  ///< with the caller's own credentials, not by the service
    bool yes = false;     ///< the last three count for --direct only
    std::string expect_plan;
    std::filesystem::path machine_configuration;
    std::chrono::seconds timeout{900};
};

struct LoginOptions {
    bool by_service = false;  ///< the running service keeps the sign-in, not this command
};

struct PauseOptions {
    std::string what;
    bool all = false;
    std::string reason;
    std::optional<std::chrono::seconds> duration;
};

struct ResumeOptions {
    std::string what;
    bool all = false;
};

}  // namespace regent::cli
