#pragma once

#include "net/session.hpp"
#include "provider/provider_error.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace regent::provider::connectors {

struct SplitUrl {
    std::string origin;
    /// Begins with a slash, also where the URL ends with its host.
    std::string target;
};

/// Both empty for what is no URL.
[[nodiscard]] SplitUrl split_url(const std::string& url);

/// A list that a service hands out in pages: an object with `value`, and the link to the next page as long as there is
/// one. Whatever host a link names, the token stays with the one that we were told to trust: only its path counts.
struct PagedList {
    /// Asks for the page at a target.
    std::function<tl::expected<net::Answer, ProviderError>(std::string target)> ask;
    /// Puts what is wrong with an answer into the service's words.
    std::function<ProviderError(const net::Answer& answer, const std::string& why)> unclear;
    /// What to ask for to have the page that a link's target names; nothing where that lies outside the service.
    std::function<std::optional<std::string>(const std::string& target)> within;
    /// Takes an entry, and says what is wrong with it; empty when nothing is.
    std::function<std::string(nlohmann::json& entry)> take;
    /// May be empty.
    std::function<void()> page_ends = {};
    std::string_view next_link = "nextLink";
};

/// All of its pages. What cannot be understood, a link that leaves the service and one that leads back to a page that
/// was read are errors, never a shorter list.
[[nodiscard]] tl::expected<void, ProviderError> read_pages(std::string first, const PagedList& list);

}  // namespace regent::provider::connectors
