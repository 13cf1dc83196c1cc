# cmake -DPROGRAM=FILE -DVERSION=X.Y.Z -DOUT=FOLDER [-DSTRIP=PROGRAM] -P tarball.cmake
#
# Writes into OUT a tarball with the program and its libraries, for Linux distributions without the Debian package.
include(${CMAKE_CURRENT_LIST_DIR}/with_libraries.cmake)
execute_process(COMMAND uname -m OUTPUT_VARIABLE processor OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(name tfy-pat-mcp-${VERSION})
set(folder ${OUT}/${name})
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder}/bin)
tfy_with_libraries(${PROGRAM} ${folder}/bin/tfy-pat-mcp ${folder}/lib)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/../../LICENSE DESTINATION ${folder})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/tfy-pat-mcp.1 DESTINATION ${folder}/share/man/man1)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf tfy-pat-mcp_${VERSION}_linux-${processor}.tar.gz ${name}
                WORKING_DIRECTORY ${OUT} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${folder})
