#include "git_fixture.hpp"

#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using Catch::Contains;

/// A repository with an SSH key that is allowed, one that is not, and two that are out of their time.
class SshFixture {
public:
    SshFixture() : repository(folder / "repo") {
        for (const auto* name : {"good", "stranger", "expired", "early", "files_only"})
            shell("ssh-keygen -q -t ed25519 -N '' -C " + std::string(name) + " -f " + key(name));
        write_signers("");
        repository.write("a.regent.yaml", "a");
    }

    std::string key(const std::string& name) const { return (folder / name).string(); }
    void write_signers(const std::string& more) const {
        const auto line = [&](const std::string& who, const std::string& options, const std::string& name) {
            return who + " " + options + (options.empty() ? "" : " ") + shell("cut -d' ' -f1,2 " + key(name) + ".pub") +
                   "\n";
        };
        folder.write("signers", line("bob@contoso.example,rob@contoso.example", "namespaces=\"git\"", "good") +
                                    line("old@contoso.example", "valid-before=\"20200101\"", "expired") +
                                    line("new@contoso.example", "valid-after=\"20990101\"", "early") +
                                    line("files@contoso.example", "namespaces=\"file\"", "files_only") + more);
        fs::permissions(folder / "signers", fs::perms::owner_read | fs::perms::owner_write);
    }
    std::string signed_commit(const std::string& name, const std::string& subject) const {
        repository.git("add -A");
        repository.git("-c gpg.format=ssh -c user.signingkey=" + key(name) + " commit -q --allow-empty -S -m '" +
                       subject + "'");
        return repository.git("rev-parse HEAD");
    }
    GitLocation location() const {
        auto at = location_of(repository.path(), folder / "own.git");
        at.verification.mode = Verification::Mode::head;
        at.verification.ssh_allowed_signers = folder / "signers";
        return at;
    }

    Folder folder;
    Repository repository;
};

/// Changes the message of the tip and keeps its signature.
std::string forged(const Repository& repository) {
    const auto id = repository.git("cat-file commit HEAD | sed 's/^Signed .*/Something else/' | git -C " +
                                   repository.path().string() + " hash-object -t commit -w --stdin");
    repository.git("update-ref refs/heads/main " + id);
    return id;
}

}  // namespace

TEST_CASE("a commit signed with an allowed SSH key is read", "[source][signature]") {
    SshFixture fixture;
    const auto commit = fixture.signed_commit("good", "Signed by Bob");
    CHECK(look(*watch_git(fixture.location(), "", fetch_program())).version == commit);
}

TEST_CASE("unsigned, forged, unknown and untimely commits are refused, each in its own words", "[source][signature]") {
    SshFixture fixture;
    const auto good = fixture.signed_commit("good", "Signed by Bob");
    const auto source = watch_git(fixture.location(), "", fetch_program());
    const auto before = look(*source);
    std::string words;
    std::string commit;
    std::string subject = "Signed by somebody";
    SECTION("unsigned") {
        subject = "Plain";
        commit = fixture.repository.commit("Plain");
        words = "is not signed";
    }
    SECTION("forged") {
        fixture.signed_commit("good", "Signed by somebody");
        subject = "Something else";
        commit = forged(fixture.repository);
        words = "carries a bad signature";
    }
    SECTION("unknown key") {
        commit = fixture.signed_commit("stranger", subject);
        words = "is signed with an SSH key that is not in ";
    }
    SECTION("expired key") {
        commit = fixture.signed_commit("expired", subject);
        words = "whose time is over";
    }
    SECTION("a key of the future") {
        commit = fixture.signed_commit("early", subject);
        words = "whose time has not come";
    }
    SECTION("a key for other things") {
        commit = fixture.signed_commit("files_only", subject);
        words = "not for git";
    }
    const auto said = refusal(*source);
    CHECK_THAT(said, Contains(words));
    CHECK_THAT(said,
               Contains("commit " + commit.substr(0, 12) + " by Bob Builder <bob@contoso.example>, “" + subject + "”"));
    CHECK(before.tree->read({"."}));
    // A good one on top of it is good: what counts is the commit that is read.
    const auto next = fixture.signed_commit("good", "Signed by Bob again");
    CHECK(look(*source).version == next);
}

