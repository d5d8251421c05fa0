#include "source/repository_name.hpp"

#include "source/git_handles.hpp"
#include "source/printable.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

/// As long as a path can be: two names are never one because they were cut.
constexpr std::size_t longest_name = 4096;

std::string without_trailing(std::string text, std::string_view end) {
    if (text.size() > end.size() && text.ends_with(end)) text.resize(text.size() - end.size());
    return text;
}

/// "host/path" of "user@host" and "path", as both may be written.
std::string remote_name(std::string_view authority, std::string_view path) {
    // Also a token may hold an @.
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    std::string host(authority);
    std::transform(host.begin(), host.end(), host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    while (path.starts_with('/')) path.remove_prefix(1);
    while (path.ends_with('/')) path.remove_suffix(1);
    return host + "/" + without_trailing(std::string(path), ".git");
}

std::string local_name(const fs::path& path) {
    const auto normal = path.lexically_normal();
    return (normal.has_filename() ? normal : normal.parent_path()).string();
}

std::string origin_of(git_repository* repository) {
    git_remote* remote = nullptr;
    if (git_remote_lookup(&remote, repository, "origin") != 0) {
        git_strarray names{};
        if (git_remote_list(&names, repository) != 0) return {};
        const std::string only = names.count == 1 ? names.strings[0] : "";
        git_strarray_dispose(&names);
        if (only.empty() || git_remote_lookup(&remote, repository, only.c_str()) != 0) return {};
    }
    const GitRemote owned(remote);
    const auto* url = git_remote_url(remote);
    return url == nullptr ? std::string{} : std::string(url);
}

bool is_relative_path(std::string_view url) {
    return url == "." || url == ".." || url.starts_with("./") || url.starts_with("../");
}

}  // namespace

std::string name_of_origin(std::string_view url) {
    std::string name;
    const auto scheme = url.find("://");
    const auto colon = url.find(':');
    if (url.starts_with("file://")) {
        name = local_name(fs::path(url.substr(std::string_view("file://").size())));
    } else if (scheme != std::string_view::npos) {
        const auto rest = url.substr(scheme + 3);
        const auto slash = std::min(rest.find('/'), rest.size());
        name = remote_name(rest.substr(0, slash), rest.substr(slash));
    } else if (colon != std::string_view::npos && url.find('/') > colon) {
        name = remote_name(url.substr(0, colon), url.substr(colon + 1));
    } else {
        name = local_name(fs::path(url));
    }
    return printable(name, longest_name);
}

std::string name_within(std::string name, std::string_view path) {
    const auto inside = fs::path(path).lexically_normal().relative_path().generic_string();
    if (inside.empty() || inside == ".") return name;
    return name + "/" + without_trailing(inside, "/");
}

std::string name_of_folder(const fs::path& root) {
    std::error_code error;
    const auto path = fs::absolute(root, error);
    auto alone = printable(local_name(path), longest_name);
    const auto real = fs::canonical(root, error);
    start_libgit2();
    git_repository* opened = nullptr;
    if (error || git_repository_open_ext(&opened, real.c_str(), 0, nullptr) != 0) return alone;
    const GitRepository repository(opened);
    const auto* top = git_repository_workdir(opened);
    const auto url = origin_of(opened);
    if (url.empty() || top == nullptr) return alone;
    const auto tree = fs::canonical(top, error);
    if (error) return alone;
    const auto name = is_relative_path(url) ? printable(local_name(tree / url), longest_name) : name_of_origin(url);
    return name_within(name, real.lexically_relative(tree).generic_string());
}

}  // namespace regent::source
