#include "net/sealed_file.hpp"

#include "net/base64url.hpp"
#include "net/private_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

namespace regent::net {
namespace {

constexpr std::size_t key_bytes = 32, nonce_bytes = 12, tag_bytes = 16;
constexpr std::string_view first_line = "regent sealed 1\n";

tl::unexpected<TokenError> broken_crypto(const char* what) {
    return refuse(fmt::format("OpenSSL could not {}", what), "see whether the machine's OpenSSL offers AES-256-GCM");
}

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

/// 64 hexadecimal digits as 32 bytes; empty for anything else.
std::string from_hex(std::string_view text) {
    std::string bytes;
    if (text.size() != 2 * key_bytes) return bytes;
    const auto digit = [](unsigned char c) {
        return c >= '0' && c <= '9'                               ? c - '0'
               : std::tolower(c) >= 'a' && std::tolower(c) <= 'f' ? std::tolower(c) - 'a' + 10
                                                                  : -1;
    };
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = digit(static_cast<unsigned char>(text[i])),
                   low = digit(static_cast<unsigned char>(text[i + 1]));
        if (high < 0 || low < 0) return {};
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string_view without_line_end(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

/// base64 in either alphabet.
std::string from_base64(std::string_view text) {
    std::string plain;
    for (const char c : text) {
        if (c != '=') plain += c == '+' ? '-' : c == '/' ? '_' : c;
    }
    auto decoded = from_base64url(plain);
    Secret::wipe(plain);
    return decoded && decoded->size() == key_bytes ? std::move(*decoded) : std::string{};
}

/// Writes beside `path` and renames, so that a reader never sees a part. `must_be_new`: an existing file stays.
tl::expected<void, TokenError> write_private(const std::filesystem::path& path, std::string_view bytes,
                                             bool must_be_new) {
    const auto failed = [&](int error) {
        return refuse(fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(error)),
                      "the folder must be writable by the user that regent runs as");
    };
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    // A name of its own each time: what a killed process left behind is in nobody's way, and a service and a command
    // may write at once. mkostemp(3) makes it with mode 0600.
    auto beside = path.string() + ".XXXXXX";
    const int file = ::mkostemp(beside.data(), O_CLOEXEC);
    if (file < 0) return failed(errno);
    std::size_t written = 0;
    int wrong = 0;
    while (written < bytes.size() && wrong == 0) {
        const auto got = ::write(file, bytes.data() + written, bytes.size() - written);
        if (got < 0 && errno != EINTR) wrong = errno;
        if (got > 0) written += static_cast<std::size_t>(got);
    }
    if (wrong == 0 && ::fsync(file) != 0) wrong = errno;
    ::close(file);
    if (wrong == 0 && must_be_new && ::link(beside.c_str(), path.c_str()) != 0) wrong = errno;
    if (wrong == 0 && !must_be_new && ::rename(beside.c_str(), path.c_str()) != 0) wrong = errno;
    if (wrong != 0 || must_be_new) ::unlink(beside.c_str());
    if (wrong != 0) return failed(wrong);
    return {};
}

tl::expected<std::optional<Secret>, TokenError> read_private_bytes(const std::filesystem::path& path) {
    auto file = read_file(path);
    if (!file) return tl::unexpected(std::move(file.error()));
    if (!*file) return std::nullopt;
    // Group may read: systemd lets a unit's user in by an access list, whose mask shows as the group's permission.
    if (((*file)->mode & (S_IRWXO | S_IWGRP)) != 0) {
        return refuse(fmt::format("{} can be read or changed by others on this machine (mode {:04o})", path.string(),
                                  (*file)->mode & 07777U),
                      fmt::format("chmod 600 {}", path.string()));
    }
    return std::optional(std::move((*file)->bytes));
}

}  // namespace

tl::expected<SealingKey, TokenError> SealingKey::read(const std::filesystem::path& path) {
    auto file = read_private_bytes(path);
    if (!file) return tl::unexpected(std::move(file.error()));
    if (!*file) {
        return refuse(fmt::format("there is no key for the token cache at {}", path.string()),
                      "make one with `openssl rand -hex 32`, mode 0600; a unit of systemd gets it by "
                      "`LoadCredentialEncrypted=token-cache-key:…`");
    }
    const auto& text = (*file)->reveal();
    auto bytes = text.size() == key_bytes ? text : from_hex(without_line_end(text));
    if (bytes.empty()) bytes = from_base64(without_line_end(text));
    if (bytes.size() != key_bytes) {
        return refuse(fmt::format("{} holds no key of 32 bytes", path.string()),
                      "a key is 64 hexadecimal digits: `openssl rand -hex 32`");
    }
    return SealingKey(Secret(std::move(bytes)));
}

tl::expected<SealingKey, TokenError> SealingKey::create(const std::filesystem::path& path) {
    std::string bytes(key_bytes, '\0');
    if (RAND_bytes(bytes_of(bytes), static_cast<int>(key_bytes)) != 1) return broken_crypto("make a key");
    std::string text;
    for (const unsigned char c : bytes) text += fmt::format("{:02x}", c);
    text += '\n';
    auto written = write_private(path, text, true);
    Secret::wipe(text);
    if (!written) return tl::unexpected(std::move(written.error()));
    return SealingKey(Secret(std::move(bytes)));
}

tl::expected<std::string, TokenError> SealingKey::seal(const Secret& plain, std::string_view context) const {
    std::string nonce(nonce_bytes, '\0'), sealed(plain.reveal().size(), '\0'), tag(tag_bytes, '\0');
    const Context cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int length = 0;
    const bool done =
        cipher && RAND_bytes(bytes_of(nonce), static_cast<int>(nonce_bytes)) == 1 &&
        EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(bytes_.reveal())),
                           bytes_of(nonce)) == 1 &&
        EVP_EncryptUpdate(cipher.get(), nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1 &&
        EVP_EncryptUpdate(cipher.get(), bytes_of(sealed), &length, bytes_of(std::string_view(plain.reveal())),
                          static_cast<int>(plain.reveal().size())) == 1 &&
        EVP_EncryptFinal_ex(cipher.get(), bytes_of(sealed) + length, &length) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1;
    if (!done) return broken_crypto("encrypt the token cache");
    return std::string(first_line) + nonce + tag + sealed;
}

tl::expected<Secret, TokenError> SealingKey::open(std::string_view sealed, std::string_view context) const {
    const auto foreign = [] {
        return refuse(
            "the token cache does not open with this key: it was made with another key, for another "
            "environment, or was changed",
            "sign in again with `regent login`");
    };
    if (sealed.size() < first_line.size() + nonce_bytes + tag_bytes ||
        sealed.substr(0, first_line.size()) != first_line)
        return foreign();
    sealed.remove_prefix(first_line.size());
    const auto nonce = sealed.substr(0, nonce_bytes);
    std::string tag(sealed.substr(nonce_bytes, tag_bytes));
    const auto body = sealed.substr(nonce_bytes + tag_bytes);
    std::string plain(body.size(), '\0');
    const Context cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
    int length = 0;
    const bool done =
        cipher &&
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes_of(std::string_view(bytes_.reveal())),
                           bytes_of(nonce)) == 1 &&
        EVP_DecryptUpdate(cipher.get(), nullptr, &length, bytes_of(context), static_cast<int>(context.size())) == 1 &&
        EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &length, bytes_of(body), static_cast<int>(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes), tag.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + length, &length) == 1;
    if (done) return Secret(std::move(plain));
    Secret::wipe(plain);
    return foreign();
}

tl::expected<std::optional<Secret>, TokenError> SealedFile::read() const {
    auto file = read_private_bytes(path_);
    if (!file || !*file) return file;
    auto plain = key_.open((*file)->reveal(), context_);
    if (!plain) return tl::unexpected(std::move(plain.error()));
    return std::optional(std::move(*plain));
}

tl::expected<void, TokenError> SealedFile::write(const Secret& plain) const {
    auto sealed = key_.seal(plain, context_);
    if (!sealed) return tl::unexpected(std::move(sealed.error()));
    return write_private(path_, *sealed, false);
}

}  // namespace regent::net
