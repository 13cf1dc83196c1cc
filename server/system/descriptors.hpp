// Descriptors that programs which are started meanwhile do not inherit.
#pragma once

#include <array>

namespace tfy::system {

/// The end to read from, and the end to write to. False, with errno set, if there is none.
bool make_pipe(std::array<int, 2>& ends);

/// As socket(2).
int make_socket(int family, int type, int protocol = 0);

}  // namespace tfy::system
