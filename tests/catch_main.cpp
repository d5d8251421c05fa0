// The one place where Catch2's runner is compiled: it is a header of 18,000 lines.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
