# Whole conversations with clients that nobody here wrote: one CTest entry a file. `./dev test` installs the clients.
file(GLOB e2e_files CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.test.mjs)
foreach(file IN LISTS e2e_files)
  cmake_path(GET file STEM name)
  add_test(NAME e2e.${name} COMMAND ${CMAKE_CURRENT_LIST_DIR}/run ${file})
  set_tests_properties(e2e.${name} PROPERTIES LABELS e2e TIMEOUT 900
                       ENVIRONMENT "TFY_PAT_MCP=$<TARGET_FILE:tfy-pat-mcp>;TFY_FAILPOINTS=$<IF:$<BOOL:${TFY_FAILPOINTS}>,ON,OFF>")
endforeach()

# Real clients over the server's own TLS.
add_test(NAME e2e.over_tls COMMAND ${CMAKE_CURRENT_LIST_DIR}/run ${CMAKE_CURRENT_LIST_DIR}/http.test.mjs
         ${CMAKE_CURRENT_LIST_DIR}/caller_keys.test.mjs ${CMAKE_CURRENT_LIST_DIR}/subscriptions.test.mjs
         ${CMAKE_CURRENT_LIST_DIR}/oauth.test.mjs ${CMAKE_CURRENT_LIST_DIR}/mcp_remote.test.mjs)
set_tests_properties(e2e.over_tls PROPERTIES LABELS e2e TIMEOUT 900
                     ENVIRONMENT "TFY_OVER_TLS=1;TFY_PAT_MCP=$<TARGET_FILE:tfy-pat-mcp>")

# The same stories by callers that a person allowed by OAuth, over TLS. `./dev soak` plays all that tests/soak/as_oauth.txt names.
set(as_oauth_files pending http subscriptions tasks features request_state opaque_cursors)
list(TRANSFORM as_oauth_files REPLACE "(.+)" "${CMAKE_CURRENT_LIST_DIR}/\\1.test.mjs")
add_test(NAME e2e.as_oauth COMMAND ${CMAKE_CURRENT_LIST_DIR}/run ${as_oauth_files})
set_tests_properties(e2e.as_oauth PROPERTIES LABELS e2e TIMEOUT 900
                     ENVIRONMENT "TFY_AS=oauth;TFY_OVER_TLS=1;TFY_PAT_MCP=$<TARGET_FILE:tfy-pat-mcp>")

# A clock that lets minutes pass in seconds, and passphrases that cost little. Sanitizers want to be loaded before anything
# else, and so do these.
if(TFY_TESTS AND NOT TFY_SANITIZE)
  add_library(quick_clock MODULE ${CMAKE_CURRENT_LIST_DIR}/lib/quick_clock.cpp)
  set_property(TEST e2e.memory e2e.earlier_state APPEND
               PROPERTY ENVIRONMENT "TFY_QUICK_CLOCK_LIBRARY=$<TARGET_FILE:quick_clock>")
  add_library(light_passphrases MODULE ${CMAKE_CURRENT_LIST_DIR}/lib/light_passphrases.cpp)
  set_property(TEST e2e.over_tls e2e.as_oauth APPEND
               PROPERTY ENVIRONMENT "TFY_LIGHT_PASSPHRASES_LIBRARY=$<TARGET_FILE:light_passphrases>")
  foreach(file IN LISTS e2e_files)
    cmake_path(GET file STEM name)
    # What people themselves type and wait for is tried with the product's own cost.
    if(NOT name STREQUAL "sign_in")
      set_property(TEST e2e.${name} APPEND
                   PROPERTY ENVIRONMENT "TFY_LIGHT_PASSPHRASES_LIBRARY=$<TARGET_FILE:light_passphrases>")
    endif()
  endforeach()
endif()

if(TARGET leak_corpus)
  set_property(TEST e2e.redact_restart e2e.redact_benign APPEND PROPERTY ENVIRONMENT "TFY_LEAK_CORPUS=$<TARGET_FILE:leak_corpus>")
endif()

# Every row of a table, in a quarter of some 750 combinations of clients, ways and answers.
set_tests_properties(e2e.last_word PROPERTIES TIMEOUT 1800)

# Most of these wait for clocks and answers. These ones compute all the time, and take a core.
set_tests_properties(e2e.crash e2e.crash_groups e2e.last_word e2e.sign_in e2e.redact e2e.redact_restart e2e.redact_benign e2e.page_browser e2e.page_together e2e.page_keys e2e.page_many e2e.page_views e2e.page_request e2e.page_hostile e2e.page_live e2e.page_programs e2e.consent_browser
                     PROPERTIES PROCESSORS 2)

# The official conformance suites, against the fixture server and against this one.
if(TARGET conformance_server)
  add_test(NAME e2e.conformance COMMAND ${CMAKE_CURRENT_LIST_DIR}/run ${CMAKE_CURRENT_LIST_DIR}/conformance/run.mjs)
  set_tests_properties(e2e.conformance PROPERTIES LABELS e2e TIMEOUT 600 PROCESSORS 2
                       ENVIRONMENT "TFY_PAT_MCP=$<TARGET_FILE:tfy-pat-mcp>;TFY_CONFORMANCE_SERVER=$<TARGET_FILE:conformance_server>")
endif()
