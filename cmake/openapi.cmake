# services/gateway/openapi/*.json -> build/openapi.json, which the gateway
# serves as `const char openapi_json[]`. Target: openapi.
find_program(NODE NAMES node nodejs REQUIRED)
set(openapi_parts ${CMAKE_SOURCE_DIR}/services/gateway/openapi)
set(openapi_merged ${CMAKE_BINARY_DIR}/openapi.json)
file(GLOB parts CONFIGURE_DEPENDS ${openapi_parts}/*.json)
add_custom_command(
  OUTPUT ${openapi_merged}
  COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/openapi.mjs ${openapi_merged}
          ${openapi_parts} ${PROJECT_VERSION}
  DEPENDS ${parts} ${CMAKE_SOURCE_DIR}/cmake/openapi.mjs
  VERBATIM)
add_custom_target(openapi ALL DEPENDS ${openapi_merged})

if(TARGET svc_gateway)
  add_custom_command(
    OUTPUT ${openapi_merged}.c
    COMMAND ${CMAKE_COMMAND} -DIN=${openapi_merged} -DOUT=${openapi_merged}.c
            -DNAME=openapi_json -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${openapi_merged} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    VERBATIM)
  target_sources(svc_gateway PRIVATE ${openapi_merged}.c)
  add_dependencies(svc_gateway openapi)
endif()
