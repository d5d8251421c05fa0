#include "provider/graph/graph_client.hpp"

#include "model/ascii.hpp"
#include "net/quota.hpp"
#include "net/retry.hpp"
#include "provider/graph/answer_memory.hpp"
#include "provider/graph/batch.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/pages_ahead.hpp"
#include "provider/parallel_reads.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

namespace regent::provider::graph {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// Lists of many objects give way to what a person waits for when the tenant's budget runs low.
/// https://learn.microsoft.com/graph/throttling
constexpr const char* scan_priority = "Low";
/// A page token lives for a while only; a list that is begun again this often meets something else.
constexpr int max_list_attempts = 3;
constexpr auto token_renewal_interval = 5min;

const json* error_of(const std::shared_ptr<json>& body) {
    const auto* error = body ? member(*body, "error") : nullptr;
    return error != nullptr && error->is_object() ? error : nullptr;
}

bool is_array(const json* value) {
    return value != nullptr && value->is_array();
}

bool is_denied(const std::string& body) {
    const auto refusal = json::parse(body, nullptr, false);
    const auto* error = refusal.is_object() ? member(refusal, "error") : nullptr;
    return error != nullptr && error->is_object() && member_text(*error, "code") == "Authorization_RequestDenied";
}

/// A read that came while somebody wrote: there is no answer for a moment. Writes have a patience of their own.
bool is_busy(const net::Answer& answer) {
    return answer.status == 400 && (answer.body.find("Directory_ConcurrencyViolation") != std::string::npos ||
                                    answer.body.find("concurrent requests") != std::string::npos);
}
constexpr std::chrono::milliseconds longest_busy_pause = 10s, longest_busy = 15s;

/// A 404 that is not Graph's: its own say in JSON what is not there. Gateways before it give one now and then, and who
/// believes them takes what is there for deleted.
bool is_of_a_gateway(const net::Answer& answer) {
    return answer.status == 404 && !json::accept(answer.body);
}

}  // namespace

std::string GraphAnswer::error_code() const {
    const auto* error = error_of(body);
    return error == nullptr ? std::string{} : member_text(*error, "code");
}

std::string GraphAnswer::error_message() const {
    const auto* error = error_of(body);
    if (error == nullptr) return {};
    const auto* message = member(*error, "message");
    // A few gateways wrap the text: {"lang": …, "value": …}.
    return message != nullptr && message->is_object() ? member_text(*message, "value") : member_text(*error, "message");
}

bool GraphAnswer::says(std::string_view words) const {
    return error_message().find(words) != std::string::npos;
}

std::string percent_encoded(const std::string& text) {
    std::string out;
    for (const unsigned char c : text) {
        if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
            out += static_cast<char>(c);
        } else {
            out += fmt::format("%{:02X}", c);
        }
    }
    return out;
}

std::string key_literal(const std::string& text) {
    std::string doubled;
    for (const char c : text) {
        doubled += c;
        if (c == '\'') doubled += c;
    }
    return "'" + percent_encoded(doubled) + "'";
}

GraphClient::GraphClient(net::Session& session, net::Clock& clock, std::string origin, std::string scope, int parallel)
    : session_(session),
      clock_(clock),
      origin_(std::move(origin)),
      scope_(std::move(scope)),
      parallel_(parallel),
      renewed_at_(std::numeric_limits<std::chrono::steady_clock::rep>::min()) {}

ProviderError GraphClient::refused(const std::string& what, const GraphAnswer& answer) const {
    auto error = graph_refusal(what, answer);
    error.time = format_time(clock_.now());
    error.retry_after = net::parse_retry_after(answer.retry_after, clock_.now()).value_or(error.retry_after);
    return error;
}

ProviderError GraphClient::incomplete(const std::string& what, const std::string& why) const {
    ProviderError error;
    error.kind = ErrorKind::incomplete;
    error.code = "RG0711";
    error.message = fmt::format("could not {}: the answer of Graph could not be understood ({})", what, why);
    error.time = format_time(clock_.now());
    error.help = "nothing is planned on half a view; if it happens again, please report it";
    return error;
}

GraphClient::Result<std::string> GraphClient::caller_object_id() {
    auto caller = this->caller();
    if (!caller) return tl::unexpected(std::move(caller.error()));
    return std::move(caller->object_id);
}

GraphClient::Result<GraphClient::Caller> GraphClient::caller() {
    auto token = session_.tokens().token(scope_);
    if (token) return Caller{std::move(token->object_id), model::lower_case(token->client_id)};
    ProviderError error;
    error.kind = token.error().retryable ? ErrorKind::transient : ErrorKind::sign_in;
    error.code = token.error().retryable ? "RG0703" : "RG0701";
    error.message = "could not sign in to Entra";
    error.service = token.error().message;
    error.help = token.error().help;
    return tl::unexpected(std::move(error));
}

