#include "service/daemon.hpp"

#include "controller/controller.hpp"
#include "controller/person_sign_in.hpp"
#include "controller/state_lock.hpp"
#include "net/system_clock.hpp"
#include "service/api.hpp"
#include "service/health.hpp"
#include "service/http_server.hpp"
#include "service/journal.hpp"
#include "service/metrics.hpp"
#include "service/notifications.hpp"
#include "service/person_sign_ins.hpp"
#include "service/sd_notify.hpp"
#include "service/status_page.hpp"
#include "store/service_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>

namespace regent::service {
namespace {

using namespace std::chrono_literals;
using Severity = controller::EventSeverity;

/// SIGTERM, SIGINT and SIGHUP are waited for, not handled: nothing happens in a signal handler.
class Signals {
public:
    Signals() {
        ::sigemptyset(&set_);
        for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set_, number);
        ::pthread_sigmask(SIG_BLOCK, &set_, nullptr);
        ::signal(SIGPIPE, SIG_IGN);
    }
    /// The next signal, or 0 when none came in time.
    int wait(std::chrono::nanoseconds patience) const {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(patience);
        const timespec time{seconds.count(), (patience - seconds).count()};
        const int number = ::sigtimedwait(&set_, nullptr, &time);
        return std::max(number, 0);
    }

private:
    sigset_t set_{};
};

std::string describe(const std::string& message, const std::string& help) {
    return help.empty() ? message : fmt::format("{}; {}", message, help);
}

class Daemon {
public:
    Daemon(model::DaemonConfiguration configuration, const Surroundings& surroundings, const DaemonOptions& options)
        : configuration_(std::move(configuration)), surroundings_(surroundings), options_(options) {}

    DaemonEnd run() {
        if (const auto end = take_state(); end != DaemonEnd::stopped) return end;
        open_receivers();
        make_controller();
        make_sign_ins();
        if (!open_sockets()) return DaemonEnd::cannot_start;
        controller_->start();
        return options_.once ? run_once() : run_until_stopped();
    }

private:
    /// One instance per state folder, and its database. A folder that cannot be written leaves a service that looks.
    DaemonEnd take_state() {
        std::error_code error;
        std::filesystem::create_directories(surroundings_.state, error);
        std::filesystem::create_directories(surroundings_.cache, error);
        auto lock = controller::lock_environment(surroundings_.state, "the service itself");
        if (!lock && lock.error().busy) {
            journal_.note(Severity::error, describe(lock.error().message, lock.error().help));
            return DaemonEnd::busy;
        }
        if (lock) lock_ = std::move(*lock);
        database_ = surroundings_.state / "regent.db";
        std::string warning;
        auto stores = store::open_service_stores(database_, warning);
        if (!warning.empty()) state_ = warning;
        if (!stores) {
            state_ =
                fmt::format("the state cannot be kept in {}: {}", surroundings_.state.string(), stores.error().message);
            may_apply_ = false;
            stores = store::open_service_stores(":memory:", warning);
        }
        if (!stores) {
            journal_.note(Severity::error, describe(stores.error().message, stores.error().help));
            return DaemonEnd::cannot_start;
        }
        stores_ = std::move(*stores);
        if (!state_.empty()) {
            journal_.note(Severity::error, may_apply_ ? state_ : state_ + "; nothing is changed until that is mended");
        }
        return DaemonEnd::stopped;
    }

    void open_receivers() {
        std::vector<Receiver> receivers;
        for (const auto& sink : configuration_.notifications) {
            auto receiver = receiver_from(sink, surroundings_.credentials.string());
            if (receiver) {
                metrics_.receiver(sink.name);
                receivers.push_back(std::move(*receiver));
            } else {
                journal_.note(Severity::error,
                              fmt::format("notification `{}` is off: {}", sink.name, receiver.error()));
            }
        }
        if (receivers.empty()) return;
        notifications_.emplace(
            std::move(receivers), Sender{configuration_.name, options_.version},
            curl_to_receiver(rng_, configuration_.ca_file, configuration_.proxy), rng_,
            NotificationListener{
                [this](Severity severity, const std::string& text) { journal_.note(severity, text); },
                [this](std::string_view receiver, std::string_view result) { metrics_.notified(receiver, result); }});
    }

    void make_controller() {
        std::vector<controller::EventSink*> sinks{&journal_};
        if (notifications_) sinks.push_back(&*notifications_);
        controller::ControllerParts parts{
            [this](const auto& configuration, const std::string& last_commit) {
                return source_of(configuration, surroundings_, last_commit);
            },
            [](const auto& configuration, std::function<void()> on_change) {
                return watch_of(configuration, std::move(on_change));
            },
            [this](const auto& configuration, const auto& environment, const controller::WaitListener& on_wait) {
                return connect(configuration, environment, on_wait);
            },
            *stores_.store,
            *stores_.service,
            surroundings_.state,
            clock_,
            rng_,
            std::move(sinks),
            metrics_,
            [this](Severity severity, const std::string& text) { journal_.note(severity, text); },
            options_.version,
            state_.empty() ? "ok" : state_,
            may_apply_};
        controller_.emplace(configuration_, std::move(parts));
    }

