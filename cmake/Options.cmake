set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(REGENT_WERROR "treat warnings as errors" ON)
set(REGENT_SANITIZE "" CACHE STRING "sanitizers to build with, as -fsanitize= takes them")

add_library(regent_options INTERFACE)
target_compile_options(regent_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wformat=2
  $<$<BOOL:${REGENT_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 takes a std::variant's inactive members for uninitialised ones when a moved-from value is destroyed
  # (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105593 and its kin). The sanitizers look for the real thing.
  # -Wrestrict there sees overlaps in the concatenation of short strings that cannot be
  # (https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651).
  target_compile_options(regent_options INTERFACE -Wno-maybe-uninitialized -Wno-restrict)
endif()
if(CMAKE_UNITY_BUILD)
  # Files of a folder compiled together, since most of the time goes into the same headers and templates. A local name is not wrong then for
  # being a neighbour's private one, and a type in an unnamed namespace is where it belongs; each file by itself is what the dev preset and the
  # sanitizers compile and clang-tidy reads.
  target_compile_options(regent_options INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
if(REGENT_SANITIZE)
  # vptr: cpprestsdk 2.10.18 derives its stream buffers in a way this check refuses (cpprest/astreambuf.h).
  target_compile_options(regent_options INTERFACE -fsanitize=${REGENT_SANITIZE} -fno-sanitize=vptr
                         -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(regent_options INTERFACE -fsanitize=${REGENT_SANITIZE})
endif()

find_program(REGENT_CCACHE ccache)
if(REGENT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${REGENT_CCACHE}")
endif()
