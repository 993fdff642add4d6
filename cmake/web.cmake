# services/gateway/web -> build/web: what the gateway serves under /assets/, and
# services/gateway/pages/*/*.html -> `const char html_<file>[]` in svc_gateway.
#
# The one thing from npm, uPlot, is installed by its lock file into build/npm
# (or taken from services/gateway/web/node_modules if it is there, so that a
# machine without a network can build). Nothing from npm is ever committed.
set(web_dir ${CMAKE_SOURCE_DIR}/services/gateway/web)
set(web_staged ${CMAKE_BINARY_DIR}/web)
file(GLOB web_files CONFIGURE_DEPENDS RELATIVE ${web_dir}
     ${web_dir}/*.css ${web_dir}/*.svg ${web_dir}/js/*.js
     ${web_dir}/js/*/*.js)
set(web_outputs)
foreach(file ${web_files})
  add_custom_command(
    OUTPUT ${web_staged}/${file}
    COMMAND ${CMAKE_COMMAND} -E copy ${web_dir}/${file} ${web_staged}/${file}
    DEPENDS ${web_dir}/${file}
    VERBATIM)
  list(APPEND web_outputs ${web_staged}/${file})
endforeach()

set(uplot_files uPlot.iife.min.js uPlot.min.css)
list(TRANSFORM uplot_files PREPEND ${web_staged}/uplot/
     OUTPUT_VARIABLE uplot_outputs)
add_custom_command(
  OUTPUT ${uplot_outputs}
  COMMAND ${CMAKE_COMMAND} -DWEB=${web_dir} -DNPM_DIR=${CMAKE_BINARY_DIR}/npm
          -DTO=${web_staged}/uplot "-DFILES=${uplot_files}"
          -P ${CMAKE_SOURCE_DIR}/cmake/uplot.cmake
  DEPENDS ${web_dir}/package-lock.json ${CMAKE_SOURCE_DIR}/cmake/uplot.cmake
  VERBATIM)
add_custom_target(web ALL DEPENDS ${web_outputs} ${uplot_outputs})

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