ProviderError GraphClient::stopped(const std::string& what) const {
    return interrupted(what);
}

/// A permission that was granted a moment ago is only in tokens issued since: an unexpected 403 is worth one new token,
/// now and then.
bool GraphClient::may_renew_token() {
    const auto now = clock_.monotonic().time_since_epoch();
    auto last = renewed_at_.load();
    const bool never = last == std::numeric_limits<std::chrono::steady_clock::rep>::min();
    if (!never && now - std::chrono::steady_clock::duration(last) < token_renewal_interval) return false;
    return renewed_at_.compare_exchange_strong(last, now.count());
}

GraphClient::Result<GraphAnswer> GraphClient::call(const net::Request& request, const std::string& what) {
    auto answer = exchange(request, what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return understood(std::move(*answer), what);
}

GraphClient::Result<net::Answer> GraphClient::exchange(const net::Request& request, const std::string& what) {
    auto answer = session_.call(request, scope_);
    if (answer && answer->status == 403 && is_denied(answer->body) && may_renew_token()) {
        session_.tokens().forget(scope_);
        answer = session_.call(request, scope_);
    }
    const bool reads = request.method == net::Method::get;
    if (reads && answer && is_of_a_gateway(*answer)) {
        if (!wait(1s)) return tl::unexpected(stopped(what));
        answer = session_.call(request, scope_);
    }
    std::chrono::milliseconds waited{0}, pause = 1s;
    while (reads && answer && is_busy(*answer)) {
        const auto asked = net::parse_retry_after(net::find_header(answer->headers, "Retry-After").value_or(""), now());
        const auto next = std::clamp<std::chrono::milliseconds>(asked.value_or(pause), 1s, longest_busy_pause);
        if (waited + next > longest_busy) break;
        if (!wait(next)) return tl::unexpected(stopped(what));
        waited += next;
        pause *= 2;
        answer = session_.call(request, scope_);
    }
    if (!answer) return tl::unexpected(call_failure(what, answer.error()));
    return std::move(*answer);
}

GraphClient::Result<GraphAnswer> GraphClient::understood(net::Answer answer, const std::string& what) const {
    GraphAnswer result;
    result.status = answer.status;
    result.request_id = answer.request_id.empty() ? answer.client_request_id : answer.request_id;
    result.retry_after = net::find_header(answer.headers, "Retry-After").value_or("");
    auto body = answer.body.empty() ? json(nullptr) : json::parse(answer.body, nullptr, false);
    // It may hold the text of a new secret.
    OPENSSL_cleanse(answer.body.data(), answer.body.size());
    if (body.is_discarded()) {
        if (result.ok()) return tl::unexpected(incomplete(what, "no JSON"));
        body = nullptr;
    }
    result.body = std::make_shared<json>(std::move(body));
    return result;
}

GraphClient::Result<GraphAnswer> GraphClient::send(net::Method method, const std::string& path, const std::string& what,
                                                   const json* body, SendOptions options) {
    if (options.personal_accounts) {
        if (auto waited = wait_for_lane(what); !waited) return tl::unexpected(std::move(waited.error()));
    }
    auto request = request_for(method, path);
    request.idempotent = options.idempotent;
    if (body != nullptr) {
        // Texts of manifests are UTF-8 by then; what is not must not throw here.
        request.body = body->dump(-1, ' ', false, json::error_handler_t::replace);
        request.headers.emplace_back("Content-Type", "application/json");
    }
    if (options.create_if_missing) request.headers.emplace_back("Prefer", "create-if-missing");
    return call(request, what);
}

net::Request GraphClient::request_for(net::Method method, const std::string& path) const {
    net::Request request;
    request.method = method;
    request.origin = origin_;
    request.target = "/v1.0" + path;
    request.headers.emplace_back("Accept", "application/json");
    return request;
}

GraphClient::Result<net::Answer> GraphClient::ask_for_page(const std::string& path, const std::string& what) {
    auto request = request_for(net::Method::get, path);
    request.headers.emplace_back("x-ms-throttle-priority", scan_priority);
    return exchange(request, what);
}

/// The page at `path`. Where others may be read at the same time, and `more` of them are wanted, the one after it is
/// asked for before this one is understood.
GraphClient::Result<GraphAnswer> GraphClient::read_page(PagesAhead& pages, const std::string& path,
                                                        const std::string& what, bool more) {
    auto page = pages.take(path);
    if (!page) return tl::unexpected(std::move(page.error()));
    if (more && parallel_ > 1 && page->status == 200) {
        const auto next = path_of(next_link_ahead(page->body));
        if (next && *next != path) pages.ask_ahead(*next);
    }
    return understood(std::move(*page), what);
}

GraphClient::Result<void> GraphClient::wait_for_lane(const std::string& what) {
    auto caller = caller_object_id();
    if (!caller) return tl::unexpected(std::move(caller.error()));
    const auto lane = net::personal_lane_of(origin_, *caller);
    for (auto left = lane->take(clock_.monotonic()); left > 0ms; left = lane->take(clock_.monotonic()))
        if (!wait(left)) return tl::unexpected(stopped(what));
    return {};
}

GraphClient::Result<GraphAnswer> GraphClient::put_file(const std::string& path, const std::string& what,
                                                       const std::string& bytes, const std::string& content_type) {
    auto request = request_for(net::Method::put, path);
    request.headers.emplace_back("Content-Type", content_type);
    request.body = bytes;
    return call(request, what);
}

GraphClient::Result<json> GraphClient::get(const std::string& path, const std::string& what) {
    auto answer = send(net::Method::get, path, what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(refused(what, *answer));
    if (!answer->body->is_object()) return tl::unexpected(incomplete(what, "no JSON object"));
    return std::move(*answer->body);
}

GraphClient::Result<GraphClient::Objects> GraphClient::list(const std::string& path, const std::string& what,
                                                            ReadPart* part, std::size_t* pages_read) {
    auto all = list_at_most(path, what, std::numeric_limits<std::size_t>::max(), part, pages_read);
    if (!all) return tl::unexpected(std::move(all.error()));
    return std::move(**all);
}

GraphClient::Result<std::optional<GraphClient::Objects>> GraphClient::list_at_most(
    const std::string& path, const std::string& what, std::size_t max_pages, ReadPart* part, std::size_t* pages_read) {
    if (memory_ != nullptr) {
        if (auto known = memory_->list(path)) {
            if (part != nullptr) part->came(known->size());
            return known;
        }
    }
    for (int attempt = 1;; ++attempt) {
        bool expired = false;
        std::size_t pages = 0;
        auto all = read_pages(path, what, max_pages, part, pages, expired);
        if (pages_read != nullptr) *pages_read = pages;
        if (memory_ != nullptr && all && *all) memory_->keep_list(path, **all);
        if (all || !expired || attempt == max_list_attempts) return all;
        if (part != nullptr) part->begins_again();
    }
}

GraphClient::Result<std::optional<GraphClient::Objects>> GraphClient::read_pages(const std::string& path,
                                                                                 const std::string& what,
                                                                                 std::size_t max_pages, ReadPart* part,
                                                                                 std::size_t& pages, bool& expired) {
    Objects all;
    std::set<std::string> seen;
    PagesAhead ahead([&](const std::string& of) { return ask_for_page(of, what); });
    for (auto next = path; !next.empty(); ++pages) {
        if (pages == max_pages) return std::optional<Objects>{};
        if (!seen.insert(next).second) return tl::unexpected(incomplete(what, "a page names itself as its next one"));
        auto answer = read_page(ahead, next, what, pages + 1 < max_pages);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        if (!answer->ok()) {
            expired = answer->error_code() == "Directory_ExpiredPageToken";
            return tl::unexpected(refused(what, *answer));
        }
        auto& page = *answer->body;
        if (!is_array(member(page, "value"))) return tl::unexpected(incomplete(what, "a page without `value`"));
        for (auto& object : page["value"]) all.push_back(std::move(object));
        if (part != nullptr) part->came(page["value"].size());
        auto link = linked(page, "@odata.nextLink", what);
        if (!link) return tl::unexpected(std::move(link.error()));
        next = std::move(*link);
    }
    return std::optional<Objects>(std::move(all));
}

/// The path of the page after `page`; empty after the last one.
GraphClient::Result<std::string> GraphClient::linked(const json& page, const char* name,
                                                     const std::string& what) const {
    const auto* value = member(page, name);
    if (value == nullptr || value->is_null()) return std::string{};
    if (!value->is_string()) return tl::unexpected(incomplete(what, "the address of the next page is no text"));
    auto path = path_of(value->get<std::string>());
    if (!path) return tl::unexpected(incomplete(what, path.error()));
    return std::move(*path);
}

/// The path behind the version of a link, or what is wrong with it. The token is for this origin: a link that leads
/// elsewhere is not followed. Links have been seen to leak the internal form "/v2/…", which is the same page.
tl::expected<std::string, const char*> GraphClient::path_of(const std::string& link) const {
    if (link.rfind(origin_ + "/", 0) != 0)
        return tl::unexpected<const char*>("the next page is said to be at another host");
    const auto version_end = link.find('/', origin_.size() + 1);
    if (version_end == std::string::npos) return tl::unexpected<const char*>("the next page has no path");
    return link.substr(version_end);
}

GraphClient::Result<GraphClient::Objects> GraphClient::read_all(const std::vector<std::string>& paths,
                                                                const std::string& what, ReadPart* part) {
    if (memory_ == nullptr) return read_in_batches(paths, what, part);
    Objects answers(paths.size());
    std::vector<std::string> open;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        if (memory_->answer(paths[i], answers[i])) continue;
        open.push_back(paths[i]);
        places.push_back(i);
    }
    if (part != nullptr && open.size() < paths.size()) part->came(paths.size() - open.size());
    auto read = read_in_batches(open, what, part);
    if (!read) return read;
    for (std::size_t k = 0; k < open.size(); ++k) {
        memory_->keep_answer(open[k], (*read)[k]);
        answers[places[k]] = std::move((*read)[k]);
    }
    return answers;
}

GraphClient::Result<GraphClient::Objects> GraphClient::read_in_batches(const std::vector<std::string>& paths,
                                                                       const std::string& what, ReadPart* part) {
    Objects answers(paths.size());
    const auto batches = (paths.size() + max_batch - 1) / max_batch;
    auto read = for_each_index(batches, parallel_, [&](std::size_t i) {
        return read_batch(paths, i * max_batch, std::min(max_batch, paths.size() - i * max_batch), answers, what, part);
    });
    if (!read) return tl::unexpected(std::move(read.error()));
    return answers;
}

GraphClient::Result<std::optional<GraphClient::Changes>> GraphClient::changes(const std::string& path,
                                                                              const std::string& what) {
    Changes round;
    std::set<std::string> seen;
    PagesAhead ahead([&](const std::string& of) { return ask_for_page(of, what); });
    for (auto next = path; round.next.empty();) {
        if (!seen.insert(next).second) return tl::unexpected(incomplete(what, "a page names itself as its next one"));
        auto answer = read_page(ahead, next, what, true);
        if (!answer) return tl::unexpected(std::move(answer.error()));
        const auto code = answer->error_code();
        const bool too_old = answer->status == 410 || code == "syncStateNotFound" || code == "resyncRequired" ||
                             code == "Directory_ExpiredPageToken";
        if (too_old) return std::optional<Changes>{};
        if (!answer->ok()) return tl::unexpected(refused(what, *answer));
        auto& page = *answer->body;
        if (!is_array(member(page, "value"))) return tl::unexpected(incomplete(what, "a page without `value`"));
        for (auto& object : page["value"]) round.objects.push_back(std::move(object));
        auto more = linked(page, "@odata.nextLink", what);
        if (!more) return tl::unexpected(std::move(more.error()));
        auto end = linked(page, "@odata.deltaLink", what);
        if (!end) return tl::unexpected(std::move(end.error()));
        if (more->empty() == end->empty())
            return tl::unexpected(incomplete(what, "a page of changes has neither a next one nor an end, or both"));
        next = std::move(*more);
        round.next = std::move(*end);
    }
    return std::optional(std::move(round));
}

GraphClient::Result<void> GraphClient::read_batch(const std::vector<std::string>& paths, std::size_t first,
                                                  std::size_t count, Objects& into, const std::string& what,
                                                  ReadPart* part) {
    Batch batch(paths, first, count);
    while (!batch.done()) {
        const auto body = batch.next_request();
        const auto open = batch.open();
        // A batch of reads may be sent twice, whatever its verb.
        auto answer = send(net::Method::post, "/$batch", what, &body);
        if (!answer) {
            auto& error = answer.error();
            // Nothing was written, so nothing is in doubt.
            if (error.kind == ErrorKind::outcome_unknown) error.kind = ErrorKind::transient, error.code = "RG0703";
            return tl::unexpected(std::move(error));
        }
        if (!answer->ok()) return tl::unexpected(refused(what, *answer));
        if (auto why = batch.take(*answer->body, answer->request_id, clock_.now(), into); !why.empty())
            return tl::unexpected(incomplete(what, why));
        if (const auto* refusal = batch.refusal()) return tl::unexpected(refused(what, *refusal));
        if (part != nullptr) part->came(open - batch.open());
        if (batch.wait() <= 0ms) continue;
        if (part != nullptr) part->waits(batch.throttled() ? "throttled by Graph" : "Graph is not well", batch.wait());
        if (!wait(batch.wait())) return tl::unexpected(stopped(what));
    }
    return {};
}

}  // namespace regent::provider::graph
