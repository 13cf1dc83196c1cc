# cmake -DPROGRAM=FILE -DVERSION=X.Y.Z -DOUT=FOLDER [-DSTRIP=PROGRAM] [-DPROCESSOR=NAME] [-DLINKED=FOLDER] -P npm.cmake
#
# Writes into OUT/npm what `npm publish` takes: the package tfy-pat-mcp, and the package with the program for one processor,
# which npm installs with it. TFY_REGISTRY_NAME is the server's name in the MCP Registry, as in bundle.cmake.
include(${CMAKE_CURRENT_LIST_DIR}/program.cmake)
set(registry_name $ENV{TFY_REGISTRY_NAME})
if(NOT registry_name)
  set(registry_name io.github.example/tfy-pat-mcp)
endif()
string(REPLACE x86_64 x64 npm_cpu ${PROCESSOR})
string(REPLACE aarch64 arm64 npm_cpu ${npm_cpu})
set(from ${CMAKE_CURRENT_LIST_DIR}/npm)
set(to ${OUT}/npm)
set(folder ${to}/package)  # npm wants this name inside of a package
set(runnable PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(REMOVE_RECURSE ${folder})

function(tfy_pack name)
  file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/../../LICENSE ${folder}/LICENSE)
  execute_process(COMMAND ${CMAKE_COMMAND} -E tar czf ${name}-${VERSION}.tgz package WORKING_DIRECTORY ${to} COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE_RECURSE ${folder})
endfunction()

configure_file(${from}/package.json ${folder}/package.json @ONLY)
file(COPY ${from}/README.md DESTINATION ${folder})
file(COPY ${from}/tfy-pat-mcp.js DESTINATION ${folder} FILE_${runnable})
tfy_pack(tfy-pat-mcp)

configure_file(${from}/platform.json ${folder}/package.json @ONLY)
tfy_put_program(${PROGRAM} ${folder} bin)
tfy_pack(tfy-pat-mcp-linux-${npm_cpu})
