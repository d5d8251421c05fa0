// The one place where Catch2's runner is compiled: it is a header of 18,000 lines.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include <csignal>

int main(int argc, char** argv) {
    // As the programs themselves begin. Otherwise a peer that hangs up would end every test of this process, unless an
    // earlier one happened to use a library that says so too.
    std::signal(SIGPIPE, SIG_IGN);
    return Catch::Session().run(argc, argv);
}
