// The side of the fetch that runs in a process of its own: short-lived, with few rights and narrow limits. What libgit2
// does with the bytes of a server happens here and nowhere else: own_copy.cpp is where they go, fetch_remote.cpp and
// fetch_local.cpp are where they come from.
#include "source/fetch_local.hpp"
#include "source/fetch_process.hpp"
#include "source/fetch_remote.hpp"
#include "source/own_copy.hpp"
#include "source/printable.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>

namespace regent::source {
namespace {

namespace fs = std::filesystem;

struct Job {
    FetchRequest request;
    bool pack = false;
};

FetchResult<Job> job_of(const std::vector<std::string>& arguments) {
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
    if (request.url.starts_with("https:")) believe(request.ca_file);
}

FetchResult<void> check_names(const FetchRequest& request, const GitAddress& address) {
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

FetchResult<std::string> fetch_here(const FetchRequest& request) {
    auto address = parse_git_address(request.url);
    if (!address) return tl::unexpected(Problem{address.error()});
    if (auto fine = check_names(request, *address); !fine) return tl::unexpected(fine.error());
    const bool local = address->kind == GitAddress::Kind::local;
    if (local) {
        if (auto fine = look_at_local(*address); !fine) return tl::unexpected(fine.error());
    }
    const auto own = open_own_copy(request.repository);
    if (!own) return tl::unexpected(own.error());
    if (auto whole = check_own_copy(own->get(), request.repository); !whole) return tl::unexpected(whole.error());
    return local ? fetch_local(own->get(), request, *address) : fetch_remote(own->get(), request, *address);
}

FetchResult<std::string> work(const std::vector<std::string>& arguments) {
    const auto job = job_of(arguments);
    if (!job) return tl::unexpected(job.error());
    narrow(job->request);
    prepare_libgit2(job->request);
    if (auto locked = lock_own_copy(job->request.repository); !locked) return tl::unexpected(locked.error());
    remove_leftovers(job->request.repository);
    return job->pack ? pack_own_copy(job->request.repository) : fetch_here(job->request);
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
