# cmake -DPROGRAM=FILE -DVERSION=X.Y.Z -DOUT=FOLDER [-DSTRIP=PROGRAM] [-DPROCESSOR=NAME] [-DLINKED=FOLDER] -P tarball.cmake
#
# Writes into OUT a tarball with the static program, for Linux distributions without the Debian package.
include(${CMAKE_CURRENT_LIST_DIR}/program.cmake)
set(name tfy-pat-mcp-${VERSION})
set(folder ${OUT}/${name})
file(REMOVE_RECURSE ${folder})
tfy_put_program(${PROGRAM} ${folder} bin)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/../../LICENSE DESTINATION ${folder})
file(COPY ${CMAKE_CURRENT_LIST_DIR}/tfy-pat-mcp.1 DESTINATION ${folder}/share/man/man1)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf tfy-pat-mcp_${VERSION}_linux-${PROCESSOR}.tar.gz ${name}
                WORKING_DIRECTORY ${OUT} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${folder})
