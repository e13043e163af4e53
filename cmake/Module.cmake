# remit_module(name LINKS … PRIVATE_LINKS …): the static library of src/<name>/*.cpp (main.cpp left out). A
# module whose folder has no source yet is an interface library, so that the list of modules stays complete.
function(remit_module name)
  cmake_parse_arguments(ARG "" "" "LINKS;PRIVATE_LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(remit_${name} STATIC ${sources})
    target_link_libraries(remit_${name} PUBLIC ${ARG_LINKS} PRIVATE remit_options ${ARG_PRIVATE_LINKS})
    target_include_directories(remit_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include
      PRIVATE ${CMAKE_SOURCE_DIR}/src/${name})
    remit_use_precompiled(remit_${name} remit_precompiled_asio)
  else()
    add_library(remit_${name} INTERFACE)
    target_link_libraries(remit_${name} INTERFACE ${ARG_LINKS})
  endif()
  add_library(remit::${name} ALIAS remit_${name})
endfunction()

# remit_program(name main LINKS …): skipped while its main file does not exist.
function(remit_program name main)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${main})
    add_executable(${name} ${main})
    target_link_libraries(${name} PRIVATE remit_options ${ARG_LINKS})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  endif()
endfunction()
