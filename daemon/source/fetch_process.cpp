#include "source/fetch_process.hpp"

#include "source/child_process.hpp"
#include "source/git_address.hpp"
#include "source/printable.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

namespace regent::source {
namespace {

std::vector<std::string> environment() {
    std::vector<std::string> list{"PATH=/usr/bin:/bin", "LC_ALL=C", "HOME=/nonexistent"};
    for (const char* name : {"https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"}) {
        if (const char* value = std::getenv(name); value != nullptr) list.push_back(fmt::format("{}={}", name, value));
    }
    return list;
}

/// "name rest-of-line" lines.
std::string answer(const std::string& output, std::string_view name) {
    std::size_t at = 0;
    while (at < output.size()) {
        const auto end = std::min(output.find('\n', at), output.size());
        const auto line = std::string_view(output).substr(at, end - at);
        if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ')
            return std::string(line.substr(name.size() + 1));
        at = end + 1;
    }
    return {};
}

std::vector<std::string> arguments_of(const FetchRequest& request, const FetchProgram& program) {
    auto list = program.arguments;
    const auto add = [&](const char* name, const std::string& value) {
        if (value.empty()) return;
        list.emplace_back(name);
        list.push_back(value);
    };
    add("--repository", request.repository);
    add("--url", request.url);
    add("--branch", request.branch);
    add("--tag", request.tag);
    add("--user", request.user);
    add("--token-file", request.token_file);
    add("--ssh-key-file", request.ssh_key_file);
    add("--ssh-known-hosts-file", request.ssh_known_hosts_file);
    add("--ca-file", request.ca_file);
    add("--proxy", request.proxy);
    add("--timeout", std::to_string(request.timeout.count()));
    return list;
}

FetchError failed(const Outcome& outcome, const FetchRequest& request, const std::string& shown) {
    using End = Outcome::End;
    if (outcome.end == End::stopped) return {{fmt::format("the fetch from {} was stopped", shown), ""}};
    if (outcome.end == End::out_of_time) {
        return {
            {fmt::format("{} did not answer in full within {} s; the fetch was ended", shown, request.timeout.count()),
             "check the network and the server; a very large repository may need a longer timeout"}};
    }
    if (outcome.end == End::not_started) {
        return {{fmt::format("the program that fetches could not be started: {}", std::strerror(outcome.status)),
                 "check limits on memory, processes and descriptors"}};
    }
    if (outcome.end == End::killed_by_signal) {
        return {{fmt::format("the program that fetches was ended by signal {} ({})", outcome.status,
                             strsignal(outcome.status)),
                 "signal 9 is often a lack of memory: see the journal; signal 24 a fetch that never ends, 31 a system "
                 "call that the unit file does not allow"},
                true};
    }
    auto message = answer(outcome.output, "message");
    if (message.empty()) {
        message = fmt::format("the program that fetches failed with exit code {}: {}", outcome.status,
                              printable(outcome.errors));
    }
    return {{message, answer(outcome.output, "help")}, answer(outcome.output, "problem") == "own-copy"};
}

}  // namespace

tl::expected<std::string, FetchError> fetch(const FetchRequest& request, const FetchProgram& program,
                                            const std::atomic<bool>& stop) {
    const auto address = parse_git_address(request.url);
    if (!address) return tl::unexpected(FetchError{address.error()});
    if (request.proxy.find('@') != std::string::npos) {
        return tl::unexpected(
            FetchError{{"the proxy's address holds a user or a password: it would be seen by everybody "
                        "who lists processes",
                        "git is fetched only through proxies that ask for none"}});
    }
    Command command;
    command.program = program.executable;
    command.arguments = arguments_of(request, program);
    command.environment = environment();
    command.limit = request.timeout;
    const auto outcome = run_command(command, stop);
    auto commit = answer(outcome.output, "commit");
    if (outcome.succeeded() && commit.size() == 40) return commit;
    return tl::unexpected(failed(outcome, request, address->shown));
}

void pack_repository(const std::filesystem::path& repository, const FetchProgram& program,
                     const std::atomic<bool>& stop) {
    Command command;
    command.program = program.executable;
    command.arguments = program.arguments;
    command.arguments.insert(command.arguments.end(), {"--repository", repository.string(), "--pack", "yes"});
    command.limit = std::chrono::minutes(2);
    // Left undone, it is done after the next fetch.
    static_cast<void>(run_command(command, stop));
}

}  // namespace regent::source
