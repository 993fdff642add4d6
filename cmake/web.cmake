# services/gateway/web -> build/web: what the gateway serves under /assets/, and
# services/gateway/pages/<page>/*.html -> `const char html_<file>[]` in svc_gateway.
#
#   build/npm   what comes from npm, by its lock file (tools/install.mjs says
#               from where; nothing of it is ever committed)
#   build/web   pictures, styles and the public pages' modules as they are; the
#               staff's pages bundled; uPlot
#   build/maps  the bundle's source map, which is not served
#   build/types the API's types, for the check of the staff's pages
set(web_dir ${CMAKE_SOURCE_DIR}/services/gateway/web)
set(web_staged ${CMAKE_BINARY_DIR}/web)
set(npm_dir ${CMAKE_BINARY_DIR}/npm)

set(npm_cache $ENV{MUSTER_NPM_CACHE})
if(NOT npm_cache)
  set(npm_cache ${web_dir}/npm-cache)
endif()
set(MUSTER_NPM_CACHE ${npm_cache} CACHE PATH
    "npm's cache, from which its packages come without a network")
# Types are checked once, in the plain build.
set(web_dev OFF)
if(MUSTER_TESTS AND NOT MUSTER_SANITIZE AND NOT MUSTER_FUZZ)
  set(web_dev ON)
endif()
add_custom_command(
  OUTPUT ${npm_dir}/installed
  COMMAND ${NODE} ${web_dir}/tools/install.mjs ${web_dir} ${npm_dir}
          "${MUSTER_NPM_CACHE}" ${web_dev}
  COMMAND ${CMAKE_COMMAND} -E touch ${npm_dir}/installed
  DEPENDS ${web_dir}/package.json ${web_dir}/package-lock.json
          ${web_dir}/tools/install.mjs
  VERBATIM)
# For a machine without a network: copy services/gateway/web/npm.tar there.
add_custom_target(npm-tar
  COMMAND ${CMAKE_COMMAND} -E tar cf ${web_dir}/npm.tar node_modules
  WORKING_DIRECTORY ${npm_dir}
  DEPENDS ${npm_dir}/installed)

# As they are.
file(GLOB web_files CONFIGURE_DEPENDS RELATIVE ${web_dir}
     ${web_dir}/*.css ${web_dir}/*.svg ${web_dir}/js/*.js)
set(web_outputs)
foreach(file ${web_files})
  add_custom_command(
    OUTPUT ${web_staged}/${file}
    COMMAND ${CMAKE_COMMAND} -E copy ${web_dir}/${file} ${web_staged}/${file}
    DEPENDS ${web_dir}/${file}
    VERBATIM)
  list(APPEND web_outputs ${web_staged}/${file})
endforeach()
foreach(file uPlot.iife.min.js uPlot.min.css)
  add_custom_command(
    OUTPUT ${web_staged}/uplot/${file}
    COMMAND ${CMAKE_COMMAND} -E copy
            ${npm_dir}/node_modules/uplot/dist/${file}
            ${web_staged}/uplot/${file}
    DEPENDS ${npm_dir}/installed
    VERBATIM)
  list(APPEND web_outputs ${web_staged}/uplot/${file})
endforeach()

# One file for all of the staff's pages.
file(GLOB_RECURSE staff_sources CONFIGURE_DEPENDS
     ${web_dir}/staff/*.js ${web_dir}/js/*.js)
add_custom_command(
  OUTPUT ${web_staged}/staff.js
  COMMAND ${NODE} ${web_dir}/tools/bundle.mjs ${npm_dir}
          ${web_dir}/staff/main.js ${web_staged}/staff.js
          ${CMAKE_BINARY_DIR}/maps/staff.js.map
  DEPENDS ${npm_dir}/installed ${web_dir}/tools/bundle.mjs ${staff_sources}
  VERBATIM)

# What the staff's pages may ask and expect: types from the API's description,
# against which tests/checks/types.sh checks them.
set(web_types)
if(web_dev)
  set(web_types ${CMAKE_BINARY_DIR}/types/openapi.d.ts)
  file(RELATIVE_PATH web_sources ${CMAKE_BINARY_DIR}/types ${web_dir})
  configure_file(${web_dir}/tools/tsconfig.json.in
                 ${CMAKE_BINARY_DIR}/types/tsconfig.json @ONLY)
  add_custom_command(
    OUTPUT ${web_types}
    COMMAND ${NODE} ${npm_dir}/node_modules/openapi-typescript/bin/cli.js
            ${openapi_merged} -o ${web_types}
    DEPENDS ${openapi_merged} ${npm_dir}/installed
    VERBATIM)
endif()
add_custom_target(web ALL DEPENDS ${web_outputs} ${web_staged}/staff.js ${web_types})

if(TARGET svc_gateway)
  file(GLOB pages CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/services/gateway/pages/*/*.html)
  foreach(page ${pages})
    get_filename_component(name ${page} NAME_WE)
    set(source ${CMAKE_BINARY_DIR}/pages/${name}.html.c)
    add_custom_command(
      OUTPUT ${source}
      COMMAND ${CMAKE_COMMAND} -DIN=${page} -DOUT=${source}
              -DNAME=html_${name} -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
      DEPENDS ${page} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
      VERBATIM)
    target_sources(svc_gateway PRIVATE ${source})
  endforeach()
endif()
