#include "git_fixture.hpp"

#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using Catch::Contains;

std::string file_text(const ManifestTree& tree, const std::string& path) {
    const auto set = tree.read({"."});
    REQUIRE(set);
    for (const auto& file : set->files) {
        if (file.path == path) return file.text;
    }
    return "(not there)";
}

}  // namespace

TEST_CASE("a commit is read with its author, subject and time, and the work tree is not", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("environments/prod.regent.yaml", "kind: Environment\n");
    repository.write("base/app.regent.yaml", "one\n");
    repository.write("base/openapi.json", "{}");
    const auto commit = repository.commit("First");
    repository.write("base/app.regent.yaml", "not committed\n");
    repository.write("base/new.regent.yaml", "not committed\n");

    for (const std::string& url : {repository.path().string(), "file://" + repository.path().string()}) {
        const auto source = watch_git(location_of(url, folder / "own.git"), "", fetch_program());
        const auto state = look(*source);
        CHECK(state.version == commit);
        CHECK(state.notes.empty());
        REQUIRE(state.commit);
        CHECK(state.commit->commit == commit);
        CHECK(state.commit->author == "Bob Builder <bob@contoso.example>");
        CHECK(state.commit->subject == "First");
        CHECK(state.commit->branch == "main");
        CHECK(std::chrono::system_clock::now() - state.commit->committed_at < std::chrono::hours(1));
        const auto set = state.tree->read({"."});
        REQUIRE(set);
        CHECK(names(*set) == std::vector<std::string>{"base/app.regent.yaml", "environments/prod.regent.yaml"});
        CHECK(set->files[0].text == "one\n");
        CHECK(set->revision.text() == "main@" + commit.substr(0, 7) + ", clean");
        CHECK(state.tree->read_referenced("base/openapi.json") == "{}");
        CHECK_FALSE(state.tree->read_referenced("base/none.json"));
    }
    struct stat info {};
    REQUIRE(::stat((folder / "own.git").c_str(), &info) == 0);
    CHECK((info.st_mode & 07777) == 0700);
}

TEST_CASE("a new commit is a new version, and the tree of the old one is still readable", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    repository.commit("First");
    const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
    const auto first = look(*source);
    CHECK(look(*source).version == first.version);
    repository.write("a.regent.yaml", "two");
    const auto commit = repository.commit("Second");
    const auto second = look(*source);
    CHECK(second.version == commit);
    CHECK(file_text(*first.tree, "a.regent.yaml") == "one");
    CHECK(file_text(*second.tree, "a.regent.yaml") == "two");
}

TEST_CASE("only the one branch comes, without tags", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    repository.commit("First");
    repository.git("tag v1 && git -C " + repository.path().string() + " tag -a -m x v2 2>/dev/null || true");
    repository.git("checkout -q -b other");
    repository.write("secret.regent.yaml", "other");
    const auto other = repository.commit("Other");
    repository.git("checkout -q main");
    const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
    look(*source);
    const auto own = "git --git-dir=" + (folder / "own.git").string() + " ";
    CHECK(shell(own + "for-each-ref --format='%(refname)'") == "refs/regent/accepted\nrefs/regent/fetched");
    CHECK(shell(own + "cat-file -t " + other + " >/dev/null 2>&1 || echo missing") == "missing");
}

TEST_CASE("a folder inside the repository can be the root, and its absence is told", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("teams/identity/base/a.regent.yaml", "a");
    repository.write("other/b.regent.yaml", "b");
    repository.commit("First");
    auto location = location_of(repository.path(), folder / "own.git");
    location.path = "teams/identity";
    const auto state = look(*watch_git(location, "", fetch_program()));
    const auto set = state.tree->read({"."});
    REQUIRE(set);
    CHECK(names(*set) == std::vector<std::string>{"base/a.regent.yaml"});
    CHECK_FALSE(state.tree->read({"../../other"}));
    CHECK_FALSE(state.tree->read_referenced("../../other/b.regent.yaml"));

    location.path = "teams/none";
    const auto missing = look(*watch_git(location, "", fetch_program())).tree->read({"."});
    REQUIRE_FALSE(missing);
    CHECK_THAT(missing.error().message, Contains("no folder `teams/none`"));
}

TEST_CASE("a vanished branch, an empty repository and a wrong path are told apart, with what there is",
          "[source][git]") {
    Folder folder;
    Repository empty(folder / "empty");
    CHECK_THAT(refusal(*watch_git(location_of(empty.path(), folder / "own.git"), "", fetch_program())),
               Contains("has no branch and no tag"));

    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    repository.commit("First");
    const auto source = watch_git(location_of(repository.path(), folder / "own2.git"), "", fetch_program());
    const auto before = look(*source);
    repository.git("branch -m main trunk");
    const auto said = refusal(*source);
    CHECK_THAT(said, Contains("there is no branch `main`"));
    CHECK_THAT(said, Contains("trunk"));
    CHECK(file_text(*before.tree, "a.regent.yaml") == "one");

    CHECK_THAT(refusal(*watch_git(location_of(folder / "nowhere", folder / "own3.git"), "", fetch_program())),
               Contains("cannot be found: No such file or directory"));
    fs::create_directories(folder / "plain");
    CHECK_THAT(refusal(*watch_git(location_of(folder / "plain", folder / "own4.git"), "", fetch_program())),
               Contains("check that it is a git repository"));
}