TEST_CASE("a signature by a key of a kind that is not configured is refused", "[source][signature]") {
    SshFixture fixture;
    fixture.signed_commit("good", "Signed");
    auto location = fixture.location();
    location.verification.ssh_allowed_signers.clear();
    location.verification.openpgp_keyring = fixture.folder / "none.gpg";
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())),
               Contains("no file of allowed SSH signers is configured"));
}

TEST_CASE("a file of keys that others may change is not believed", "[source][signature]") {
    SshFixture fixture;
    fixture.signed_commit("good", "Signed");
    const auto refused = [&](const fs::path& signers) {
        auto location = fixture.location();
        location.verification.ssh_allowed_signers = signers;
        return refusal(*watch_git(location, "", fetch_program()));
    };
    const auto file = fixture.folder / "signers";
    CHECK_THAT(refused("signers"), Contains("is not named by an absolute path"));
    CHECK_THAT(refused(fixture.folder / "none"), Contains("cannot be found"));
    fs::permissions(file, fs::perms::group_write, fs::perm_options::add);
    CHECK_THAT(refused(file), Contains("others may write to " + file.string()));
    CHECK_THAT(refused(file), Contains("chmod go-w"));
    fs::permissions(file, fs::perms::group_write, fs::perm_options::remove);
    fs::permissions(fixture.folder.path(), fs::perms::others_all, fs::perm_options::add);
    CHECK_THAT(refused(file), Contains("others may write to " + fixture.folder.path().string()));
    fs::permissions(fixture.folder.path(), fs::perms::others_all, fs::perm_options::remove);
    if (::geteuid() == 0) {
        REQUIRE(::chown(file.c_str(), 12345, 12345) == 0);
        CHECK_THAT(refused(file), Contains("belongs to uid 12345"));
    }
}

TEST_CASE("OpenPGP: allowed, unknown, expired, revoked and forged, each in its own words", "[source][signature]") {
    Folder folder;
    const Repository repository(folder / "repo");
    repository.write("a.regent.yaml", "a");
    fs::create_directories(folder / "gpg");
    fs::permissions(folder / "gpg", fs::perms::owner_all);
    const auto gpg = "gpg --homedir " + (folder / "gpg").string() + " --batch -q --no-tty --passphrase '' ";
    for (const auto* name : {"good", "stranger", "revoked"})
        shell(gpg + "--pinentry-mode loopback --quick-gen-key " + name + "@contoso.example ed25519 sign never");
    shell(gpg +
          "--faked-system-time 20200101T000000 --pinentry-mode loopback --quick-gen-key expired@contoso.example "
          "ed25519 sign 30d");
    const auto keyring = folder / "trusted.gpg";
    const auto signed_commit = [&](const std::string& who, const std::string& more) {
        folder.write("wrapper",
                     "#!/bin/sh\nexec gpg --homedir " + (folder / "gpg").string() + " " + more + " \"$@\"\n");
        fs::permissions(folder / "wrapper", fs::perms::owner_all);
        repository.git("add -A");
        repository.git("-c gpg.program=" + (folder / "wrapper").string() + " -c user.signingkey=" + who +
                       "@contoso.example commit -q --allow-empty -S -m 'Signed by " + who + "'");
        return repository.git("rev-parse HEAD");
    };
    const auto export_keys = [&] {
        shell(gpg + "--export good@contoso.example revoked@contoso.example expired@contoso.example > " +
              keyring.string() + " && chmod 600 " + keyring.string());
    };
    export_keys();
    auto location = location_of(repository.path(), folder / "own.git");
    location.verification = {Verification::Mode::head, keyring, {}};

    const auto good = signed_commit("good", "");
    CHECK(look(*watch_git(location, "", fetch_program())).version == good);

    signed_commit("stranger", "");
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("OpenPGP key that is not in"));

    signed_commit("expired", "--faked-system-time 20200110T000000");
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("OpenPGP key that has expired"));

    signed_commit("revoked", "");
    CHECK(watch_git(location, "", fetch_program())->look(never));
    shell("sed 's/^:---/---/' " + (folder / "gpg").string() + "/openpgp-revocs.d/$(" + gpg +
          "--with-colons -k revoked@contoso.example | awk -F: '/^fpr/{print $10; exit}').rev | " + gpg + "--import");
    export_keys();
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("OpenPGP key that was revoked"));

    signed_commit("good", "");
    forged(repository);
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("carries a bad signature"));
    shell("gpgconf --homedir " + (folder / "gpg").string() + " --kill all");
}
