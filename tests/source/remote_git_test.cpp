#include "git_server.hpp"

#include <chrono>
#include <memory>

namespace {

namespace fs = std::filesystem;
using namespace regent::source;
using namespace std::chrono_literals;
using Catch::Contains;

constexpr const char* token = "ghp_canary0123456789";

/// A repository behind `git http-backend` with a certificate of its own authority.
class HttpsFixture {
public:
    explicit HttpsFixture(const std::string& password = "") : repository(folder / "served/repo") {
        repository.write("a.regent.yaml", "one");
        first = repository.commit("First");
        const auto root = folder.path().string();
        shell("cd " + root +
              " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout ca.key "
              "-out ca.pem -subj '/CN=test CA' "
              "2>/dev/null"
              " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out "
              "server.csr -subj '/CN=127.0.0.1' "
              "2>/dev/null"
              " && printf 'subjectAltName=IP:127.0.0.1,DNS:127.0.0.1,DNS:localhost' > ext"
              " && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out "
              "server.pem >/dev/null 2>&1");
        server = std::make_unique<Server>("python3 " REGENT_SOURCE_DIR "/tests/source/programs/https_git.py " + root +
                                          "/served " + root + "/server.pem " + root + "/server.key " + root + "/port " +
                                          root + "/log '" + password + "' 2>/dev/null");
        port = wait_for_line(folder / "port");
    }
    GitLocation location(const std::string& path = "repo/.git") const {
        auto at = location_of("https://127.0.0.1:" + port + "/" + path, folder / "own.git");
        at.ca_file = folder / "ca.pem";
        return at;
    }
    std::string log() const { return shell("cat " + (folder / "log").string()); }

    Folder folder;
    Repository repository;
    std::string first, port;
    std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("a repository is fetched over https, and a new commit comes with the next look", "[source][remote]") {
    HttpsFixture fixture;
    fixture.repository.git("branch other && git -C " + fixture.repository.path().string() + " tag v1");
    const auto source = watch_git(fixture.location(), "", fetch_program());
    const auto first = look(*source);
    CHECK(first.version == fixture.first);
    fixture.repository.write("a.regent.yaml", "two");
    const auto commit = fixture.repository.commit("Second");
    const auto second = look(*source);
    CHECK(second.version == commit);
    CHECK(second.tree->read({"."})->files[0].text == "two");
    CHECK(first.tree->read({"."})->files[0].text == "one");
    const auto own = "git --git-dir=" + (fixture.folder / "own.git").string() + " for-each-ref --format='%(refname)'";
    CHECK(shell(own) == "refs/regent/accepted\nrefs/regent/fetched");

    auto location = fixture.location();
    location.branch.clear();
    location.tag = "v1";
    location.repository = fixture.folder / "tag.git";
    CHECK(look(*watch_git(location, "", fetch_program())).version == fixture.first);
    location.tag = "v9";
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("there is no tag `v9`") && Contains("v1"));
}

TEST_CASE("a certificate that nobody vouches for is refused, whatever the server says", "[source][remote]") {
    HttpsFixture fixture;
    auto location = fixture.location();
    location.ca_file.clear();
    const auto said = refusal(*watch_git(location, "", fetch_program()));
    CHECK_THAT(said, Contains("the certificate of 127.0.0.1 is not one to believe"));
    CHECK_THAT(said, Contains("/etc/ssl/certs/ca-certificates.crt"));
    CHECK_FALSE(fs::exists(fixture.folder / "log"));
}

TEST_CASE("a token opens a repository, and is in no message, argument, environment or file of the service",
          "[source][remote]") {
    HttpsFixture fixture(token);
    auto location = fixture.location();
    const auto without = refusal(*watch_git(location, "", fetch_program()));
    CHECK_THAT(without, Contains("asks for a user and a token, and none is configured"));

    location.token_file = fixture.folder / "token";
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("there is no token in"));
    fixture.folder.write("token", "wrong_canary\n");
    const auto wrong = refusal(*watch_git(location, "", fetch_program()));
    CHECK_THAT(wrong, Contains("refused the token in " + location.token_file.string()));
    CHECK(wrong.find("canary") == std::string::npos);

