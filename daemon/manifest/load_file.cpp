#include "manifest/load_file.hpp"

#include "manifest/load_path.hpp"

#include <fmt/format.h>

namespace regent::manifest {

std::optional<FileBeside> file_beside(const LoadJob& job, const Node& node, std::string_view what) {
    // For an override that is the environment's file.
    const auto& base = node.span.file.empty() ? job.document.file : node.span.file;
    const auto path = repository_path(base, node.text);
    if (!path || path->empty()) {
        auto& d = job.findings.bad_value(
            "RG0218", node, fmt::format("the path {} {}", in_quotes(node.text), path ? "is a folder" : path.error()));
        d.notes.push_back(
            "paths are relative to the file they are written in, use `/`, and stay inside the repository");
        return std::nullopt;
    }
    auto bytes =
        job.context.read_file ? job.context.read_file(*path) : tl::make_unexpected(std::string("no files at hand"));
    if (!bytes) {
        auto& d = job.findings.bad_value("RG0481", node, fmt::format("{} `{}` cannot be read", what, *path));
        d.label = bytes.error();
        d.notes.push_back(fmt::format("the path is relative to `{}`", base));
        return std::nullopt;
    }
    return FileBeside{*path, std::move(*bytes)};
}

}  // namespace regent::manifest
