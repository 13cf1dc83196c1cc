# Creations and deletions whose answers are lost, over real HTTP on loopback: a part of what `./dev soak` does with them.
add_executable(upstream_soak soak/main.cpp soak/creations.cpp soak/deletions.cpp soak/lossy_plane.cpp)
tfy_unity(upstream_soak)
target_link_libraries(upstream_soak PRIVATE tfy_server)
tfy_precompiled_with_lab(upstream_soak)
add_test(NAME soak.upstream COMMAND upstream_soak --rounds=120)
set_tests_properties(soak.upstream PROPERTIES LABELS soak TIMEOUT 900)
