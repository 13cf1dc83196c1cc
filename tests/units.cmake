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
  # Of what has a form for each system, the tests of the other form.
  set(other portable)
  if(TFY_PORTABLE)
    set(other linux)
  endif()
  list(FILTER sources EXCLUDE REGEX "_${other}_test\\.cpp$")
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

# The same tests, with the portable form of what has one (server/system). Only those sources are compiled once more. The
# preset portable has no other form, and the program too.
add_custom_target(portable_units DEPENDS protocol_tests policy_tests tools_tests server_tests house_tests tfy-pat-mcp)
if(NOT TFY_PORTABLE)
  file(GLOB_RECURSE of_linux CONFIGURE_DEPENDS server/*_linux_test.cpp)
  set_source_files_properties(${of_linux} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  file(GLOB_RECURSE of_others CONFIGURE_DEPENDS server/*_portable_test.cpp)
  add_executable(portable_tests ${of_others} $<FILTER:$<TARGET_OBJECTS:server_tests>,EXCLUDE,_linux_test>
                 $<TARGET_OBJECTS:tfy_system_portable>)
  if(NOT TFY_SANITIZE)  # sanitizers bring their own memory
    target_sources(portable_tests PRIVATE ${CMAKE_SOURCE_DIR}/server/wiped_memory_portable.cpp)
  endif()
  get_target_property(libraries server_tests LINK_LIBRARIES)
  target_link_libraries(portable_tests PRIVATE ${libraries} tfy_system_portable)
  add_test(NAME server.portable COMMAND portable_tests "--source-file=*/server/system/*,*/server/transport/stdio*,*/server/transport/listener*,*/server/reveals/*,*/server/callers/loopback*,*/server/http_client/web*,*/server/people/pairing*,*/server/cli/*")
  set_tests_properties(server.portable PROPERTIES LABELS unit TIMEOUT 600 PROCESSORS 2)
endif()

# What a plain port does, over TLS.
add_test(NAME server.over_tls COMMAND server_tests "--source-file=*transport/connection_test*,*transport/listener_test*")
set_tests_properties(server.over_tls PROPERTIES LABELS unit TIMEOUT 300 ENVIRONMENT "TFY_SERVED_OVER_TLS=1")

# The same benign text as in every run, and sixteen times as much of it.
add_test(NAME policy.benign COMMAND policy_tests "-tc=benign text*")
set_tests_properties(policy.benign PROPERTIES LABELS unit TIMEOUT 300 PROCESSORS 2 ENVIRONMENT "TFY_BENIGN_MIB=64")
