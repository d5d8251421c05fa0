#include "provider/graph/batch.hpp"

#include "net/retry.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace regent::provider::graph {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr int max_rounds = 8;
/// Whoever asks for more patience than this is told to the person instead.
constexpr auto longest_wait = 5min;

/// Headers inside a batch come in any case.
std::string header_text(const json& headers, std::string_view name) {
    if (!headers.is_object()) return {};
    for (auto it = headers.begin(); it != headers.end(); ++it) {
        const auto same = std::equal(it.key().begin(), it.key().end(), name.begin(), name.end(),
                                     [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
        if (same && it->is_string()) return it->get<std::string>();
        if (same && it->is_number()) return it->dump();
    }
    return {};
}

std::optional<std::size_t> index_of(const json& response) {
    const auto id = member_text(response, "id");
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), index);
    if (error != std::errc{} || end != id.data() + id.size()) return std::nullopt;
    return index;
}

bool is_transient(const GraphAnswer& answer) {
    const auto status = answer.status;
    if (status == 429) return answer.error_code() != "Request_ThrottledPermanently";
    return is_concurrent_write(answer) || net::verdict_on(status, net::Repeats::read, false) == net::Verdict::retry;
}

}  // namespace

Batch::Batch(const std::vector<std::string>& paths, std::size_t first, std::size_t count) : paths_(paths) {
    for (std::size_t i = 0; i < count; ++i) open_.push_back(first + i);
}

json Batch::next_request() const {
    auto requests = json::array();
    for (const auto index : open_)
        requests.push_back({{"id", std::to_string(index)}, {"method", "GET"}, {"url", paths_[index]}});
    return json{{"requests", std::move(requests)}};
}

std::chrono::milliseconds Batch::wait_asked_by(const GraphAnswer& inner,
                                               std::chrono::system_clock::time_point now) const {
    const auto asked = net::parse_retry_after(inner.retry_after, now);
    return asked.value_or(1s * (1 << std::min(rounds_ - 1, 4)));
}

std::string Batch::take(const json& answer, const std::string& request_id, std::chrono::system_clock::time_point now,
                        std::vector<json>& into) {
    const auto* responses = member(answer, "responses");
    if (responses == nullptr || !responses->is_array()) return "a batch without `responses`";
    wait_ = 0ms;
    throttled_ = false;
    ++rounds_;
    const auto before = open_.size();
    std::optional<GraphAnswer> not_now;
    for (const auto& response : *responses) {
        refusal_.reset();
        if (auto why = take_one(response, request_id, into); !why.empty()) return why;
        if (!refusal_) continue;
        if (!is_transient(*refusal_)) return {};
        wait_ = std::max(wait_, wait_asked_by(*refusal_, now));
        if (wait_ > longest_wait) return {};
        throttled_ = throttled_ || refusal_->status == 429;
        not_now = std::move(refusal_);
    }
    refusal_.reset();
    if (open_.empty()) return {};
    if (!not_now && open_.size() == before) return "a batch answered nothing of what was asked";
    if (rounds_ < max_rounds) return {};
    if (!not_now) return "some answers of a batch never came";
    refusal_ = std::move(not_now);
    return {};
}

std::string Batch::take_one(const json& response, const std::string& request_id, std::vector<json>& into) {
    const auto index = index_of(response);
    const auto open = index ? std::find(open_.begin(), open_.end(), *index) : open_.end();
    if (open == open_.end()) return "a batch answered what was not asked";
    const auto* status = member(response, "status");
    if (status == nullptr || !status->is_number_integer()) return "an answer of a batch has no status";
    const auto* body = member(response, "body");
    const auto number = status->get<int>();
    if (number == 200) {
        if (body == nullptr || !body->is_object()) return "an answer of a batch has no JSON object";
        into[*index] = *body;
    } else if (number == 404) {
        into[*index] = nullptr;
    } else {
        GraphAnswer inner;
        inner.status = number;
        inner.body = std::make_shared<json>(body == nullptr ? json() : *body);
        const auto* headers = member(response, "headers");
        const auto own_id = headers == nullptr ? std::string{} : header_text(*headers, "request-id");
        inner.request_id = own_id.empty() ? request_id : own_id;
        inner.retry_after = headers == nullptr ? std::string{} : header_text(*headers, "retry-after");
        refusal_ = std::move(inner);
        return {};
    }
    open_.erase(open);
    return {};
}

}  // namespace regent::provider::graph
