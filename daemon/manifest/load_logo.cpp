#include "manifest/load_logo.hpp"

#include "manifest/file_digest.hpp"
#include "manifest/load_file.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::manifest {
namespace {

using namespace std::string_view_literals;

// https://learn.microsoft.com/entra/identity-platform/howto-add-branding-in-apps
constexpr std::size_t max_logo_bytes = std::size_t{100} * 1024;

/// How the kinds of picture that Entra takes begin.
constexpr std::array beginnings = {"\x89PNG\r\n\x1a\n"sv, "\xff\xd8\xff"sv, "GIF87a"sv, "GIF89a"sv};

bool is_picture(std::string_view bytes) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&](auto beginning) { return bytes.substr(0, beginning.size()) == beginning; });
}

}  // namespace

void load_logo(const LoadJob& job, model::Declaration& declaration) {
    const auto* entry = job.spec.entry("logo");
    if (entry == nullptr) return;
    const auto& node = entry->value;
    if (node.text.empty()) {
        job.findings.bad_value("RG0485", node, "a logo cannot be taken away once it was set").help =
            "name another picture, or remove the key: then the one that is there stays";
        return;
    }
    const auto file = file_beside(job, node, "the logo");
    if (!file) return;
    if (!is_picture(file->bytes)) {
        job.findings.bad_value("RG0485", node, fmt::format("`{}` is no PNG, JPEG or GIF picture", file->path))
            .notes.push_back("told by its first bytes, not by its name");
        return;
    }
    if (file->bytes.size() > max_logo_bytes) {
        job.findings.bad_value("RG0485", node,
                               fmt::format("a logo has at most {} KB, and `{}` has {}", max_logo_bytes / 1024,
                                           file->path, (file->bytes.size() + 1023) / 1024));
        return;
    }
    declare(declaration, model::path::logo, entry,
            model::Map{{"sha256", short_sha256(file->bytes)}, {"bytes", base64_of(file->bytes)}});
}

}  // namespace regent::manifest
