# tests/unit/<area>/test_*.c     label unit; area = common/<library> or a service
# tests/service/<area>/test_*.c  label service; real Redis, own directory
# tests/bench/*.c, tests/support/programs/*.c  programs for other tests
# Each links tests/support/{process,redis,rigs,sim}/*.c, the common libraries
# and its area's service.
if(NOT MUSTER_TESTS)
  return()
endif()
enable_testing()
pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)

file(GLOB support CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/tests/support/process/*.c
     ${CMAKE_SOURCE_DIR}/tests/support/redis/*.c
     ${CMAKE_SOURCE_DIR}/tests/support/rigs/*.c
     ${CMAKE_SOURCE_DIR}/tests/support/sim/*.c)
if(support)
  add_library(test_support STATIC ${support})
else()
  add_library(test_support INTERFACE)
endif()
get_target_property(support_type test_support TYPE)
set(scope PUBLIC)
if(support_type STREQUAL "INTERFACE_LIBRARY")
  set(scope INTERFACE)
else()
  target_compile_options(test_support PRIVATE ${MUSTER_WARNINGS})
endif()
get_property(rows GLOBAL PROPERTY muster_rows)
target_link_libraries(test_support ${scope} muster_common ${rows}
                      PkgConfig::cmocka)
muster_keep(test_support demo ${CMAKE_SOURCE_DIR}/tests/support/demo_keep)

foreach(label unit service)
  file(GLOB tests CONFIGURE_DEPENDS
       ${CMAKE_SOURCE_DIR}/tests/${label}/*/test_*.c
       ${CMAKE_SOURCE_DIR}/tests/${label}/*/*/test_*.c)
  foreach(test ${tests})
    get_filename_component(name ${test} NAME_WE)
    get_filename_component(dir ${test} DIRECTORY)
    file(RELATIVE_PATH place ${CMAKE_SOURCE_DIR}/tests/${label} ${dir})
    string(REGEX REPLACE "/.*" "" area ${place})
    string(REPLACE "test_" "" name ${name})
    string(REPLACE "/" "_" target ${label}_${place}_${name})
    add_executable(${target} ${test})
    target_link_libraries(${target} PRIVATE test_support)
    if(TARGET svc_${area})
      target_link_libraries(${target} PRIVATE svc_${area})
    endif()
    target_compile_options(${target} PRIVATE ${MUSTER_WARNINGS})
    set_target_properties(${target} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    add_test(NAME ${label}/${place}/${name} COMMAND ${target})
    set_tests_properties(${label}/${place}/${name} PROPERTIES
      LABELS ${label} TIMEOUT 120
      ENVIRONMENT "MUSTER_BIN=${CMAKE_BINARY_DIR}/bin;MUSTER_SOURCE=${CMAKE_SOURCE_DIR};LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0")
    # What measures time or memory has the machine to itself.
    file(STRINGS ${test} alone REGEX "^( \\*|//) alone: ")
    if(alone)
      set_tests_properties(${label}/${place}/${name} PROPERTIES RUN_SERIAL ON)
    endif()
  endforeach()
endforeach()

# Programs that other tests start: bench/*.c and support/programs/*.c. Each
# names the services it links in a line "// links: svc_x svc_y".
file(GLOB programs CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/tests/bench/*.c
     ${CMAKE_SOURCE_DIR}/tests/support/programs/*.c)
foreach(program ${programs})
  get_filename_component(name ${program} NAME_WE)
  add_executable(${name} ${program})
  file(STRINGS ${program} links REGEX "^// links: ")
  string(REPLACE "// links: " "" links "${links}")
  separate_arguments(links)
  target_link_libraries(${name} PRIVATE ${links} test_support)
  target_compile_options(${name} PRIVATE ${MUSTER_WARNINGS})
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endforeach()
