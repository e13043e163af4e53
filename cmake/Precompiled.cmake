# Headers of libraries, parsed once for all the targets that are compiled with the same options.
#
# remit_precompiled(name LINKS … HEADERS …): such a set of headers, with the options of what it links.
# remit_use_precompiled(target name): what the target defines besides does no harm, since no header of a set looks
# at it.
#
# An include that is missing is not noticed where a set has the header. The preset `release` therefore does without.
option(REMIT_PRECOMPILED "Parse the headers of libraries once" OFF)

set(precompiled_standard <algorithm> <array> <chrono> <expected> <fstream> <functional> <map> <memory> <mutex>
  <optional> <random> <regex> <set> <span> <sstream> <stdexcept> <string> <string_view> <thread> <unordered_map>
  <utility> <variant> <vector>)
set(precompiled_asio <boost/asio/as_tuple.hpp> <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp>
  <boost/asio/detached.hpp> <boost/asio/io_context.hpp> <boost/asio/ip/tcp.hpp> <boost/asio/post.hpp>
  <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

function(remit_precompiled name)
  if(NOT REMIT_PRECOMPILED)
    return()
  endif()
  cmake_parse_arguments(ARG "" "" "LINKS;HEADERS" ${ARGN})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${name} PRIVATE remit_options ${ARG_LINKS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(remit_use_precompiled target name)
  if(REMIT_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
