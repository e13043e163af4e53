# remit_google_tests(program PREFIX p LABELS … [PARTS n] [TIMEOUT s] [COST c]): the tests of a program as the tests
# p.1 … p.n of ctest, each a process with every n-th of them.
#
# Not a process for each: a test of the database needs one that is running, and to start PostgreSQL takes longer than
# most of the tests. What a test needs to itself it makes itself. One alone: <program> --gtest_filter=Suite.Test
function(remit_google_tests program)
  cmake_parse_arguments(ARG "" "PREFIX;PARTS;TIMEOUT;COST" "LABELS" ${ARGN})
  if(NOT ARG_PARTS)
    set(ARG_PARTS 1)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 600)
  endif()
  if(NOT ARG_COST)
    set(ARG_COST 0)
  endif()
  math(EXPR last "${ARG_PARTS} - 1")
  foreach(index RANGE ${last})
    math(EXPR number "${index} + 1")
    add_test(NAME ${ARG_PREFIX}.${number} COMMAND ${program})
    set_tests_properties(${ARG_PREFIX}.${number} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} COST ${ARG_COST}
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${ARG_PARTS};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()
