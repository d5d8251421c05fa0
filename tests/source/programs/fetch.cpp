// What `regent internal-fetch` is to regent, for the tests of source/ alone.
#include "source/fetch_process.hpp"

int main(int argc, char** argv) { return regent::source::run_fetch({argv + 1, argv + argc}); }
