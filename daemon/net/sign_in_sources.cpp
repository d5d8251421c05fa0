#include "net/credentials.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>

namespace regent::net {
namespace {

namespace fs = std::filesystem;

/// A key file is a few kilobytes; more is some other file.
constexpr std::size_t largest_file = std::size_t{256} * 1024;

tl::unexpected<TokenError> refuse(std::string message, std::string help) {
    return tl::unexpected(TokenError{.retryable = false, .message = std::move(message), .help = std::move(help)});
}

class Descriptor {
public:
    explicit Descriptor(const fs::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

struct File {
    Secret bytes;
    mode_t mode = 0;
};

/// Nothing when there is no such file. Its mode is asked of the open file, so that nobody can swap it in between.
tl::expected<std::optional<File>, TokenError> read_file(const fs::path& path) {
    const Descriptor file(path);
    if (file.number() < 0 && errno == ENOENT) return std::nullopt;
    const auto unreadable = [&](int error) {
        return refuse(fmt::format("cannot read {}: {}", path.string(), std::generic_category().message(error)),
                      "the file must be readable by the user that regent runs as");
    };
    if (file.number() < 0) return unreadable(errno);
    struct stat about {};
    if (::fstat(file.number(), &about) != 0) return unreadable(errno);
    if (!S_ISREG(about.st_mode)) return refuse(fmt::format("{} is not a regular file", path.string()), "name a file");
    std::string bytes(largest_file + 1, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto got = ::read(file.number(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(errno);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    if (have > largest_file)
        return refuse(fmt::format("{} is too large to be a credential", path.string()), "check the path");
    bytes.resize(have);
    return File{Secret(std::move(bytes)), about.st_mode};
}

/// The value of a one-line file, without the line end that editors and `echo` leave.
Secret without_line_end(const Secret& bytes) {
    auto text = bytes.reveal();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return Secret(std::move(text));
}

/// A file below the credentials directory, if it is there and nobody else can read or change it. Group may read:
/// systemd lets the service's user in by an access list, whose mask shows as the group's permission.
tl::expected<std::optional<File>, TokenError> read_private(const fs::path& path) {
    auto file = read_file(path);
    if (!file || !*file) return file;
    if (((*file)->mode & (S_IRWXO | S_IWGRP)) != 0) {
        return refuse(fmt::format("{} can be read or changed by others on this machine (mode {:04o})", path.string(),
                                  (*file)->mode & 07777U),
                      fmt::format("chmod 600 {}", path.string()));
    }
    if ((*file)->bytes.empty()) return refuse(fmt::format("{} is empty", path.string()), "put the value into it");
    return file;
}

/// Collects the files of a directory; the first thing wrong ends it.
class DirectoryReader {
public:
    explicit DirectoryReader(const fs::path& directory) : directory_(directory) {}

    std::optional<Secret> value(const std::string& name) {
        auto bytes = raw(name);
        return bytes ? std::optional(without_line_end(*bytes)) : std::nullopt;
    }

    std::optional<Secret> raw(const std::string& name) {
        if (error_) return std::nullopt;
        auto file = read_private(directory_ / name);
        if (!file) {
            error_ = std::move(file.error());
            return std::nullopt;
        }
        return *file ? std::optional(std::move((*file)->bytes)) : std::nullopt;
    }

    [[nodiscard]] std::optional<TokenError>& error() { return error_; }

private:
    const fs::path& directory_;
    std::optional<TokenError> error_;
};

}  // namespace

tl::expected<SignIn, TokenError> credential_from_environment(const GetEnvironment& get_environment) {
    const auto value = [&](const char* name) -> std::string {
        const char* text = get_environment(name);
        return text == nullptr ? "" : text;
    };
    SignIn result;
    result.tenant_id = value("AZURE_TENANT_ID");
    result.client_id = value("AZURE_CLIENT_ID");
    Secret secret(value("AZURE_CLIENT_SECRET"));
    const auto certificate_path = value("AZURE_CLIENT_CERTIFICATE_PATH");
    const bool no_credential = secret.empty() && certificate_path.empty();

    constexpr auto either = "AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH";
    constexpr auto help =
        "sign-in needs AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET (or "
        "AZURE_CLIENT_CERTIFICATE_PATH) in the environment";
    if (result.client_id.empty() && no_credential)
        return refuse(fmt::format("AZURE_CLIENT_ID is not set, nor is {}", either), help);
    if (result.client_id.empty()) return refuse("AZURE_CLIENT_ID is not set", help);
    if (no_credential) return refuse("neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set", help);
    if (!secret.empty()) {
        result.credential = std::move(secret);
        return result;
    }

    const auto file = read_file(certificate_path);
    if (!file) return tl::unexpected(file.error());
    if (!*file)
        return refuse(fmt::format("AZURE_CLIENT_CERTIFICATE_PATH: there is no file {}", certificate_path),
                      "check the path");
    if (((*file)->mode & S_IROTH) != 0) {
        result.warnings.push_back(fmt::format(
            "{} holds a private key and can be read by everybody on this machine; chmod 600 it", certificate_path));
    }
    auto certificate = ClientCertificate::parse((*file)->bytes, Secret(value("AZURE_CLIENT_CERTIFICATE_PASSWORD")));
    if (!certificate) {
        certificate.error().message = fmt::format("{}: {}", certificate_path, certificate.error().message);
        return tl::unexpected(std::move(certificate.error()));
    }
    result.credential = std::move(*certificate);
    return result;
}

tl::expected<SignIn, TokenError> credential_from_directory(const fs::path& directory, const std::string& prefix) {
    DirectoryReader files(directory);
    const auto tenant = files.value(prefix + "tenant-id");
    const auto client = files.value(prefix + "client-id");
    auto secret = files.value(prefix + "client-secret");
    const auto certificate = files.raw(prefix + "client-certificate");
    const auto password = files.value(prefix + "client-certificate-password");
    if (files.error()) return tl::unexpected(std::move(*files.error()));

    const auto path = directory.string();
    const auto help =
        fmt::format("{0} needs the files {1}client-id, and {1}client-secret or {1}client-certificate", path, prefix);
    if (!client) return refuse(fmt::format("there is no file {}client-id in {}", prefix, path), help);
    if (!secret && !certificate)
        return refuse(fmt::format("there is neither {0}client-secret nor {0}client-certificate in {1}", prefix, path),
                      help);
    if (secret && certificate) {
        return refuse(fmt::format("both {0}client-secret and {0}client-certificate are in {1}", prefix, path),
                      "keep the one that is meant");
    }
    SignIn result{tenant ? tenant->reveal() : "", client->reveal(), {}, {}};
    if (secret) {
        result.credential = std::move(*secret);
        return result;
    }
    auto parsed = ClientCertificate::parse(*certificate, password.value_or(Secret()));
    if (!parsed) {
        parsed.error().message =
            fmt::format("{}: {}", (directory / (prefix + "client-certificate")).string(), parsed.error().message);
        return tl::unexpected(std::move(parsed.error()));
    }
    result.credential = std::move(*parsed);
    return result;
}

}  // namespace regent::net
