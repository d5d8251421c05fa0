#include "source/fetch_remote.hpp"

#include "source/own_copy.hpp"
#include "source/ssh_transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

struct Call {
    const FetchRequest& request;
    GitAddress address;
    SshCall ssh;
    int asked = 0;
    bool certificate_refused = false;
    std::optional<SourceError> refusal;
};

std::optional<std::string> token_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string token(std::size_t{16} * 1024, '\0');
    stream.read(token.data(), static_cast<std::streamsize>(token.size()));
    token.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) token.pop_back();
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (token.empty() || std::any_of(token.begin(), token.end(), is_control)) return std::nullopt;
    return token;
}

/// What the large forges want as the name beside a token.
std::string user_beside_token(const std::string& host) {
    const auto at = [&](std::string_view domain) {
        return host == domain || host.ends_with(fmt::format(".{}", domain));
    };
    if (at("github.com")) return "x-access-token";
    if (at("bitbucket.org")) return "x-token-auth";
    if (at("gitlab.com")) return "oauth2";
    return "git";
}

int on_credentials(git_credential** out, const char*, const char*, unsigned int allowed, void* payload) {
    auto& call = *static_cast<Call*>(payload);
    const auto& request = call.request;
    const auto refuse = [&](std::string message, std::string help) {
        call.refusal = SourceError{std::move(message), std::move(help)};
        return GIT_EUSER;
    };
    if (request.token_file.empty()) {
        return refuse(fmt::format("{} asks for a user and a token, and none is configured", call.address.shown),
                      "hand over a token that can read the repository as the credential `git-token`; a mistyped "
                      "address is answered like this, too");
    }
    if (++call.asked > 1) {
        return refuse(fmt::format("{} refused the token in {}", call.address.shown, request.token_file.string()),
                      "it may have expired or been revoked, or may not read this repository; some servers want a "
                      "certain `user`");
    }
    const auto token = token_of(request.token_file);
    if (!token) {
        return refuse(fmt::format("there is no token in {}: the file is missing, empty, unreadable or has several "
                                  "lines",
                                  request.token_file.string()),
                      "it must hold the token and nothing else");
    }
    if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) == 0)
        return refuse(fmt::format("{} does not take user and token", call.address.shown), "use ssh");
    const auto user = request.user.empty() ? user_beside_token(call.address.host) : request.user;
    return git_credential_userpass_plaintext_new(out, user.c_str(), token->c_str());
}

int on_certificate(git_cert*, int valid, const char*, void* payload) {
    if (valid != 0) return 0;
    static_cast<Call*>(payload)->certificate_refused = true;
    return GIT_ECERTIFICATE;
}

int on_transport(git_transport** out, git_remote* owner, void* payload) {
    return make_ssh_transport(out, owner, static_cast<Call*>(payload)->ssh);
}

SourceError explain(const Call& call, int code, const std::string& said) {
    if (call.refusal) return *call.refusal;
    const auto& shown = call.address.shown;
    if (call.address.kind == GitAddress::Kind::ssh) return explain_ssh(call.ssh);
    const auto& authorities = call.request.ca_file;
    const auto says = [&](std::string_view text) { return said.find(text) != std::string::npos; };
    if (call.certificate_refused || code == GIT_ECERTIFICATE) {
        return {
            fmt::format("the certificate of {} is not one to believe: unknown issuer, expired, or for another name",
                        call.address.host),
            fmt::format("trusted are the authorities in {}{}; a server with a private authority needs that one's "
                        "certificate there, or in the configured file of authorities; check this machine's clock, too",
                        system_certificates, authorities.empty() ? "" : " and " + authorities.string())};
    }
    if (says("status code: 301") || says("status code: 302") || says("status code: 307") || says("status code: 308") ||
        says("redirect")) {
        return {fmt::format("{} answers with a redirect, which is not followed: a token would go to wherever it leads",
                            shown),
                "write the address where the repository is now; it often ends in .git"};
    }
    if (says("status code: 404"))
        return {fmt::format("there is no repository at {}", shown),
                "check the address; private repositories answer like this when the token may not see them"};
    if (says("status code: 403"))
        return {fmt::format("{} does not let us read the repository", shown), "check what the token may read"};
    return {fmt::format("fetching from {} failed: {}", shown, said), "check the network, the proxy and the server"};
}

bool may_be_our_fault() {
    const auto* error = git_error_last();
    if (error == nullptr) return false;
    switch (error->klass) {
        case GIT_ERROR_ODB:
        case GIT_ERROR_OBJECT:
        case GIT_ERROR_ZLIB:
        case GIT_ERROR_REFERENCE:
        case GIT_ERROR_INDEXER:
        case GIT_ERROR_TREE:
        case GIT_ERROR_CONFIG:
        case GIT_ERROR_REPOSITORY:
            return true;
        default:
            return false;
    }
}

FetchResult<Listing> list_remote(git_remote* remote, const GitAddress& address) {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (git_remote_ls(&heads, &count, remote) != 0)
        return problem(fmt::format("{} does not say what it has: {}", address.shown, last_git_error()), "try again");
    Listing listing;
    for (std::size_t at = 0; at < count; ++at) listing.push_back({heads[at]->name, heads[at]->oid});
    return listing;
}

}  // namespace

FetchResult<std::string> fetch_remote(git_repository* own, const FetchRequest& request, const GitAddress& address) {
    Call call{request, address, {address, request.ssh_key_file, request.ssh_known_hosts_file, request.timeout, {}},
              0,       false,   std::nullopt};
    git_remote* made = nullptr;
    if (git_remote_create_anonymous(&made, own, address.url.c_str()) != 0)
        return problem(fmt::format("{} cannot be fetched from: {}", address.shown, last_git_error()), "check `url`",
                       true);
    GitRemote remote(made);
    git_fetch_options options;
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
    options.proxy_opts.type = request.proxy.empty() ? GIT_PROXY_AUTO : GIT_PROXY_SPECIFIED;
    options.proxy_opts.url = request.proxy.empty() ? nullptr : request.proxy.c_str();
    options.callbacks.payload = &call;
    options.callbacks.credentials = on_credentials;
    options.callbacks.certificate_check = on_certificate;
    if (address.kind == GitAddress::Kind::ssh) options.callbacks.transport = on_transport;

    git_remote_connect_options connect;
    git_remote_connect_options_init(&connect, GIT_REMOTE_CONNECT_OPTIONS_VERSION);
    connect.callbacks = options.callbacks;
    connect.proxy_opts = options.proxy_opts;
    connect.follow_redirects = options.follow_redirects;
    const auto give_up = [&](int code, bool own_copy) {
        const auto said = last_git_error();
        remote.reset();  // ends ssh, whose words are the better ones
        return tl::unexpected(Problem{explain(call, code, said), own_copy && !call.refusal});
    };
    if (const int code = git_remote_connect_ext(made, GIT_DIRECTION_FETCH, &connect); code != 0)
        return give_up(code, false);
    const auto listing = list_remote(made, address);
    if (!listing) return tl::unexpected(listing.error());
    const auto wanted = choose(*listing, request, address);
    if (!wanted) return tl::unexpected(wanted.error());
    auto refspec = fmt::format("+{}:{}", wanted->reference, fetched_reference);
    char* specs[] = {refspec.data()};
    const git_strarray list{specs, 1};
    if (const int code = git_remote_download(made, &list, &options); code != 0)
        return give_up(code, may_be_our_fault());
    const auto commit = commit_of(own, *wanted, address.shown);
    if (!commit) return tl::unexpected(commit.error());
    return keep_commit(own, *git_object_id(commit->get()));
}

}  // namespace regent::source
