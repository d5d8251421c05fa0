#pragma once

#include "net/session.hpp"
#include "provider/provider_error.hpp"
#include "provider/read_progress.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace regent::provider::graph {

class AnswerMemory;
class PagesAhead;

/// An answer of Graph with its JSON, of any status; null JSON for an empty body and for a gateway's HTML.
struct GraphAnswer {
    int status = 0;
    std::shared_ptr<nlohmann::json> body;
    std::string request_id;
    std::string retry_after;  ///< header, as sent

    [[nodiscard]] bool ok() const noexcept { return status >= 200 && status < 300; }
    [[nodiscard]] std::string error_code() const;
    [[nodiscard]] std::string error_message() const;
    /// Whether the error's message has these words.
    [[nodiscard]] bool says(std::string_view words) const;
};

/// How a request is to be sent.
struct SendOptions {
    bool create_if_missing = false;  ///< `Prefer: create-if-missing`: create or update by an alternate key
    bool idempotent = true;
    bool personal_accounts = false;  ///< writes an application that they may use: under a limit of its own
};

/// Requests to Microsoft Graph with paging, batching and its errors translated.
/// https://learn.microsoft.com/graph/api/overview
///
/// Paths are behind the version: "/applications". `what` completes "could not …" and "Entra refused to …". `part`,
/// where there is one, is told what has come. Thread-safe.
class GraphClient {
public:
    /// `session` and `clock` must outlive the client. `parallel`: batches under way at once.
    GraphClient(net::Session& session, net::Clock& clock, std::string origin, std::string scope, int parallel = 1);

    template <typename T>
    using Result = tl::expected<T, ProviderError>;
    using Objects = std::vector<nlohmann::json>;

    /// Any answer that arrived; an error only when none did.
    [[nodiscard]] Result<GraphAnswer> send(net::Method method, const std::string& path, const std::string& what,
                                           const nlohmann::json* body = nullptr, SendOptions options = {});
    /// PUTs the bytes of a file.
    [[nodiscard]] Result<GraphAnswer> put_file(const std::string& path, const std::string& what,
                                               const std::string& bytes, const std::string& content_type);
    /// An answer of 200, as JSON object.
    [[nodiscard]] Result<nlohmann::json> get(const std::string& path, const std::string& what);
    /// The members of `value` of every page, to the end. A page that fails fails the whole; `pages_read` then says how
    /// many came before it.
    [[nodiscard]] Result<Objects> list(const std::string& path, const std::string& what, ReadPart* part = nullptr,
                                       std::size_t* pages_read = nullptr);
    /// The same, unless it takes more than `max_pages`: then nothing.
    [[nodiscard]] Result<std::optional<Objects>> list_at_most(const std::string& path, const std::string& what,
                                                              std::size_t max_pages, ReadPart* part = nullptr,
                                                              std::size_t* pages_read = nullptr);
    /// Reads many paths, 20 to a request; answers in the order asked for. What is throttled inside a batch is asked for
    /// again. An answer that is neither 200 nor 404 fails the whole; a 404 is null JSON.
    [[nodiscard]] Result<Objects> read_all(const std::vector<std::string>& paths, const std::string& what,
                                           ReadPart* part = nullptr);

    /// One round of a delta query, to its end: what has changed, and the path that the next round begins with. Nothing
    /// when the service does not take `path` any more: everything has to be read anew.
    /// https://learn.microsoft.com/graph/delta-query-overview
    struct Changes;
    [[nodiscard]] Result<std::optional<Changes>> changes(const std::string& path, const std::string& what);

    /// From now on lists and reads are answered out of `memory` where it knows them, and kept there. Null pointer: no
    /// more. It outlives the client.
    void remember_in(AnswerMemory* memory) { memory_ = memory; }
    [[nodiscard]] bool remembers() const noexcept { return memory_ != nullptr; }

    /// The error of an answer that refused `what`.
    [[nodiscard]] ProviderError refused(const std::string& what, const GraphAnswer& answer) const;
    /// The error of an answer that arrived and makes no sense.
    [[nodiscard]] ProviderError incomplete(const std::string& what, const std::string& why) const;
    [[nodiscard]] ProviderError stopped(const std::string& what) const;
    /// False when the process was asked to stop.
    [[nodiscard]] bool wait(std::chrono::milliseconds duration) { return clock_.sleep_for(duration); }
    [[nodiscard]] std::chrono::system_clock::time_point now() const { return clock_.now(); }
    /// Who calls: the service principal and its application; empty when the token does not say.
    struct Caller {
        std::string object_id, app_id;
    };
    /// An error when there is no token.
    [[nodiscard]] Result<Caller> caller();
    [[nodiscard]] Result<std::string> caller_object_id();

    /// How many paths `read_all` puts into one request.
    static constexpr std::size_t max_batch = 20;

private:
    [[nodiscard]] Result<GraphAnswer> call(const net::Request& request, const std::string& what);
    /// Sends; once more with a new token when a permission is missing that may have been granted since.
    [[nodiscard]] Result<net::Answer> exchange(const net::Request& request, const std::string& what);
    [[nodiscard]] Result<GraphAnswer> understood(net::Answer answer, const std::string& what) const;
    [[nodiscard]] net::Request request_for(net::Method method, const std::string& path) const;
    [[nodiscard]] Result<net::Answer> ask_for_page(const std::string& path, const std::string& what);
    [[nodiscard]] Result<GraphAnswer> read_page(PagesAhead& pages, const std::string& path, const std::string& what,
                                                bool more);
    [[nodiscard]] Result<void> wait_for_lane(const std::string& what);
    [[nodiscard]] bool may_renew_token();
    /// The path behind the version of the link `name` in `page`; empty when there is none.
    [[nodiscard]] Result<std::string> linked(const nlohmann::json& page, const char* name,
                                             const std::string& what) const;
    [[nodiscard]] tl::expected<std::string, const char*> path_of(const std::string& link) const;
    [[nodiscard]] Result<std::optional<Objects>> read_pages(const std::string& path, const std::string& what,
                                                            std::size_t max_pages, ReadPart* part, std::size_t& pages,
                                                            bool& expired);
    [[nodiscard]] Result<Objects> read_in_batches(const std::vector<std::string>& paths, const std::string& what,
                                                  ReadPart* part);
    [[nodiscard]] Result<void> read_batch(const std::vector<std::string>& paths, std::size_t first, std::size_t count,
                                          Objects& into, const std::string& what, ReadPart* part);

    net::Session& session_;
    net::Clock& clock_;
    const std::string origin_;
    const std::string scope_;
    const int parallel_;
    AnswerMemory* memory_ = nullptr;
    std::atomic<std::chrono::steady_clock::rep> renewed_at_;
};

struct GraphClient::Changes {
    Objects objects;  ///< with their ids, and at least what has changed; or "@removed"
    std::string next;
};

/// `text` as an OData string literal inside a path: quotes doubled, the rest percent-encoded.
[[nodiscard]] std::string key_literal(const std::string& text);
[[nodiscard]] std::string percent_encoded(const std::string& text);

}  // namespace regent::provider::graph
