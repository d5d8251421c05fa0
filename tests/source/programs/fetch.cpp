// What `regent internal-fetch` is to regent, for the tests of source/ alone.
#include "source/fetch_process.hpp"

#include <cstdlib>

int main(int argc, char** argv) {
    // As regent's own main ends. libgit2 keeps a few hundred bytes of each connection, which leave with the process.
    std::_Exit(regent::source::run_fetch({argv + 1, argv + argc}));
}
