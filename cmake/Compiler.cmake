# C++23 on a compiler that compiles coroutines correctly (docs/decisions/0001-clang.md).
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines; use clang 19 (scripts/build does) or GCC 13 or newer.")
endif()

# Options of all our targets.
add_library(remit_options INTERFACE)
target_compile_options(remit_options INTERFACE -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wconversion -Wsign-conversion -Wcast-align -Wnull-dereference
  "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
target_include_directories(remit_options INTERFACE ${CMAKE_SOURCE_DIR}/include)

if(REMIT_SANITIZE)
  # -O1: the sanitizers' code is several times faster. Of the debugger's information reports need lines alone; for
  # the rest there is the preset debug.
  add_compile_options(-fsanitize=${REMIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -O1
    -gline-tables-only)
  add_link_options(-fsanitize=${REMIT_SANITIZE})
  if(REMIT_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()

find_program(REMIT_LLD NAMES ld.lld-19 ld.lld)
if(REMIT_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()
