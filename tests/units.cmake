# protocol_tests, policy_tests, tools_tests, server_tests: everything in tests/<room>/ and a CTest entry for each executable.
find_package(doctest REQUIRED)

# doctest's own code takes seconds to compile: once, for all of them.
add_library(tests_main OBJECT main.cpp)
target_link_libraries(tests_main PUBLIC tfy_options doctest::doctest)

# std::regex recurses with the text, and sanitizers make each of its frames several times larger: the longest text that we let
# it match (protocol/schema.hpp) needs more than the usual 8 MiB there, and only there.
set(room_for_frames)
if(TFY_SANITIZE)
  set(room_for_frames prlimit --stack=67108864:)
endif()

function(tfy_unit_tests room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${room}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${room}_tests ${sources})
  set(TFY_TOGETHER 1)  # a test is changed and built alone more often than all of them
  tfy_unity(${room}_tests)
  target_link_libraries(${room}_tests PRIVATE tfy_${room} tests_main)
  target_compile_definitions(${room}_tests PRIVATE TFY_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(TFY_PCH)
    set(headers <doctest/doctest.h> <nlohmann/json.hpp> <boost/system/result.hpp> <chrono> <optional> <string> <vector>)
    if(room MATCHES "tools|server")
      list(APPEND headers <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp>)
    endif()
    target_precompile_headers(${room}_tests PRIVATE ${headers})
  endif()
  add_test(NAME ${room} COMMAND ${room_for_frames} $<TARGET_FILE:${room}_tests>)
  set_tests_properties(${room} PROPERTIES LABELS unit TIMEOUT 600 PROCESSORS 2)
endfunction()

foreach(room protocol policy tools server)
  tfy_unit_tests(${room})
endforeach()
target_link_libraries(server_tests PRIVATE tfy_lab OpenSSL::SSL OpenSSL::Crypto)
target_compile_options(policy_tests PRIVATE $<$<CONFIG:Debug>:-O1>)  # as tfy_policy

# What a plain port does, over TLS.
add_test(NAME server.over_tls COMMAND server_tests "--source-file=*transport/connection_test*,*transport/listener_test*")
set_tests_properties(server.over_tls PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "TFY_SERVED_OVER_TLS=1")

# The same benign text as in every run, and sixteen times as much of it.
add_test(NAME policy.benign COMMAND policy_tests "-tc=benign text*")
set_tests_properties(policy.benign PROPERTIES LABELS unit TIMEOUT 300 PROCESSORS 2 ENVIRONMENT "TFY_BENIGN_MIB=64")
