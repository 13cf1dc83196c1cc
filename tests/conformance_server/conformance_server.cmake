# The official conformance suite's fixtures as a server of its own, run by tests/e2e/conformance.
file(GLOB conformance_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_executable(conformance_server ${conformance_sources})
target_link_libraries(conformance_server PRIVATE tfy_server)
if(TFY_PCH)
  target_precompile_headers(conformance_server PRIVATE <nlohmann/json.hpp> <boost/asio/awaitable.hpp> <boost/system/result.hpp>
                            <string> <vector> <chrono> <optional> <memory>)
endif()
