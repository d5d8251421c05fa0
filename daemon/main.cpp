#include "cli/commands.hpp"

#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that closes is an error of one request, not the end of the process
    // One heap for all threads: they wait for the network and not for memory, and what one of them frees, another one
    // may use. For months of a service that is less memory than a heap for each. mallopt(3)
    mallopt(M_ARENA_MAX, 1);
    // No list of small chunks that are put together only when something large is freed, as each page of a tenant is: it
    // cost a twelfth of a plan's processor time. Each thread's own cache stays.
    mallopt(M_MXFAST, 0);
    regent::cli::ProcessTerminal terminal;
    const auto code = terminal.end(regent::cli::run(argc, argv, terminal));
    std::fflush(nullptr);
    // Not `return`: cpprestsdk's threads may still be at work, and its static objects do not like to be destroyed under
    // them.
    std::_Exit(static_cast<int>(code));
}
