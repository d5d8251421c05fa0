#include "source/ssh_transport.hpp"

#include "source/printable.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <git2/errors.h>
#include <git2/sys/transport.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace regent::source {
namespace {

/// For a path in an option: `%` begins a token there (ssh_config(5), TOKENS).
std::string option_path(const std::filesystem::path& path) {
    std::string text = "\"";
    for (const char c : path.string()) {
        if (c == '%') text += '%';
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + "\"";
}

/// The remote side hands its command line to a shell.
std::string shell_quoted(std::string_view text) {
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'' || c == '!')
            quoted += fmt::format("'\\{}'", c);
        else
            quoted += c;
    }
    return quoted + "'";
}

std::vector<std::string> ssh_arguments(const SshCall& call) {
    std::vector<std::string> list{"ssh", "-F", "none", "-T"};
    for (const auto& option :
         {std::string("BatchMode=yes"), std::string("StrictHostKeyChecking=yes"),
          "UserKnownHostsFile=" + option_path(call.known_hosts_file), std::string("GlobalKnownHostsFile=/dev/null"),
          std::string("UpdateHostKeys=no"), std::string("IdentitiesOnly=yes"), std::string("IdentityAgent=none"),
          std::string("PasswordAuthentication=no"), std::string("KbdInteractiveAuthentication=no"),
          std::string("ClearAllForwardings=yes"), std::string("ControlPath=none"), std::string("LogLevel=ERROR"),
          std::string("ServerAliveInterval=10"), fmt::format("ConnectTimeout={}", call.timeout.count())}) {
        list.emplace_back("-o");
        list.push_back(option);
    }
    if (!call.key_file.empty()) list.insert(list.end(), {"-o", "IdentityFile=" + option_path(call.key_file)});
    if (!call.address.port.empty()) list.insert(list.end(), {"-p", call.address.port});
    if (!call.address.user.empty()) list.insert(list.end(), {"-l", call.address.user});
    list.insert(list.end(), {"--", call.address.host, "git-upload-pack " + shell_quoted(call.address.remote_path)});
    return list;
}

struct SshStream {
    git_smart_subtransport_stream base;
    pid_t child;
    int to_child, from_child, complaints;
};
struct SshSubtransport {
    git_smart_subtransport base;
    SshCall* call;
    SshStream* stream;
};

int fail(const std::string& message) {
    git_error_set_str(GIT_ERROR_SSH, message.c_str());
    return -1;
}

int read_stream(git_smart_subtransport_stream* base, char* buffer, std::size_t size, std::size_t* count) {
    const auto* stream = reinterpret_cast<SshStream*>(base);
    ssize_t got = 0;
    do {
        got = ::read(stream->from_child, buffer, size);
    } while (got < 0 && errno == EINTR);
    if (got < 0) return fail("reading from ssh failed");
    *count = static_cast<std::size_t>(got);
    return 0;
}

int write_stream(git_smart_subtransport_stream* base, const char* buffer, std::size_t size) {
    const auto* stream = reinterpret_cast<SshStream*>(base);
    while (size > 0) {
        const auto put = ::write(stream->to_child, buffer, size);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail("ssh ended the connection");
        buffer += put;
        size -= static_cast<std::size_t>(put);
    }
    return 0;
}

void free_stream(git_smart_subtransport_stream* base) {
    auto* stream = reinterpret_cast<SshStream*>(base);
    auto* owner = reinterpret_cast<SshSubtransport*>(base->subtransport);
    ::close(stream->to_child);
    ::close(stream->from_child);
    int status = 0;
    // Our group is killed at the deadline, so this cannot wait for ever.
    while (::waitpid(stream->child, &status, 0) < 0 && errno == EINTR) continue;
    std::array<char, 4096> text;
    if (const auto count = ::pread(stream->complaints, text.data(), text.size(), 0); count > 0)
        owner->call->complaints.assign(text.data(), static_cast<std::size_t>(count));
    ::close(stream->complaints);
    owner->stream = nullptr;
    delete stream;
}

