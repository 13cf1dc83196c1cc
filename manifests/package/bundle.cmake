# cmake -DPROGRAM=FILE -DVERSION=X.Y.Z -DOUT=FOLDER [-DSTRIP=PROGRAM] [-DLINKED=FOLDER] -P bundle.cmake
#
# Writes into OUT: the bundle for hosts that install .mcpb files, and server.json, which tells the MCP Registry of it. Where
# the bundle will be, and under which name the registry knows it, is said by TFY_RELEASE_URL and TFY_REGISTRY_NAME.
include(${CMAKE_CURRENT_LIST_DIR}/program.cmake)
set(registry_name $ENV{TFY_REGISTRY_NAME})
set(release_url $ENV{TFY_RELEASE_URL})
if(NOT registry_name)
  set(registry_name io.github.example/tfy-pat-mcp)
endif()
if(NOT release_url)
  set(release_url https://github.com/example/tfy-pat-mcp/releases/download/v${VERSION})
endif()

set(bundle_name tfy-pat-mcp_${VERSION}_linux-${PROCESSOR}.mcpb)
set(folder ${OUT}/bundle)
set(PROJECT_VERSION ${VERSION})
file(REMOVE_RECURSE ${folder})
configure_file(${CMAKE_CURRENT_LIST_DIR}/mcpb.json ${folder}/manifest.json @ONLY)
tfy_put_program(${PROGRAM} ${folder} server)
file(COPY ${CMAKE_CURRENT_LIST_DIR}/../../LICENSE DESTINATION ${folder}/licences)
execute_process(COMMAND ${CMAKE_COMMAND} -E tar cf ${OUT}/${bundle_name} --format=zip manifest.json server licences
                WORKING_DIRECTORY ${folder} COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE_RECURSE ${folder})
file(SHA256 ${OUT}/${bundle_name} bundle_sha256)
configure_file(${CMAKE_CURRENT_LIST_DIR}/server.json ${OUT}/server.json @ONLY)
