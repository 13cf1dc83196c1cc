# The sandbox with faults by script: what the end-to-end tests put in front of the server, in every preset.
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
add_library(tfy_lab STATIC EXCLUDE_FROM_ALL ${sources})
tfy_unity(tfy_lab)
target_link_libraries(tfy_lab PUBLIC tfy_server)
if(TFY_PCH)
  target_precompile_headers(tfy_lab PRIVATE ${tfy_headers_of_server})
endif()
add_executable(sandbox_lab ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(sandbox_lab PRIVATE tfy_lab)

# tfy_precompiled_with_lab(TARGET): the lab's precompiled headers also for a test that is compiled in the same way: not
# where the lab, a library, is compiled with -fPIC and a program with -fPIE.
function(tfy_precompiled_with_lab target)
  if(TFY_PCH AND NOT CMAKE_POSITION_INDEPENDENT_CODE)
    target_precompile_headers(${target} REUSE_FROM tfy_lab)
  endif()
endfunction()
