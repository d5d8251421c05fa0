#pragma once

#include "git_fixture.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fstream>
#include <thread>

namespace regent::source {

/// A server in a process of its own, ended with the test.
class Server {
public:
    /// `line` is a shell command line that prints or writes its port, one way or another.
    explicit Server(const std::string& line) {
        child_ = ::fork();
        REQUIRE(child_ >= 0);
        if (child_ == 0) {
            ::setpgid(0, 0);
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            ::execl("/bin/sh", "sh", "-c", ("exec " + line).c_str(), nullptr);
            ::_exit(127);
        }
    }
    ~Server() {
        ::kill(-child_, SIGKILL);
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

private:
    pid_t child_;
};

/// The contents of a file that another process writes, once it has a line.
inline std::string wait_for_line(const std::filesystem::path& file) {
    for (int attempt = 0; attempt < 400; ++attempt) {
        std::ifstream stream(file);
        std::string line;
        if (std::getline(stream, line) && !stream.eof()) return line;
        std::this_thread::sleep_for(std::chrono::milliseconds(25));
    }
    FAIL("nothing came in " << file);
    return {};
}

}  // namespace regent::source
