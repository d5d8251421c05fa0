#include "source/commit_tree.hpp"

#include "git_fixture.hpp"

#include <cstdlib>
#include <functional>
#include <random>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using Catch::Contains;

/// A tree read from a commit, through a local copy.
class Committed {
public:
    Committed() : repository(folder / "repo") {}
    std::shared_ptr<const ManifestTree> tree(const std::string& path = "") const {
        repository.commit("x");
        auto location = location_of(repository.path(), folder / "own.git");
        location.path = path;
        return look(*watch_git(location, "", fetch_program())).tree;
    }
    void link(const std::string& name, const std::string& target) const {
        fs::create_directories((repository.path() / name).parent_path());
        fs::create_symlink(target, repository.path() / name);
    }

    Folder folder;
    Repository repository;
};

std::string outcome_of(const tl::expected<ManifestSet, SourceError>& set) {
    if (!set) return "error: " + set.error().message + " / " + set.error().help + "\n";
    std::string text;
    for (const auto& file : set->files) text += file.path + ": " + file.text + "\n";
    for (const auto& note : set->notes) {
        // Whether there is a folder at the other end of a link is known on disk only.
        if (note.find("is a link") == std::string::npos) text += "note: " + note + "\n";
    }
    return text;
}

std::string outcome_of(const tl::expected<std::string, SourceError>& file) {
    return file ? *file : "error: " + file.error().message + " / " + file.error().help;
}

std::string outcome_of(const tl::expected<std::vector<std::string>, SourceError>& names) {
    if (!names) return "error: " + names.error().message + " / " + names.error().help;
    std::string text;
    for (const auto& name : *names) text += name + "\n";
    return text;
}

/// Equal, or both errors about something outside the repository: whether that exists is known on disk only.
bool agree(const std::string& commit, const std::string& disk) {
    const bool outside =
        commit.find("lies outside") != std::string::npos || commit.find("leads out of") != std::string::npos;
    return commit == disk || (outside && disk.starts_with("error"));
}

/// Folders, files and links of all kinds at random, with names that matter.
class RandomTree {
public:
    explicit RandomTree(unsigned seed) : random_(seed) {}

    void grow(const fs::path& folder, int depth) {
        fs::create_directories(folder);
        const auto count = 1 + pick(5);
        for (unsigned number = 0; number < count; ++number) {
            const auto path = folder / name();
            std::error_code error;
            if (fs::exists(fs::symlink_status(path, error))) continue;
            switch (pick(8)) {
                case 0:
                case 1:
                    if (depth < 4) grow(path, depth + 1);
                    break;
                case 2:
                    fs::create_symlink(target(), path);
                    break;
                default:
                    std::ofstream(path) << content();
            }
        }
        // git knows no empty folders.
        std::ofstream(folder / ".keep") << "";
    }
    std::string name() {
        static const char* const names[] = {"a",
                                            "b",
                                            "base",
                                            "x.regent.yaml",
                                            "y.regent.yaml",
                                            "z.yaml",
                                            "q.yml",
                                            ".hidden.regent.yaml",
                                            "old.regent.yaml~",
                                            "4913",
                                            "t.tmp",
                                            "ä.regent.yaml",
                                            "with space.regent.yaml",
                                            ".dir",
                                            "l",
                                            "m",
                                            "readme.md"};
        return names[pick(std::size(names))];
    }
    std::string target() {
        static const char* const targets[] = {
            "a", "../a", "x.regent.yaml", "../x.regent.yaml", "b/y.regent.yaml",        "../../..", "nowhere",
            "l", "m",    "../base",       "./base/../a",      "../../../../etc/passwd", "."};
        return targets[pick(std::size(targets))];
    }
    std::string content() {
        switch (pick(4)) {
            case 0:
                return "apiVersion: regent/v1\n";
            case 1:
                return std::string(1000 * pick(300), 'x');
            default:
                return std::to_string(pick(1000));
        }
    }
    unsigned pick(std::size_t below) { return static_cast<unsigned>(random_() % below); }

private:
    std::mt19937 random_;
};

}  // namespace

