#include "git_fixture.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using namespace std::chrono_literals;

/// Counts calls, and waits for them.
class Bell {
public:
    std::function<void()> rope() {
        return [this] {
            const std::lock_guard lock(mutex_);
            ++rings_;
            rung_.notify_all();
        };
    }
    /// Waits for a call that was not waited for before.
    bool rings(std::chrono::milliseconds within = 5s) {
        std::unique_lock lock(mutex_);
        const bool rang = rung_.wait_for(lock, within, [&] { return rings_ > heard_; });
        heard_ = rings_;
        return rang;
    }
    bool stays_silent() { return !rings(150ms); }
    int count() {
        const std::lock_guard lock(mutex_);
        return rings_;
    }
    /// Until nothing has come for a while.
    void calm() {
        while (rings(150ms)) continue;
    }

private:
    std::mutex mutex_;
    std::condition_variable rung_;
    int rings_ = 0, heard_ = 0;
};

constexpr auto settle = 50ms;

std::unique_ptr<FolderWatch> watching(const fs::path& root, Bell& bell) {
    auto watch = watch_folder(root, settle, bell.rope());
    REQUIRE(watch);
    return std::move(*watch);
}

}  // namespace

TEST_CASE("a save is seen however the editor does it", "[source][watch]") {
    Folder folder;
    folder.write("base/a.regent.yaml", "one");
    Bell bell;
    const auto watch = watching(folder.path(), bell);
    CHECK(watch->trouble().empty());
    CHECK(bell.stays_silent());
    const auto file = (folder / "base/a.regent.yaml").string();
    SECTION("written in place") {
        shell("echo two > " + file);
    }
    SECTION("appended") {
        shell("echo two >> " + file);
    }
    SECTION("as vim does: a backup by rename, then a new file") {
        shell("mv " + file + " " + file + "~ && echo two > " + file + " && rm " + file + "~");
    }
    SECTION("as emacs does: a temporary file renamed over it") {
        shell("cd " + (folder / "base").string() + " && echo two > .#tmp && mv .#tmp a.regent.yaml");
    }
    SECTION("touched or given other permissions") {
        shell("chmod 600 " + file);
    }
    SECTION("removed") {
        shell("rm " + file);
    }
    CHECK(bell.rings());
    // And the next one, too: the watch is on the folder and not on the file that is gone.
    bell.calm();
    shell("echo three > " + file);
    CHECK(bell.rings());
}

TEST_CASE("files in a new folder are seen, also when they came with it", "[source][watch]") {
    Folder folder;
    Folder elsewhere;
    elsewhere.write("deep/er/a.regent.yaml", "a");
    fs::create_directories(folder / "base");
    Bell bell;
    const auto watch = watching(folder.path(), bell);
    SECTION("made") {
        shell("mkdir -p " + (folder / "base/deep/er").string());
    }
    SECTION("moved in") {
        shell("mv " + (elsewhere / "deep").string() + " " + (folder / "base").string());
    }
    SECTION("copied in") {
        shell("cp -r " + (elsewhere / "deep").string() + " " + (folder / "base").string());
    }
    REQUIRE(bell.rings());
    bell.calm();
    folder.write("base/deep/er/b.regent.yaml", "b");
    CHECK(bell.rings());
    bell.calm();
    shell("mv " + (folder / "base/deep").string() + " " + (folder / "base/renamed").string());
    REQUIRE(bell.rings());
    bell.calm();
    folder.write("base/renamed/er/c.regent.yaml", "c");
    CHECK(bell.rings());
}

TEST_CASE("a ConfigMap's swap of its ..data link is seen each time", "[source][watch]") {
    Folder folder;
    folder.write("map/..2026_1/a.regent.yaml", "one");
    fs::create_symlink("..2026_1", folder / "map/..data");
    fs::create_symlink("..data/a.regent.yaml", folder / "map/a.regent.yaml");
    Bell bell;
    const auto watch = watching(folder / "map", bell);
    for (int version = 2; version < 5; ++version) {
        const auto name = "..2026_" + std::to_string(version);
        folder.write("map/" + name + "/a.regent.yaml", std::to_string(version));
        bell.calm();
        shell("cd " + (folder / "map").string() + " && ln -s " + name +
              " ..data_tmp && mv -T ..data_tmp ..data && rm -r ..2026_" + std::to_string(version - 1));
        CHECK(bell.rings());
    }
    const auto state = look(*watch_directory(folder / "map"));
    const auto set = state.tree->read({"."});
    REQUIRE(set);
    REQUIRE(set->files.size() == 1);
    CHECK(set->files[0].text == "4");
}