    fixture.folder.write("token", std::string(token) + "\n");
    location.user = "deploy";
    CHECK(look(*watch_git(location, "", fetch_program())).version == fixture.first);
    const auto sent = shell("printf 'deploy:%s' " + std::string(token) + " | base64 -w0");
    CHECK_THAT(fixture.log(), Contains("Basic " + sent));
    CHECK(shell("grep -r canary " + (fixture.folder / "own.git").string() + " || echo none") == "none");
}

TEST_CASE("a redirect is not followed, so no token goes where it leads", "[source][remote]") {
    HttpsFixture fixture(token);
    auto location = fixture.location("moved/repo/.git");
    location.token_file = fixture.folder / "token";
    fixture.folder.write("token", token);
    CHECK_THAT(refusal(*watch_git(location, "", fetch_program())), Contains("answers with a redirect"));
    CHECK(fixture.log().find("localhost") == std::string::npos);
}

TEST_CASE("a proxy is asked where one is configured, and its password is not taken", "[source][remote]") {
    HttpsFixture fixture;
    const auto root = fixture.folder.path().string();
    const Server proxy("python3 " REGENT_SOURCE_DIR "/tests/source/programs/proxy.py " + root + "/proxy_port " + root +
                       "/proxy_log 2>/dev/null");
    auto location = fixture.location();
    location.proxy = "http://127.0.0.1:" + wait_for_line(fixture.folder / "proxy_port");
    CHECK(look(*watch_git(location, "", fetch_program())).version == fixture.first);
    CHECK_THAT(wait_for_line(fixture.folder / "proxy_log"), Contains("CONNECT 127.0.0.1:" + fixture.port));
    location.proxy = "http://bob:hunter2@127.0.0.1:1";
    const auto said = refusal(*watch_git(location, "", fetch_program()));
    CHECK_THAT(said, Contains("the proxy's address holds a user or a password"));
    CHECK(said.find("hunter2") == std::string::npos);
}

TEST_CASE("a server that hangs, drips or talks nonsense is an error in time", "[source][remote]") {
    HttpsFixture fixture;
    for (const auto* path : {"hang/repo", "drip/repo"}) {
        auto location = fixture.location(path);
        location.timeout = 1s;
        const auto source = watch_git(location, "", fetch_program());
        const auto before = std::chrono::steady_clock::now();
        CHECK_THAT(refusal(*source), Contains("did not answer in full within 1 s"));
        CHECK(std::chrono::steady_clock::now() - before < 5s);
    }
    CHECK_THAT(refusal(*watch_git(fixture.location("broken/repo"), "", fetch_program())), Contains("500"));
    CHECK_THAT(refusal(*watch_git(fixture.location("none.git"), "", fetch_program())),
               Contains("there is no repository at"));
    refusal(*watch_git(fixture.location("html/repo"), "", fetch_program()));
    auto nobody = fixture.location();
    nobody.url = "https://127.0.0.1:1/repo";
    CHECK_THAT(refusal(*watch_git(nobody, "", fetch_program())),
               Contains("fetching from https://127.0.0.1:1/repo failed"));
}

TEST_CASE("while a fetch hangs, its command line and environment hold no token, and a stop ends it at once",
          "[source][remote]") {
    HttpsFixture fixture;
    auto location = fixture.location("hang/repo");
    location.token_file = fixture.folder / "token";
    fixture.folder.write("token", token);
    const auto source = watch_git(location, "", fetch_program());
    std::atomic<bool> stop{false};
    std::string message;
    std::thread looking([&] {
        const auto state = source->look(stop);
        message = state ? "" : state.error().message;
    });
    wait_for_line(fixture.folder / "log");
    const auto mine = std::to_string(::getpid());
    const auto seen = shell("for p in $(ps -o pid= --ppid " + mine +
                            "); do cat /proc/$p/cmdline /proc/$p/environ | tr '\\0' '\\n'; done");
    CHECK_THAT(seen, Contains("--token-file"));
    CHECK(seen.find("canary") == std::string::npos);
    const auto before = std::chrono::steady_clock::now();
    stop = true;
    looking.join();
    CHECK(std::chrono::steady_clock::now() - before < 1s);
    CHECK_THAT(message, Contains("was stopped"));
    CHECK(shell("ps -o args= --ppid " + mine + " | grep -c [s]ource_fetch || true") == "0");
}