TEST_CASE("links inside a commit are followed, and one that leads elsewhere is no manifest that went away",
          "[source][git]") {
    Committed committed;
    committed.repository.write("common/real.regent.yaml", "real");
    committed.repository.write("openapi/x.json", "{}");
    committed.link("base/linked.regent.yaml", "../common/real.regent.yaml");
    committed.link("base/x.json", "../openapi/x.json");
    committed.link("base/passwd.json", "../../../../../../etc/passwd");
    committed.link("alias", "common");
    const auto tree = committed.tree();
    CHECK(outcome_of(tree->read({"base"})) == "base/linked.regent.yaml: real\n");
    CHECK(tree->read({"base"})->notes ==
          std::vector<std::string>{
              "base/passwd.json is a link that leads out of the repository: manifests that may be there are not read"});
    CHECK(outcome_of(tree->read({"alias"})) == "alias/real.regent.yaml: real\n");
    CHECK(tree->read_referenced("base/x.json") == "{}");
    CHECK_THAT(outcome_of(tree->read_referenced("base/passwd.json")), Contains("leads out of the repository"));
    committed.link("base/out.regent.yaml", "/etc/passwd");
    CHECK_THAT(outcome_of(committed.tree()->read({"base"})),
               Contains("base/out.regent.yaml is a link that leads out of the repository, or nowhere"));
}

TEST_CASE("what cannot be read any more is an error and no removal: a linked folder, a name in other letters",
          "[source][git]") {
    const auto error_with = [](const std::function<void(const Committed&)>& change) {
        Committed committed;
        committed.repository.write("base/a.regent.yaml", "a");
        change(committed);
        const auto on_disk = outcome_of(open_directory(committed.repository.path())->read({"base"}));
        const auto in_commit = outcome_of(committed.tree()->read({"base"}));
        CHECK(in_commit == on_disk);
        return in_commit;
    };
    CHECK_THAT(error_with([](const auto& it) { it.link("base/team", "/usr/share"); }),
               Contains("base/team is a link that leads out of the repository, or nowhere"));
    CHECK_THAT(error_with([](const auto& it) { it.link("base/team", "../nowhere"); }),
               Contains("base/team is a link that leads out of the repository, or nowhere"));
    for (const auto* name : {"base/b.regent.YAML", "base/B.Regent.yaml", "base/b.regent.yml"})
        CHECK_THAT(error_with([&](const auto& it) { it.repository.write(name, "b"); }),
                   Contains(std::string("the name of ") + name + " does not end in .regent.yaml, in small letters"));
    CHECK(error_with([](const auto& it) {
              it.repository.write("base/.b.regent.yaml", "b");
              it.link("base/notes.md", "../nowhere");
          }) == "base/a.regent.yaml: a\n");
}

TEST_CASE("a link may not leave the folder that is the root, though it stays in the repository", "[source][git]") {
    Committed committed;
    committed.repository.write("secret.regent.yaml", "s");
    committed.repository.write("team/base/a.regent.yaml", "a");
    committed.link("team/base/b.regent.yaml", "../../secret.regent.yaml");
    CHECK_THAT(outcome_of(committed.tree("team")->read({"base"})), Contains("leads out of the repository"));
    CHECK_THAT(outcome_of(committed.tree("team")->read_referenced("base/b.regent.yaml")), Contains("leads out"));
    CHECK(outcome_of(committed.tree()->read({"team"})) == "team/base/a.regent.yaml: a\nteam/base/b.regent.yaml: s\n");
}

TEST_CASE("a submodule among the folders read is refused: its objects would look removed", "[source][git]") {
    Committed committed;
    const Repository other(committed.folder / "other");
    other.write("base/a.regent.yaml", "a");
    other.commit("x");
    committed.repository.write("base/b.regent.yaml", "b");
    committed.repository.git("submodule add -q " + other.path().string() + " vendor/sub");
    const auto tree = committed.tree();
    CHECK(outcome_of(tree->read({"base"})) == "base/b.regent.yaml: b\n");
    for (const auto* folder : {".", "vendor", "vendor/sub"})
        CHECK_THAT(outcome_of(tree->read({folder})), Contains("vendor/sub is a submodule"));
}

TEST_CASE("a commit and a clone of it are of one repository", "[source][git]") {
    Committed committed;
    committed.repository.write("team/a.regent.yaml", "a");
    const auto set = committed.tree("team")->read({"."});
    REQUIRE(set);
    CHECK(set->revision.repository == (committed.repository.path() / "team").string());
    committed.repository.git("clone -q . ../clone");
    CHECK(read_directory(committed.folder / "clone/team", {"."})->revision.repository == set->revision.repository);
}

