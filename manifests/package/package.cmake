# `cmake --install`, and the Debian package by CPack: the program, its manual page, completion for bash, zsh and fish, a unit for systemd, and
# what watches it with Prometheus and Grafana.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # a package holds what was built, and builds nothing
set(package_files ${CMAKE_SOURCE_DIR}/manifests/package)
set(packed ${CMAKE_BINARY_DIR}/packed)

# What Debian wants compressed.
function(tfy_gzip from to)
  execute_process(COMMAND gzip -9nc ${from} OUTPUT_FILE ${packed}/${to} COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
endfunction()

file(MAKE_DIRECTORY ${packed})
string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${packed}/changelog "tfy-pat-mcp (${PROJECT_VERSION}) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n"
     " -- tfy-pat-mcp maintainers <maintainers@users.noreply.github.com>  ${today}\n")
file(READ ${CMAKE_SOURCE_DIR}/LICENSE licence)
file(WRITE ${packed}/copyright "tfy-pat-mcp\n\n${licence}")
tfy_gzip(${packed}/changelog changelog.gz)
tfy_gzip(${package_files}/tfy-pat-mcp.1 tfy-pat-mcp.1.gz)

install(TARGETS tfy-pat-mcp RUNTIME DESTINATION bin)
install(FILES ${packed}/tfy-pat-mcp.1.gz DESTINATION share/man/man1)
install(FILES ${package_files}/tfy-pat-mcp.bash DESTINATION share/bash-completion/completions RENAME tfy-pat-mcp)
install(FILES ${package_files}/_tfy-pat-mcp DESTINATION share/zsh/vendor-completions)
install(FILES ${package_files}/tfy-pat-mcp.fish DESTINATION share/fish/vendor_completions.d)
install(FILES ${package_files}/tfy-pat-mcp.service DESTINATION lib/systemd/system)
install(FILES ${packed}/copyright ${packed}/changelog.gz DESTINATION share/doc/tfy-pat-mcp)
set(watching ${CMAKE_SOURCE_DIR}/manifests/deploy)
install(FILES ${watching}/prometheus/prometheus.yml ${watching}/prometheus/rules.yml ${watching}/grafana/dashboard.json
        DESTINATION share/doc/tfy-pat-mcp/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "tfy-pat-mcp maintainers <maintainers@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "TrueFoundry access tokens for AI agents, with approvals")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "An MCP server that lets AI agents list, create, rotate and delete\n"
    "personal access tokens of TrueFoundry. A person approves every change.")
string(CONCAT CPACK_DEBIAN_PACKAGE_DESCRIPTION ${CPACK_DEBIAN_PACKAGE_DESCRIPTION})
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Loaded when they are needed, so shlibdeps does not see them.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.88), libssl3 (>= 3.0), libfido2-1 (>= 1.12)")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 1)
include(CPack)
