#pragma once

#include "net/secret.hpp"
#include "net/session.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace regent::net {

/// The key that a token cache is encrypted with: 32 bytes, from a file that nobody else can read, as 64 hexadecimal
/// digits, as base64 or raw (`openssl rand -hex 32`, `systemd-creds encrypt`).
class SealingKey {
public:
    [[nodiscard]] static tl::expected<SealingKey, TokenError> read(const std::filesystem::path& path);
    /// Writes a new one to a file that is not there yet, mode 0600.
    [[nodiscard]] static tl::expected<SealingKey, TokenError> create(const std::filesystem::path& path);

    /// Encrypts with AES-256-GCM (NIST SP 800-38D) and a new nonce. `context` is not in the result, and has to be the
    /// same when it is opened: a file that was put in another's place does not open.
    [[nodiscard]] tl::expected<std::string, TokenError> seal(const Secret& plain, std::string_view context) const;
    [[nodiscard]] tl::expected<Secret, TokenError> open(std::string_view sealed, std::string_view context) const;

private:
    explicit SealingKey(Secret bytes) : bytes_(std::move(bytes)) {}
    Secret bytes_;
};

/// One secret in a file: encrypted, mode 0600, replaced as a whole. Several processes may share it.
class SealedFile {
public:
    SealedFile(std::filesystem::path path, SealingKey key, std::string context)
        : path_(std::move(path)), key_(std::move(key)), context_(std::move(context)) {}

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Nothing when there is no such file.
    [[nodiscard]] tl::expected<std::optional<Secret>, TokenError> read() const;
    [[nodiscard]] tl::expected<void, TokenError> write(const Secret& plain) const;

private:
    std::filesystem::path path_;
    SealingKey key_;
    std::string context_;
};

}  // namespace regent::net
