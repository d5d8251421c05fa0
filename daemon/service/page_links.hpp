#pragma once

#include "controller/status.hpp"
#include "model/address.hpp"
#include "model/place.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace regent::service {

/// `text` as one segment of a path or one value of a query (RFC 3986): everything but unreserved characters encoded.
[[nodiscard]] std::string url_encoded(std::string_view text);

/// What a page of the status shows of all there is; made of the query, and links are made of it.
struct PageFilter {
    std::string state;   ///< a name of ObjectState, or empty
    std::string kind;    ///< "Application", or empty
    std::string begins;  ///< a small letter or digit that names begin with, or empty
    std::size_t page = 1;
    bool all_credentials = false;
    bool refresh = false;  ///< the reader wants the page to load itself anew

    /// Unknown names and values are left out: a link from an older version still leads somewhere.
    [[nodiscard]] static PageFilter from(const std::vector<std::pair<std::string, std::string>>& query);
    /// "/e/prod?state=failing#objects"
    [[nodiscard]] std::string link(const std::string& path, std::string_view fragment = {}) const;
    [[nodiscard]] bool narrows() const noexcept { return !state.empty() || !kind.empty() || !begins.empty(); }
};

[[nodiscard]] std::string environment_path(std::string_view environment);
[[nodiscard]] std::string object_path(std::string_view environment, const model::Address& address);

/// The line of a manifest at its forge, when `source` is a repository at one whose addresses are known (GitHub, GitLab,
/// Azure Repos, Bitbucket); empty otherwise.
[[nodiscard]] std::string forge_link(const controller::SourceStatus& source, std::string_view commit,
                                     const model::Place& place);

/// The object in Microsoft's portal of the public cloud: the application itself, or for connectors the portal; empty
/// where there is nothing to see.
[[nodiscard]] std::string portal_link(const controller::ObjectStatus& object);

}  // namespace regent::service