TEST_CASE("a commit's limits are those of a folder", "[source][git]") {
    Committed committed;
    committed.repository.write("base/a.regent.yaml", std::string(300 * 1024, 'x'));
    committed.repository.write("big.json", std::string(8 * 1024 * 1024 + 1, 'x'));
    const auto tree = committed.tree();
    const auto disk = open_directory(committed.repository.path());
    CHECK(outcome_of(tree->read({"."})) == outcome_of(disk->read({"."})));
    CHECK_THAT(outcome_of(tree->read({"."})), Contains("base/a.regent.yaml is larger than 256 KiB"));
    CHECK(outcome_of(tree->read_referenced("big.json")) == outcome_of(disk->read_referenced("big.json")));
    CHECK_THAT(outcome_of(tree->read_referenced("big.json")), Contains("is larger than 8192 KiB"));
}

TEST_CASE("a tree of trees that repeat each other ends in an error and not in ages", "[source][git]") {
    Committed committed;
    committed.repository.write("a.regent.yaml", "x");
    committed.repository.commit("x");
    const auto root = committed.repository.path().string();
    // Ten folders that are one, twelve levels deep: 10^12 files in 13 objects.
    shell("cd " + root +
          " && t=$(git rev-parse HEAD^{tree}) && for i in $(seq 12); do t=$(for j in $(seq 10); do "
          "printf '040000 tree %s\\td%s\\n' $t $j; done | git mktree); done && "
          "git -c user.name=b -c user.email=b@x.example update-ref refs/heads/main $(git -c user.name=b -c "
          "user.email=b@x.example commit-tree -m bomb $t)");
    auto location = location_of(committed.repository.path(), committed.folder / "own.git");
    location.limits.max_files = 1000;
    const auto set = look(*watch_git(location, "", fetch_program())).tree->read({"."});
    REQUIRE_FALSE(set);
    CHECK_THAT(set.error().message, Contains("more than 1000 manifest files"));
}

TEST_CASE("random trees: a commit gives what a checkout of it gives, files, notes and errors", "[source][git]") {
    Folder folder;
    const Repository repository(folder / "repo");
    // The same trees each time, so that what fails fails again; another number looks at other trees.
    const auto* wanted = std::getenv("REGENT_TREE_SEED");
    const auto first = wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : 1U;
    int read = 0, listed = 0;
    for (unsigned round = 0; round < 12; ++round) {
        const auto seed = first + round;
        INFO("seed " << seed);
        shell("cd " + repository.path().string() + " && rm -rf -- * .dir .keep .hidden*");
        RandomTree(seed).grow(repository.path(), 0);
        repository.git("checkout -q -B main && git -C " + repository.path().string() +
                       " update-ref -d refs/heads/main");
        const auto commit = repository.commit("x");
        // Read where git put it, not where it was made: what git does not keep is not there then.
        const auto checkout = folder / "checkout";
        fs::remove_all(checkout);
        shell("git clone -q " + repository.path().string() + " " + checkout.string() + " && rm -rf " +
              checkout.string() + "/.git");
        auto location = location_of(repository.path(), folder / "own.git");
        location.allow_rewind = commit;
        const auto tree = look(*watch_git(location, "", fetch_program())).tree;
        const auto disk = open_directory(checkout);
        for (const auto& folders : std::vector<std::vector<std::string>>{{"."},
                                                                         {"a"},
                                                                         {"base", "a"},
                                                                         {"l"},
                                                                         {"base/a"},
                                                                         {"a", "."},
                                                                         {"../x"},
                                                                         {"x.regent.yaml"},
                                                                         {".dir"},
                                                                         {"./base/../b"}}) {
            INFO(folders.front());
            const auto expected = outcome_of(disk->read(folders));
            const auto read_from_commit = outcome_of(tree->read(folders));
            INFO("on disk: " << expected << "in the commit: " << read_from_commit);
            CHECK(agree(read_from_commit, expected));
            read += expected.starts_with("error") ? 0 : 1;
        }
        for (const auto* name :
             {"x.regent.yaml", "l", "base/z.yaml", "a/l", "m/x.regent.yaml", "../x", "readme.md", "a"}) {
            INFO(name);
            CHECK(agree(outcome_of(tree->read_referenced(name)), outcome_of(disk->read_referenced(name))));
        }
        for (const auto* name : {"", ".", "a", "base/a", "a/../base", "l", "m", "../x", "x.regent.yaml", "nowhere"}) {
            const auto expected = outcome_of(disk->list_referenced(name));
            INFO("files in " << name << " on disk: " << expected);
            CHECK(agree(outcome_of(tree->list_referenced(name)), expected));
            listed += expected.empty() || expected.starts_with("error") ? 0 : 1;
        }
    }
    // Trees that can all not be read would compare errors only.
    if (wanted == nullptr) CHECK(read > 8);
    if (wanted == nullptr) CHECK(listed > 12);
}
