// libcurl with memory that is wiped when it is given back: its buffers held the key and new tokens.
#pragma once

namespace tfy::server {

/// In the place of curl_global_init, with the same rules: before any other use, once for each clean-up.
void init_wiping_curl();

}  // namespace tfy::server
