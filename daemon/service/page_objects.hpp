#pragma once

#include "service/page_view.hpp"

#include <string>

namespace regent::service {

/// What a page about `environments` says of their objects: cards about what needs somebody, ways to narrow the list,
/// and the list itself, a page of it at a time. `path` is the page's own address, which its links lead to.
void add_objects(PageData& page, const Environments& environments, const std::string& path,
                 const StatusPageInput& input, const PageFilter& filter);

}  // namespace regent::service
