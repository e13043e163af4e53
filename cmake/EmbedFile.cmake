# remit_embed_file(target file HEADER header FUNCTION function): the bytes of a file of the checkout as
# `std::string_view function()`, which the header declares; made again whenever the file changes. Run as a
# script, this file is its own generator.

if(CMAKE_SCRIPT_MODE_FILE)
  file(READ ${INPUT} bytes HEX)
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
  # An empty array would not compile; the last byte is never shown.
  file(WRITE ${OUTPUT} "// Generated from ${NAME}.\n\n\
#include \"${HEADER}\"\n\n\
namespace {\n\nconstexpr char kBytes[] = {${bytes}'\\0'};\n\n}  // namespace\n\n\
std::string_view ${FUNCTION}() { return {kBytes, sizeof(kBytes) - 1}; }\n")
  return()
endif()

function(remit_embed_file target file)
  cmake_parse_arguments(ARG "" "HEADER;FUNCTION" "" ${ARGN})
  string(MAKE_C_IDENTIFIER ${file} name)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded_${name}.cpp)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_SOURCE_DIR}/${file} -DOUTPUT=${output} -DNAME=${file}
      -DHEADER=${ARG_HEADER} -DFUNCTION=${ARG_FUNCTION} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/cmake/EmbedFile.cmake
    COMMENT "Embedding ${file}" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
