#pragma once

#include "controller/event.hpp"
#include "model/daemon_configuration.hpp"
#include "net/clock.hpp"
#include "net/transport.hpp"
#include "service/notice.hpp"
#include "service/notification_gate.hpp"
#include "service/receiver_address.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace regent::service {

/// One receiver, ready to be written to.
struct Receiver {
    using Type = model::NotificationSink::Type;
    std::string name;  ///< the configuration's; in logs, in place of the address
    Type type = Type::webhook;
    ReceiverAddress address;
    net::Secret signing_key;  ///< of webhooks; empty: not signed
    NotificationFilter filter;
};

/// `sink` with the address and the key from its credentials, which are files in `credentials_directory`. The error is a
/// sentence for a person that holds neither.
[[nodiscard]] tl::expected<Receiver, std::string> receiver_from(const model::NotificationSink& sink,
                                                                const std::string& credentials_directory);

/// The request that tells `receiver` of `notice`.
[[nodiscard]] net::Request notification_request(const Receiver& receiver, const Notice& notice, const Sender& sender);

/// How patient the sender of notices is.
struct NotificationPatience {
    std::size_t queue_limit = 100;  ///< notices that wait for one receiver; a longer queue loses its oldest
    int tries = 5;                  ///< of one notice: after 429, 408, a 5xx or trouble on the way
    std::chrono::milliseconds first_wait{1000}, longest_wait{30'000};  ///< doubling in between
    std::chrono::milliseconds longest_retry_after{300'000};            ///< a receiver that asks for more gets this
    std::chrono::milliseconds request_timeout{10'000};
};

/// What becomes of notices, told from the sender's threads. Each may be left empty.
struct NotificationListener {
    /// For the log; never holds an address.
    std::function<void(controller::EventSeverity, const std::string& text)> note;
    /// For counters: the receiver's name and "ok", "failed" or "dropped".
    std::function<void(std::string_view receiver, std::string_view result)> counted;
};

/// Tells receivers of events: each has its own filter, queue and thread, so that one that hangs delays nobody.
///
/// on_event() only queues, and never waits for a network. Notices live in memory: what is queued when the process dies
/// is lost (the journal and `regent events` have it). The destructor sends what can be sent within a second and returns
/// within two.
class Notifications final : public controller::EventSink {
public:
    /// Makes the transport to one receiver. Its allowed origin is the receiver's only.
    using MakeTransport = std::function<std::unique_ptr<net::Transport>(const Receiver& receiver)>;

    Notifications(std::vector<Receiver> receivers, const Sender& sender, const MakeTransport& make_transport,
                  net::Rng& rng, const NotificationListener& listener, NotificationPatience patience = {});
    ~Notifications() override;
    Notifications(const Notifications&) = delete;
    Notifications& operator=(const Notifications&) = delete;

    void on_event(const controller::Event& event) override;

private:
    class Channel;
    std::vector<std::unique_ptr<Channel>> channels_;
};

/// libcurl, TLS verified, to the receiver's origin and nowhere else. `ca_file` and `proxy` as in net::TransportOptions.
[[nodiscard]] Notifications::MakeTransport curl_to_receiver(net::Rng& rng, std::string ca_file, std::string proxy);

}  // namespace regent::service
