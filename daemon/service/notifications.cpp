#include "service/notifications.hpp"

#include "net/curl_transport.hpp"
#include "net/retry.hpp"
#include "service/cloud_event.hpp"
#include "service/shown_text.hpp"
#include "service/slack_message.hpp"
#include "service/teams_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace regent::service {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// After this, notices are not begun any more when the process stops …
constexpr milliseconds drain_time{800};

bool may_be_tried_again(const net::Outcome& outcome) {
    if (outcome.fate != net::Fate::answered) return true;
    return outcome.status == 408 || outcome.status == 429 || outcome.status >= 500;
}

bool is_delivered(const net::Outcome& outcome) {
    return outcome.fate == net::Fate::answered && outcome.status >= 200 && outcome.status < 300;
}

controller::EventSeverity severity_named(const std::string& name) {
    for (const auto severity : {controller::EventSeverity::info, controller::EventSeverity::error}) {
        if (name == controller::to_string(severity)) return severity;
    }
    return controller::EventSeverity::warning;
}

NoticeBody body_for(Receiver::Type type, const Notice& notice, const Sender& sender) {
    switch (type) {
        case Receiver::Type::slack:
            return slack_message(notice, sender);
        case Receiver::Type::teams:
            return teams_message(notice, sender);
        case Receiver::Type::webhook:
            break;
    }
    return cloud_event(notice, sender);
}

}  // namespace

tl::expected<Receiver, std::string> receiver_from(const model::NotificationSink& sink,
                                                  const std::string& credentials_directory) {
    const auto refuse = [&](const std::string& why) {
        return tl::unexpected(fmt::format("notification `{}`: {}", sink.name, why));
    };
    Receiver receiver;
    receiver.name = sink.name;
    receiver.type = sink.type;
    receiver.filter = {severity_named(sink.minimum_severity), sink.environments, sink.kinds};
    const auto url = read_credential_line(credentials_directory + "/" + sink.url_credential);
    if (!url) return refuse(url.error());
    auto address = parse_receiver_address(*url);
    if (!address) return refuse(fmt::format("the credential {}: {}", sink.url_credential, address.error()));
    receiver.address = std::move(*address);
    if (!sink.hmac_credential.empty()) {
        auto key = read_credential_line(credentials_directory + "/" + sink.hmac_credential);
        if (!key) return refuse(key.error());
        receiver.signing_key = std::move(*key);
    }
    return receiver;
}

net::Request notification_request(const Receiver& receiver, const Notice& notice, const Sender& sender) {
    auto body = body_for(receiver.type, notice, sender);
    net::Request request;
    request.method = net::Method::post;
    request.origin = receiver.address.origin.reveal();
    request.target = receiver.address.target.reveal();
    request.headers = {{"Content-Type", body.content_type}, {"User-Agent", "regent/" + sender.version}};
    if (receiver.type == Receiver::Type::webhook && !receiver.signing_key.empty()) {
        request.headers.emplace_back(signature_header, signature_of(body.text, receiver.signing_key.reveal()));
    }
    request.body = std::move(body.text);
    request.max_response_bytes = 64u << 10;
    return request;
}

/// A receiver with its queue and thread.
class Notifications::Channel {
public:
    Channel(Receiver receiver, Sender sender, std::unique_ptr<net::Transport> transport, net::Rng& rng,
            NotificationListener listener, NotificationPatience patience)
        : receiver_(std::move(receiver)),
          sender_(std::move(sender)),
          transport_(std::move(transport)),
          rng_(rng),
          listener_(std::move(listener)),
          patience_(patience),
          gate_(receiver_.filter),
          thread_([this] { work(); }) {}

    /// The caller stops all channels, then waits for each: they drain side by side.
    void stop(steady_clock::time_point drained_by) {
        const std::lock_guard lock(mutex_);
        stop_by_ = drained_by;
        changed_.notify_all();
    }

    void join(steady_clock::time_point drained_by) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait_until(lock, drained_by, [this] { return finished_; });
        }
        transport_->close();
        thread_.join();
    }

    void offer(const controller::Event& event) {
        const std::lock_guard lock(mutex_);
        if (auto notice = gate_.offer(event, steady_clock::now())) enqueue(std::move(*notice));
        changed_.notify_all();
    }