int start(SshSubtransport& transport) {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) return fail("no pipe for ssh");
    const int complaints = ::memfd_create("ssh", MFD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, complaints, 2);
    auto texts = ssh_arguments(*transport.call);
    std::vector<char*> argv;
    argv.reserve(texts.size() + 1);
    for (auto& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    pid_t child = 0;
    const int code = ::posix_spawn(&child, "/usr/bin/ssh", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    if (code != 0) {
        for (const int fd : {in[1], out[0], complaints}) ::close(fd);
        transport.call->complaints = fmt::format("/usr/bin/ssh cannot be started: {}", std::strerror(code));
        return fail(transport.call->complaints);
    }
    transport.stream =
        new SshStream{{&transport.base, read_stream, write_stream, free_stream}, child, in[1], out[0], complaints};
    return 0;
}

int on_action(git_smart_subtransport_stream** out, git_smart_subtransport* base, const char*,
              git_smart_service_t action) {
    auto* transport = reinterpret_cast<SshSubtransport*>(base);
    if (action != GIT_SERVICE_UPLOADPACK_LS && action != GIT_SERVICE_UPLOADPACK) return fail("regent only fetches");
    // One connection for both steps, as the protocol has it.
    if (transport->stream == nullptr) {
        if (const int code = start(*transport); code != 0) return code;
    }
    *out = &transport->stream->base;
    return 0;
}

int on_close(git_smart_subtransport*) {
    return 0;
}

void on_free(git_smart_subtransport* base) {
    auto* transport = reinterpret_cast<SshSubtransport*>(base);
    if (transport->stream != nullptr) free_stream(&transport->stream->base);
    delete transport;
}

int make_subtransport(git_smart_subtransport** out, git_transport*, void* param) {
    auto* transport = new SshSubtransport{{on_action, on_close, on_free}, static_cast<SshCall*>(param), nullptr};
    *out = &transport->base;
    return 0;
}

}  // namespace

int make_ssh_transport(git_transport** out, git_remote* owner, SshCall& call) {
    git_smart_subtransport_definition definition{make_subtransport, 0, &call};
    return git_transport_smart(out, owner, &definition);
}

SourceError explain_ssh(const SshCall& call) {
    const auto& said = call.complaints;
    const auto says = [&](std::string_view text) { return said.find(text) != std::string::npos; };
    const auto where =
        call.address.port.empty() ? call.address.host : fmt::format("[{}]:{}", call.address.host, call.address.port);
    if (says("REMOTE HOST IDENTIFICATION HAS CHANGED") || says("POSSIBLE DNS SPOOFING")) {
        return {fmt::format("{} answered with another host key than the one known: it is another machine, or one that "
                            "was set up anew",
                            where),
                fmt::format("ask its administrator for the new key's fingerprint; only if it is right, replace the "
                            "line in {}",
                            call.known_hosts_file.string())};
    }
    if (says("host key is known for") || says("Host key verification failed")) {
        return {
            fmt::format("{} is not a host that is known: its key is not in {}", where, call.known_hosts_file.string()),
            fmt::format("get its line with `ssh-keyscan{} {}`, compare the fingerprint with the one its operator "
                        "publishes, and add it",
                        call.address.port.empty() ? "" : " -p " + call.address.port, call.address.host)};
    }
    if (says("UNPROTECTED PRIVATE KEY FILE") || says("bad permissions")) {
        return {fmt::format("the key {} may be read by others, so ssh does not use it", call.key_file.string()),
                "chmod 600, or hand it over as the credential `git-ssh-key`"};
    }
    if (says("Permission denied")) {
        return {fmt::format("{} does not let {} in with the key {}", where,
                            call.address.user.empty() ? "us" : "`" + call.address.user + "`",
                            call.key_file.empty() ? "(none is configured)" : call.key_file.string()),
                "add the public key as a deploy key with read access; `user` in the address is `git` on most servers; "
                "a key with a passphrase cannot be used"};
    }
    if (says("Could not resolve hostname"))
        return {fmt::format("the name {} cannot be resolved", call.address.host), "check the address and DNS"};
    if (says("Connection refused") || says("timed out") || says("No route to host") || says("unreachable"))
        return {fmt::format("{} cannot be reached: {}", where, printable(said)), "check the network and the server"};
    return {fmt::format("ssh to {} failed: {}", where, said.empty() ? "it ended without a word" : printable(said)),
            "check the path in the address, and whether the key may read that repository"};
}

}  // namespace regent::source
