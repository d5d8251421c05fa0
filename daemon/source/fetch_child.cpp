// The side of the fetch that runs in a process of its own: short-lived, with few rights and narrow limits. What libgit2
// does with the bytes of a server happens here and nowhere else.
#include "source/fetch_process.hpp"
#include "source/git_address.hpp"
#include "source/git_handles.hpp"
#include "source/printable.hpp"
#include "source/ssh_transport.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <thread>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

struct Problem {
    SourceError error;
    bool own_copy = false;
};
template <typename T>
using Result = tl::expected<T, Problem>;

tl::unexpected<Problem> problem(std::string message, std::string help, bool own_copy = false) {
    return tl::unexpected(Problem{{std::move(message), std::move(help)}, own_copy});
}

struct Job {
    FetchRequest request;
    bool pack = false;
};

Result<Job> job_of(const std::vector<std::string>& arguments) {
    std::map<std::string, std::string> values;
    for (std::size_t at = 0; at + 1 < arguments.size(); at += 2) values[arguments[at]] = arguments[at + 1];
    const auto take = [&](const char* name) {
        const auto node = values.extract(name);
        return node.empty() ? std::string() : node.mapped();
    };
    Job job;
    auto& request = job.request;
    request.repository = take("--repository");
    request.url = take("--url");
    request.branch = take("--branch");
    request.tag = take("--tag");
    request.user = take("--user");
    request.token_file = take("--token-file");
    request.ssh_key_file = take("--ssh-key-file");
    request.ssh_known_hosts_file = take("--ssh-known-hosts-file");
    request.ca_file = take("--ca-file");
    request.proxy = take("--proxy");
    job.pack = take("--pack") == "yes";
    long seconds = 60;
    const auto timeout = take("--timeout");
    std::from_chars(timeout.data(), timeout.data() + timeout.size(), seconds);
    request.timeout = std::chrono::seconds(std::clamp(seconds, 1L, 3600L));
    if (!values.empty() || arguments.size() % 2 != 0 || !request.repository.is_absolute())
        return problem("the program that fetches was called with arguments it does not know",
                       "this is a bug in regent");
    return job;
}

void limit(int resource, rlim_t most) {
    const rlimit value{most, most};
    ::setrlimit(static_cast<__rlimit_resource_t>(resource), &value);
}

/// Whatever a hostile server or repository leads to ends here.
void narrow(const FetchRequest& request) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_DUMPABLE, 0);  // a token is about to be in this memory
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGXFSZ, SIG_IGN);
    ::umask(077);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 256);
    limit(RLIMIT_FSIZE, rlim_t{1} << 30);
    limit(RLIMIT_CPU, static_cast<rlim_t>(request.timeout.count()) + 10);
#if !defined(__SANITIZE_ADDRESS__)
    limit(RLIMIT_AS, rlim_t{4} << 30);
#endif
}

constexpr const char* system_certificates = "/etc/ssl/certs/ca-certificates.crt";

std::string contents(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Debian's libgit2 speaks TLS by mbedTLS, which knows no authorities of its own and takes one file of them. So the
/// system's and the configured ones become one file, in memory.
void believe(const fs::path& more_authorities) {
    const auto all =
        contents(system_certificates) + "\n" + (more_authorities.empty() ? "" : contents(more_authorities));
    const int fd = ::memfd_create("authorities", MFD_CLOEXEC);
    for (std::size_t at = 0; fd >= 0 && at < all.size();) {
        const auto written = ::write(fd, all.data() + at, all.size() - at);
        if (written <= 0) break;
        at += static_cast<std::size_t>(written);
    }
    git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, fmt::format("/proc/self/fd/{}", fd).c_str(), nullptr);
}

void prepare_libgit2(const FetchRequest& request) {
    start_libgit2();
    // Nobody's ~/.gitconfig has a say: it could rewrite addresses.
    for (const int level :
         {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA}) {
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "/nonexistent");
    }
    // A repository of another user is read, not obeyed: libgit2 runs no hooks and no programs that its configuration
    // names, which is what the ownership check guards git(1) against (CVE-2022-24765). See
    // decisions/0010-fetching-in-a-child-process.md.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    if (request.url.starts_with("https:")) believe(request.ca_file);
}

bool holds_packs(const fs::path& repository) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack", error)) {
        if (entry.path().extension() == ".pack") return true;
    }
    return false;
}

/// What a killed predecessor left: half a pack, and locks of references.
void remove_leftovers(const fs::path& repository) {
    std::error_code error;
    std::vector<fs::path> leftovers;
    for (const auto& entry : fs::directory_iterator(repository / "objects/pack", error)) {
        const auto extension = entry.path().extension();
        if (extension != ".pack" && extension != ".idx") leftovers.push_back(entry.path());
    }
    for (const auto* folder : {"refs", "."}) {
        for (const auto& entry : fs::recursive_directory_iterator(repository / folder, error)) {
            if (entry.path().extension() == ".lock") leftovers.push_back(entry.path());
        }
    }
    for (const auto& leftover : leftovers) fs::remove(leftover, error);
}

