#include "source/repository_name.hpp"

#include "source/git_handles.hpp"
#include "source/printable.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

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

/// What follows the address, such as "?private_token=…".
std::string_view without_query(std::string_view url) {
    return url.substr(0, std::min(url.find_first_of("?#"), url.size()));
}

bool is_port(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Where the path of "host/path" begins: behind a password in which a slash was not escaped, too.
std::size_t begin_of_path(std::string_view rest) {
    const auto slash = std::min(rest.find('/'), rest.size());
    const auto first = rest.substr(0, slash);
    const auto colon = first.rfind(':');
    const auto at = rest.rfind('@');
    if (first.find('@') != std::string_view::npos || colon == std::string_view::npos ||
        is_port(first.substr(colon + 1)) || at == std::string_view::npos)
        return slash;
    return std::min(rest.find('/', at), rest.size());
}

/// Of "host:path": behind a user and password, which git does not know there, but people write. An @ that no colon
/// follows belongs to the path.
std::size_t begin_of_host(std::string_view url) {
    const auto first = url.substr(0, url.find('/'));
    const auto at = first.rfind('@');
    return at == std::string_view::npos || first.find(':', at) == std::string_view::npos ? 0 : at + 1;
}

std::string local_name(const fs::path& path) {
    const auto normal = path.lexically_normal();
    return (normal.has_filename() ? normal : normal.parent_path()).string();
}

/// What a git configuration says about addresses: remotes by name, and `url.<base>.insteadOf`.
struct Addresses {
    std::map<std::string, std::string, std::less<>> remotes;
    std::vector<std::pair<std::string, std::string>> replacements;  ///< beginning, what stands for it
};

/// "origin" of "remote.origin.url".
std::optional<std::string> between(std::string_view key, std::string_view begin, std::string_view end) {
    if (key.size() <= begin.size() + end.size() || !key.starts_with(begin) || !key.ends_with(end)) return std::nullopt;
    return std::string(key.substr(begin.size(), key.size() - begin.size() - end.size()));
}

/// Read entry by entry, since `git_remote_lookup` of libgit2 1.5 (Debian 12) loses 20 KB at each entry of the
/// configuration that is not `insteadOf` (https://github.com/libgit2/libgit2/pull/6382), and a service looks for
/// months.
std::optional<Addresses> addresses_of(git_repository* repository) {
    git_config* read = nullptr;
    if (git_repository_config_snapshot(&read, repository) != 0) return std::nullopt;
    const GitConfig config(read);
    git_config_iterator* begun = nullptr;
    if (git_config_iterator_new(&begun, read) != 0) return std::nullopt;
    Addresses found;
    const GitConfigIterator iterator(begun);
    git_config_entry* entry = nullptr;
    while (git_config_next(&entry, begun) == 0) {
        if (entry->value == nullptr) continue;
        // Entries of the system and the user come first: the repository's own word is the last.
        if (const auto remote = between(entry->name, "remote.", ".url")) found.remotes[*remote] = entry->value;
        if (auto base = between(entry->name, "url.", ".insteadof"))
            found.replacements.emplace_back(entry->value, *base);
    }
    return found;
}

/// As git does it: of several beginnings that fit the longest one is replaced.
std::string rewritten(const std::string& url, const Addresses& addresses) {
    const std::pair<std::string, std::string>* best = nullptr;
    for (const auto& each : addresses.replacements)
        if (url.starts_with(each.first) && (best == nullptr || each.first.size() > best->first.size())) best = &each;
    return best == nullptr ? url : best->second + url.substr(best->first.size());
}

/// Empty where there is no remote at all.
std::string origin_among(const Addresses& addresses) {
    const auto& remotes = addresses.remotes;
    if (remotes.empty()) return {};
    const auto origin = remotes.find("origin");
    return rewritten((origin == remotes.end() ? remotes.begin() : origin)->second, addresses);
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
        const auto rest = without_query(url.substr(scheme + 3));
        const auto path = begin_of_path(rest);
        name = remote_name(rest.substr(0, path), rest.substr(path));
    } else if (colon != std::string_view::npos && url.find('/') > colon) {
        const auto start = begin_of_host(url);
        const auto end = url.find(':', start);
        name = remote_name(url.substr(start, end - start), url.substr(end + 1));
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
    auto path = fs::absolute(root, error);
    path = error ? root : path;
    auto alone = printable(local_name(path), longest_name);
    const auto real = fs::canonical(root, error);
    if (error) return alone;
    start_libgit2();
    git_repository* opened = nullptr;
    const int status = git_repository_open_ext(&opened, real.c_str(), 0, nullptr);
    if (status == GIT_ENOTFOUND) return alone;
    if (status != 0) return {};
    const GitRepository repository(opened);
    const auto addresses = addresses_of(opened);
    if (!addresses) return {};
    const auto* top = git_repository_workdir(opened);
    const auto url = origin_among(*addresses);
    if (url.empty() || top == nullptr) return alone;
    const auto tree = fs::canonical(top, error);
    if (error) return {};
    const auto name = is_relative_path(url) ? printable(local_name(tree / url), longest_name) : name_of_origin(url);
    return name_within(name, real.lexically_relative(tree).generic_string());
}

}  // namespace regent::source
