#pragma once

#include "net/session.hpp"
#include "provider/provider_error.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <future>
#include <string>
#include <string_view>

namespace regent::provider::graph {

/// Asks for the next page of a list while the last one is still being understood: the wait for one and the work on the
/// other then overlap. At most one request is under way. Not thread-safe; waits for its request when it goes.
class PagesAhead {
public:
    using Page = tl::expected<net::Answer, ProviderError>;
    using Ask = std::function<Page(const std::string& path)>;

    /// `ask` is called from a thread of its own for what is asked ahead. It outlives this.
    explicit PagesAhead(Ask ask) : ask_(std::move(ask)) {}

    /// The answer for `path`: what was asked ahead if it was that, else of a new request.
    [[nodiscard]] Page take(const std::string& path);
    /// Sends the request for `path`, which is most likely taken next.
    void ask_ahead(const std::string& path);

private:
    const Ask ask_;
    std::string path_;
    std::future<Page> page_;
};

/// The `@odata.nextLink` in the text of a page, where it stands before the objects; else empty. Only a hint: whether
/// the page is whole is known when all of it was read.
[[nodiscard]] std::string next_link_ahead(std::string_view page);

}  // namespace regent::provider::graph
