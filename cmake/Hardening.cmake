# What a program that reads foreign bytes and holds credentials is compiled with: a bug that corrupts memory ends the program instead
# of handing it over. Only for optimised builds (_FORTIFY_SOURCE needs -O), and not beside sanitizers, which look for the same things.
# Flags a processor does not have are left out: control-flow protection is one of x86.

option(REGENT_HARDENING "compile and link with the hardening flags (the release preset does)" OFF)
if(NOT REGENT_HARDENING)
  return()
endif()

include(CheckCXXCompilerFlag)

foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
  string(MAKE_C_IDENTIFIER "REGENT_HAS${flag}" known)
  check_cxx_compiler_flag("${flag}" ${known})
  if(${known})
    add_compile_options(${flag})
  endif()
endforeach()
# All libraries here are static and end in programs: -fPIE everywhere, cheaper than the -fPIC CMake would give them.
add_compile_options(-fPIE)
add_link_options(-pie)
# -U first: Debian's build tools or a user's CXXFLAGS may have defined another level.
add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
add_link_options(-Wl,-z,relro,-z,now -Wl,-z,noexecstack)
