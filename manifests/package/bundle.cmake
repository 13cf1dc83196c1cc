# cmake -DPROGRAM=FILE -DVERSION=X.Y.Z -DOUT=FOLDER [-DSTRIP=PROGRAM] [-DPROCESSOR=NAME] [-DLINKED=FOLDER] -P bundle.cmake
#
# Writes into OUT: the bundle for hosts that install .mcpb files, and server.json, which tells the MCP Registry of the bundles in OUT.
# Where they will be, and under which name the registry knows the server, is said by TFY_RELEASE_URL and TFY_REGISTRY_NAME; an
# image for containers, with its tag, by TFY_IMAGE.
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

# What the registry knows: the bundles of this version that are in OUT, one for a processor; and the image, if there is one.
set(packages "")
function(tfy_registry_package type identifier more)
  file(READ ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/server_package.json package)
  string(CONFIGURE "${package}" package @ONLY)
  list(APPEND packages "${package}")
  set(packages ${packages} PARENT_SCOPE)
endfunction()
file(GLOB bundles RELATIVE ${OUT} ${OUT}/tfy-pat-mcp_${VERSION}_linux-*.mcpb)
list(SORT bundles ORDER DESCENDING)  # x86_64 first: there are clients that take the first one
foreach(bundle IN LISTS bundles)
  file(SHA256 ${OUT}/${bundle} sha256)
  tfy_registry_package(mcpb "${release_url}/${bundle}" "
      \"version\": \"${VERSION}\",
      \"fileSha256\": \"${sha256}\",")
endforeach()
if(DEFINED ENV{TFY_IMAGE})
  tfy_registry_package(oci "$ENV{TFY_IMAGE}" "
      \"runtimeHint\": \"docker\",
      \"runtimeArguments\": [{ \"type\": \"named\", \"name\": \"-v\", \"value\": \"tfy-pat-mcp:/var/lib/tfy-pat-mcp\" }],
      \"packageArguments\": [{ \"type\": \"positional\", \"value\": \"stdio\" }],")
endif()
list(JOIN packages "," packages)
configure_file(${CMAKE_CURRENT_LIST_DIR}/server.json ${OUT}/server.json @ONLY)
