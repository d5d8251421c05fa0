// What happens to the local copy over time and under blows.
#include "git_fixture.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using namespace std::chrono_literals;
using Catch::Contains;

auto count_descriptors() {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
}

long resident_kilobytes() {
    std::ifstream stream("/proc/self/statm");
    long all = 0;
    long resident = 0;
    stream >> all >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

#if defined(__SANITIZE_ADDRESS__)
constexpr int many_looks = 60;
#else
constexpr int many_looks = 400;
#endif

}  // namespace

TEST_CASE("hundreds of looks leave neither descriptors nor memory nor children behind", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", std::string(10'000, 'a'));
    repository.commit("First");
    const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
    const auto once = [&] { REQUIRE(look(*source).tree->read({"."})); };
    for (int round = 0; round < 50; ++round) once();
    const auto descriptors = count_descriptors();
    [[maybe_unused]] const auto memory = resident_kilobytes();
    for (int round = 0; round < many_looks; ++round) once();
    CHECK(count_descriptors() == descriptors);
#if !defined(__SANITIZE_ADDRESS__)
    CHECK(resident_kilobytes() - memory < 2048);
#endif
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
}

TEST_CASE("many commits do not become many packs, and old trees stay readable", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
    std::vector<SourceState> states;
    for (int number = 0; number < 50; ++number) {
        repository.write("a.regent.yaml", std::to_string(number));
        repository.commit("Change");
        states.push_back(look(*source));
        CHECK(states.back().notes.empty());
    }
    CHECK(shell("ls " + (folder / "own.git/objects/pack").string() + "/*.pack | wc -l") < "20");
    for (int number = 0; number < 50; ++number) {
        const auto set = states[static_cast<std::size_t>(number)].tree->read({"."});
        REQUIRE(set);
        CHECK(set->files[0].text == std::to_string(number));
    }
}

TEST_CASE("a fetch that is killed anywhere is finished by the next one", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    for (int file = 0; file < 200; ++file)
        repository.write("base/" + std::to_string(file) + ".regent.yaml",
                         std::string(2000, static_cast<char>('a' + file % 26)));
    const auto commit = repository.commit("First");
    int killed = 0;
    for (int round = 0; round < 25; ++round) {
        const auto own = folder / ("own" + std::to_string(round) + ".git");
        const pid_t child = ::fork();
        if (child == 0) {
            ::setpgid(0, 0);
            fs::create_directory(own);
            ::execl(fetch_program().executable.c_str(), "fetch", "--repository", own.c_str(), "--url",
                    repository.path().c_str(), "--branch", "main", nullptr);
            ::_exit(127);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(800 * round));
        ::kill(child, SIGKILL);
        int status = 0;
        ::waitpid(child, &status, 0);
        killed += WIFSIGNALED(status) ? 1 : 0;
        const auto state = look(*watch_git(location_of(repository.path(), own), "", fetch_program()));
        CHECK(state.version == commit);
        const auto set = state.tree->read({"."});
        REQUIRE(set);
        CHECK(set->files.size() == 200);
        CHECK(
            shell("ls -A " + own.string() + "/objects/pack | grep -v '^pack-.*\\.\\(pack\\|idx\\)$' || true").empty());
    }
    CHECK(killed > 5);
}

TEST_CASE("two processes do not fetch into one copy at a time", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "a");
    const auto commit = repository.commit("First");
    std::vector<std::thread> threads;
    std::atomic<int> fine = 0;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&] {
            const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
            const auto state = source->look(never);
            if (state && state->version == commit && state->tree->read({"."})) ++fine;
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(fine == 4);
}

TEST_CASE("a repository that belongs to another user is read, and one that anybody may change is refused",
          "[source][git]") {
    if (::geteuid() != 0) {
        WARN("not run: giving files to another user needs root");
        return;
    }
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "a");
    const auto commit = repository.commit("First");
    // A hook and a program in its configuration, which must never run.
    const auto marker = folder / "ran";
    for (const auto* name : {"post-checkout", "pre-auto-gc", "reference-transaction", "post-update"}) {
        repository.write(std::string(".git/hooks/") + name, "#!/bin/sh\ntouch " + marker.string() + "\n");
        fs::permissions(repository.path() / ".git/hooks" / name, fs::perms::owner_all | fs::perms::others_all);
    }
    for (const auto* key : {"core.fsmonitor", "core.sshCommand", "uploadpack.packObjectsHook", "core.hooksPath"})
        repository.git(std::string("config ") + key + " 'touch " + marker.string() + "'");
    shell("chown -R 12345:12345 " + repository.path().string());
    const auto state = look(*watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program()));
    CHECK(state.version == commit);
    CHECK_FALSE(fs::exists(marker));

    shell("chmod o+w " + (repository.path() / ".git/refs").string());
    CHECK_THAT(refusal(*watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program())),
               Contains("every user of this machine may write to " + (repository.path() / ".git/refs").string()));
    shell("chmod o-w " + (repository.path() / ".git/refs").string());

    // The local copy itself must be ours.
    shell("chown -R 12345 " + (folder / "own.git").string());
    CHECK_THAT(refusal(*watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program())),
               Contains("belongs to uid 12345, and regent runs as uid 0"));
}

TEST_CASE("what a repository of foreign text says is shown without control characters", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "a");
    repository.git("add -A");
    shell("printf 'Line\\033[31m red\\342\\200\\256 turned' > " + (folder / "message").string());
    repository.git("commit -q -F " + (folder / "message").string());
    const auto state = look(*watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program()));
    CHECK(state.commit->subject == "Line [31m red  turned");
}