private:
    void enqueue(Notice notice) {
        if (queue_.size() >= patience_.queue_limit) {
            dropped_ += 1 + queue_.front().dropped;
            queue_.pop_front();
            count("dropped");
        }
        queue_.push_back(std::move(notice));
    }

    void work() {
        while (auto notice = next()) deliver(*notice);
        const std::lock_guard lock(mutex_);
        finished_ = true;
        changed_.notify_all();
    }

    /// The oldest notice; waits for one. Nothing once the channel was stopped and is empty, or out of time.
    std::optional<Notice> next() {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (stop_by_ && steady_clock::now() >= *stop_by_) return std::nullopt;
            for (auto& notice : gate_.due(steady_clock::now())) enqueue(std::move(notice));
            if (!queue_.empty()) {
                auto notice = std::move(queue_.front());
                queue_.pop_front();
                notice.dropped += std::exchange(dropped_, 0);
                return notice;
            }
            if (stop_by_) return std::nullopt;
            if (const auto due = gate_.next_due()) {
                changed_.wait_until(lock, *due);
            } else {
                changed_.wait(lock);
            }
        }
    }

    void deliver(const Notice& notice) {
        auto request = notification_request(receiver_, notice, sender_);
        for (int tried = 1;; ++tried) {
            const auto time_left = time_for_request();
            if (time_left.count() <= 0) return count("failed");
            request.timeout = time_left;
            const auto outcome = transport_->send(request);
            if (is_delivered(outcome)) return delivered();
            if (!may_be_tried_again(outcome) || tried >= patience_.tries || !pause(wait_after(outcome, tried))) {
                return given_up(outcome, tried);
            }
        }
    }

    milliseconds time_for_request() {
        const std::lock_guard lock(mutex_);
        if (!stop_by_) return patience_.request_timeout;
        return std::min(patience_.request_timeout,
                        std::chrono::duration_cast<milliseconds>(*stop_by_ - steady_clock::now()));
    }

    milliseconds wait_after(const net::Outcome& outcome, int tried) {
        std::optional<milliseconds> asked;
        if (const auto header = net::find_header(outcome.headers, "Retry-After")) {
            asked = net::parse_retry_after(*header, std::chrono::system_clock::now());
        }
        if (asked) asked = std::min(*asked, patience_.longest_retry_after);
        net::RetryPolicy policy;
        policy.base = patience_.first_wait;
        policy.ceiling = patience_.longest_wait;
        return net::retry_delay(policy, tried, asked, rng_.next());
    }

    /// False when the channel was stopped: a notice that failed is not tried again then.
    bool pause(milliseconds duration) {
        std::unique_lock lock(mutex_);
        return !changed_.wait_for(lock, duration, [this] { return stop_by_.has_value(); });
    }

    void delivered() {
        if (std::exchange(failures_, 0) > 0) {
            note(controller::EventSeverity::info, fmt::format("notification `{}`: works again", receiver_.name));
        }
        count("ok");
    }

    void given_up(const net::Outcome& outcome, int tried) {
        // Said once, not for every notice that a dead receiver does not take.
        if (failures_++ == 0) {
            const auto why = outcome.fate == net::Fate::answered
                                 ? fmt::format("the receiver answered {}", outcome.status)
                                 : shown(without_address(outcome.error, receiver_.address));
            note(controller::EventSeverity::warning,
                 fmt::format("notification `{}`: {}; given up after {} {}", receiver_.name, why, tried,
                             tried == 1 ? "try" : "tries"));
        }
        count("failed");
    }

    void note(controller::EventSeverity severity, const std::string& text) const {
        if (listener_.note) listener_.note(severity, text);
    }
    void count(std::string_view result) const {
        if (listener_.counted) listener_.counted(receiver_.name, result);
    }

    const Receiver receiver_;
    const Sender sender_;
    const std::unique_ptr<net::Transport> transport_;
    net::Rng& rng_;
    const NotificationListener listener_;
    const NotificationPatience patience_;

    std::mutex mutex_;
    std::condition_variable changed_;
    NotificationGate gate_;
    std::deque<Notice> queue_;
    std::size_t dropped_ = 0;
    std::optional<steady_clock::time_point> stop_by_;
    bool finished_ = false;
    int failures_ = 0;    // the thread's own
    std::thread thread_;  // last: it uses all of the above
};

Notifications::Notifications(std::vector<Receiver> receivers, const Sender& sender, const MakeTransport& make_transport,
                             net::Rng& rng, const NotificationListener& listener, NotificationPatience patience) {
    for (auto& receiver : receivers) {
        auto transport = make_transport(receiver);
        channels_.push_back(
            std::make_unique<Channel>(std::move(receiver), sender, std::move(transport), rng, listener, patience));
    }
}

Notifications::~Notifications() {
    const auto drained_by = steady_clock::now() + drain_time;
    for (const auto& channel : channels_) channel->stop(drained_by);
    // … and those under way are ended by their transport, which notices within about a second.
    for (const auto& channel : channels_) channel->join(drained_by);
}

void Notifications::on_event(const controller::Event& event) {
    for (const auto& channel : channels_) channel->offer(event);
}

Notifications::MakeTransport curl_to_receiver(net::Rng& rng, std::string ca_file, std::string proxy) {
    return [&rng, ca_file = std::move(ca_file), proxy = std::move(proxy)](const Receiver& receiver) {
        net::TransportOptions options;
        options.allowed_origins = {receiver.address.origin.reveal()};
        options.ca_file = ca_file;
        options.proxy = proxy;
        options.max_parallel = 1;
        return net::make_posting_transport(std::move(options), rng);
    };
}

}  // namespace regent::service
