# The whole gate against a reference: seeded schedules of callers, people, clocks, crashes and faults. Its executable has a clock of
# its own (virtual_time.cpp), so it stands apart from the other tests. Every preset has it: optimised, it plays a schedule in a
# fraction of the time (`./dev soak`).
file(GLOB sources CONFIGURE_DEPENDS model/*.cpp)
add_executable(model_tests EXCLUDE_FROM_ALL ${sources})
tfy_unity(model_tests)
target_link_libraries(model_tests PRIVATE tfy_server OpenSSL::Crypto)
tfy_precompiled_with_lab(model_tests)
if(TFY_TESTS)
  set_target_properties(model_tests PROPERTIES EXCLUDE_FROM_ALL OFF)
  foreach(store memory file)
    add_test(NAME model.${store} COMMAND model_tests --store=${store} --schedules=80)
    set_tests_properties(model.${store} PROPERTIES LABELS model TIMEOUT 900 PROCESSORS 2)
  endforeach()
endif()
