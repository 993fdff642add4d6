# services/services.txt -> MUSTER_SERVICES, the names in order, and a header of
# rows: SERVICE(name, "owner", instances).
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_SOURCE_DIR}/services/services.txt)
file(STRINGS ${CMAKE_SOURCE_DIR}/services/services.txt rows REGEX "^[a-z]")
set(MUSTER_SERVICES)
set(text "/* service_rows -- made from services/services.txt. */\n")
foreach(row ${rows})
  if(NOT row MATCHES "^([a-z]+) +([a-z]+|-) +([0-9]+) +[0-9]+ +[^ ]")
    message(FATAL_ERROR "services/services.txt: the row \"${row}\" is not as "
            "its head says")
  endif()
  list(APPEND MUSTER_SERVICES ${CMAKE_MATCH_1})
  string(APPEND text
         "SERVICE(${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\", ${CMAKE_MATCH_3})\n")
endforeach()
set(MUSTER_SERVICES_DIR ${CMAKE_BINARY_DIR}/services)
file(WRITE ${MUSTER_SERVICES_DIR}/service_rows.new "${text}")
file(COPY_FILE ${MUSTER_SERVICES_DIR}/service_rows.new
     ${MUSTER_SERVICES_DIR}/service_rows.def ONLY_IF_DIFFERENT)
