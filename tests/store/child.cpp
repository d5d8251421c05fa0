#include "child.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <exception>

namespace child {
namespace {

std::string complaint(const std::function<void()>& work) {
    try {
        work();
        return {};
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception of another kind";
    }
}

}  // namespace

::pid_t start(const std::function<void()>& work) {
    const auto process = ::fork();
    REQUIRE(process >= 0);
    if (process == 0) ::_exit(complaint(work).empty() ? 0 : 1);
    return process;
}

bool ended_well(::pid_t process) {
    int status = 0;
    return ::waitpid(process, &status, 0) == process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void kill_now(::pid_t process) {
    ::kill(process, SIGKILL);
    int status = 0;
    ::waitpid(process, &status, 0);
}

std::string complaint_of(const std::function<void()>& work) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    const auto process = start([&] {
        const auto text = complaint(work);
        child::expect(::write(ends[1], text.data(), text.size()) == static_cast<::ssize_t>(text.size()), "pipe");
    });
    ::close(ends[1]);
    std::string text;
    std::array<char, 4096> part{};
    for (::ssize_t got = 0; (got = ::read(ends[0], part.data(), part.size())) > 0;) {
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    ::close(ends[0]);
    if (!ended_well(process) && text.empty()) return "the process was killed";
    return text;
}

}  // namespace child
