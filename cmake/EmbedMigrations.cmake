# remit_embed_migrations(target): migrations/NNNN_name.sql as constants in the target, generated again
# whenever one of them changes. Run as a script, this file is its own generator.

if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB files ${FOLDER}/*.sql)
  list(SORT files)
  set(rows "")
  set(count 0)
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME_WE)
    if(NOT name MATCHES "^([0-9][0-9][0-9][0-9])_[a-z0-9_]+$")
      message(FATAL_ERROR "${file}: a migration is called NNNN_name.sql")
    endif()
    string(REGEX REPLACE "^0+" "" version ${CMAKE_MATCH_1})
    math(EXPR count "${count} + 1")
    if(NOT version EQUAL count)
      message(FATAL_ERROR "${file}: its number is not ${count}, the next one")
    endif()
    file(READ ${file} sql)
    if(sql MATCHES "^-- migration:" AND NOT sql MATCHES
       "^-- migration: (additive|concurrently|additive, concurrently)\n")
      message(FATAL_ERROR "${file}: its first line is not `-- migration: additive, concurrently`, or one of the two")
    endif()
    string(APPEND rows "    {${version}, \"${name}\", R\"__sql__(${sql})__sql__\"},\n")
  endforeach()
  # An empty array would not compile; the last row is never shown.
  file(WRITE ${OUTPUT} "// Generated from migrations/*.sql.\n\n\
#include \"remit/storage/migrations.hpp\"\n\n\
namespace remit::storage {\nnamespace {\n\n\
constexpr Migration kMigrations[] = {\n${rows}    {},\n};\n\n}  // namespace\n\n\
std::span<const Migration> embedded_migrations() { return std::span(kMigrations).first(${count}); }\n\n\
}  // namespace remit::storage\n")
  return()
endif()

function(remit_embed_migrations target)
  set(folder ${CMAKE_SOURCE_DIR}/migrations)
  set(output ${CMAKE_BINARY_DIR}/generated/embedded_migrations.cpp)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${folder} -DOUTPUT=${output}
      -P ${CMAKE_SOURCE_DIR}/cmake/EmbedMigrations.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedMigrations.cmake
    COMMENT "Embedding the migrations" VERBATIM)
  target_sources(${target} PRIVATE ${output})
endfunction()