/// One fetch at a time in one repository. The lock is held until the process ends.
Result<void> lock(const fs::path& repository) {
    const int fd = ::open((repository / repository_mark).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return problem(fmt::format("{} cannot be written: {}", repository.string(), std::strerror(errno)),
                       "it must belong to the user regent runs as; check the disk");
    }
    // A predecessor that was killed a moment ago may still be on its way out.
    for (int attempt = 0; ::flock(fd, LOCK_EX | LOCK_NB) != 0; ++attempt) {
        if (attempt == 40) {
            return problem(fmt::format("another process is fetching into {}", repository.string()),
                           "is a second regent running with the same state?");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return {};
}

Result<GitRepository> open_own(const fs::path& repository) {
    git_repository* opened = nullptr;
    if (git_repository_open_bare(&opened, repository.c_str()) == 0) return GitRepository(opened);
    if (holds_packs(repository)) {
        return problem(fmt::format("the local copy {} is damaged: {}", repository.string(), last_git_error()), "",
                       true);
    }
    git_repository_init_options options;
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKPATH;
    options.mode = 0700;
    if (git_repository_init_ext(&opened, repository.c_str(), &options) != 0) {
        return problem(fmt::format("no repository can be made at {}: {}", repository.string(), last_git_error()),
                       "check the disk and the folder's permissions", true);
    }
    return GitRepository(opened);
}

/// Commits fetched before must be whole, or the server would be told that we have what we have not.
bool references_are_whole(git_repository* repository) {
    for (const char* name : {fetched_reference, accepted_reference}) {
        git_oid id;
        const int code = git_reference_name_to_id(&id, repository, name);
        if (code == GIT_ENOTFOUND) continue;
        git_object* commit = nullptr;
        if (code != 0 || git_object_lookup(&commit, repository, &id, GIT_OBJECT_ANY) != 0) return false;
        const GitObject owned(commit);
        git_object* tree = nullptr;
        if (git_object_peel(&tree, commit, GIT_OBJECT_TREE) != 0) return false;
        git_object_free(tree);
    }
    return true;
}

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

/// A local path, looked at before libgit2 does: its messages are about configuration values.
Result<void> look_at_local(const GitAddress& address) {
    struct stat info {};
    const auto& path = address.path;
    if (::stat(path.c_str(), &info) != 0) {
        return problem(fmt::format("the repository {} cannot be found: {}", path.string(), std::strerror(errno)),
                       "check the path; a unit with ProtectHome= or PrivateTmp= does not see /home or /tmp");
    }
    if (!S_ISDIR(info.st_mode)) return problem(fmt::format("{} is not a folder", path.string()), "check `url`");
    for (const auto* part : {".", ".git", "refs", ".git/refs", "objects", ".git/objects"}) {
        if (::stat((path / part).c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0 &&
            (info.st_mode & S_ISVTX) == 0) {
            return problem(fmt::format("every user of this machine may write to {}, and so decide what regent does",
                                       (path / part).lexically_normal().string()),
                           "chmod -R o-w");
        }
    }
    if (::access(path.c_str(), R_OK | X_OK) != 0) {
        return problem(fmt::format("the repository {} may not be read by the user regent runs as (uid {})",
                                   path.string(), ::geteuid()),
                       "give that user, or a group it is in, the right to read all of it");
    }
    return {};
}

struct Wanted {
    std::string reference;
    git_oid id{};
};

using Listing = std::vector<Wanted>;

/// Finds the branch or tag in what there is.
Result<Wanted> choose(const Listing& listing, const FetchRequest& request, const GitAddress& address) {
    const bool branch = !request.branch.empty();
    const std::string_view prefix = branch ? "refs/heads/" : "refs/tags/";
    const auto wanted = fmt::format("{}{}", prefix, branch ? request.branch : request.tag);
    std::vector<std::string> others;
    for (const auto& [name, id] : listing) {
        if (name == wanted) return Wanted{name, id};
        if (name.starts_with(prefix) && !name.ends_with("^{}"))
            others.push_back(printable(name.substr(prefix.size()), 60));
    }
    const auto* kind = branch ? "branch" : "tag";
    if (listing.empty()) {
        return problem(fmt::format("the repository {} is empty: it has no commit yet", address.shown),
                       fmt::format("push a {} `{}`", kind, wanted.substr(prefix.size())));
    }
    const auto more = others.size() > 8 ? fmt::format(" and {} more", others.size() - 8) : "";
    others.resize(std::min<std::size_t>(others.size(), 8));
    return problem(fmt::format("there is no {} `{}` in {}", kind, wanted.substr(prefix.size()), address.shown),
                   others.empty() ? fmt::format("it has no {} at all", kind)
                                  : fmt::format("it may have been deleted or renamed; there are: {}{}",
                                                fmt::join(others, ", "), more));
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

/// The commit that a branch or tag names, in the repository where its objects are.
Result<GitObject> commit_of(git_repository* repository, const Wanted& wanted, const std::string& shown) {
    git_object* object = nullptr;
    if (git_object_lookup(&object, repository, &wanted.id, GIT_OBJECT_ANY) != 0)
        return problem(fmt::format("{} of {} cannot be read: {}", printable(wanted.reference), shown, last_git_error()),
                       "check the repository with `git fsck`", true);
    const GitObject owned(object);
    git_object* commit = nullptr;
    if (git_object_peel(&commit, object, GIT_OBJECT_COMMIT) != 0)
        return problem(fmt::format("{} of {} names no commit", printable(wanted.reference), shown), "check the tag");
    return GitObject(commit);
}

Result<std::string> keep(git_repository* repository, const git_oid& commit) {
    git_reference* reference = nullptr;
    if (git_reference_create(&reference, repository, fetched_reference, &commit, 1, nullptr) != 0)
        return problem(fmt::format("the local copy cannot be written: {}", last_git_error()), "check the disk", true);
    git_reference_free(reference);
    return hex(commit);
}

Result<void> check_names(const FetchRequest& request, const GitAddress& address) {
    const auto name = request.branch.empty() ? "refs/tags/" + request.tag : "refs/heads/" + request.branch;
    int valid = 0;
    if (request.branch.empty() == request.tag.empty() || git_reference_name_is_valid(&valid, name.c_str()) != 0 ||
        valid == 0) {
        return problem("the source needs one branch or one tag, by a name that git allows",
                       "check `branch` and `tag`: they are names like `main` or `v1.2`, without refs/heads/");
    }
    if (address.kind == GitAddress::Kind::ssh && request.ssh_known_hosts_file.empty()) {
        return problem(
            "a source over ssh needs a file of known hosts: without one, any machine could pose as the server",
            "hand it over as the credential `git-known-hosts`");
    }
    return {};
}

Result<Listing> list_remote(git_remote* remote, const GitAddress& address) {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (git_remote_ls(&heads, &count, remote) != 0)
        return problem(fmt::format("{} does not say what it has: {}", address.shown, last_git_error()), "try again");
    Listing listing;
    for (std::size_t at = 0; at < count; ++at) listing.push_back({heads[at]->name, heads[at]->oid});
    return listing;
}

Result<std::string> fetch_remote(git_repository* own, const FetchRequest& request, const GitAddress& address) {
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
    return keep(own, *git_object_id(commit->get()));
}

/// Copies what is missing for `commit` from `source` as one pack.
bool copy_missing(git_repository* own, git_repository* source, const git_oid& commit) {
    git_packbuilder* builder = nullptr;
    if (git_packbuilder_new(&builder, source) != 0) return false;
    const GitPackbuilder pack(builder);
    git_packbuilder_set_threads(builder, 1);
    git_revwalk* walk = nullptr;
    if (git_revwalk_new(&walk, source) != 0) return false;
    const GitRevwalk owned(walk);
    if (git_revwalk_push(walk, &commit) != 0) return false;
    for (const char* name : {fetched_reference, accepted_reference}) {
        git_oid have;
        git_object* known = nullptr;
        if (git_reference_name_to_id(&have, own, name) != 0) continue;
        if (git_object_lookup(&known, source, &have, GIT_OBJECT_COMMIT) != 0) continue;  // rewritten and cleaned away
        const GitObject found(known);
        if (git_revwalk_hide(walk, &have) != 0) return false;
    }
    const auto folder = fs::path(git_repository_path(own)) / "objects/pack";
    return git_packbuilder_insert_walk(builder, walk) == 0 &&
           git_packbuilder_write(builder, folder.c_str(), 0600, nullptr, nullptr) == 0;
}

Result<Listing> list_local(git_repository* source, const GitAddress& address) {
    git_reference_iterator* iterator = nullptr;
    if (git_reference_iterator_new(&iterator, source) != 0)
        return problem(fmt::format("the references of {} cannot be read: {}", address.shown, last_git_error()), "");
    Listing listing;
    const char* name = nullptr;
    while (git_reference_next_name(&name, iterator) == 0) {
        git_oid id;
        if (git_reference_name_to_id(&id, source, name) == 0) listing.push_back({name, id});
    }
    git_reference_iterator_free(iterator);
    return listing;
}

/// Not by libgit2's own transport for folders, which copies every branch there is.
Result<std::string> fetch_local(git_repository* own, const FetchRequest& request, const GitAddress& address) {
    const auto unreadable = [&] {
        return problem(fmt::format("the repository {} cannot be read: {}", address.shown, last_git_error()),
                       "check that it is a git repository, whole (git fsck) and not a shallow clone, and that the user "
                       "regent runs as may read all of it");
    };
    git_repository* opened = nullptr;
    if (git_repository_open_ext(&opened, address.path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr) != 0)
        return unreadable();
    const GitRepository source(opened);
    const auto listing = list_local(opened, address);
    if (!listing) return tl::unexpected(listing.error());
    const auto wanted = choose(*listing, request, address);
    if (!wanted) return tl::unexpected(wanted.error());
    const auto commit = commit_of(opened, *wanted, address.shown);
    if (!commit) return tl::unexpected(Problem{commit.error().error});
    const auto& id = *git_object_id(commit->get());
    git_oid have;
    const bool known = git_reference_name_to_id(&have, own, fetched_reference) == 0 && git_oid_equal(&have, &id) != 0;
    if (!known && !copy_missing(own, opened, id)) return unreadable();
    git_object* copied = nullptr;
    if (git_object_lookup(&copied, own, &id, GIT_OBJECT_COMMIT) != 0)
        return problem(fmt::format("what was copied is not there: {}", last_git_error()), "check the disk", true);
    git_object_free(copied);
    return keep(own, id);
}

Result<std::string> fetch_here(const FetchRequest& request) {
    auto address = parse_git_address(request.url);
    if (!address) return tl::unexpected(Problem{address.error()});
    if (auto fine = check_names(request, *address); !fine) return tl::unexpected(fine.error());
    const bool local = address->kind == GitAddress::Kind::local;
    if (local) {
        if (auto fine = look_at_local(*address); !fine) return tl::unexpected(fine.error());
    }
    const auto own = open_own(request.repository);
    if (!own) return tl::unexpected(own.error());
    if (!references_are_whole(own->get())) {
        return problem(fmt::format("the local copy {} is damaged: {}", request.repository.string(), last_git_error()),
                       "", true);
    }
    return local ? fetch_local(own->get(), request, *address) : fetch_remote(own->get(), request, *address);
}

Result<std::string> pack_here(const fs::path& path) {
    auto opened = open_own(path);
    if (!opened) return tl::unexpected(opened.error());
    const auto failed = [&] { return problem(last_git_error(), ""); };
    git_packbuilder* builder = nullptr;
    if (git_packbuilder_new(&builder, opened->get()) != 0) return failed();
    const GitPackbuilder pack(builder);
    git_revwalk* walk = nullptr;
    if (git_revwalk_new(&walk, opened->get()) != 0) return failed();
    const GitRevwalk owned(walk);
    if (git_revwalk_push_glob(walk, "refs/regent/*") != 0) return failed();
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(path / "objects/pack")) old.push_back(entry.path());
    if (git_packbuilder_insert_walk(builder, walk) != 0 ||
        git_packbuilder_write(builder, nullptr, 0600, nullptr, nullptr) != 0) {
        return failed();
    }
    const auto name = fmt::format("pack-{}", hex(*git_packbuilder_hash(builder)));
    if (!fs::exists(path / "objects/pack" / (name + ".pack")) || !fs::exists(path / "objects/pack" / (name + ".idx")))
        return problem("the new pack is not where it should be", "");
    for (const auto& file : old) {
        if (file.stem() != name) fs::remove(file);
    }
    return std::string();
}

Result<std::string> work(const std::vector<std::string>& arguments) {
    const auto job = job_of(arguments);
    if (!job) return tl::unexpected(job.error());
    narrow(job->request);
    prepare_libgit2(job->request);
    if (auto locked = lock(job->request.repository); !locked) return tl::unexpected(locked.error());
    remove_leftovers(job->request.repository);
    return job->pack ? pack_here(job->request.repository) : fetch_here(job->request);
}

void answer(const char* name, std::string_view text) {
    if (!text.empty()) fmt::print("{} {}\n", name, printable(text, 2000));
}

}  // namespace

int run_fetch(const std::vector<std::string>& arguments) {
    try {
        const auto commit = work(arguments);
        if (commit) {
            answer("commit", *commit);
        } else {
            answer("problem", commit.error().own_copy ? "own-copy" : "remote");
            answer("message", commit.error().error.message);
            answer("help", commit.error().error.help);
        }
        std::fflush(stdout);
        return commit ? 0 : 1;
    } catch (const std::exception& error) {
        answer("problem", "own-copy");
        answer("message", fmt::format("the fetch failed: {}", error.what()));
        std::fflush(stdout);
        return 1;
    }
}

}  // namespace regent::source
