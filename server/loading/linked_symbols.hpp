// What this program has in itself of the libraries that are loaded when they are needed.
#pragma once

namespace tfy::loading {

/// The address of that function; nullptr if it is in the system's library. Written anew by
/// manifests/package/static/static.cmake for a program that has libraries in itself.
void* linked_symbol(const char* name);

}  // namespace tfy::loading
