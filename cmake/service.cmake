# For each row of services/services.txt, and for cli: the library svc_<name>
# (all of services/<name> but main.c, its *.lua embedded as `const char
# lua_<file>[]`) and the program muster-<name>. The command-line tool's program
# is plain `muster`.
function(embed_lua out dir)
  file(GLOB_RECURSE scripts CONFIGURE_DEPENDS ${dir}/*.lua)
  set(sources)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    set(source ${CMAKE_BINARY_DIR}/lua/${dir}/${name}.lua.c)
    string(REPLACE "${CMAKE_BINARY_DIR}/lua/${CMAKE_SOURCE_DIR}/"
           "${CMAKE_BINARY_DIR}/lua/" source ${source})
    add_custom_command(
      OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -DIN=${script} -DOUT=${source}
              -DNAME=lua_${name} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
      DEPENDS ${script} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
      VERBATIM)
    list(APPEND sources ${source})
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

foreach(name ${MUSTER_SERVICES} cli)
  set(dir ${CMAKE_SOURCE_DIR}/services/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.c)
  list(REMOVE_ITEM sources ${dir}/main.c)
  if(NOT EXISTS ${dir}/main.c)
    message(FATAL_ERROR "services/services.txt has a row ${name}, but there "
            "is no ${dir}/main.c")
  endif()
  set(scripts)
  if(NOT EXISTS ${dir}/keep/rows.txt)
    embed_lua(scripts ${dir})
  endif()
  if(sources)
    add_library(svc_${name} STATIC ${sources} ${scripts})
    target_link_libraries(svc_${name} PUBLIC muster_common)
    target_compile_options(svc_${name} PRIVATE ${MUSTER_WARNINGS})
  else() # a service that is main.c alone, as a new one is
    add_library(svc_${name} INTERFACE)
    target_link_libraries(svc_${name} INTERFACE muster_common)
  endif()
  if(EXISTS ${dir}/keep/rows.txt)
    muster_keep(svc_${name} ${name} ${dir}/keep)
  endif()
  add_executable(muster-${name} ${dir}/main.c)
  target_link_libraries(muster-${name} PRIVATE svc_${name})
  target_compile_options(muster-${name} PRIVATE ${MUSTER_WARNINGS})
  if(name STREQUAL "cli")
    set_target_properties(muster-cli PROPERTIES OUTPUT_NAME muster)
  endif()
endforeach()
