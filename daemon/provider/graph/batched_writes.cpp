#include "provider/graph/batched_writes.hpp"

#include "provider/graph/json_access.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::provider::graph {
namespace {

using net::Fate;
using net::Method;
using net::Outcome;
using net::Request;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::size_t most_in_a_batch = 20;
/// Threads come along one after the other, since each of them writes its journal first: a batch waits for as long as
/// they do, and not for longer than one answer of the service takes.
constexpr auto longest_gap = 15ms, longest_gathering = 90ms;
/// A whole batch stays far below the 4 MB that one request may have.
constexpr std::size_t largest_body = std::size_t{100} * 1024;
constexpr std::string_view version = "/v1.0", correlation_header = "client-request-id";

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Which object a write is about, as far as two writes that may run at once have to be told apart; empty for what goes
/// by itself: other collections hang on objects that many writes share.
std::string object_of(const Request& request) {
    const std::string_view target = request.target;
    constexpr std::string_view applications = "/v1.0/applications", principals = "/v1.0/servicePrincipals";
    if (target == principals) return request.method == Method::post ? request.body : std::string();
    const auto prefix = target.starts_with(applications) ? applications.size() : principals.size();
    if (prefix != applications.size() && !target.starts_with(principals)) return {};
    const auto rest = target.substr(prefix);
    if (rest.empty() || (rest.front() != '/' && rest.front() != '(')) return {};
    // Role assignments of many applications are written below the API that gives the role.
    if (rest.find("/appRoleAssign") != std::string_view::npos) return {};
    return std::string(target.substr(0, std::min(target.find('/', prefix + 1), target.find('?'))));
}

bool may_join(const Request& request, const std::string& graph_origin) {
    if (request.origin != graph_origin || !request.idempotent || request.method == Method::get ||
        request.method == Method::put || request.body.size() > largest_body)
        return false;
    const auto type = net::find_header(request.headers, "Content-Type");
    return (request.body.empty() || type == "application/json") && !object_of(request).empty();
}

/// One caller's request while it is part of a batch.
struct Member {
    const Request* request = nullptr;
    json body;
    Outcome outcome{.fate = Fate::unknown, .headers = {}, .body = {}, .error = "the batch broke off"};
    bool done = false;
};

/// What is coming together. Its first member sends it.
struct Gathering {
    std::vector<Member*> members;
    std::set<std::string> objects;
    std::string authorization;
};

json step_of(const Member& member, std::size_t id) {
    const auto& request = *member.request;
    json step{{"id", std::to_string(id)},
              {"method", to_string(request.method)},
              {"url", request.target.substr(version.size())}};
    for (const auto& [name, value] : request.headers)
        if (!same_name(name, "Authorization")) step["headers"][name] = value;
    if (!request.body.empty()) step["body"] = member.body;
    return step;
}

Request batch_of(const Gathering& gathering) {
    const auto& first = *gathering.members.front()->request;
    auto steps = json::array();
    for (std::size_t i = 0; i < gathering.members.size(); ++i) steps.push_back(step_of(*gathering.members[i], i));
    Request request;
    request.method = Method::post;
    request.origin = first.origin;
    request.target = std::string(version) + "/$batch";
    request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/json"}};
    if (!gathering.authorization.empty()) request.headers.emplace_back("Authorization", gathering.authorization);
    request.body = json{{"requests", std::move(steps)}}.dump(-1, ' ', false, json::error_handler_t::replace);
    for (const auto* member : gathering.members) request.timeout = std::max(request.timeout, member->request->timeout);
    return request;
}

/// An inner answer as if it had come by itself. It may repeat the batch's correlation id, which is not the request's;
/// and without an id of its own, the batch's tells the service's people where to look.
Outcome unpacked(const json& response, const Outcome& batch) {
    Outcome outcome{
        .fate = Fate::answered, .status = response["status"].get<int>(), .headers = {}, .body = {}, .error = {}};
    if (const auto* headers = member(response, "headers"); headers != nullptr && headers->is_object()) {
        for (const auto& [name, value] : headers->items()) {
            if (same_name(name, correlation_header)) continue;
            outcome.headers.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
        }
    }
    const auto id = net::find_header(batch.headers, "request-id");
    if (id && !net::find_header(outcome.headers, "request-id")) outcome.headers.emplace_back("request-id", *id);
    const auto* body = member(response, "body");
    if (body != nullptr && !body->is_null()) outcome.body = body->is_string() ? body->get<std::string>() : body->dump();
    return outcome;
}

bool is_answer(const json& response) {
    const auto* status = member(response, "status");
    return status != nullptr && status->is_number_integer() && *status >= 200 && *status <= 599;
}

/// Everybody's own answer. Whose answer is missing does not know what became of the write.
void hand_out(const Outcome& batch, std::vector<Member*>& members, const InnerAnswer& told) {
    const auto answer = json::parse(batch.body, nullptr, false);
    const auto* responses = member(answer, "responses");
    for (auto* one : members) one->outcome.error = "the answer to the batch does not tell what became of this request";
    if (responses == nullptr || !responses->is_array()) return;
    for (const auto& response : *responses) {
        const auto id = member_text(response, "id");
        for (std::size_t i = 0; i < members.size(); ++i)
            if (id == std::to_string(i) && is_answer(response)) members[i]->outcome = unpacked(response, batch);
    }
    if (!told) return;
    for (const auto* one : members)
        if (one->outcome.fate == Fate::answered) told(*one->request, one->outcome);
}

/// The batch itself was refused before anything in it was looked at.
bool was_not_understood(const Outcome& batch) {
    return batch.fate == Fate::answered &&
           (batch.status == 400 || batch.status == 404 || batch.status == 405 || batch.status == 413);
}

class BatchedWrites final : public net::Transport {
public:
    BatchedWrites(net::Transport& inner, std::string graph_origin, InnerAnswer told)
        : inner_(inner), graph_origin_(std::move(graph_origin)), told_(std::move(told)) {}

