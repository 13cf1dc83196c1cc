# The house rules as tests: who may include whom, what a file may hold, and that every header compiles alone.
add_test(NAME house.layering COMMAND ${CMAKE_COMMAND} -DROOT=${CMAKE_SOURCE_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/../layering.cmake)
set_tests_properties(house.layering PROPERTIES LABELS house)

add_executable(house_tests house/files_test.cpp house/unforgeable_test.cpp house/using_test.cpp)
target_link_libraries(house_tests PRIVATE tfy_options tests_main Boost::headers)
target_compile_definitions(house_tests PRIVATE TFY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
add_test(NAME house.files COMMAND house_tests)
set_tests_properties(house.files PROPERTIES LABELS house)

# Every header compiles alone, for `./dev lint`: clang-tidy compiles each source without precompiled headers, and a source includes
# its own header first. The headers that have no source get a generated one here.
set(sources "")
foreach(room protocol policy tools server manifests)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/${room}/*.hpp)
  list(FILTER headers EXCLUDE REGEX "/node_modules/")
  foreach(header IN LISTS headers)
    cmake_path(REPLACE_EXTENSION header LAST_ONLY .cpp OUTPUT_VARIABLE own_source)
    if(EXISTS ${CMAKE_SOURCE_DIR}/${own_source})
      continue()
    endif()
    string(REPLACE "/" "." flat ${header})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/alone/${flat}.cpp)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
  endforeach()
endforeach()
add_library(headers_alone OBJECT EXCLUDE_FROM_ALL ${sources})
target_compile_options(headers_alone PRIVATE -g0 -O0)
# The same definitions and include paths as in the rooms, through the room that has all of them.
target_link_libraries(headers_alone PRIVATE tfy_server)
