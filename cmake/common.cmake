# common/libraries.txt -> a static library common_<name> for each folder of
# common/, and muster_common, which is all of them.
#
# Each is linked with those it stands on alone, and alone_<name> is a program
# made of the whole of it with nothing but those: what would reach for a
# library above it does not link.
file(STRINGS ${CMAKE_SOURCE_DIR}/common/libraries.txt rows REGEX "^[a-z]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_SOURCE_DIR}/common/libraries.txt)
add_library(muster_common INTERFACE)
file(WRITE ${CMAKE_BINARY_DIR}/alone.c.new
     "int main(void);\nint\nmain(void)\n{\n    return 0;\n}\n")
file(COPY_FILE ${CMAKE_BINARY_DIR}/alone.c.new ${CMAKE_BINARY_DIR}/alone.c
     ONLY_IF_DIFFERENT)

foreach(row ${rows})
  string(REPLACE ":" ";" columns "${row}")
  list(TRANSFORM columns STRIP)
  list(GET columns 0 name)
  list(GET columns 1 below)
  list(GET columns 2 outside)
  string(REGEX MATCHALL "[a-z_]+" below "${below}")
  string(REGEX MATCHALL "[A-Za-z_0-9]+" outside "${outside}")
  list(TRANSFORM below PREPEND common_)
  set(outside_targets)
  foreach(library ${outside})
    list(APPEND outside_targets ${MUSTER_OUTSIDE_${library}})
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/common/${name}/*.c
       ${CMAKE_SOURCE_DIR}/common/${name}/*.cc)
  add_library(common_${name} STATIC ${sources})
  target_include_directories(common_${name} PUBLIC
    ${CMAKE_SOURCE_DIR} ${MUSTER_SERVICES_DIR})
  target_link_libraries(common_${name} PUBLIC
    ${below} ${outside_targets} muster_proto muster_shared m)
  if(EXISTS ${CMAKE_SOURCE_DIR}/common/${name}/rows.txt)
    muster_keep(common_${name} ${name} ${CMAKE_SOURCE_DIR}/common/${name})
  endif()
  target_compile_options(common_${name} PRIVATE
    $<$<COMPILE_LANGUAGE:C>:${MUSTER_WARNINGS}>
    $<$<COMPILE_LANGUAGE:CXX>:-Werror;-Wall;-Wextra>)
  target_link_libraries(muster_common INTERFACE common_${name})
  if(MUSTER_TESTS)
    add_executable(alone_${name} ${CMAKE_BINARY_DIR}/alone.c)
    target_link_libraries(alone_${name} PRIVATE
      $<LINK_LIBRARY:WHOLE_ARCHIVE,common_${name}>)
    set_target_properties(alone_${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/alone)
  endif()
endforeach()