    void close() override { inner_.close(); }

    Outcome send(const Request& request) override {
        if (!may_join(request, graph_origin_)) return inner_.send(request);
        Member self;
        self.request = &request;
        if (!request.body.empty()) self.body = json::parse(request.body, nullptr, false);
        if (self.body.is_discarded()) return inner_.send(request);
        std::unique_lock lock(mutex_);
        const auto authorization = net::find_header(request.headers, "Authorization").value_or("");
        if (!open_) return lead(self, authorization, lock);
        if (open_->authorization != authorization || !open_->objects.insert(object_of(request)).second) {
            lock.unlock();
            return inner_.send(request);
        }
        open_->members.push_back(&self);
        if (open_->members.size() == most_in_a_batch) {
            open_.reset();  // its first member holds it
            changed_.notify_all();
        }
        changed_.wait(lock, [&] { return self.done; });
        return std::move(self.outcome);
    }

private:
    Outcome lead(Member& self, const std::string& authorization, std::unique_lock<std::mutex>& lock) {
        const auto gathering = std::make_shared<Gathering>();
        gathering->authorization = authorization;
        gathering->members.push_back(&self);
        gathering->objects.insert(object_of(*self.request));
        open_ = gathering;
        const auto latest = std::chrono::steady_clock::now() + longest_gathering;
        for (std::size_t before = 0; open_ == gathering && before != gathering->members.size();) {
            before = gathering->members.size();
            const auto until = std::min(latest, std::chrono::steady_clock::now() + longest_gap);
            changed_.wait_until(lock, until, [&] { return open_ != gathering; });
        }
        if (open_ == gathering) open_.reset();
        lock.unlock();
        auto& members = gathering->members;
        try {
            carry_out(*gathering);
        } catch (...) {
            let_go(members, lock);
            throw;
        }
        let_go(members, lock);
        return std::move(self.outcome);
    }

    void let_go(const std::vector<Member*>& members, std::unique_lock<std::mutex>& lock) {
        lock.lock();
        for (auto* one : members) one->done = true;
        changed_.notify_all();
    }

    void carry_out(Gathering& gathering) {
        auto& members = gathering.members;
        if (members.size() == 1) {
            members.front()->outcome = inner_.send(*members.front()->request);
            return;
        }
        const auto batch = inner_.send(batch_of(gathering));
        if (was_not_understood(batch)) {
            for (auto* one : members) one->outcome = inner_.send(*one->request);
        } else if (batch.fate == Fate::answered && batch.status == 200) {
            hand_out(batch, members, told_);
        } else {
            for (auto* one : members) one->outcome = about_all(batch);
        }
    }

    static Outcome about_all(Outcome batch) {
        std::erase_if(batch.headers, [](const auto& header) { return same_name(header.first, correlation_header); });
        return batch;
    }

    net::Transport& inner_;
    const std::string graph_origin_;
    const InnerAnswer told_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::shared_ptr<Gathering> open_;
};

}  // namespace

std::unique_ptr<net::Transport> make_batched_writes(net::Transport& inner, std::string graph_origin, InnerAnswer told) {
    return std::make_unique<BatchedWrites>(inner, std::move(graph_origin), std::move(told));
}

}  // namespace regent::provider::graph
