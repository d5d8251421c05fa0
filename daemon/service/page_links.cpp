#include "service/page_links.hpp"

#include "model/attributes.hpp"
#include "service/page_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace regent::service {

namespace {

bool is_unreserved(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '-' || character == '.' || character == '_' ||
           character == '~';
}

std::string encoded_path(std::string_view path) {
    std::string out;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        if (begin > 0) out += '/';
        out += url_encoded(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return out;
}

struct Repository {
    std::string host, path;
};

/// "https://host/path(.git)", "ssh://git@host/path" and "git@host:path"; nothing for folders and other things. What the
/// source says behind a space is the branch, and the folder that is read.
std::optional<Repository> repository_at(std::string_view location) {
    Repository found;
    location = location.substr(0, location.find(' '));
    if (const auto scheme = location.find("://"); scheme != std::string_view::npos) {
        const auto name = location.substr(0, scheme);
        if (name != "https" && name != "ssh") return std::nullopt;
        auto rest = location.substr(scheme + 3);
        const auto slash = rest.find('/');
        if (slash == std::string_view::npos) return std::nullopt;
        auto host = rest.substr(0, slash);
        if (const auto user = host.rfind('@'); user != std::string_view::npos) host.remove_prefix(user + 1);
        found = {std::string(host), std::string(rest.substr(slash + 1))};
    } else {
        const auto user = location.find('@');
        const auto colon = location.find(':');
        if (user == std::string_view::npos || colon == std::string_view::npos || colon < user) return std::nullopt;
        found = {std::string(location.substr(user + 1, colon - user - 1)), std::string(location.substr(colon + 1))};
    }
    while (found.path.ends_with('/')) found.path.pop_back();
    if (found.path.ends_with(".git")) found.path.resize(found.path.size() - 4);
    const bool plain = std::all_of(found.host.begin(), found.host.end(),
                                   [](char character) { return is_unreserved(character) && character != '~'; });
    if (!plain || found.host.empty() || found.path.empty()) return std::nullopt;
    return found;
}

bool is_guid(std::string_view text) {
    return text.size() == 36 && std::all_of(text.begin(), text.end(), [](char character) {
               return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
                      (character >= 'A' && character <= 'F') || character == '-';
           });
}

}  // namespace

std::string url_encoded(std::string_view text) {
    std::string out;
    for (const char character : text) {
        if (is_unreserved(character)) {
            out += character;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(character)));
        }
    }
    return out;
}

PageFilter PageFilter::from(const std::vector<std::pair<std::string, std::string>>& query) {
    PageFilter filter;
    for (const auto& [name, value] : query) {
        if (name == "state") {
            // A loop, since clang 14 does not let a lambda capture a structured binding.
            for (const auto each : all_object_states)
                if (value == to_string(each)) filter.state = value;
        } else if (name == "kind") {
            filter.kind = value;
        } else if (name == "begins") {
            const bool usable = value.size() == 1 && is_unreserved(value.front());
            if (usable) filter.begins = value;
        } else if (name == "page") {
            std::size_t page = 0;
            const auto read = std::from_chars(value.data(), value.data() + value.size(), page);
            if (read.ec == std::errc{} && page > 0 && page < 1'000'000) filter.page = page;
        } else if (name == "credentials") {
            filter.all_credentials = value == "all";
        } else if (name == "refresh") {
            filter.refresh = value == "1";
        }
    }
    return filter;
}

std::string PageFilter::link(const std::string& path, std::string_view fragment) const {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (value.empty()) return;
        query += query.empty() ? '?' : '&';
        query += name;
        query += '=';
        query += url_encoded(value);
    };
    add("state", state);
    add("kind", kind);
    add("begins", begins);
    if (page > 1) add("page", std::to_string(page));
    if (all_credentials) add("credentials", "all");
    if (refresh) add("refresh", "1");
    return path + query + (fragment.empty() ? "" : "#" + std::string(fragment));
}

std::string environment_path(std::string_view environment) {
    return "/e/" + url_encoded(environment);
}

std::string object_path(std::string_view environment, const model::Address& address) {
    return environment_path(environment) + "/" + url_encoded(address.kind) + "/" + url_encoded(address.name);
}

std::string forge_link(const controller::SourceStatus& source, std::string_view commit, const model::Place& place) {
    if (source.kind != "git" || commit.empty() || !place.known()) return {};
    const auto repository = repository_at(source.location);
    if (!repository) return {};
    const auto& host = repository->host;
    const auto path = encoded_path(repository->path);
    constexpr std::string_view folder_mark = ", folder ";
    const auto mark = source.location.find(folder_mark);
    const auto folder =
        mark == std::string::npos ? std::string{} : source.location.substr(mark + folder_mark.size()) + "/";
    const auto file = encoded_path(folder + place.file.str());
    const auto revision = url_encoded(commit);
    if (host == "github.com" || host.ends_with(".ghe.com")) {
        return fmt::format("https://{}/{}/blob/{}/{}#L{}", host, path, revision, file, place.line);
    }
    if (host == "gitlab.com" || host.starts_with("gitlab.")) {
        return fmt::format("https://{}/{}/-/blob/{}/{}#L{}", host, path, revision, file, place.line);
    }
    if (host == "bitbucket.org") {
        return fmt::format("https://{}/{}/src/{}/{}#lines-{}", host, path, revision, file, place.line);
    }
    if (host == "dev.azure.com") {
        return fmt::format("https://{}/{}?path=/{}&version=GC{}&line={}&lineEnd={}&lineStartColumn=1&lineEndColumn=1",
                           host, path, file, revision, place.line, place.line + 1);
    }
    return {};
}

std::string portal_link(const controller::ObjectStatus& object) {
    if (object.address.kind == model::kind::application) {
        const auto id = object.outputs.find(model::output::app_id);
        if (id == object.outputs.end() || !is_guid(id->second)) return {};
        return "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/" +
               id->second;
    }
    // A connector's own page has its environment in the address, which the status does not know.
    if (object.address.kind == model::kind::connector && !object.remote_id.empty()) {
        return "https://make.powerapps.com/";
    }
    return {};
}

}  // namespace regent::service