TEST_CASE("a root that is replaced, a link to it that is set anew and its absence are seen", "[source][watch]") {
    Folder folder;
    folder.write("releases/1/a.regent.yaml", "one");
    folder.write("releases/2/a.regent.yaml", "two");
    fs::create_symlink("releases/1", folder / "current");
    Bell bell;
    const auto root = folder.path().string();
    SECTION("by link") {
        const auto watch = watching(folder / "current", bell);
        shell("cd " + root + " && ln -s releases/2 next && mv -T next current");
        CHECK(bell.rings());
        bell.calm();
        folder.write("releases/2/b.regent.yaml", "b");
        CHECK(bell.rings());
    }
    SECTION("by rename, with a time in which there is none") {
        const auto watch = watching(folder / "releases/1", bell);
        shell("mv " + root + "/releases/1 " + root + "/releases/old");
        CHECK(bell.rings());
        bell.calm();
        CHECK_THAT(watch->trouble(), Catch::Contains("cannot be watched: No such file"));
        shell("mv " + root + "/releases/2 " + root + "/releases/1");
        CHECK(bell.rings());
        bell.calm();
        CHECK(watch->trouble().empty());
        folder.write("releases/1/b.regent.yaml", "b");
        CHECK(bell.rings());
    }
    SECTION("not there yet at the start") {
        const auto watch = watching(folder / "releases/3", bell);
        CHECK_FALSE(watch->trouble().empty());
        folder.write("releases/3/a.regent.yaml", "a");
        CHECK(bell.rings());
    }
}

TEST_CASE("a checkout of thousands of files overflows the queue and is still seen", "[source][watch]") {
    // In memory where there is some: thousands of files are many for a disk.
    Folder folder(fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path());
    const Repository repository(folder / "repo");
    const auto root = repository.path().string();
    shell("mkdir " + root + "/base && cd " + root +
          "/base && for d in $(seq 60); do mkdir $d && for f in $(seq 100); do echo $f > " +
          "$d/$f.regent.yaml; done; done");
    repository.commit("One");
    shell("find " + root + "/base -type f -exec sh -c 'for f; do echo two >> $f; done' sh {} + && mkdir " + root +
          "/base/new && echo n > " + root + "/base/new/n.regent.yaml");
    repository.commit("Two");
    repository.git("checkout -q HEAD~1");
    Bell bell;
    std::mutex busy;
    // The queue holds 16,384 events; while the thread is held up here, a checkout brings more.
    auto watch = watch_folder(repository.path(), settle, [&, rope = bell.rope()] {
        rope();
        const std::lock_guard wait(busy);
    });
    REQUIRE(watch);
    {
        const std::lock_guard hold(busy);
        repository.write("base/1/1.regent.yaml", "by hand");
        REQUIRE(bell.rings());
        repository.git("checkout -q -f main");
    }
    CHECK(bell.rings());
    bell.calm();
    CHECK(bell.count() <= 12);
    // The folder whose making was lost in the overflow is watched all the same.
    repository.write("base/new/more.regent.yaml", "by hand");
    CHECK(bell.rings());
}

TEST_CASE("an unmounted folder is told of", "[source][watch]") {
    Folder folder;
    fs::create_directories(folder / "mount");
    const auto mount = (folder / "mount").string();
    if (shell("mount -t tmpfs none " + mount + " 2>/dev/null && echo yes || echo no") != "yes") {
        WARN("not run: mounting needs root");
        return;
    }
    folder.write("mount/base/a.regent.yaml", "a");
    Bell bell;
    const auto watch = watching(folder / "mount", bell);
    shell("umount -l " + mount);
    CHECK(bell.rings());
}

// Run by the next one, in a place with a limit of its own.
TEST_CASE("with too few watches", "[.few-watches]") {
    Folder folder;
    for (int number = 0; number < 12; ++number) folder.write("d" + std::to_string(number) + "/a.regent.yaml", "a");
    Bell bell;
    const auto watch = watching(folder.path(), bell);
    CHECK_THAT(watch->trouble(), Catch::Contains("the limit of watches is reached"));
    CHECK_THAT(watch->trouble(), Catch::Contains("fs.inotify.max_user_watches"));
    CHECK(bell.rings());
    // Tried again and still in want: nothing new to tell.
    bell.calm();
    CHECK_FALSE(bell.rings(2500ms));
}

