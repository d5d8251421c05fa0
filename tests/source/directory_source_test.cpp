#include "git_fixture.hpp"
#include "source/repository_name.hpp"

#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;

}  // namespace

TEST_CASE("the repository is found from a folder below it, and its absence says where was looked", "[source]") {
    Folder folder;
    folder.write("repo/environments/dev.regent.yaml", "kind: Environment\n");
    fs::create_directories(folder.path() / "repo/base/deep");
    REQUIRE(find_repository(folder.path() / "repo/base/deep") == folder.path() / "repo");

    Folder empty;
    const auto missing = find_repository(empty.path());
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find(empty.path().string()) != std::string::npos);
    CHECK(missing.error().help.find("-C") != std::string::npos);
}

TEST_CASE("manifests are read once, in order, and editors' leftovers are not", "[source]") {
    Folder folder;
    folder.write("base/b.regent.yaml", "b");
    folder.write("base/a.regent.yaml", "a");
    folder.write("base/.a.regent.yaml.swp", "x");
    folder.write("base/a.regent.yaml~", "x");
    folder.write("base/sub/c.regent.yaml", "c");
    folder.write("base/readme.md", "x");
    const auto set = read_directory(folder.path(), {"base", "base/sub", "."});
    REQUIRE(set);
    CHECK(names(*set) ==
          std::vector<std::string>{"base/a.regent.yaml", "base/b.regent.yaml", "base/sub/c.regent.yaml"});
    CHECK(set->files[1].text == "b");
}

TEST_CASE("a file that looks like a manifest but is not named like one is noted", "[source]") {
    Folder folder;
    folder.write("base/app.yaml", "apiVersion: regent/v1\nkind: Application\n");
    folder.write("base/other.yaml", "apiVersion: v1\n");
    const auto set = read_directory(folder.path(), {"base"});
    REQUIRE(set);
    REQUIRE(set->notes.size() == 1);
    CHECK(set->notes.front().find("base/app.yaml") != std::string::npos);
}

TEST_CASE("a folder that is not there, or lies outside, is an error and not an empty set", "[source]") {
    Folder folder;
    folder.write("repo/base/a.regent.yaml", "a");
    folder.write("elsewhere/b.regent.yaml", "b");
    CHECK_FALSE(read_directory(folder.path() / "repo", {"bas"}));
    CHECK_FALSE(read_directory(folder.path() / "repo", {"../elsewhere"}));
    CHECK(read_directory(folder.path() / "repo", {"base"}));
}

TEST_CASE("a manifest that is too large or a link out of the repository fails the whole read", "[source]") {
    Folder folder;
    folder.write("repo/base/a.regent.yaml", std::string(300 * 1024, 'x'));
    const auto large = read_directory(folder.path() / "repo", {"base"});
    REQUIRE_FALSE(large);
    CHECK(large.error().message == "base/a.regent.yaml is larger than 256 KiB");

    folder.write("outside.regent.yaml", "o");
    folder.write("linked/base/ok.regent.yaml", "o");
    fs::create_symlink(folder.path() / "outside.regent.yaml", folder.path() / "linked/base/link.regent.yaml");
    CHECK_FALSE(read_directory(folder.path() / "linked", {"base"}));
}

TEST_CASE("what a manifest refers to may not leave the repository, by dots, root or link", "[source]") {
    Folder folder;
    folder.write("repo/openapi/a.json", "{}");
    folder.write("secret.txt", "s");
    fs::create_symlink(folder.path() / "secret.txt", folder.path() / "repo/openapi/link.json");
    const auto root = folder.path() / "repo";
    CHECK(read_referenced_file(root, "openapi/a.json") == "{}");
    CHECK_FALSE(read_referenced_file(root, "../secret.txt"));
    CHECK_FALSE(read_referenced_file(root, "/etc/passwd"));
    CHECK_FALSE(read_referenced_file(root, "openapi/link.json"));
    CHECK_FALSE(read_referenced_file(root, "openapi/none.json"));
}

TEST_CASE("a folder that a manifest refers to is listed without its folders, and never outside the repository",
          "[source]") {
    Folder folder;
    folder.write("repo/c/b.json", "{}");
    folder.write("repo/c/A.cs", "");
    folder.write("repo/c/.hidden", "");
    folder.write("repo/c/inner/x.json", "{}");
    fs::create_symlink(folder.path(), folder.path() / "repo/out");
    const auto root = folder.path() / "repo";
    CHECK(list_referenced_folder(root, "c") == std::vector<std::string>{"A.cs", "b.json"});
    for (const auto* other : {"..", "out", "none", "c/b.json", "/etc"})
        CHECK_FALSE(list_referenced_folder(root, other));
    CHECK(list_referenced_folder(root, ".").value() == list_referenced_folder(root, "").value());
}

