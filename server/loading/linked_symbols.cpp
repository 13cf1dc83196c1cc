#include "server/loading/linked_symbols.hpp"

namespace tfy::loading {

void* linked_symbol(const char*) { return nullptr; }

}  // namespace tfy::loading