TEST_CASE("a watch that cannot be set is told of once, with the limit to raise", "[source][watch]") {
    const auto inside = "unshare -Ur sh -c 'echo 6 > /proc/sys/user/max_inotify_watches && echo ready && exec " +
                        fs::read_symlink("/proc/self/exe").string() + " \"[.few-watches]\"' 2>&1 || true";
    const auto said = shell(inside);
    if (!said.starts_with("ready")) {
        WARN("not run, since it needs user namespaces: " << said);
        return;
    }
    INFO(said);
    CHECK(said.find("All tests passed") != std::string::npos);
}

TEST_CASE("the watch stops at once, also in the middle of many events", "[source][watch]") {
    Folder folder;
    std::atomic<bool> over{false};
    std::thread writer([&] {
        for (int number = 0; !over; ++number) folder.write("f" + std::to_string(number % 50) + ".regent.yaml", "x");
    });
    for (int round = 0; round < 20; ++round) {
        Bell bell;
        auto watch = watch_folder(folder.path(), 10ms, bell.rope());
        REQUIRE(watch);
        std::this_thread::sleep_for(5ms * (round % 5));
        const auto before = std::chrono::steady_clock::now();
        watch->reset();
        CHECK(std::chrono::steady_clock::now() - before < 1s);
    }
    over = true;
    writer.join();
}

TEST_CASE("a folder that never rests is told of after ten times the quiet time", "[source][watch]") {
    Folder folder;
    Bell bell;
    const auto watch = watching(folder.path(), bell);
    std::atomic<bool> over{false};
    std::thread writer([&] {
        while (!over) {
            folder.write("a.regent.yaml", "x");
            std::this_thread::sleep_for(5ms);
        }
    });
    CHECK(bell.rings(3s));
    CHECK(bell.rings(3s));
    over = true;
    writer.join();
}

TEST_CASE("a commit in a local repository is seen, bare or not, from a linked work tree and after packing",
          "[source][watch]") {
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    repository.commit("One");
    repository.git("worktree add -q -b side " + (folder / "linked").string());
    shell("git clone -q --bare " + repository.path().string() + " " + (folder / "bare.git").string());
    Bell bell;
    std::string url;
    std::string change;
    const auto root = repository.path().string();
    const auto as_bob = std::string("git -c user.name=b -c user.email=b@x.example -C ");
    SECTION("a commit") {
        url = root;
        change = as_bob + root + " commit -q --allow-empty -m two";
    }
    SECTION("by file address") {
        url = "file://" + root;
        change = as_bob + root + " commit -q --allow-empty -m two";
    }
    SECTION("from the linked work tree's view") {
        url = folder / "linked";
        change = as_bob + root + " commit -q --allow-empty -m two";
    }
    SECTION("a push into a bare one") {
        url = folder / "bare.git";
        change = as_bob + root + " commit -q --allow-empty -m two && git -C " + root + " push -q " + url + " main";
    }
    SECTION("a new branch in a new folder of references, then packed") {
        url = root;
        change = "git -C " + root + " branch team/x/y && git -C " + root + " pack-refs --all";
    }
    auto watch = watch_repository(url, settle, bell.rope());
    REQUIRE(watch);
    CHECK((*watch)->trouble().empty());
    // Work in the work tree is nobody's business.
    repository.write("a.regent.yaml", "not committed");
    repository.git("status -s");
    CHECK(bell.stays_silent());
    for (int round = 0; round < 2; ++round) {
        shell(round == 0 ? change
                         : as_bob + root + " commit -q --allow-empty -m more && git -C " + root + " push -q " +
                               (folder / "bare.git").string() + " main");
        CHECK(bell.rings());
        bell.calm();
    }
}

TEST_CASE("a repository on another machine cannot be watched, and the error says what counts instead",
          "[source][watch]") {
    const auto watch = watch_repository("https://example.org/x.git", settle, [] {});
    REQUIRE_FALSE(watch);
    CHECK_THAT(watch.error().help, Catch::Contains("interval"));
}
