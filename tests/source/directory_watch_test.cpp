#include "git_fixture.hpp"

#include <sys/stat.h>

#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a folder's version is its contents: equal ones are equal, and any change changes it", "[source]") {
    Folder folder;
    folder.write("one/base/a.regent.yaml", "a");
    folder.write("one/openapi/x.json", "{}");
    shell("cp -r " + (folder / "one").string() + " " + (folder / "two").string());
    const auto one = watch_directory(folder / "one");
    const auto first = look(*one);
    CHECK(first.version.size() == 40);
    CHECK_FALSE(first.commit);
    CHECK(look(*watch_directory(folder / "two")).version == first.version);
    shell("touch " + (folder / "one/base/a.regent.yaml").string());
    CHECK(look(*one).version == first.version);
    SECTION("a manifest") {
        folder.write("one/base/a.regent.yaml", "b");
    }
    SECTION("a file that manifests may name") {
        folder.write("one/openapi/x.json", "{ }");
    }
    SECTION("a new file") {
        folder.write("one/base/b.regent.yaml", "a");
    }
    SECTION("a file gone") {
        fs::remove(folder / "one/base/a.regent.yaml");
    }
    SECTION("a file renamed") {
        fs::rename(folder / "one/base/a.regent.yaml", folder / "one/base/c.regent.yaml");
    }
    CHECK(look(*one).version != first.version);
}

TEST_CASE("a folder that is gone is an error, and comes back", "[source]") {
    Folder folder;
    folder.write("one/a.regent.yaml", "a");
    const auto source = watch_directory(folder / "one");
    const auto first = look(*source);
    fs::rename(folder / "one", folder / "gone");
    CHECK_THAT(refusal(*source), Catch::Contains("cannot be read: No such file or directory"));
    CHECK_FALSE(first.tree->read({"."}));
    fs::rename(folder / "gone", folder / "one");
    CHECK(look(*source).version == first.version);
    CHECK(first.tree->read({"."}));
}

TEST_CASE("half a file is never seen while a writer writes", "[source]") {
    Folder folder;
    constexpr std::size_t length = 200'000;
    const auto path = folder / "base/a.regent.yaml";
    folder.write("base/a.regent.yaml", std::string(length, 'a'));
    std::atomic<bool> over{false};
    std::atomic<bool> rested{false};  // in the middle of a file: the machine is too busy for this test
    std::thread writer([&] {
        for (char letter = 'a'; !over; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
            // Truncated and written in pieces, with pauses: the worst way there is.
            auto last = std::chrono::steady_clock::now();
            std::ofstream stream(path, std::ios::binary | std::ios::trunc);
            for (std::size_t at = 0; at < length; at += 10'000) {
                stream << std::string(10'000, letter) << std::flush;
                std::this_thread::sleep_for(10ms);
                const auto now = std::chrono::steady_clock::now();
                if (now - last > 300ms) rested = true;
                last = now;
            }
            stream.close();
            std::this_thread::sleep_for(900ms);
        }
    });
    const auto source = watch_directory(folder.path());
    int read = 0;
    for (int round = 0; round < 60; ++round) {
        std::this_thread::sleep_for(31ms);
        const auto state = source->look(never);
        const auto set = state ? state->tree->read({"."}) : tl::unexpected(state.error());
        if (rested) {
            WARN("not judged: the machine is too busy");
            break;
        }
        if (!set) continue;
        ++read;
        REQUIRE(set->files.size() == 1);
        const auto& text = set->files[0].text;
        CHECK(text.size() == length);
        CHECK(text.find_first_not_of(text.front()) == std::string::npos);
    }
    over = true;
    writer.join();
    CHECK((rested || read >= 10));
}

TEST_CASE("a FIFO or a socket among the manifests is refused and holds nobody up", "[source]") {
    Folder folder;
    folder.write("base/a.regent.yaml", "a");
    REQUIRE(::mkfifo((folder / "base/b.regent.yaml").c_str(), 0600) == 0);
    const auto set = look(*watch_directory(folder.path())).tree->read({"."});
    REQUIRE_FALSE(set);
    CHECK(set.error().message == "base/b.regent.yaml is not a regular file");
}

TEST_CASE("a thousand looks at a folder leave no descriptor behind", "[source]") {
    Folder folder;
    folder.write("base/a.regent.yaml", "a");
    const auto source = watch_directory(folder.path());
    look(*source);
    const auto count = [] { return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()); };
    const auto before = count();
    for (int round = 0; round < 1000; ++round) REQUIRE(look(*source).tree->read({"."}));
    CHECK(count() == before);
}
