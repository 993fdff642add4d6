# cmake -DWEB= -DNPM_DIR= -DTO= -DFILES="a;b" -P uplot.cmake
# Puts uPlot's files into TO: from WEB/node_modules if there, else by `npm ci`.
set(from ${WEB}/node_modules/uplot/dist)
if(NOT EXISTS ${from})
  file(MAKE_DIRECTORY ${NPM_DIR})
  foreach(file package.json package-lock.json .npmrc)
    configure_file(${WEB}/${file} ${NPM_DIR}/${file} COPYONLY)
  endforeach()
  execute_process(
    COMMAND npm ci --no-audit --no-fund --prefer-offline --loglevel=error
    WORKING_DIRECTORY ${NPM_DIR}
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm ci did not work in ${NPM_DIR}: is npm installed "
            "and the package registry reachable? Without a network, run "
            "`npm ci` in services/gateway/web on another machine and copy "
            "its node_modules here.")
  endif()
  set(from ${NPM_DIR}/node_modules/uplot/dist)
endif()
foreach(file ${FILES})
  file(COPY ${from}/${file} DESTINATION ${TO})
  file(TOUCH ${TO}/${file})
endforeach()
