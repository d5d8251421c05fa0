#include "net/credentials.hpp"
#include "net/private_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <optional>
#include <system_error>

namespace regent::net {
namespace {

namespace fs = std::filesystem;

/// The value of a one-line file, without the line end that editors and `echo` leave.
Secret of_one_line(const Secret& bytes) {
    auto text = bytes.reveal();
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return Secret(std::move(text));
}

/// A file below the credentials directory, if it is there and nobody else can read or change it. Group may read:
/// systemd lets the service's user in by an access list, whose mask shows as the group's permission.
tl::expected<std::optional<PrivateFile>, TokenError> read_credential(const fs::path& path) {
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
        return bytes ? std::optional(of_one_line(*bytes)) : std::nullopt;
    }

    std::optional<Secret> raw(const std::string& name) {
        if (error_) return std::nullopt;
        auto file = read_credential(directory_ / name);
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
    auto parsed = ClientCertificate::parse(*certificate, password.value_or(Secret()),
                                           (directory / (prefix + "client-certificate")).string());
    if (!parsed) {
        parsed.error().message =
            fmt::format("{}: {}", (directory / (prefix + "client-certificate")).string(), parsed.error().message);
        return tl::unexpected(std::move(parsed.error()));
    }
    result.credential = std::move(*parsed);
    return result;
}

}  // namespace regent::net
