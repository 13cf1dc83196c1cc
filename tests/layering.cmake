# Fails on an include against the table of docs/house rules: cmake -DROOT=<source folder> -P tests/layering.cmake
#
# A room may include the rooms before it and the libraries listed here; the standard library is open to all but for what is
# listed as forbidden. `main` of tests may include everything; nobody includes tests.
cmake_minimum_required(VERSION 3.25)

set(rooms_protocol "protocol")
set(rooms_policy "protocol policy")
set(rooms_tools "protocol policy tools manifests")
set(rooms_server "protocol policy tools manifests server")

set(libraries_protocol "^(nlohmann/json[a-z_]*\\.hpp|boost/(system|assert)/.*|valijson/.*)$")
# The processor's own instructions (immintrin.h) are as pure as the standard library.
set(libraries_policy "^(immintrin\\.h|nlohmann/json[a-z_]*\\.hpp|boost/(system|assert)/.*|sodium[a-z0-9_/]*\\.h|re2/.*|unicode/.*|toml\\+\\+/.*|toml\\+\\+\\.h)$")
# Of Asio only what coroutines need; nothing that could open a socket.
set(libraries_tools "^(nlohmann/json[a-z_]*\\.hpp|boost/(system|assert)/.*|sodium[a-z0-9_/]*\\.h|boost/asio/(awaitable|co_spawn|this_coro|use_awaitable|detached|steady_timer|experimental/awaitable_operators|any_io_executor|io_context|post)\\.hpp)$")
set(libraries_server ".*")

# Standard headers that only some rooms may have: clocks' users, files, threads and streams to the outside.
set(forbidden_protocol "^(iostream|fstream|filesystem|thread|mutex|shared_mutex|condition_variable|future|atomic|ctime|time\\.h|unistd\\.h|sys/.*)$")
set(forbidden_policy "${forbidden_protocol}")
set(forbidden_tools "^(iostream|fstream|filesystem|thread|mutex|shared_mutex|condition_variable|future|unistd\\.h|sys/.*|netinet/.*)$")
set(forbidden_server "^$")

set(breaches "")

function(check_include room file include quoted)
  string(REGEX MATCH "^[a-z_]+" first "${include}")
  set(all_rooms protocol policy tools server manifests tests)
  if(first IN_LIST all_rooms AND include MATCHES "^${first}/")
    separate_arguments(allowed UNIX_COMMAND "${rooms_${room}}")
    if(NOT first IN_LIST allowed)
      set(breach "${file}: ${room}/ may not include ${include}")
    endif()
  elseif(quoted)
    set(breach "${file}: \"${include}\" is no path from the root; write \"${room}/…\"")
  elseif(include MATCHES "[./]" AND NOT include MATCHES "${forbidden_${room}}")
    # A library, or a C header.
    if(NOT include MATCHES "${libraries_${room}}")
      set(breach "${file}: ${room}/ may not include <${include}>")
    endif()
  elseif(include MATCHES "${forbidden_${room}}")
    set(breach "${file}: ${room}/ may not include <${include}>")
  endif()
  if(DEFINED breach)
    set(breaches "${breaches}\n  ${breach}" PARENT_SCOPE)
  endif()
endfunction()

set(count 0)
foreach(room protocol policy tools server)
  file(GLOB_RECURSE files ${ROOT}/${room}/*.hpp ${ROOT}/${room}/*.cpp)
  list(FILTER files EXCLUDE REGEX "/node_modules/")
  foreach(file IN LISTS files)
    math(EXPR count "${count} + 1")
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${ROOT} OUTPUT_VARIABLE name)
    file(STRINGS ${file} lines REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS lines)
      if(line MATCHES "include[ \t]*\"([^\"]+)\"")
        check_include(${room} ${name} "${CMAKE_MATCH_1}" TRUE)
      elseif(line MATCHES "include[ \t]*<([^>]+)>")
        check_include(${room} ${name} "${CMAKE_MATCH_1}" FALSE)
      endif()
    endforeach()
  endforeach()
endforeach()

if(count EQUAL 0)
  message(FATAL_ERROR "no sources below '${ROOT}'")
endif()
if(breaches)
  message(FATAL_ERROR "includes against the table (tests/layering.cmake):${breaches}")
endif()
message(STATUS "${count} files keep to the table")