TEST_CASE("a rewritten history is refused with both commits until it is allowed by name", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    const auto root = repository.commit("First");
    repository.write("a.regent.yaml", "two");
    const auto lost = repository.commit("Second");
    auto location = location_of(repository.path(), folder / "own.git");
    const auto source = watch_git(location, "", fetch_program());
    const auto before = look(*source);
    repository.git("reset -q --hard " + root);
    repository.write("a.regent.yaml", "other");
    const auto forced = repository.commit("Rewritten");

    const auto said = refusal(*source);
    CHECK_THAT(said, Contains(lost.substr(0, 12)));
    CHECK_THAT(said, Contains(forced.substr(0, 12)));
    CHECK_THAT(said, Contains("Rewritten"));
    CHECK_THAT(said, Contains("allowRewind: " + forced));
    CHECK(file_text(*before.tree, "a.regent.yaml") == "two");

    // The same after a restart, also with the local copy lost.
    CHECK_THAT(refusal(*watch_git(location, lost, fetch_program())), Contains("force-push"));
    CHECK_THAT(refusal(*watch_git(location_of(repository.path(), folder / "new.git"), lost, fetch_program())),
               Contains("force-push"));
    // A reset to an older commit is a rewind as well.
    location.allow_rewind = root;
    CHECK_THAT(refusal(*watch_git(location, lost, fetch_program())), Contains("force-push"));

    location.allow_rewind = forced;
    const auto allowed = watch_git(location, lost, fetch_program());
    CHECK(look(*allowed).version == forced);
    repository.write("a.regent.yaml", "further");
    const auto further = repository.commit("Further");
    CHECK(look(*allowed).version == further);
    CHECK(file_text(*before.tree, "a.regent.yaml") == "two");
}

TEST_CASE("a commit with errors may be taken back: to the one in force, or by one on top of it", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "zero");
    const auto root = repository.commit("Root");
    repository.write("a.regent.yaml", "one");
    const auto good = repository.commit("Good");
    const auto location = location_of(repository.path(), folder / "own.git");
    const auto source = watch_git(location, "", fetch_program());
    CHECK(look(*source).version == good);
    source->in_force(good);
    repository.write("a.regent.yaml", "two");
    const auto broken = repository.commit("Broken");
    CHECK(look(*source).version == broken);

    repository.git("reset -q --hard " + root);
    const auto said = refusal(*source);
    CHECK_THAT(said, Contains("does not descend from " + broken.substr(0, 12)));
    CHECK_THAT(said, Contains("the state of " + good.substr(0, 12) + " stays in force"));
    repository.git("reset -q --hard " + good);
    CHECK(look(*source).version == good);

    // By one on top of it.
    repository.git("reset -q --hard " + broken);
    CHECK(look(*source).version == broken);
    repository.git("reset -q --hard " + good);
    repository.write("a.regent.yaml", "mended");
    const auto mended = repository.commit("Mended");
    CHECK(look(*source).version == mended);

    // What was carried out is not taken back like that.
    source->in_force(mended);
    repository.git("reset -q --hard " + good);
    CHECK_THAT(refusal(*source), Contains("force-push"));
}

TEST_CASE("a tag is read, annotated or not; moved ahead it is noted, moved elsewhere refused", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "one");
    const auto first = repository.commit("First");
    repository.git("tag light");
    repository.git("tag -a -m annotated heavy");
    auto location = location_of(repository.path(), folder / "own.git");
    location.branch.clear();
    for (const auto* tag : {"light", "heavy"}) {
        location.tag = tag;
        CHECK(look(*watch_git(location, "", fetch_program())).version == first);
    }
    const auto source = watch_git(location, "", fetch_program());
    look(*source);
    repository.write("a.regent.yaml", "two");
    const auto second = repository.commit("Second");
    repository.git("tag -f -a -m again heavy");
    const auto moved = look(*source);
    CHECK(moved.version == second);
    REQUIRE(moved.notes.size() == 1);
    CHECK_THAT(moved.notes.front(),
               Contains("the tag `heavy` was moved from " + first.substr(0, 12) + " to " + second.substr(0, 12)));

    repository.git("tag -f heavy " + first);
    const auto said = refusal(*source);
    CHECK_THAT(said, Contains("the tag `heavy` was moved to " + first.substr(0, 12)));
    CHECK_THAT(said, Contains("does not descend from " + second.substr(0, 12)));
    CHECK_THAT(said, Contains("allowRewind: " + first));
    CHECK(moved.tree->read({"."}));
    location.allow_rewind = first;
    CHECK(look(*watch_git(location, second, fetch_program())).version == first);

    repository.git("tag -d heavy");
    CHECK_THAT(refusal(*source), Contains("there is no tag `heavy`") && Contains("light"));
}