    tl::expected<std::unique_ptr<controller::Tenant>, controller::SignInError> connect(
        const model::DaemonConfiguration& configuration, const model::Environment& environment,
        controller::WaitListener on_wait) {
        auto sign_in = sign_in_for(environment.name, surroundings_);
        if (!sign_in) return tl::unexpected(controller::SignInError{sign_in.error().message, sign_in.error().help});
        for (const auto& warning : sign_in->warnings) journal_.note(Severity::warning, warning);
        auto options = connect_options(configuration, environment);
        options.delivery = delivery_of(configuration);
        return controller::connect(environment, options, std::move(*sign_in), std::move(on_wait), metrics_);
    }

    [[nodiscard]] controller::ConnectOptions connect_options(const model::DaemonConfiguration& configuration,
                                                             const model::Environment& environment) const {
        controller::ConnectOptions options;
        options.timeout = configuration.request_timeout;
        options.transport = configuration.transport;
        options.batch_writes = configuration.batch_writes;
        options.ca_file = configuration.ca_file;
        options.proxy = configuration.proxy;
        options.replication_grace = configuration.replication_grace;
        options.person = person_files(environment.name, surroundings_.state, surroundings_.credentials);
        options.person.login = "regent login --service";
        return options;
    }

    void make_sign_ins() {
        sign_ins_.emplace(
            [this](const auto& environment, auto& clock, const auto& show_code) {
                model::DaemonConfiguration configuration;
                {
                    const std::lock_guard lock(configuration_mutex_);
                    configuration = configuration_;
                }
                return controller::log_in(environment, connect_options(configuration, environment), clock, show_code);
            },
            [this](const auto& environment, const auto& by, const auto& grant) {
                if (!grant) {
                    journal_.note(Severity::warning, fmt::format("nobody signed in for `{}`, which {} asked for: {}",
                                                                 environment.name, by, grant.error().message));
                    return;
                }
                journal_.note(Severity::info,
                              fmt::format("{} signed in for `{}`, asked for by {}",
                                          grant->user.empty() ? "somebody" : grant->user, environment.name, by));
                // What waited for this need not wait for its interval as well.
                static_cast<void>(controller_->reconcile({.environment = environment.name,
                                                          .address = {},
                                                          .fetch = false,
                                                          .create_again = false,
                                                          .by = by,
                                                          .rotate = {},
                                                          .keep_old = {}}));
            });
    }

    /// Without a word of the configuration: files in a folder of ours, and no commands.
    model::LocalDelivery delivery_of(const model::DaemonConfiguration& configuration) {
        auto delivery = configuration.delivery;
        if (delivery.folders.empty()) {
            const auto folder = surroundings_.state / "delivered";
            std::error_code error;
            if (std::filesystem::create_directory(folder, error))
                std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
            delivery.folders.push_back(folder.string());
        }
        if (delivery.records.empty()) delivery.records = (surroundings_.state / "deliveries").string();
        return delivery;
    }

    bool open_sockets() {
        UnixListener local;
        local.path = configuration_.socket.empty() ? surroundings_.runtime / "regent.sock"
                                                   : std::filesystem::path(configuration_.socket);
        local.group = configuration_.socket_group;
        if (!keep(HttpServer::listen(local, routes(local.path.string())))) return false;
        const auto& listen = configuration_.http_listen;
        if (listen == "none") return true;
        if (listen.rfind("unix:", 0) == 0) {
            UnixListener other{listen.substr(5), configuration_.socket_group};
            return keep(HttpServer::listen(other, routes(local.path.string())));
        }
        TcpListener tcp;
        const auto colon = listen.rfind(':');
        tcp.address = listen.substr(0, colon);
        const auto port = colon == std::string::npos ? std::string{} : listen.substr(colon + 1);
        const auto read = std::from_chars(port.data(), port.data() + port.size(), tcp.port);
        if (port.empty() || read.ec != std::errc{} || read.ptr != port.data() + port.size()) {
            journal_.note(Severity::error,
                          fmt::format("`{}` is no address to listen at; write 127.0.0.1:9477", listen));
            return false;
        }
        return keep(HttpServer::listen(tcp, routes(local.path.string())));
    }

    bool keep(HttpServer::Listening server) {
        if (!server) {
            journal_.note(Severity::error, describe(server.error().message, server.error().help));
            return false;
        }
        for (const auto& warning : (*server)->warnings()) journal_.note(Severity::warning, warning);
        servers_.push_back(std::move(*server));
        return true;
    }

    std::vector<Route> routes(const std::string& socket) {
        return {health_routes(*controller_, {[this] { return alive(); }}), metrics_route(*controller_, metrics_),
                api_routes(*controller_, {configuration_.socket_group, &*sign_ins_, socket}),
                status_page_routes(*controller_, [this] { return clock_.now(); })};
    }

    /// The main loop has ticked lately, and no other thread is stuck.
    [[nodiscard]] bool alive() const { return clock_.monotonic() - last_tick_.load() < 1min && controller_->alive(); }

