# The official conformance suite's fixtures as a server of its own, run by tests/e2e/conformance.
file(GLOB conformance_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_executable(conformance_server ${conformance_sources})
tfy_unity(conformance_server)
target_link_libraries(conformance_server PRIVATE tfy_server)
tfy_precompiled_with_lab(conformance_server)
