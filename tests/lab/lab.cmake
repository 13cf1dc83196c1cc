# The sandbox with faults by script: what the end-to-end tests put in front of the server, in every preset.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
add_library(tfy_lab STATIC EXCLUDE_FROM_ALL ${sources})
tfy_unity(tfy_lab)
target_link_libraries(tfy_lab PUBLIC tfy_server)
add_executable(sandbox_lab ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(sandbox_lab PRIVATE tfy_lab)