    DaemonEnd run_once() {
        std::jthread stopper([this](const std::stop_token& stop) {
            while (!stop.stop_requested())
                if (const int number = signals_.wait(200ms); number == SIGTERM || number == SIGINT) controller_->stop();
        });
        controller_->wait_until_loaded();
        const bool in_sync = controller_->wait_until_each_ran();
        stopper.request_stop();
        return in_sync ? DaemonEnd::stopped : DaemonEnd::not_in_sync;
    }

    DaemonEnd run_until_stopped() {
        const auto patience = std::min<std::chrono::nanoseconds>(
            1s, manager_.watchdog_interval().value_or(std::chrono::microseconds(30s)) / 3);
        bool ready = false;
        std::string told;
        // Ready when the source was looked at once, or after a while without it: a service that waits for a git server
        // is up, and says what it waits for.
        const auto give_up_waiting = clock_.monotonic() + 30s;
        for (;;) {
            last_tick_ = clock_.monotonic();
            if (controller_->alive()) manager_.watchdog();
            const auto line = controller_->status_line();
            if (!ready && (controller_->loaded() || clock_.monotonic() > give_up_waiting)) {
                ready = manager_.ready(line) || true;
            } else if (line != told) {
                manager_.status(line);
            }
            told = line;
            if (database_is_gone()) return DaemonEnd::state_lost;
            switch (signals_.wait(patience)) {
                case SIGHUP:
                    reload();
                    break;
                case SIGTERM:
                case SIGINT:
                    stop();
                    return DaemonEnd::stopped;
                default:
                    break;
            }
        }
    }

    /// Losing it is harmless, going on with a file that nobody can find again is not: the service starts anew.
    bool database_is_gone() {
        std::error_code error;
        if (!may_apply_) return false;
        if (std::filesystem::exists(database_, error)) return database_is_damaged();
        journal_.note(
            Severity::error,
            fmt::format("{} was deleted: the service starts anew, with a new one. History and pauses are lost",
                        database_.string()));
        return true;
    }

    /// Looked at every now and then: at its next start the service moves a damaged file aside and goes on with a new
    /// one.
    bool database_is_damaged() {
        if (clock_.monotonic() < next_check_) return false;
        next_check_ = clock_.monotonic() + 10min;
        const auto sound = stores_.service->check();
        if (sound) return false;
        journal_.note(Severity::error, describe(sound.error().message, "the service starts anew"));
        return true;
    }

    void reload() {
        manager_.reloading();
        auto configuration = options_.reload();
        if (!configuration) {
            journal_.note(Severity::error,
                          fmt::format("the changed configuration is not taken: {}", configuration.error()));
            manager_.ready("the changed configuration has errors, the old one stays in force: " +
                           configuration.error());
            return;
        }
        const bool sockets = configuration->http_listen != configuration_.http_listen ||
                             configuration->socket != configuration_.socket ||
                             configuration->socket_group != configuration_.socket_group;
        if (sockets) journal_.note(Severity::warning, "sockets and notifications change when the service is restarted");
        {
            const std::lock_guard lock(configuration_mutex_);
            configuration_ = *configuration;
        }
        controller_->reload(std::move(*configuration));
        journal_.note(Severity::info, "the configuration was read again");
        manager_.ready(controller_->status_line());
    }

    void stop() {
        manager_.stopping("finishing the steps under way");
        journal_.note(Severity::info, "stopping: the steps under way are finished, no other begins");
        controller_->stop();
        std::atomic<bool> done{false};
        std::jthread finisher([&] {
            controller_->finish();
            done = true;
        });
        while (!done) {
            manager_.extend_timeout(30s);
            // A second signal means it: what was sent is in the journal, and the next start goes on from there.
            if (signals_.wait(500ms) != 0) ::_exit(130);
        }
    }

    model::DaemonConfiguration configuration_;
    const Surroundings& surroundings_;
    const DaemonOptions& options_;
    Signals signals_;  // first of all: threads inherit what it blocks
    net::SystemClock clock_;
    net::SystemRng rng_;
    ServiceManager manager_ = ServiceManager::from_environment();
    Journal journal_ = Journal::from_environment();
    Metrics metrics_;
    controller::StateLock lock_;
    std::filesystem::path database_;
    store::ServiceStores stores_;
    std::string state_;
    bool may_apply_ = true;
    std::chrono::steady_clock::time_point next_check_ = std::chrono::steady_clock::now() + std::chrono::minutes(10);
    std::atomic<std::chrono::steady_clock::time_point> last_tick_{std::chrono::steady_clock::now()};
    std::optional<Notifications> notifications_;
    std::mutex configuration_mutex_;  ///< while the configuration changes, and for who reads it in another thread
    std::optional<controller::Controller> controller_;
    std::optional<PersonSignIns> sign_ins_;             // asks the controller
    std::vector<std::unique_ptr<HttpServer>> servers_;  // last: they ask the controller
};

}  // namespace

DaemonEnd run_daemon(model::DaemonConfiguration configuration, const Surroundings& surroundings,
                     const DaemonOptions& options) {
    Daemon daemon(std::move(configuration), surroundings, options);
    return daemon.run();
}

}  // namespace regent::service
