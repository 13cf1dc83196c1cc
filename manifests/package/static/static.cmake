# tfy-pat-mcp-static: the same objects as tfy-pat-mcp, linked with all but glibc in the program. The libraries are Debian's static ones;
# where there is none, what libraries.sh made of Debian's sources. libfido2 alone stays the system's:
# server/webauthn/fido_library.cpp loads it if it is there.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  return()
endif()
set(linked ${CMAKE_SOURCE_DIR}/build/linked/${CMAKE_SYSTEM_PROCESSOR})
set(libraries sodium re2 z zstd icui18n icuuc SQLiteCpp sqlite3 nghttp2 ssl crypto)
set(files "")
foreach(library IN LISTS libraries)
  find_library(TFY_STATIC_${library} NAMES lib${library}.a)
  if(NOT TFY_STATIC_${library})
    message(STATUS "No static program: lib${library}.a is missing (./dev package)")
    return()
  endif()
  list(APPEND files ${TFY_STATIC_${library}})
endforeach()
list(FIND files ${TFY_STATIC_nghttp2} at)
list(INSERT files ${at} ${linked}/lib/libcurl.a)

# What the sources find by name in libraries that are loaded is found in the program itself (server/loading/linked_symbols.hpp).
set(names "")
foreach(source http_client/curl_library.hpp jwt/crypto_library.hpp tls/tls_library.hpp)
  set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/server/${source})
  file(STRINGS ${CMAKE_SOURCE_DIR}/server/${source} lines REGEX "TFY_FUNCTION\\(")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE ".*TFY_FUNCTION\\(([A-Za-z0-9_]+),.*" "\\1" name "${line}")
    list(APPEND names ${name})
  endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
set(declared "")
set(listed "")
foreach(name IN LISTS names)
  string(APPEND declared "void ${name}();\n")
  string(APPEND listed "    {\"${name}\", ${name}},\n")
endforeach()
set(table ${CMAKE_BINARY_DIR}/generated/linked_symbols.cpp)
file(CONFIGURE OUTPUT ${table} @ONLY CONTENT [[
#include "server/loading/linked_symbols.hpp"

#include <cstring>

extern "C" {
@declared@}

namespace tfy::loading {

void* linked_symbol(const char* name) {
  static const struct { const char* name; void (*address)(); } linked[] = {
@listed@  };
  for (const auto& each : linked)
    if (std::strcmp(each.name, name) == 0) return reinterpret_cast<void*>(each.address);
  return nullptr;
}

}  // namespace tfy::loading
]])

add_executable(tfy-pat-mcp-static EXCLUDE_FROM_ALL $<TARGET_OBJECTS:tfy_main> ${table})
set(own tfy_server tfy_system_${tfy_form} tfy_tools tfy_policy tfy_protocol tfy_manifests tfy_from_headers)
target_link_libraries(tfy-pat-mcp-static PRIVATE tfy_options)
# By their files: as targets they would bring the shared libraries along.
foreach(library IN LISTS own)
  target_link_libraries(tfy-pat-mcp-static PRIVATE $<TARGET_FILE:${library}>)
endforeach()
target_link_libraries(tfy-pat-mcp-static PRIVATE ${files} ${linked}/lib/icudata.o ${CMAKE_DL_LIBS} Threads::Threads)
add_dependencies(tfy-pat-mcp-static ${own})
target_link_options(tfy-pat-mcp-static PRIVATE -static-libstdc++ -static-libgcc -Wl,--gc-sections)
