#include "net/sealed_file.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace regent::net;
namespace fs = std::filesystem;

namespace {

/// A folder that goes away with the test.
class Folder {
public:
    Folder() {
        std::string name = (fs::temp_directory_path() / "regent-sealed-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path operator/(const std::string& name) const { return path_ / name; }

private:
    fs::path path_;
};

std::string bytes_of(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void put(const fs::path& path, const std::string& bytes, mode_t mode = 0600) {
    std::ofstream(path, std::ios::binary) << bytes;
    ::chmod(path.c_str(), mode);
}

mode_t mode_of(const fs::path& path) {
    struct stat about = {};
    return ::stat(path.c_str(), &about) == 0 ? about.st_mode & 07777U : 0;
}

SealingKey key_in(const fs::path& path) {
    auto key = SealingKey::read(path);
    REQUIRE(key);
    return *key;
}

const std::string plain = "a-refresh-token-that-nobody-may-read";

}  // namespace

TEST_CASE("what is sealed opens again, and the file shows nothing of it", "[sealed]") {
    const Folder folder;
    const auto key = SealingKey::create(folder / "keys/key");
    REQUIRE(key);
    CHECK(mode_of(folder / "keys/key") == 0600);
    const SealedFile file(folder / "sign-ins/dev.sealed", *key, "tenant client");
    REQUIRE(file.read());
    CHECK_FALSE(file.read()->has_value());

    REQUIRE(file.write(Secret::copy_of(plain)));
    CHECK(mode_of(file.path()) == 0600);
    CHECK(bytes_of(file.path()).find("refresh") == std::string::npos);
    const auto first = bytes_of(file.path());
    CHECK((**file.read()).reveal() == plain);

    REQUIRE(file.write(Secret::copy_of(plain)));
    CHECK(bytes_of(file.path()) != first);  // a new nonce each time
    const SealedFile by_the_same_key(file.path(), key_in(folder / "keys/key"), "tenant client");
    CHECK((**by_the_same_key.read()).reveal() == plain);
}

TEST_CASE("another key, another purpose or a changed byte open nothing", "[sealed]") {
    const Folder folder;
    const auto key = SealingKey::create(folder / "key"), other = SealingKey::create(folder / "other");
    REQUIRE((key && other));
    const auto path = folder / "dev.sealed";
    REQUIRE(SealedFile(path, *key, "tenant client").write(Secret::copy_of(plain)));
    CHECK_FALSE(SealedFile(path, *other, "tenant client").read());
    CHECK_FALSE(SealedFile(path, *key, "another tenant").read());

    const auto whole = bytes_of(path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
        auto changed = whole;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        put(path, changed);
        INFO("byte " << at);
        CHECK_FALSE(SealedFile(path, *key, "tenant client").read());
    }
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{20}, whole.size() - 1}) {
        put(path, whole.substr(0, length));
        CHECK_FALSE(SealedFile(path, *key, "tenant client").read());
    }
    put(path, whole);
    CHECK(SealedFile(path, *key, "tenant client").read());
}

TEST_CASE("a key is read as hexadecimal, base64 or as it is, and from nobody's open file", "[sealed]") {
    const Folder folder;
    const std::string raw = "0123456789abcdefghijklmnopqrstuv";
    put(folder / "raw", raw);
    put(folder / "hex", "303132333435363738396162636465666768696a6b6c6d6e6f70717273747576\n");
    put(folder / "base64", "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=\n");
    const auto sealed = key_in(folder / "raw").seal(Secret::copy_of(plain), "x");
    REQUIRE(sealed);
    CHECK(key_in(folder / "hex").open(*sealed, "x")->reveal() == plain);
    CHECK(key_in(folder / "base64").open(*sealed, "x")->reveal() == plain);

    put(folder / "short", "too short\n");
    const auto wrong = SealingKey::read(folder / "short");
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().message.find("too short") == std::string::npos);  // never what is in it
    CHECK(wrong.error().help.find("openssl rand -hex 32") != std::string::npos);
    put(folder / "open", raw, 0644);
    REQUIRE_FALSE(SealingKey::read(folder / "open"));
    CHECK(SealingKey::read(folder / "open").error().help.find("chmod 600") != std::string::npos);
    REQUIRE_FALSE(SealingKey::read(folder / "none"));
}

TEST_CASE("what a killed process left beside the file is in nobody's way, and many may write at once", "[sealed]") {
    const Folder folder;
    const auto key = SealingKey::create(folder / "key");
    REQUIRE(key);
    const SealedFile file(folder / "dev.sealed", *key, "tenant client");
    put(folder / ("dev.sealed." + std::to_string(::getpid()) + ".new"), "half");
    put(folder / "dev.sealed.new", "half");
    std::atomic<int> failed{0};
    {
        std::vector<std::jthread> writers;
        for (int i = 0; i < 4; ++i) {
            writers.emplace_back([&] {
                for (int k = 0; k < 25; ++k) {
                    if (!file.write(Secret::copy_of(plain))) ++failed;
                    const auto seen = file.read();
                    if (!seen || !*seen || (**seen).reveal() != plain) ++failed;
                }
            });
        }
    }
    CHECK(failed == 0);
    CHECK(mode_of(file.path()) == 0600);
}

TEST_CASE("a key that is there is not made anew", "[sealed]") {
    const Folder folder;
    REQUIRE(SealingKey::create(folder / "key"));
    const auto first = bytes_of(folder / "key");
    CHECK_FALSE(SealingKey::create(folder / "key"));
    CHECK(bytes_of(folder / "key") == first);
}
