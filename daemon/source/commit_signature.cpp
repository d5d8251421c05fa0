#include "source/commit_signature.hpp"

#include "source/child_process.hpp"
#include "source/printable.hpp"
#include "source/trusted_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::source {
namespace {

constexpr std::chrono::seconds time_to_verify{10};
constexpr const char* what_now =
    "nothing of it was applied; have it signed by an allowed key (git commit -S, or merge through somebody who signs)";

struct Signature {
    std::string text;
    std::string payload;
};

class Buffer {
public:
    Buffer() = default;
    ~Buffer() { git_buf_dispose(&buffer_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    git_buf* get() { return &buffer_; }
    [[nodiscard]] std::string text() const { return {buffer_.ptr, buffer_.size}; }

private:
    git_buf buffer_ = GIT_BUF_INIT;
};

/// Found, or why not.
class Verifier {
public:
    Verifier(const CommitInfo& commit, const Verification& allowed, const std::atomic<bool>& stop)
        : commit_(commit), allowed_(allowed), stop_(stop) {}

    tl::expected<void, SourceError> check(const Signature& signature) {
        if (signature.text.starts_with("-----BEGIN SSH SIGNATURE-----")) return check_ssh(signature);
        if (signature.text.starts_with("-----BEGIN PGP SIGNATURE-----")) return check_openpgp(signature);
        return refuse("carries a signature of a kind that regent does not know (neither SSH nor OpenPGP)", what_now);
    }

    [[nodiscard]] tl::unexpected<SourceError> refuse(const std::string& what, std::string help) const {
        return tl::unexpected(SourceError{fmt::format("commit {} {}", describe(commit_), what), std::move(help)});
    }

private:
    tl::expected<void, SourceError> check_ssh(const Signature& signature) {
        const auto& signers = allowed_.ssh_allowed_signers;
        if (signers.empty())
            return refuse("is signed with an SSH key, and no file of allowed SSH signers is configured",
                          "set `verify.sshAllowedSigners`");
        if (auto fine = check_trusted_file(signers, "the file of allowed signers"); !fine) return fine;
        auto outcome =
            run("/usr/bin/ssh-keygen", {"-Y", "find-principals", "-f", signers.string(), "-s", "/dev/fd/3"}, signature);
        if (!outcome) return tl::unexpected(std::move(outcome.error()));
        const auto principals = lines(outcome->output);
        if (!outcome->succeeded() || principals.empty()) return refuse_ssh(*outcome, signers);
        for (const auto& principal : principals) {
            outcome = run("/usr/bin/ssh-keygen",
                          {"-Y", "verify", "-f", signers.string(), "-I", principal, "-n", "git", "-s", "/dev/fd/3"},
                          signature);
            if (!outcome) return tl::unexpected(std::move(outcome.error()));
            if (outcome->succeeded()) return {};
        }
        return refuse_ssh(*outcome, signers);
    }

    static std::vector<std::string> lines(std::string_view text) {
        std::vector<std::string> list;
        while (!text.empty() && list.size() < 16) {
            const auto end = std::min(text.find('\n'), text.size());
            if (end > 0) list.emplace_back(text.substr(0, end));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        return list;
    }

    [[nodiscard]] tl::unexpected<SourceError> refuse_ssh(const Outcome& outcome,
                                                         const std::filesystem::path& signers) const {
        const auto said = outcome.errors + outcome.output;
        const auto says = [&](std::string_view text) { return said.find(text) != std::string::npos; };
        const auto change = fmt::format("if the key is right, change its line in {}", signers.string());
        if (says("has expired") || says("valid-before"))
            return refuse("is signed with an SSH key whose time is over (valid-before)", change);
        if (says("not yet valid") || says("valid-after"))
            return refuse("is signed with an SSH key whose time has not come (valid-after)", change);
        if (says("incorrect signature") || says("Signature verification failed"))
            return refuse("carries a bad signature: the commit is not what was signed", what_now);
        if (says("invalid format") || says("Couldn't parse") || says("magic preamble"))
            return refuse("carries an SSH signature that cannot be read", what_now);
        return refuse(fmt::format("is signed with an SSH key that is not in {}, or not for git", signers.string()),
                      what_now);
    }

    tl::expected<void, SourceError> check_openpgp(const Signature& signature) {
        const auto& keyring = allowed_.openpgp_keyring;
        if (keyring.empty())
            return refuse("is signed with an OpenPGP key, and no keyring is configured", "set `verify.openpgpKeyring`");
        if (auto fine = check_trusted_file(keyring, "the OpenPGP keyring"); !fine) return fine;
        auto outcome = run(
            "/usr/bin/gpgv",
            {"--homedir", "/nonexistent", "--status-fd", "1", "--keyring", keyring.string(), "--", "/dev/fd/3", "-"},
            signature);
        if (!outcome) return tl::unexpected(std::move(outcome.error()));
        const auto says = [&](std::string_view status) {
            return outcome->output.find(fmt::format("[GNUPG:] {}", status)) != std::string::npos;
        };
        // Before the good one: gpgv also calls a signature by an expired key good.
        if (says("BADSIG")) return refuse("carries a bad signature: the commit is not what was signed", what_now);
        if (says("EXPKEYSIG") || says("KEYEXPIRED"))
            return refuse(
                "is signed with an OpenPGP key that has expired",
                fmt::format("prolong the key and export it to {} again, or sign with another one", keyring.string()));
        if (says("REVKEYSIG")) return refuse("is signed with an OpenPGP key that was revoked", what_now);
        if (says("EXPSIG")) return refuse("carries a signature that has expired", what_now);
        if (says("NO_PUBKEY") || says("ERRSIG"))
            return refuse(fmt::format("is signed with an OpenPGP key that is not in {}", keyring.string()), what_now);
        if (outcome->succeeded() && says("VALIDSIG") && says("GOODSIG")) return {};
        return refuse(
            fmt::format("carries an OpenPGP signature that gpgv does not accept: {}", printable(outcome->errors)),
            "check that the keyring is a binary one: gpg --export KEY > FILE");
    }

    tl::expected<Outcome, SourceError> run(const char* program, std::vector<std::string> arguments,
                                           const Signature& signature) {
        Command command;
        command.program = program;
        command.arguments = std::move(arguments);
        command.input = signature.payload;
        command.attachment = signature.text;
        command.limit = time_to_verify;
        auto outcome = run_command(command, stop_);
        switch (outcome.end) {
            case Outcome::End::exited:
                return outcome;
            case Outcome::End::not_started:
                return refuse(fmt::format("cannot be verified: {} cannot be started ({})", program,
                                          std::generic_category().message(outcome.status)),
                              "install openssh-client for SSH and gpgv for OpenPGP signatures");
            case Outcome::End::stopped:
                return refuse("was not verified: regent is stopping", "");
            default:
                return refuse(
                    fmt::format("was not verified: {} did not end within {} s", program, time_to_verify.count()),
                    "try again; check the machine's load");
        }
    }

    const CommitInfo& commit_;
    const Verification& allowed_;
    const std::atomic<bool>& stop_;
};

}  // namespace

std::string describe(const CommitInfo& commit) {
    return fmt::format("{} by {}, “{}”", commit.commit.substr(0, 12), commit.author, commit.subject);
}

tl::expected<void, SourceError> verify_commit(git_repository* repository, const CommitInfo& commit,
                                              const Verification& allowed, const std::atomic<bool>& stop) {
    Verifier verifier(commit, allowed, stop);
    git_oid id;
    Buffer signature;
    Buffer payload;
    const int code = git_oid_fromstr(&id, commit.commit.c_str()) != 0
                         ? -1
                         : git_commit_extract_signature(signature.get(), payload.get(), repository, &id, nullptr);
    if (code == GIT_ENOTFOUND) {
        return verifier.refuse("is not signed, and only signed commits are read (verify.mode: head)", what_now);
    }
    if (code != 0) return verifier.refuse(fmt::format("cannot be verified: {}", last_git_error()), "try again");
    return verifier.check({signature.text(), payload.text()});
}

}  // namespace regent::source
