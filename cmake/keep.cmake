# What C and Lua share (see proto/shared.txt): muster_keep gives a target the
# generated <name>_rows.h, and the scripts of dir/*.lua as <name>_scripts.h.
# shared_rows.h is there for all.
find_program(NODE NAMES node nodejs REQUIRED)
set(keep_makers ${CMAKE_SOURCE_DIR}/cmake/keep.mjs
    ${CMAKE_SOURCE_DIR}/cmake/keep_read.mjs ${CMAKE_SOURCE_DIR}/cmake/keep_c.mjs
    ${CMAKE_SOURCE_DIR}/proto/shared.txt)
set(keep_dir ${CMAKE_BINARY_DIR}/keep)

function(muster_keep target name dir)
  set(out ${keep_dir}/${name})
  file(MAKE_DIRECTORY ${out})
  file(GLOB scripts CONFIGURE_DEPENDS ${dir}/*.lua)
  set(rows -)
  if(EXISTS ${dir}/rows.txt)
    set(rows ${dir}/rows.txt)
    set(rows_file ${rows})
  endif()
  set(made ${out}/${name}_rows.h ${out}/${name}_scripts.h
      ${out}/${name}_scripts.c)
  add_custom_command(
    OUTPUT ${made}
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/keep.mjs ${name} ${out}
            ${CMAKE_SOURCE_DIR}/proto ${rows} ${scripts}
    DEPENDS ${scripts} ${rows_file} ${protos} ${keep_makers}
    VERBATIM)
  target_sources(${target} PRIVATE ${made})
  # rows_<name>: the headers alone, for who tests without the service.
  add_custom_target(made_rows_${name} DEPENDS ${made})
  add_library(rows_${name} INTERFACE)
  target_include_directories(rows_${name} INTERFACE ${out})
  target_link_libraries(rows_${name} INTERFACE muster_shared)
  add_dependencies(rows_${name} made_rows_${name})
  target_link_libraries(${target} PUBLIC rows_${name})
  set_property(GLOBAL APPEND PROPERTY muster_rows rows_${name})
endfunction()

file(MAKE_DIRECTORY ${keep_dir}/shared)
add_custom_command(
  OUTPUT ${keep_dir}/shared/shared_rows.h
  COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/keep.mjs shared ${keep_dir}/shared
          ${CMAKE_SOURCE_DIR}/proto -
  DEPENDS ${protos} ${keep_makers}
  VERBATIM)
add_custom_target(shared_rows DEPENDS ${keep_dir}/shared/shared_rows.h)
add_library(muster_shared INTERFACE)
target_include_directories(muster_shared INTERFACE ${keep_dir}/shared)
add_dependencies(muster_shared shared_rows)