TEST_CASE("a damaged local copy is noticed, moved aside and fetched afresh, and said so", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    for (int file = 0; file < 20; ++file)
        repository.write("base/" + std::to_string(file) + ".regent.yaml",
                         std::string(500, static_cast<char>('a' + file)));
    repository.commit("First");
    const auto own = folder / "own.git";
    const auto location = location_of(repository.path(), own);
    const auto first = look(*watch_git(location, "", fetch_program())).version;
    std::string damage;
    SECTION("a pack with a flipped byte") {
        damage = "f=$(ls " + own.string() +
                 "/objects/pack/*.pack); chmod u+w $f; s=$(stat -c %s $f); "
                 "printf '\\377\\377\\377\\377' | dd of=$f bs=1 seek=$((s/2)) conv=notrunc status=none";
    }
    SECTION("a pack cut short") {
        damage = "f=$(ls " + own.string() + "/objects/pack/*.pack); chmod u+w $f; truncate -s 100 $f";
    }
    SECTION("packs gone") {
        damage = "rm -rf " + own.string() + "/objects/pack/*";
    }
    SECTION("an index of zeros") {
        damage = "f=$(ls " + own.string() +
                 "/objects/pack/*.idx); chmod u+w $f; s=$(stat -c %s $f); head -c $s /dev/zero > $f";
    }
    SECTION("a reference of nonsense") {
        damage = "echo nonsense > " + own.string() + "/refs/regent/fetched";
    }
    SECTION("HEAD gone") {
        damage = "rm " + own.string() + "/HEAD";
    }
    SECTION("config of nonsense") {
        damage = "printf '[[[' > " + own.string() + "/config";
    }
    shell(damage);
    const auto source = watch_git(location, first, fetch_program());
    const auto state = look(*source);
    CHECK(state.version == first);
    const auto set = state.tree->read({"."});
    REQUIRE(set);
    CHECK(set->files.size() == 20);
    // Where a fetch heals it, nothing needs saying.
    if (!state.notes.empty()) {
        CHECK_THAT(state.notes.front(), Contains("was damaged"));
        CHECK(fs::exists(folder / "own.git.damaged"));
    }
    CHECK_FALSE(fs::exists(folder / "own.git.new"));
    CHECK(look(*source).notes.empty());
}

TEST_CASE("damage found while reading is an error of that reading and repaired by the next look", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", std::string(5000, 'a'));
    repository.commit("First");
    const auto source = watch_git(location_of(repository.path(), folder / "own.git"), "", fetch_program());
    const auto state = look(*source);
    shell("rm -f " + (folder / "own.git").string() + "/objects/pack/*");
    const auto broken = state.tree->read({"."});
    REQUIRE_FALSE(broken);
    CHECK_THAT(broken.error().message, Contains("is damaged"));
    const auto repaired = look(*source);
    CHECK(repaired.notes.size() == 1);
    CHECK(repaired.version == state.version);
    CHECK(state.tree->read({"."}));
}

TEST_CASE("a folder that is not regent's own is not touched", "[source][git]") {
    Folder folder;
    Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "a");
    repository.commit("First");
    folder.write("precious/file.txt", "mine");
    CHECK_THAT(refusal(*watch_git(location_of(repository.path(), folder / "precious"), "", fetch_program())),
               Contains("holds something that is not regent's local copy"));
    CHECK(fs::exists(folder / "precious/file.txt"));
}

TEST_CASE("addresses with secrets, without encryption or with options in them are refused without repeating them",
          "[source][git]") {
    Folder folder;
    for (const char* url : {"https://bob:hunter2@example.org/x.git", "https://hunter2@example.org/x.git",
                            "ssh://git:hunter2@example.org/x", "http://example.org/hunter2",
                            "git://example.org/hunter2", "ext::sh -c hunter2", "ssh://-oProxyCommand=hunter2/x",
                            "-oProxyCommand=hunter2:x", "https://example.org/x?token=hunter2"}) {
        const auto source = watch_git(location_of(url, folder / "own.git"), "", fetch_program());
        const auto said = refusal(*source);
        INFO(url << ": " << said);
        CHECK(said.find("hunter2") == std::string::npos);
        CHECK(source->location().find("hunter2") == std::string::npos);
    }
    CHECK(watch_git(location_of("git@example.org:team/x.git", folder / "own.git"), "")->location() ==
          "ssh://example.org/team/x.git main");
}