namespace {

/// An sshd of its own with one key that may fetch.
class SshServer {
public:
    SshServer() : repository(folder / "repo") {
        repository.write("a.regent.yaml", "one");
        first = repository.commit("First");
        const auto root = folder.path().string();
        shell("cd " + root +
              " && for k in host other_host; do ssh-keygen -q -t ed25519 -N '' -f $k; done"
              " && ssh-keygen -q -t rsa -b 2048 -N '' -f key && ssh-keygen -q -t ed25519 -N '' -f stranger"
              " && cp key.pub authorized && mkdir -p /run/sshd 2>/dev/null; chmod 600 authorized");
        port = shell(
            "python3 -c 'import socket; s=socket.socket(); s.bind((\"127.0.0.1\",0)); print(s.getsockname()[1])'");
        folder.write("config", "Port " + port + "\nListenAddress 127.0.0.1\nHostKey " + root +
                                   "/host\nAuthorizedKeysFile " + root +
                                   "/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPidFile none\n"
                                   "PermitRootLogin prohibit-password\n");
        server = std::make_unique<Server>("/usr/sbin/sshd -D -e -f " + root + "/config 2> " + root + "/sshd.log");
        for (int attempt = 0; attempt < 200; ++attempt) {
            if (shell("grep -c listening " + root + "/sshd.log 2>/dev/null || true") == "1") break;
            std::this_thread::sleep_for(25ms);
        }
        know("host");
    }
    void know(const std::string& key) const {
        folder.write("known", "[127.0.0.1]:" + port + " " +
                                  shell("cut -d' ' -f1,2 " + (folder / (key + ".pub")).string()) + "\n");
    }
    GitLocation location() const {
        const auto user = shell("id -un");
        auto at = location_of("ssh://" + user + "@127.0.0.1:" + port + repository.path().string(), folder / "own.git");
        at.ssh_key_file = folder / "key";
        at.ssh_known_hosts_file = folder / "known";
        return at;
    }

    Folder folder;
    Repository repository;
    std::string first, port;
    std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("a repository is fetched over ssh with a key, and a new commit comes with the next look",
          "[source][remote]") {
    SshServer server;
    const auto source = watch_git(server.location(), "", fetch_program());
    CHECK(look(*source).version == server.first);
    server.repository.write("a.regent.yaml", "two");
    const auto commit = server.repository.commit("Second");
    CHECK(look(*source).version == commit);
}

TEST_CASE("over ssh: an unknown host, a changed host key, a refused key and a wrong path each have their words",
          "[source][remote]") {
    SshServer server;
    const auto said = [&](const GitLocation& location) { return refusal(*watch_git(location, "", fetch_program())); };
    auto location = server.location();
    location.ssh_known_hosts_file.clear();
    CHECK_THAT(said(location), Contains("needs a file of known hosts"));
    server.folder.write("empty", "");
    location.ssh_known_hosts_file = server.folder / "empty";
    CHECK_THAT(said(location), Contains("is not a host that is known") && Contains("ssh-keyscan -p " + server.port));
    server.know("other_host");
    CHECK_THAT(said(server.location()), Contains("with another host key than the one known"));
    server.know("host");
    location = server.location();
    location.ssh_key_file = server.folder / "stranger";
    CHECK_THAT(said(location), Contains("does not let") && Contains("deploy key"));
    fs::permissions(server.folder / "key", fs::perms::others_read, fs::perm_options::add);
    CHECK_THAT(said(server.location()), Contains("may be read by others"));
    fs::permissions(server.folder / "key", fs::perms::others_read, fs::perm_options::remove);
    location = server.location();
    location.url += "-not-there";
    CHECK_THAT(said(location), Contains("does not appear to be a git repository"));
    location = server.location();
    location.branch = "none";
    CHECK_THAT(said(location), Contains("there is no branch `none`"));
    location = server.location();
    location.url = "ssh://git@127.0.0.1:1/x";
    CHECK_THAT(said(location), Contains("cannot be reached"));
}
