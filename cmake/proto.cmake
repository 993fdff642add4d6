# proto/*.proto -> muster_proto, a library of generated C.
file(GLOB protos CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/*.proto)
find_program(PROTOC_C protoc-c REQUIRED)
set(proto_dir ${CMAKE_BINARY_DIR}/proto)
file(MAKE_DIRECTORY ${proto_dir})
foreach(proto ${protos})
  get_filename_component(name ${proto} NAME_WE)
  list(APPEND proto_sources ${proto_dir}/${name}.pb-c.c)
  list(APPEND proto_headers ${proto_dir}/${name}.pb-c.h)
endforeach()
add_custom_command(
  OUTPUT ${proto_sources} ${proto_headers}
  COMMAND ${PROTOC_C} --proto_path=${CMAKE_SOURCE_DIR}/proto
          --c_out=${proto_dir} ${protos}
  DEPENDS ${protos}
  VERBATIM)
# And for each conversation <service>_calls.h, see calls.mjs.
find_program(NODE NAMES node nodejs REQUIRED)
foreach(service signup broadcast checkin)
  set(proto ${CMAKE_SOURCE_DIR}/proto/${service}.proto)
  add_custom_command(
    OUTPUT ${proto_dir}/${service}_calls.h
    COMMAND ${NODE} ${CMAKE_SOURCE_DIR}/cmake/calls.mjs ${proto}
            ${proto_dir}/${service}_calls.h
    DEPENDS ${proto} ${CMAKE_SOURCE_DIR}/cmake/calls.mjs
    VERBATIM)
  list(APPEND proto_headers ${proto_dir}/${service}_calls.h)
endforeach()
add_library(muster_proto STATIC ${proto_headers} ${proto_sources})
target_include_directories(muster_proto SYSTEM PUBLIC ${proto_dir})
target_link_libraries(muster_proto PUBLIC PkgConfig::libprotobuf_c)