TEST_CASE("a repository has one name in all of its clones, without what signs in there", "[source]") {
    for (const auto* url :
         {"https://github.com/contoso/apps.git", "https://github.com/contoso/apps", "https://GitHub.com/contoso/apps/",
          "https://gitlab-ci-token:s3cret@github.com/contoso/apps.git", "https://u:p@ss@github.com/contoso/apps.git",
          "https://github.com/contoso/apps.git?private_token=s3cret", "https://github.com/contoso/apps#s3cret",
          "https://u:s3/cret@github.com/contoso/apps.git", "u:s3cret@github.com:contoso/apps",
          "ssh://git@github.com/contoso/apps.git", "git@github.com:contoso/apps.git", "github.com:contoso/apps"}) {
        CHECK(name_of_origin(url) == "github.com/contoso/apps");
    }
    CHECK(name_of_origin("https://github.com/contoso/Apps") != name_of_origin("https://github.com/contoso/apps"));
    CHECK(name_of_origin("ssh://git@host:7999/apps.git") == "host:7999/apps");
    CHECK(name_of_origin("host:apps@2") == "host/apps@2");
    CHECK(name_of_origin("https://host/apps@2") == "host/apps@2");
    CHECK(name_of_origin("/srv/git/apps.git/") == "/srv/git/apps.git");
    CHECK(name_of_origin("file:///srv/git/apps.git") == "/srv/git/apps.git");
    CHECK(name_within("github.com/contoso/apps", "") == "github.com/contoso/apps");
    CHECK(name_within("github.com/contoso/apps", "/team/a/") == "github.com/contoso/apps/team/a");
}

TEST_CASE("a folder is called by where its repository comes from, and by its path when that is nowhere", "[source]") {
    Folder folder;
    folder.write("apps/team/a.regent.yaml", "a");
    const auto apps = folder / "apps";
    CHECK(name_of_folder(apps) == apps.string());
    CHECK(name_of_folder(apps / "team/.") == (apps / "team").string());
    const Repository repository(apps);
    CHECK(name_of_folder(apps) == apps.string());
    repository.commit("first");
    repository.git("clone -q . ../clone");
    CHECK(name_of_folder(folder / "clone/team") == (apps / "team").string());
    repository.git("remote add upstream https://me:token@example.org/apps.git");
    CHECK(name_of_folder(apps) == "example.org/apps");
    repository.git("remote add origin ../origin");
    CHECK(name_of_folder(apps / "team") == (folder / "origin/team").string());
    CHECK(read_directory(apps, {"team"})->revision.repository == (folder / "origin").string());
    repository.git("config remote.origin.url work:apps.git");
    repository.git("config url.https://example.org/.insteadOf work");
    repository.git("config url.https://example.org/contoso/.insteadOf work:");
    CHECK(name_of_folder(apps) == "example.org/contoso/apps");
    repository.git("config remote.origin.url ../origin");
    // What one link led to, another one leads to after the next commit.
    fs::create_directory_symlink(apps, folder / "link");
    CHECK(name_of_folder(folder / "link") == (folder / "origin").string());
    folder.write("plain/a.regent.yaml", "a");
    fs::create_directory_symlink(folder / "plain", folder / "current");
    CHECK(name_of_folder(folder / "current") == (folder / "current").string());
}

TEST_CASE("a folder whose git repository cannot be read has no name, not the one of its path", "[source]") {
    Folder folder;
    folder.write("a.regent.yaml", "a");
    const Repository repository(folder.path());
    repository.git("remote add upstream https://example.org/apps.git");
    repository.git("remote add fork https://example.org/me/apps.git");
    CHECK(name_of_folder(folder.path()) == "example.org/me/apps");
    folder.write(".git/config", "[core");
    CHECK(name_of_folder(folder.path()).empty());
}

TEST_CASE("a repository whose files are another user's has its name and its revision", "[source]") {
    if (::geteuid() != 0) {
        WARN("only root can give files to somebody else");
        return;
    }
    Folder folder;
    folder.write("a.regent.yaml", "a");
    const Repository repository(folder.path());
    repository.commit("first");
    repository.git("remote add origin https://example.org/apps.git");
    for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
        REQUIRE(::lchown(entry.path().c_str(), 1234, 1234) == 0);
    REQUIRE(::chown(folder.path().c_str(), 1234, 1234) == 0);
    CHECK(name_of_folder(folder.path()) == "example.org/apps");
    CHECK_FALSE(revision_of(folder.path()).text().empty());
}

TEST_CASE("outside git there is no revision; inside, a branch with its commit and whether it is clean", "[source]") {
    Folder folder;
    CHECK(revision_of(folder.path()).text().empty());
    const auto git = "git -C " + folder.path().string() + " -c user.name=t -c user.email=t@example.org ";
    folder.write("a.regent.yaml", "a");
    REQUIRE(std::system((git + "init -q -b main && " + git + "add . && " + git + "commit -q -m first").c_str()) == 0);
    const auto clean = revision_of(folder.path());
    CHECK(clean.branch == "main");
    CHECK(clean.commit.size() == 40);
    CHECK(clean.text() == "main@" + clean.commit.substr(0, 7) + ", clean");
    folder.write("b.regent.yaml", "b");
    CHECK(revision_of(folder.path()).text().find("with local changes") != std::string::npos);
}
