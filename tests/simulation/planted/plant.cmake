# Plants the faults of faults.cmake. Two uses:
#   include(plant.cmake) in CMakeLists.txt: `planted_files` are the files with a fault in them, and
#     `planted_rows` the list of all faults as C++ initialisers;
#   cmake -DROOT=… -DFILE=src/… -DOUTPUT=… -P plant.cmake: FILE with its faults, each asleep until it is
#     switched on by its name.
# The text that a fault replaces must be in its file exactly once, so that a fault which the code has
# outgrown stops the build instead of sleeping for ever.

# planted_fault(NAME SEEDS n FILE path ABOUT text REPLACE code WITH code [WORLD code] [PAYMENTS n] [FIRST seed]):
# PLANTED in the new code is the condition under which it shall be wrong. WORLD makes of `profile` a world in which what it
# breaks is common, and FIRST is the seed to begin with, for faults that would be found late otherwise.
function(planted_fault name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "SEEDS;FILE;ABOUT;REPLACE;WITH;WORLD;PAYMENTS;FIRST" "")
  if(NOT CMAKE_SCRIPT_MODE_FILE)
    list(APPEND planted_files "${ARG_FILE}")
    list(REMOVE_DUPLICATES planted_files)
    set(planted_files "${planted_files}" PARENT_SCOPE)
    set(world nullptr)
    if(ARG_WORLD)
      set(world "[](Profile& profile) {\n      ${ARG_WORLD}\n    }")
    endif()
    if(NOT ARG_PAYMENTS)
      set(ARG_PAYMENTS 200)
    endif()
    if(NOT ARG_FIRST)
      set(ARG_FIRST 1)
    endif()
    set(planted_rows "${planted_rows}    {\"${name}\", ${ARG_FIRST}, ${ARG_SEEDS}, \"${ARG_ABOUT}\", ${ARG_PAYMENTS}, ${world}},\n"
      PARENT_SCOPE)
  elseif(ARG_FILE STREQUAL FILE)
    string(FIND "${text}" "${ARG_REPLACE}" first)
    string(FIND "${text}" "${ARG_REPLACE}" last REVERSE)
    if(first EQUAL -1 OR NOT first EQUAL last)
      message(FATAL_ERROR "the planted fault ${name} needs this exactly once in ${FILE}:\n${ARG_REPLACE}")
    endif()
    string(REPLACE "PLANTED" "::remit::simulation::is_planted(\"${name}\")" wrong "${ARG_WITH}")
    string(REPLACE "${ARG_REPLACE}" "${wrong}" text "${text}")
    set(text "${text}" PARENT_SCOPE)
  endif()
endfunction()

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ "${ROOT}/${FILE}" text)
  include("${CMAKE_CURRENT_LIST_DIR}/faults.cmake")
  file(WRITE "${OUTPUT}" "#include \"simulation/planted/planted.hpp\"\n\n#line 1 \"${ROOT}/${FILE}\"\n${text}")
else()
  set(planted_files)
  set(planted_rows)
  include("${CMAKE_CURRENT_LIST_DIR}/faults.cmake")
endif()
