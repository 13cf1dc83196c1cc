# PROCESSOR: the one that the program is for, x86_64 or aarch64; this machine's, if it is not set.
if(NOT PROCESSOR)
  execute_process(COMMAND uname -m OUTPUT_VARIABLE PROCESSOR OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
endif()

# tfy_put_program(PROGRAM FOLDER PLACE): copies PROGRAM into FOLDER/PLACE, and into FOLDER/licences the
# licences of what is linked into it. With STRIP set, the program is stripped. LINKED: what static/libraries.sh made.
function(tfy_put_program program folder place)
  file(MAKE_DIRECTORY ${folder}/${place} ${folder}/licences)
  set(to ${folder}/${place}/tfy-pat-mcp)
  file(COPY_FILE ${program} ${to})
  file(CHMOD ${to} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
  if(STRIP)
    execute_process(COMMAND ${STRIP} ${to} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  foreach(package libboost1.81-dev libcli11-dev libfmt-dev libicu-dev libnghttp2-dev libre2-dev libsodium-dev libspdlog-dev libsqlite3-dev
          libsqlitecpp-dev libssl-dev libstdc++-12-dev libtomlplusplus-dev libvalijson-dev libzstd-dev nlohmann-json3-dev zlib1g-dev)
    set(licence /usr/share/doc/${package}/copyright)
    if(EXISTS ${licence})
      file(REAL_PATH ${licence} licence)  # some are links to another package's
      file(COPY_FILE ${licence} ${folder}/licences/${package})
    elseif(LINKED)
      message(FATAL_ERROR "${licence} is missing")
    endif()
  endforeach()
  if(LINKED)
    file(COPY ${LINKED}/licences/curl DESTINATION ${folder}/licences)
  endif()
endfunction()
